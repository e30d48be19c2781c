"""A round from its window to two treasuries: shared, shown to the public, ordered, matched, closed. (QD-2.5, QD-A10)"""

from collections.abc import Sequence

from google.protobuf.message import Message

from commands.grants import ALLOCATE, NOTICE, is_before_allocation, tell_round
from commands.work import Work, fold
from domain import duties, returns, review, round_decisions
from domain.calculation.award import Award
from domain.case import Case
from domain.evaluation.rounds import award_round
from domain.facts import of_claim
from domain.kinds import ROUND
from domain.money import show
from domain.refusals import Refused
from domain.round import Applicant, payment_order
from domain.serving import served_grant
from duifu.v1.commands_pb2 import (
    PAYMENT_STATUS_SETTLED,
    RaiseObjection,
    RecordGrantPayment,
    ReplaceBankAccount,
    SettleObjection,
)
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_PAID,
    CASE_OUTCOME_REFUSED,
    CLAIM_PAYMENT_STATUS_ORDERED,
    CLAIM_PAYMENT_STATUS_RETURNED,
    CLAIM_PAYMENT_STATUS_SETTLED,
    AmountAllocated,
    BankAccountReplaced,
    CaseClosed,
    ClaimPaymentStatus,
    GrantOrdered,
    GrantPaymentChanged,
    GrantReturned,
    GrantSettled,
    GrantShare,
    LevelAmount,
    ObjectionRaised,
    ObjectionSettled,
    RoundAllocated,
    StageOpened,
)
from duifu.v1.plan_pb2 import Stage
from duifu.v1.work_pb2 import PaymentOrder
from ledger import streams
from ledger.store import Ledger


def allocate(work: Work, round_id: str) -> str:
    """Share the pool among all that were determined; results that are new or have changed go to the public notice."""
    round_ = work.round(round_id)
    round_decisions.must_be_allocatable(round_, work.at)
    programme = work.rulebook.pinned(round_.opened.edition_sha256)
    pool, sharing = served_grant(programme), round_.sharing
    facts = [of_claim(work.case(applicant.case_id)) for applicant in sharing]
    awards = award_round(work.rulebook.edition(programme), facts)
    shares = [_share(applicant, award) for applicant, award in zip(sharing, awards, strict=True)]
    allocated = round_decisions.allocate(
        round_, shares, pool.clause, programme.public_notice, work.on, work.rulebook.calendar
    )
    work.on_round(round_id, [allocated])
    for share, award in zip(shares, awards, strict=True):
        _tell_share(work, allocated, share, award)
    return round_id


def close_notice(work: Work, round_id: str) -> str:
    """The public has had its time: these results stand, and their cases go on."""
    closed = round_decisions.close_notice(work.round(round_id), work.at)
    work.on_round(round_id, [closed])
    for case_id in closed.case_ids:
        case = work.case(case_id)
        work.on_case(case_id, review.pass_to_next(case, _row(case, NOTICE), work.on, work.rulebook.calendar))
        tell_round(work, case_id)
    return round_id


def raise_objection(work: Work, command: RaiseObjection) -> str:
    """Keep an objection that was made in writing and by name, while the result is shown."""
    case = _shown_by_actor(work, command.case_id)
    raised = ObjectionRaised(
        case_id=case.case_id,
        objector_id=command.objector_id,
        objector_name=command.objector_name,
        text=command.text,
        evidence_sha256=command.evidence_sha256,
    )
    work.on_round(case.round_id, round_decisions.raise_objection(work.round(case.round_id), raised, work.at))
    return case.case_id


def settle_objection(work: Work, command: SettleObjection) -> str:
    """Dismiss an objection, or have the result determined again, unless it is being determined again already."""
    case = _shown_by_actor(work, command.case_id)
    settled = ObjectionSettled(objection=command.objection, is_upheld=command.is_upheld, reason=command.reason)
    work.on_round(case.round_id, round_decisions.settle_objection(work.round(case.round_id), case.case_id, settled))
    if command.is_upheld and case.is_open and not is_before_allocation(case):
        sets_amount = next(row.key for row in case.plan.stages if row.sets_amount)
        why = f"异议成立：{command.reason}"
        work.on_case(case.case_id, returns.reopen(case, sets_amount, why, work.on, work.rulebook.calendar))
        tell_round(work, case.case_id)
    return case.case_id


def order_grants(work: Work, round_id: str) -> str:
    """Order what every level pays to everybody."""
    round_decisions.must_be_orderable(work.round(round_id))
    for applicant in work.round(round_id).sharing:
        for level, amount_fen in applicant.levels.items():
            if amount_fen:
                _order(work, round_id, applicant, level, amount_fen)
    return round_id


def record_payment(work: Work, command: RecordGrantPayment) -> str:
    """Keep a treasury's answer to one order; the same answer again changes nothing.

    Raises Refused ORDER_UNKNOWN, PAYMENT_RESULT_CONFLICT.
    """
    round_ = work.round(command.round_id)
    order = round_.orders.get(command.order_id)
    if order is None:
        raise Refused("ORDER_UNKNOWN", cycle=command.round_id, order=command.order_id)
    result = "settled" if command.status == PAYMENT_STATUS_SETTLED else "returned"
    if order.result:
        if order.result != result:
            raise Refused("PAYMENT_RESULT_CONFLICT", order=command.order_id, known=order.result, asked=result)
        return command.round_id
    ordered = order.ordered
    if result == "returned":
        returned = GrantReturned(
            order_id=ordered.order_id, bank_reference=command.bank_reference, reason=command.reason
        )
        work.on_round(command.round_id, [returned])
        _tell(work, ordered, CLAIM_PAYMENT_STATUS_RETURNED, f"支付退回：{command.reason}；请更换账户")
        return command.round_id
    work.on_round(command.round_id, [GrantSettled(order_id=ordered.order_id, bank_reference=command.bank_reference)])
    _tell(work, ordered, CLAIM_PAYMENT_STATUS_SETTLED, f"国库回单{command.bank_reference}")
    _close_if_paid(work, command.round_id, ordered.case_id)
    return command.round_id


def replace_account(work: Work, command: ReplaceBankAccount) -> str:
    """Another account of the same holder; what came back is ordered again, to it. (F-7)

    Raises Refused NOT_YOUR_CASE, CASE_CLOSED, PAYEE_NOT_HOLDER, ACCOUNT_IN_PAYMENT.
    """
    case = work.case(command.case_id)
    review.must_be_applicant(work.actor, case)
    case.any_stage()
    payee, clause = command.bank_account.holder_name, case.plan.stages[-1].clause
    if payee != case.applicant_name:
        raise Refused("PAYEE_NOT_HOLDER", clause, payee=payee, holder=case.applicant_name)
    round_ = work.round(case.round_id)
    if any(not order.result for order in round_.orders_of(case.case_id)):
        raise Refused("ACCOUNT_IN_PAYMENT", case=case.case_id)
    work.on_case(case.case_id, [BankAccountReplaced(bank_account=command.bank_account)])
    for level, payment in case.payments.items():
        if payment.status == CLAIM_PAYMENT_STATUS_RETURNED:
            _order(work, case.round_id, round_.applicants[case.case_id], level, payment.amount_fen)
    return case.case_id


def close(work: Work, round_id: str) -> str:
    """Close the round with one event that names what every level paid to whom."""
    work.on_round(round_id, round_decisions.close(work.round(round_id), work.at))
    return round_id


def was_ordered(ledger: Ledger, order: PaymentOrder) -> bool:
    """Whether the ledger ordered exactly this payment: asked before any money moves, whoever asks for it."""
    round_, _ = fold(ledger, streams.grant_round(order.round_id), ROUND)
    known = round_.orders.get(order.order_id)
    return known is not None and order == payment_order(round_.round_id, known.ordered)


def _share(applicant: Applicant, award: Award) -> GrantShare:
    levels = [LevelAmount(level=name, amount_fen=fen) for name, fen in award.levels.items()]
    return GrantShare(case_id=applicant.case_id, amount_fen=award.amount, levels=levels)


def _tell_share(work: Work, allocated: RoundAllocated, share: GrantShare, award: Award) -> None:
    """What the case is given; and whether it goes on, is shown to the public again, or ends with nothing."""
    case = work.case(share.case_id)
    given = AmountAllocated(
        round_id=case.round_id, number=allocated.number, amount_fen=share.amount_fen, trace=award.trace
    )
    work.on_case(case.case_id, [given])
    assert case.stage is not None
    if not share.amount_fen:
        assert award.reason is not None
        reason = award.reason
        summary = f"不予补助：{reason.explanation}（{reason.code}，{reason.clause}）"
        closed = CaseClosed(outcome=CASE_OUTCOME_REFUSED, summary=summary, code=reason.code, clause=reason.clause)
        work.on_case(case.case_id, [closed])
    elif case.row(case.stage.key).task == ALLOCATE:
        onward = review.pass_to_next(case, _row(case, ALLOCATE), work.on, work.rulebook.calendar)
        work.on_case(case.case_id, _shown_until(allocated, onward))
    elif case.case_id in allocated.noticed_case_ids:
        why = f"第{allocated.number}次分配后额度变为{show(share.amount_fen)}，重新公示"
        notice = _row(case, NOTICE).key
        again = returns.reopen(case, notice, why, work.on, work.rulebook.calendar)
        work.on_case(case.case_id, _shown_until(allocated, again))
    tell_round(work, case.case_id)


def _shown_until(allocated: RoundAllocated, events: Sequence[Message]) -> Sequence[Message]:
    """The stage of the notice ends when the public may object no more."""
    for event in events:
        if isinstance(event, StageOpened) and allocated.HasField("notice_closes_at"):
            event.due_at.CopyFrom(allocated.notice_closes_at)
    return events


def _order(work: Work, round_id: str, applicant: Applicant, level: str, amount_fen: int) -> None:
    round_, case = work.round(round_id), work.case(applicant.case_id)
    row = next(row for row in round_.opened.levels if row.level == level)
    ordered = GrantOrdered(
        order_id=f"{round_id}-{level}-{len(round_.orders) + 1:05d}",
        case_id=case.case_id,
        level=level,
        treasury=row.treasury,
        uscc=case.applicant_uscc,
        payee=case.application.bank_account,
        amount_fen=amount_fen,
        pay_on=work.rulebook.calendar.on_or_after(work.on).isoformat(),
        purpose=f"{round_.opened.programme_title} {round_.opened.round} {row.title}",
    )
    work.on_round(round_id, [ordered])
    _tell(work, ordered, CLAIM_PAYMENT_STATUS_ORDERED, f"{row.title}支付指令{ordered.order_id}")


def _tell(work: Work, ordered: GrantOrdered, status: ClaimPaymentStatus.ValueType, explanation: str) -> None:
    changed = GrantPaymentChanged(
        order_id=ordered.order_id,
        level=ordered.level,
        status=status,
        amount_fen=ordered.amount_fen,
        explanation=explanation,
    )
    work.on_case(ordered.case_id, [changed])


def _close_if_paid(work: Work, round_id: str, case_id: str) -> None:
    round_, case = work.round(round_id), work.case(case_id)
    applicant = round_.applicants[case_id]
    if not round_.is_paid(applicant):
        return
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


def _shown_by_actor(work: Work, case_id: str) -> Case:
    """A case whose result the actor may show to the public.

    Raises Refused CASE_UNKNOWN, NOT_IN_ROUND, ROLE_MISMATCH, DUTY_REQUESTER, DUTIES_APART.
    """
    case = work.case(case_id)
    if not case.is_grant:
        raise Refused("NOT_IN_ROUND", case=case_id)
    row = _row(case, NOTICE)
    review.must_hold(work.actor, row)
    duties.must_be_free(case, row, duties.accounts_of(work.actor))
    return case


def _row(case: Case, task: str) -> Stage:
    return next(row for row in case.plan.stages if row.task == task)
