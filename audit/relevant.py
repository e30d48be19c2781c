"""The events of some kinds, in the order of the log; all others are passed over undecoded."""

from collections.abc import Container, Iterator

from google.protobuf.message import DecodeError

from audit import entries
from audit.entries import Entry
from audit.side_by_side import Progress
from duifu.v1.events_pb2 import Envelope
from ledger.registry import FIELD_OF_TOPIC
from ledger.rows import Row, Rows

PAGE = 512  # rows; what fits in the processor's cache is read at half the cost of a large page


def relevant(rows: Rows, topics: Container[str], after: int, upto: int, progress: Progress) -> Iterator[Entry]:
    """The entries whose topic is one of `topics`, after one position up to another. Raises EvidenceBroken."""
    for page in rows.pages(after, upto, size=PAGE):
        for row in map(Row._make, page):
            if row.topic in topics:
                yield _read(row)
        progress(page[-1][0] - after, upto - after)


def _read(row: Row) -> Entry:
    """An event without what was sealed for persons, on which no rule rests. Raises EvidenceBroken."""
    position, stream, version, topic, state, leaf = row
    try:
        envelope = Envelope.FromString(state)
    except (DecodeError, TypeError):
        return entries.read(row)  # which says what is wrong
    event, field = envelope.event, FIELD_OF_TOPIC[topic]
    if event.WhichOneof("kind") != field:
        return entries.read(row)
    return Entry(position, stream, version, topic, leaf, envelope, getattr(event, field))
