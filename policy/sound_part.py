"""Of a file with mistakes, the rows that are sound: enough to check every expression all the same."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from domain.format.conditions import CheckRule, Condition, FactRule, MaterialRule, Table
from domain.format.form import Name, Window
from domain.format.parameters import Parameter
from domain.format.programme import Programme
from domain.format.redeeming import RedemptionRule
from domain.format.steps import AnyStep
from policy.walking import section

TEXT = {"zh": "-"}
#: What expressions may name: the section and what its names look like in an expression.
NAMED: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "windows": (dict[Name, Window], ("window.{}_from", "window.{}_through", "window.{}_closes_at")),
    "parameters": (dict[Name, Parameter], ("parameter.{}",)),
    "facts": (dict[Name, FactRule], ("fact.{}",)),
    "checks": (dict[Name, CheckRule], ("{}",)),
    "tables": (dict[Name, Table], ("{}",)),
}
#: A row that is not sound leaves its place to one that says nothing, so that the others keep theirs.
NOTHING_ASKED = {"code": "X", "clause": "-", "at": ["decision"], "title": TEXT, "met": "true", "otherwise": TEXT}
NO_MATERIAL = {"kind": "x", "title": TEXT, "clause": "-"}
NO_STEP = {"name": "x", "do": "fixed", "clause": "-", "title": "-", "parameter": "x"}
EMPTY: Mapping[str, Any] = {
    "format": 1,
    "id": "x",
    "edition": "0001-01-01",
    "title": TEXT,
    "jurisdiction": {"code": "000000", "name": "-"},
    "authority": "-",
    "case_prefix": "x",
    "in_force": {"from": date.min, "through": date.max, "clause": "-"},
    "sources": [],
    "clauses": {},
    "plans": {},
}


def sound_part(data: Mapping[str, Any]) -> tuple[Programme, frozenset[str]]:
    """A programme of the sound rows, each where it stands in the file, and what expressions call those that are not."""
    unsure: set[str] = set()
    rows: dict[str, Any] = {}
    for name, (form_of_rows, names) in NAMED.items():
        found = section(data, name)
        rows[name] = {key: row for key, row in found.items() if _is_sound(form_of_rows, {key: row})}
        unsure |= {form.format(key) for key in found.keys() - rows[name].keys() for form in names}
    steps = _rows(section(data, "award"), "steps", AnyStep, NO_STEP) or [NO_STEP]
    rows |= {
        "conditions": _rows(data, "conditions", Condition, NOTHING_ASKED),
        "materials": _rows(data, "materials", MaterialRule, NO_MATERIAL),
        "award": {"benefit": "grant", "nothing": "X", "steps": steps},
    }
    if _is_sound(RedemptionRule, data.get("redemption")):
        rows["redemption"] = data["redemption"]
    return Programme.model_validate({**EMPTY, **rows}, by_alias=True, by_name=False), frozenset(unsure)


def _rows(data: Mapping[str, Any], key: str, form: Any, instead: Mapping[str, Any]) -> list[Any]:
    found = data.get(key)
    return [row if _is_sound(form, row) else instead for row in (found if isinstance(found, list) else ())]


@cache
def _adapter(form: Any) -> TypeAdapter[Any]:
    return TypeAdapter(form)


def _is_sound(form: Any, row: Any) -> bool:
    try:
        _adapter(form).validate_python(row, by_alias=True, by_name=False)
    except ValidationError:
        return False
    return True
