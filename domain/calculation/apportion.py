"""What of an amount lies inside a window: by days, by months or by a schedule, always exact. (BJ-3.8, BJ-A10)

An amount is spread over its own period. However a period is cut into windows, the parts add up to the amount.
"""

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from domain.dates import Period
from domain.money import Exact


class Counting(StrEnum):
    """How a period's amount is spread over its days."""

    INCLUSIVE_DAYS = "inclusive_days"  # every day weighs the same, the first and the last too
    EXCLUSIVE_DAYS = "exclusive_days"  # the first day is not counted (民法典 201); of a single day, that day is
    MONTHS = "months"  # every calendar month touched weighs the same, a part of one as well; its days share evenly


@dataclass(frozen=True, slots=True)
class Dated:
    """One entry of a schedule: an amount in fen and the days that it is for."""

    period: Period
    amount: int


def inside(amount: Exact, period: Period, window: Period, counting: Counting) -> Exact:
    """The part of an amount whose days lie in the window; nothing for an empty window or one outside. (BJ-3.8)

    Raises ValueError for a period that ends before it begins: it has no days to be spread over.
    """
    if window.first <= period.first <= period.last <= window.last:
        return amount
    if not len(period):
        raise ValueError(f"the period {period.first} to {period.last} has no days")
    if counting is Counting.MONTHS:
        months = list(_months(period))
        of_each = Fraction(amount, len(months))
        return sum(inside(of_each, month, window, Counting.INCLUSIVE_DAYS) for month in months)
    counted = _counted(period, counting)
    return Fraction(amount * len(counted.overlap(window)), len(counted))


def scheduled(entries: Sequence[Dated], window: Period, counting: Counting) -> Exact:
    """The part of an itemised schedule that lies in the window, each entry by its own days. (BJ-A10)"""
    return sum(inside(entry.amount, entry.period, window, counting) for entry in entries)


def _counted(period: Period, counting: Counting) -> Period:
    if counting is Counting.EXCLUSIVE_DAYS and len(period) > 1:
        return Period(period.first + timedelta(days=1), period.last)
    return period


def _months(period: Period) -> Iterator[Period]:
    """The period, cut where calendar months end."""
    year, month = period.first.year, period.first.month
    while (year, month) <= (period.last.year, period.last.month):
        whole = Period(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
        yield whole.overlap(period)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
