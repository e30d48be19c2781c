"""The deadlines of a case made again: when a stage is due, when its clock stood still, and what silence meant."""

from audit import acting
from audit.compared import Decision
from audit.remaking import Remaking
from domain import review, stops
from domain.dates import SHANGHAI, timestamp
from domain.kinds import ROUND
from duifu.v1.commands_pb2 import AUTHENTICATION_INTERNAL, RestartClock, StopClock
from duifu.v1.events_pb2 import (
    ClockRestarted,
    ClockStopped,
    StageLapsed,
    StageOpened,
)
from ledger import streams


def stage_opened(remaking: Remaking, event: StageOpened) -> None:
    """The deadline counts from this day, by the plan and the announced working days."""
    case = remaking.case
    if (check := remaking.compare_case(Decision.DEADLINE, case)) is None:
        return
    due_at, rests_on = remaking.due(case, event)
    if case.row(event.stage).task == "publish_notice":
        shown = remaking.state(streams.grant_round(case.round_id), ROUND).applicants[case.case_id]
        if shown.notice_closes_at is not None:
            due_at = timestamp(shown.notice_closes_at)
    check.same("rests_on", event.rests_on, rests_on, rests_on)
    recorded = event.due_at if event.HasField("due_at") else None
    if recorded != due_at:
        ours, theirs = (moment and moment.ToDatetime(SHANGHAI) for moment in (recorded, due_at))
        check.same("due_at", ours, theirs, rests_on)


def lapsed(remaking: Remaking, event: StageLapsed) -> None:
    """The deadline had passed, and silence meant what the plan says."""
    case = remaking.case
    if (check := remaking.compare_case(Decision.DEADLINE, case)) is None:
        return
    derived, *_ = review.lapse(case, event.stage, event.round, remaking.entry.business_at, remaking.applied.calendar)
    check.same_message("", event, derived, case.row(event.stage).clause)


def stopped(remaking: Remaking, event: ClockStopped) -> None:
    """The plan knows the reason, and the days are counted by the announced calendar. (行政许可法 45)"""
    case = remaking.case
    if (check := remaking.compare_case(Decision.DEADLINE, case)) is not None:
        asked = StopClock(case_id=case.case_id, stage=event.stage, reason=event.reason, note=event.note)
        entry = remaking.entry
        (derived,) = stops.stop(case, asked, entry.envelope.actor, entry.business_at, remaking.applied.calendar)
        check.same_message("", event, derived, event.clause)
        acting.compare(remaking, check, case, case.row(event.stage))


def restarted(remaking: Remaking, event: ClockRestarted) -> None:
    """The deadline moved by the days on which the clock stood still."""
    case = remaking.case
    if (check := remaking.compare_case(Decision.DEADLINE, case)) is not None:
        asked = RestartClock(case_id=case.case_id, stage=event.stage, note=event.note)
        entry = remaking.entry
        (derived,) = stops.restart(case, asked, entry.envelope.actor, entry.business_at, remaking.applied.calendar)
        check.same_message("", event, derived, case.row(event.stage).clause)
        if entry.envelope.actor.authentication != AUTHENTICATION_INTERNAL:
            acting.compare(remaking, check, case, case.row(event.stage))
