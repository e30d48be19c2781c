"""What somebody who reads a simulation has to know about its claims."""

from collections import Counter
from collections.abc import Mapping, Sequence

from domain.evaluation.edition import AT
from duifu.v1.events_pb2 import CONDITION_STATUS_NEEDS_PERSON
from simulation.casebook import Casebook, Ending
from simulation.change import Change
from simulation.run import Result


def notes(casebook: Casebook, changes: Sequence[Change], before: Result, after: Result) -> Mapping[str, int]:
    """What a reader has to know; only what occurs."""
    programme = before.edition.programme
    claims = [change.claim for change in changes]
    endings = Counter(claim.ending for claim in claims)
    newly = [change for change in changes if change.before.granted and _awaits_person(change, after)]
    told = {
        "撤回的申请，不计入": casebook.withdrawn.get(programme.programme_id, 0),
        "尚在办理，未查明、未认定的视为符合": endings[Ending.OPEN],
        "由人工裁量不予通过，两种规则下均不支持": endings[Ending.REFUSED_BY_JUDGEMENT],
        "由人工核定低于上限，核定额在两种规则下均保留": sum(c.facts.approved_fen is not None for c in claims),
        "人工核定额在模拟规则下无从适用，改按规则计算": len({claim.case_id for claim in claims} & after.set_aside),
        "按其他版本受理，仍按现行规则重算": sum(claim.edition_sha256 != programme.sha256 for claim in claims),
        "模拟规则下须由人工认定而尚无认定，按不支持计": len(newly),
        "账本中未发放、模拟规则下发放，没有兑付申请可供推算": sum(
            change.after.granted > 0 and change.claim.ending == Ending.REFUSED for change in changes
        ),
    }
    return {words: number for words, number in told.items() if number}


def _awaits_person(change: Change, after: Result) -> bool:
    """Whether the condition that stands in the way would be a person's to rule on."""
    rules = after.edition.rules
    grounds = rules.grounds(AT, change.claim.facts) if change.after.code else ()
    return any(g.code == change.after.code and g.status == CONDITION_STATUS_NEEDS_PERSON for g in grounds)
