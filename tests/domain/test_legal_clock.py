"""The legal clock: which days count, what a stop adds, how much is left, and that no year is counted unannounced."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import permutations

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from domain import legal_clock
from domain.case import OpenStage
from domain.dates import SHANGHAI, from_iso
from domain.legal_clock import Reading
from domain.refusals import Refused
from duifu.v1.events_pb2 import ClockStopped
from duifu.v1.plan_pb2 import DAY_UNIT_CALENDAR_DAYS, DAY_UNIT_WORKING_DAYS, TimeLimit
from policy.rulebook import calendar_in
from settings import SHIPPED_PROGRAMMES
from tests.builders import shanghai

ANNOUNCED = calendar_in(SHIPPED_PROGRAMMES)
FIVE = TimeLimit(days=5, unit=DAY_UNIT_WORKING_DAYS)
DAY = timedelta(days=1)

LIMITS = st.builds(
    TimeLimit, days=st.integers(1, 30), unit=st.sampled_from([DAY_UNIT_WORKING_DAYS, DAY_UNIT_CALENDAR_DAYS])
)
DAYS = st.dates(date(2023, 2, 1), date(2025, 12, 31))
#: How many days the clock runs before each stop, and how many it then stands still.
STOPS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12)), max_size=5)


def opened(limit: TimeLimit, on: date) -> OpenStage:
    """A stage that opens on a day."""
    due_at = legal_clock.due_at(limit, on, ANNOUNCED)
    assert due_at is not None
    return OpenStage("review", 1, "审核", "审核岗", due_at.ToDatetime(SHANGHAI), "X-1", opened_on=on)


def stopped(stage: OpenStage, on: date) -> OpenStage:
    return replace(stage, stop=ClockStopped(stopped_on=on.isoformat()))


def restarted(stage: OpenStage, limit: TimeLimit, on: date) -> OpenStage:
    days = legal_clock.stood_still(stage, limit, on, ANNOUNCED)
    due_at = legal_clock.moved(stage, limit, days, ANNOUNCED).ToDatetime(SHANGHAI)
    return replace(stage, stop=None, due_at=due_at, stopped_days=stage.stopped_days + days)


def last_day(stage: OpenStage) -> date:
    assert stage.due_at is not None
    return (stage.due_at - DAY).astimezone(SHANGHAI).date()


def read(stage: OpenStage, limit: TimeLimit, on: date) -> Reading:
    reading = legal_clock.read(stage, limit, on, ANNOUNCED)
    assert reading is not None
    return reading


# Boundaries


@pytest.mark.parametrize(
    ("opened_on", "due_at"),
    [
        ("2024-03-01", "2024-03-09 00:00"),  # a Friday: itself not counted
        ("2024-03-02", "2024-03-09 00:00"),  # a Saturday: the same
        ("2024-02-07", "2024-02-21 00:00"),  # across the Spring Festival, with a working Sunday
        ("2024-01-29", "2024-02-05 00:00"),  # ends on a working Sunday
    ],
)
def test_a_stage_is_due_at_the_end_of_its_last_working_day(opened_on: str, due_at: str) -> None:
    assert opened(FIVE, from_iso(opened_on)).due_at == shanghai(due_at)


def test_without_a_limit_there_is_no_deadline_and_nothing_to_read() -> None:
    endless = OpenStage("review", 1, "审核", "审核岗", None, "X-1", opened_on=date(2024, 3, 1))

    assert legal_clock.due_at(TimeLimit(), date(2024, 3, 1), ANNOUNCED) is None
    assert legal_clock.rings_at(endless) is None
    assert legal_clock.read(endless, TimeLimit(), date(2024, 3, 4), ANNOUNCED) is None


def test_a_last_day_that_the_programme_fixes_is_that_day_and_moves_by_working_days() -> None:
    fixed = TimeLimit(due_on="2024-02-02")
    stage = opened(fixed, date(2024, 1, 30))

    assert stage.due_at == shanghai("2024-02-03 00:00")
    # The working Sunday, 4 February, is the second day of the stop.
    moved = restarted(stopped(stage, date(2024, 2, 2)), fixed, date(2024, 2, 5))
    assert moved.due_at == shanghai("2024-02-06 00:00")


@pytest.mark.parametrize(
    ("stopped_on", "restarted_on", "days", "due_at"),
    [
        ("2024-03-05", "2024-03-05", 0, "2024-03-09 00:00"),  # the same day
        ("2024-03-05", "2024-03-06", 1, "2024-03-12 00:00"),  # the day of the stop counts, that of the restart does not
        ("2024-03-05", "2024-03-08", 3, "2024-03-14 00:00"),
        ("2024-03-08", "2024-03-11", 1, "2024-03-12 00:00"),  # a weekend between them moves nothing more
        ("2024-03-02", "2024-03-04", 0, "2024-03-09 00:00"),  # nothing but a weekend
        ("2024-03-01", "2024-03-04", 0, "2024-03-09 00:00"),  # the first day did not count anyway
        ("2024-04-03", "2024-04-08", 2, "2024-04-12 00:00"),  # 4 and 5 April off, Sunday the 7th worked
    ],
)
def test_each_day_of_a_stop_that_would_have_counted_moves_the_deadline_by_one(
    stopped_on: str, restarted_on: str, days: int, due_at: str
) -> None:
    began_on = date(2024, 3, 1) if stopped_on < "2024-04" else date(2024, 4, 1)
    stage = stopped(opened(FIVE, began_on), from_iso(stopped_on))

    assert legal_clock.stood_still(stage, FIVE, from_iso(restarted_on), ANNOUNCED) == days
    assert restarted(stage, FIVE, from_iso(restarted_on)).due_at == shanghai(due_at)


def test_a_limit_in_calendar_days_moves_by_calendar_days() -> None:
    ten = TimeLimit(days=10, unit=DAY_UNIT_CALENDAR_DAYS)

    stage = restarted(stopped(opened(ten, date(2024, 3, 1)), date(2024, 3, 8)), ten, date(2024, 3, 11))

    assert (stage.stopped_days, stage.due_at) == (3, shanghai("2024-03-15 00:00"))


@pytest.mark.parametrize(
    ("on", "reading"),
    [
        ("2024-03-01", Reading(elapsed=0, stopped=0, left=5)),
        ("2024-03-03", Reading(elapsed=0, stopped=0, left=5)),
        ("2024-03-04", Reading(elapsed=1, stopped=0, left=4)),
        ("2024-03-08", Reading(elapsed=5, stopped=0, left=0)),
        ("2024-03-11", Reading(elapsed=6, stopped=0, left=0)),  # overdue by a day
    ],
)
def test_a_running_clock_is_read_at_the_end_of_a_day(on: str, reading: Reading) -> None:
    assert read(opened(FIVE, date(2024, 3, 1)), FIVE, from_iso(on)) == reading


@pytest.mark.parametrize(("on", "still"), [("2024-03-06", 1), ("2024-03-07", 2), ("2024-03-10", 3), ("2024-03-11", 4)])
def test_on_a_clock_that_stands_still_only_the_stop_grows(on: str, still: int) -> None:
    stage = stopped(opened(FIVE, date(2024, 3, 1)), date(2024, 3, 6))

    assert read(stage, FIVE, from_iso(on)) == Reading(elapsed=2, stopped=still, left=3)
    assert legal_clock.rings_at(stage) is None


def test_a_stage_that_is_overdue_rings_no_more() -> None:
    stage = opened(FIVE, date(2024, 3, 1))

    assert legal_clock.rings_at(stage) == stage.due_at
    assert legal_clock.rings_at(replace(stage, is_overdue=True)) is None


@pytest.mark.parametrize(
    ("stopped_on", "days_max", "runs_again_on"),
    [
        ("2024-03-04", 1, "2024-03-05"),
        ("2024-03-04", 5, "2024-03-09"),  # a Saturday: Friday was the fifth day
        ("2024-03-09", 1, "2024-03-12"),  # stopped on a Saturday: Monday is the first day
    ],
)
def test_a_stop_that_is_limited_ends_after_so_many_working_days(
    stopped_on: str, days_max: int, runs_again_on: str
) -> None:
    assert legal_clock.ends_by_itself_on(from_iso(stopped_on), days_max, ANNOUNCED) == from_iso(runs_again_on)


# Reminders


def reminded(stage: OpenStage, *days_before: int) -> OpenStage:
    """A stage with reminders of its deadline."""
    assert stage.due_at is not None
    assert stage.opened_on is not None
    due_at = Timestamp()
    due_at.FromDatetime(stage.due_at)
    found = legal_clock.reminders(days_before, stage.opened_on, due_at, ANNOUNCED)
    return replace(stage, reminders={one.days_left: one.remind_at.ToDatetime(SHANGHAI) for one in found})


def test_people_are_reminded_when_a_working_day_begins_and_not_before_the_first_that_counts() -> None:
    stage = reminded(opened(FIVE, date(2024, 2, 7)), 1, 3, 4, 5)  # due by the end of 20 February

    assert stage.reminders == {
        4: shanghai("2024-02-08 00:00"),
        3: shanghai("2024-02-09 00:00"),  # the eve of the Spring Festival, a working day
        1: shanghai("2024-02-19 00:00"),
    }


def test_a_clock_rings_at_each_reminder_and_then_at_the_deadline() -> None:
    stage = reminded(opened(FIVE, date(2024, 3, 1)), 3, 1)

    for said, rings_at in (((), "2024-03-05"), ((3,), "2024-03-07"), ((3, 1), "2024-03-09"), ((1,), "2024-03-09")):
        assert legal_clock.rings_at(replace(stage, reminded=frozenset(said))) == shanghai(f"{rings_at} 00:00")


@pytest.mark.parametrize(
    ("at", "days_left"), [("2024-03-04 23:59", 0), ("2024-03-05 00:00", 3), ("2024-03-07 00:00", 1)]
)
def test_the_newest_reminder_stands_for_all_that_were_missed(at: str, days_left: int) -> None:
    assert legal_clock.to_remind(reminded(opened(FIVE, date(2024, 3, 1)), 3, 1), shanghai(at)) == days_left


@given(DAYS, st.integers(1, 30), st.sets(st.integers(1, 30), max_size=4))
def test_at_each_reminder_so_many_working_days_are_left_after_its_day(
    on: date, working_days: int, days_before: set[int]
) -> None:
    limit = TimeLimit(days=working_days, unit=DAY_UNIT_WORKING_DAYS)
    stage = reminded(opened(limit, on), *days_before)

    assert set(stage.reminders) == {days for days in days_before if days < working_days}
    for days_left, remind_at in stage.reminders.items():
        assert read(stage, limit, remind_at.date()).left == days_left


def test_a_stop_rings_on_the_day_it_ends_by_itself_and_else_never() -> None:
    still = stopped(reminded(opened(FIVE, date(2024, 3, 1)), 3, 1), date(2024, 3, 4))
    limited = replace(still, stop=ClockStopped(stopped_on="2024-03-04", restarts_on="2024-03-06"))

    assert legal_clock.rings_at(still) is None
    assert legal_clock.rings_at(limited) == shanghai("2024-03-06 00:00")


# Properties


def after_stops(stage: OpenStage, limit: TimeLimit, stops: list[tuple[int, int]]) -> tuple[OpenStage, date]:
    """The stage after stops that each begin before its deadline, and the last day on which anything happened."""
    on = stage.opened_on
    assert on is not None
    for runs, stands in stops:
        begins_on = min(on + timedelta(days=runs), last_day(stage))
        on = begins_on + timedelta(days=stands)
        stage = restarted(stopped(stage, begins_on), limit, on)
    return stage, on


@given(LIMITS, DAYS, STOPS, st.integers(0, 40))
def test_elapsed_and_left_make_up_the_limit_whatever_the_stops(
    limit: TimeLimit, on: date, stops: list[tuple[int, int]], later: int
) -> None:
    stage, changed_on = after_stops(opened(limit, on), limit, stops)
    today = max(changed_on, min(changed_on + timedelta(days=later), last_day(stage)))

    reading = read(stage, limit, today)

    assert reading.stopped == stage.stopped_days
    if today <= last_day(stage):
        assert reading.elapsed + reading.left == limit.days
        assert reading.elapsed >= 0


@given(LIMITS, DAYS, STOPS, st.integers(0, 9), st.integers(0, 30))
def test_while_the_clock_stands_still_nothing_elapses(
    limit: TimeLimit, on: date, stops: list[tuple[int, int]], runs: int, stands: int
) -> None:
    stage, changed_on = after_stops(opened(limit, on), limit, stops)
    begins_on = max(changed_on, min(changed_on + timedelta(days=runs), last_day(stage)))
    still = stopped(stage, begins_on)
    first, later = (read(still, limit, day) for day in (begins_on, begins_on + timedelta(days=stands)))

    assert (first.elapsed, first.left) == (later.elapsed, later.left)
    assert first.stopped <= later.stopped
    if begins_on <= last_day(stage):
        assert first.elapsed + first.left == limit.days


@given(LIMITS, DAYS, STOPS)
def test_stops_never_shorten_and_move_the_deadline_by_the_days_they_took(
    limit: TimeLimit, on: date, stops: list[tuple[int, int]]
) -> None:
    before = opened(limit, on)
    stage, _ = after_stops(before, limit, stops)

    assert last_day(stage) >= last_day(before)
    longer = TimeLimit(days=limit.days + stage.stopped_days, unit=limit.unit)
    assert stage.due_at == opened(longer, on).due_at


@given(LIMITS, DAYS, st.integers(0, 30))
def test_a_stop_of_no_day_moves_nothing(limit: TimeLimit, on: date, runs: int) -> None:
    stage = opened(limit, on)
    at = min(on + timedelta(days=runs), last_day(stage))

    assert restarted(stopped(stage, at), limit, at) == stage


@given(LIMITS, DAYS, st.lists(st.integers(0, 9), min_size=2, max_size=4))
def test_the_order_in_which_stops_of_so_many_days_come_is_irrelevant(
    limit: TimeLimit, on: date, lengths: list[int]
) -> None:
    def due(order: tuple[int, ...]) -> datetime | None:
        stage = opened(limit, on)
        for days in order:
            due_at = legal_clock.moved(stage, limit, days, ANNOUNCED).ToDatetime(SHANGHAI)
            stage = replace(stage, due_at=due_at)
        return stage.due_at

    assert len({due(order) for order in permutations(lengths)}) == 1


def test_a_deadline_beyond_the_announced_years_is_refused() -> None:
    stage = opened(FIVE, date(2026, 12, 18))
    still = stopped(stage, date(2026, 12, 21))

    for ask in (
        lambda: legal_clock.due_at(FIVE, date(2026, 12, 28), ANNOUNCED),
        lambda: legal_clock.moved(stage, FIVE, 5, ANNOUNCED),
        lambda: legal_clock.stood_still(still, FIVE, date(2027, 1, 5), ANNOUNCED),
        lambda: legal_clock.ends_by_itself_on(date(2026, 12, 28), 10, ANNOUNCED),
        lambda: legal_clock.read(stage, FIVE, date(2027, 1, 4), ANNOUNCED),
    ):
        with pytest.raises(Refused, match="CALENDAR_NOT_ANNOUNCED"):
            ask()
