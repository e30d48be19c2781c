"""The calendar by which quarters open: a schedule of Temporal for each programme, in Shanghai time, seen in the Web UI.

A rehearsal has none: its business time is not the server's. There a quarter opens with its first claim.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

import structlog
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from domain.dates import SHANGHAI, Quarter
from domain.format.programme import Programme
from duifu.v1.work_pb2 import QuarterStart
from workflows import display
from workflows.quarter_opening import QuarterOpeningWorkflow

log = structlog.get_logger(__name__)

CAUGHT_UP_WITHIN = timedelta(days=365)  # a server that was away as long still opens what it missed


def schedule_id(programme_id: str) -> str:
    """For instance "bj-slq-2023-quarters"."""
    return f"{programme_id}-quarters"


async def keep(client: Client, programmes: Iterable[Programme], task_queue: str) -> None:
    """Create the schedule of every programme that pays by quarter, or bring it up to its newest edition."""
    newest = {programme.programme_id: programme for programme in programmes if programme.redemption}
    for programme in newest.values():
        schedule = opening(programme, task_queue)
        try:
            await client.create_schedule(schedule_id(programme.programme_id), schedule)
        except ScheduleAlreadyRunningError:
            await _bring_up_to_date(client, schedule_id(programme.programme_id), schedule)
        log.info("quarters open by schedule", schedule=schedule_id(programme.programme_id))


def opening(programme: Programme, task_queue: str) -> Schedule:
    """On the first day on which requests join a quarter, at its first minute; from the first quarter to the last."""
    rule = programme.redemption
    assert rule is not None
    year = rule.last_quarter.year
    firsts = {rule.intake(Quarter(year, number)).first for number in (1, 2, 3, 4)}
    calendars = [
        ScheduleCalendarSpec(
            month=[ScheduleRange(day.month)],
            day_of_month=[ScheduleRange(day.day)],
            comment=f"{day.month}月{day.day}日起受理（{rule.clause}）",
        )
        for day in sorted(firsts, key=lambda day: (day.month, day.day))
    ]
    title = f"{programme.title.zh} 开立季度批次"
    return Schedule(
        action=ScheduleActionStartWorkflow(
            QuarterOpeningWorkflow.run,
            QuarterStart(programme_id=programme.programme_id),
            id=f"{programme.programme_id}-opening",
            task_queue=task_queue,
            static_summary=title,
            static_details=f"每个受理期首日开立批次，直至{rule.last_quarter}（{rule.clause}）",
            typed_search_attributes=display.initial(programme.programme_id, "—", False),
        ),
        spec=ScheduleSpec(
            calendars=calendars,
            time_zone_name="Asia/Shanghai",
            start_at=_first_minute(programme),
            end_at=datetime.combine(rule.last_quarter.days.last, time.max, SHANGHAI),
        ),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ALL, catchup_window=CAUGHT_UP_WITHIN),
    )


def _first_minute(programme: Programme) -> datetime:
    return datetime.combine(programme.in_force.first, time.min, SHANGHAI)


async def _bring_up_to_date(client: Client, known_id: str, schedule: Schedule) -> None:
    def updated(known: ScheduleUpdateInput) -> ScheduleUpdate:
        schedule.state = known.description.schedule.state  # paused by an operator stays paused
        return ScheduleUpdate(schedule)

    await client.get_schedule_handle(known_id).update(updated)
