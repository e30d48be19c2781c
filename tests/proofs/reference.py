"""RFC 6962, section 2.1, written down as the RFC defines it: slow, recursive, and none of the house's code."""

from functools import cache
from hashlib import sha256

#: D[n]: the entries of a log, not their hashes.
Entries = tuple[bytes, ...]


def split(n: int) -> int:
    """k: the largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


@cache
def mth(entries: Entries) -> bytes:
    """MTH(D[n]): the Merkle tree hash."""
    n = len(entries)
    if n == 0:
        return sha256(b"").digest()
    if n == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = split(n)
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m: int, entries: Entries) -> list[bytes]:
    """PATH(m, D[n]): the audit path of entry m."""
    n = len(entries)
    if n == 1:
        return []
    k = split(n)
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def proof(m: int, entries: Entries) -> list[bytes]:
    """PROOF(m, D[n]): the consistency proof from the first m entries."""
    return subproof(m, entries, True)


def subproof(m: int, entries: Entries, b: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b)."""
    n = len(entries)
    if m == n:
        return [] if b else [mth(entries)]
    k = split(n)
    if m <= k:
        return [*subproof(m, entries[:k], b), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]
