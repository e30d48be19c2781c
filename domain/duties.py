"""Who may not act on a case whatever role they hold: the applicant's side, and who acted in a role kept apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.case import Case
from domain.refusals import Refused
from duifu.v1.commands_pb2 import Actor
from duifu.v1.events_pb2 import CONDITION_STATUS_NOT_MET, Ground
from duifu.v1.plan_pb2 import Duty, OpinionRole, Stage
from duifu.v1.work_pb2 import Exclusion

Acting = Stage | OpinionRole  # the role in which somebody acts: of who decides a stage, or of who is heard on it

REQUESTER_CLAUSE = "公务员法76"  # 回避: matters in which one has an interest


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did in a case."""

    account: str  # who did it, or for whom
    title: str  # of the stage
    acting: Acting


def accounts_of(actor: Actor) -> tuple[str, ...]:
    """Whose hands an act goes through: the actor, and whoever lent the role."""
    return (actor.id, actor.on_behalf_of) if actor.on_behalf_of else (actor.id,)


def requesters(case: Case) -> frozenset[str]:
    """Who stands on the applicant's side: who handed it in, and whom it names as contact."""
    return frozenset({case.submitted_by, case.application.contact.person_id} - {""})


def decided_by(case: Case) -> list[str]:
    """The accounts that decided a stage of a case, or for whom it was decided."""
    accounts = (account for decided in case.decisions for account in (decided.decided_by, decided.on_behalf_of))
    return sorted({account for account in accounts if account})


def must_be_free(case: Case, acting: Acting, accounts: Sequence[str]) -> None:
    """None of these accounts stands on the applicant's side or acted in a role that is kept apart from this one.

    Raises Refused DUTY_REQUESTER; DUTIES_APART, under the code that the programme gives the duty.
    """
    for account in accounts:
        if account in requesters(case):
            raise Refused("DUTY_REQUESTER", REQUESTER_CLAUSE, account=account, case=case.case_id, at=case.case_id)
        for duty, act in _kept_apart(case, acting):
            if act.account == account:
                raise Refused(
                    "DUTIES_APART",
                    grounds=[_ground(duty, act)],
                    account=account,
                    stage=act.title,
                    acted_as=act.acting.role_title,
                    role=acting.role_title,
                    duty=duty.title,
                )


def must_be_no_party(case: Case, account: str, others: Sequence[Case]) -> None:
    """In none of these other cases, which name the account as contact, the applicant is the same. (回避)

    Raises Refused DUTY_REQUESTER.
    """
    for other in others:
        if other.applicant_uscc == case.applicant_uscc:
            raise Refused("DUTY_REQUESTER", REQUESTER_CLAUSE, account=account, case=case.case_id, at=other.case_id)


def excluded(case: Case, acting: Acting) -> Iterator[Exclusion]:
    """Every account that may not act in a role, each once for a reason. Other cases may exclude more."""
    for account in sorted(requesters(case)):
        yield Exclusion(account=account, code="DUTY_REQUESTER", clause=REQUESTER_CLAUSE, reason="本案申请人一方")
    told = set()
    for duty, act in _kept_apart(case, acting):
        if (duty.code, act.account) not in told:
            told.add((duty.code, act.account))
            ground = _ground(duty, act)
            yield Exclusion(account=act.account, code=ground.code, clause=ground.clause, reason=ground.explanation)


def _kept_apart(case: Case, acting: Acting) -> Iterator[tuple[Duty, Act]]:
    """What was done in roles that a duty keeps apart from this one."""
    for duty in case.plan.duties:
        if acting.role in duty.roles:
            apart = set(duty.roles) - {acting.role}
            yield from ((duty, act) for act in _acts(case) if act.acting.role in apart)


def _acts(case: Case) -> Iterator[Act]:
    for decided in case.decisions:
        row = case.row(decided.stage)
        accounts = (decided.decided_by, decided.on_behalf_of, *decided.panel_members)
        yield from (Act(account, row.title, row) for account in accounts if account)
    for opinion in case.opinions:
        row = case.row(opinion.stage)
        asked = next(asked for asked in row.opinions.roles if asked.role == opinion.role)
        accounts = (opinion.given_by, opinion.on_behalf_of)
        yield from (Act(account, row.title, asked) for account in accounts if account)
    for given in case.special_approvals.values():
        approving = Stage(role=given.role, role_title=given.role_title)
        accounts = (given.given_by, given.on_behalf_of)
        yield from (Act(account, f"{given.title}专项批准", approving) for account in accounts if account)


def _ground(duty: Duty, act: Act) -> Ground:
    return Ground(
        code=duty.code,
        clause=duty.clause,
        title=duty.title,
        status=CONDITION_STATUS_NOT_MET,
        explanation=f"{act.account}已以{act.acting.role_title}办理“{act.title}”",
    )
