"""A quote in words, for applicants: conditions, amounts, results, and what several share."""

from collections.abc import Sequence

from cli.output import console
from cli.terminal import one_line
from domain.evaluation.edition import Edition
from domain.money import show, show_exact
from duifu.v1.events_pb2 import (
    CONDITION_STATUS_MET,
    CONDITION_STATUS_NEEDS_EVIDENCE,
    CONDITION_STATUS_NEEDS_PERSON,
    CONDITION_STATUS_NOT_MET,
    AmountStep,
    AmountTrace,
    ConditionStatus,
    Evaluation,
    Ground,
    RedemptionQuote,
)
from duifu.v1.facts_pb2 import Facts

MARKS: dict[ConditionStatus.ValueType, tuple[str, str]] = {
    CONDITION_STATUS_MET: ("✓", "满足"),
    CONDITION_STATUS_NOT_MET: ("✗", "不满足"),
    CONDITION_STATUS_NEEDS_EVIDENCE: ("…", "数据不足"),
    CONDITION_STATUS_NEEDS_PERSON: ("?", "需人工认定"),
}
#: What is not refused and not granted yet, and what it takes.
OPEN: dict[ConditionStatus.ValueType, tuple[str, str]] = {
    CONDITION_STATUS_NEEDS_EVIDENCE: ("尚不能确定", "尚缺"),
    CONDITION_STATUS_NEEDS_PERSON: ("待人工认定", "须认定"),
}


def tell(edition: Edition, path: str, facts: Facts, evaluation: Evaluation, brief: bool) -> None:
    """One application: how each condition stands, the amount step by step, and the result."""
    programme = edition.programme
    _say(
        f"{programme.title.zh}（{evaluation.programme_id}，版本{evaluation.edition}，{evaluation.edition_sha256[:12]}）"
    )
    _say(f"{_name(path, facts)}，按{evaluation.evaluated_on}的规定")
    _say("")
    _tell_conditions([g for g in evaluation.grounds if not brief or g.status != CONDITION_STATUS_MET])
    if not brief:
        _tell_amount("金额", evaluation.amount)
    _tell_result(evaluation)
    for number, redemption in enumerate(evaluation.redemptions, 1):
        _tell_redemption(number, redemption, evaluation, brief)


def tell_together(
    edition: Edition, paths: Sequence[str], asked: Sequence[Facts], evaluations: Sequence[Evaluation]
) -> None:
    """Of several: in which order limits and pools served them, and what is left of these."""
    _say("")
    _say("受理先后")
    for path, facts, evaluation in sorted(zip(paths, asked, evaluations, strict=True), key=lambda row: row[2].served):
        accepted = f"，{facts.accepted_on}受理" if facts.accepted_on else ""
        received = f"{' '.join(filter(None, (facts.received_on, facts.received_time)))}收件{accepted}"
        _say(f"  {evaluation.served}. {'，'.join(filter(None, (_name(path, facts), received, facts.case_id)))}")
    if any(evaluation.served_as_given for evaluation in evaluations):
        _say("  受理日期、收件时间和案件编号均相同的，以给出的先后为准；实际办理以受理先后为准")
    _say("限额余额")
    left = {(row.account, row.holder, row.period): row for evaluation in evaluations for row in evaluation.left}
    for row in left.values():
        title, trace = edition.programme.accounts[row.account].title, evaluations[0].amount
        of = "" if row.holder == edition.programme.programme_id else f" {row.holder}"
        _say(f"  {title}{of}（{row.period}）：限额{_whole(row.limit, trace)}，余{_whole(row.left, trace)}")
    if not left:
        _say("  本政策不设限额")


def _name(path: str, facts: Facts) -> str:
    return facts.application.applicant.name or path


def _tell_conditions(grounds: Sequence[Ground]) -> None:
    if not grounds:
        return
    _say("支持条件")
    for ground in grounds:
        mark, standing = MARKS[ground.status]
        why = f"：{ground.explanation}" if ground.explanation else ""
        _say(f"  {mark} {ground.clause} {ground.title}  {standing}{why}（{ground.code}）")
    _say("")


def _tell_amount(title: str, trace: AmountTrace) -> None:
    _say(title)
    for step in trace.steps:
        _say(f"  {step.clause} {step.explanation}  {_exact(step.exact_fen, trace)}{_taken(step, trace)}")
    for level in trace.levels:
        _say(f"    {level.title}：{_whole(level.amount_fen, trace)}")


def _tell_result(evaluation: Evaluation) -> None:
    amount, stands = _whole(evaluation.amount.amount_fen, evaluation.amount), _stands(evaluation.grounds)
    if not evaluation.code:
        payee = "，付给供给方" if evaluation.payee == "supplier" else ""
        until = f"，有效期至{evaluation.valid_through}" if evaluation.valid_through else ""
        _say(f"结果：{amount}{payee}{until}")
    elif stands in OPEN:
        _say(f"结果：{_open(evaluation.grounds)}")
        _say(f"  均符合的，可得{amount}")
    else:
        _say(f"结果：不予支持。{evaluation.explanation}{_cited(evaluation)}")
    if later := evaluation.later.received_on:
        then = _whole(evaluation.later.amount_fen, evaluation.amount)
        _say(f"  本年度限额截去的部分不再发放；如改于{later}以后申请，可得{then}（{evaluation.later.clause}）")


def _tell_redemption(number: int, redemption: RedemptionQuote, claim: Evaluation, brief: bool) -> None:
    _say("")
    if not brief:
        _tell_amount(f"第{number}次兑付申请，{redemption.requested_on}提出", redemption.trace)
    if redemption.code and _stands(redemption.grounds) in OPEN:
        _say(f"结果：{_open(redemption.grounds)}")
        return
    if redemption.code:
        is_open = redemption.code == claim.code and _stands(claim.grounds) in OPEN
        _say(f"结果：{'尚不能确定' if is_open else '不予兑付'}。{redemption.explanation}{_cited(redemption)}")
        return
    _say(f"结果：应兑付{show(redemption.due_fen)}")
    for payment in redemption.payments:
        why = "，因年度限额递延" if payment.deferred else ""
        _say(f"  {payment.quarter}批次{show(payment.amount_fen)}，计入{payment.counts_in_year}年限额{why}")
    if rest := redemption.due_fen - sum(payment.amount_fen for payment in redemption.payments):
        _say(f"  {show(rest)}在最后批次后无后续批次，失效")
    if redemption.awaits_ruling:
        _say("  该批次待主管部门确认后支付")


def _stands(grounds: Sequence[Ground]) -> ConditionStatus.ValueType:
    """The gravest that stands against it; met if nothing does."""
    against = [ground.status for ground in grounds if ground.status != CONDITION_STATUS_MET]
    return min(against, default=CONDITION_STATUS_MET)


def _open(grounds: Sequence[Ground]) -> str:
    """What is not known yet, and everything that it takes to know."""
    parts = []
    for status, (_, wanted) in OPEN.items():
        if named := [f"{g.title}（{g.code}，{g.clause}）" for g in grounds if g.status == status]:
            parts.append(f"{wanted}：{'、'.join(named)}")
    return f"{OPEN[_stands(grounds)][0]}。{'；'.join(parts)}"


def _cited(answer: Evaluation | RedemptionQuote) -> str:
    return f"（{'，'.join(filter(None, (answer.code, answer.clause)))}）"


def _taken(step: AmountStep, trace: AmountTrace) -> str:
    lost = f"，不予计入{_exact(step.lost_fen, trace)}" if step.lost_fen else ""
    deferred = f"，递延{_exact(step.deferred_fen, trace)}" if step.deferred_fen else ""
    return f"{lost}{deferred}"


def _exact(text: str, trace: AmountTrace) -> str:
    return f"{text}{trace.unit}" if _in_kind(trace) else show_exact(text)


def _whole(amount: int, trace: AmountTrace) -> str:
    return f"{amount}{trace.unit}" if _in_kind(trace) else show(amount)


def _in_kind(trace: AmountTrace) -> bool:
    return trace.unit not in ("", "fen")


def _say(text: str) -> None:
    console.print(one_line(text), markup=False)
