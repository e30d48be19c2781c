"""The rows of the views. Each is a function of one stream at a position; money is integer fen, a day "2024-03-31"."""

from dataclasses import dataclass
from typing import Any

from domain import tasks
from domain.case import Case
from domain.cycle import Cycle
from domain.dates import SHANGHAI
from domain.headroom import EnterpriseYear
from domain.money import floor, from_exact_text
from domain.paying_wording import quarter_standing
from domain.quarter_index import ClaimState
from domain.wording import last_day, standing
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_CANCELLED,
    CASE_OUTCOME_ISSUED,
    CASE_OUTCOME_PAID,
    CASE_OUTCOME_REFUSED,
    CASE_OUTCOME_WITHDRAWN,
    CLAIM_PAYMENT_STATUS_CAME_BACK,
    CLAIM_PAYMENT_STATUS_SETTLED,
)
from duifu.v1.plan_pb2 import CASE_KIND_GRANT_APPLICATION, CASE_KIND_REDEMPTION_CLAIM, CASE_KIND_VOUCHER_CLAIM
from views.books import CaseBook, CycleBook, Place, RoundBook, VoucherBook
from views.round_rows import RoundLevelRow, RoundPaymentRow, RoundRow, of_round

KINDS = {
    CASE_KIND_VOUCHER_CLAIM: "voucher-claim",
    CASE_KIND_REDEMPTION_CLAIM: "redemption-claim",
    CASE_KIND_GRANT_APPLICATION: "grant-application",
}
OUTCOMES = {
    CASE_OUTCOME_CANCELLED: "cancelled",
    CASE_OUTCOME_ISSUED: "issued",
    CASE_OUTCOME_REFUSED: "refused",
    CASE_OUTCOME_WITHDRAWN: "withdrawn",
    CASE_OUTCOME_PAID: "paid",
}


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One claim: CaseOpened, what was decided since, and CaseClosed."""

    case_id: str
    programme_id: str
    kind: str  # "voucher-claim", "redemption-claim" or "grant-application"
    applicant_uscc: str
    applicant_name: str
    opened_on: str
    accepted_on: str | None  # CaseAccepted
    year: int | None  # whose head-room a voucher claim uses; from CaseAccepted (BJ-A7)
    stage: str | None  # StageOpened; none once closed
    stage_title: str | None
    waits_on: str | None
    awaited: str | None  # the roles that may act next, each between bars: "|review-officer|"
    due_at: str | None  # the instant, in Shanghai
    due_on: str | None  # the last day that counts
    is_overdue: bool  # StageLapsed: the deadline passed and was escalated
    is_held: bool  # IssuanceHeld: waits for head-room behind earlier claims
    standing: str  # in words
    outcome: str | None  # CaseClosed: "issued", "refused", "withdrawn", "cancelled" or "paid"
    closed_on: str | None
    amount_fen: int  # at the end, else due, else approved
    issued_fen: int  # CaseClosed, if a voucher was issued
    due_fen: int  # AmountDetermined
    settled_fen: int  # ClaimPaymentChanged or GrantPaymentChanged, as settled
    round_id: str | None  # the round an application joined
    pool_fen: int  # what the round had to share, by the newest AmountAllocated
    given_fen: int  # of it, to this case; 0 once it has left the round
    allocated_fen: int  # of all levels; 0 once it has left the round
    cycle_id: str | None  # the quarter a redemption claim joined
    voucher_id: str | None
    is_rehearsal: bool
    version: int
    position: int


@dataclass(frozen=True, slots=True)
class VoucherRow:
    """One voucher: VoucherIssued, RedemptionAssessed, VoucherRedeemed, VoucherRescaled."""

    voucher_id: str
    programme_id: str
    case_id: str
    uscc: str
    holder_name: str
    issued_on: str
    contract_number: str
    face_fen: int
    due_fen: int  # assessed so far
    redeemed_fen: int  # paid so far
    left_fen: int  # of the face, neither paid nor expired
    expired_fen: int  # of the face, that nobody asked for in time (BJ-A13)
    valid_through: str | None
    lapsed_fen: int  # of what it was issued with (BJ-A18)
    claw_back_fen: int  # of what was paid, to be paid back
    claims: int  # assessed so far
    status: str  # "unused", "part-redeemed" or "redeemed"
    version: int
    position: int


@dataclass(frozen=True, slots=True)
class RedemptionRow:
    """What one quarter paid of one voucher: VoucherRedeemed."""

    voucher_id: str
    cycle_id: str
    programme_id: str
    redeemed_fen: int
    version: int
    position: int


@dataclass(frozen=True, slots=True)
class EnterpriseYearRow:
    """The two annual ledgers of one enterprise. (BJ-3.3)"""

    programme_id: str
    uscc: str
    year: int
    queued: int  # HeadroomReserved: claims accepted and not decided, or held
    reserved_fen: int  # their ceilings
    held: int  # HeadroomHeld: decided claims that wait for earlier ones
    held_fen: int
    vouchers: int  # HeadroomIssued
    issued_fen: int
    orders: int  # RedemptionHeadroomUsed, not restored
    redeemed_fen: int  # ordered and not returned
    version: int
    position: int


@dataclass(frozen=True, slots=True)
class CycleRow:
    """One quarter of one programme: its claims and its payment orders."""

    cycle_id: str
    programme_id: str
    quarter: str
    year: int  # whose redemption cap counts (BJ-A7)
    state: str  # "receiving", "awaits-ruling", "assessing", "payable", "paying" or "closed"
    standing: str  # in words
    opens_on: str
    cut_off_on: str
    pay_on: str
    closed_on: str | None
    claims: int  # ClaimAdmitted
    unassessed: int
    dropped: int  # ClaimDropped
    done: int  # ordered, deferred, or both
    due_fen: int  # of all claims but the dropped
    done_due_fen: int  # of the claims that are done
    orders: int  # PaymentOrdered
    ordered_fen: int
    settled: int  # PaymentSettled
    settled_fen: int
    returned: int  # PaymentReturned
    returned_fen: int
    under_way: int  # without an answer of the treasury
    under_way_fen: int
    deferred: int  # ClaimDeferred, carried on or lapsed
    deferred_fen: int
    closed_paid_fen: int  # what CycleClosed says, 0 before
    closed_deferred_fen: int
    closed_returned_fen: int
    version: int
    position: int


Row = CaseRow | VoucherRow | RedemptionRow | EnterpriseYearRow | CycleRow | RoundRow | RoundLevelRow | RoundPaymentRow


def rows_of(stream: str, book: Any, place: Place) -> list[Row]:
    """What the views say about one stream, as its book stands. Raises TypeError for a book that is not ours."""
    match book:
        case CaseBook():
            return [_case(book, place)]
        case VoucherBook():
            return [_voucher(book, place), *_redemptions(book, place)]
        case EnterpriseYear():
            return [_enterprise_year(stream, book, place)]
        case CycleBook():
            return [_cycle(book, place)]
        case RoundBook():
            return [*of_round(book, place)]
    raise TypeError(f"{type(book).__name__} of {stream}")


def _case(book: CaseBook, place: Place) -> CaseRow:
    case, closed, stage = book.case, book.case.closed, book.case.stage
    due_at = stage.due_at if stage else None
    is_issued = closed is not None and closed.outcome == CASE_OUTCOME_ISSUED
    voucher_id = (closed.voucher_id if closed else "") or case.redemption.voucher_id
    return CaseRow(
        case_id=case.case_id,
        programme_id=case.plan.programme_id,
        kind=KINDS[case.plan.kind],
        applicant_uscc=case.applicant_uscc,
        applicant_name=case.applicant_name,
        opened_on=case.received_on.isoformat(),
        accepted_on=case.accepted_on.isoformat() if case.accepted_on else None,
        year=case.accepted_on.year if case.accepted_on else None,
        stage=stage.key if stage else None,
        stage_title=stage.title if stage else None,
        waits_on=stage.waits_on if stage else None,
        awaited=_between_bars(tasks.awaited(tasks.next_step(case))),
        due_at=due_at.astimezone(SHANGHAI).isoformat() if due_at else None,
        due_on=last_day(due_at) if due_at else None,
        is_overdue=stage is not None and stage.is_overdue,
        is_held=bool(case.held_behind) and closed is None,
        standing=standing(case),
        outcome=OUTCOMES[closed.outcome] if closed else None,
        closed_on=book.closed_on,
        amount_fen=case.amount_fen,
        issued_fen=closed.amount_fen if closed and is_issued else 0,
        due_fen=case.due_fen,
        settled_fen=case.settled_fen + _grants_settled_fen(case),
        round_id=case.round_id or None,
        pool_fen=_of_pool(case, "left"),
        given_fen=_of_pool(case, "given") if _takes_part(case) else 0,
        allocated_fen=case.allocated.amount_fen if case.allocated and _takes_part(case) else 0,
        cycle_id=case.cycle_id or None,
        voucher_id=voucher_id or None,
        is_rehearsal=case.plan.is_rehearsal,
        version=place.version,
        position=place.position,
    )


def _between_bars(roles: list[str]) -> str | None:
    return f"|{'|'.join(roles)}|" if roles else None


def _takes_part(case: Case) -> bool:
    return case.closed is None or case.closed.outcome == CASE_OUTCOME_PAID


def _of_pool(case: Case, operand: str) -> int:
    """What the calculation says of the pool; 0 before it was shared."""
    steps = case.allocated.trace.steps if case.allocated else ()
    found = (one.exact for step in steps if step.operation == "pool" for one in step.operands if one.name == operand)
    return sum(map(floor, map(from_exact_text, found)))


def _grants_settled_fen(case: Case) -> int:
    kept = (CLAIM_PAYMENT_STATUS_SETTLED, CLAIM_PAYMENT_STATUS_CAME_BACK)  # back at the treasury for good
    settled = (paid for paid in case.payments.values() if paid.status in kept and not paid.is_due_again)
    return sum(paid.amount_fen for paid in settled)


def _voucher(book: VoucherBook, place: Place) -> VoucherRow:
    voucher = book.voucher
    left_fen = voucher.face_value_fen - (voucher.paid_fen - voucher.claw_back_fen) - voucher.expired_fen
    part = "part-redeemed" if left_fen or voucher.expired_fen else "redeemed"
    return VoucherRow(
        voucher_id=voucher.voucher_id,
        programme_id=voucher.programme_id,
        case_id=voucher.case_id,
        uscc=voucher.uscc,
        holder_name=voucher.holder_name,
        issued_on=book.issued_on,
        contract_number=voucher.contract.contract_number,
        face_fen=voucher.face_value_fen,
        due_fen=voucher.due_fen,
        redeemed_fen=voucher.paid_fen,
        left_fen=left_fen,
        expired_fen=voucher.expired_fen,
        valid_through=voucher.valid_through or None,
        lapsed_fen=voucher.lapsed_fen,
        claw_back_fen=voucher.claw_back_fen,
        claims=len(voucher.assessed),
        status=part if voucher.paid_fen else "unused",
        version=place.version,
        position=place.position,
    )


def _redemptions(book: VoucherBook, place: Place) -> list[RedemptionRow]:
    voucher = book.voucher
    return [
        RedemptionRow(voucher.voucher_id, cycle_id, voucher.programme_id, paid_fen, place.version, place.position)
        for cycle_id, paid_fen in book.paid_fen.items()
    ]


def _enterprise_year(stream: str, year: EnterpriseYear, place: Place) -> EnterpriseYearRow:
    _, programme_id, uscc, number = stream.split("/")
    return EnterpriseYearRow(
        programme_id=programme_id,
        uscc=uscc,
        year=int(number),
        queued=len(year.queue),
        reserved_fen=sum(year.queue.values()),
        held=len(year.held),
        held_fen=sum(year.held.values()),
        vouchers=len(year.issued),
        issued_fen=year.issued_fen,
        orders=len(year.redeemed),
        redeemed_fen=year.ordered_fen,
        version=place.version,
        position=place.position,
    )


def _cycle(book: CycleBook, place: Place) -> CycleRow:
    cycle, opened, closed = book.cycle, book.cycle.opened, book.cycle.closed
    claims, orders = cycle.index.claims, cycle.index.orders
    admitted, ready, done = claims[ClaimState.ADMITTED], claims[ClaimState.READY], claims[ClaimState.DONE]
    under_way, settled, returned = orders[""], orders["settled"], orders["returned"]
    return CycleRow(
        cycle_id=cycle.cycle_id,
        programme_id=opened.programme_id,
        quarter=opened.quarter,
        year=opened.paying_year,
        state=_state(cycle),
        standing=quarter_standing(cycle),
        opens_on=opened.opens_on,
        cut_off_on=opened.cut_off_on,
        pay_on=opened.pay_on,
        closed_on=book.closed_on,
        claims=len(cycle.claims),
        unassessed=admitted.count,
        dropped=claims[ClaimState.DROPPED].count,
        done=done.count,
        due_fen=admitted.fen + ready.fen + done.fen,
        done_due_fen=done.fen,
        orders=len(cycle.orders),
        ordered_fen=under_way.fen + settled.fen + returned.fen + orders["withheld"].fen,
        settled=settled.count,
        settled_fen=settled.fen,
        returned=returned.count,
        returned_fen=returned.fen,
        under_way=under_way.count,
        under_way_fen=under_way.fen,
        deferred=cycle.index.deferred.count,
        deferred_fen=cycle.index.deferred.fen,
        closed_paid_fen=closed.paid_fen if closed else 0,
        closed_deferred_fen=closed.deferred_fen if closed else 0,
        closed_returned_fen=closed.returned_fen if closed else 0,
        version=place.version,
        position=place.position,
    )


def _state(cycle: Cycle) -> str:
    if cycle.closed is not None:
        return "closed"
    if not cycle.frozen:
        return "receiving"
    if cycle.awaits_ruling:
        return "awaits-ruling"
    if len(cycle.index.waiting):
        return "assessing"
    return "paying" if len(cycle.index.unanswered) else "payable"
