"""The way of a case: stages that end, tasks where the system acts, letters that can be filled in."""

import calendar
from collections.abc import Iterator
from string import Formatter
from typing import Any

from domain.letters import BLANKS
from policy.model import close
from policy.problems import Path, Problem
from policy.source import Source
from policy.walking import places

COMMON_YEAR = 2023
#: Which kind of stage may end a plan.
LAST = {
    "voucher_claim": ("system",),
    "redemption_claim": ("cycle",),
    "grant_application": ("round",),
}


def problems(source: Source) -> Iterator[Problem]:
    """Plans that do not end, stages that are there twice, tasks without a system, blanks nobody fills in."""
    for path, plan in places(source.data, "plans.*"):
        if isinstance(plan, list):
            yield from _plan(source, path, [row if isinstance(row, dict) else {} for row in plan])
    yield from _cut_off(source)
    for path, text in places(source.data, "letters.*.text"):
        if isinstance(text, str):
            yield from _letter(source, path, text)


def _plan(source: Source, path: Path, stages: list[dict[str, Any]]) -> Iterator[Problem]:
    if not stages:
        yield source.problem("LIST_LENGTH", path, count=0, limit={"zh": "至少1项", "en": "at least 1"})
        return
    seen: set[object] = set()
    for number, stage in enumerate(stages):
        at = (*path, number)
        key, kind = stage.get("key"), stage.get("kind")
        if isinstance(key, str) and key in seen:
            yield source.problem("ENTRY_TWICE", (*at, "key"), written=key)
        seen.add(key if isinstance(key, str) else None)
        if kind in ("system", "round") and "task" not in stage:
            yield source.problem("KEY_MISSING", at, keys=["task"])
        if kind in ("decision", "applicant", "cycle", "panel") and "task" in stage:
            yield source.problem("TASK_WITHOUT_SYSTEM", (*at, "task"), of_key=True, kind=kind)
        if kind == "cycle" and stage is not stages[-1]:
            yield source.problem("STAGE_AFTER_LAST", (*at, "kind"), kind=kind)
    wanted = LAST.get(str(path[-1]), ())
    last = stages[-1].get("kind")
    if wanted and isinstance(last, str) and last not in wanted:
        yield source.problem("PLAN_WITHOUT_END", (*path, len(stages) - 1, "kind"), kind=last, wanted=list(wanted))


def _cut_off(source: Source) -> Iterator[Problem]:
    """The last day for requests is one that every year has."""
    for path, row in places(source.data, "redemption.yearly_cut_off"):
        match row:
            case {"month": int() as month, "day": int() as day} if 1 <= month <= 12 and 1 <= day <= 31:
                if day > calendar.monthrange(COMMON_YEAR, month)[1]:
                    yield source.problem("DATE_SPELLING", (*path, "day"), written=f"{month:02d}-{day:02d}")


def _letter(source: Source, path: Path, text: str) -> Iterator[Problem]:
    try:
        blanks = [blank for _, blank, _, _ in Formatter().parse(text) if blank is not None]
    except ValueError as error:
        yield source.problem("LETTER_BRACES", path, message=str(error))
        return
    for blank in dict.fromkeys(blanks):
        if blank not in BLANKS:
            known = sorted(BLANKS)
            yield source.problem("BLANK_UNKNOWN", path, written=blank, known=known, close=close(blank, known))
