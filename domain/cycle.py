"""One quarter of one programme: who joined, what was paid, deferred or returned, and how it closed. (BJ-4.3)"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from google.protobuf.message import Message

from domain import orders
from domain.case import UnknownEvent
from domain.dates import SHANGHAI, Quarter, from_iso, is_quarter
from domain.orders import Order
from domain.states import changed
from duifu.v1.events_pb2 import (
    ClaimAdmitted,
    ClaimAssessed,
    ClaimDeferred,
    ClaimDropped,
    CycleClosed,
    CycleConfirmed,
    CycleFrozen,
    CycleOpened,
    CycleReminded,
    FiguresBroughtForward,
    PaymentBatchMade,
    PaymentBatchSigned,
    PaymentOrdered,
    PaymentReturned,
    PaymentSettled,
    ReleaseStep,
    Reminder,
)
from duifu.v1.work_pb2 import PaymentOrder


class ClaimState(StrEnum):
    """Where a claim stands in its quarter."""

    ADMITTED = "admitted"  # waits for verification and assessment
    READY = "ready"  # assessed; waits for the batch
    DROPPED = "dropped"
    DONE = "done"  # ordered, deferred, or both


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim in one quarter."""

    case_id: str
    voucher_id: str
    uscc: str
    state: ClaimState
    due_fen: int = 0
    verified_by: tuple[str, ...] = ()  # accounts


@dataclass(frozen=True, slots=True)
class Batch:
    """Orders that are released together: who has to sign, and who has."""

    number: int
    order_ids: tuple[str, ...]
    steps: tuple[str, ...]
    signed_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # step -> accounts

    @property
    def next_step(self) -> str:
        """The first step that nobody has signed; empty: it is released."""
        return next((step for step in self.steps if step not in self.signed_by), "")


@dataclass(frozen=True)
class Cycle:
    """The state of one quarter. Empty before its first claim."""

    opened: CycleOpened = field(default_factory=CycleOpened)
    claims: Mapping[str, Claim] = field(default_factory=dict)  # in the order in which they joined
    orders: Mapping[str, Order[PaymentOrdered]] = field(default_factory=dict)
    deferred: Mapping[str, int] = field(default_factory=dict)  # case -> fen
    carried: Mapping[str, int] = field(default_factory=dict)  # case -> fen that joined a later quarter
    brought: FiguresBroughtForward = field(default_factory=FiguresBroughtForward)  # by the quarter before
    reminded: frozenset[int] = frozenset()  # days before the cut-off
    batches: tuple[Batch, ...] = ()
    frozen: bool = False
    confirmed: bool = False
    closed: CycleClosed | None = None

    @property
    def cycle_id(self) -> str:
        """For instance "bj-slq-2023-2024Q1"."""
        return self.opened.cycle_id

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

    def waiting_for(self) -> list[str]:
        """Claims that are not assessed yet."""
        return [c.case_id for c in self.claims.values() if c.state == ClaimState.ADMITTED]

    def ready(self) -> list[Claim]:
        """Claims to be paid, oldest request first: case numbers count up as requests come in. (BJ-A17)"""
        return sorted((c for c in self.claims.values() if c.state == ClaimState.READY), key=lambda c: c.case_id)

    def paying_for(self, uscc: str) -> list[Claim]:
        """Claims of an enterprise that the quarter pays or has dealt with, oldest request first."""
        found = (c for c in self.claims.values() if c.uscc == uscc and c.state in (ClaimState.READY, ClaimState.DONE))
        return sorted(found, key=lambda c: c.case_id)

    def takes_over(self, case_id: str) -> bool:
        """Whether what is carried over of a claim may join: until the close, unless its turn is past."""
        claim = self.claims.get(case_id)
        return self.closed is None and (claim is None or claim.state == ClaimState.READY)

    def is_open_for(self, case_id: str) -> bool:
        """Whether something of this claim waits here: for its assessment, its order, or the treasury's answer."""
        claim = self.claims.get(case_id)
        waits = claim is not None and claim.state in (ClaimState.ADMITTED, ClaimState.READY)
        return waits or any(ordered.case_id == case_id for ordered in self.outstanding())

    @property
    def has_paid(self) -> bool:
        """Whether it has begun to order payments, or to put them off."""
        return bool(self.orders or self.deferred)

    def to_remind(self, at: datetime) -> Reminder | None:
        """The reminder whose moment has come, of several the last; those of before it are in vain then."""
        said = min(self.reminded, default=None)
        due = [r for r in self.opened.reminders if r.remind_at.ToDatetime(SHANGHAI) <= at]
        nearest = min(due, key=lambda reminder: reminder.days_left, default=None)
        return nearest if nearest and (said is None or nearest.days_left < said) else None

    def next_moment(self, at: datetime) -> datetime:
        """When the quarter has to be seen to before it is cut off: the next reminder, or the cut-off."""
        moments = (reminder.remind_at.ToDatetime(SHANGHAI) for reminder in self.opened.reminders)
        return min((moment for moment in moments if moment > at), default=self.cut_off_at)

    def outstanding(self) -> list[PaymentOrdered]:
        """Orders without an answer of the treasury."""
        return orders.outstanding(self.orders)

    def to_pay(self) -> list[PaymentOrdered]:
        """Orders that the treasury is asked to carry out: outstanding, and signed by everybody who has to."""
        if not self.opened.release:
            return self.outstanding()
        released = {order_id for batch in self.batches if not batch.next_step for order_id in batch.order_ids}
        return [ordered for ordered in self.outstanding() if ordered.order_id in released]

    def in_batch(self, batch: Batch) -> list[PaymentOrdered]:
        """The orders of a batch that were not held back, and not answered."""
        members = set(batch.order_ids)
        return [ordered for ordered in self.outstanding() if ordered.order_id in members]

    def to_sign(self) -> list[Batch]:
        """Batches that wait to be signed."""
        return [batch for batch in self.batches if batch.next_step and self.in_batch(batch)]

    def step(self, key: str) -> ReleaseStep:
        """How a batch is signed. Raises KeyError."""
        return {step.key: step for step in self.opened.release}[key]


def cycle_id(programme_id: str, quarter: Quarter) -> str:
    """The business key of a quarter, also its workflow id."""
    return f"{programme_id}-{quarter}"


def quarters_of(programme_id: str, cycle_ids: Iterable[str]) -> list[Quarter]:
    """The quarters of a programme among these, in their order; those of one with a longer name are passed over."""
    endings = (cycle_id.removeprefix(f"{programme_id}-") for cycle_id in cycle_ids)
    return [Quarter.parse(ending) for ending in endings if is_quarter(ending)]


def payment_order(cycle_id: str, ordered: PaymentOrdered) -> PaymentOrder:
    """An order as the treasury is asked to carry it out."""
    return PaymentOrder(
        order_id=ordered.order_id,
        payee_name=ordered.payee.holder_name,
        account_number=ordered.payee.number,
        bank_name=ordered.payee.bank_name,
        amount_fen=ordered.amount_fen,
        purpose=ordered.purpose,
        budget_year=from_iso(ordered.pay_on).year,
        pay_on=ordered.pay_on,
        cycle_id=cycle_id,
    )


def evolve(cycle: Cycle, event: Message) -> Cycle:
    """The quarter after one more event."""
    match event:
        case CycleOpened():
            return changed(cycle, opened=event)
        case ClaimAdmitted():
            known = cycle.claims.get(event.case_id)
            state = ClaimState.READY if event.carried_from_cycle_id else ClaimState.ADMITTED
            due_fen = event.carried_fen + (known.due_fen if known and known.state == ClaimState.READY else 0)
            verified_by = tuple(event.verified_by)
            return _with_claim(cycle, Claim(event.case_id, event.voucher_id, event.uscc, state, due_fen, verified_by))
        case ClaimAssessed():
            claim, verified_by = cycle.claims[event.case_id], tuple(event.verified_by)
            ready = replace(claim, state=ClaimState.READY, due_fen=event.due_fen, verified_by=verified_by)
            return _with_claim(cycle, ready)
        case ClaimDropped():
            return _with_claim(cycle, replace(cycle.claims[event.case_id], state=ClaimState.DROPPED))
        case CycleFrozen():
            return changed(cycle, frozen=True)
        case CycleConfirmed():
            return changed(cycle, confirmed=True)
        case PaymentOrdered():
            done = _with_claim(cycle, replace(cycle.claims[event.case_id], state=ClaimState.DONE))
            return changed(done, orders={**cycle.orders, event.order_id: Order(event)})
        case ClaimDeferred():
            done = _with_claim(cycle, replace(cycle.claims[event.case_id], state=ClaimState.DONE))
            later = _carried(cycle, event.case_id, event.amount_fen if event.to_cycle_id else 0)
            return changed(done, deferred={**cycle.deferred, event.case_id: event.amount_fen}, carried=later)
        case PaymentSettled():
            return changed(cycle, orders=orders.with_result(cycle.orders, event.order_id, "settled"))
        case PaymentReturned():
            ordered = cycle.orders[event.order_id].ordered
            later = _carried(cycle, ordered.case_id, ordered.amount_fen if event.to_cycle_id else 0)
            result = "withheld" if event.withheld_by else "returned"
            answered = orders.with_result(cycle.orders, event.order_id, result)
            return changed(cycle, orders=answered, carried=later)
        case PaymentBatchMade():
            made = Batch(event.batch, tuple(event.order_ids), tuple(event.steps))
            return changed(cycle, batches=(*cycle.batches, made))
        case PaymentBatchSigned():
            accounts = tuple(account for account in (event.signed_by, event.on_behalf_of) if account)
            return changed(
                cycle,
                batches=tuple(
                    replace(batch, signed_by={**batch.signed_by, event.step: accounts})
                    if batch.number == event.batch
                    else batch
                    for batch in cycle.batches
                ),
            )
        case CycleReminded():
            return changed(cycle, reminded=cycle.reminded | {event.days_left})
        case FiguresBroughtForward():
            return changed(cycle, brought=event)
        case CycleClosed():
            return changed(cycle, closed=event)
    raise UnknownEvent(type(event).__name__)


def _carried(cycle: Cycle, case_id: str, amount_fen: int) -> Mapping[str, int]:
    return {**cycle.carried, case_id: cycle.carried.get(case_id, 0) + amount_fen} if amount_fen else cycle.carried


def _with_claim(cycle: Cycle, claim: Claim) -> Cycle:
    return changed(cycle, claims={**cycle.claims, claim.case_id: claim})
