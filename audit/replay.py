"""A stream followed event by event: its state at any moment, and what happened on the way."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate, islice
from typing import Any

from audit import entries
from audit.entries import Entry, EvidenceBroken
from audit.moments import Moment, until
from domain.case import Case, UnknownEvent
from domain.cycle import Cycle
from domain.kinds import kind_of
from domain.paying_wording import quarter_standing, round_standing
from domain.round import Round
from domain.wording import standing
from duifu.v1.plan_pb2 import CasePlan
from ledger.rows import Rows


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A stream as it stood after its event `last`; before its first event, that is None."""

    stream: str
    state: Any  # of the stream's kind; None for receipts and refused attempts, whose events make no state
    last: Entry | None = None

    @property
    def version(self) -> int:
        """How many events it had."""
        return self.last.version if self.last else 0

    @property
    def plan(self) -> CasePlan:
        """The plan that gives a case's stages their titles; empty for other streams."""
        return self.state.plan if isinstance(self.state, Case) else CasePlan()

    @property
    def standing(self) -> str:
        """Where a case, a quarter or a round stood, in one sentence; empty for others and before the first event."""
        if self.last is None:
            return ""
        match self.state:
            case Case():
                return standing(self.state)
            case Cycle():
                return quarter_standing(self.state)
            case Round():
                return round_standing(self.state)
        return ""


def beginning(stream: str) -> Snapshot:
    """The stream before its first event."""
    kind = kind_of(stream)
    return Snapshot(stream, kind.initial if kind else None)


def after(before: Snapshot, entry: Entry) -> Snapshot:
    """The stream after one more of its events. Raises EvidenceBroken if it cannot follow."""
    kind = kind_of(entry.stream)
    try:
        state = kind.evolve(before.state, entry.event) if kind else None
    except (UnknownEvent, KeyError, ValueError) as error:
        raise EvidenceBroken(
            f"Position {entry.position}: {entry.topic} cannot be version {entry.version} of {entry.stream} ({error})"
        ) from error
    return Snapshot(before.stream, state, entry)


def steps(rows: Rows, stream: str, end: Moment | None = None) -> Iterator[Snapshot]:
    """The stream after each of its events up to a moment. Holds one state at a time. Raises EvidenceBroken."""
    told = until(entries.stream(rows, stream), end)
    return islice(accumulate(told, after, initial=beginning(stream)), 1, None)


def snapshot(rows: Rows, stream: str, end: Moment | None = None) -> Snapshot:
    """The stream at a moment; as it stands without one. Raises EvidenceBroken."""
    return reduce(after, until(entries.stream(rows, stream), end), beginning(stream))
