"""The ledger: append to several streams in one commit, read a stream, follow the log."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from eventsourcing.application import Application
from eventsourcing.persistence import (
    InfrastructureFactory,
    IntegrityError,
    InterfaceError,
    Mapper,
    OperationalError,
    Tracking,
)
from eventsourcing.utils import Environment

from ledger.mapper import ProtobufMapper, Recorded
from ledger.sqlite import FollowerRecorder, LedgerFactory, LedgerRecorder

APPEND_MAX = 500  # more in one commit is refused; larger work is split by its author


class StreamMoved(Exception):
    """Somebody else wrote to one of the streams first. Nothing was written; load again and decide again."""


class AppendTooLarge(ValueError):
    """One commit was asked to hold more than APPEND_MAX events."""


class LedgerUnavailable(RuntimeError):
    """The database did not answer in time, or cannot be written. Whether a commit took place is told by its receipt."""


class HoleInLog(RuntimeError):
    """The next position is missing: the log was tampered with or is damaged."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One event at its place in the log."""

    position: int
    recorded: Recorded


class Ledger(Application[str]):
    """One ledger file. Safe to share between threads; several processes may open the same file."""

    name = "ledger"

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        super().__init__(
            {
                "PERSISTENCE_MODULE": "ledger.sqlite:LedgerFactory",
                "SQLITE_DBNAME": str(path),
                "SQLITE_LOCK_TIMEOUT": "30",
                "ORIGINATOR_ID_TYPE": "text",
            }
        )
        self.path = path

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        """The SQLite parts of this package."""
        return LedgerFactory(env)

    def construct_mapper(self) -> Mapper[str]:
        """Protobuf envelopes behind a closed list of topics."""
        return ProtobufMapper(self.construct_transcoder())

    def append(self, events: Sequence[Recorded]) -> list[int]:
        """Write all events or none, and return their positions.

        Raises StreamMoved if a stream already has one of the versions, AppendTooLarge above APPEND_MAX events,
        LedgerUnavailable while the database does not answer.
        """
        if len(events) > APPEND_MAX:
            raise AppendTooLarge(
                f"{len(events)} events in one commit; at most {APPEND_MAX} are allowed: split the work"
            )
        try:
            recordings = self.events.put(events)
        except IntegrityError as error:
            raise StreamMoved(str(error)) from error
        except (OperationalError, InterfaceError) as error:
            raise LedgerUnavailable(f"{self.path}: {error}") from error
        return [recording.notification.id for recording in recordings]

    def stream(self, name: str, after_version: int = 0, limit: int | None = None) -> list[Recorded]:
        """The events of one stream in order, from the version after `after_version`; at most `limit` of them."""
        return cast(list[Recorded], list(self.events.get(name, gt=after_version, limit=limit)))

    def newest(self, name: str) -> Recorded | None:
        """The last event of a stream, or None if there is none."""
        return next(cast(Iterator[Recorded], iter(self.events.get(name, desc=True, limit=1))), None)

    def version(self, name: str) -> int:
        """The newest version of a stream, 0 if there is none."""
        newest = self.newest(name)
        return newest.originator_version if newest else 0

    def streams(self, prefix: str) -> Sequence[str]:
        """Names of the streams that begin with `prefix`, sorted."""
        return self._rows.streams_like(prefix)

    def position_of(self, stream: str, version: int) -> int:
        """The log position of one event. Raises KeyError if there is no such event."""
        position = self._rows.position_of(stream, version)
        if position is None:
            raise KeyError((stream, version))
        return position

    def head(self) -> int:
        """The newest position, 0 for an empty ledger."""
        return self.recorder.max_notification_id() or 0

    def entries(self, after: int, limit: int = 500) -> Iterator[LogEntry]:
        """The next entries of the log, in order and without gaps. Raises HoleInLog."""
        expected = after + 1
        for notification in self.recorder.select_notifications(expected, limit):
            if notification.id != expected:
                raise HoleInLog(f"expected position {expected}, found {notification.id}")
            yield LogEntry(expected, cast(Recorded, self.mapper.to_domain_event(notification)))
            expected += 1

    @property
    def _rows(self) -> LedgerRecorder:
        return cast(LedgerRecorder, self.recorder)


class Bookmark:
    """How far one follower of the log has come; survives restarts, never moves back."""

    def __init__(self, ledger: Ledger, follower: str):
        self._follower = follower
        self._tracking = cast(FollowerRecorder, ledger.factory.tracking_recorder())

    def read(self) -> int:
        """The last position dealt with, 0 at first."""
        return self._tracking.max_tracking_id(self._follower) or 0

    def move(self, position: int) -> None:
        """Everything up to `position` is dealt with. A bookmark that is already further stays."""
        try:
            self._tracking.insert_tracking(Tracking(self._follower, position))
        except IntegrityError:
            return
