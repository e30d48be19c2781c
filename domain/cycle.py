"""One quarter of one programme: who joined, what was paid, deferred or returned, and how it closed. (BJ-4.3)"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from google.protobuf.message import Message

from domain import orders
from domain.calendar import WorkingCalendar
from domain.case import UnknownEvent
from domain.dates import SHANGHAI, Quarter, end_of, from_iso, start_of, timestamp
from domain.orders import Order
from domain.refusals import Refused
from domain.states import changed
from duifu.v1.events_pb2 import (
    ClaimAdmitted,
    ClaimAmount,
    ClaimAssessed,
    ClaimDeferred,
    ClaimDropped,
    CycleClosed,
    CycleConfirmed,
    CycleFrozen,
    CycleOpened,
    PaymentOrdered,
    PaymentReturned,
    PaymentSettled,
)
from duifu.v1.work_pb2 import PaymentOrder

if TYPE_CHECKING:  # workflows fold quarters, and need no programme for it
    from domain.format.programme import Programme


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


@dataclass(frozen=True)
class Cycle:
    """The state of one quarter. Empty before its first claim."""

    opened: CycleOpened = field(default_factory=CycleOpened)
    claims: Mapping[str, Claim] = field(default_factory=dict)  # in the order in which they joined
    orders: Mapping[str, Order[PaymentOrdered]] = field(default_factory=dict)
    deferred: Mapping[str, int] = field(default_factory=dict)  # case -> fen
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

    def waiting_for(self) -> list[str]:
        """Claims that are not assessed yet."""
        return [c.case_id for c in self.claims.values() if c.state == ClaimState.ADMITTED]

    def ready(self) -> list[Claim]:
        """Claims to be paid, oldest request first: case numbers count up as requests come in. (BJ-A17)"""
        return sorted((c for c in self.claims.values() if c.state == ClaimState.READY), key=lambda c: c.case_id)

    def outstanding(self) -> list[PaymentOrdered]:
        """Orders without an answer of the treasury."""
        return orders.outstanding(self.orders)


def cycle_id(programme_id: str, quarter: Quarter) -> str:
    """The business key of a quarter, also its workflow id."""
    return f"{programme_id}-{quarter}"


def open_cycle(programme: "Programme", quarter: Quarter, calendar: WorkingCalendar) -> CycleOpened:
    """The dates of a quarter. Money moves after the cut-off, as of a working day at the quarter's end. (BJ-A11)

    The programme has a redemption. Raises Refused PARAMETER_EXPIRED, CALENDAR_NOT_ANNOUNCED.
    """
    rule = programme.redemption
    assert rule is not None
    last = quarter.days.last
    intake = rule.intake(quarter, programme.rolls_over(calendar, last))
    pays_before = programme.setting(rule.pay_day, last) == "previous_working_day"
    pay_on = calendar.on_or_before(last) if pays_before else calendar.on_or_after(last)
    cut_off_at = end_of(intake.last)
    return CycleOpened(
        cycle_id=cycle_id(programme.programme_id, quarter),
        programme_id=programme.programme_id,
        programme_title=programme.title.zh,
        quarter=str(quarter),
        opens_on=intake.first.isoformat(),
        cut_off_on=intake.last.isoformat(),
        cut_off_at=timestamp(cut_off_at),
        as_of_on=last.isoformat(),
        pay_on=pay_on.isoformat(),
        pay_at=timestamp(max(cut_off_at, start_of(pay_on))),
        paying_year=quarter.year,
        awaits_ruling=quarter >= rule.needs_ruling_from,
        clause=rule.clause,
    )


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


def freeze(cycle: Cycle, at: datetime) -> list[Message]:
    """No more claims join. Raises Refused CYCLE_UNKNOWN, CYCLE_FROZEN, CUT_OFF_NOT_REACHED."""
    _must_exist(cycle)
    if cycle.frozen:
        raise Refused("CYCLE_FROZEN", cycle.opened.clause, cycle=cycle.cycle_id)
    if at < cycle.cut_off_at:
        raise Refused("CUT_OFF_NOT_REACHED", cycle.opened.clause, cycle=cycle.cycle_id, cut_off=cycle.cut_off_at, at=at)
    return [CycleFrozen(case_ids=[c.case_id for c in cycle.claims.values() if c.state != ClaimState.DROPPED])]


def confirm(cycle: Cycle, reason: str) -> list[Message]:
    """The authority rules that this batch is paid. Raises Refused CYCLE_UNKNOWN, NO_RULING_NEEDED, REASON_MISSING."""
    _must_exist(cycle)
    if not cycle.opened.awaits_ruling or cycle.confirmed:
        raise Refused("NO_RULING_NEEDED", "BJ-A13", cycle=cycle.cycle_id)
    if not reason.strip():
        raise Refused("REASON_MISSING", "BJ-A13", title=cycle.cycle_id)
    return [CycleConfirmed(reason=reason)]


def must_be_payable(cycle: Cycle, at: datetime) -> None:
    """Money may move now.

    Raises Refused CYCLE_UNKNOWN, CYCLE_NOT_FROZEN, RULING_MISSING, CLAIMS_NOT_READY, PAY_DAY_NOT_REACHED.
    """
    _must_exist(cycle)
    clause = cycle.opened.clause
    if not cycle.frozen:
        raise Refused("CYCLE_NOT_FROZEN", clause, cycle=cycle.cycle_id)
    if cycle.opened.awaits_ruling and not cycle.confirmed:
        raise Refused("RULING_MISSING", "BJ-A13", cycle=cycle.cycle_id)
    if waiting := cycle.waiting_for():
        raise Refused("CLAIMS_NOT_READY", clause, cycle=cycle.cycle_id, claims="、".join(waiting))
    if at < cycle.pay_at:
        raise Refused("PAY_DAY_NOT_REACHED", clause, cycle=cycle.cycle_id, pay_on=cycle.opened.pay_on, at=at)


def close(cycle: Cycle) -> list[Message]:
    """Name what became of every claim. Raises Refused CYCLE_UNKNOWN, CYCLE_NOT_FROZEN, CYCLE_NOT_SETTLED."""
    _must_exist(cycle)
    if not cycle.frozen:
        raise Refused("CYCLE_NOT_FROZEN", cycle.opened.clause, cycle=cycle.cycle_id)
    undone = [c.case_id for c in cycle.claims.values() if c.state not in (ClaimState.DROPPED, ClaimState.DONE)]
    undone += [order.case_id for order in cycle.outstanding()]
    if undone:
        raise Refused("CYCLE_NOT_SETTLED", cycle.opened.clause, cycle=cycle.cycle_id, claims="、".join(undone))
    paid, returned = (
        [
            ClaimAmount(case_id=order.ordered.case_id, amount_fen=order.ordered.amount_fen)
            for order in cycle.orders.values()
            if order.result == result
        ]
        for result in ("settled", "returned")
    )
    deferred = [ClaimAmount(case_id=case_id, amount_fen=fen) for case_id, fen in cycle.deferred.items()]
    return [
        CycleClosed(
            paid=paid,
            deferred=deferred,
            returned=returned,
            dropped_case_ids=[c.case_id for c in cycle.claims.values() if c.state == ClaimState.DROPPED],
            paid_fen=sum(a.amount_fen for a in paid),
            deferred_fen=sum(a.amount_fen for a in deferred),
            returned_fen=sum(a.amount_fen for a in returned),
        )
    ]


def evolve(cycle: Cycle, event: Message) -> Cycle:
    """The quarter after one more event."""
    match event:
        case CycleOpened():
            return changed(cycle, opened=event)
        case ClaimAdmitted():
            known = cycle.claims.get(event.case_id)
            state = ClaimState.READY if event.carried_from_cycle_id else ClaimState.ADMITTED
            due_fen = event.carried_fen + (known.due_fen if known else 0)
            return _with_claim(cycle, Claim(event.case_id, event.voucher_id, event.uscc, state, due_fen))
        case ClaimAssessed():
            claim = cycle.claims[event.case_id]
            return _with_claim(cycle, replace(claim, state=ClaimState.READY, due_fen=event.due_fen))
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
            return changed(done, deferred={**cycle.deferred, event.case_id: event.amount_fen})
        case PaymentSettled():
            return changed(cycle, orders=orders.with_result(cycle.orders, event.order_id, "settled"))
        case PaymentReturned():
            return changed(cycle, orders=orders.with_result(cycle.orders, event.order_id, "returned"))
        case CycleClosed():
            return changed(cycle, closed=event)
    raise UnknownEvent(type(event).__name__)


def _must_exist(cycle: Cycle) -> None:
    if not cycle.cycle_id:
        raise Refused("CYCLE_UNKNOWN")
    if cycle.closed is not None:
        raise Refused("CYCLE_CLOSED", cycle.opened.clause, cycle=cycle.cycle_id)


def _with_claim(cycle: Cycle, claim: Claim) -> Cycle:
    return changed(cycle, claims={**cycle.claims, claim.case_id: claim})
