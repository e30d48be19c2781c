"""One quarter of one programme: who joined, what was paid, deferred or returned, and how it closed. (BJ-4.3)"""

from __future__ import annotations  # the maps cannot be subscripted while the program runs

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from rpds import HashTrieMap

from domain.batches import Batch, Batches
from domain.dates import SHANGHAI, Quarter, end_of, from_iso, is_quarter
from domain.numbered import by_number
from domain.orders import Order, payable_fen
from domain.quarter_index import Claim, ClaimState, Index
from domain.states import DERIVED
from domain.sums import Sum
from duifu.v1.events_pb2 import (
    CycleClosed,
    CycleOpened,
    CyclePaused,
    FiguresBroughtForward,
    PaymentOrdered,
    TreasurySilent,
)
from duifu.v1.work_pb2 import PaymentOrder

#: Payment orders that are handed to the treasury in one piece of work.
PAGE_ORDERS = 1000


@dataclass(frozen=True)
class Cycle(Batches[PaymentOrdered]):
    """The state of one quarter. Empty before its first claim.

    What it holds of each claim is shared between one state and the next, so that an event costs the same whether the
    quarter has ten claims or a hundred thousand. Such maps have no order: who needs one sorts.
    """

    batches: tuple[Batch, ...] = ()
    silent: TreasurySilent = field(default_factory=TreasurySilent)  # the newest report of a treasury
    opened: CycleOpened = field(default_factory=CycleOpened)
    claims: HashTrieMap[str, Claim] = field(default_factory=HashTrieMap)
    orders: HashTrieMap[str, Order[PaymentOrdered]] = field(default_factory=HashTrieMap)
    deferred: HashTrieMap[str, int] = field(default_factory=HashTrieMap)  # case -> fen
    carried: HashTrieMap[str, int] = field(default_factory=HashTrieMap)  # case -> fen that joined a later quarter
    brought: FiguresBroughtForward = field(default_factory=FiguresBroughtForward)  # by the quarter before
    reminded: frozenset[int] = frozenset()  # days before the cut-off
    swept_through: str = ""  # the last voucher that was looked at for its validity
    is_swept: bool = False
    frozen: bool = False
    paused: CyclePaused | None = None
    confirmed: bool = False
    closed: CycleClosed | None = None
    index: Index = field(default_factory=Index, metadata=DERIVED)

    @property
    def cycle_id(self) -> str:
        """For instance "bj-slq-2023-2024Q1"."""
        return self.opened.cycle_id

    @property
    def list_id(self) -> str:
        """The same."""
        return self.cycle_id

    @property
    def has_more_to_order(self) -> bool:
        """Whether a claim waits for its order."""
        return len(self.index.payable) > 0

    def awaited(self) -> Mapping[str, Sum]:
        """Orders that were handed in and have no answer, by the day."""
        return dict(self.index.awaited.by_kind.items())

    def requested_by(self, case_id: str) -> tuple[str, ...]:
        """Who asked for the money of a claim."""
        return self.claims[case_id].requested_by

    def verified_by(self, case_id: str) -> tuple[str, ...]:
        """Who decided a claim."""
        return self.claims[case_id].verified_by

    @property
    def cut_off_at(self) -> datetime:
        """The first instant that is too late to join, business time."""
        return self.opened.cut_off_at.ToDatetime(SHANGHAI)

    @property
    def pay_at(self) -> datetime:
        """From when money may move, business time."""
        return self.opened.pay_at.ToDatetime(SHANGHAI)

    @property
    def number(self) -> Quarter:
        """Which quarter it is."""
        return Quarter.parse(self.opened.quarter)

    @property
    def awaits_ruling(self) -> bool:
        """Whether the authority has still to rule that it is paid. (BJ-A13)"""
        return self.opened.awaits_ruling and not self.confirmed

    @property
    def lapses(self) -> bool:
        """Whether vouchers whose validity has ended are still to lapse. (BJ-A13)"""
        return self.opened.lapses_vouchers and not self.is_swept

    def in_order(self) -> list[Claim]:
        """All claims, oldest request first: case numbers count up as requests come in. (BJ-A17)"""
        return [self.claims[case_id] for case_id in sorted(self.claims)]

    def waiting_for(self, at_most: int | None = None) -> list[str]:
        """Claims that are not assessed yet, oldest request first; not more than so many of them."""
        return list(self.index.waiting) if at_most is None else self.index.waiting.first(at_most)

    def ready(self, at_most: int | None = None) -> list[Claim]:
        """Claims to be paid, oldest request first; not more than so many of them."""
        payable = self.index.payable
        return [self.claims[case_id] for case_id in (payable if at_most is None else payable.first(at_most))]

    def paying_for(self, uscc: str) -> list[Claim]:
        """Claims of an enterprise that the quarter pays or has dealt with, oldest request first."""
        found = (self.claims[case_id] for case_id in sorted(self.index.of_holder.get(uscc, ())))
        return [claim for claim in found if claim.state in (ClaimState.READY, ClaimState.DONE)]

    def takes_over(self, case_id: str) -> bool:
        """Whether what is carried over of a claim may join: until the close, unless its turn is past."""
        claim = self.claims.get(case_id)
        return self.closed is None and (claim is None or claim.state == ClaimState.READY)

    def is_open_for(self, case_id: str) -> bool:
        """Whether something of this claim waits here: for its assessment, its order, or the treasury's answer."""
        claim = self.claims.get(case_id)
        waits = claim is not None and claim.state in (ClaimState.ADMITTED, ClaimState.READY)
        return waits or (claim is not None and claim.order_id in self.index.unanswered)

    @property
    def verify_at(self) -> datetime | None:
        """When the quarter verifies the oldest of its claims, business time; None: it has none to verify."""
        day = min(self.index.verify_days, default="")
        return end_of(from_iso(day)) if day else None

    def to_verify(self, on: date, after_case_id: str = "") -> Iterator[str]:
        """Claims to verify whose day is over, oldest request first, from the one after."""
        unverified = self.index.unverified.first(len(self.index.unverified), after_case_id)
        return (case_id for case_id in unverified if self.claims[case_id].verify_on < on.isoformat())

    def conducted(self, after_case_id: str = "") -> Iterator[Claim]:
        """Claims that no person has, oldest request first, from the one after."""
        later = (case_id for case_id in sorted(self.claims, key=by_number) if _comes_after(case_id, after_case_id))
        return (claim for case_id in later if (claim := self.claims[case_id]).is_with_quarter)

    @property
    def has_paid(self) -> bool:
        """Whether it has begun to order payments, or to put them off."""
        return len(self.orders) > 0 or len(self.deferred) > 0

    def outstanding(self) -> list[PaymentOrdered]:
        """Orders without an answer of the treasury, as they were given."""
        return [self.orders[order_id].ordered for order_id in self.index.unanswered]

    def to_pay(self, page: int | None = None) -> list[PaymentOrdered]:
        """Orders that the treasury is asked to carry out: outstanding, and signed by everybody who has to.

        Of one page, or all of them.
        """
        going_out = (order_id for order_id in self._going_out() if page in (None, page_of(order_id)))
        return [self.orders[order_id].ordered for order_id in sorted(going_out, key=by_number)]

    def pages_to_pay(self) -> dict[int, int]:
        """The pages with such orders, in order, each with a number that grows when more of its orders may go out."""
        unanswered = self.index.unanswered.thousands
        pages = {page_of(f"{thousand}000"): unanswered[thousand] for thousand in self.index.unanswered.beginnings()}
        if not self.opened.release:
            return {page: min(len(self.orders), PAGE_ORDERS * (page + 1) - 1) for page in pages}
        found = {}
        for page, order_ids in pages.items():
            signed = [batch for batch in self.batches if batch.is_signed and _is_on(batch, page)]
            if any(not batch.members.isdisjoint(order_ids) for batch in signed):
                found[page] = len(signed)
        return found

    def _going_out(self) -> Iterable[str]:
        if not self.opened.release:
            return self.index.unanswered
        released = (order_id for batch in self.batches if batch.is_signed for order_id in batch.order_ids)
        return (order_id for order_id in released if order_id in self.index.unanswered)


def _is_on(batch: Batch, page: int) -> bool:
    return page_of(batch.order_ids[0]) <= page <= page_of(batch.order_ids[-1])


def _comes_after(case_id: str, other: str) -> bool:
    return not other or by_number(case_id) > by_number(other)


def cycle_id(programme_id: str, quarter: Quarter) -> str:
    """The business key of a quarter, also its workflow id."""
    return f"{programme_id}-{quarter}"


def quarters_of(programme_id: str, cycle_ids: Iterable[str]) -> list[Quarter]:
    """The quarters of a programme among these, in their order; those of one with a longer name are passed over."""
    endings = (cycle_id.removeprefix(f"{programme_id}-") for cycle_id in cycle_ids)
    return [Quarter.parse(ending) for ending in endings if is_quarter(ending)]


def page_of(order_id: str) -> int:
    """The page that an order is on, from 0: a thousand numbers each, and the first order has number 1."""
    return int(order_id.rpartition("-")[2]) // PAGE_ORDERS


def payment_order(cycle_id: str, ordered: PaymentOrdered) -> PaymentOrder:
    """An order as the treasury is asked to carry it out."""
    return PaymentOrder(
        order_id=ordered.order_id,
        payee_name=ordered.payee.holder_name,
        account_number=ordered.payee.number,
        bank_name=ordered.payee.bank_name,
        amount_fen=payable_fen(ordered),
        purpose=ordered.purpose,
        budget_year=from_iso(ordered.pay_on).year,
        pay_on=ordered.pay_on,
        cycle_id=cycle_id,
    )
