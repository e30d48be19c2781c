"""Who may do what to a case, and what follows. Each function decides one command; nothing here writes."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from domain.amount import with_step
from domain.calculation.award import Draft
from domain.calendar import WorkingCalendar
from domain.case import CORRECTION, Case
from domain.dates import civil_date, end_of, from_iso
from domain.refusals import Refused
from duifu.v1.commands_pb2 import (
    VERDICT_PASS,
    Actor,
    Decide,
    RequestCorrection,
    SupplyCorrection,
)
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_REFUSED,
    CASE_OUTCOME_WITHDRAWN,
    CONDITION_STATUS_MET,
    CONDITION_STATUS_NEEDS_PERSON,
    CaseClosed,
    CaseOpened,
    CorrectionRequested,
    CorrectionSupplied,
    Decided,
    Ground,
    StageLapsed,
    StageOpened,
)
from duifu.v1.plan_pb2 import (
    DAY_UNIT_CALENDAR_DAYS,
    ON_SILENCE_PASSES,
    ON_SILENCE_WITHDRAWS,
    STAGE_KIND_DECISION,
    Stage,
    TimeLimit,
)

APPLICANT = "applicant"


def open_stage(row: Stage, number: int, on: date, calendar: WorkingCalendar) -> StageOpened:
    """Open a row of the plan for its n-th round."""
    return StageOpened(
        stage=row.key,
        round=number,
        title=row.title,
        waits_on=row.role_title,
        due_at=_due_at(row.time_limit, on, calendar),
        rests_on=row.clause,
    )


def open_case(opened: CaseOpened, on: date, calendar: WorkingCalendar) -> list[Message]:
    """Receive a claim and open its first stage."""
    return [opened, open_stage(opened.plan.stages[0], 1, on, calendar)]


def request_correction(
    case: Case, command: RequestCorrection, actor: Actor, on: date, calendar: WorkingCalendar
) -> list[Message]:
    """Tell the applicant once, and completely, what is missing. (行政许可法 32)

    Raises Refused STAGE_NOT_OPEN, ROLE_MISMATCH, CORRECTION_NOT_ALLOWED, CORRECTION_USED_UP, CORRECTION_EMPTY.
    """
    stage = case.at(command.stage)
    row = case.row(stage.key)
    must_hold(actor, row)
    if not row.HasField("correction"):
        raise Refused("CORRECTION_NOT_ALLOWED", row.clause, stage=row.title)
    rule = row.correction
    if case.corrections >= rule.rounds_max:
        raise Refused("CORRECTION_USED_UP", rule.clause, rounds=rule.rounds_max, items="；".join(case.correction_items))
    if not [item for item in command.items if item.strip()]:
        raise Refused("CORRECTION_EMPTY", rule.clause)
    return [
        CorrectionRequested(stage=row.key, items=command.items, clause=rule.clause),
        StageOpened(
            stage=CORRECTION,
            round=case.corrections + 1,
            title=rule.title,
            waits_on=case.applicant_name,
            due_at=_due_at(rule.time_limit, on, calendar),
            rests_on=rule.clause,
        ),
    ]


def supply_correction(
    case: Case, command: SupplyCorrection, actor: Actor, on: date, calendar: WorkingCalendar
) -> list[Message]:
    """The applicant answers the list; the stage that asked goes on in its next round.

    Raises Refused STAGE_NOT_OPEN, NOT_YOUR_CASE, CORRECTION_OTHER_APPLICANT, CORRECTION_OF_OTHER_KIND.
    """
    case.at(CORRECTION)
    must_be_applicant(actor, case)
    supplied = CorrectionSupplied()
    if command.HasField("application") == command.HasField("redemption"):
        raise Refused("CORRECTION_OF_OTHER_KIND", case=case.case_id)
    if case.is_voucher_claim and command.HasField("application"):
        if command.application.applicant.uscc != case.applicant_uscc:
            raise Refused("CORRECTION_OTHER_APPLICANT", case=case.case_id, uscc=case.applicant_uscc)
        supplied.application.CopyFrom(command.application)
    elif not case.is_voucher_claim and command.HasField("redemption"):
        if command.redemption.voucher_id != case.redemption.voucher_id:
            raise Refused("CORRECTION_OTHER_VOUCHER", case=case.case_id, voucher=case.redemption.voucher_id)
        supplied.redemption.CopyFrom(command.redemption)
    else:
        raise Refused("CORRECTION_OF_OTHER_KIND", case=case.case_id)
    row = case.row(CORRECTION)
    return [supplied, open_stage(row, case.corrections + 1, on, calendar)]


def decide(
    case: Case,
    command: Decide,
    actor: Actor,
    grounds: Sequence[Ground],
    most: Draft | None,
    on: date,
    calendar: WorkingCalendar,
) -> list[Message]:
    """An officer passes or refuses the stage. `grounds` are the conditions as they stand, `most` what may be approved.

    Raises Refused STAGE_NOT_OPEN, ROLE_MISMATCH, VERDICT_MISSING, REASON_MISSING, REASON_CODE_UNKNOWN,
    CONDITIONS_NOT_MET, AMOUNT_ABOVE_CEILING, AMOUNT_NOT_POSITIVE, AMOUNT_NOT_ASKED.
    """
    stage = case.at(command.stage)
    row = case.row(stage.key)
    if row.kind != STAGE_KIND_DECISION or stage.key == CORRECTION:
        raise Refused("STAGE_NOT_DECIDED", case=case.case_id, title=stage.title, waits_on=stage.waits_on)
    must_hold(actor, row)
    decided = Decided(
        stage=row.key,
        round=stage.round,
        verdict=command.verdict,
        reason=command.reason,
        grounds=grounds,
        findings=command.findings,
    )
    if command.verdict == VERDICT_PASS:
        if row.tests_eligibility and (open_grounds := _open(grounds, command)):
            raise Refused("CONDITIONS_NOT_MET", grounds=open_grounds, case=case.case_id)
        _set_amount(decided, row, command, most)
        return [decided, *pass_to_next(case, row, on, calendar)]
    clause = _clause_of_refusal(command, grounds)
    decided.code, decided.clause = command.code, clause
    closed = CaseClosed(
        outcome=CASE_OUTCOME_REFUSED,
        summary=f"不予通过：{command.reason}（{command.code}，{clause}）",
        code=command.code,
        clause=clause,
    )
    return [decided, closed]


def lapse(case: Case, stage_key: str, number: int, at: datetime, calendar: WorkingCalendar) -> list[Message]:
    """The deadline rang: say what silence means. A stage that has closed meanwhile lapses no more.

    Raises Refused STAGE_NOT_OPEN, NO_DEADLINE, NOT_DUE.
    """
    stage = case.at(stage_key)
    if stage.round != number:
        raise Refused("STAGE_NOT_OPEN", case=case.case_id, asked=stage_key, stage=stage.key, title=stage.title)
    row = case.row(stage_key)
    limit = row.correction.time_limit if stage_key == CORRECTION else row.time_limit
    if stage.due_at is None or stage.is_overdue:
        raise Refused("NO_DEADLINE", case=case.case_id, title=stage.title)
    if at < stage.due_at:
        raise Refused("NOT_DUE", case=case.case_id, title=stage.title, due_at=stage.due_at, at=at)
    lapsed = StageLapsed(stage=stage_key, round=number, meaning=limit.on_silence)
    if limit.on_silence == ON_SILENCE_PASSES:
        return [lapsed, *pass_to_next(case, row, civil_date(at), calendar)]
    if limit.on_silence == ON_SILENCE_WITHDRAWS:
        summary = f"{stage.title}逾期，视为放弃申请（{stage.rests_on}）"
        return [lapsed, CaseClosed(outcome=CASE_OUTCOME_WITHDRAWN, summary=summary, clause=stage.rests_on)]
    return [lapsed]  # escalated: still open, shown as overdue


def withdraw(case: Case, actor: Actor, reason: str) -> list[Message]:
    """The applicant takes the case back while the plan allows it. Raises Refused WITHDRAWAL_TOO_LATE, NOT_YOUR_CASE."""
    stage = case.any_stage()
    must_be_applicant(actor, case)
    row = case.row(stage.key)
    if not row.applicant_may_withdraw:
        raise Refused("WITHDRAWAL_TOO_LATE", row.clause, case=case.case_id, title=stage.title)
    return [CaseClosed(outcome=CASE_OUTCOME_WITHDRAWN, summary=f"申请人撤回：{reason or '未说明原因'}")]


def pass_to_next(case: Case, row: Stage, on: date, calendar: WorkingCalendar) -> list[Message]:
    """Open the row after this one."""
    return [open_stage(case.row_after(row.key), 1, on, calendar)]


def must_hold(actor: Actor, row: Stage) -> None:
    """The actor holds the role of the stage. Raises Refused ROLE_MISMATCH."""
    if actor.role != row.role:
        raise Refused("ROLE_MISMATCH", row.clause, role=actor.role or "—", needed=row.role, title=row.title)


def must_be_applicant(actor: Actor, case: Case) -> None:
    """The actor speaks for the enterprise whose case it is. Raises Refused NOT_YOUR_CASE."""
    if actor.role != APPLICANT or actor.uscc != case.applicant_uscc:
        raise Refused("NOT_YOUR_CASE", case=case.case_id, uscc=actor.uscc or "—")


def _open(grounds: Sequence[Ground], command: Decide) -> list[Ground]:
    """The conditions that stand in the way: not met, without evidence, or waiting for a person's finding."""
    ruled = {finding.code for finding in command.findings if finding.is_met and finding.reason.strip()}
    ruled -= {finding.code for finding in command.findings if not finding.is_met}
    return [
        ground
        for ground in grounds
        if ground.status != CONDITION_STATUS_MET
        and not (ground.status == CONDITION_STATUS_NEEDS_PERSON and ground.code in ruled)
    ]


def _set_amount(decided: Decided, row: Stage, command: Decide, most: Draft | None) -> None:
    if most is None:
        if command.HasField("approved_fen"):
            raise Refused("AMOUNT_NOT_ASKED", row.clause, title=row.title)
        return
    approved = command.approved_fen if command.HasField("approved_fen") else most.amount
    if approved > most.amount:
        raise Refused("AMOUNT_ABOVE_CEILING", most.trace.steps[-1].clause, asked_fen=approved, most_fen=most.amount)
    if approved <= 0:
        raise Refused("AMOUNT_NOT_POSITIVE", most.trace.steps[-1].clause, asked_fen=approved, most_fen=most.amount)
    trace = most.trace
    if approved < most.amount:
        if not command.reason.strip():
            raise Refused("REASON_MISSING", row.clause, title=row.title)
        trace = with_step(trace, "approved", row.clause, f"核定低于上限：{command.reason}", approved)
    decided.approved_fen = approved
    decided.trace.CopyFrom(trace)


def _clause_of_refusal(command: Decide, grounds: Sequence[Ground]) -> str:
    if not command.verdict:
        raise Refused("VERDICT_MISSING", stage=command.stage)
    if not command.reason.strip():
        raise Refused("REASON_MISSING", title=command.stage)
    for ground in grounds:
        if ground.code == command.code:
            return ground.clause
    raise Refused("REASON_CODE_UNKNOWN", asked=command.code or "—", known="、".join(g.code for g in grounds))


def _due_at(limit: TimeLimit, on: date, calendar: WorkingCalendar) -> Timestamp | None:
    if not (limit.days or limit.due_on):
        return None
    in_calendar_days = limit.unit == DAY_UNIT_CALENDAR_DAYS
    if limit.due_on:
        last = from_iso(limit.due_on)
    else:
        last = on + timedelta(days=limit.days) if in_calendar_days else calendar.after(on, limit.days)
    due_at = Timestamp()
    due_at.FromDatetime(end_of(last))
    return due_at
