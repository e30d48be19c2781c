"""The ledger: append to several streams in one commit, read a stream, follow the log."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from eventsourcing.application import Application
from eventsourcing.persistence import (
    InfrastructureFactory,
    IntegrityError,
    Mapper,
    Notification,
    PersistenceError,
    ProgrammingError,
    Tracking,
    TrackingRecorder,
)
from eventsourcing.utils import Environment, EnvType

from ledger import postgres, sqlite
from ledger.address import is_url, shown
from ledger.following import HoleInLog
from ledger.keys import KeysUnavailable, SubjectKeys
from ledger.mapper import ProtobufMapper, Recorded
from ledger.recorder import LeafedRecorder

APPEND_MAX = 500  # more in one commit is refused; larger work is split by its author
PAGE_EVENTS = 1000  # of a long stream, read at once


class StreamMoved(Exception):
    """Somebody else wrote first to a stream written or rested on. Nothing was written; load and decide again."""


class AppendTooLarge(ValueError):
    """One commit was asked to hold more than APPEND_MAX events."""


class LedgerUnavailable(RuntimeError):
    """The database did not answer in time, or cannot be written. Whether a commit took place is told by its receipt."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One event at its place in the log."""

    position: int
    recorded: Recorded


class Ledger(Application[str]):
    """One ledger. Safe to share between threads; several processes may open the same one."""

    name = "ledger"

    def __init__(self, address: Path | str, keys: SubjectKeys | None = None):
        """`address` is the path of a SQLite file, made if missing, or a "postgresql://" URL of a prepared database.

        Without `keys`, personal values read as ledger.encryption.WITHHELD and cannot be written.
        Raises LedgerUnavailable if there is no such database, or none that was prepared.
        """
        self.address, self.keys = str(address), keys
        engine = postgres if is_url(address) else sqlite
        self._factory_class = engine.LedgerFactory
        try:
            with reaching(self.address):
                super().__init__(engine.environment(self.address))
                self.recorder.max_notification_id()
        except LedgerUnavailable as error:
            with suppress(AttributeError):
                self.close()
            if engine is postgres and isinstance(error.__cause__, ProgrammingError):
                raise LedgerUnavailable(
                    f"{error}. The owner of the database runs duifu ledger prepare first."
                ) from error
            raise

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """The environment of the parts: what we say, and nothing that happens to be set in the process."""
        return Environment(name, dict(env or {}))

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        """The parts for this database."""
        factory: InfrastructureFactory[Any] = self._factory_class(env)
        return factory

    def construct_mapper(self) -> Mapper[str]:
        """Protobuf envelopes behind a closed list of topics."""
        return ProtobufMapper(self.construct_transcoder(), self.keys)

    def append(self, events: Sequence[Recorded], resting_on: Mapping[str, int] | None = None) -> list[int]:
        """Write all events or none, and return their positions. `resting_on`: the versions of other streams, as read.

        Raises StreamMoved if a stream already has one of the versions, or one that this rests on has grown;
        AppendTooLarge above APPEND_MAX events, UnfitName, LedgerUnavailable while the database does not answer or
        cannot be written.
        """
        if len(events) > APPEND_MAX:
            raise AppendTooLarge(
                f"{len(events)} events in one commit; at most {APPEND_MAX} are allowed: split the work"
            )
        try:
            with reaching(self.address):
                if self.keys is not None:
                    self.keys.refresh()  # nothing is written with a key that was destroyed
                stored = [self.mapper.to_stored_event(event) for event in events]
                # Not through the library's event store, which makes a notification of each event that nobody reads.
                positions = self.recorder.insert_events(stored, resting_on=resting_on or {})
        except IntegrityError as error:
            raise StreamMoved(str(error)) from error
        return list(positions or ())

    def stream(self, name: str, after_version: int = 0, limit: int | None = None) -> list[Recorded]:
        """The events of one stream in order, from the version after `after_version`; at most `limit` of them."""
        with reaching(self.address):
            return cast(list[Recorded], list(self.events.get(name, gt=after_version, limit=limit)))

    def stream_in_pages(self, name: str, after_version: int = 0) -> Iterator[Recorded]:
        """The same, all of them and read some at a time: a quarter's are too many to be in memory at once."""
        while page := self.stream(name, after_version, PAGE_EVENTS):
            yield from page
            if len(page) < PAGE_EVENTS:
                return
            after_version = page[-1].originator_version

    def streams_of(self, names: Collection[str]) -> dict[str, list[Recorded]]:
        """The events of several streams in order, read at once; a stream that has none is left out."""
        found: dict[str, list[Recorded]] = {}
        with reaching(self.address):
            for stored in self._rows.select_streams(names):
                recorded = cast(Recorded, self.mapper.to_domain_event(stored))
                found.setdefault(recorded.originator_id, []).append(recorded)
        return found

    def newest(self, name: str) -> Recorded | None:
        """The last event of a stream, or None if there is none."""
        with reaching(self.address):
            return next(cast(Iterator[Recorded], iter(self.events.get(name, desc=True, limit=1))), None)

    def version(self, name: str) -> int:
        """The newest version of a stream, 0 if there is none."""
        newest = self.newest(name)
        return newest.originator_version if newest else 0

    def streams(self, prefix: str) -> Sequence[str]:
        """Names of the streams that begin with `prefix`, sorted."""
        with reaching(self.address):
            return self._rows.streams_like(prefix)

    def position_of(self, stream: str, version: int) -> int:
        """The log position of one event. Raises KeyError if there is no such event."""
        with reaching(self.address):
            position = self._rows.position_of(stream, version)
        if position is None:
            raise KeyError((stream, version))
        return position

    def head(self) -> int:
        """The newest position, 0 for an empty ledger."""
        with reaching(self.address):
            return self.recorder.max_notification_id() or 0

    def entries(self, after: int, limit: int = 500) -> Iterator[LogEntry]:
        """The next entries of the log, in order and without gaps. Raises HoleInLog."""
        expected = after + 1
        with reaching(self.address):
            notifications = self.recorder.select_notifications(expected, limit)
        for notification in notifications:
            if notification.id != expected:
                raise HoleInLog(expected, notification.id)
            yield self._entry(notification)
            expected += 1

    def of_topic(self, topic: str, after: int = 0) -> Iterator[LogEntry]:
        """Every entry of one kind of event after a position, in the order of the log."""
        while True:
            with reaching(self.address):
                found = self.recorder.select_notifications(after + 1, APPEND_MAX, topics=[topic])
            for notification in found:
                yield self._entry(notification)
                after = notification.id
            if len(found) < APPEND_MAX:
                return

    def leaf_of(self, stream: str, version: int) -> bytes:
        """The leaf of one event, 32 bytes. Raises KeyError if there is no such event."""
        with reaching(self.address):
            leaf = self._rows.leaf_of(stream, version)
        if leaf is None:
            raise KeyError((stream, version))
        return leaf

    def _entry(self, notification: Notification) -> LogEntry:
        with reaching(self.address):
            return LogEntry(notification.id, cast(Recorded, self.mapper.to_domain_event(notification)))

    @property
    def _rows(self) -> LeafedRecorder:
        return cast(LeafedRecorder, self.recorder)


@contextmanager
def reaching(address: str) -> Iterator[None]:
    """Whatever the database or the key store fails with is a LedgerUnavailable that names it without its password."""
    try:
        yield
    except IntegrityError:
        raise
    except KeysUnavailable as error:
        raise LedgerUnavailable(str(error)) from error
    except PersistenceError as error:
        what = " ".join(str(error).partition("LINE 1:")[0].split())  # libpq writes several lines
        raise LedgerUnavailable(f"{shown(address)}: {what}") from error


class Bookmark:
    """How far one follower of the log has come; survives restarts, never moves back."""

    def __init__(self, ledger: Ledger, follower: str):
        self._follower, self._address = follower, ledger.address
        with reaching(self._address):
            self._tracking: TrackingRecorder = ledger.factory.tracking_recorder()

    def read(self) -> int:
        """The last position dealt with, 0 at first."""
        with reaching(self._address):
            return self._tracking.max_tracking_id(self._follower) or 0

    def move(self, position: int) -> None:
        """Everything up to `position` is dealt with. A bookmark that is already further stays."""
        with suppress(IntegrityError), reaching(self._address):
            self._tracking.insert_tracking(Tracking(self._follower, position))
