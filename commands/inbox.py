"""Who takes which stage in hand, for whom they act, and what keeps them from it."""

from google.protobuf.message import Message

from commands import verifying
from commands.work import Work
from domain import acting, clean, delegation, duties, opinions, review, tasks
from domain.delegation import Delegations
from domain.kinds import DELEGATION
from duifu.v1.commands_pb2 import ClaimTask, DelegateRole, GiveOpinion, HandOverTask, ReleaseTask, RevokeDelegation
from ledger import streams


def claim_task(work: Work, command: ClaimTask) -> str:
    """The actor takes the open stage in hand; nobody else decides it meanwhile, and its quarter verifies it no more."""
    case = work.case(command.case_id)
    row = review.must_decide(case, command.stage, work.actor)
    if case.is_unverified:
        verifying.refer(work, case, clean.taken(case, work.actor.id))
        case = work.case(case.case_id)
    acting.must_be_free_to_act(case, row, work.actor, work.named_in)
    work.on_case(case.case_id, tasks.claim(case.any_stage(), work.actor, work.on))
    return case.case_id


def release_task(work: Work, command: ReleaseTask) -> str:
    """The actor, or with a reason another holder of the role, gives the open stage back."""
    case = work.case(command.case_id)
    review.must_decide(case, command.stage, work.actor)
    work.on_case(case.case_id, tasks.release(case.any_stage(), work.actor, command.reason))
    return case.case_id


def hand_over_task(work: Work, command: HandOverTask) -> str:
    """The open stage goes from hand to hand; no duty keeps who gives it, or who gets it, from it."""
    case = work.case(command.case_id)
    row = review.must_decide(case, command.stage, work.actor)
    acting.must_stand_apart(case, row, (*duties.accounts_of(work.actor), command.to), work.named_in)
    handed_over = tasks.hand_over(case.any_stage(), work.actor, command.to, command.reason, work.on)
    work.on_case(case.case_id, handed_over)
    return case.case_id


def delegate_role(work: Work, command: DelegateRole) -> str:
    """Lend one's role to somebody, for a time."""
    work.rulebook.in_force(command.programme_id, work.on)
    lent = delegation.delegate(command, work.actor, work.on)
    stream = streams.delegation(command.programme_id, work.actor.id)
    work.record(stream, DELEGATION, lent)
    return stream


def revoke_delegation(work: Work, command: RevokeDelegation) -> str:
    """Take back a role that one has lent, whatever the days that are left of it."""
    stream = streams.delegation(command.programme_id, work.actor.id)
    work.record(stream, DELEGATION, delegation.revoke(work.read(stream, DELEGATION), command, work.actor))
    return stream


def give_opinion(work: Work, command: GiveOpinion) -> str:
    """Somebody says what they think of the open stage, for whoever decides it. (会签)"""
    case = work.case(command.case_id)
    asked = opinions.role_asked(case, command.stage, work.actor)
    acting.must_stand_apart(case, asked, duties.accounts_of(work.actor), work.named_in)
    work.on_case(case.case_id, opinions.give(case, command, work.actor, work.on, work.rulebook.calendar))
    return case.case_id


def must_be_lent(work: Work, asked: Message) -> None:
    """Whoever acts for somebody has their role on loan today, under the programme that the command is about.

    What is about no programme is done in one's own name. Raises Refused DELEGATION_MISSING, DELEGATION_EXPIRED.
    """
    if delegator := work.actor.on_behalf_of:
        programme_id = work.programme_of(asked)
        lent = work.read(streams.delegation(programme_id, delegator), DELEGATION) if programme_id else Delegations()
        delegation.must_be_lent(lent, work.actor, work.on)
