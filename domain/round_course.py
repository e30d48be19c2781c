"""How each event changes a round. Only assigns; what was decided stays decided under any later rule."""

from dataclasses import replace

from google.protobuf.message import Message

from domain import orders
from domain.batches import with_batch, with_signature
from domain.case import UnknownEvent
from domain.dates import SHANGHAI
from domain.orders import Order
from domain.round import Applicant, Objection, Round, Standing
from domain.states import changed
from duifu.v1.events_pb2 import (
    ApplicantCleared,
    ApplicantDetermined,
    ApplicantJoined,
    ApplicantLeft,
    ApplicantReopened,
    GrantCameBack,
    GrantOrdered,
    GrantReturned,
    GrantSettled,
    NoticeClosed,
    ObjectionRaised,
    ObjectionSettled,
    PaymentBatchMade,
    PaymentBatchSigned,
    RoundAllocated,
    RoundClosed,
    RoundOpened,
    TreasurySilent,
)


def evolve(round_: Round, event: Message) -> Round:
    """The round after one more event."""
    match event:
        case RoundOpened():
            return changed(round_, opened=event)
        case ApplicantJoined():
            return _with(round_, Applicant(event.case_id, event.uscc, event.name))
        case ApplicantDetermined():
            known = replace(
                round_.applicants[event.case_id], standing=Standing.DETERMINED, approved_rate=event.approved_rate
            )
            return changed(_with(round_, known), is_stale=True)
        case ApplicantReopened():
            known = replace(round_.applicants[event.case_id], standing=Standing.REVIEWED)
            return changed(_with(round_, known), is_stale=True)
        case ApplicantLeft():
            known = round_.applicants[event.case_id]
            gone = replace(known, standing=Standing.LEFT, amount_fen=0, levels={}, notice_closes_at=None)
            return changed(_with(round_, gone), is_stale=round_.is_stale or bool(known.amount_fen))
        case RoundAllocated():
            return _allocated(round_, event)
        case NoticeClosed():
            for case_id in event.case_ids:
                over = replace(round_.applicants[case_id], standing=Standing.PUBLISHED)
                round_ = _with(round_, over)
            return round_
        case ApplicantCleared():
            requested_by, verified_by = tuple(event.requested_by), tuple(event.verified_by)
            cleared = replace(
                round_.applicants[event.case_id],
                standing=Standing.CLEARED,
                requested_by=requested_by,
                verified_by=verified_by,
            )
            return _with(round_, cleared)
        case ObjectionRaised():
            return changed(round_, objections={**round_.objections, event.objection: Objection(event)})
        case ObjectionSettled():
            known_objection = replace(round_.objections[event.objection], settled=event)
            return changed(round_, objections={**round_.objections, event.objection: known_objection})
        case GrantOrdered():
            return changed(round_, orders={**round_.orders, event.order_id: Order.of(event)})
        case GrantSettled():
            return changed(round_, orders=orders.with_result(round_.orders, event.order_id, "settled"))
        case GrantReturned():
            result = "withheld" if event.withheld_by else "returned"
            return changed(round_, orders=orders.with_result(round_.orders, event.order_id, result))
        case PaymentBatchMade():
            return changed(round_, batches=with_batch(round_.batches, event))
        case PaymentBatchSigned():
            return changed(round_, batches=with_signature(round_.batches, event))
        case TreasurySilent():
            return changed(round_, silent=event)
        case GrantCameBack():
            return changed(round_, came_back={**round_.came_back, event.order_id: event})
        case RoundClosed():
            return changed(round_, closed=event)
    raise UnknownEvent(type(event).__name__)


def _allocated(round_: Round, event: RoundAllocated) -> Round:
    closes_at = event.notice_closes_at.ToDatetime(SHANGHAI) if event.HasField("notice_closes_at") else None
    applicants = dict(round_.applicants)
    for share in event.shares:
        known = applicants[share.case_id]
        levels = {level.level: level.amount_fen for level in share.levels}
        after = replace(known, amount_fen=share.amount_fen, levels=levels)
        if share.case_id in event.noticed_case_ids:
            after = replace(after, standing=Standing.NOTICED, notice_closes_at=closes_at)
        elif known.standing is Standing.DETERMINED:
            after = replace(after, standing=Standing.PUBLISHED)
        applicants[share.case_id] = after
    return changed(round_, applicants=applicants, allocations=event.number, is_stale=False)


def _with(round_: Round, applicant: Applicant) -> Round:
    return changed(round_, applicants={**round_.applicants, applicant.case_id: applicant})
