"""Working days by the announced calendar, and none beyond it. (F-6)"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import WorkingCalendar, from_table
from domain.dates import Period, from_iso
from domain.refusals import Refused
from policy.rulebook import calendar_in
from settings import SHIPPED_PROGRAMMES

ANNOUNCED = calendar_in(SHIPPED_PROGRAMMES)


@pytest.fixture
def calendar() -> WorkingCalendar:
    """The calendar that is shipped."""
    return ANNOUNCED


#: F-6, as the notices list them.
WORKING_WEEKENDS = {
    2023: "01-28 01-29 04-23 05-06 06-25 10-07 10-08",
    2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}
HOLIDAYS_OF_2026 = [
    Period(from_iso(f"2026-{first}"), from_iso(f"2026-{last}"))
    for first, last in [
        ("01-01", "01-03"),
        ("02-15", "02-23"),
        ("04-04", "04-06"),
        ("05-01", "05-05"),
        ("06-19", "06-21"),
        ("09-25", "09-27"),
        ("10-01", "10-07"),
    ]
]
# With room on both sides for what is counted from them.
DAYS = st.dates(date(2023, 2, 1), date(2026, 9, 30))


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2024-02-07", 5, "2024-02-20"),
        ("2026-02-12", 5, "2026-02-26"),
        ("2024-01-29", 5, "2024-02-04"),  # a working Sunday
        ("2024-09-27", 5, "2024-10-10"),
        ("2024-03-01", 0, "2024-03-01"),
        ("2024-02-03", 1, "2024-02-04"),
    ],
)
def test_the_first_day_is_not_counted(calendar: WorkingCalendar, start: str, days: int, end: str) -> None:
    assert calendar.after(from_iso(start), days) == from_iso(end)


@pytest.mark.parametrize(("year", "days"), [(2023, 249), (2024, 251), (2025, 248), (2026, 248)])
def test_every_announced_year_has_the_working_days_of_the_notice(
    calendar: WorkingCalendar, year: int, days: int
) -> None:
    whole = Period(date(year, 1, 1), date(year, 12, 31))

    assert sum(calendar.is_working(day) for day in whole) == days


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2024-02-09", True),  # the eve was a working day
        ("2024-02-10", False),
        ("2024-02-18", True),
        ("2024-05-11", True),
        ("2026-02-14", True),
        ("2026-02-15", False),
        ("2026-02-23", False),
        ("2026-10-10", True),
    ],
)
def test_holidays_and_working_weekends_are_those_of_the_notice(
    calendar: WorkingCalendar, day: str, works: bool
) -> None:
    assert calendar.is_working(from_iso(day)) is works


@pytest.mark.parametrize("year", WORKING_WEEKENDS)
def test_the_weekends_that_are_worked_are_those_of_the_notice_and_no_others(
    calendar: WorkingCalendar, year: int
) -> None:
    worked = [day for day in Period(date(year, 1, 1), date(year, 12, 31)) if day.weekday() >= 5]

    assert " ".join(f"{day:%m-%d}" for day in worked if calendar.is_working(day)) == WORKING_WEEKENDS[year]


def test_the_weekdays_off_in_2026_are_those_of_the_notice_and_no_others(calendar: WorkingCalendar) -> None:
    for day in Period(date(2026, 1, 1), date(2026, 12, 31)):
        if day.weekday() < 5:
            assert calendar.is_working(day) is not any(day in holiday for holiday in HOLIDAYS_OF_2026)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2023-06-20", "2023-06-29"),
        ("2023-09-22", "2023-10-08"),
        ("2023-10-10", "2023-10-18"),
        ("2024-11-19", "2024-11-27"),
    ],
)
def test_a_notice_of_seven_working_days_counts_its_first_day(calendar: WorkingCalendar, first: str, last: str) -> None:
    assert calendar.period_of(from_iso(first), 7) == Period(from_iso(first), from_iso(last))


def test_a_notice_that_goes_up_on_a_day_off_counts_from_the_next_working_day(calendar: WorkingCalendar) -> None:
    saturday = from_iso("2024-11-16")

    assert calendar.period_of(saturday, 1) == Period(saturday, from_iso("2024-11-18"))
    assert calendar.period_of(saturday, 5) == Period(saturday, from_iso("2024-11-22"))
    assert calendar.period_of(from_iso("2024-02-04"), 1) == Period(from_iso("2024-02-04"), from_iso("2024-02-04"))


@given(DAYS, st.integers(1, 20))
def test_a_notice_has_as_many_working_days_as_were_asked_and_ends_on_one(first: date, working_days: int) -> None:
    notice = ANNOUNCED.period_of(first, working_days)

    assert notice.first == first
    assert ANNOUNCED.is_working(notice.last)
    assert sum(ANNOUNCED.is_working(day) for day in notice) == working_days


@given(DAYS, st.integers(1, 20))
def test_a_deadline_has_as_many_working_days_before_it_as_were_given(received_on: date, working_days: int) -> None:
    due_on = ANNOUNCED.after(received_on, working_days)

    counted = Period(received_on + timedelta(days=1), due_on)
    assert ANNOUNCED.is_working(due_on)
    assert sum(ANNOUNCED.is_working(day) for day in counted) == working_days


@pytest.mark.parametrize("working_days", [0, -1])
def test_a_notice_lasts_a_day_at_least(calendar: WorkingCalendar, working_days: int) -> None:
    with pytest.raises(ValueError, match="has no last day"):
        calendar.period_of(from_iso("2024-11-19"), working_days)


@pytest.mark.parametrize(
    ("day", "moved"),
    [
        ("2025-11-15", "2025-11-17"),  # BJ-X33: a Saturday
        ("2025-11-17", "2025-11-17"),
        ("2024-02-10", "2024-02-18"),  # a working Sunday ends the Spring Festival
        ("2026-10-01", "2026-10-08"),
    ],
)
def test_a_period_that_ends_on_a_day_off_ends_on_the_next_working_day(
    calendar: WorkingCalendar, day: str, moved: str
) -> None:
    assert calendar.on_or_after(from_iso(day)) == from_iso(moved)


@given(DAYS)
def test_a_day_moves_only_over_days_off(day: date) -> None:
    before, after = ANNOUNCED.on_or_before(day), ANNOUNCED.on_or_after(day)

    assert before <= day <= after
    assert ANNOUNCED.is_working(before)
    assert ANNOUNCED.is_working(after)
    assert [one for one in Period(before, after) if ANNOUNCED.is_working(one)] == sorted({before, after})


@pytest.mark.parametrize("weekend", ["02-05", "02-03"])
def test_a_table_with_a_working_weekend_that_is_none_is_not_read(weekend: str) -> None:
    row = {"holidays": ["02-03"], "working_weekends": ["02-04", weekend]}

    with pytest.raises(ValueError, match=f"2024-{weekend} is no working weekend"):
        from_table({2024: row})


@pytest.mark.parametrize(
    ("day", "last"), [("2023-12-31", "2023-12-29"), ("2024-03-31", "2024-03-29"), ("2024-06-30", "2024-06-28")]
)
def test_a_quarter_that_ends_on_a_sunday_is_paid_on_the_friday(calendar: WorkingCalendar, day: str, last: str) -> None:
    assert calendar.on_or_before(from_iso(day)) == from_iso(last)
    assert calendar.on_or_before(from_iso(last)) == from_iso(last)


def test_years_that_are_not_announced_are_not_counted(calendar: WorkingCalendar) -> None:
    last = date(2026, 12, 31)
    assert calendar.is_working(last)

    for ask in (
        lambda: calendar.is_working(last + timedelta(days=1)),
        lambda: calendar.is_working(date(2022, 12, 31)),
        lambda: calendar.after(last, 1),
        lambda: calendar.on_or_before(date(2027, 3, 31)),
        lambda: calendar.on_or_after(date(2027, 1, 1)),
        lambda: calendar.period_of(last, 2),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.code == "CALENDAR_NOT_ANNOUNCED"
        assert "2026" in refused.value.message("zh")
        assert "2026" in refused.value.message("en")
