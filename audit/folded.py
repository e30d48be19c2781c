"""The streams that decisions rest on, as they stood before each event while the log is read once, in order."""

from collections import OrderedDict
from collections.abc import Container, Mapping
from dataclasses import replace
from heapq import heappop, heappush
from typing import Any, TypeVar

from google.protobuf.message import Message

from audit import entries
from audit.entries import Entry, EvidenceBroken
from domain import cycle as cycles
from domain.case import UnknownEvent
from domain.cycle import Claim, ClaimState, Cycle
from domain.kinds import Kind, kind_of
from domain.orders import Order
from duifu.v1.events_pb2 import CaseClosed, ClaimDeferred, CycleClosed, CycleOpened, PaymentOrdered
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
    """One quarter while it is read. Each event is folded into the one claim that it is about.

    `domain.cycle.evolve` copies every claim for each event: right for one command, and slow for a hundred thousand.
    """

    def __init__(self) -> None:
        self._base = Cycle()  # without claims and orders
        self._claims: dict[str, Claim] = {}
        self._holders: dict[str, set[str]] = {}  # uscc -> the cases of its claims
        self._orders: dict[str, Order[PaymentOrdered]] = {}
        self._order_of: dict[str, str] = {}  # case -> its order
        self._deferred: dict[str, int] = {}
        self._carried: dict[str, int] = {}
        self._unpaid: list[str] = []  # a heap of claims that are ready, and of some that no longer are
        self.may_pay = False  # it was looked at once

    @property
    def opened(self) -> CycleOpened:
        """Its first event; empty before it."""
        return self._base.opened

    @property
    def is_frozen(self) -> bool:
        """Whether it was cut off."""
        return self._base.frozen

    @property
    def is_closed(self) -> bool:
        """Whether nothing changes it any more."""
        return self._base.closed is not None

    def takes_over(self, case_id: str) -> bool:
        """See `domain.cycle.Cycle.takes_over`."""
        claim = self._claims.get(case_id)
        return self._part({case_id: claim} if claim else {}, {}).takes_over(case_id)

    @property
    def claims(self) -> Mapping[str, Claim]:
        """Who joined, by case; nobody any more once it has closed."""
        return self._claims

    def paying_for(self, uscc: str) -> list[Claim]:
        """See `domain.cycle.Cycle.paying_for`."""
        claims = {case_id: self._claims[case_id] for case_id in self._holders.get(uscc, ())}
        return self._part(claims, {}).paying_for(uscc)

    @property
    def orders(self) -> Mapping[str, Order[PaymentOrdered]]:
        """Payment orders by their number; none any more once it has closed."""
        return self._orders

    @property
    def deferred(self) -> Mapping[str, int]:
        """What was put off, by case; nothing any more once it has closed."""
        return self._deferred

    def ordered_fen(self, case_id: str) -> int:
        """What was ordered for a claim; 0 for nothing."""
        order = self._orders.get(self._order_of.get(case_id, ""))
        return order.ordered.amount_fen if order else 0

    @property
    def next_case_id(self) -> str:
        """The claim whose turn it is to be paid; empty if there is none."""
        while self._unpaid and self._claims[self._unpaid[0]].state != ClaimState.READY:
            heappop(self._unpaid)
        return self._unpaid[0] if self._unpaid else ""

    def whole(self) -> Cycle:
        """The quarter as deciders know it."""
        return replace(self._part(self._claims, self._orders), deferred=self._deferred, carried=self._carried)

    def take(self, entry: Entry) -> None:
        """One more event. Raises EvidenceBroken if it cannot follow."""
        event = entry.event
        order_id = getattr(event, "order_id", "")
        known = self._orders.get(order_id)
        case_id = known.ordered.case_id if known else getattr(event, "case_id", "")
        claim = self._claims.get(case_id)
        part = self._part({case_id: claim} if claim else {}, {order_id: known} if known else {})
        try:
            after = cycles.evolve(part, event)
        except (UnknownEvent, KeyError, ValueError) as error:
            raise _cannot_follow(entry, error) from error
        if case_id:
            self._fold(case_id, after, event)
        else:
            self._base = after
        if isinstance(event, CycleClosed):
            self._claims, self._holders, self._unpaid = {}, {}, []
            self._orders, self._order_of, self._deferred, self._carried = {}, {}, {}, {}

    def _fold(self, case_id: str, after: Cycle, event: Message) -> None:
        if case_id in after.claims:
            self._claims[case_id] = after.claims[case_id]
            self._holders.setdefault(after.claims[case_id].uscc, set()).add(case_id)
            if after.claims[case_id].state == ClaimState.READY:
                heappush(self._unpaid, case_id)
        if isinstance(event, ClaimDeferred):
            self._deferred[case_id] = event.amount_fen
        for carried, amount_fen in after.carried.items():
            self._carried[carried] = self._carried.get(carried, 0) + amount_fen
        for order_id, order in after.orders.items():
            self._orders[order_id] = order
            self._order_of[case_id] = order_id

    def _part(self, claims: Mapping[str, Claim], orders: Mapping[str, Order[PaymentOrdered]]) -> Cycle:
        return replace(self._base, claims=claims, orders=orders)


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
