"""Quarters as they were read last: a command folds what is new since, not a hundred thousand claims again."""

from collections import OrderedDict
from threading import Lock
from typing import Any

from domain.kinds import Kind
from ledger.mapper import Recorded
from ledger.registry import unwrap
from ledger.store import Ledger

KEPT_MAX = 16  # quarters


class Kept:
    """States of long streams with the newest event that they take in. Safe to share between threads.

    A state is never trusted further than the ledger bears it out: its last event is read again with what follows, and
    if that is not the one which was folded, the stream is read anew.
    """

    def __init__(self, ledger: Ledger):
        self.ledger = ledger
        self._known: OrderedDict[str, tuple[Any, int, bytes]] = OrderedDict()
        self._lock = Lock()

    def fold(self, stream: str, kind: Kind[Any]) -> tuple[Any, int]:
        """A stream's state and version; the initial state and 0 for a stream that is not there."""
        state, version, last = self._known.get(stream, (kind.initial, 0, b""))
        recorded = self.ledger.stream_in_pages(stream, after_version=max(0, version - 1))
        if version:
            known = next(recorded, None)
            if known is None or known.envelope.SerializeToString(deterministic=True) != last:
                state, version, recorded = kind.initial, 0, self.ledger.stream_in_pages(stream)
        newest = None
        for newest in recorded:
            state = kind.evolve(state, unwrap(newest.envelope.event))
        if newest is None:
            return state, version
        self.keep(stream, state, newest)
        return state, newest.originator_version

    def keep(self, stream: str, state: Any, newest: Recorded) -> None:
        """What a stream has become with its newest event: as folded here, or by the command that recorded it."""
        with self._lock:
            self._known[stream] = (
                state,
                newest.originator_version,
                newest.envelope.SerializeToString(deterministic=True),
            )
            self._known.move_to_end(stream)
            if len(self._known) > KEPT_MAX:
                self._known.popitem(last=False)
