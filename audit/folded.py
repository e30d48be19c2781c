"""The streams that decisions rest on, as they stood before each event while the log is read once, in order."""

from collections import OrderedDict
from collections.abc import Container, Mapping
from dataclasses import replace
from heapq import heappop, heappush
from typing import Any, TypeVar

from audit import entries
from audit.entries import Entry, EvidenceBroken
from domain.case import UnknownEvent
from domain.cycle import Cycle
from domain.kinds import CYCLE, Kind, kind_of
from domain.orders import Order
from domain.quarter_index import Claim
from duifu.v1.events_pb2 import CaseClosed, CycleOpened, PaymentOrdered
from ledger.rows import Rows

S = TypeVar("S")

KEPT_MAX = 100_000  # states; one that was not used for longest is read again when it is needed


class Folded:
    """States of streams. Those that were not used for longest are forgotten, and folded again from the ledger."""

    def __init__(self, rows: Rows, fed: Container[str] | None, kept_max: int):
        """`fed` are the streams whose events are all given to `advance`; None: every stream."""
        self._rows, self._fed, self._kept_max = rows, fed, kept_max
        self._states: OrderedDict[str, Any] = OrderedDict()
        self._quarters: dict[str, Quarter] = {}

    def is_fed(self, stream: str) -> bool:
        """Whether every event of a stream is given to `advance`."""
        return self._fed is None or stream in self._fed

    def before(self, stream: str, kind: Kind[S], position: int) -> S:
        """The state of a stream before a position. Raises EvidenceBroken."""
        state = self._states.get(stream)
        if state is None:
            state = kind.initial
            for row in self._rows.stream(stream):
                if row.position >= position:
                    break
                state = evolved(kind, state, entries.read(row))
            if self.is_fed(stream):
                self._keep(stream, state)
        assert isinstance(state, type(kind.initial))
        return state

    def advance(self, entry: Entry) -> None:
        """One more event of a stream. Raises EvidenceBroken if it cannot follow."""
        if entry.stream.startswith("cycle/"):
            self.quarter(entry.stream, entry.position).take(entry)
            return
        kind = kind_of(entry.stream)
        if kind is None:
            return
        before = kind.initial if entry.version == 1 else self.before(entry.stream, kind, entry.position)
        if isinstance(entry.event, CaseClosed):
            self._states.pop(entry.stream, None)  # over: what follows is rare, and read again
        else:
            self._keep(entry.stream, evolved(kind, before, entry))

    def quarter(self, stream: str, position: int) -> "Quarter":
        """A quarter as it stood before a position; empty if nobody has joined it."""
        quarter = self._quarters.get(stream)
        if quarter is None:
            quarter = Quarter()
            for row in self._rows.stream(stream):
                if row.position >= position:
                    break
                quarter.take(entries.read(row))
            if self.is_fed(stream):
                self._quarters[stream] = quarter
        return quarter

    def _keep(self, stream: str, state: Any) -> None:
        self._states[stream] = state
        self._states.move_to_end(stream)
        if len(self._states) > self._kept_max:
            self._states.popitem(last=False)


class Quarter:
    """One quarter while it is read; forgets its claims once nothing changes them any more."""

    def __init__(self) -> None:
        self._cycle = Cycle()
        self._unpaid: list[str] = []  # a heap of claims that are ready, and of some that no longer are
        self.may_pay = False  # it was looked at once

    @property
    def opened(self) -> CycleOpened:
        """Its first event; empty before it."""
        return self._cycle.opened

    @property
    def is_frozen(self) -> bool:
        """Whether it was cut off."""
        return self._cycle.frozen

    @property
    def is_closed(self) -> bool:
        """Whether nothing changes it any more."""
        return self._cycle.closed is not None

    def takes_over(self, case_id: str) -> bool:
        """See `domain.cycle.Cycle.takes_over`."""
        return self._cycle.takes_over(case_id)

    @property
    def claims(self) -> Mapping[str, Claim]:
        """Who joined, by case; nobody any more once it has closed."""
        return self._cycle.claims

    def paying_for(self, uscc: str) -> list[Claim]:
        """See `domain.cycle.Cycle.paying_for`."""
        return self._cycle.paying_for(uscc)

    @property
    def orders(self) -> Mapping[str, Order[PaymentOrdered]]:
        """Payment orders by their number; none any more once it has closed."""
        return self._cycle.orders

    @property
    def deferred(self) -> Mapping[str, int]:
        """What was put off, by case; nothing any more once it has closed."""
        return self._cycle.deferred

    def ordered_fen(self, case_id: str) -> int:
        """What was ordered for a claim; 0 for nothing."""
        order = self.order_of(case_id)
        return order.ordered.amount_fen if order else 0

    def order_of(self, case_id: str) -> Order[PaymentOrdered] | None:
        """The newest order for a claim; None for none."""
        claim = self.claims.get(case_id)
        return self.orders.get(claim.order_id) if claim else None

    @property
    def next_case_id(self) -> str:
        """The claim whose turn it is to be paid; empty if there is none."""
        while self._unpaid and self._unpaid[0] not in self._cycle.index.payable:
            heappop(self._unpaid)
        return self._unpaid[0] if self._unpaid else ""

    def whole(self) -> Cycle:
        """The quarter as deciders know it."""
        return self._cycle

    def take(self, entry: Entry) -> None:
        """One more event. Raises EvidenceBroken if it cannot follow."""
        self._cycle = evolved(CYCLE, self._cycle, entry)
        case_id = getattr(entry.event, "case_id", "")
        if case_id in self._cycle.index.payable:
            heappush(self._unpaid, case_id)
        if self.is_closed:
            nobody = Cycle()
            self._cycle = replace(
                self._cycle,
                claims=nobody.claims,
                orders=nobody.orders,
                deferred=nobody.deferred,
                carried=nobody.carried,
                index=nobody.index,
            )


def evolved(kind: Kind[S], state: S, entry: Entry) -> S:
    """The state after one more event. Raises EvidenceBroken if it cannot follow."""
    try:
        return kind.evolve(state, entry.event)
    except (UnknownEvent, KeyError, ValueError) as error:
        raise _cannot_follow(entry, error) from error


def _cannot_follow(entry: Entry, error: Exception) -> EvidenceBroken:
    return EvidenceBroken(
        f"Position {entry.position}: {entry.topic} cannot be version {entry.version} of {entry.stream} ({error})"
    )
