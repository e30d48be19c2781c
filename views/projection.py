"""From events to rows: reads the log in order, folds each stream, writes many events' rows in one transaction."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eventsourcing.persistence import Tracking
from eventsourcing.projection import BaseProjectionRunner, Projection

from ledger.mapper import Recorded
from ledger.store import Ledger
from views.books import Book, Place, book_of
from views.recorders import ViewRecorder
from views.rows import rows_of
from views.store import Views, follower

BATCH = 500  # events in one transaction, while there are more to come
BOOKS_KEPT = 4_000  # in memory; another stream's book is read again from the log when it is needed


@dataclass(frozen=True, slots=True)
class Kept:
    """A stream's book and the newest event in it."""

    book: Any
    version: int


class Shelf:
    """The books of the streams seen last. What has been put away is read again, up to the event that asks for it."""

    def __init__(self, ledger: Ledger, room: int = BOOKS_KEPT):
        self._ledger, self._room = ledger, room
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def enter(self, kind: Book[Any], recorded: Recorded) -> Any:
        """The stream's book after this event."""
        stream, version = recorded.originator_id, recorded.originator_version
        kept = self._kept.pop(stream, Kept(kind.initial, 0))
        if kept.version == version - 1:
            book = kind.enter(kept.book, recorded.envelope)
        else:
            # Versions are dense from 1: the first `version` events are those up to this one.
            book = kind.read(event.envelope for event in self._ledger.stream(stream, limit=version))
        self._kept[stream] = Kept(book, version)
        if len(self._kept) > self._room:
            self._kept.popitem(last=False)
        return book


class ViewProjection(Projection[ViewRecorder]):
    """Turns events into rows of one generation. Keep it to one thread.

    Until it has come to where the log ended when it last looked, it writes in batches: the row of a stream with ten
    events in the batch is written once, and the tracking moves by the batch. At the head each event is written as it
    comes. What is in memory when the process dies was not tracked either, and is read again.
    """

    name = "views"

    def __init__(self, views: Views, generation: int, ledger: Ledger, *, batch: int = BATCH, room: int = BOOKS_KEPT):
        super().__init__(views.recorder)
        self._views, self._generation, self._ledger, self._batch = views, generation, ledger, batch
        self._shelf = Shelf(ledger, room)
        self._head = 0  # as last seen
        self._written = views.position(generation)
        self._touched: dict[str, tuple[Any, Place]] = {}

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Take one event in. Raises Overtaken if somebody else wrote to this generation, or switched to another."""
        assert isinstance(domain_event, Recorded)
        stream, position = domain_event.originator_id, tracking.notification_id
        kind = book_of(stream)
        if kind is not None:
            book = self._shelf.enter(kind, domain_event)
            self._touched[stream] = book, Place(domain_event.originator_version, position)
        if position > self._head:
            self._head = self._ledger.head()
        if position >= self._head or position - self._written >= self._batch:
            self._write(position)

    def _write(self, upto: int) -> None:
        rows = [row for stream, (book, place) in self._touched.items() for row in rows_of(stream, book, place)]
        self._views.record(self._generation, rows, self._written, upto)
        self._written = upto
        self._touched.clear()


class FollowedLedger(Ledger):
    """The ledger as the library's runner opens it, by the name under which positions are tracked."""

    def __init__(self, env: Mapping[str, str]):
        """`env` gives `address` and `follower`. Raises LedgerUnavailable."""
        super().__init__(env["address"])
        self.name = env["follower"]


class Runner(BaseProjectionRunner[FollowedLedger]):
    """The library's projection runner, for one generation; used in a `with` block.

    Ends with HoleInLog if a position of the log is missing, with Overtaken if these views are no longer its own.
    """

    def __init__(self, views: Views, generation: int, ledger: Ledger, **options: int):
        super().__init__(
            projection=ViewProjection(views, generation, ledger, **options),
            application_class=FollowedLedger,
            tracking_recorder=views.recorder,
            topics=(),
            env={"address": ledger.address, "follower": follower(generation)},
        )
