"""What a stage says of its handling: where it may send a case back, whom duties keep apart, what its clock may do."""

from collections.abc import Iterator
from typing import Any

from policy.model import close
from policy.problems import Path, Problem
from policy.source import Source
from policy.walking import places

#: What the round does in its stages, in this order and once each.
ROUND_TASKS = ("allocate_round", "publish_notice", "pay_grant")


def problems(source: Source) -> Iterator[Problem]:
    """Ways back to no earlier stage, duties and vetoes that nobody has, tasks out of order, clocks that do not run."""
    for path, plan in places(source.data, "plans.*"):
        if isinstance(plan, list):
            rows = [row if isinstance(row, dict) else {} for row in plan]
            yield from _ways_back(source, path, rows)
            yield from _round_tasks(source, path, rows)
            yield from _entries(source, path, rows)
            yield from _corrections(source, path, rows)
            yield from _amounts(source, path, rows)
            for number, row in enumerate(rows):
                yield from _outputs(source, (*path, number), row)
                yield from _clock(source, (*path, number), row)
                yield from _clean(source, (*path, number), rows)
    yield from _duties(source)


def _ways_back(source: Source, path: Path, rows: list[dict[str, Any]]) -> Iterator[Problem]:
    for number, row in enumerate(rows):
        earlier = [str(before.get("key")) for before in rows[:number]]
        for at, key in enumerate(_list(row, "rework_to")):
            if isinstance(key, str) and key not in earlier:
                yield _unknown(source, (*path, number, "rework_to", at), key, f"plans.{path[-1]}", earlier)


def _round_tasks(source: Source, path: Path, rows: list[dict[str, Any]]) -> Iterator[Problem]:
    came: list[int] = []
    for number, row in enumerate(rows):
        task = row.get("task")
        if row.get("kind") != "round" or task not in ROUND_TASKS:
            continue
        place = ROUND_TASKS.index(task)
        if came and place <= came[-1]:
            yield source.problem("TASK_ORDER", (*path, number, "task"), task=task, order=list(ROUND_TASKS))
        came.append(place)


def _entries(source: Source, path: Path, rows: list[dict[str, Any]]) -> Iterator[Problem]:
    """What a stage asks to be met before it opens is tested by who decides the stage before it."""
    moment = "redemption" if path[-1] == "redemption_claim" else "decision"
    conditions = [row for _, row in places(source.data, "conditions.*") if isinstance(row, dict)]
    codes = [str(row.get("code")) for row in conditions if moment in _list(row, "at")]
    for number, row in enumerate(rows):
        before = rows[number - 1] if number else {}
        limit = before.get("time_limit")
        passes = isinstance(limit, dict) and limit.get("on_silence") == "passes"
        if _list(row, "enters_when") and (before.get("kind") != "decision" or passes):
            yield source.problem("ENTRY_UNTESTED", (*path, number, "enters_when"), of_key=True)
        for at, code in enumerate(_list(row, "enters_when")):
            if isinstance(code, str) and code not in codes:
                yield _unknown(source, (*path, number, "enters_when", at), code, "conditions", codes)


def _corrections(source: Source, path: Path, rows: list[dict[str, Any]]) -> Iterator[Problem]:
    """What an applicant mends is checked again where the case goes on, so not by an earlier stage."""
    checked: str | None = None
    for number, row in enumerate(rows):
        if row.get("correction") and checked is not None:
            yield source.problem("CORRECTION_UNCHECKED", (*path, number, "correction"), of_key=True, earlier=checked)
        if _list(row, "checks"):
            checked = str(row.get("key"))


def _amounts(source: Source, path: Path, rows: list[dict[str, Any]]) -> Iterator[Problem]:
    """Who is heard above an amount is heard once there is one."""
    is_set = False
    for number, row in enumerate(rows):
        is_set = is_set or bool(row.get("sets_amount")) or row.get("task") == "assess_redemption"
        for below, _ in places(row, "opinions.roles.*.above"):
            if not is_set:
                yield source.problem("AMOUNT_NOT_SET", (*path, number, *below), of_key=True)


def _outputs(source: Source, path: Path, row: dict[str, Any]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, output in enumerate(_list(row, "outputs")):
        key = output.get("key") if isinstance(output, dict) else None
        if isinstance(key, str) and key in seen:
            yield source.problem("ENTRY_TWICE", (*path, "outputs", number, "key"), written=key)
        seen.add(str(key))


def _clock(source: Source, path: Path, row: dict[str, Any]) -> Iterator[Problem]:
    limit = row.get("time_limit")
    for key in ("stops", "remind_days_before"):
        if row.get(key) and not limit and not row.get("due_by"):
            yield source.problem("CLOCK_MISSING", (*path, key), of_key=True, key=key)
    days = limit.get("days") if isinstance(limit, dict) else None
    for number, before in enumerate(_list(row, "remind_days_before")):
        if isinstance(before, int) and isinstance(days, int) and not 0 < before < days:
            yield source.problem("REMINDER_DAYS", (*path, "remind_days_before", number), written=before, days=days)


def _clean(source: Source, path: Path, rows: list[dict[str, Any]]) -> Iterator[Problem]:
    """What the system passes is the first stage of a redemption claim, tests everything, and asks for nothing else."""
    number = path[-1]
    assert isinstance(number, int)
    row, after = rows[number], rows[number + 1] if number + 1 < len(rows) else {}
    if not row.get("passes_when_clean"):
        return
    first = "redemption_claim" in path and number == 0 and row.get("kind") == "decision"
    tests = row.get("tests_eligibility") and _list(row, "checks") and after.get("task") == "assess_redemption"
    more = [key for key in ("opinions", "outputs", "stops", "sets_amount", "reserves_headroom") if row.get(key)]
    if not first or not tests or more or _list(after, "enters_when"):
        yield source.problem("CLEAN_PASS", (*path, "passes_when_clean"), of_key=True)


def _duties(source: Source) -> Iterator[Problem]:
    acting = ("plans.*.*", "plans.*.*.opinions.roles.*", "accounts.*.approved_by")
    rows = [row for pattern in acting for _, row in places(source.data, pattern) if isinstance(row, dict)]
    roles = sorted({str(row["role"]) for row in rows if "role" in row})
    for pattern in ("duties.*.roles.*", "veto.roles.*"):
        for path, role in places(source.data, pattern):
            if isinstance(role, str) and role not in roles:
                yield _unknown(source, path, role, "plans", roles)
    for path, duty in places(source.data, "duties.*"):
        if isinstance(duty, dict) and len(_list(duty, "roles")) == 1:
            limit = {"zh": "至少2项", "en": "at least 2"}
            yield source.problem("LIST_LENGTH", (*path, "roles"), count=1, limit=limit)
    codes = [str(row.get("code")) for _, row in places(source.data, "conditions.*") if isinstance(row, dict)]
    for path, code in places(source.data, "veto.codes.*"):
        if isinstance(code, str) and code not in codes:
            yield _unknown(source, path, code, "conditions", codes)


def _unknown(source: Source, path: Path, name: str, where: str, known: list[str]) -> Problem:
    return source.problem("NAME_UNKNOWN", path, name=name, section=where, known=known, close=close(name, known))


def _list(row: dict[str, Any], key: str) -> list[Any]:
    found = row.get(key)
    return found if isinstance(found, list) else []
