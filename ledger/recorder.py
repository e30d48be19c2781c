"""What a ledger's recorder answers besides what the library asks of one, whatever the database."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from typing import Any

from eventsourcing.persistence import ApplicationRecorder, StoredEvent

from ledger.chain import Tails
from ledger.following import DenseSubscription


class LeafedRecorder(ApplicationRecorder):
    """A recorder whose log has a dense position and a leaf for each event."""

    _position: str  # the column that holds it
    _tails: Tails

    def position_of(self, stream: str, version: int) -> int | None:
        """The log position of one event, or None if there is no such event."""
        found = self._one(self._position, stream, version)
        return None if found is None else int(found)

    def leaf_of(self, stream: str, version: int) -> bytes | None:
        """The leaf of one event, or None if there is no such event."""
        found = self._tails.leaf_of(stream, version) or self._one("leaf", stream, version)
        return None if found is None else bytes(found)

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> DenseSubscription:
        """Everything after position `gt`, as it comes. Raises HoleInLog."""
        return DenseSubscription(self, gt, topics)

    @abstractmethod
    def select_streams(self, names: Collection[str]) -> Sequence[StoredEvent]:
        """The events of all these streams, stream by stream and in order; their newest leaves are remembered."""

    @abstractmethod
    def streams_like(self, prefix: str) -> Sequence[str]:
        """Names of the streams that begin with `prefix`, sorted."""

    @abstractmethod
    def _one(self, column: str, stream: str, version: int) -> Any:
        """One column of one event, or None if there is no such event."""
