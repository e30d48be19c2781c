"""Who may do what to a case, and what follows. Each function decides one command; nothing here writes."""

from collections.abc import Sequence
from datetime import date, datetime

from google.protobuf.message import Message

from domain import consent
from domain.amount import with_step
from domain.calculation.award import Draft
from domain.calendar import WorkingCalendar
from domain.case import CORRECTION, Case
from domain.dates import civil_date
from domain.legal_clock import due_at, limit_of, must_run, reminders
from domain.refusals import Refused
from duifu.v1.commands_pb2 import (
    VERDICT_PASS,
    Actor,
    Decide,
)
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_REFUSED,
    CASE_OUTCOME_WITHDRAWN,
    CONDITION_STATUS_MET,
    CONDITION_STATUS_NEEDS_PERSON,
    CaseClosed,
    CaseOpened,
    Decided,
    Ground,
    StageLapsed,
    StageOpened,
)
from duifu.v1.plan_pb2 import (
    ON_SILENCE_PASSES,
    ON_SILENCE_WITHDRAWS,
    STAGE_KIND_DECISION,
    Stage,
)

APPLICANT = "applicant"


def open_stage(row: Stage, number: int, on: date, calendar: WorkingCalendar) -> StageOpened:
    """Open a row of the plan for its n-th round."""
    due = due_at(row.time_limit, on, calendar)
    return StageOpened(
        opened_on=on.isoformat(),
        stage=row.key,
        round=number,
        title=row.title,
        waits_on=row.role_title,
        due_at=due,
        rests_on=row.clause,
        reminders=reminders(row.remind_days_before, on, due, calendar) if due else (),
    )


def open_case(opened: CaseOpened, on: date, calendar: WorkingCalendar) -> list[Message]:
    """Receive a claim and open its first stage."""
    return [opened, open_stage(opened.plan.stages[0], 1, on, calendar)]


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
    CONDITIONS_NOT_MET, OUTPUTS_MISSING, AMOUNT_ABOVE_CEILING, AMOUNT_NOT_POSITIVE, AMOUNT_NOT_ASKED, ENTRY_NOT_MET,
    OPINION_AGAINST, OPINIONS_MISSING, QUORUM_NOT_REACHED, CONSENTS_TOO_FEW.
    """
    stage, row = case.at(command.stage), must_decide(case, command.stage, actor)
    decided = Decided(
        decided_by=actor.id,
        on_behalf_of=actor.on_behalf_of,
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
        _must_have_outputs(case, row)
        _must_be_entered(case, row, grounds, command)
        _set_amount(decided, row, command, most)
        amount_fen = decided.approved_fen or case.amount_fen
        decided.silent_opinions.extend(consent.must_allow(case, row, amount_fen, on, calendar))
        return [decided, *pass_to_next(case, row, on, calendar)]
    clause = _clause_of_refusal(command, grounds, most)
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

    Raises Refused STAGE_NOT_OPEN, NO_DEADLINE, CLOCK_STOPPED, NOT_DUE.
    """
    stage = case.at(stage_key)
    if stage.round != number:
        raise Refused("STAGE_NOT_OPEN", case=case.case_id, asked=stage_key, stage=stage.key, title=stage.title)
    row = case.row(stage_key)
    limit = limit_of(row, stage)
    due = must_run(case.case_id, stage)
    if not limit.on_silence:  # the round ends it
        raise Refused("NO_DEADLINE", case=case.case_id, title=stage.title)
    if at < due:
        raise Refused("NOT_DUE", case=case.case_id, title=stage.title, due_at=due, at=at)
    lapsed = StageLapsed(stage=stage_key, round=number, meaning=limit.on_silence)
    if limit.on_silence == ON_SILENCE_PASSES:
        return [lapsed, *pass_to_next(case, row, civil_date(at), calendar)]
    if limit.on_silence == ON_SILENCE_WITHDRAWS:
        summary = f"{stage.title}逾期，视为放弃申请（{stage.rests_on}）"
        return [lapsed, CaseClosed(outcome=CASE_OUTCOME_WITHDRAWN, summary=summary, clause=stage.rests_on)]
    return [lapsed]  # escalated: still open, shown as overdue


def pass_to_next(case: Case, row: Stage, on: date, calendar: WorkingCalendar) -> list[Message]:
    """Open the row after this one."""
    following = case.row_after(row.key)
    return [open_stage(following, case.times_opened(following.key) + 1, on, calendar)]


def must_hold(actor: Actor, row: Stage) -> None:
    """The actor holds the role of the stage. Raises Refused ROLE_MISMATCH."""
    if actor.role != row.role:
        raise Refused("ROLE_MISMATCH", row.clause, role=actor.role or "—", needed=row.role, title=row.title)


def must_decide(case: Case, stage_key: str, actor: Actor) -> Stage:
    """The row of the open stage, which a person decides whose role the actor holds.

    Raises Refused STAGE_NOT_OPEN, STAGE_NOT_DECIDED, ROLE_MISMATCH.
    """
    stage = case.at(stage_key)
    row = case.row(stage.key)
    if row.kind != STAGE_KIND_DECISION or stage.key == CORRECTION:
        raise Refused("STAGE_NOT_DECIDED", case=case.case_id, title=stage.title, waits_on=stage.waits_on)
    must_hold(actor, row)
    return row


def must_be_applicant(actor: Actor, case: Case) -> None:
    """The actor speaks for the enterprise whose case it is. Raises Refused NOT_YOUR_CASE."""
    if actor.role != APPLICANT or actor.uscc != case.applicant_uscc:
        raise Refused("NOT_YOUR_CASE", case=case.case_id, uscc=actor.uscc or "—")


def _must_have_outputs(case: Case, row: Stage) -> None:
    missing = [output.title for output in row.outputs if (row.key, output.key) not in case.outputs]
    if missing:
        raise Refused("OUTPUTS_MISSING", row.clause, title=row.title, missing="、".join(missing))


def _must_be_entered(case: Case, row: Stage, grounds: Sequence[Ground], command: Decide) -> None:
    """What the next stage asks to be met before it opens is met."""
    following = case.row_after(row.key)
    needed = [ground for ground in grounds if ground.code in following.enters_when]
    assert len(needed) == len(following.enters_when)  # the check of a programme lets in only what a decision tests
    if open_grounds := _open(needed, command):
        raise Refused("ENTRY_NOT_MET", following.clause, grounds=open_grounds, case=case.case_id, title=following.title)


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
        if command.HasField("approved_fen") or command.approved_rate:
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
    decided.approved_fen, decided.approved_rate = approved, command.approved_rate
    decided.trace.CopyFrom(trace)


def _clause_of_refusal(command: Decide, grounds: Sequence[Ground], most: Draft | None) -> str:
    if not command.verdict:
        raise Refused("VERDICT_MISSING", stage=command.stage)
    if not command.reason.strip():
        raise Refused("REASON_MISSING", title=command.stage)
    for ground in grounds:
        if ground.code == command.code:
            return ground.clause
    if most is not None and not most.amount and command.code == most.working.programme.award.nothing:
        return most.trace.steps[-1].clause
    raise Refused("REASON_CODE_UNKNOWN", asked=command.code or "—", known="、".join(g.code for g in grounds))
