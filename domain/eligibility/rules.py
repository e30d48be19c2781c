"""Conditions of a programme applied to the facts of a case: met, not met, needs evidence, or needs a person."""

from collections.abc import Mapping
from datetime import UTC, timedelta
from functools import lru_cache
from typing import Any

from domain.case import is_answered
from domain.cel.expressions import Activation, Environment, Expression, RuleBroken
from domain.dates import civil_date
from domain.eligibility.facts_used import Reading
from domain.eligibility.given_facts import DeclaredFacts
from domain.eligibility.materials import Materials
from domain.eligibility.tested import ABSENT, Plan, Tested, parts_of, problems, slots
from domain.facts import CaseFacts
from domain.format.conditions import Condition
from domain.format.programme import Programme
from domain.refusals import Refused
from duifu.v1.events_pb2 import (
    CONDITION_STATUS_MET,
    CONDITION_STATUS_NEEDS_EVIDENCE,
    CONDITION_STATUS_NEEDS_PERSON,
    CONDITION_STATUS_NOT_MET,
    ConditionStatus,
    FactUsed,
    Ground,
)

Moments = str | tuple[str, ...]
NOBODY_ANSWERED, TOO_OLD = "尚无查询结果", "查询结果已过有效期，须重新查询"
Standing = tuple[ConditionStatus.ValueType, str]
#: What cannot be granted as it stands.
AGAINST = (CONDITION_STATUS_NOT_MET, CONDITION_STATUS_NEEDS_EVIDENCE)
#: The values of a condition that is met, of which nobody has to rule and nothing is to be noted.
PLAINLY_MET = (True, False, False)


class Failed(str):
    """What the compiler said of a part that failed on the facts."""


class Rules:
    """The conditions, materials and declared facts of one programme edition, compiled."""

    def __init__(self, programme: Programme, environment: Environment):
        """Compile every expression. Raises RuleBroken naming the condition and what is wrong."""
        self._programme, self._environment = programme, environment
        for path, broken in problems(programme, environment):
            where = programme.conditions[int(path[1])].code if path[0] == "conditions" else ".".join(map(str, path))
            raise RuleBroken(f"{programme.programme_id}: {where}: {broken}")
        for condition in programme.conditions:
            for name in condition.needs:
                if name not in programme.checks:
                    raise RuleBroken(f"{programme.programme_id}: {condition.code}: there is no check {name}")
        self._tested = tuple(
            Tested(
                condition,
                {key: environment.compile(text, wanted) for key, text, wanted in parts_of(condition)},
                Ground(code=condition.code, clause=condition.clause, title=condition.title.zh).SerializeToString(),
            )
            for condition in programme.conditions
        )
        self._materials = Materials(programme, environment)
        self._facts = DeclaredFacts(programme)
        self._ruled = environment.compile("ruled_met")
        self._plans: dict[Moments, Plan] = {}

    def grounds(self, at: Moments, facts: CaseFacts, activation: Activation | None = None) -> list[Ground]:
        """Every condition tested at these moments, with how it stands; none is skipped because another failed.

        Materials and declared facts that are not as they must be are grounds too. `ruled_met` is not applied.
        """
        plan = self._plan(at)
        known = activation or self._environment.activation(facts, names=plan.reads)
        unanswered = self._unanswered(plan.needs, facts)
        values = self._values(plan, known)
        words = zip(plan.reading.paths, plan.reading.words(known), strict=True)
        written = [b"" if word is None else _fact(path, word) for path, word in words]
        grounds = []
        for tested, (met, person_if, note_if, shows, paths) in plan.tested:
            decide, shown = (values[met], values[person_if], values[note_if]), values[shows]
            if unanswered and not unanswered.keys().isdisjoint(tested.condition.needs):
                stands = CONDITION_STATUS_NEEDS_EVIDENCE, self._ask(tested.condition, unanswered)
                paths = tuple((at, path) for at, path in paths if path.partition(".")[0] not in unanswered)
            elif decide == PLAINLY_MET and not known.missing and type(shown) is str:  # nearly all of nearly every claim
                stands = CONDITION_STATUS_MET, shown
            else:
                stands = self._stands(tested, decide, shown, known)
            parts = [tested.head, _standing(*stands), *[written[at] for at, _ in paths]]
            grounds.append(Ground.FromString(b"".join(parts)))
        return [*grounds, *self._facts.grounds(at, facts), *self._materials.grounds(at, facts, known)]

    def passes(self, at: Moments, facts: CaseFacts, activation: Activation | None = None) -> bool:
        """Whether every ground is met, or needs a person and is in `ruled_met`. Fast, and without reasons."""
        plan = self._plan(at)
        known = activation or self._environment.activation(facts, names=plan.reads)
        if not plan.names.isdisjoint(known.missing) or self._unanswered(plan.needs, facts):
            return False
        if not (self._facts.are_in_order(at, facts) and self._materials.are_there(at, facts, known)):
            return False
        try:
            return bool(self._environment.value(plan.passes, known))
        except RuleBroken:
            return False

    def must_pass_at_once(self, at: Moments, facts: CaseFacts) -> None:
        """What was handed in rules nothing out. Raises Refused CONDITIONS_NOT_MET with every ground against it.

        All that can be mended is named in one round; what needs a person does not stand against it yet.
        """
        if self.passes(at, facts):  # nearly all, and known without writing down why
            return
        if against := [ground for ground in self.grounds(at, facts) if ground.status in AGAINST]:
            raise Refused("CONDITIONS_NOT_MET", grounds=against)

    def asks(self, at: Moments, *, told: bool) -> Expression:
        """What is asked of every claim at these moments: each part of each condition, or whether all are met."""
        return self._plan(at).everything if told else self._plan(at).passes

    def names(self, at: Moments) -> frozenset[str]:
        """The variables that are read at these moments."""
        return self._plan(at).reads

    def _plan(self, at: Moments) -> Plan:
        if at not in self._plans:
            moments = {at} if isinstance(at, str) else set(at)
            tested = [t for t in self._tested if moments.intersection(t.condition.at)]
            parts = [part for t in tested for part in t.parts.values()]
            paths = tuple(dict.fromkeys(path for t in tested for path in t.paths))
            passes = " && ".join(t.passes for t in tested) or "true"
            self._plans[at] = Plan(
                tuple(zip(tested, slots(tested, paths), strict=True)),
                needs=frozenset(name for t in tested for name in t.condition.needs),
                names=frozenset[str]().union(*(t.names for t in tested)),
                reads=frozenset[str]().union(*(p.names for p in parts), self._ruled.names, self._materials.names),
                everything=self._environment.together(parts),
                passes=self._environment.assemble(passes, [*parts, self._ruled]),
                reading=Reading(self._environment.variables, paths),
            )
        return self._plans[at]

    def _values(self, plan: Plan, known: Activation) -> list[Any]:
        """The values of all parts, at once if none fails; one that fails is Failed. Then what an absent part is."""
        values: list[Any]
        try:
            values = self._environment.value(plan.everything, known)
        except (RuleBroken, Refused):  # one of them: found by asking each
            values = [self._value(part, known) for tested, _ in plan.tested for part in tested.parts.values()]
        return [*values, *ABSENT]

    def _value(self, part: Expression, known: Activation) -> Any:
        try:
            return self._environment.value(part, known)
        except (RuleBroken, Refused) as failed:
            return Failed(failed)

    def _stands(self, tested: Tested, values: tuple[Any, Any, Any], shown: str, known: Activation) -> Standing:
        status, explanation = self._decide(tested, values, known)
        if not shown or isinstance(shown, Failed):
            return status, explanation
        return status, f"{explanation}（{shown}）" if explanation else shown

    def _decide(self, tested: Tested, values: tuple[Any, Any, Any], known: Activation) -> Standing:
        condition, (met, person_if, note_if) = tested.condition, values
        if known.missing and not tested.names.isdisjoint(known.missing):
            return CONDITION_STATUS_NEEDS_EVIDENCE, self._without(sorted(tested.names & known.missing.keys()), known)
        if met is True and person_if is False and note_if is False:
            return CONDITION_STATUS_MET, ""
        if failed := next((value for value in values if isinstance(value, Failed)), None):
            return CONDITION_STATUS_NEEDS_EVIDENCE, f"现有事实无法判断：{failed}"
        if not met:
            return CONDITION_STATUS_NOT_MET, condition.otherwise.zh
        if condition.person is not None and person_if:
            return CONDITION_STATUS_NEEDS_PERSON, condition.person.zh
        return CONDITION_STATUS_MET, condition.note.zh if condition.note is not None else ""

    def _unanswered(self, needs: frozenset[str], facts: CaseFacts) -> dict[str, str]:
        """Checks without a usable answer, and why: nobody answered, or it was too long ago."""
        found = {}
        for name in needs:
            rule, result = self._programme.checks[name], facts.checks.get(name)
            if result is None or not is_answered(result, rule.answers):
                found[name] = NOBODY_ANSWERED
            elif rule.valid_days is not None:
                oldest = (facts.today or facts.counted_on) - timedelta(days=rule.valid_days)
                if not result.HasField("queried_at") or civil_date(result.queried_at.ToDatetime(UTC)) < oldest:
                    found[name] = TOO_OLD
        return found

    def _ask(self, condition: Condition, unanswered: Mapping[str, str]) -> str:
        titles: dict[str, list[str]] = {}
        for name in condition.needs:
            if name in unanswered:
                titles.setdefault(unanswered[name], []).append(self._programme.checks[name].title)
        return "；".join(f"{why}：{'、'.join(named)}" for why, named in titles.items())

    def _without(self, names: list[str], known: Activation) -> str:
        expired = [name.split(".")[1] for name in names if known.missing[name] == "PARAMETER_EXPIRED"]
        absent = [name.split(".")[1] for name in names if known.missing[name] == "FACT_MISSING"]
        said = [f"政策参数在该日无有效值：{'、'.join(expired)}"] if expired else []
        titles = [f"{self._programme.facts[name].title.zh}（{name}）" for name in absent]
        return "；".join([*said, f"尚未提供事实：{'、'.join(titles)}"] if absent else said)


# A ground is put together of pieces that were written before: protobuf merges what stands one after the other.


@lru_cache(maxsize=16_384)
def _standing(status: ConditionStatus.ValueType, explanation: str) -> bytes:
    return Ground(status=status, explanation=explanation).SerializeToString()


@lru_cache(maxsize=65_536)
def _fact(path: str, value: str) -> bytes:
    return Ground(facts=[FactUsed(path=path, value=value)]).SerializeToString()
