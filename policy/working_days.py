"""The announced working days of a folder of programmes, read with their places. (F-6)"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field, RootModel

from domain import calendar
from domain.calendar import SATURDAY, WorkingCalendar
from domain.format.form import Row, Rows
from policy.model import validate
from policy.problem_texts import Words
from policy.problems import Path, Problem, has_errors
from policy.source import Source

FILE = "working-days.yaml"
KINDS: dict[str, Words] = {
    "holidays": {"zh": "放假日", "en": "holiday"},
    "working_weekends": {"zh": "调休上班日", "en": "working weekend"},
}
NO_DATE: Words = {"zh": "没有这一天", "en": "there is no such day"}
NO_WEEKEND: Words = {"zh": "不是周末", "en": "it is not on a weekend"}
BOTH: Words = {"zh": "当天也是放假日", "en": "it is a holiday as well"}

DayOfYear = Annotated[str, Field(pattern=r"^[0-9]{2}-[0-9]{2}$")]
YearKey = Annotated[str, Field(pattern=r"^2[0-9]{3}$")]


class Year(Row):
    """Days off on weekdays, and weekends on which offices work, as the yearly notice announces them."""

    holidays: Rows[DayOfYear]
    working_weekends: Rows[DayOfYear]


class WorkingDays(RootModel[dict[YearKey, Year]]):
    """The announced years, quoted."""


def load(source: Source) -> tuple[WorkingCalendar | None, list[Problem]]:
    """The calendar, or None if there are errors; and every problem."""
    found, problems = validate(source, WorkingDays)
    if found is not None:
        problems += [problem for year, row in found.root.items() for problem in _wrong_days(source, year, row)]
    if found is None or has_errors(problems):
        return None, problems
    table = {
        int(year): {"holidays": list(row.holidays), "working_weekends": list(row.working_weekends)}
        for year, row in found.root.items()
    }
    return calendar.from_table(table), problems


def _wrong_days(source: Source, year: str, row: Year) -> Iterator[Problem]:
    for kind, name in KINDS.items():
        days: tuple[str, ...] = getattr(row, kind)
        for number, written in enumerate(days):
            if why := _wrong(year, written, kind, row):
                path: Path = (year, kind, number)
                yield source.problem("CALENDAR_DAY", path, year=year, written=written, kind=name, why=why)


def _wrong(year: str, written: str, kind: str, row: Year) -> Words | None:
    try:
        day = date.fromisoformat(f"{year}-{written}")
    except ValueError:
        return NO_DATE
    if kind == "holidays":
        return None
    if day.weekday() < SATURDAY:
        return NO_WEEKEND
    return BOTH if written in row.holidays else None
