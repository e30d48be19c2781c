"""What a quote says of several together: the order of service, what limits have left, what waiting would bring."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from domain.calculation import accounts
from domain.calculation.accounts import Used
from domain.evaluation.application import outcome
from domain.evaluation.edition import Edition
from domain.evaluation.rounds import place_in_queue
from domain.facts import CaseFacts
from domain.format.programme import Programme
from domain.format.steps import Account, Cap, Pool, Tiers
from domain.refusals import Refused
from duifu.v1.events_pb2 import CONDITION_STATUS_NOT_MET, AccountLeft, Evaluation, Later


def tell_order(facts: Sequence[CaseFacts], evaluations: Sequence[Evaluation]) -> None:
    """Note in which order several applications were served, and where only the order given settled it. (BJ-A24)"""
    if len(facts) < 2:
        return
    places = [place_in_queue(known) for known in facts]
    queue = sorted(range(len(facts)), key=places.__getitem__)
    for number, at in enumerate(queue, 1):
        evaluations[at].served = number
    for at, following in pairwise(queue):
        if places[at] == places[following]:
            evaluations[at].served_as_given = evaluations[following].served_as_given = True


def left_of(programme: Programme, facts: CaseFacts, used: Used) -> Iterator[AccountLeft]:
    """What each limit that an application draws on still has; a limit that cannot be told is left out."""
    drawn = {step.account for step in programme.award.steps if isinstance(step, (Cap, Tiers, Pool))}
    for name in programme.accounts:
        if name not in drawn:
            continue
        try:
            on = accounts.day_of(programme, name, facts)
            key, most = accounts.key_of(programme, name, facts, on), accounts.limit(programme, name, on)
            left = accounts.left(programme, name, facts, used)
        except Refused:  # the evaluation says why
            continue
        if most is not None and left is not None:
            yield AccountLeft(account=name, holder=key.holder, period=key.period, limit=most, left=left)


def later_of(edition: Edition, facts: CaseFacts, evaluation: Evaluation, used: Used) -> Later | None:
    """Where this year's limit cuts an application that may pass: what it would come to in the next. (BJ-A16)

    What is cut is lost, so who can wait gets more. None: nothing is cut, or waiting brings no more.
    """
    cut = _cut_by(edition.programme, evaluation)
    if cut is None or any(ground.status == CONDITION_STATUS_NOT_MET for ground in evaluation.grounds):
        return None
    day = date(facts.counted_on.year + 1, 1, 1)
    waiting = replace(facts, received_on=day, accepted_on=None, is_under_way=True)
    amount = outcome(edition, waiting, used).amount
    if amount <= evaluation.amount.amount_fen:
        return None
    return Later(received_on=day.isoformat(), amount_fen=amount, clause=cut.over_clause or cut.clause)


def _cut_by(programme: Programme, evaluation: Evaluation) -> Account | None:
    """The yearly account that took something away for good."""
    lost = {step.name for step in evaluation.amount.steps if step.lost_fen}
    for step in programme.award.steps:
        if isinstance(step, Cap) and step.name in lost:
            account = programme.accounts[step.account]
            if account.period == "calendar_year":
                return account
    return None
