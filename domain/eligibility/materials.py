"""The documents that must come with an application or a request, and how far each must be trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from domain.cel.expressions import Activation, Environment, Expression, RuleBroken, Wanted
from domain.eligibility.findings import Finding
from domain.facts import CaseFacts
from domain.format.conditions import MaterialRule
from domain.format.programme import Programme
from domain.refusals import Refused
from duifu.v1.events_pb2 import CONDITION_STATUS_MET, CONDITION_STATUS_NEEDS_EVIDENCE, FactUsed, Ground
from duifu.v1.facts_pb2 import (
    TRUST_LEVEL_A_ISSUED,
    TRUST_LEVEL_B_VERIFIED,
    TRUST_LEVEL_C_UPLOADED,
    TRUST_LEVEL_D_DECLARED,
    Material,
)

#: From the most to the least trusted. (国办函〔2016〕108号)
TRUST: Mapping[int, str] = {
    TRUST_LEVEL_A_ISSUED: "A",
    TRUST_LEVEL_B_VERIFIED: "B",
    TRUST_LEVEL_C_UPLOADED: "C",
    TRUST_LEVEL_D_DECLARED: "D",
}
LEVELS = {letter: level for level, letter in TRUST.items()}
#: Worse than any level, and worse than that.
UNSTATED, ABSENT = 98, 99
TITLES = {"A": "A级（部门签发）", "B": "B级（窗口核验）", "C": "C级（申请人上传）", "D": "D级（申请人承诺）"}


@dataclass(frozen=True, eq=False)
class Wanting:
    """A material rule with its compiled condition."""

    rule: MaterialRule
    needed_if: Expression | None
    level: int


class Materials:
    """The materials that a programme asks for."""

    def __init__(self, programme: Programme, environment: Environment):
        """Raises ExpressionBroken."""
        self._programme, self._environment = programme, environment
        self._wanted = {
            at: [
                Wanting(
                    rule,
                    environment.compile(rule.needed_if, Wanted.BOOL) if rule.needed_if else None,
                    level=LEVELS[rule.trust_at_least],
                )
                for rule in programme.materials
                if rule.at == at
            ]
            for at in ("decision", "redemption")
        }

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables that say whether a material is needed."""
        every = (wanting.needed_if for wantings in self._wanted.values() for wanting in wantings)
        return frozenset[str]().union(*(needed_if.names for needed_if in every if needed_if is not None))

    def are_there(self, at: str | tuple[str, ...], facts: CaseFacts, known: Activation) -> bool:
        """Whether everything needed is there and trusted enough."""
        for wanting, level in self._compared(at, facts):
            if level > wanting.level and self._need(wanting, known) is not False:
                return False
        return True

    def findings(self, at: str | tuple[str, ...], facts: CaseFacts, known: Activation) -> list[Finding]:
        """One for each document that is needed; evidence is needed where it is missing or too little trusted."""
        found = []
        for wanting, level in self._compared(at, facts):
            need = self._need(wanting, known)
            if need is not False:
                found.append(self._finding(wanting, level, "" if need is True else str(need)))
        return found

    def _compared(self, at: str | tuple[str, ...], facts: CaseFacts) -> list[tuple[Wanting, int]]:
        """Each material with the best trust level in which it was handed in."""
        moments = (at,) if isinstance(at, str) else at
        found = []
        for moment, handed_in in (("decision", facts.application), ("redemption", facts.redemption)):
            if moment in moments and self._wanted[moment]:
                levels = _levels(handed_in.materials)
                found += [(wanting, levels.get(wanting.rule.kind, ABSENT)) for wanting in self._wanted[moment]]
        return found

    def _need(self, wanting: Wanting, known: Activation) -> bool | str:
        """Whether the material is needed; a text says why that cannot be told."""
        if wanting.needed_if is None:
            return True
        try:
            return bool(self._environment.value(wanting.needed_if, known))
        except (RuleBroken, Refused) as failed:
            return f"无法判断是否需要：{failed}"

    @cache  # there are as many as materials and trust levels  # noqa: B019 - lives as long as the programme
    def _finding(self, wanting: Wanting, level: int, unclear: str) -> Finding:
        rule, best = wanting.rule, TRUST.get(level, "")
        status, explanation = CONDITION_STATUS_MET, ""
        if level > wanting.level:
            status = CONDITION_STATUS_NEEDS_EVIDENCE
            wanted = f"须提供{rule.title.zh}，可信等级不低于{TITLES[rule.trust_at_least]}"
            has = f"现为{TITLES[best]}" if best else "未注明可信等级" if level == UNSTATED else ""
            explanation = "；".join(part for part in (unclear, wanted, has) if part)
        return Finding.of(
            Ground(
                code=self._programme.material_code,
                clause=rule.clause,
                title=f"材料：{rule.title.zh}",
                status=status,
                explanation=explanation,
                facts=[FactUsed(path=f"materials.{rule.kind}", value=best)],
            )
        )


def _levels(materials: Sequence[Material]) -> dict[str, int]:
    levels: dict[str, int] = {}
    for material in materials:
        kind, level = material.kind, material.trust_level or UNSTATED
        if level < levels.get(kind, ABSENT):
            levels[kind] = level
    return levels
