"""Cases that name each other: what one is to the other, in the streams of both. Nothing else follows. (关联案件)"""

from collections.abc import Iterator

from google.protobuf.message import Message

from domain.case import Case
from domain.duties import REQUESTER_CLAUSE, accounts_of, requesters
from domain.refusals import Refused
from domain.review import APPLICANT
from duifu.v1.commands_pb2 import (
    CASE_RELATION_DUPLICATES,
    CASE_RELATION_OBJECTION_OF,
    CASE_RELATION_OTHER,
    CASE_RELATION_SAME_MATTER,
    CASE_RELATION_SUPERSEDES,
    Actor,
    LinkCases,
    UnlinkCases,
)
from duifu.v1.events_pb2 import CaseLinked, CaseUnlinked
from duifu.v1.plan_pb2 import CasePlan

NO_OFFICERS = (APPLICANT, "system")

#: What the case that is read is to the one that it names; and the other way round, where that is not the same.
RELATIONS = {
    CASE_RELATION_SUPERSEDES: ("接续该案件", "由该案件接续"),
    CASE_RELATION_SAME_MATTER: ("与该案件属同一事项", ""),
    CASE_RELATION_OBJECTION_OF: ("对该案件提出异议", "该案件对本案提出异议"),
    CASE_RELATION_DUPLICATES: ("与该案件重复，以该案件为准", "该案件与本案重复，以本案为准"),
    CASE_RELATION_OTHER: ("与该案件相关", ""),
}

#: The events of the first case, and those of the other.
Both = tuple[list[Message], list[Message]]


def link(case: Case, other: Case, command: LinkCases, actor: Actor) -> Both:
    """What both cases get; nothing if they are linked so already.

    Raises Refused LINK_TO_SELF, LINK_NOT_YOURS, DUTY_REQUESTER, REASON_MISSING, LINKED_OTHERWISE.
    """
    _must_be_theirs(case, other, actor)
    if not command.reason.strip():
        raise Refused("REASON_MISSING", title="关联案件")
    has_two_sides = bool(RELATIONS[command.relation][1])
    here = CaseLinked(other_case_id=other.case_id, relation=command.relation, reason=command.reason)
    there = CaseLinked(
        other_case_id=case.case_id, relation=command.relation, is_of_other=has_two_sides, reason=command.reason
    )
    known = case.links.get(other.case_id)
    if known is None:
        return [here], [there]
    if (known.relation, known.is_of_other) != (here.relation, here.is_of_other):
        raise Refused("LINKED_OTHERWISE", case=case.case_id, other=other.case_id, known=relation(known))
    return [], []


def unlink(case: Case, other: Case, command: UnlinkCases, actor: Actor) -> Both:
    """Neither case names the other any more. Raises Refused like `link`, and NOT_LINKED."""
    _must_be_theirs(case, other, actor)
    if not command.reason.strip():
        raise Refused("REASON_MISSING", title="解除关联")
    if other.case_id not in case.links:
        raise Refused("NOT_LINKED", case=case.case_id, other=other.case_id)
    return (
        [CaseUnlinked(other_case_id=other.case_id, reason=command.reason)],
        [CaseUnlinked(other_case_id=case.case_id, reason=command.reason)],
    )


def relation(linked: CaseLinked) -> str:
    """What a case is to the one that it names, in words."""
    one, other = RELATIONS.get(linked.relation, ("关系未记录", ""))
    return other if linked.is_of_other else one


def lines(case: Case) -> list[str]:
    """The cases that a case names, one in a line."""
    return [f"关联 {linked.other_case_id}：{relation(linked)}（{linked.reason}）" for linked in case.links.values()]


def _must_be_theirs(case: Case, other: Case, actor: Actor) -> None:
    """Two cases, one of which waits on the actor's role at some stage; and the actor is on no applicant's side."""
    if case.case_id == other.case_id:
        raise Refused("LINK_TO_SELF", case=case.case_id)
    roles = {*_roles(case.plan), *_roles(other.plan)}
    if actor.role not in roles:
        raise Refused("LINK_NOT_YOURS", role=actor.role, needed="、".join(sorted(roles)))
    for account in accounts_of(actor):
        for one in (case, other):
            if account in requesters(one):
                raise Refused("DUTY_REQUESTER", REQUESTER_CLAUSE, account=account, case=case.case_id, at=one.case_id)


def _roles(plan: CasePlan) -> Iterator[str]:
    """The officers' roles of a plan."""
    for row in plan.stages:
        if row.role not in NO_OFFICERS:
            yield row.role
        yield from (asked.role for asked in row.opinions.roles)
