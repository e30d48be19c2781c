"""A workflow follows one stream of the ledger: it folds the facts with the same `evolve` as everybody else."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Generic, TypeVar

from google.protobuf.message import Message
from temporalio import workflow
from temporalio.exceptions import ApplicationError

from duifu.v1.answers_pb2 import Answer, FactPage, QuarterStanding, Refusal
from duifu.v1.commands_pb2 import Actor, Command
from duifu.v1.events_pb2 import Event
from duifu.v1.work_pb2 import CommandRequest, FactQuery, Nudge
from workflows import options
from workflows.ports import FACTS_MAX, Ledger

S = TypeVar("S")
Turn = AbstractAsyncContextManager[None]

SYSTEM = Actor(id="duifu", role="system")


class Following(Generic[S]):
    """The state of one stream as far as this workflow knows it. News that says nothing new changes nothing."""

    def __init__(self, stream: str, initial: S):
        self.stream, self.state, self.version = stream, initial, 0
        self.is_behind = True  # something may have been recorded that is not known here yet
        self._known_position = 0
        # Local activities of a workflow take turns. The answers of two that are under way at once come in the order in
        # which they end, on a replay in that in which they began (sdk-python#1578): such a history is stuck for good.
        # What was under way before they did goes on without.
        self.takes_turns = workflow.patched("take-turns")
        self.turn: Turn = asyncio.Lock() if self.takes_turns else nullcontext()

    def hear(self, nudge: Nudge) -> None:
        """Somebody says that the stream has grown."""
        if nudge.position > self._known_position:
            self.is_behind = True

    async def catch_up(self) -> None:
        """Ask the ledger for what is new and fold it."""
        async with self.turn:
            while self.is_behind:
                self.is_behind = False
                query = FactQuery(stream=self.stream, after_version=self.version)
                page = await workflow.execute_local_activity_method(Ledger.facts_since, query, **options.ledger(""))
                self.learn(page)

    async def carry_out(self, command_id: str, summary: str, command: Command) -> Refusal | None:
        """Send a command of the workflow's own under an id that says what makes it unique."""
        command.command_id = command_id
        command.actor.CopyFrom(SYSTEM)
        async with self.turn:
            answer = await workflow.execute_local_activity_method(
                Ledger.carry_out, self._request(command), **options.ledger(summary)
            )
            return self._taken(answer)

    async def pass_on(self, command: Command) -> Answer:
        """Hand somebody's command to the ledger. Raises ApplicationError, of the code's type, if it is refused."""
        who = f"{command.actor.role} {command.actor.id}"
        async with self.turn:
            answer: Answer = await workflow.execute_local_activity_method(
                Ledger.pass_on, self._request(command), **options.ledger(who)
            )
            refusal = self._taken(answer)
        if refusal:
            raise ApplicationError(answer.summary, refusal, type=refusal.code, non_retryable=True)
        answer.ClearField("facts")  # they are in the history already, and whoever asked has the receipt
        return answer

    def learn(self, page: FactPage) -> None:
        """Take in what is new of the ledger's answer."""
        raise NotImplementedError

    def _request(self, command: Command) -> CommandRequest:
        return CommandRequest(command=command, stream=self.stream, after_version=self.version)

    def _taken(self, answer: Answer) -> Refusal | None:
        self.learn(answer.facts)
        return answer.refusal if answer.HasField("refusal") else None


class Facts(Following[S]):
    """Folds the facts of a stream, in order of version, whatever the order in which news of them arrives."""

    def __init__(self, stream: str, initial: S, evolve: Callable[[S, Message], S]):
        super().__init__(stream, initial)
        self._evolve = evolve

    def learn(self, page: FactPage) -> None:
        """Fold what is new of a page; what is known already is passed over, a gap is asked for again."""
        for fact in page.facts:
            if fact.version == self.version + 1:
                self.state = self._evolve(self.state, _message(fact.envelope.event))
                self.version = fact.version
            elif fact.version > self.version + 1:
                self.is_behind = True
                return
        self._known_position = max(self._known_position, page.position)
        if len(page.facts) == FACTS_MAX:
            self.is_behind = True


class Standing(Following[QuarterStanding]):
    """Where a quarter stands: as much of it as its history has room for, however many claims it has."""

    def learn(self, page: FactPage) -> None:
        """Take the newest standing."""
        if page.quarter.version > self.version:
            self.state, self.version = page.quarter, page.quarter.version
        self._known_position = max(self._known_position, page.position)


def _message(event: Event) -> Message:
    kind = event.WhichOneof("kind")
    if kind is None:
        raise RuntimeError("the ledger holds an event that this worker does not know; deploy the newer version")
    message: Message = getattr(event, kind)
    return message
