"""A person whose data is here: the cases that need it, and the decision to destroy the key. (个人信息保护法 47)"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from google.protobuf.message import Message

from domain.case import UnknownEvent
from domain.refusals import Refused
from duifu.v1.commands_pb2 import Actor, DestroySubjectKey
from duifu.v1.events_pb2 import ContactNamed, SubjectKeyDestroyed

OFFICER = "data-protection-officer"  # 个人信息保护负责人 (个人信息保护法 52)
TITLE = "销毁个人信息密钥"


@dataclass(frozen=True, slots=True)
class Subject:
    """What the log says of one person: never a value, only who needs values, and up to which key they are gone."""

    case_ids: tuple[str, ...] = ()  # that named this person as contact
    destroyed_generation: int = 0  # this key and all before it are to be destroyed, or are


def name_contact(subject: Subject, case_id: str) -> list[Message]:
    """A case names this person; nothing if it did before."""
    return [] if case_id in subject.case_ids else [ContactNamed(case_id=case_id)]


def destroy(
    subject: Subject,
    command: DestroySubjectKey,
    actor: Actor,
    generation: int,
    open_case_ids: Sequence[str],
    panel_ids: Sequence[str],
) -> list[Message]:
    """Decide to destroy a person's key. `generation` is the newest that the key store knows, 0 for none.

    `open_case_ids` name the person as contact; on the panels of `panel_ids`, which are at work, the person sits.

    Raises Refused ROLE_MISMATCH, REASON_MISSING, SUBJECT_UNKNOWN, SUBJECT_KEY_DESTROYED, SUBJECT_IN_OPEN_CASE,
    SUBJECT_ON_PANEL.
    """
    if actor.role != OFFICER:
        raise Refused("ROLE_MISMATCH", role=actor.role, needed=OFFICER, title=TITLE)
    if not command.reason.strip() or not command.legal_basis.strip():
        raise Refused("REASON_MISSING", title=TITLE)
    if not generation:
        raise Refused("SUBJECT_UNKNOWN")  # the refusal is kept, and what was asked for may be a name
    if generation <= subject.destroyed_generation:
        raise Refused("SUBJECT_KEY_DESTROYED", subject=command.subject, generation=generation)
    if open_case_ids:
        raise Refused("SUBJECT_IN_OPEN_CASE", subject=command.subject, cases="、".join(open_case_ids))
    if panel_ids:
        raise Refused("SUBJECT_ON_PANEL", subject=command.subject, panels="、".join(panel_ids))
    destroyed = SubjectKeyDestroyed(
        subject=command.subject, generation=generation, reason=command.reason, legal_basis=command.legal_basis
    )
    return [destroyed]


def evolve(subject: Subject, event: Message) -> Subject:
    """The person after one more event."""
    match event:
        case ContactNamed():
            return replace(subject, case_ids=(*subject.case_ids, event.case_id))
        case SubjectKeyDestroyed():
            return replace(subject, destroyed_generation=event.generation)
    raise UnknownEvent(type(event).__name__)
