"""Working days by the announced calendar. Beyond the announced years it refuses to count. (F-6)"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from domain.dates import Period
from domain.refusals import Refused

SATURDAY = 5


@dataclass(frozen=True)
class WorkingCalendar:
    """Public holidays and working weekends (调休), for the years that the State Council has announced."""

    days_off: frozenset[date]
    working_weekends: frozenset[date]
    years: frozenset[int]

    def is_working(self, day: date) -> bool:
        """Whether offices work on `day`. Raises Refused CALENDAR_NOT_ANNOUNCED."""
        if day.year not in self.years:
            raise Refused("CALENDAR_NOT_ANNOUNCED", day=day, last_year=max(self.years))
        if day.weekday() >= SATURDAY:
            return day in self.working_weekends
        return day not in self.days_off

    def after(self, day: date, working_days: int) -> date:
        """The n-th working day after `day`, which itself is not counted. (民法典 201)"""
        while working_days > 0:
            day += timedelta(days=1)
            working_days -= self.is_working(day)
        return day

    def period_of(self, first: date, working_days: int) -> Period:
        """A public notice (公示) of so many working days from `first`, which is counted if offices work on it. (F-6)

        Raises Refused CALENDAR_NOT_ANNOUNCED, and ValueError for less than one day.
        """
        if working_days < 1:
            raise ValueError(f"a period of {working_days} working days has no last day")
        return Period(first, self.after(self.on_or_after(first), working_days - 1))

    def on_or_after(self, day: date) -> date:
        """`day`, or the next working day after it: where a period that ends on a day off really ends. (民法典 203)"""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def on_or_before(self, day: date) -> date:
        """`day`, or the last working day before it."""
        while not self.is_working(day):
            day -= timedelta(days=1)
        return day


def from_table(table: Mapping[int, Mapping[str, list[str]]]) -> WorkingCalendar:
    """From the announced table: year -> {"holidays": ["01-01"], "working_weekends": ["02-04"]}.

    Raises ValueError for what is no date, and for a working weekend that is not on a weekend or is a holiday as well.
    """

    def days(kind: str) -> frozenset[date]:
        return frozenset(date.fromisoformat(f"{year}-{day}") for year, row in table.items() for day in row[kind])

    days_off, working_weekends = days("holidays"), days("working_weekends")
    for day in sorted(working_weekends):
        if day.weekday() < SATURDAY or day in days_off:  # it would be ignored, and every deadline around it wrong
            raise ValueError(f"{day} is no working weekend")
    return WorkingCalendar(days_off, working_weekends, frozenset(table))
