"""What every level pays: ordered for a whole round at once, matched with its treasury, ordered again. (QD-2.3, F-7)"""

from commands import benefits, freezes
from commands.work import Work, fold
from domain import came_back, orders, payment_answers, release, review, round_decisions
from domain.kinds import RECOVERY, ROUND
from domain.money import show
from domain.refusals import Refused
from domain.round import Applicant, Round, payment_order
from duifu.v1.commands_pb2 import (
    AUTHENTICATION_INTERNAL,
    PAYMENT_STATUS_SETTLED,
    RecordGrantPayment,
    ReplaceBankAccount,
)
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_PAID,
    CLAIM_PAYMENT_STATUS_CAME_BACK,
    CLAIM_PAYMENT_STATUS_ORDERED,
    CLAIM_PAYMENT_STATUS_RETURNED,
    CLAIM_PAYMENT_STATUS_SETTLED,
    BankAccountReplaced,
    CaseClosed,
    ClaimPaymentStatus,
    GrantOrdered,
    GrantPaymentChanged,
    GrantReturned,
    GrantSettled,
)
from duifu.v1.work_pb2 import PaymentOrder
from ledger import streams
from ledger.store import Ledger


def order_grants(work: Work, round_id: str) -> str:
    """Order what every level pays to everybody; from now on other programmes know of it."""
    round_decisions.must_be_orderable(work.round(round_id))
    for applicant in work.round(round_id).sharing:
        case = work.case(applicant.case_id)
        benefits.tell(work, case, work.rulebook.pinned(case.plan.edition_sha256), applicant.amount_fen)
        for level, amount_fen in applicant.levels.items():
            if amount_fen:
                _order(work, round_id, applicant, level, amount_fen)
    work.on_round(round_id, release.make_batch(work.round(round_id)))
    return round_id


def take_back(work: Work, round_id: str, ordered: GrantOrdered, returned: GrantReturned, why: str) -> None:
    """Money does not go out, or came back: it is ordered again when its account was replaced. (F-7)"""
    work.on_round(round_id, [returned])
    _tell(work, ordered, CLAIM_PAYMENT_STATUS_RETURNED, f"{why}；请更换账户")


def record_payment(work: Work, command: RecordGrantPayment) -> str:
    """Keep a treasury's answer to one order; the same answer again changes nothing.

    What somebody's file says to have come back after it was settled is an adjustment; a treasury that takes its own
    answer back is a conflict.

    Raises Refused ROLE_MISMATCH, EVIDENCE_MISSING, SIGNER_NOT_APART, ORDER_UNKNOWN, PAYMENT_RESULT_CONFLICT,
    PAYMENT_NOT_RELEASED, BANK_REFERENCE_MISSING, PAYMENT_IN_RECOVERY, NOT_YET_HAPPENED.
    """
    payment_answers.must_hand_in(work.actor, command.evidence_sha256, command.order_id)
    round_ = work.round(command.round_id)
    release.must_not_have_signed(round_, command.order_id, work.actor)
    is_late = orders.is_after_settlement(round_.orders, command.order_id, command.status)
    if is_late and work.actor.authentication != AUTHENTICATION_INTERNAL:
        _take_back_settled(work, round_, command)
        return command.round_id
    ordered = orders.answered(round_.orders, command.order_id, command.status)
    if ordered is None:
        return command.round_id
    payment_answers.must_have_gone_out(command.order_id, round_.has_gone_out(command.order_id))
    payment_answers.must_name_its_booking(work.actor, command.order_id, command.status, command.bank_reference)
    if command.status != PAYMENT_STATUS_SETTLED:
        returned = GrantReturned(
            order_id=ordered.order_id,
            bank_reference=command.bank_reference,
            reason=command.reason,
            evidence_sha256=command.evidence_sha256,
        )
        take_back(work, command.round_id, ordered, returned, f"支付退回：{command.reason}")
        return command.round_id
    settled = GrantSettled(
        order_id=ordered.order_id,
        bank_reference=command.bank_reference,
        evidence_sha256=command.evidence_sha256,
    )
    work.on_round(command.round_id, [settled])
    _tell(work, ordered, CLAIM_PAYMENT_STATUS_SETTLED, f"国库回单{command.bank_reference}")
    _close_if_paid(work, command.round_id, ordered.case_id)
    return command.round_id


def replace_account(work: Work, command: ReplaceBankAccount) -> str:
    """Another account of the same holder; what came back, settled or not, is ordered again, to it. (F-7)

    Raises Refused NOT_YOUR_CASE, CASE_CLOSED, PAYEE_NOT_HOLDER, ACCOUNT_IN_PAYMENT, FROZEN.
    """
    case = work.case(command.case_id)
    review.must_be_applicant(work.actor, case)
    if not case.is_owed_again:
        case.any_stage()
    payee, clause = command.bank_account.holder_name, case.plan.stages[-1].clause
    if payee != case.applicant_name:
        raise Refused("PAYEE_NOT_HOLDER", clause, payee=payee, holder=case.applicant_name)
    round_ = work.round(case.round_id)
    if any(not order.result for order in round_.orders_of(case.case_id)):
        raise Refused("ACCOUNT_IN_PAYMENT", case=case.case_id)
    work.on_case(case.case_id, [BankAccountReplaced(bank_account=command.bank_account)])
    for level, payment in case.payments.items():
        if payment.status == CLAIM_PAYMENT_STATUS_RETURNED or payment.is_due_again:
            freezes.must_not_hold(work, case.plan.programme_id, "payments")
            _order(work, case.round_id, round_.applicants[case.case_id], level, payment.amount_fen)
    work.on_round(case.round_id, release.make_batch(work.round(case.round_id)))
    return case.case_id


def was_ordered(ledger: Ledger, order: PaymentOrder) -> bool:
    """Whether the ledger ordered and released exactly this payment: asked before money moves, whoever asks for it."""
    round_, _ = fold(ledger, streams.grant_round(order.round_id), ROUND)
    known = round_.orders.get(order.order_id)
    if known is None or known.result == "withheld" or not round_.has_gone_out(order.order_id):
        return False
    return order == payment_order(round_.round_id, known.ordered)


def _order(work: Work, round_id: str, applicant: Applicant, level: str, amount_fen: int) -> None:
    round_, pay_on = work.round(round_id), work.rulebook.calendar.on_or_after(work.on)
    ordered = round_decisions.order(round_, level, amount_fen, work.case(applicant.case_id), pay_on)
    if not round_.release:
        ordered.answer_due_on = work.answer_due_on(round_.opened.programme_id, pay_on)
    work.on_round(round_id, [ordered])
    _tell(work, ordered, CLAIM_PAYMENT_STATUS_ORDERED, f"{round_.titles[level]}支付指令{ordered.order_id}")


def _take_back_settled(work: Work, round_: Round, said: RecordGrantPayment) -> None:
    """Put the adjustment on record; nothing if it is there. In its budget year it is paid again. (退汇, F-7)"""
    if said.order_id in round_.came_back:
        return
    ordered, opened = round_.orders[said.order_id].ordered, round_.opened
    recoveries = work.streams(streams.recoveries_of(ordered.case_id))
    known = (work.read(name, RECOVERY) for name in recoveries)
    came_back.must_not_be_recovered(known, said.order_id, said.order_id, ordered.case_id)
    programme = work.rulebook.pinned(opened.edition_sha256)
    back = came_back.grant_came_back(programme, ordered, said, opened.clause, work.on)
    work.on_round(round_.round_id, [back])
    after = "请更换账户后再次拨付" if back.is_paid_again else "缴回国库，不再拨付"
    why = f"{back.came_back_on}退回{show(back.amount_fen)}：{said.reason}；{after}"
    _tell(work, ordered, CLAIM_PAYMENT_STATUS_CAME_BACK, why, is_due_again=back.is_paid_again)


def _tell(
    work: Work,
    ordered: GrantOrdered,
    status: ClaimPaymentStatus.ValueType,
    explanation: str,
    *,
    is_due_again: bool = False,
) -> None:
    changed = GrantPaymentChanged(
        order_id=ordered.order_id,
        level=ordered.level,
        title=work.round(work.case(ordered.case_id).round_id).titles[ordered.level],
        status=status,
        amount_fen=ordered.amount_fen,
        explanation=explanation,
        is_due_again=is_due_again,
    )
    work.on_case(ordered.case_id, [changed])


def _close_if_paid(work: Work, round_id: str, case_id: str) -> None:
    round_, case = work.round(round_id), work.case(case_id)
    applicant = round_.applicants[case_id]
    if not round_.is_paid(applicant) or not case.is_open:
        return  # not yet; or it came back after the end, and is paid now
    parts = "，".join(
        f"{row.title}{show(applicant.levels[row.level])}"
        for row in round_.opened.levels
        if applicant.levels.get(row.level)
    )
    closed = CaseClosed(
        outcome=CASE_OUTCOME_PAID,
        summary=f"已拨付{show(applicant.amount_fen)}（{parts}）",
        clause=case.plan.stages[-1].clause,
        amount_fen=applicant.amount_fen,
        trace=case.allocated.trace if case.allocated else None,
    )
    work.on_case(case_id, [closed])
