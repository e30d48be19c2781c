"""A stored row as an auditor reads it: its place in the log and in its stream, its envelope, the event inside."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from google.protobuf.message import DecodeError, Message

from domain.dates import SHANGHAI
from duifu.v1.events_pb2 import Envelope
from ledger import chain
from ledger.encryption import PersonalDataDamaged, decrypt
from ledger.registry import UnknownTopic, unwrap
from ledger.rows import Row, Rows

#: What the columns of a row hold.
KINDS = {"position": int, "stream": str, "version": int, "topic": str, "state": bytes, "leaf": bytes}
LEAF_BYTES = 32
SHOWN_MAX = 60  # characters


class EvidenceBroken(Exception):
    """What is stored cannot be what the door wrote; says where."""


class Entry(NamedTuple):
    """One event at its place."""

    position: int
    stream: str
    version: int
    topic: str
    leaf: bytes
    envelope: Envelope
    event: Message

    @property
    def business_at(self) -> datetime:
        """When, by the time that rules go by; in Shanghai."""
        return self.envelope.business_at.ToDatetime(SHANGHAI)

    @property
    def recorded_at(self) -> datetime:
        """When, by the machine's clock; in Shanghai."""
        return self.envelope.recorded_at.ToDatetime(SHANGHAI)


def read(row: Row) -> Entry:
    """The event of one row; an audit holds no keys, so what was sealed for a person stays withheld.

    Raises EvidenceBroken if a column holds what the ledger never writes, the bytes are no envelope, or hold what the
    row does not say. Whether the leaf is that of the row is another question: see `checked`.
    """
    _must_be_a_row(row)
    try:
        envelope = decrypt(Envelope.FromString(row.state), None, row.stream, row.version)
        event = unwrap(envelope.event)
    except (DecodeError, PersonalDataDamaged, UnknownTopic) as error:
        raise EvidenceBroken(f"{_place(row)}: {error}") from None
    if event.DESCRIPTOR.full_name != row.topic:
        raise EvidenceBroken(
            f"{_place(row)}: the row says {row.topic}, the event inside is {event.DESCRIPTOR.full_name}"
        )
    return Entry(row.position, row.stream, row.version, row.topic, row.leaf, envelope, event)


def stream(rows: Rows, name: str) -> Iterator[Entry]:
    """The events of one stream, in order, one at a time, each with the leaf that follows from the one before.

    Raises EvidenceBroken, at a version that is missing too.
    """
    return without_gaps(rows.stream(name))


def checked(rows: Rows, row: Row) -> Entry:
    """The event of one row of any stream, if its leaf follows from the one stored before. Raises EvidenceBroken."""
    entry = read(row)
    must_follow(row, chain.NOTHING_BEFORE if row.version == 1 else rows.leaf_of(row.stream, row.version - 1))
    return entry


def must_follow(row: Row, previous: bytes | None) -> None:
    """The row's leaf is that of its columns after the leaf `previous`, if there is one. Raises EvidenceBroken."""
    if previous is None:
        raise EvidenceBroken(f"{_place(row)}: version {row.version - 1} of {row.stream} is missing")
    is_leaf = isinstance(previous, bytes) and len(previous) == LEAF_BYTES
    if not is_leaf or chain.leaf(row.stream, row.version, row.topic, previous, row.state) != row.leaf:
        raise EvidenceBroken(
            f"{_place(row)}: its leaf is not that of its stream, version, topic and bytes after the leaf before it"
        )


def without_gaps(rows: Iterable[Row]) -> Iterator[Entry]:
    """The events of a stream, if versions count from 1, positions rise and leaves follow. Raises EvidenceBroken."""
    position, previous = 0, chain.NOTHING_BEFORE
    for version, row in enumerate(rows, 1):
        entry = read(row)
        if entry.version != version:
            raise EvidenceBroken(f"{entry.stream}: version {version} is missing; version {entry.version} comes next")
        if entry.position <= position:
            raise EvidenceBroken(
                f"{entry.stream}: version {version} stands at position {entry.position}, the one before at {position}"
            )
        must_follow(row, previous)
        position, previous = entry.position, entry.leaf
        yield entry


def _place(row: Row) -> str:
    return f"Position {row.position} ({row.stream} version {row.version})"


def _must_be_a_row(row: Row) -> None:
    """Columns as the ledger writes them; a database that somebody else writes to keeps anything."""
    for (name, kind), value in zip(KINDS.items(), row, strict=True):
        if type(value) is not kind:
            raise EvidenceBroken(f"{_place(row)}: {name} is {_shown(value)}, and not {kind.__name__}")
    for name, number in (("position", row.position), ("version", row.version)):
        if number < 1:
            raise EvidenceBroken(f"{_place(row)}: {name} is {number}; they count from 1")
    if len(row.leaf) != LEAF_BYTES:
        raise EvidenceBroken(f"{_place(row)}: leaf has {len(row.leaf)} bytes, and not {LEAF_BYTES}")
    try:
        chain.must_be_fit(row.stream)
    except chain.UnfitName as error:
        raise EvidenceBroken(f"Position {row.position}: {error}") from None


def _shown(value: object) -> str:
    """A value that should not be there, in a few characters."""
    text = repr(value)
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}…"
