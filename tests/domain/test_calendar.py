"""Working days by the announced calendar, and none beyond it. (F-6)"""

from datetime import date, timedelta

import pytest

from domain.calendar import WorkingCalendar
from domain.dates import Period, from_iso
from domain.refusals import Refused
from tests.desk import the_rulebook


@pytest.fixture
def calendar() -> WorkingCalendar:
    """The calendar that is shipped."""
    return the_rulebook().calendar


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
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.code == "CALENDAR_NOT_ANNOUNCED"
        assert "2026" in refused.value.message("zh")
        assert "2026" in refused.value.message("en")
