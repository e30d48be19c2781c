"""Civil dates in Asia/Shanghai, and the instants at which they begin and end."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache

#: China has had one zone without daylight saving since 1991; every date here is later.
from google.protobuf.timestamp_pb2 import Timestamp

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


@lru_cache(4_096)  # ten years of days; a quarter reads the same ones for each claim
def from_iso(text: str) -> date:
    """The date written "2024-03-31". Raises ValueError for anything else."""
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):  # a week date would sort among the others as it likes
        raise ValueError(f"{text!r} is not a date written YYYY-MM-DD")
    return date.fromisoformat(text)


def civil_date(instant: datetime) -> date:
    """The date in Shanghai at an instant."""
    return instant.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """00:00 in Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def end_of(day: date) -> datetime:
    """24:00 in Shanghai: the first instant that is too late for the day. (民法典 203)"""
    return start_of(day + timedelta(days=1))


def timestamp(instant: datetime) -> Timestamp:
    """An instant as messages carry it."""
    carried = Timestamp()
    carried.FromDatetime(instant)
    return carried


def add_months(day: date, months: int) -> date:
    """The corresponding day, or the month's last day where there is none. (民法典 202)"""
    year, before = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, before + 1, min(day.day, calendar.monthrange(year, before + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The corresponding day, or the month's last day where there is none. (民法典 202)"""
    return add_months(day, 12 * years)


class TermCounting(StrEnum):
    """Whether the first day of a term is one of its days. (BJ-A5)"""

    CIVIL_CODE = "civil_code"  # it is not counted, so the corresponding day is the last (民法典 201, 202)
    STRICT = "strict"  # it is, so the day before is the last


def last_day_of_term(starts_on: date, years: int, counting: TermCounting) -> date:
    """The last day of a term of so many years from `starts_on`; one that ends later is longer. (BJ-2.2, BJ-A5)"""
    corresponding = add_years(starts_on, years)
    return corresponding if counting is TermCounting.CIVIL_CODE else corresponding - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A closed range of days: the first and the last both count."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __len__(self) -> int:
        return max(0, (self.last - self.first).days + 1)

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range(len(self)))

    def overlap(self, other: "Period") -> "Period":
        """The days in both; may be empty."""
        return Period(max(self.first, other.first), min(self.last, other.last))


QUARTER = re.compile("(2[0-9]{3})Q([1-4])")


def is_quarter(text: str) -> bool:
    """Whether a text is a quarter, "2024Q1"."""
    return bool(QUARTER.fullmatch(text))


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A calendar quarter, "2024Q1"."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """The quarter that contains a day."""
        return cls(day.year, (day.month - 1) // 3 + 1)

    @classmethod
    def parse(cls, text: str) -> "Quarter":
        """From "2024Q1". Raises ValueError."""
        written = QUARTER.fullmatch(text)
        if not written:
            raise ValueError(f"{text!r} is not a quarter written 2024Q1")
        return cls(int(written[1]), int(written[2]))

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def days(self) -> Period:
        """First to last day."""
        last_month = self.number * 3
        last = calendar.monthrange(self.year, last_month)[1]
        return Period(date(self.year, last_month - 2, 1), date(self.year, last_month, last))

    @property
    def next(self) -> "Quarter":
        """The quarter after this one."""
        return Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)
