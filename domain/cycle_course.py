"""How each event changes a quarter. Only assigns; what was decided stays decided under any later rule."""

from __future__ import annotations  # the maps cannot be subscripted while the program runs

from dataclasses import replace
from functools import lru_cache
from sys import intern

from google.protobuf.message import Message
from rpds import HashTrieMap

from domain.batches import with_batch, with_signature
from domain.case import UnknownEvent
from domain.cycle import Cycle
from domain.orders import Order, set_off_fen
from domain.quarter_index import Claim, ClaimState
from domain.states import changed
from duifu.v1.events_pb2 import (
    ClaimAdmitted,
    ClaimAssessed,
    ClaimDeferred,
    ClaimDropped,
    ClaimPutOff,
    ClaimReferred,
    CycleClosed,
    CycleConfirmed,
    CycleFrozen,
    CycleOpened,
    CyclePaused,
    CycleReminded,
    CycleResumed,
    FiguresBroughtForward,
    PaymentBatchMade,
    PaymentBatchSigned,
    PaymentOrdered,
    PaymentReturned,
    PaymentSettled,
    TreasurySilent,
    VouchersSwept,
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
            verified_by, order_id = _shared(*event.verified_by), known.order_id if known else ""
            asked = _shared(*event.requested_by)
            claim = Claim(
                event.case_id,
                event.voucher_id,
                intern(event.uscc),
                state,
                due_fen,
                verified_by,
                order_id,
                asked,
                event.is_with_quarter,
                intern(event.verify_on),
            )
            return _with_claim(cycle, claim)
        case ClaimPutOff():
            return _with_claim(cycle, replace(cycle.claims[event.case_id], verify_on=intern(event.verify_on)))
        case ClaimReferred():
            return _with_claim(cycle, replace(cycle.claims[event.case_id], is_with_quarter=False))
        case ClaimAssessed():
            claim, verified_by = cycle.claims[event.case_id], _shared(*event.verified_by)
            ready = replace(claim, state=ClaimState.READY, due_fen=event.due_fen, verified_by=verified_by)
            return _with_claim(cycle, ready)
        case ClaimDropped():
            return _with_claim(cycle, replace(cycle.claims[event.case_id], state=ClaimState.DROPPED))
        case CycleFrozen():
            return changed(cycle, frozen=True)
        case CycleConfirmed():
            return changed(cycle, confirmed=True)
        case PaymentOrdered():
            order_id = event.order_id
            ordered = replace(cycle.claims[event.case_id], state=ClaimState.DONE, order_id=order_id)
            done = _with_claim(cycle, ordered)
            index = done.index.with_order(order_id, event.amount_fen, set_off_fen(event), event.answer_due_on)
            return changed(done, orders=cycle.orders.insert(order_id, Order.of(event)), index=index)
        case ClaimDeferred():
            done = _with_claim(cycle, replace(cycle.claims[event.case_id], state=ClaimState.DONE))
            later = _carried(cycle, event.case_id, event.amount_fen if event.to_cycle_id else 0)
            index = done.index.with_deferred(cycle.deferred.get(event.case_id), event.amount_fen)
            deferred = cycle.deferred.insert(event.case_id, event.amount_fen)
            return changed(done, deferred=deferred, carried=later, index=index)
        case PaymentSettled():
            return _answered(cycle, event.order_id, "settled")
        case PaymentReturned():
            returned = cycle.orders[event.order_id].ordered
            later = _carried(cycle, returned.case_id, returned.amount_fen if event.to_cycle_id else 0)
            answered = _answered(cycle, event.order_id, "withheld" if event.withheld_by else "returned")
            return changed(answered, carried=later)
        case PaymentBatchMade():
            return changed(cycle, batches=with_batch(cycle.batches, event))
        case PaymentBatchSigned():
            signed = changed(cycle, batches=with_signature(cycle.batches, event))
            return _handed_in(signed, event) if event.answer_due_on else signed
        case TreasurySilent():
            return changed(cycle, silent=event)
        case CyclePaused():
            return changed(cycle, paused=event)
        case CycleResumed():
            return changed(cycle, paused=None)
        case CycleReminded():
            return changed(cycle, reminded=cycle.reminded | {event.days_left})
        case FiguresBroughtForward():
            return changed(cycle, brought=event)
        case VouchersSwept():
            return changed(cycle, swept_through=event.last_voucher_id, is_swept=event.is_last)
        case CycleClosed():
            return changed(cycle, closed=event)
    raise UnknownEvent(type(event).__name__)


@lru_cache(maxsize=4096)
def _shared(*accounts: str) -> tuple[str, ...]:
    """The same accounts as one value for all claims that have them: messages give each their own."""
    return accounts


def _carried(cycle: Cycle, case_id: str, amount_fen: int) -> HashTrieMap[str, int]:
    if not amount_fen:
        return cycle.carried
    return cycle.carried.insert(case_id, cycle.carried.get(case_id, 0) + amount_fen)


def _handed_in(cycle: Cycle, event: PaymentBatchSigned) -> Cycle:
    batch = next(batch for batch in cycle.batches if batch.number == event.batch)
    return changed(cycle, index=cycle.index.handed_in(cycle.in_batch(batch), event.answer_due_on))


def _answered(cycle: Cycle, order_id: str, result: str) -> Cycle:
    known = cycle.orders[order_id]
    ordered, due_on = known.ordered, cycle.answer_due_on(known.ordered)
    index = cycle.index.with_answer(order_id, known.result, result, ordered.amount_fen, set_off_fen(ordered), due_on)
    return changed(cycle, orders=cycle.orders.insert(order_id, replace(known, result=result)), index=index)


def _with_claim(cycle: Cycle, claim: Claim) -> Cycle:
    index = cycle.index.with_claim(cycle.claims.get(claim.case_id), claim)
    return changed(cycle, claims=cycle.claims.insert(claim.case_id, claim), index=index)
