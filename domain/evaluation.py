"""One application under one edition: what stands in the way, what would be granted, and why. (BJ-1.0g, BJ-3.2)"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NamedTuple

from domain import accounts, allocation, pooling, validity
from domain.accounts import Key, Used, applicant_of
from domain.allocation import Share
from domain.at_once import AtOnce
from domain.award import Award, Draft
from domain.calculation import Calculation
from domain.expressions import Activation, Environment
from domain.facts import CaseFacts
from domain.programme import Programme
from domain.refusals import Refused
from domain.rules import Rules
from domain.steps import Pool
from domain.working import Reason
from duifu.v1.events_pb2 import (
    CONDITION_STATUS_MET,
    CONDITION_STATUS_NEEDS_EVIDENCE,
    CONDITION_STATUS_NEEDS_PERSON,
    Evaluation,
    Ground,
)

VERSION = 1
#: When conditions are tested for what would be granted; each of them once.
AT = ("submission", "decision")
NOTHING_USED: Used = MappingProxyType({})


class Edition:
    """A programme with everything compiled. Raises RuleBroken or ExpressionBroken for a file that was not checked."""

    def __init__(self, programme: Programme):
        self.programme = programme
        self.environment = Environment(programme)
        self.rules = Rules(programme, self.environment)
        self.calculation = Calculation(programme, self.environment)
        self._names = self.rules.names(AT) | self.calculation.names
        self._at_once = {told: self._asks(told) for told in (True, False)}

    def activation(self, facts: CaseFacts, *, trace: bool) -> Activation:
        """The variables that conditions and steps read, and no others; what all of these ask is answered at once."""
        activation = self.environment.activation(facts, names=self._names)
        self._at_once[trace].answer(activation)
        return activation

    def _asks(self, told: bool) -> AtOnce:
        asked = [self.rules.asks(AT, told=told), self.calculation.asks(told=told)]
        return AtOnce(self.environment, [expression for expression in asked if expression is not None])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is granted, without saying how. `code` is why nothing is; `counted` is what each account counts of it."""

    code: str
    amount: int
    counted: Mapping[str, int]


class Round(NamedTuple):
    """What came of all applications, what each account counts of each, and what is used afterwards."""

    evaluations: list[Evaluation]
    counted: list[Mapping[str, int]]
    used: Used


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One application of a round on its way through the calculation."""

    facts: CaseFacts
    grounds: Sequence[Ground]
    reason: Reason | None  # why nothing is granted, as far as is known
    draft: Draft | None
    used: Used = field(default_factory=dict)
    given: int | None = None
    award: Award | None = None
    claim: Share | None = field(default=None)


def evaluate(edition: Edition, facts: CaseFacts, used: Used = NOTHING_USED) -> Evaluation:
    """Every condition and the amount, each with its clause; a refusal is an evaluation with a code.

    If a condition stands in the way, the amount is what would be granted if it did not. A pool that is shared pro rata
    is evaluated as if nobody else had applied; `evaluate_round` knows the others.
    """
    candidate = _candidate(edition, facts)
    return _message(edition, _concluded(edition, replace(candidate, used=used)))


def evaluate_round(edition: Edition, applications: Sequence[CaseFacts], used: Used = NOTHING_USED) -> list[Evaluation]:
    """The evaluations of `conclude_round`."""
    return conclude_round(edition, applications, used).evaluations


def conclude_round(edition: Edition, applications: Sequence[CaseFacts], used: Used = NOTHING_USED) -> Round:
    """All applications of a round, in the order given; limits and pools serve them in the order of acceptance. (BJ-A24)

    That order is the day, the time of receipt, and the case id. Who does not pass takes nothing from the others, and
    is shown what would be left. Raises Refused APPLICATION_TWICE_IN_ROUND if a pro-rata pool cannot tell two apart.
    """
    candidates = [_candidate(edition, facts) for facts in applications]
    queue = sorted(range(len(candidates)), key=lambda at: _place(candidates[at].facts))
    passing = [at for at in queue if candidates[at].reason is None]
    pool = edition.calculation.pool
    if pool is not None and pool.sharing == "pro_rata":
        used = _share_pro_rata(edition, pool, candidates, passing, used)
    else:
        used = _serve_in_order(edition, pool, candidates, passing, used)
    for at in queue:
        if candidates[at].reason is not None and candidates[at].award is None:
            candidates[at] = _concluded(edition, replace(candidates[at], used=used))
    counted: list[Mapping[str, int]] = [{} for _ in candidates]
    for at in passing:
        if (award := candidates[at].award) is not None:
            counted[at] = award.counted
    return Round([_message(edition, candidate) for candidate in candidates], counted, used)


def outcome(edition: Edition, facts: CaseFacts, used: Used = NOTHING_USED) -> Outcome:
    """What `evaluate` grants, fast and without reasons."""
    activation = edition.activation(facts, trace=False)
    if not edition.rules.passes(AT, facts, activation):
        candidate = _candidate(edition, facts)
        if candidate.reason is not None:
            return Outcome(candidate.reason.code, 0, {})
    try:
        draft = edition.calculation.ceiling(facts, activation, trace=False)
        award = edition.calculation.conclude(draft, facts, used, trace=False)
    except Refused as refused:
        return Outcome(refused.code, 0, {})
    return Outcome(award.reason.code if award.reason else "", award.amount, award.counted)


def _place(facts: CaseFacts) -> tuple[object, ...]:
    return facts.counted_on, facts.received_on, facts.received_time, facts.case_id


def _candidate(edition: Edition, facts: CaseFacts) -> _Candidate:
    activation = edition.activation(facts, trace=True)
    grounds = [_ruled(ground, facts) for ground in edition.rules.grounds(AT, facts, activation)]
    against = next((ground for ground in grounds if ground.status != CONDITION_STATUS_MET), None)
    reason = Reason(against.code, against.clause, against.explanation) if against else None
    try:
        return _Candidate(facts, grounds, reason, edition.calculation.ceiling(facts, activation))
    except Refused as refused:
        return _Candidate(facts, grounds, reason or _reason(refused), None)


def _concluded(edition: Edition, candidate: _Candidate) -> _Candidate:
    if candidate.draft is None:
        return candidate
    try:
        award = edition.calculation.conclude(candidate.draft, candidate.facts, candidate.used, given=candidate.given)
    except Refused as refused:
        return replace(candidate, reason=candidate.reason or _reason(refused))
    return replace(candidate, award=award, reason=candidate.reason or award.reason)


def _serve_in_order(
    edition: Edition, pool: Pool | None, candidates: list[_Candidate], passing: Sequence[int], used: Used
) -> Used:
    """One after the other; whoever does not fit into a first-come pool ends its queue. (QD-2.4)"""
    closed: set[Key] = set()
    for at in passing:
        candidate = replace(candidates[at], used=used)
        if pool is not None and (asked := _claim(edition, candidate, "")) is not None:
            facts, programme = candidate.facts, edition.programme
            key = _pool_key(programme, pool, facts)
            left = accounts.left(programme, pool.account, facts, used)
            if key in closed:
                candidate = replace(candidate, given=0)
            elif left is not None and asked[0].ceiling > left:
                closed.add(key)
        candidates[at] = _concluded(edition, candidate)
        used = _after(edition, candidates[at], used)
    return used


def _share_pro_rata(
    edition: Edition, pool: Pool, candidates: list[_Candidate], passing: Sequence[int], used: Used
) -> Used:
    """Limits serve in order; then each pool is shared among all that ask of it, whatever their order. (QD-2.5)"""
    before, programme = used, edition.programme
    asking: dict[Key, list[int]] = {}
    for at in passing:
        facts = candidates[at].facts
        candidates[at] = candidate = replace(candidates[at], used=used)
        claimed = _claim(edition, candidate, facts.case_id or applicant_of(facts))
        if claimed is None:
            candidates[at] = _concluded(edition, candidate)  # says why
            continue
        candidates[at] = replace(candidate, claim=claimed[0])
        used = accounts.after(programme, used, facts, claimed[1])
        asking.setdefault(_pool_key(programme, pool, facts), []).append(at)
    used = before
    for ats in asking.values():
        given = _divided(edition, pool, [candidates[at] for at in ats], before)
        for at, amount in zip(ats, given, strict=True):
            candidates[at] = _concluded(edition, replace(candidates[at], given=amount))
            used = _after(edition, candidates[at], used)
    return used


def _divided(edition: Edition, pool: Pool, candidates: Sequence[_Candidate], used: Used) -> list[int]:
    claims = [candidate.claim for candidate in candidates if candidate.claim is not None]
    twice = next((claim.key for at, claim in enumerate(claims) if claim.key in {c.key for c in claims[:at]}), None)
    if twice is not None:
        raise Refused("APPLICATION_TWICE_IN_ROUND", pool.clause, key=twice)
    left = accounts.left(edition.programme, pool.account, candidates[0].facts, used)
    if left is None:
        return [claim.ceiling for claim in claims]
    unit = pooling.unit_of(edition.programme, pool, candidates[0].facts.received_on)
    given = allocation.pro_rata(left, claims, unit)
    return [given[claim.key] for claim in claims]


def _claim(edition: Edition, candidate: _Candidate, key: str) -> tuple[Share, Mapping[str, int]] | None:
    """None: the calculation is refused before it comes to the pool."""
    if candidate.draft is None:
        return None
    try:
        return edition.calculation.claim(candidate.draft, candidate.facts, candidate.used, key)
    except Refused:
        return None


def _pool_key(programme: Programme, pool: Pool, facts: CaseFacts) -> Key:
    return accounts.key_of(programme, pool.account, facts, accounts.day_of(programme, pool.account, facts))


def _after(edition: Edition, candidate: _Candidate, used: Used) -> Used:
    """What is used after an application that passes, whatever came of it."""
    if candidate.award is None:
        return used
    return accounts.after(edition.programme, used, candidate.facts, candidate.award.counted)


def _ruled(ground: Ground, facts: CaseFacts) -> Ground:
    """A person may rule where a person is needed, and nowhere else."""
    if ground.status == CONDITION_STATUS_NEEDS_PERSON and ground.code in facts.ruled_met:
        ground.status = CONDITION_STATUS_MET
        ground.explanation += "（经人工认定符合）"
    elif facts.is_under_way and ground.status in (CONDITION_STATUS_NEEDS_PERSON, CONDITION_STATUS_NEEDS_EVIDENCE):
        ground.status = CONDITION_STATUS_MET
        ground.explanation += "（尚在办理，视为符合）"
    return ground


def _reason(refused: Refused) -> Reason:
    return Reason(refused.code, refused.clause, refused.message("zh") + refused.way_forward("zh"))


def _message(edition: Edition, candidate: _Candidate) -> Evaluation:
    programme, reason, valid_through = edition.programme, candidate.reason, ""
    if reason is None:
        try:
            valid_through = validity.valid_through(programme, candidate.facts.counted_on)
        except Refused as refused:
            reason = _reason(refused)
    evaluation = Evaluation(
        version=VERSION,
        programme_id=programme.programme_id,
        edition=programme.edition,
        edition_sha256=programme.sha256,
        evaluated_on=candidate.facts.received_on.isoformat(),
        grounds=candidate.grounds,
        valid_through=valid_through,
        payee=programme.award.payee,
    )
    if known := candidate.award or candidate.draft:
        known.write(evaluation.amount)
    if reason is not None:
        evaluation.code, evaluation.clause, evaluation.explanation = reason.code, reason.clause, reason.explanation
    return evaluation
