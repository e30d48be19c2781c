"""The legal clock of a stage: which days count, what a stop adds to the deadline, and how much time is left.

The day on which a stage opens does not count; the last day ends at 24:00 in Shanghai. (民法典 201, 203) While the clock
stands still no day counts: the day of the stop is the first of them, the day of the restart is none. Each of them that
would have counted moves the deadline by one day. (行政许可法 45) A limit counts working days or calendar days; a last
day that the programme fixes moves by working days.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from domain.calendar import WorkingCalendar
from domain.case import CORRECTION, OpenStage
from domain.dates import SHANGHAI, Period, civil_date, end_of, from_iso, start_of, timestamp
from domain.refusals import Refused
from duifu.v1.events_pb2 import Reminder
from duifu.v1.plan_pb2 import DAY_UNIT_CALENDAR_DAYS, Stage, TimeLimit

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a clock stands at the end of a day. Up to the deadline, the days elapsed and left make up the limit."""

    elapsed: int
    stopped: int
    left: int  # 0 past the deadline


def limit_of(row: Stage, stage: OpenStage) -> TimeLimit:
    """The time limit of an open stage, or of the correction that its row asked for."""
    return row.correction.time_limit if stage.key == CORRECTION else row.time_limit


def due_at(limit: TimeLimit, on: date, calendar: WorkingCalendar) -> Timestamp | None:
    """The first instant that is too late for what opens on a day. None: there is no deadline.

    Raises Refused CALENDAR_NOT_ANNOUNCED.
    """
    if limit.due_on:
        return _end(from_iso(limit.due_on))
    return _end(_later(limit, on, limit.days, calendar)) if limit.days else None


def rings_at(stage: OpenStage) -> datetime | None:
    """When the clock of a stage has to be seen to: to remind, at the deadline, at the end of a stop. None: never.

    A stop without an end of its own waits for people, and so does a stage whose deadline has passed.
    """
    if stage.stop is not None:
        return start_of(from_iso(stage.stop.restarts_on)) if stage.stop.restarts_on else None
    if stage.is_overdue or stage.due_at is None:
        return None
    return min([stage.due_at, *_unsaid(stage).values()])


def to_remind(stage: OpenStage, at: datetime) -> int:
    """How many working days are left, if people have to be reminded of it at a moment; else 0."""
    return min((days_left for days_left, remind_at in _unsaid(stage).items() if remind_at <= at), default=0)


def must_run(case_id: str, stage: OpenStage) -> datetime:
    """The deadline that the clock of a stage runs towards. Raises Refused NO_DEADLINE, CLOCK_STOPPED."""
    if stage.due_at is None or stage.is_overdue:
        raise Refused("NO_DEADLINE", case=case_id, title=stage.title)
    if stage.stop is not None:
        stop = stage.stop
        raise Refused(
            "CLOCK_STOPPED", stop.clause, case=case_id, title=stage.title, reason=stop.title, since=stop.stopped_on
        )
    return stage.due_at


def stood_still(stage: OpenStage, limit: TimeLimit, restarted_on: date, calendar: WorkingCalendar) -> int:
    """The days by which the present stop moves the deadline, if the clock runs again from a day on.

    Raises Refused CALENDAR_NOT_ANNOUNCED.
    """
    return _counted(limit, _last_counted(stage, restarted_on), restarted_on - DAY, calendar)


def moved(stage: OpenStage, limit: TimeLimit, days: int, calendar: WorkingCalendar) -> Timestamp:
    """The deadline of a stage, so many days of its limit later. Raises Refused CALENDAR_NOT_ANNOUNCED."""
    return _end(_later(limit, _last_day(stage), days, calendar))


def ends_by_itself_on(stopped_on: date, days_max: int, calendar: WorkingCalendar) -> date:
    """The day on which a clock runs again that may stand still for so many working days, at least one.

    Raises Refused CALENDAR_NOT_ANNOUNCED.
    """
    return calendar.period_of(stopped_on, days_max).last + DAY


def reminders(days_before: Iterable[int], after: date, due: Timestamp, calendar: WorkingCalendar) -> list[Reminder]:
    """The start of each working day after `after` that is so many working days before the last day.

    Raises Refused CALENDAR_NOT_ANNOUNCED.
    """
    found = []
    for days_left in sorted(days_before, reverse=True):
        day = _before(civil_date(due.ToDatetime(SHANGHAI)) - DAY, days_left, after, calendar)
        if day is not None:
            found.append(Reminder(days_left=days_left, remind_at=timestamp(start_of(day))))
    return found


def read(stage: OpenStage, limit: TimeLimit, on: date, calendar: WorkingCalendar) -> Reading | None:
    """How the clock stands at the end of a day. None: the stage has no deadline, or is of a time when none was counted.

    Raises Refused CALENDAR_NOT_ANNOUNCED.
    """
    if stage.due_at is None or stage.opened_on is None:
        return None
    counted_through = _last_counted(stage, on)
    return Reading(
        elapsed=_counted(limit, stage.opened_on, counted_through, calendar) - stage.stopped_days,
        stopped=stage.stopped_days + _counted(limit, counted_through, on, calendar),
        left=_counted(limit, counted_through, _last_day(stage), calendar),
    )


def _last_counted(stage: OpenStage, on: date) -> date:
    """The last day up to `on` that the clock ran: on one that stands still, the eve of its stop."""
    if stage.stop is None:
        return on
    eve = from_iso(stage.stop.stopped_on) - DAY
    return max(eve, stage.opened_on) if stage.opened_on else eve  # the first day does not count anyway


def _last_day(stage: OpenStage) -> date:
    assert stage.due_at is not None
    return civil_date(stage.due_at) - DAY  # it ends at 24:00


def _counted(limit: TimeLimit, after: date, through: date, calendar: WorkingCalendar) -> int:
    days = Period(after + DAY, through)
    return len(days) if limit.unit == DAY_UNIT_CALENDAR_DAYS else sum(calendar.is_working(day) for day in days)


def _later(limit: TimeLimit, day: date, days: int, calendar: WorkingCalendar) -> date:
    return day + timedelta(days=days) if limit.unit == DAY_UNIT_CALENDAR_DAYS else calendar.after(day, days)


def _before(day: date, working_days: int, after: date, calendar: WorkingCalendar) -> date | None:
    """So many working days before a day; None if that is not after `after`, beyond which no calendar is asked."""
    while working_days > 0 and day > after + DAY:
        day -= DAY
        working_days -= calendar.is_working(day)
    return None if working_days > 0 or day <= after else day


def _unsaid(stage: OpenStage) -> dict[int, datetime]:
    """Reminders that are still to be given: fewer days left than at any that was."""
    return {days: at for days, at in stage.reminders.items() if all(days < said for said in stage.reminded)}


def _end(day: date) -> Timestamp:
    return timestamp(end_of(day))
