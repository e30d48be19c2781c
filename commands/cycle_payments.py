"""What a quarter pays: ordered under the annual cap, the rest deferred, matched with the treasury. (BJ-3.3, BJ-A17)"""

from commands.quarters import open_quarter, open_quarters, quarters_from
from commands.work import Work, fold
from domain import cycle_decisions, orders, payment_answers, release
from domain.cycle import Claim, Cycle, payment_order
from domain.dates import from_iso
from domain.evaluation.paying import payable
from domain.format.programme import Programme
from domain.kinds import CYCLE, ENTERPRISE_YEAR, VOUCHER
from domain.money import show
from domain.serving import Paying, served
from duifu.v1.commands_pb2 import PAYMENT_STATUS_SETTLED, RecordPayment
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_PAID,
    CASE_OUTCOME_REFUSED,
    CLAIM_PAYMENT_STATUS_DEFERRED,
    CLAIM_PAYMENT_STATUS_ORDERED,
    CLAIM_PAYMENT_STATUS_RETURNED,
    CLAIM_PAYMENT_STATUS_SETTLED,
    CaseClosed,
    ClaimAdmitted,
    ClaimDeferred,
    ClaimPaymentChanged,
    ClaimPaymentStatus,
    PaymentOrdered,
    PaymentReturned,
    PaymentSettled,
    RedemptionHeadroomRestored,
    RedemptionHeadroomUsed,
    VoucherRedeemed,
)
from duifu.v1.work_pb2 import PaymentOrder
from ledger import streams
from ledger.store import Ledger

CLAIMS_PER_PAGE = 50  # at most nine events a claim, so that a page is one commit


def order_payments(work: Work, cycle_id: str) -> str:
    """Order the next page of payments: oldest deferred claims first, each within its enterprise's annual cap.

    Where the cap does not suffice, the oldest request is paid first, or all of the quarter in proportion. (BJ-A17)
    """
    quarter = work.cycle(cycle_id)
    cycle_decisions.must_be_payable(quarter, work.at)
    if not quarter.has_paid:
        cycle_decisions.must_be_its_turn(quarter, open_quarters(work, quarter.opened.programme_id))
    programme = _programme(work, quarter)
    for claim in quarter.ready()[:CLAIMS_PER_PAGE]:
        _pay(work, programme, cycle_id, claim)
    work.on_cycle(cycle_id, release.make_batch(work.cycle(cycle_id)))
    return cycle_id


def record_payment(work: Work, command: RecordPayment) -> str:
    """Keep the treasury's answer to one order; the same answer again changes nothing.

    Raises Refused ROLE_MISMATCH, EVIDENCE_MISSING, SIGNER_NOT_APART, ORDER_UNKNOWN, PAYMENT_RESULT_CONFLICT.
    """
    payment_answers.must_hand_in(work.actor, command.evidence_sha256, command.order_id)
    quarter = work.cycle(command.cycle_id)
    release.must_not_have_signed(quarter, command.order_id, work.actor)
    ordered = orders.answered(quarter.orders, command.order_id, command.status, command.cycle_id)
    if ordered is None:
        return command.cycle_id
    if command.status == PAYMENT_STATUS_SETTLED:
        _settle(work, quarter, ordered, command)
    else:
        returned = PaymentReturned(
            order_id=ordered.order_id,
            bank_reference=command.bank_reference,
            reason=command.reason,
            evidence_sha256=command.evidence_sha256,
        )
        take_back(work, quarter, ordered, returned, f"支付退回：{command.reason}；请更换账户")
    return command.cycle_id


def was_ordered(ledger: Ledger, order: PaymentOrder) -> bool:
    """Whether the ledger ordered exactly this payment: asked before any money moves, whoever asks for it."""
    quarter, _ = fold(ledger, streams.cycle(order.cycle_id), CYCLE)
    known = quarter.orders.get(order.order_id)
    if known is None or order != payment_order(quarter.cycle_id, known.ordered):
        return False
    return known.result in ("settled", "returned") or known.ordered in quarter.to_pay()


def _pay(work: Work, programme: Programme, cycle_id: str, claim: Claim) -> None:
    quarter = work.cycle(cycle_id)
    terms, stream = _terms(programme, quarter), _year_stream(work, programme, quarter, claim.case_id)
    together = _sharing(work, programme, quarter, claim, stream) if terms.in_proportion else []
    year = work.read(stream, ENTERPRISE_YEAR)
    amount_fen = payable(claim, year, terms.limit.cap, together, quarter.orders)
    if rest_fen := claim.due_fen - amount_fen:
        _defer(work, programme, quarter, claim, rest_fen, terms.limit.clause)
    if not amount_fen:
        _end_if_over(work, programme, quarter, claim.case_id)
        return
    order_id = f"{cycle_id}-{len(quarter.orders) + 1:05d}"
    ordered = PaymentOrdered(
        order_id=order_id,
        case_id=claim.case_id,
        voucher_id=claim.voucher_id,
        uscc=claim.uscc,
        payee=work.case(claim.case_id).redemption.bank_account,
        amount_fen=amount_fen,
        pay_on=quarter.opened.pay_on,
        purpose=f"{quarter.opened.programme_title}兑付 {quarter.opened.quarter}",
    )
    work.on_cycle(cycle_id, [ordered])
    used = RedemptionHeadroomUsed(order_id=order_id, amount_fen=amount_fen)
    work.record(stream, ENTERPRISE_YEAR, [used])
    _tell(work, claim.case_id, cycle_id, CLAIM_PAYMENT_STATUS_ORDERED, amount_fen, f"支付指令{order_id}")


def _defer(work: Work, programme: Programme, quarter: Cycle, claim: Claim, amount_fen: int, clause: str) -> None:
    later = _carry(work, programme, quarter, claim, amount_fen)
    deferred = ClaimDeferred(case_id=claim.case_id, amount_fen=amount_fen, to_cycle_id=later, clause=clause)
    work.on_cycle(quarter.cycle_id, [deferred])
    why = f"年度限额不足，{show(amount_fen)}{'递延' if later else '无后续批次，失效'}（{clause}）"
    _tell(work, claim.case_id, quarter.cycle_id, CLAIM_PAYMENT_STATUS_DEFERRED, amount_fen, why, later)


def _settle(work: Work, quarter: Cycle, ordered: PaymentOrdered, command: RecordPayment) -> None:
    programme = _programme(work, quarter)
    settled = PaymentSettled(
        order_id=ordered.order_id,
        bank_reference=command.bank_reference,
        evidence_sha256=command.evidence_sha256,
    )
    work.on_cycle(quarter.cycle_id, [settled])
    redeemed = VoucherRedeemed(case_id=ordered.case_id, cycle_id=quarter.cycle_id, amount_fen=ordered.amount_fen)
    work.record(streams.voucher(ordered.voucher_id), VOUCHER, [redeemed])
    why = f"国库回单{command.bank_reference}"
    _tell(work, ordered.case_id, quarter.cycle_id, CLAIM_PAYMENT_STATUS_SETTLED, ordered.amount_fen, why)
    case = work.case(ordered.case_id)
    if case.settled_fen == case.due_fen:
        summary = f"已兑付{show(case.due_fen)}（{case.redemption.voucher_id}，{quarter.opened.quarter}）"
        closed = CaseClosed(
            outcome=CASE_OUTCOME_PAID,
            summary=summary,
            clause=quarter.opened.clause,
            voucher_id=case.redemption.voucher_id,
            amount_fen=case.due_fen,
        )
        work.on_case(case.case_id, [closed])
    else:
        _end_if_over(work, programme, quarter, case.case_id)


def take_back(work: Work, quarter: Cycle, ordered: PaymentOrdered, returned: PaymentReturned, why: str) -> None:
    """Money does not go out, or came back: the year's head-room is free again, the claim joins a later quarter. (F-7)

    `returned` says all but which quarter that is; `why` is what the claim is told.
    """
    programme = _programme(work, quarter)
    restored = RedemptionHeadroomRestored(order_id=ordered.order_id, amount_fen=ordered.amount_fen)
    work.record(_year_stream(work, programme, quarter, ordered.case_id), ENTERPRISE_YEAR, [restored])
    later = _carry(work, programme, quarter, quarter.claims[ordered.case_id], ordered.amount_fen)
    returned.to_cycle_id = later
    work.on_cycle(quarter.cycle_id, [returned])
    why = why if later else f"{why}；无后续批次，失效"
    _tell(work, ordered.case_id, quarter.cycle_id, CLAIM_PAYMENT_STATUS_RETURNED, ordered.amount_fen, why, later)
    if not later:
        _end_if_over(work, programme, quarter, ordered.case_id)


def _carry(work: Work, programme: Programme, quarter: Cycle, claim: Claim, amount_fen: int) -> str:
    """Let an amount join the next quarter, cut off or not; returns its id, or nothing after the last batch."""
    later = open_quarter(work, programme, quarter.number.next, claim.case_id)
    if later is None:
        return ""
    admitted = ClaimAdmitted(
        case_id=claim.case_id,
        voucher_id=claim.voucher_id,
        uscc=claim.uscc,
        carried_from_cycle_id=quarter.cycle_id,
        carried_fen=amount_fen,
        verified_by=claim.verified_by,
    )
    work.on_cycle(later.cycle_id, [admitted])
    return later.cycle_id


def _end_if_over(work: Work, programme: Programme, quarter: Cycle, case_id: str) -> None:
    """Once nothing of it waits in any quarter, the claim ends with what was paid, and the rest of it lapses."""
    case = work.case(case_id)
    if not case.is_open or any(known.is_open_for(case_id) for known in quarters_from(work, programme, case.cycle_id)):
        return
    rest, last = show(case.due_fen - case.settled_fen), served(programme).redemption.last_quarter
    paid = f"已兑付{show(case.settled_fen)}；" if case.settled_fen else ""
    closed = CaseClosed(
        outcome=CASE_OUTCOME_PAID if case.settled_fen else CASE_OUTCOME_REFUSED,
        summary=f"{paid}{rest}在最后批次{last}后无后续批次，失效",
        code="REDEMPTION_ENDED",
        clause=quarter.opened.clause,
        voucher_id=case.redemption.voucher_id,
        amount_fen=case.settled_fen,
    )
    work.on_case(case_id, [closed])


def _tell(
    work: Work,
    case_id: str,
    cycle_id: str,
    status: ClaimPaymentStatus.ValueType,
    amount_fen: int,
    explanation: str,
    later: str = "",
) -> None:
    changed = ClaimPaymentChanged(
        cycle_id=cycle_id,
        status=status,
        amount_fen=amount_fen,
        explanation=explanation,
        to_cycle_id=later,
    )
    if work.case(case_id).is_open:
        work.on_case(case_id, [changed])


def _programme(work: Work, quarter: Cycle) -> Programme:
    programme = work.rulebook.in_force(quarter.opened.programme_id, from_iso(quarter.opened.opens_on))
    work.edition_sha256 = programme.sha256
    return programme


def _sharing(work: Work, programme: Programme, quarter: Cycle, claim: Claim, stream: str) -> list[Claim]:
    """The claims of the quarter that use the same year as this one, oldest request first. (BJ-A17)"""
    found = quarter.paying_for(claim.uscc)
    return [other for other in found if _year_stream(work, programme, quarter, other.case_id) == stream]


def _terms(programme: Programme, quarter: Cycle) -> Paying:
    return served(programme).paying(from_iso(quarter.opened.as_of_on))


def _year_stream(work: Work, programme: Programme, quarter: Cycle, case_id: str) -> str:
    """The year that a payment counts in: of the batch, or of the request. (BJ-A7)"""
    opened, case = quarter.opened, work.case(case_id)
    year = case.received_on.year if _terms(programme, quarter).by_request else opened.paying_year
    return streams.enterprise_year(opened.programme_id, case.applicant_uscc, year)
