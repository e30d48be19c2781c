"""What lies outside the window does not count; however a period is cut, nothing is lost or counted twice. (BJ-3.8)"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calculation.apportion import Counting, Dated, inside, scheduled
from domain.dates import Period, from_iso
from domain.money import floor, yuan

EXECUTION = Period(date(2023, 9, 1), date(2025, 12, 31))
AMOUNTS = st.fractions(min_value=0, max_value=10**13, max_denominator=1000)
COUNTINGS = st.sampled_from(Counting)
DAYS = st.dates(date(2023, 6, 1), date(2026, 6, 30))
EMPTY = Period(date(2024, 6, 2), date(2024, 6, 1))


def days(first: str, last: str) -> Period:
    return Period(from_iso(first), from_iso(last))


def periods() -> st.SearchStrategy[Period]:
    return st.builds(lambda a, b: Period(min(a, b), max(a, b)), DAYS, DAYS)


def weights(period: Period, counting: Counting) -> Mapping[date, Fraction]:
    """What every single day of a period weighs, written down one by one."""
    listed = list(period)
    if counting is Counting.EXCLUSIVE_DAYS and len(listed) > 1:
        listed = listed[1:]
    if counting is not Counting.MONTHS:
        return dict.fromkeys(listed, Fraction(1))
    in_month = Counter((day.year, day.month) for day in listed)
    return {day: Fraction(1, in_month[day.year, day.month]) for day in listed}


# Examples of the clauses


def test_a_contract_that_overruns_counts_by_its_days_inside() -> None:  # BJ-X9
    eligible = inside(yuan(1_000_000), days("2025-09-15", "2026-09-14"), EXECUTION, Counting.INCLUSIVE_DAYS)

    assert eligible == Fraction(108, 365) * yuan(1_000_000)
    assert floor(Fraction(eligible, 5)) == yuan("59,178.08")


def test_days_before_the_signature_do_not_count() -> None:  # BJ-X39
    signed = Period(date(2024, 5, 10), EXECUTION.last)

    eligible = inside(yuan(1_840_000), days("2024-05-01", "2024-10-31"), signed, Counting.INCLUSIVE_DAYS)

    assert eligible == yuan(1_750_000)


def test_a_schedule_counts_by_its_entries_and_not_by_the_days_of_the_whole() -> None:  # BJ-X11
    months = [
        days("2025-10-01", "2025-10-31"),
        days("2025-11-01", "2025-11-30"),
        days("2025-12-01", "2025-12-31"),
        days("2026-01-01", "2026-01-31"),
        days("2026-02-01", "2026-02-28"),
        days("2026-03-01", "2026-03-31"),
    ]
    schedule = [Dated(month, yuan(100_000 * number)) for number, month in enumerate(months, 1)]

    by_entries = scheduled(schedule, EXECUTION, Counting.INCLUSIVE_DAYS)
    by_days = inside(yuan(2_100_000), days("2025-10-01", "2026-03-31"), EXECUTION, Counting.INCLUSIVE_DAYS)

    assert by_entries == yuan(600_000)
    assert floor(Fraction(by_entries, 5)) == yuan(120_000)
    assert floor(Fraction(by_days, 5)) == yuan("212,307.69")


def test_an_entry_that_crosses_the_end_of_the_window_is_itself_cut() -> None:
    schedule = [
        Dated(days("2025-12-01", "2025-12-31"), yuan(60)),
        Dated(days("2025-12-31", "2026-01-01"), yuan(40)),
    ]

    assert scheduled(schedule, EXECUTION, Counting.INCLUSIVE_DAYS) == yuan(80)
    assert scheduled(schedule, EXECUTION, Counting.EXCLUSIVE_DAYS) == yuan(60)
    assert scheduled([], EXECUTION, Counting.INCLUSIVE_DAYS) == 0


@pytest.mark.parametrize(
    ("counting", "share"),
    [
        (Counting.INCLUSIVE_DAYS, Fraction(16, 47)),
        (Counting.EXCLUSIVE_DAYS, Fraction(15, 46)),
        (Counting.MONTHS, Fraction(1, 2)),  # the half of December weighs as much as all of January
    ],
)
def test_the_counting_decides_what_a_part_of_a_month_weighs(counting: Counting, share: Fraction) -> None:
    period = days("2025-12-16", "2026-01-31")

    assert inside(yuan(470_000), period, EXECUTION, counting) == share * yuan(470_000)


def test_part_of_a_month_counts_by_the_days_that_the_period_has_in_it() -> None:
    period = days("2025-12-22", "2026-02-10")

    assert inside(3000, period, days("2025-12-27", "2026-01-31"), Counting.MONTHS) == 500 + 1000
    assert inside(3000, period, days("2026-02-04", "2026-12-31"), Counting.MONTHS) == 700


def test_the_first_day_weighs_nothing_where_it_is_not_counted() -> None:
    period = days("2024-03-01", "2024-03-11")

    assert inside(1000, period, days("2024-03-01", "2024-03-01"), Counting.EXCLUSIVE_DAYS) == 0
    assert inside(1000, period, days("2024-03-02", "2024-03-02"), Counting.EXCLUSIVE_DAYS) == 100
    assert inside(1000, period, days("2024-03-11", "2024-03-11"), Counting.EXCLUSIVE_DAYS) == 100


@pytest.mark.parametrize("counting", Counting)
def test_a_single_day_counts_whole_or_not_at_all(counting: Counting) -> None:
    day = days("2025-12-31", "2025-12-31")

    assert inside(7, day, EXECUTION, counting) == 7
    assert inside(7, day, days("2026-01-01", "2026-12-31"), counting) == 0


@pytest.mark.parametrize("counting", Counting)
def test_a_period_that_ends_before_it_begins_is_an_error_and_not_nothing(counting: Counting) -> None:
    with pytest.raises(ValueError, match="2024-06-02 to 2024-06-01 has no days"):
        inside(7, EMPTY, EXECUTION, counting)


@pytest.mark.parametrize("counting", Counting)
def test_days_at_the_end_of_time_are_days(counting: Counting) -> None:
    ever = Period(date.min, date.max)
    last_years = days("9998-01-01", "9999-12-31")

    assert inside(7, last_years, ever, counting) == 7
    assert inside(7, last_years, Period(date.min, date(9997, 12, 31)), counting) == 0


# Whatever the amount, the period and the window


@given(AMOUNTS, periods(), periods(), COUNTINGS)
def test_the_part_inside_is_what_its_days_weigh(
    amount: Fraction, period: Period, window: Period, counting: Counting
) -> None:
    by_day = weights(period, counting)

    part = inside(amount, period, window, counting)

    weighed = sum((weight for day, weight in by_day.items() if day in window), start=Fraction(0))
    assert part == amount * weighed / sum(by_day.values())
    assert 0 <= part <= amount


@given(AMOUNTS, periods(), st.lists(DAYS, max_size=5), COUNTINGS)
def test_windows_that_cut_the_time_into_pieces_add_up_to_the_amount(
    amount: Fraction, period: Period, cuts: list[date], counting: Counting
) -> None:
    starts = [date(2023, 1, 1), *sorted(cuts)]
    ends = [*(day - timedelta(days=1) for day in starts[1:]), date(2026, 12, 31)]
    windows = [Period(first, last) for first, last in zip(starts, ends, strict=True)]

    assert sum(inside(amount, period, window, counting) for window in windows) == amount


@given(AMOUNTS, periods(), periods(), periods(), COUNTINGS)
def test_a_wider_window_never_holds_less(
    amount: Fraction, period: Period, narrow: Period, other: Period, counting: Counting
) -> None:
    wide = Period(min(narrow.first, other.first), max(narrow.last, other.last))

    assert inside(amount, period, narrow, counting) <= inside(amount, period, wide, counting)


@given(AMOUNTS, periods(), COUNTINGS)
def test_a_window_without_days_or_elsewhere_holds_nothing(amount: Fraction, period: Period, counting: Counting) -> None:
    after = Period(period.last + timedelta(days=1), date(2030, 1, 1))
    before = Period(date(2020, 1, 1), period.first - timedelta(days=1))

    assert [inside(amount, period, window, counting) for window in (EMPTY, after, before)] == [0, 0, 0]
