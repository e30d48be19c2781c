"""Days on which an office holds still: each says why, and no two of them hold the same thing on a day."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from policy.problems import Problem
from policy.source import Source
from policy.walking import places


def problems(source: Source) -> Iterator[Problem]:
    """Windows that hold the same on one day, and those that say neither a clause nor a reason, or both."""
    held: dict[str, list[tuple[date, date]]] = {}
    for path, row in places(source.data, "freezes.*"):
        if not isinstance(row, dict):
            continue
        if ("clause" in row) == ("reason" in row):
            yield source.problem("ONE_OF_KEYS", path, keys=["clause", "reason"])
        first, last = row.get("from"), row.get("through")
        if not isinstance(first, date) or not isinstance(last, date):
            continue
        for what in _holds(row):
            for known_first, known_last in held.setdefault(what, []):
                if first <= known_last and known_first <= last:
                    both = max(first, known_first), min(last, known_last)
                    yield source.problem("FREEZES_OVERLAP", (*path, "from"), what=what, first=both[0], last=both[1])
            held[what].append((first, last))


def _holds(row: dict[str, Any]) -> list[str]:
    holds = row.get("holds")
    return [what for what in holds if isinstance(what, str)] if isinstance(holds, list) else []
