"""What was put together with the events of a stream: one command writes to several streams in one commit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from audit.entries import Entry, EvidenceBroken, checked
from ledger import streams
from ledger.rows import Row, Rows

#: Receipts and refused attempts are about a command, and no stream that an auditor goes on to.
RECEIPTS, ATTEMPTS = "command/", "attempt/"
NEWEST = 2**63 - 1
PAGE = 32  # a commit is rarely longer


@dataclass(frozen=True, slots=True)
class Head:
    """The newest event of a stream, for who goes on from here."""

    stream: str
    version: int
    position: int


def commit_of(rows: Rows, entry: Entry) -> list[Entry]:
    """The events that were put in one commit with this one, itself included, in order of the log.

    A commit follows its receipt without a gap, and all of it names the command. The receipt is left out, unless it is
    the event that was asked about. A refused attempt is a commit of its own, whatever command id it used.
    """
    if entry.stream.startswith(ATTEMPTS):
        return [entry]
    command_id = entry.envelope.command_id
    receipt = rows.before(streams.command(command_id), entry.position)
    found = []
    start = receipt.position if receipt else entry.position - 1
    for row in chain.from_iterable(rows.pages(start, NEWEST, size=PAGE)):
        try:
            other = checked(rows, Row._make(row))
        except EvidenceBroken:
            break  # said to whoever asks for that stream; this one may be whole
        is_beside = other.stream.startswith((RECEIPTS, ATTEMPTS)) and other.position != entry.position
        if other.envelope.command_id != command_id or is_beside:
            break
        found.append(other)
    return found


def interleaved(rows: Rows, entries: Iterable[Entry]) -> Iterator[Entry]:
    """The events of a stream with everything that was put together with them, in order of the log."""
    told = 0
    for entry in entries:
        if entry.position > told:
            for other in commit_of(rows, entry):
                yield other
                told = other.position


def related(rows: Rows, stream: str, entries: Iterable[Entry]) -> list[Head]:
    """The other streams that were written together with these events, sorted, and how far each has come by now."""
    names = {entry.stream for entry in interleaved(rows, entries)} - {stream}
    newest = ((name, rows.before(name, NEWEST)) for name in sorted(names))
    return [Head(name, row.version, row.position) for name, row in newest if row]
