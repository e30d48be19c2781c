"""Conditions of a programme applied to the facts of a case: met, not met, needs evidence, or needs a person."""

from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any

from domain.case import is_answered
from domain.cel.expressions import Activation, Environment, Expression, RuleBroken
from domain.dates import civil_date
from domain.eligibility import findings
from domain.eligibility.facts_used import Reading
from domain.eligibility.findings import Failed, Finding
from domain.eligibility.given_facts import DeclaredFacts
from domain.eligibility.materials import Materials
from domain.eligibility.tested import ABSENT, PARTS, Plan, Tested, parts_of, picks, problems
from domain.facts import CaseFacts
from domain.format.conditions import Condition
from domain.format.programme import Programme
from domain.refusals import Refused
from duifu.v1.events_pb2 import CONDITION_STATUS_NEEDS_EVIDENCE, CONDITION_STATUS_NOT_MET, Ground

Moments = str | tuple[str, ...]
NOBODY_ANSWERED, TOO_OLD = "尚无查询结果", "查询结果已过有效期，须重新查询"
#: What cannot be granted as it stands.
AGAINST = (CONDITION_STATUS_NOT_MET, CONDITION_STATUS_NEEDS_EVIDENCE)


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
            )
            for condition in programme.conditions
        )
        self._materials = Materials(programme, environment)
        self._facts = DeclaredFacts(programme)
        self._ruled = environment.compile("ruled_met")
        self._plans: dict[Moments, Plan] = {}

    def grounds(self, at: Moments, facts: CaseFacts, activation: Activation | None = None) -> list[Ground]:
        """The findings as messages."""
        return findings.grounds(self.findings(at, facts, activation))

    def findings(self, at: Moments, facts: CaseFacts, activation: Activation | None = None) -> list[Finding]:
        """Every condition tested at these moments, with how it stands; none is skipped because another failed.

        Materials and declared facts that are not as they must be are findings too. `ruled_met` is not applied.
        """
        plan = self._plan(at)
        known = activation or self._environment.activation(facts, names=plan.reads)
        unanswered = self._unanswered(plan.needs, facts)
        values, has_failed = self._values(plan, known)
        row = [*values, *ABSENT, *findings.written_facts(plan.reading.paths, plan.reading.words(known))]
        found = []
        for tested, pick in plan.tested:
            picked = pick(row)
            if unanswered and not unanswered.keys().isdisjoint(tested.condition.needs):
                found.append(self._unasked(tested, picked, unanswered))
            elif has_failed and any(isinstance(value, Failed) for value in picked):
                found.append(self._failed(tested, picked, known))
            else:  # nearly all of nearly every claim
                found.append(findings.found(tested, picked))
        declared = map(Finding.of, self._facts.grounds(at, facts))
        return [*found, *declared, *self._materials.findings(at, facts, known)]

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
            decisive = [part for t in tested for part in t.decisive]
            passes = " && ".join(t.passes for t in tested) or "true"
            self._plans[at] = Plan(
                tuple(zip(tested, picks(tested, paths), strict=True)),
                needs=frozenset(name for t in tested for name in t.condition.needs),
                names=frozenset[str]().union(*(t.names for t in tested)),
                reads=frozenset[str]().union(*(p.names for p in parts), self._ruled.names, self._materials.names),
                everything=self._environment.together(parts),
                passes=self._environment.assemble(passes, [*decisive, self._ruled]),
                reading=Reading(self._environment.variables, paths),
            )
        return self._plans[at]

    def _values(self, plan: Plan, known: Activation) -> tuple[list[Any], bool]:
        """The values of all parts, at once if none fails; one that fails is Failed. And whether one does."""
        try:
            return self._environment.value(plan.everything, known), False
        except (RuleBroken, Refused):  # one of them: found by asking each
            return [self._value(part, known) for tested, _ in plan.tested for part in tested.parts.values()], True

    def _value(self, part: Expression, known: Activation) -> Any:
        try:
            return self._environment.value(part, known)
        except (RuleBroken, Refused) as failed:
            return Failed(failed)

    def _unasked(self, tested: Tested, picked: tuple[Any, ...], unanswered: Mapping[str, str]) -> Finding:
        """Without what the sources that did not answer would have said."""
        standing = CONDITION_STATUS_NEEDS_EVIDENCE, self._ask(tested.condition, unanswered)
        facts = zip(tested.paths, picked[len(PARTS) :], strict=True)
        return findings.told(
            tested, standing, [fact for path, fact in facts if path.partition(".")[0] not in unanswered]
        )

    def _failed(self, tested: Tested, picked: tuple[Any, ...], known: Activation) -> Finding:
        """With what has no value, or what the compiler said."""
        lacking = sorted(tested.names & known.missing.keys())
        standing = (CONDITION_STATUS_NEEDS_EVIDENCE, self._without(lacking, known)) if lacking else None
        return findings.told(tested, findings.stands(tested, picked, standing), picked[len(PARTS) :])

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
