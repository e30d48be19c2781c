"""The only way into the ledger. Decides, records and answers in one commit; every call may be repeated safely."""

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog
from google.protobuf.timestamp_pb2 import Timestamp

from commands import deployment, freezes, inbox
from commands.handlers import AFTERWARDS, HANDLERS, INTERNAL
from commands.kept import Kept
from commands.record import acceptance_of, envelope_of, receipt_of, recorded_in, request_digest
from commands.work import Work
from domain.clock import business_time
from domain.cycle import Cycle
from domain.kinds import CYCLE
from domain.quarter_standing import standing_of
from domain.refusals import Refused, sentence
from domain.wellformed import must_be_wellformed
from duifu.v1.answers_pb2 import Answer, QuarterStanding, Receipt
from duifu.v1.commands_pb2 import AUTHENTICATION_DECLARED, AUTHENTICATION_INTERNAL, Actor, Command
from duifu.v1.events_pb2 import Cause, CommandRefused
from ledger import streams
from ledger.encryption import may_be_same
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
            accepted = acceptance_of(command, digest, work, subject_id, self.ledger.keys)
            envelope = envelope_of(command, actor, cause, work, recorded_at)
            events = [(streams.command(command.command_id), 1, accepted), *work.events]
            recorded = [recorded_in(envelope, *event) for event in events]
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
            return accepted.summary, receipt_of(accepted, positions[0], self._leaf(command))
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
            receipt = receipt_of(accepted, self.ledger.position_of(stream, 1), self._leaf(command))
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
        envelope = envelope_of(command, actor, cause, work, recorded_at)
        for loss in range(1, LOSSES_MAX + 1):
            try:
                self.ledger.append([recorded_in(envelope, stream, 1, attempted)])
            except StreamMoved:
                return  # the same attempt, refused for the same reason, is on record
            except LedgerUnavailable:
                if loss == LOSSES_MAX:
                    raise
            else:
                return
