"""Playing a story on the real engines: sends commands as people would, and waits for what the workflows do."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from temporalio.client import Client

from cli import rehearsing
from commands.door import Door, declared
from commands.work import fold
from domain import checks
from domain.case import Case
from domain.dates import end_of, from_iso, start_of
from domain.kinds import CASE
from duifu.v1.answers_pb2 import Answer
from duifu.v1.commands_pb2 import Actor, Command
from duifu.v1.facts_pb2 import (
    TRUST_LEVEL_C_UPLOADED,
    Material,
    TrustLevel,
)
from ledger import streams

PATIENCE_SECONDS = 120  # a worker that dies and starts anew needs up to a minute


class StoryBroken(RuntimeError):
    """A step of the story did not go as it must."""


class Story:
    """One story, told once: played again on the same ledger it changes nothing."""

    name: str  # begins the id of each of its commands

    def __init__(self, door: Door, client: Client, say: Callable[[str], None]):
        self.door, self.client, self.say = door, client, say
        self.case_ids: list[str] = []

    async def send(self, name: str, actor: Actor, **kind: Any) -> Answer:
        """A command that must be accepted. Raises StoryBroken."""
        answer = await self.ask(name, actor, **kind)
        if not answer.HasField("receipt"):
            raise StoryBroken(f"{name}: {answer.summary}")
        self.say(f"  ✓ {actor.name}：{answer.summary}")
        return answer

    async def quietly(self, name: str, actor: Actor, **kind: Any) -> None:
        """One of many commands that must be accepted, of which only the outcome is told. Raises StoryBroken."""
        answer = await self.ask(name, actor, **kind)
        if not answer.HasField("receipt"):
            raise StoryBroken(f"{name}: {answer.summary}")

    async def ask(self, name: str, actor: Actor, **kind: Any) -> Answer:
        """A command, accepted or refused."""
        command = Command(command_id=f"{self.name}:{name}", actor=actor, **kind)
        return await asyncio.to_thread(self.door.answer, command, declared(actor))

    async def must_be_refused(self, name: str, actor: Actor, code: str, **kind: Any) -> None:
        """A command that must not be accepted. Raises StoryBroken."""
        refused = await self.ask(name, actor, **kind)
        if refused.refusal.code != code:
            raise StoryBroken(f"{name} was not refused as {code}: {refused.summary}")
        self.say(f"  ✗ {actor.name}：{refused.summary}")

    async def case(self, case_id: str) -> Case:
        """A case as it stands."""
        return (await asyncio.to_thread(fold, self.door.ledger, streams.case(case_id), CASE))[0]

    async def checks_answered(self, case_id: str) -> None:
        """Wait until every source has answered what the open stage and those before it ask."""

        def answered(case: Case) -> bool:
            return case.stage is None or not list(checks.unanswered(case, case.row(case.stage.key).key))

        await self.until(case_id, answered, "the sources' answers")

    async def until(self, case_id: str, holds: Callable[[Case], bool], what: str) -> Case:
        """Wait until a case stands so. Raises StoryBroken after a long time."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while True:
            case = await self.case(case_id)
            if holds(case):
                return case
            if asyncio.get_running_loop().time() > deadline:
                raise StoryBroken(f"{case_id}: {what} did not come in {PATIENCE_SECONDS} s")
            await asyncio.sleep(0.02)

    async def to_the_morning_of(self, day: str) -> None:
        """Let business time pass to the start of a day."""
        await self._pass(start_of(from_iso(day)))

    async def to_the_end_of(self, day: str) -> None:
        """Let business time pass to the end of a day."""
        await self._pass(end_of(from_iso(day)))

    async def _pass(self, to: datetime) -> None:
        await rehearsing.settled(self.door, self.client)
        if self.door.business_now() < to:
            await rehearsing.rehearse(self.door, self.client, to, self.say)


def materials(
    bundle: Mapping[str, str], number: str, trust_level: TrustLevel.ValueType = TRUST_LEVEL_C_UPLOADED
) -> list[Material]:
    """The documents of a bundle, kind -> title."""
    return [
        Material(
            kind=kind,
            title=title,
            sha256=digest(f"{number} {kind}"),
            media_type="application/pdf",
            trust_level=trust_level,
        )
        for kind, title in bundle.items()
    ]


def digest(text: str) -> str:
    """Stands for the digest of a document."""
    return hashlib.sha256(text.encode()).hexdigest()
