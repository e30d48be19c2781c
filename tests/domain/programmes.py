"""Small programmes for tests. A test names only what matters to it."""

from datetime import date
from typing import Any

from domain.format.programme import Programme

FIRST, LAST = date(2020, 1, 1), date(2030, 12, 31)
SHA256 = "ab" * 32


def a_programme(**changes: Any) -> Programme:
    """A programme that grants 20 % of a contract's items and asks nothing, but for the top-level keys given."""
    return Programme.of(programme_data(**changes), SHA256)


def programme_data(**changes: Any) -> dict[str, Any]:
    """The same, as the plain content of its file."""
    data: dict[str, Any] = {
        "format": 1,
        "id": "example",
        "edition": "2024-01-01",
        "title": {"zh": "示例补贴"},
        "jurisdiction": {"code": "999900", "name": "示例市"},
        "authority": "示例市主管部门",
        "case_prefix": "ex",
        "in_force": a_window(),
        "sources": [{"title": "示例办法", "clause": "EX-1"}],
        "clauses": {"EX-1": "示例条款"},
        "windows": {"whole": a_window()},
        "parameters": {"rate": a_parameter("ratio", "20/100")},
        "conditions": [],
        "award": {
            "benefit": "grant",
            "nothing": "EX_E_NOTHING",
            "base": "basis",
            "steps": [
                {
                    "name": "basis",
                    "clause": "EX-1",
                    "title": "合同金额",
                    "do": "sum",
                    "lines": "application.contract.items",
                    "amount": "line.amount_fen",
                },
                {"name": "share", "clause": "EX-1", "title": "补贴", "do": "multiply", "value": "basis", "by": "rate"},
                {"name": "rounded", "clause": "EX-1", "title": "取整到分", "do": "round", "value": "share"},
            ],
        },
        "plans": {},
    }
    return data | changes


def a_window(first: date = FIRST, last: date = LAST, **more: Any) -> dict[str, Any]:
    """A range of days; by default all that matter."""
    return {"from": first, "through": last, "clause": "EX-1"} | more


def a_parameter(kind: str, value: Any, first: date = FIRST, last: date = LAST, **more: Any) -> dict[str, Any]:
    """A parameter with one value."""
    return {"kind": kind, "clause": "EX-1", "values": [{"from": first, "through": last, "value": value}]} | more


def a_condition(met: str, code: str = "EX_E_CONDITION", **more: Any) -> dict[str, Any]:
    """A condition that is tested at submission and at the decision."""
    return {
        "code": code,
        "clause": "EX-1",
        "at": ["submission", "decision"],
        "title": {"zh": "示例条件"},
        "met": met,
        "otherwise": {"zh": "不符合示例条件"},
    } | more


def a_fact(kind: str, **more: Any) -> dict[str, Any]:
    """A fact that only the programme asks for."""
    return {"type": kind, "title": {"zh": "示例事实"}, "clause": "EX-1"} | more


def a_material(kind: str = "contract", **more: Any) -> dict[str, Any]:
    """A document that must come with the application."""
    return {"kind": kind, "title": {"zh": "合同"}, "clause": "EX-1"} | more


def a_table(rows: list[dict[str, Any]], **columns: str) -> dict[str, Any]:
    """A dated list; a row is {"key": ..., "values": {...}} and holds on every day unless it says otherwise."""
    dated = [{"from": FIRST, "through": LAST, **row} for row in rows]
    return {"clause": "EX-1", "title": "示例名单", "columns": columns, "rows": dated}
