"""One application under one edition: what stands in the way, what would be granted, and why. (BJ-1.0g, BJ-3.2)"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from domain.calculation.accounts import Used
from domain.calculation.allocation import Share
from domain.calculation.award import Award, Draft
from domain.calculation.working import Reason
from domain.eligibility import findings
from domain.eligibility.findings import Finding
from domain.evaluation import validity
from domain.evaluation.edition import AT, Edition
from domain.facts import CaseFacts
from domain.refusals import Refused
from duifu.v1.events_pb2 import (
    CONDITION_STATUS_MET,
    CONDITION_STATUS_NEEDS_EVIDENCE,
    CONDITION_STATUS_NEEDS_PERSON,
    Evaluation,
)

NOTHING_USED: Used = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is granted, without saying how. `code` is why nothing is; `counted` is what each account counts of it."""

    code: str
    amount: int
    counted: Mapping[str, int]


class Candidate(NamedTuple):
    """One application of a round on its way through the calculation."""

    facts: CaseFacts
    findings: Sequence[Finding]
    reason: Reason | None  # why nothing is granted, as far as is known
    draft: Draft | None
    used: Used = NOTHING_USED
    given: int | None = None
    award: Award | None = None
    claim: Share | None = None


def evaluate(edition: Edition, facts: CaseFacts, used: Used = NOTHING_USED) -> Evaluation:
    """Every condition and the amount, each with its clause; a refusal is an evaluation with a code.

    If a condition stands in the way, the amount is what would be granted if it did not. A pool that is shared pro rata
    is evaluated as if nobody else had applied; `evaluate_round` knows the others.
    """
    candidate = candidate_of(edition, facts)
    return message_of(edition, concluded(edition, candidate._replace(used=used)))


def outcome(edition: Edition, facts: CaseFacts, used: Used = NOTHING_USED) -> Outcome:
    """What `evaluate` grants, fast and without reasons."""
    activation = edition.activation(facts, trace=False)
    if not edition.rules.passes(AT, facts, activation):
        candidate = candidate_of(edition, facts)
        if candidate.reason is not None:
            return Outcome(candidate.reason.code, 0, {})
    try:
        draft = edition.calculation.ceiling(facts, activation, trace=False)
        award = edition.calculation.conclude(draft, facts, used, trace=False)
    except Refused as refused:
        return Outcome(refused.code, 0, {})
    return Outcome(award.reason.code if award.reason else "", award.amount, award.counted)


def candidate_of(edition: Edition, facts: CaseFacts) -> Candidate:
    """With how every condition stands and what the application alone comes to."""
    activation = edition.activation(facts, trace=True)
    found = edition.rules.findings(AT, facts, activation)
    found = [one if one.status == CONDITION_STATUS_MET else _ruled(one, facts) for one in found]
    open_or_failed = [one for one in found if one.status != CONDITION_STATUS_MET]
    against = min(open_or_failed, key=lambda one: one.status, default=None)  # the gravest, and of these the first
    reason = Reason(against.code, against.clause, against.explanation) if against else None
    try:
        return Candidate(facts, found, reason, edition.calculation.ceiling(facts, activation))
    except Refused as refused:
        return Candidate(facts, found, reason or _reason(refused), None)


def concluded(edition: Edition, candidate: Candidate) -> Candidate:
    """With what is awarded, if the calculation comes to its end, or why it does not."""
    if candidate.draft is None:
        return candidate
    try:
        award = edition.calculation.conclude(candidate.draft, candidate.facts, candidate.used, given=candidate.given)
    except Refused as refused:
        return candidate._replace(reason=candidate.reason or _reason(refused))
    return candidate._replace(award=award, reason=candidate.reason or award.reason)


def _ruled(finding: Finding, facts: CaseFacts) -> Finding:
    """A person may rule where a person is needed, and nowhere else."""
    if finding.status == CONDITION_STATUS_NEEDS_PERSON and finding.code in facts.ruled_met:
        return findings.settled(finding, "（经人工认定符合）")
    if facts.is_under_way and finding.status in (CONDITION_STATUS_NEEDS_PERSON, CONDITION_STATUS_NEEDS_EVIDENCE):
        return findings.settled(finding, "（尚在办理，视为符合）")
    return finding


def _reason(refused: Refused) -> Reason:
    return Reason(refused.code, refused.clause, refused.message("zh") + refused.way_forward("zh"))


def message_of(edition: Edition, candidate: Candidate) -> Evaluation:
    """The evaluation as it is stored with a decision."""
    programme, reason, valid_through = edition.programme, candidate.reason, ""
    if reason is None:
        try:
            valid_through = validity.valid_through(programme, candidate.facts.counted_on)
        except Refused as refused:
            reason = _reason(refused)
    evaluation = Evaluation.FromString(b"".join([edition.head, *(finding.written for finding in candidate.findings)]))
    evaluation.evaluated_on, evaluation.valid_through = candidate.facts.received_on.isoformat(), valid_through
    if known := candidate.award or candidate.draft:
        known.write(evaluation.amount)
    if reason is not None:
        evaluation.code, evaluation.clause, evaluation.explanation = reason.code, reason.clause, reason.explanation
    return evaluation
