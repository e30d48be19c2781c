"""Who may let the clock of a stage stand still, for which reasons, and when people are reminded of its deadline.

A decision is always possible and ends the stop with its stage; so does a return. Nothing lapses meanwhile.
"""

from dataclasses import replace
from datetime import datetime

from google.protobuf.message import Message

from domain import legal_clock
from domain.calendar import WorkingCalendar
from domain.case import CORRECTION, Case
from domain.dates import civil_date, from_iso, start_of
from domain.refusals import Refused
from domain.review import must_hold
from duifu.v1.commands_pb2 import AUTHENTICATION_INTERNAL, Actor, RemindStage, RestartClock, StopClock
from duifu.v1.events_pb2 import ClockRestarted, ClockStopped, Reminded


def stop(case: Case, command: StopClock, actor: Actor, at: datetime, calendar: WorkingCalendar) -> list[Message]:
    """Let the clock of the open stage stand still, for a reason of the plan; an applicant's own time never does.

    Raises Refused STAGE_NOT_OPEN, ROLE_MISMATCH, NO_DEADLINE, CLOCK_STOPPED, STOP_REASON_UNKNOWN,
    CALENDAR_NOT_ANNOUNCED.
    """
    stage = case.at(command.stage)
    row = case.row(stage.key)
    must_hold(actor, row)
    if at >= legal_clock.must_run(case.case_id, stage):  # passed, though nobody has said so yet
        raise Refused("NO_DEADLINE", row.clause, case=case.case_id, title=stage.title)
    stops = () if stage.key == CORRECTION else row.stops
    reason = next((reason for reason in stops if reason.key == command.reason), None)
    if reason is None:
        known = "、".join(f"{reason.key}（{reason.title}）" for reason in stops) or "—"
        raise Refused("STOP_REASON_UNKNOWN", row.clause, title=stage.title, asked=command.reason or "—", known=known)
    on = civil_date(at)
    stopped = ClockStopped(
        stage=stage.key,
        round=stage.round,
        reason=reason.key,
        title=reason.title,
        note=command.note,
        clause=reason.clause,
        stopped_on=on.isoformat(),
    )
    reading = legal_clock.read(replace(stage, stop=stopped), legal_clock.limit_of(row, stage), on, calendar)
    assert reading is not None
    stopped.elapsed_days, stopped.left_days = reading.elapsed, reading.left
    if reason.days_max:
        stopped.restarts_on = legal_clock.ends_by_itself_on(on, reason.days_max, calendar).isoformat()
    return [stopped]


def restart(case: Case, command: RestartClock, actor: Actor, at: datetime, calendar: WorkingCalendar) -> list[Message]:
    """The clock runs again; a stop whose days are used up has ended with them, however late somebody says so.

    Who holds the stage's role may end a stop on any day, the system one whose days are used up.
    Raises Refused STAGE_NOT_OPEN, CLOCK_RUNNING, ROLE_MISMATCH, NOT_DUE, CALENDAR_NOT_ANNOUNCED.
    """
    stage = case.at(command.stage)
    row = case.row(stage.key)
    if stage.stop is None:
        raise Refused("CLOCK_RUNNING", row.clause, case=case.case_id, title=stage.title)
    latest = from_iso(stage.stop.restarts_on) if stage.stop.restarts_on else None
    if latest is None or actor.authentication != AUTHENTICATION_INTERNAL:
        must_hold(actor, row)
    elif at < start_of(latest):
        title = f"{stage.title}停止计时"
        raise Refused("NOT_DUE", row.clause, case=case.case_id, title=title, due_at=start_of(latest), at=at)
    on = min(civil_date(at), latest or civil_date(at))
    limit = legal_clock.limit_of(row, stage)
    days = legal_clock.stood_still(stage, limit, on, calendar)
    due = legal_clock.moved(stage, limit, days, calendar)
    return [
        ClockRestarted(
            stage=stage.key,
            round=stage.round,
            restarted_on=on.isoformat(),
            stopped_days=days,
            due_at=due,
            note=command.note,
            reminders=legal_clock.reminders(row.remind_days_before, on, due, calendar),
        )
    ]


def remind(case: Case, command: RemindStage, at: datetime) -> list[Message]:
    """Say once in a round of the stage that so many working days are left; nothing, if that or less was said before.

    Raises Refused STAGE_NOT_OPEN, NO_DEADLINE, CLOCK_STOPPED, NOT_DUE.
    """
    stage = case.at(command.stage)
    if stage.round != command.round:
        raise Refused("STAGE_NOT_OPEN", case=case.case_id, asked=command.stage, stage=stage.key, title=stage.title)
    legal_clock.must_run(case.case_id, stage)
    title = f"{stage.title}提醒（余{command.days_left}个工作日）"
    remind_at = stage.reminders.get(command.days_left)
    if remind_at is None:
        raise Refused("NO_DEADLINE", case=case.case_id, title=title)
    if at < remind_at:
        raise Refused("NOT_DUE", case=case.case_id, title=title, due_at=remind_at, at=at)
    if any(said <= command.days_left for said in stage.reminded):
        return []
    return [Reminded(stage=stage.key, round=stage.round, days_left=command.days_left)]
