"""The only way into the ledger. Decides, records and answers in one commit; every call may be repeated safely."""

import hashlib
import json
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog
from google.protobuf import json_format
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from commands import deployment, freezes, inbox
from commands.handlers import AFTERWARDS, HANDLERS, INTERNAL
from commands.kept import Kept
from commands.work import Work
from domain.clock import business_time
from domain.cycle import Cycle
from domain.dates import timestamp
from domain.kinds import CYCLE
from domain.paying_wording import quarter_standing, round_standing
from domain.quarter_standing import standing_of
from domain.refusals import Refused, sentence
from domain.wellformed import must_be_wellformed
from domain.wording import standing
from duifu.v1.answers_pb2 import Answer, QuarterStanding, Receipt
from duifu.v1.commands_pb2 import AUTHENTICATION_DECLARED, AUTHENTICATION_INTERNAL, Actor, Command
from duifu.v1.events_pb2 import Cause, CommandAccepted, CommandRefused, Envelope
from ledger import streams
from ledger.encryption import digests, may_be_same
from ledger.mapper import Recorded
from ledger.personal import impersonal
from ledger.registry import put
from ledger.store import APPEND_MAX, AppendTooLarge, Ledger, LedgerUnavailable, StreamMoved
from policy.rulebook import Rulebook

log = structlog.get_logger(__name__)

ATTEMPTS_MAX = 40
BACKOFF_SECONDS_MAX = 0.05
LOSSES_MAX = 3  # commits of one command that the database did not acknowledge

#: The system itself, acting for a workflow or a follower of the log.
SYSTEM = Actor(id="duifu", role="system", authentication=AUTHENTICATION_INTERNAL)


def declared(actor: Actor) -> Actor:
    """The actor as the sender declares it; nobody has checked, and every event will say so."""
    taken = Actor()
    taken.CopyFrom(actor)
    taken.authentication = AUTHENTICATION_DECLARED
    return taken


class Door:
    """Takes commands from whoever calls: services, people, workflows. Safe to share between threads."""

    def __init__(self, ledger: Ledger, rulebook: Rulebook, now: Callable[[], datetime] = lambda: datetime.now(UTC)):
        """`now` is the machine's clock; business time follows from it and the ledger."""
        self.ledger, self.rulebook, self.kept = ledger, rulebook, Kept(ledger)
        self._now = now

    def quarter(self, cycle_id: str) -> tuple[Cycle, int]:
        """A quarter as it stands, and the version of its stream; empty and 0 if nobody has opened it."""
        return self.kept.fold(streams.cycle(cycle_id), CYCLE)

    def standing(self, stream: str) -> QuarterStanding | None:
        """Where a quarter stands, by the name of its stream; None if it is not the stream of a quarter."""
        if not stream.startswith(streams.CYCLES):
            return None
        return standing_of(*self.quarter(stream.removeprefix(streams.CYCLES)))

    def business_now(self) -> datetime:
        """The time that rules go by."""
        return business_time(self._now(), deployment.current(self.ledger).clock)

    def handle(self, command: Command, actor: Actor, cause: Cause | None = None) -> Receipt:
        """Decide and record one command. A well-formed command that is refused is on record too.

        Raises Refused, and LedgerUnavailable if nobody can say now whether it was carried out: send it again.
        """
        return self._handle(command, actor, cause)[1]

    def answer(self, command: Command, actor: Actor, cause: Cause | None = None) -> Answer:
        """The same, with a refusal given as an answer in the reader's language."""
        try:
            summary, receipt = self._handle(command, actor, cause)
        except Refused as refused:
            refusal = refused.to_message(command.language)
            return Answer(summary=sentence(refusal), refusal=refusal)
        return Answer(summary=summary, receipt=receipt)

    def must_accept(self, command: Command, actor: Actor) -> None:
        """Decide a command as `handle` would now, and record nothing, not even a refusal. Raises Refused."""
        must_be_wellformed(command)
        kind = command.WhichOneof("kind")
        assert kind is not None
        if not self._prior(command, request_digest(command)):
            self._considered(command, actor, kind, self._now())

    def _handle(self, command: Command, actor: Actor, cause: Cause | None) -> tuple[str, Receipt]:
        must_be_wellformed(command)
        digest = request_digest(command)
        kind = command.WhichOneof("kind")
        assert kind is not None
        bound = log.bind(command=command.command_id, kind=kind, actor=actor.id)
        try:
            summary, receipt = self._decide(command, actor, cause, kind, digest)
        except Refused as refused:
            if refused.code == "LEDGER_BUSY":
                raise  # nothing was decided
            self._record_attempt(command, actor, cause, kind, digest, refused)
            bound.info("command refused", code=refused.code, clause=refused.clause)
            raise
        if kind in AFTERWARDS:
            AFTERWARDS[kind](self.ledger)
        if not receipt.is_repeat:
            bound.info("command accepted", case=receipt.case_id, position=receipt.position, next=receipt.next_stage)
        return summary, receipt

    def _decide(
        self, command: Command, actor: Actor, cause: Cause | None, kind: str, digest: str
    ) -> tuple[str, Receipt]:
        lost: list[Timestamp] = []
        for attempt in range(ATTEMPTS_MAX):
            if prior := self._prior(command, digest, lost):
                return prior
            recorded_at = self._now()
            try:
                work, subject_id = self._considered(command, actor, kind, recorded_at)
            except Refused:
                # A twin of this command may have been executed while this one was deciding: then its answer is ours.
                if prior := self._prior(command, digest):
                    return prior
                raise
            accepted = CommandAccepted(
                command_id=command.command_id,
                request_sha256=digest,
                case_id=subject_id,
                next_stage=_next_stage(work, subject_id),
                summary=_summary(work, subject_id),
                personal=digests(command, self.ledger.keys),
            )
            envelope = _envelope(command, actor, cause, work, recorded_at)
            events = [(streams.command(command.command_id), 1, accepted), *work.events]
            recorded = [_recorded(envelope, *event) for event in events]
            try:
                positions = self.ledger.append(recorded, work.rests_on())
            except AppendTooLarge:
                raise Refused("COMMIT_TOO_LARGE", events=len(events), most=APPEND_MAX) from None
            except LedgerUnavailable:
                # The commit may have taken place and only its acknowledgement be lost: the receipt tells.
                lost.append(envelope.recorded_at)
                if len(lost) == LOSSES_MAX:
                    raise
                continue
            except StreamMoved:
                # Somebody wrote first: decide again on what is there now. Spread out, so that no writer starves.
                time.sleep(random.uniform(0, BACKOFF_SECONDS_MAX) * min(attempt, 10) / 10)  # noqa: S311 (not a secret)
                continue
            work.keep(recorded)
            return accepted.summary, _receipt(accepted, positions[0], self._leaf(command))
        raise Refused("LEDGER_BUSY", attempts=ATTEMPTS_MAX)

    def _considered(self, command: Command, actor: Actor, kind: str, recorded_at: datetime) -> tuple[Work, str]:
        """What a command would record, and what it is about. Raises Refused."""
        if kind in INTERNAL and actor.authentication != AUTHENTICATION_INTERNAL:
            raise Refused("ROLE_RESERVED", kind=kind, actor=actor.id)
        standing_now = deployment.current(self.ledger)
        work = Work(self.kept, self.rulebook, actor, business_time(recorded_at, standing_now.clock), standing_now)
        inbox.must_be_lent(work, getattr(command, kind))
        freezes.must_not_be_frozen(work, kind, getattr(command, kind))
        return work, HANDLERS[kind](work, command)

    def _prior(self, command: Command, digest: str, own: Sequence[Timestamp] = ()) -> tuple[str, Receipt] | None:
        """The first answer to a command; a repeat, unless it was recorded at the time of one of our `own` attempts."""
        stream = streams.command(command.command_id)
        for recorded in self.ledger.stream(stream):
            accepted = recorded.envelope.event.command_accepted
            # Once a person's key is destroyed, nobody can compare that person's values: the rest decides.
            if accepted.request_sha256 != digest or not may_be_same(command, accepted.personal, self.ledger.keys):
                raise Refused("COMMAND_ID_REUSED", command_id=command.command_id)
            receipt = _receipt(accepted, self.ledger.position_of(stream, 1), self._leaf(command))
            receipt.is_repeat = recorded.envelope.recorded_at not in own
            return accepted.summary, receipt
        return None

    def _leaf(self, command: Command) -> bytes:
        return self.ledger.leaf_of(streams.command(command.command_id), 1)

    def _record_attempt(
        self, command: Command, actor: Actor, cause: Cause | None, kind: str, digest: str, refused: Refused
    ) -> None:
        recorded_at = self._now()
        standing_now = deployment.current(self.ledger)
        work = Work(self.kept, self.rulebook, actor, business_time(recorded_at, standing_now.clock), standing_now)
        attempted = CommandRefused(
            command_id=command.command_id,
            request_sha256=digest,
            command_kind=kind,
            case_id=getattr(getattr(command, kind), "case_id", ""),
            code=refused.code,
            clause=refused.clause,
            message=refused.message("zh"),
        )
        stream = streams.attempt(command.command_id, digest, refused.code)
        envelope = _envelope(command, actor, cause, work, recorded_at)
        for loss in range(1, LOSSES_MAX + 1):
            try:
                self.ledger.append([_recorded(envelope, stream, 1, attempted)])
            except StreamMoved:
                return  # the same attempt, refused for the same reason, is on record
            except LedgerUnavailable:
                if loss == LOSSES_MAX:
                    raise
            else:
                return


def request_digest(command: Command) -> str:
    """SHA-256 of what is asked and by whom, as JSON with sorted keys; the language of the answer is no part of it.

    Protobuf's own bytes may differ between its versions and languages; the JSON is the same for everybody. Personal
    values are left out, so that nobody who reads the log finds one by trying; the receipt has an HMAC of them.
    """
    asked = json_format.MessageToDict(impersonal(command), preserving_proto_field_name=True)
    asked.pop("language", None)
    content = json.dumps(asked, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def _receipt(accepted: CommandAccepted, position: int, leaf: bytes) -> Receipt:
    return Receipt(
        position=position,
        case_id=accepted.case_id,
        next_stage=accepted.next_stage,
        command_id=accepted.command_id,
        leaf_sha256=leaf.hex(),
    )


def _envelope(command: Command, actor: Actor, cause: Cause | None, work: Work, recorded_at: datetime) -> Envelope:
    return Envelope(
        actor=actor,
        command_id=command.command_id,
        cause=cause,
        edition_sha256=work.edition_sha256,
        business_at=timestamp(work.at),
        recorded_at=timestamp(recorded_at),
        is_rehearsal=work.deployment.is_rehearsal,
    )


def _recorded(envelope: Envelope, stream: str, version: int, message: Message) -> Recorded:
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
