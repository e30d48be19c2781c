"""What goes on record of a command and into its answer: digest, acceptance, envelope of the events, receipt."""

import hashlib
import json
from datetime import datetime

from google.protobuf import json_format
from google.protobuf.message import Message

from commands.work import Work
from domain.dates import timestamp
from domain.paying_wording import quarter_standing, round_standing
from domain.wording import standing
from duifu.v1.answers_pb2 import Receipt
from duifu.v1.commands_pb2 import Actor, Command
from duifu.v1.events_pb2 import Cause, CommandAccepted, Envelope
from ledger.encryption import digests
from ledger.keys import SubjectKeys
from ledger.mapper import Recorded
from ledger.personal import impersonal
from ledger.registry import put


def request_digest(command: Command) -> str:
    """SHA-256 of what is asked and by whom, as JSON with sorted keys; the language of the answer is no part of it.

    Protobuf's own bytes may differ between its versions and languages; the JSON is the same for everybody. Personal
    values are left out, so that nobody who reads the log finds one by trying; the receipt has an HMAC of them.
    """
    asked = json_format.MessageToDict(impersonal(command), preserving_proto_field_name=True)
    asked.pop("language", None)
    content = json.dumps(asked, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def acceptance_of(
    command: Command, digest: str, work: Work, subject_id: str, keys: SubjectKeys | None
) -> CommandAccepted:
    """What the command was accepted as, and where its subject stands after it."""
    return CommandAccepted(
        command_id=command.command_id,
        request_sha256=digest,
        case_id=subject_id,
        next_stage=_next_stage(work, subject_id),
        summary=_summary(work, subject_id),
        personal=digests(command, keys),
    )


def receipt_of(accepted: CommandAccepted, position: int, leaf: bytes) -> Receipt:
    """What whoever sent the command gets; `position` and `leaf` are those of the acceptance."""
    return Receipt(
        position=position,
        case_id=accepted.case_id,
        next_stage=accepted.next_stage,
        command_id=accepted.command_id,
        leaf_sha256=leaf.hex(),
    )


def envelope_of(command: Command, actor: Actor, cause: Cause | None, work: Work, recorded_at: datetime) -> Envelope:
    """Who acted, when and under which edition: the same for all events of one command."""
    return Envelope(
        actor=actor,
        command_id=command.command_id,
        cause=cause,
        edition_sha256=work.edition_sha256,
        business_at=timestamp(work.at),
        recorded_at=timestamp(recorded_at),
        is_rehearsal=work.deployment.is_rehearsal,
    )


def recorded_in(envelope: Envelope, stream: str, version: int, message: Message) -> Recorded:
    """One event in an envelope of its own, to be appended."""
    own = Envelope()
    own.CopyFrom(envelope)
    put(message, own.event)
    return Recorded(stream, version, own)


def _next_stage(work: Work, subject_id: str) -> str:
    if not work.has_case(subject_id):
        return ""
    stage = work.case(subject_id).stage
    return stage.key if stage else ""


def _summary(work: Work, subject_id: str) -> str:
    if work.has_case(subject_id):
        return f"{subject_id} {standing(work.case(subject_id))}"
    if work.has_cycle(subject_id):
        return f"{subject_id} {quarter_standing(work.cycle(subject_id))}"
    if work.has_round(subject_id):
        return f"{subject_id} {round_standing(work.round(subject_id))}"
    return subject_id
