"""The days of a file: no period backwards, no day with two rows, no value missing while the programme is in force."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from domain.dates import from_iso
from policy.problems import Path, Problem, Severity
from policy.source import Source
from policy.walking import places, rows

DAY = timedelta(days=1)
Range = tuple[date, date]


def problems(source: Source) -> Iterator[Problem]:
    """Periods that end before they begin, days with two rows or no value, an edition outside of its programme."""
    for path, row in rows(source.data):
        if (days := _range(row)) and days[1] < days[0]:
            yield source.problem("PERIOD_REVERSED", (*path, "through"), first=days[0], last=days[1])
    for path, table in places(source.data, "tables.*.rows"):
        yield from _overlaps(source, path, table)
    in_force = _range(source.data.get("in_force"))
    yield from _edition(source, in_force)
    if in_force and in_force[0] <= in_force[1]:
        for path, parameter in places(source.data, "parameters.*"):
            yield from _gaps(source, path, parameter, in_force)


def _overlaps(source: Source, path: Path, table: Any) -> Iterator[Problem]:
    """Rows that begin before an earlier one of the same key has ended."""
    dated: dict[str, list[tuple[Range, int]]] = {}
    for number, row in enumerate(table if isinstance(table, list) else ()):
        if (days := _range(row)) and isinstance(key := row.get("key"), str):
            dated.setdefault(key, []).append((days, number))
    for key, listed in dated.items():
        reached = date.min
        for (first, last), number in sorted(listed):
            if first <= reached:
                until = min(last, reached)
                yield source.problem("ROWS_OVERLAP", (*path, number, "from"), key=key, first=first, last=until)
            reached = max(reached, last)


def _edition(source: Source, in_force: Range | None) -> Iterator[Problem]:
    edition = source.data.get("edition")
    if not isinstance(edition, str):
        return
    try:
        day = from_iso(edition)
    except ValueError:
        yield source.problem("DATE_SPELLING", ("edition",), written=edition)
        return
    if in_force and not in_force[0] <= day <= in_force[1]:
        severity = Severity.ERROR if day > in_force[1] else Severity.WARNING
        first, last = in_force
        yield source.problem("EDITION_OUTSIDE", ("edition",), severity=severity, edition=day, first=first, last=last)


def _gaps(source: Source, path: Path, parameter: Any, in_force: Range) -> Iterator[Problem]:
    values = parameter.get("values") if isinstance(parameter, dict) else None
    ranges = [days for row in values if (days := _range(row))] if isinstance(values, list) else []
    if isinstance(values, list) and ranges and len(ranges) == len(values):
        told = [f"{first}至{last}" if first < last else str(first) for first, last in gaps(ranges, in_force)]
        if told:
            at = {"zh": "、".join(told), "en": ", ".join(told).replace("至", " to ")}
            yield source.problem("PARAMETER_GAP", (*path, "values"), severity=Severity.WARNING, name=path[-1], days=at)


def gaps(ranges: list[Range], whole: Range) -> Iterator[Range]:
    """The days of `whole` that lie in none of the ranges, as ranges; all ends count."""
    day = whole[0]
    for first, last in sorted(ranges):
        if first > whole[1]:
            break
        if first > day:
            yield day, first - DAY
        if last >= whole[1]:
            return
        day = max(day, last + DAY)
    yield day, whole[1]


def _range(row: Any) -> Range | None:
    match row:
        case {"from": date() as first, "through": date() as last}:
            return first, last
    return None
