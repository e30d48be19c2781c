"""The pool of experts, and why somebody of it may not judge an application. (回避)"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from google.protobuf.message import Message

from domain.case import Case, UnknownEvent
from domain.refusals import Refused
from duifu.v1.commands_pb2 import Actor
from duifu.v1.panel_pb2 import (
    EXCLUSION_KIND_ACTED,
    EXCLUSION_KIND_CUSTOMER,
    EXCLUSION_KIND_EMPLOYEE,
    EXCLUSION_KIND_LEFT,
    EXCLUSION_KIND_OTHER_FIELD,
    EXCLUSION_KIND_SAME_INSTITUTION,
    EXCLUSION_KIND_SHAREHOLDER,
    PARTY_RELATION_APPLICANT,
    PARTY_RELATION_AUDITOR,
    PARTY_RELATION_CUSTOMER,
    PARTY_RELATION_SUPPLIER,
    Candidate,
    Expert,
    ExpertRegistered,
    ExpertRetired,
    PanelConvened,
    PanelExclusion,
    Party,
    RegisterExpert,
    RetireExpert,
)

SECRETARY = "expert-secretary"
POOL = "专家库"

#: Why nobody who works there may judge.
EMPLOYED_BY = {
    PARTY_RELATION_APPLICANT: EXCLUSION_KIND_EMPLOYEE,
    PARTY_RELATION_CUSTOMER: EXCLUSION_KIND_CUSTOMER,
    PARTY_RELATION_SUPPLIER: EXCLUSION_KIND_SAME_INSTITUTION,
    PARTY_RELATION_AUDITOR: EXCLUSION_KIND_SAME_INSTITUTION,
}


@dataclass(frozen=True, slots=True)
class Pool:
    """Who may be drawn, by account."""

    experts: Mapping[str, Expert] = field(default_factory=dict)


def register(command: RegisterExpert, actor: Actor) -> list[Message]:
    """Put somebody into the pool, or renew what is known of them. Raises Refused ROLE_MISMATCH."""
    must_be_secretary(actor, POOL)
    return [ExpertRegistered(programme_id=command.programme_id, expert=command.expert)]


def retire(pool: Pool, command: RetireExpert, actor: Actor) -> list[Message]:
    """Take somebody out of the pool; panels on which they sit stay as they are.

    Raises Refused ROLE_MISMATCH, EXPERT_UNKNOWN, REASON_MISSING.
    """
    must_be_secretary(actor, POOL)
    if command.expert_id not in pool.experts:
        raise Refused("EXPERT_UNKNOWN", expert=command.expert_id, programme=command.programme_id)
    if not command.reason.strip():
        raise Refused("REASON_MISSING", title=POOL)
    return [ExpertRetired(programme_id=command.programme_id, expert_id=command.expert_id, reason=command.reason)]


def must_be_secretary(actor: Actor, title: str) -> None:
    """Raises Refused ROLE_MISMATCH."""
    if actor.role != SECRETARY:
        raise Refused("ROLE_MISMATCH", role=actor.role, needed=SECRETARY, title=title)


def parties(case: Case) -> list[Party]:
    """Whose case it is, and who earns, pays or vouches for what it rests on; each once, by code."""
    application = case.application
    found = {
        (case.applicant_uscc, PARTY_RELATION_APPLICANT),
        (application.centre.operator_uscc, PARTY_RELATION_APPLICANT),
        (application.contract.supplier.uscc, PARTY_RELATION_SUPPLIER),
        (application.audit_report.auditor_uscc, PARTY_RELATION_AUDITOR),
        *((service.customer.uscc, PARTY_RELATION_CUSTOMER) for service in application.services),
    }
    return [Party(uscc=uscc, relation=relation) for uscc, relation in sorted(found) if uscc]


def acted(case: Case) -> list[str]:
    """The accounts of who handed the application in, is its contact, or decided a stage of it."""
    found = {case.submitted_by, case.application.contact.person_id}
    found |= {account for decision in case.decisions for account in (decision.decided_by, decision.on_behalf_of)}
    return sorted(found - {""})


def candidates(pool: Pool, convened: PanelConvened) -> list[Candidate]:
    """The whole pool by account, with every reason against each. `convened` says who the parties are."""
    found = []
    for expert_id in sorted(pool.experts):
        nameless = Expert()
        nameless.CopyFrom(pool.experts[expert_id])
        nameless.ClearField("name")
        found.append(Candidate(expert=nameless, exclusions=exclusions(nameless, convened)))
    return found


def exclusions(expert: Expert, convened: PanelConvened) -> list[PanelExclusion]:
    """Every reason why an expert may not sit on this panel; none: the expert may be drawn."""
    found = []
    for party in convened.parties:
        if expert.employer_uscc == party.uscc:
            found.append(PanelExclusion(kind=EMPLOYED_BY[party.relation], party_uscc=party.uscc))
        if party.uscc in expert.shareholding_uscc:
            found.append(PanelExclusion(kind=EXCLUSION_KIND_SHAREHOLDER, party_uscc=party.uscc))
    if expert.expert_id in convened.acted:
        found.append(PanelExclusion(kind=EXCLUSION_KIND_ACTED))
    if expert.expert_id in convened.left:
        found.append(PanelExclusion(kind=EXCLUSION_KIND_LEFT))
    if convened.rule.fields and not set(convened.rule.fields) & set(expert.fields):
        found.append(PanelExclusion(kind=EXCLUSION_KIND_OTHER_FIELD))
    return found


def evolve(pool: Pool, event: Message) -> Pool:
    """The pool after one more event."""
    match event:
        case ExpertRegistered():
            return Pool({**pool.experts, event.expert.expert_id: event.expert})
        case ExpertRetired():
            return Pool({key: expert for key, expert in pool.experts.items() if key != event.expert_id})
    raise UnknownEvent(type(event).__name__)
