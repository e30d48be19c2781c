"""Days begin and end in Shanghai; ranges hold both ends; a year later is the corresponding day. (民法典 201-203)"""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dates import Period, Quarter, add_years, civil_date, end_of, from_iso, start_of

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    "text", ["20240331", "2024-3-31", "2024-02-30", "2024-W01-1", "", "2024-03-31 ", "２０２４-03-31"]
)
def test_a_date_is_written_in_one_way(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a date written|day is out of range|month must be"):
        from_iso(text)


def test_the_date_of_an_instant_is_the_date_in_shanghai() -> None:
    assert civil_date(datetime(2024, 11, 15, 15, 59, 59, tzinfo=UTC)) == date(2024, 11, 15)
    assert civil_date(datetime(2024, 11, 15, 16, 0, 0, tzinfo=UTC)) == date(2024, 11, 16)


@given(DAYS)
def test_a_day_ends_when_the_next_begins(day: date) -> None:
    assert end_of(day) == start_of(day + timedelta(days=1))
    assert civil_date(end_of(day) - timedelta(microseconds=1)) == day
    assert civil_date(start_of(day)) == day


@pytest.mark.parametrize(
    ("day", "years", "later"),
    [
        ("2024-03-01", 1, "2025-03-01"),
        ("2024-02-29", 1, "2025-02-28"),
        ("2024-02-29", 4, "2028-02-29"),
        ("2024-06-10", -3, "2021-06-10"),
        ("2024-02-29", -3, "2021-02-28"),
    ],
)
def test_a_year_later_is_the_corresponding_day_or_the_end_of_the_month(day: str, years: int, later: str) -> None:
    assert add_years(from_iso(day), years) == from_iso(later)


def test_a_period_holds_its_first_and_its_last_day() -> None:
    period = Period(date(2024, 2, 28), date(2024, 3, 1))

    assert list(period) == [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]
    assert len(period) == 3
    assert date(2024, 3, 1) in period
    assert date(2024, 3, 2) not in period


@given(DAYS, DAYS, DAYS, DAYS)
def test_the_overlap_of_two_periods_holds_the_days_in_both(a: date, b: date, c: date, d: date) -> None:
    first, second = Period(min(a, b), max(a, b)), Period(min(c, d), max(c, d))

    overlap = first.overlap(second)

    assert overlap == second.overlap(first)
    assert len(overlap) == max(0, (min(first.last, second.last) - max(first.first, second.first)).days + 1)
    assert all(day in first and day in second for day in (overlap.first, overlap.last) if len(overlap))


@given(DAYS)
def test_every_day_is_in_one_quarter(day: date) -> None:
    quarter = Quarter.of(day)

    assert day in quarter.days
    assert quarter.next.days.first == quarter.days.last + timedelta(days=1)
    assert Quarter.parse(str(quarter)) == quarter
    assert quarter < quarter.next


@pytest.mark.parametrize(
    "text", ["2024Q5", "2024Q0", "2024", "Q1", "24Q1", "2024q1", "2024Q1 ", "0001Q1", "²⁰²⁴Q1", ""]
)
def test_a_quarter_is_written_in_one_way(text: str) -> None:
    with pytest.raises(ValueError, match="is not a quarter written 2024Q1"):
        Quarter.parse(text)
