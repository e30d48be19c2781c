"""Who acted: whether a role was theirs to act in, and whether anything kept them from it."""

from collections.abc import Iterator
from contextlib import contextmanager

from audit.compared import Comparison
from audit.remaking import Remaking
from domain import acting, delegation, duties, review
from domain.acting import NamedIn
from domain.case import Case
from domain.kinds import CASE, DELEGATION, SUBJECT
from domain.refusals import Refused
from duifu.v1.plan_pb2 import Stage
from ledger import streams


def compare(remaking: Remaking, check: Comparison, case: Case, row: Stage) -> None:
    """What should have kept the actor of this event from the open stage is a difference."""
    with _told_to(check):
        _must_be_lent(remaking, case)
        acting.must_be_free_to_act(case, row, remaking.entry.envelope.actor, _cases_naming(remaking))


def compare_apart(remaking: Remaking, check: Comparison, case: Case, role: duties.Acting) -> None:
    """The same of an opinion or an approval, which leave the stage in whose hands it is."""
    with _told_to(check):
        _must_be_lent(remaking, case)
        accounts = duties.accounts_of(remaking.entry.envelope.actor)
        acting.must_stand_apart(case, role, accounts, _cases_naming(remaking))


def compare_role(remaking: Remaking, check: Comparison, case: Case, row: Stage) -> None:
    """The same beside the open stage: the role was the actor's, and no duty kept them from it."""
    actor = remaking.entry.envelope.actor
    with _told_to(check):
        _must_be_lent(remaking, case)
        review.must_hold(actor, row)
        duties.must_be_free(case, row, duties.accounts_of(actor))


def compare_loan(remaking: Remaking, check: Comparison, case: Case) -> None:
    """A role in which somebody acted for another was theirs on that day."""
    with _told_to(check):
        _must_be_lent(remaking, case)


@contextmanager
def _told_to(check: Comparison) -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        check.refused(refused)


def _must_be_lent(remaking: Remaking, case: Case) -> None:
    """A role that is another's was on loan on that day."""
    actor = remaking.entry.envelope.actor
    if actor.on_behalf_of:
        lent = remaking.state(streams.delegation(case.plan.programme_id, actor.on_behalf_of), DELEGATION)
        delegation.must_be_lent(lent, actor, remaking.on)


def _cases_naming(remaking: Remaking) -> NamedIn:
    """The cases that named an account as contact by then."""

    def named_in(account: str) -> list[Case]:
        case_ids = remaking.state(streams.subject(account), SUBJECT).case_ids
        return [remaking.state(streams.case(case_id), CASE) for case_id in case_ids]

    return named_in
