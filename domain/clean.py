"""A claim that its quarter verifies: what keeps it from passing without a person, and what it passes on.

The system passes and never refuses: whatever is not clean, for whatever reason, is a person's to look at.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from google.protobuf.message import Message

from domain.calendar import WorkingCalendar
from domain.case import Case, is_answered
from domain.metering import OUTCOMES
from domain.money import from_exact_text
from domain.refusals import Refused, sentence
from domain.review import pass_to_next
from domain.wording import CHECKS, check_title
from duifu.v1.commands_pb2 import VERDICT_PASS
from duifu.v1.events_pb2 import (
    CONDITION_STATUS_MET,
    CONDITION_STATUS_NEEDS_EVIDENCE,
    CONDITION_STATUS_NEEDS_PERSON,
    CONDITION_STATUS_NOT_MET,
    DELIVERY_OUTCOME_WITHIN,
    ClaimReferred,
    Decided,
    Ground,
    RedemptionAssessed,
)
from duifu.v1.facts_pb2 import CHECK_OUTCOME_CLEAN
from duifu.v1.plan_pb2 import Stage

ACCOUNT = "duifu"  # under which the system itself decides


def anomalies(case: Case, grounds: Sequence[Ground], assessed: RedemptionAssessed | Refused) -> list[Ground]:
    """Everything of an unverified claim that a person has to look at; nothing: it is clean.

    `grounds` are the conditions of the programme as they stand, `assessed` is what it would come to, or why it cannot.
    """
    assert case.stage is not None
    row = case.row(case.stage.key)
    found = [*_of_checks(case, row), *(ground for ground in grounds if ground.status != CONDITION_STATUS_MET)]
    if isinstance(assessed, Refused):
        return [*found, of_refusal(assessed, row)]
    return [*found, *_of_match(assessed, row)]


def passed(case: Case, grounds: Sequence[Ground], on: date, calendar: WorkingCalendar) -> list[Message]:
    """The system passes the stage of a clean claim, and names what that rests on."""
    assert case.stage is not None
    row = case.row(case.stage.key)
    decided = Decided(
        decided_by=ACCOUNT,
        stage=row.key,
        round=case.stage.round,
        verdict=VERDICT_PASS,
        reason=f"系统核验：{'；'.join(_told(case, check) for check in row.checks)}；四方核对一致",
        grounds=grounds,
    )
    return [decided, *pass_to_next(case, row, on, calendar)]


def referred(case: Case, found: Sequence[Ground]) -> ClaimReferred:
    """A claim that is not clean becomes a person's."""
    return _referred(case, "；".join(f"{ground.title}：{ground.explanation}" for ground in found), found)


def taken(case: Case, account: str) -> ClaimReferred:
    """Somebody takes a claim in hand that the quarter has not verified yet."""
    return _referred(case, f"{account}认领，改由人工核验", (), account)


def of_refusal(refused: Refused, row: Stage) -> Ground:
    """What the ledger would refuse, as something to look at."""
    return Ground(
        code=refused.code,
        clause=refused.clause or row.clause,
        title=row.title,
        status=CONDITION_STATUS_NOT_MET,
        explanation=sentence(refused.to_message("zh")),
    )


def _referred(case: Case, reason: str, found: Sequence[Ground], account: str = "") -> ClaimReferred:
    assert case.stage is not None
    return ClaimReferred(
        case_id=case.case_id,
        stage=case.stage.key,
        round=case.stage.round,
        reason=reason,
        grounds=found,
        referred_by=account,
    )


def _of_checks(case: Case, row: Stage) -> Iterator[Ground]:
    """A source that did not answer, or that found something."""
    for check in row.checks:
        result = case.counting_checks.get(check)
        if is_answered(result) and result is not None and result.outcome == CHECK_OUTCOME_CLEAN:
            continue
        yield Ground(
            code=check,
            clause=row.clause,
            title=check_title(check, case.plan),
            status=CONDITION_STATUS_NEEDS_PERSON if is_answered(result) else CONDITION_STATUS_NEEDS_EVIDENCE,
            explanation=f"{CHECKS.get(result.outcome, '未答复')} {result.detail}".rstrip() if result else "未答复",
        )


def _of_match(assessed: RedemptionAssessed, row: Stage) -> Iterator[Ground]:
    """Lines on which the four sides differ, deliveries that were measured otherwise, and nothing that is due."""
    for line in assessed.lines:
        if from_exact_text(line.counts_fen) and (line.bound_by or not line.contract_item):
            differs = "开票、交付、付款不一致" if line.bound_by else "合同无对应项目"
            yield _anomaly(row, "FOUR_WAY", "四方核对", f"发票{line.invoice_key}第{line.line}行“{line.name}”{differs}")
    for match in assessed.deliveries:
        if match.outcome != DELIVERY_OUTCOME_WITHIN:
            yield _anomaly(row, "METERING", "计量核对", f"交付凭证{match.proof_number}{OUTCOMES[match.outcome]}")
    if not assessed.due_fen:
        yield _anomaly(row, "NOTHING_DUE", "核定", "本次没有应兑付的金额")


def _anomaly(row: Stage, code: str, title: str, explanation: str) -> Ground:
    return Ground(
        code=code,
        clause=row.clause,
        title=title,
        status=CONDITION_STATUS_NEEDS_PERSON,
        explanation=explanation,
    )


def _told(case: Case, check: str) -> str:
    result = case.counting_checks[check]
    return f"{check_title(check, case.plan)}{CHECKS[result.outcome]}（{result.source}）"
