"""The lines of a sum: which count, what each is worth, and how much of it lies in the window. (BJ-1.0d, BJ-3.8)"""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from domain.calculation import apportion
from domain.calculation.apportion import Counting, Dated
from domain.calculation.step_inputs import Columns
from domain.calculation.working import Working
from domain.dates import Period, from_iso
from domain.format.steps import Inside, Sum
from domain.money import Exact
from domain.refusals import Refused

Line = Sequence[Any]
_day = lru_cache(maxsize=4096)(from_iso)


def add_up(working: Working, step: Sum) -> Exact:
    """Lines that do not count stay on record with nothing; the others are apportioned, rounded if the step says so,
    and added up.

    Raises Refused LINE_WITHOUT_DAYS, PARAMETER_EXPIRED.
    """
    lines: Sequence[Line] = working.inputs[step.name]
    columns = working.columns[step.name]
    total: Exact = 0
    counted = 0
    for number, line in enumerate(lines, 1):
        worth = min(line[columns.worth])
        if columns.where is not None and not line[columns.where]:
            _tell_excluded(working, step, number, _label(line, columns, number), worth)
            continue
        exact, days = _inside(working, step, step.inside, line, columns, worth) if step.inside else (worth, None)
        value = working.rounded(exact, step.round_lines) if step.round_lines else exact
        total += value
        counted += 1
        if working.told is not None:
            _tell_counted(working, step, number, line, columns, value, days)
    if working.told is not None:
        working.tell(step, total, f"{counted}项合计" if counted else "没有可计入的项目")
    return total


def _inside(
    working: Working, step: Sum, inside: Inside, line: Line, columns: Columns, worth: int
) -> tuple[Exact, Mapping[str, int]]:
    """The part of a line's worth inside the window; by days also how many of how many. (BJ-3.8, BJ-A10, BJ-A20)"""
    counting = working.programme.setting(inside.counting, working.facts.received_on)
    row = working.programme.windows[inside.window]
    opens, closes = row.first, row.last
    try:
        first, last = map(_day, line[columns.days])
        if columns.not_before is not None and (not_before := line[columns.not_before]):
            opens = max(opens, _day(not_before))
        entries = _entries(line[columns.schedule]) if columns.schedule is not None else []
        if planned := sum([entry.amount for entry in entries]):
            scheduled = apportion.scheduled(entries, Period(opens, closes), Counting(counting))
            return Fraction(worth, planned) * scheduled, {}
        if opens <= first <= last <= closes:  # nearly all lines: nothing to divide
            days = (last - first).days + 1 if working.told is not None else 0
            return worth, {"days_inside": days, "days": days} if days else {}
        period, window = Period(first, last), Period(opens, closes)
        part = apportion.inside(worth, period, window, Counting(counting))
    except ValueError:
        raise Refused("LINE_WITHOUT_DAYS", step.clause, step=step.title, dates="—".join(line[columns.days])) from None
    by_days = working.told is not None and counting == Counting.INCLUSIVE_DAYS
    return part, {"days_inside": len(period.overlap(window)), "days": len(period)} if by_days else {}


def _entries(schedule: Sequence[Sequence[Any]]) -> list[Dated]:
    return [Dated(Period(_day(first), _day(last)), amount) for first, last, amount in schedule]


def _label(line: Line, columns: Columns, number: int) -> str:
    return (line[columns.label] if columns.label is not None else "") or f"第{number}项"


def _tell_excluded(working: Working, step: Sum, number: int, label: str, worth: int) -> None:
    if working.told is not None:
        because = f"{label}：{step.otherwise or '不计入'}（{working.show(worth)}）"
        clause = step.where_clause or step.clause
        working.put(f"{step.name}[{number}]", clause, because, "excluded", 0, [("amount", worth)], lost=worth)


def _tell_counted(
    working: Working, step: Sum, number: int, line: Line, columns: Columns, value: Exact, days: Mapping[str, int] | None
) -> None:
    worths = line[columns.worth]
    names = step.least_of or ("amount",)
    label = _label(line, columns, number)
    operands: list[tuple[str, Exact]] = [*zip(names, worths, strict=True), *(days or {}).items()]
    clause = step.clause
    explanation = f"{label}：{working.show(min(worths))}"
    if len(worths) > 1:
        explanation = f"{label}：{'、'.join(map(working.show, worths))}中最小的{working.show(min(worths))}"
    if step.inside and days is not None:
        clause, part = _where(working, step.inside, line, columns)
        explanation += part if not days else f"{part}（{days['days_inside']}/{days['days']}天）"
    working.put(f"{step.name}[{number}]", clause, explanation, "counted", value, operands, lost=min(worths) - value)


def _where(working: Working, inside: Inside, line: Line, columns: Columns) -> tuple[str, str]:
    """By which clause a part counts, and in words: what comes too early for the line has a clause of its own."""
    window = working.programme.windows[inside.window]
    first, clause = window.first, window.clause
    if columns.not_before is not None and line[columns.not_before]:
        not_before = _day(line[columns.not_before])
        if not_before > max(first, _day(line[columns.days][0])):
            first, clause = not_before, inside.not_before_clause or clause
    return clause, _part_inside(first, window.last)


@lru_cache(maxsize=4096)
def _part_inside(first: date, last: date) -> str:
    return f"在{first}至{last}内的部分"
