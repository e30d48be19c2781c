"""Days begin and end in Shanghai; ranges hold both ends; a year later is the corresponding day. (民法典 201-203)"""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dates import (
    Period,
    Quarter,
    TermCounting,
    add_months,
    add_years,
    civil_date,
    end_of,
    from_iso,
    last_day_of_term,
    start_of,
)

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


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2024-01-15", 1, "2024-02-15"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-08-31", 1, "2024-09-30"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-11-30", 3, "2025-02-28"),
        ("2024-12-01", 1, "2025-01-01"),
        ("2024-11-15", 25, "2026-12-15"),
        ("2024-03-31", -1, "2024-02-29"),
        ("2024-01-01", -1, "2023-12-01"),
        ("2024-12-31", 0, "2024-12-31"),
    ],
)
def test_a_month_later_is_the_corresponding_day_or_the_end_of_the_month(day: str, months: int, later: str) -> None:
    assert add_months(from_iso(day), months) == from_iso(later)


@given(DAYS, st.integers(-60, 60))
def test_months_are_counted_in_the_calendar_and_never_skip_one(day: date, months: int) -> None:
    later = add_months(day, months)

    assert 12 * later.year + later.month - (12 * day.year + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@pytest.mark.parametrize(
    ("starts_on", "years", "civil_code", "strict"),
    [
        ("2024-03-01", 1, "2025-03-01", "2025-02-28"),  # BJ-A5
        ("2023-03-01", 1, "2024-03-01", "2024-02-29"),
        ("2024-01-01", 1, "2025-01-01", "2024-12-31"),
        ("2024-02-29", 1, "2025-02-28", "2025-02-27"),
        ("2024-02-29", 4, "2028-02-29", "2028-02-28"),
        ("2023-12-31", 2, "2025-12-31", "2025-12-30"),
    ],
)
def test_the_counting_decides_whether_the_corresponding_day_is_still_in_the_term(
    starts_on: str, years: int, civil_code: str, strict: str
) -> None:
    first = from_iso(starts_on)

    assert last_day_of_term(first, years, TermCounting.CIVIL_CODE) == from_iso(civil_code)
    assert last_day_of_term(first, years, TermCounting.STRICT) == from_iso(strict)


@given(DAYS, st.integers(1, 5))
def test_a_strict_term_is_a_day_shorter_and_terms_never_end_before_they_begin(starts_on: date, years: int) -> None:
    civil_code = last_day_of_term(starts_on, years, TermCounting.CIVIL_CODE)
    strict = last_day_of_term(starts_on, years, TermCounting.STRICT)

    assert starts_on < strict == civil_code - timedelta(days=1)
    assert civil_code == add_months(starts_on, 12 * years)


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
