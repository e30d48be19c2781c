"""Reads one part of the log from end to end: bytes, leaves, streams, positions. Memory does not grow with the log."""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import repeat
from pathlib import Path
from typing import Any, Generic, TypeVar

from ledger.chain import NOTHING_BEFORE, about_event, about_stream, about_topic, about_version, new_hash
from ledger.rows import Row, Rows, open_rows
from ledger.seals import Seals, SealsDamaged
from proofs.merkle import HASH_BYTES, Stretch

Key = TypeVar("Key")

STREAMS_REMEMBERED = 1 << 14  # twice that many at most; of the others, the event before is read again
REMEMBERED = 1 << 12
PAGE = 512  # rows; what fits in the processor's cache is read at half the cost of a large page
GAP_MAX = 1_000_000  # missing positions in a row, beyond which nothing can be placed
FINDINGS_MAX = 100  # of one part; whoever changed more is found out as well


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was written: where, and how it shows."""

    kind: str  # "table", "bytes", "stream", "position", "sealed", "root", "checkpoint", "witness", "head", "file"
    position: int  # the first one concerned
    text: str  # in Chinese, as auditors read it
    through: int = 0  # the last one concerned; 0: the first alone


@dataclass(slots=True)
class Part:
    """What was found in the positions after one up to another."""

    after: int
    upto: int
    findings: list[Finding] = field(default_factory=list)
    unlisted: int = 0  # findings beyond FINDINGS_MAX
    events: int = 0
    subtrees: dict[int, list[tuple[int, bytes]]] = field(default_factory=dict)  # at each size asked for, and at the end

    def add(self, finding: Finding) -> None:
        """Keep a finding, or count it."""
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(finding)
        else:
            self.unlisted += 1


@dataclass(slots=True)
class Tail:
    """The newest event seen of a stream; version 0 if there is none."""

    version: int
    leaf: bytes
    begin: bytes  # of what every leaf of the stream is the hash of


class Tails:
    """The newest event of each stream. Streams not seen for long are forgotten and read again."""

    def __init__(self, rows: Rows):
        self._rows = rows
        self.recent: dict[str, Tail] = {}
        self._older: dict[str, Tail] = {}
        self.altered: dict[str, tuple[int, bytes]] = {}  # version, and the leaf that the changed bytes would give

    def before(self, stream: str, version: int, position: int) -> Tail:
        """The event before this one in its stream."""
        known = self.recent.get(stream) or self._older.get(stream)
        if known is not None and known.version == version - 1:
            return known
        begin = b"\x00" + about_stream(stream)
        if known is None and version == 1:
            return Tail(0, NOTHING_BEFORE, begin)
        row = self._rows.before(stream, position)
        return Tail(row.version, row.leaf, begin) if row else Tail(0, NOTHING_BEFORE, begin)

    def age(self) -> None:
        """Make room."""
        if len(self.recent) > STREAMS_REMEMBERED:
            self._older, self.recent = self.recent, {}


class Made(dict[Key, bytes], Generic[Key]):
    """What leaves say of a version or a kind, made once for each."""

    def __init__(self, make: Callable[[Key], bytes]):
        super().__init__()
        self._make = make

    def __missing__(self, key: Key) -> bytes:
        if len(self) > REMEMBERED:
            self.clear()
        made = self[key] = self._make(key)
        return made


class Words:
    """The parts of a leaf that many leaves have."""

    def __init__(self) -> None:
        self.versions = Made(about_version)
        self.topics = Made(about_topic)


def scan(
    address: str,
    tree_path: Path | None,
    sealed: int,
    after: int,
    upto: int,
    sizes: Sequence[int],
    progress: Callable[[int], None],
) -> Part:
    """Check the positions after `after` up to `upto`, and take the tree's subtrees at each of `sizes` on the way.

    The first `sealed` leaves are compared with the sealer's tree in `tree_path`. `progress` hears how many events were
    read since it last heard. Raises RowsUnavailable, SealsUnavailable.
    """
    rows = open_rows(address)
    seals = Seals(tree_path, read_only=True) if tree_path else None
    part, tails, words, tree = Part(after, upto), Tails(rows), Words(), Stretch(after)
    stops = sorted({size for size in sizes if after < size < upto} | {upto})
    for page in rows.pages(after, upto, size=PAGE):
        leaves = _check(page, tree.end, tails, words, part)
        if len(leaves) > GAP_MAX:
            return part  # nothing after it can be placed
        if seals and sealed > tree.end:
            try:
                _compare(tree.end, leaves, seals.leaves(tree.end, min(sealed, tree.end + len(leaves))), part)
            except SealsDamaged as error:
                part.add(Finding("sealed", 0, f"封存文件已损坏：{error}"))
                seals = None
        _grow(tree, leaves, stops, part)
        part.events += len(page)
        progress(len(page))
        tails.age()
    if tree.end < upto:
        part.add(Finding("position", tree.end + 1, _missing(tree.end + 1, upto), upto))
    rows.close()
    return part


def _check(page: Sequence[tuple[Any, ...]], read: int, tails: Tails, words: Words, part: Part) -> list[bytes]:
    """The stored leaves of a page, one for each position; zeros where there is none."""
    leaves: list[bytes] = []
    expected, recent = read, tails.recent
    versions, topics = words.versions, words.topics
    for position, stream, version, topic, state, leaf in page:
        expected += 1
        if position != expected:
            if position < expected:
                part.add(Finding("position", position, f"位置{position}出现两次"))
                expected -= 1
                continue
            part.add(Finding("position", expected, _missing(expected, position - 1), position - 1))
            if position - expected + len(leaves) > GAP_MAX:
                return leaves + [NOTHING_BEFORE] * (GAP_MAX + 1)
            leaves += repeat(NOTHING_BEFORE, position - expected)
            expected = position
        leaves.append(leaf)
        try:
            tail = recent.get(stream)
            if tail is None or tail.version + 1 != version:
                tail = tails.before(stream, version, position)
                follows = tail.version + 1 == version
                recent[stream] = tail  # not sooner: what stands there may be no number
                if not follows:
                    followed = f"前一个版本是{tail.version}" if tail.version else "之前没有版本"
                    part.add(Finding("stream", position, f"{stream}的版本{version}：{followed}"))
                    leaves[-1] = leaf = _leaf(leaf)
                    tail.version, tail.leaf = version, leaf
                    continue
            # As ledger.chain.leaf, which would make anew what is the same for a whole stream.
            content, entire = new_hash(), new_hash()
            content.update(state)
            entire.update(b"".join((tail.begin, versions[version], topics[topic], tail.leaf, content.digest())))
            made = entire.digest()
            if made != leaf:
                _mismatch(Row(position, stream, version, topic, state, leaf), tail.begin, tails, part)
                tails.altered[stream] = version, made
                leaves[-1] = leaf = _leaf(leaf)
            tail.version, tail.leaf = version, leaf
        except (TypeError, ValueError, AttributeError, OverflowError, struct.error) as error:
            leaves[-1] = _leaf(leaf)
            part.add(Finding("bytes", position, f"这一行不成其为事件：{type(error).__name__}"))
    return leaves


def _mismatch(row: Row, begin: bytes, tails: Tails, part: Part) -> None:
    """An event that does not give its leaf; unless it only follows one that was found out already."""
    altered = tails.altered.get(row.stream)
    if altered is not None and altered[0] == row.version - 1:
        digest = sha256(row.state).digest()
        if sha256(begin + about_event(row.version, row.topic) + altered[1] + digest).digest() == row.leaf:
            return
    part.add(Finding("bytes", row.position, f"{row.stream}的版本{row.version}（{row.topic}）：所存内容与所存的叶不符"))


def _leaf(leaf: object) -> bytes:
    return leaf if isinstance(leaf, bytes) and len(leaf) == HASH_BYTES else NOTHING_BEFORE


def _compare(read: int, leaves: Sequence[bytes], sealed: bytes, part: Part) -> None:
    """The leaves against the sealer's copy."""
    count = len(sealed) // HASH_BYTES
    if b"".join(leaves[:count]) == sealed:
        return
    for at, leaf in enumerate(leaves[:count]):
        if leaf != sealed[at * HASH_BYTES : (at + 1) * HASH_BYTES] and leaf != NOTHING_BEFORE:
            place = read + at + 1
            part.add(Finding("sealed", place, f"位置{place}的事件不是当时封存的那一个"))


def _grow(tree: Stretch, leaves: Sequence[bytes], stops: list[int], part: Part) -> None:
    """Add leaves to the tree and keep its subtrees at every stop on the way."""
    done, start = 0, tree.end
    while stops and stops[0] <= start + len(leaves):
        stop = stops.pop(0)
        tree.extend(leaves[done : stop - start])
        done = stop - start
        part.subtrees[stop] = list(tree.nodes)
    tree.extend(leaves[done:])


def _missing(first: int, last: int) -> str:
    return f"缺位置{first}" if first == last else f"缺位置{first}至{last}"
