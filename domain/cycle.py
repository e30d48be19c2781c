"""One quarter of one programme: who joined, what was paid, deferred or returned, and how it closed. (BJ-4.3)"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from google.protobuf.message import Message

from domain import orders
from domain.case import UnknownEvent
from domain.dates import SHANGHAI, Quarter, from_iso
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
    PaymentOrdered,
    PaymentReturned,
    PaymentSettled,
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

    def paying_for(self, uscc: str) -> list[Claim]:
        """Claims of an enterprise that the quarter pays or has dealt with, oldest request first."""
        found = (c for c in self.claims.values() if c.uscc == uscc and c.state in (ClaimState.READY, ClaimState.DONE))
        return sorted(found, key=lambda c: c.case_id)

    def is_open_for(self, case_id: str) -> bool:
        """Whether something of this claim waits here: for its assessment, its order, or the treasury's answer."""
        claim = self.claims.get(case_id)
        waits = claim is not None and claim.state in (ClaimState.ADMITTED, ClaimState.READY)
        return waits or any(ordered.case_id == case_id for ordered in self.outstanding())

    @property
    def has_paid(self) -> bool:
        """Whether it has begun to order payments, or to put them off."""
        return bool(self.orders or self.deferred)

    def outstanding(self) -> list[PaymentOrdered]:
        """Orders without an answer of the treasury."""
        return orders.outstanding(self.orders)


def cycle_id(programme_id: str, quarter: Quarter) -> str:
    """The business key of a quarter, also its workflow id."""
    return f"{programme_id}-{quarter}"


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


def _with_claim(cycle: Cycle, claim: Claim) -> Cycle:
    return changed(cycle, claims={**cycle.claims, claim.case_id: claim})
