"""From what an auditor has in hand, a case, voucher, quarter or contract, to the stream that tells of it."""

from itertools import islice

from domain.kinds import BY_STREAM
from ledger.rows import Rows

SIMILAR_MAX = 8
FIRST_GUESSES = ("case", "voucher", "cycle")


class NotHere(LookupError):
    """There is no such stream."""

    def __init__(self, asked: str, similar: list[str]):
        """`similar` are streams whose names begin alike."""
        known = f"Similar: {'、'.join(similar)}." if similar else "Nothing here is called anything like it."
        super().__init__(
            f"There is no case, voucher, quarter, contract, enterprise's year or stream {asked}. {known} "
            "Write a case's number, or a stream's whole name; list the cases with: duifu case list"
        )
        self.similar = similar


def find(rows: Rows, asked: str) -> str:
    """The stream meant by a case id, a voucher id, a quarter's id, a contract's identity and so on. Raises NotHere."""
    names = [asked, *(f"{kind}/{asked}" for kind in BY_STREAM)]
    for name in names:
        if next(iter(rows.stream(name)), None) is not None:
            return name
    raise NotHere(asked, similar(rows, asked))


def similar(rows: Rows, asked: str) -> list[str]:
    """Some streams whose names share the longest beginning with what was asked for; at most SIMILAR_MAX."""
    kind, _, rest = asked.partition("/")
    kinds, key = ([kind], rest) if kind in BY_STREAM else (FIRST_GUESSES, asked)
    for length in range(len(key), 0, -1):
        beginnings = [f"{kind}/{key[:length]}" for kind in kinds]
        if found := [name for beginning in beginnings for name in islice(rows.streams(beginning), SIMILAR_MAX)]:
            return found[:SIMILAR_MAX]
    return []
