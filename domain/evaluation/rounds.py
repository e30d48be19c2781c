"""Applications served together: limits and pools in the order of acceptance, or pro rata. (BJ-A24, QD-2.5)"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from domain.calculation import accounts, allocation, pooling
from domain.calculation.accounts import Key, Used, applicant_of
from domain.calculation.allocation import Share
from domain.calculation.award import Award
from domain.evaluation.application import NOTHING_USED, Candidate, candidate_of, concluded, message_of
from domain.evaluation.edition import Edition
from domain.facts import CaseFacts
from domain.format.programme import Programme
from domain.format.steps import Pool
from domain.refusals import Refused
from duifu.v1.events_pb2 import (
    Evaluation,
)


class Round(NamedTuple):
    """What came of all applications, what each account counts of each, and what is used afterwards."""

    evaluations: list[Evaluation]
    counted: list[Mapping[str, int]]
    used: Used


def evaluate_round(edition: Edition, applications: Sequence[CaseFacts], used: Used = NOTHING_USED) -> list[Evaluation]:
    """The evaluations of `conclude_round`."""
    return conclude_round(edition, applications, used).evaluations


def conclude_round(edition: Edition, applications: Sequence[CaseFacts], used: Used = NOTHING_USED) -> Round:
    """All applications of a round, in the order given; limits and pools serve them in the order of acceptance. (BJ-A24)

    That order is the day, the time of receipt, and the case id. Who does not pass takes nothing from the others, and
    is shown what would be left. Raises Refused APPLICATION_TWICE_IN_ROUND if a pro-rata pool cannot tell two apart.
    """
    candidates = [candidate_of(edition, facts) for facts in applications]
    queue, passing, used = _serve(edition, candidates, used)
    for at in queue:
        if candidates[at].reason is not None and candidates[at].award is None:
            candidates[at] = concluded(edition, candidates[at]._replace(used=used))
    counted: list[Mapping[str, int]] = [{} for _ in candidates]
    for at in passing:
        if (award := candidates[at].award) is not None:
            counted[at] = award.counted
    return Round([message_of(edition, candidate) for candidate in candidates], counted, used)


def award_round(edition: Edition, applications: Sequence[CaseFacts], used: Used = NOTHING_USED) -> list[Award]:
    """What each gets of those that have passed every stage: their conditions are not tested again.

    Who was approved the whole was given no figure by hand: each level's part is rounded by itself. (QD-A4, QD-X23)
    Raises Refused as the calculation does, and APPLICATION_TWICE_IN_ROUND.
    """
    candidates = []
    for facts in applications:
        draft = edition.calculation.ceiling(facts)
        by_hand = facts.approved_fen if facts.approved_fen != draft.amount else None
        candidates.append(Candidate(replace(facts, approved_fen=by_hand), (), None, draft))
    _serve(edition, candidates, used)
    return [_awarded(edition, candidate) for candidate in candidates]


def _awarded(edition: Edition, candidate: Candidate) -> Award:
    if candidate.award is not None:
        return candidate.award
    assert candidate.draft is not None
    return edition.calculation.conclude(candidate.draft, candidate.facts, candidate.used, given=candidate.given)


def _serve(edition: Edition, candidates: list[Candidate], used: Used) -> tuple[list[int], list[int], Used]:
    """The queue, who passes, and what is used afterwards; who passes has an award, or a reason why not."""
    queue = sorted(range(len(candidates)), key=lambda at: place_in_queue(candidates[at].facts))
    passing = [at for at in queue if candidates[at].reason is None]
    pool = edition.calculation.pool
    if pool is not None and pool.sharing == "pro_rata":
        used = _share_pro_rata(edition, pool, candidates, passing, used)
    else:
        used = _serve_in_order(edition, pool, candidates, passing, used)
    return queue, passing, used


def place_in_queue(facts: CaseFacts) -> tuple[date, date, str, str]:
    """What decides who is served first: the day of acceptance, day and time of receipt, and the case id."""
    return facts.counted_on, facts.received_on, facts.received_time, facts.case_id


def _serve_in_order(
    edition: Edition, pool: Pool | None, candidates: list[Candidate], passing: Sequence[int], used: Used
) -> Used:
    """One after the other; whoever does not fit into a first-come pool ends its queue. (QD-2.4)"""
    closed: set[Key] = set()
    for at in passing:
        candidate = candidates[at]._replace(used=used)
        if pool is not None and (asked := _claim(edition, candidate, "")) is not None:
            facts, programme = candidate.facts, edition.programme
            key = _pool_key(programme, pool, facts)
            left = accounts.left(programme, pool.account, facts, used)
            if key in closed:
                candidate = candidate._replace(given=0)
            elif left is not None and asked[0].ceiling > left:
                closed.add(key)
        candidates[at] = concluded(edition, candidate)
        used = _after(edition, candidates[at], used)
    return used


def _share_pro_rata(
    edition: Edition, pool: Pool, candidates: list[Candidate], passing: Sequence[int], used: Used
) -> Used:
    """Limits serve in order; then each pool is shared among all that ask of it, whatever their order. (QD-2.5)"""
    before, programme = used, edition.programme
    asking: dict[Key, list[int]] = {}
    for at in passing:
        facts = candidates[at].facts
        candidates[at] = candidate = candidates[at]._replace(used=used)
        claimed = _claim(edition, candidate, facts.case_id or applicant_of(facts))
        if claimed is None:
            candidates[at] = concluded(edition, candidate)  # says why
            continue
        candidates[at] = candidate._replace(claim=claimed[0])
        used = accounts.after(programme, used, facts, claimed[1])
        asking.setdefault(_pool_key(programme, pool, facts), []).append(at)
    used = before
    for ats in asking.values():
        given = _divided(edition, pool, [candidates[at] for at in ats], before)
        for at, amount in zip(ats, given, strict=True):
            candidates[at] = concluded(edition, candidates[at]._replace(given=amount))
            used = _after(edition, candidates[at], used)
    return used


def _divided(edition: Edition, pool: Pool, candidates: Sequence[Candidate], used: Used) -> list[int]:
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


def _claim(edition: Edition, candidate: Candidate, key: str) -> tuple[Share, Mapping[str, int]] | None:
    """None: the calculation is refused before it comes to the pool."""
    if candidate.draft is None:
        return None
    try:
        return edition.calculation.claim(candidate.draft, candidate.facts, candidate.used, key)
    except Refused:
        return None


def _pool_key(programme: Programme, pool: Pool, facts: CaseFacts) -> Key:
    return accounts.key_of(programme, pool.account, facts, accounts.day_of(programme, pool.account, facts))


def _after(edition: Edition, candidate: Candidate, used: Used) -> Used:
    """What is used after an application that passes, whatever came of it."""
    if candidate.award is None:
        return used
    return accounts.after(edition.programme, used, candidate.facts, candidate.award.counted)
