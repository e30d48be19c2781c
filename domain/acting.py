"""Whether anything keeps somebody from acting on a case: asked at the door, and again by an audit."""

from collections.abc import Callable, Sequence

from domain import checks, consent, duties, special_approvals, tasks
from domain.case import Case
from domain.refusals import Refused
from duifu.v1.commands_pb2 import Actor
from duifu.v1.plan_pb2 import Stage

#: The cases that name an account as contact.
NamedIn = Callable[[str], Sequence[Case]]


def must_be_free_to_act(case: Case, row: Stage, actor: Actor, named_in: NamedIn) -> None:
    """Nothing keeps the actor, or whom they act for, from this stage: no duty, no other case, nobody who has it.

    Raises Refused CLAIM_WITH_QUARTER, DUTY_REQUESTER, DUTIES_APART, APPROVER_SETS_AMOUNT, OPINION_OF_DECIDER,
    ENTERED_BY_SELF, TASK_CLAIMED_BY_OTHER.
    """
    case.must_have_a_person()
    accounts = duties.accounts_of(actor)
    must_stand_apart(case, row, accounts, named_in)
    consent.must_have_no_voice(case, accounts)
    if own := checks.entered_by(case).intersection(accounts):
        raise Refused("ENTERED_BY_SELF", row.clause, title=row.title, account="、".join(sorted(own)))
    tasks.must_be_unclaimed(case.any_stage(), actor.id)


def must_stand_apart(case: Case, acting: duties.Acting, accounts: Sequence[str], named_in: NamedIn) -> None:
    """No duty, no special approval and no other case keeps these accounts from acting so.

    Raises Refused DUTY_REQUESTER, DUTIES_APART, APPROVER_SETS_AMOUNT.
    """
    duties.must_be_free(case, acting, accounts)
    if isinstance(acting, Stage):
        special_approvals.must_not_set_amount(case, acting, accounts)
    for account in accounts:
        duties.must_be_no_party(case, account, named_in(account))
