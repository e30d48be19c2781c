"""The facts that only one programme asks for: what was given is tested against what its file declares."""

from typing import Any

from domain.cel.variables import given
from domain.dates import from_iso
from domain.facts import CaseFacts
from domain.format.parameters import FEN_MAX
from domain.format.programme import Programme
from duifu.v1.events_pb2 import CONDITION_STATUS_NOT_MET, FactUsed, Ground

MISSING, NOT_ALLOWED, UNKNOWN = "E_FACT_MISSING", "E_FACT_VALUE", "E_FACT_UNKNOWN"
MOMENTS = frozenset({"submission", "decision"})
KINDS = {
    "text": "文字",
    "integer": "整数",
    "money": "金额（整数分）",
    "flag": "是或否",
    "date": "日期（2024-03-31）",
    "texts": "文字列表",
}


class DeclaredFacts:
    """The facts that a programme declares."""

    def __init__(self, programme: Programme):
        self._programme = programme
        self._must_be_given = [name for name, rule in programme.facts.items() if rule.must_be_given]

    def are_in_order(self, at: str | tuple[str, ...], facts: CaseFacts) -> bool:
        """Whether there is no ground against them."""
        if not self._must_be_given and not facts.application.facts:
            return True
        return not self.grounds(at, facts)

    def grounds(self, at: str | tuple[str, ...], facts: CaseFacts) -> list[Ground]:
        """One for each fact that is missing although it must be given, not of its kind, or not declared at all."""
        if MOMENTS.isdisjoint({at} if isinstance(at, str) else at):
            return []
        written = facts.application.facts
        absent = [self._missing(name) for name in self._must_be_given if name not in written]
        return absent + [ground for name in sorted(written) if (ground := self._tested(name, facts)) is not None]

    def _missing(self, name: str) -> Ground:
        rule = self._programme.facts[name]
        return self._ground(MISSING, name, f"须提供{rule.title.zh}，类型为{KINDS[rule.type]}")

    def _tested(self, name: str, facts: CaseFacts) -> Ground | None:
        rule = self._programme.facts.get(name)
        if rule is None:
            known = "、".join(self._programme.facts) or "无"
            return self._ground(UNKNOWN, name, f"本政策没有事实{name}；可提供的有：{known}")
        value = given(self._programme, facts, name)
        if value is None:
            return self._ground(NOT_ALLOWED, name, f"{rule.title.zh}须为{KINDS[rule.type]}")
        if why := _against(rule.type, value, rule.choices):
            return self._ground(NOT_ALLOWED, name, f"{rule.title.zh}{why}", str(value))
        return None

    def _ground(self, code: str, name: str, explanation: str, value: str = "") -> Ground:
        rule = self._programme.facts.get(name)
        return Ground(
            code=code,
            clause=rule.clause if rule else "",
            title=f"事实：{rule.title.zh if rule else name}",
            status=CONDITION_STATUS_NOT_MET,
            explanation=explanation,
            facts=[FactUsed(path=f"fact.{name}", value=value)],
        )


def _against(kind: str, value: Any, choices: tuple[str, ...]) -> str:
    """Why the value of a fact is not allowed; empty if it is."""
    if choices and value not in choices:
        return f"只能是：{'、'.join(choices)}"
    if kind in ("integer", "money") and not (0 if kind == "money" else -FEN_MAX) <= value <= FEN_MAX:
        return f"超出范围，最大为{FEN_MAX}"
    if kind == "date":
        try:
            from_iso(value)
        except ValueError:
            return "须为日期，写作2024-03-31"
    return ""
