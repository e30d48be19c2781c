"""Who acted: whether a role was theirs to act in, and whether anything kept them from it."""

from collections.abc import Iterator
from contextlib import contextmanager

from audit.compared import Comparison
from audit.remaking import Remaking
from domain import checks, consent, delegation, duties, review, special_approvals, tasks
from domain.case import Case
from domain.kinds import CASE, DELEGATION, SUBJECT
from domain.refusals import Refused
from duifu.v1.plan_pb2 import Stage
from ledger import streams


def compare(remaking: Remaking, check: Comparison, case: Case, row: Stage) -> None:
    """What should have kept the actor of this event from the open stage is a difference."""
    with _told_to(check):
        _must_be_lent(remaking, case)
        _must_stand_apart(remaking, case, row)
        _must_be_free(remaking, case, row)


def compare_apart(remaking: Remaking, check: Comparison, case: Case, acting: duties.Acting) -> None:
    """The same of an opinion or an approval, which leave the stage in whose hands it is."""
    with _told_to(check):
        _must_be_lent(remaking, case)
        _must_stand_apart(remaking, case, acting)


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


def _must_stand_apart(remaking: Remaking, case: Case, acting: duties.Acting) -> None:
    """No duty, no special approval and no other case of the applicant stood in the way."""
    accounts = duties.accounts_of(remaking.entry.envelope.actor)
    duties.must_be_free(case, acting, accounts)
    if isinstance(acting, Stage):
        special_approvals.must_not_set_amount(case, acting, accounts)
    for account in accounts:
        named_in = remaking.state(streams.subject(account), SUBJECT).case_ids
        duties.must_be_no_party(case, account, [remaking.state(streams.case(other), CASE) for other in named_in])


def _must_be_free(remaking: Remaking, case: Case, row: Stage) -> None:
    """The actor had no voice in it, put in none of the answers that counted, and nobody else had it in hand."""
    actor = remaking.entry.envelope.actor
    consent.must_have_no_voice(case, duties.accounts_of(actor))
    if own := checks.entered_by(case).intersection(duties.accounts_of(actor)):
        raise Refused("ENTERED_BY_SELF", row.clause, title=row.title, account="、".join(sorted(own)))
    tasks.must_be_unclaimed(case.any_stage(), actor.id)
