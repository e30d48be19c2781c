"""What happens to a person's data: a case or a panel needs it, or its key is destroyed. (个人信息保护法 47)"""

from commands import panel_streams
from commands.work import Work
from domain import subject as subjects
from domain.kinds import CASE, SUBJECT
from duifu.v1.commands_pb2 import DestroySubjectKey
from duifu.v1.events_pb2 import Envelope, SubjectKeyDestroyed
from duifu.v1.facts_pb2 import Application
from ledger import streams
from ledger.keys import KeysUnavailable, SubjectKeys
from ledger.personal import impersonal
from ledger.store import Ledger, LedgerUnavailable

FOLLOW_EVERY = 10_000  # positions of a log without destructions, after which the key store notes how far it has come


def name_contact(work: Work, case_id: str, application: Application) -> None:
    """Remember which person a case needs, so that the key is not destroyed under it."""
    if application.HasField("contact"):
        stream = streams.subject(application.contact.person_id)
        work.record(stream, SUBJECT, subjects.name_contact(work.read(stream, SUBJECT), case_id))


def destroy(work: Work, command: DestroySubjectKey) -> str:
    """Decide that a person's key goes; `carry_out` does it once this is on record."""
    stream = streams.subject(command.subject)
    subject = work.read(stream, SUBJECT)
    cases = [case_id for case_id in subject.case_ids if _needs(work, case_id, command.subject)]
    panels = panel_streams.seating(work, command.subject)
    generation = work.newest_generation(command.subject)
    work.record(stream, SUBJECT, subjects.destroy(subject, command, work.actor, generation, cases, panels))
    return stream


def for_workflows(envelope: Envelope) -> Envelope:
    """An event as workflows, and those who read their histories, see it: what happened, by whom, upon which command.

    It has no person's values, and nothing that only the ledger's own readers need.
    """
    seen = Envelope(
        event=envelope.event,
        actor=envelope.actor,
        command_id=envelope.command_id,
        is_rehearsal=envelope.is_rehearsal,
    )
    return impersonal(seen)


def carry_out(ledger: Ledger) -> None:
    """Destroy every key whose destruction is on record and that the key store still has. May be repeated.

    The key store itself remembers how far it has come: after a crash, or when an old copy of it is put back, it is
    brought up to the log. Raises LedgerUnavailable.
    """
    if ledger.keys is None:
        return
    try:
        _catch_up(ledger, ledger.keys)
    except KeysUnavailable as error:
        raise LedgerUnavailable(f"{error}. What is on record is carried out later") from error


def _catch_up(ledger: Ledger, keys: SubjectKeys) -> None:
    done, head = keys.position(), ledger.head()
    for entry in ledger.of_topic(SubjectKeyDestroyed.DESCRIPTOR.full_name, after=done if done <= head else 0):
        destroyed = entry.recorded.envelope.event.subject_key_destroyed
        keys.destroy(destroyed.subject, destroyed.generation)
        keys.move(entry.position)
        done = entry.position
    if head - done > FOLLOW_EVERY:
        keys.move(head)


def _needs(work: Work, case_id: str, subject: str) -> bool:
    case = work.read(streams.case(case_id), CASE)
    return case.is_open and case.application.contact.person_id == subject
