"""A grant whose worker dies at the boundaries of its stages ends as one whose worker never does. (QD-4, QD-A10)"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message

from cli import rehearsing
from cli.qingdao_round import OPERATORS, GrantRound
from domain.money import yuan
from duifu.v1.answers_pb2 import Answer
from duifu.v1.commands_pb2 import Actor
from duifu.v1.events_pb2 import GrantOrdered, GrantSettled, RoundClosed, StageOpened
from ledger.registry import unwrap
from tests.chaos.town import POLL_SECONDS, Town, a_town, assert_nothing_is_doubled_or_lost, difference, outline
from tests.office import until

BEGINS_ON = "2024-01-22"
STAGES = (
    "preliminary_review",
    "finance_notice",
    "recommendation",
    "completeness_review",
    "city_review",
    "expert_review",
    "determination",
    "allocation",
    "public_notice",
    "release",
    "payment",
)
ROUND = ("RoundAllocated", "NoticeClosed", "GrantOrdered", "GrantSettled", "RoundClosed")
EXPERT = re.compile(r"expert\.\d")


class OneGrant(GrantRound):
    """One operator, from application to two treasuries; an officer acts once the workflows have come to rest."""

    operators = OPERATORS[:1]

    async def send(self, name: str, actor: Actor, **kind: Any) -> Answer:
        await rehearsing.settled(self.door, self.client)
        return await super().send(name, actor, **kind)

    async def _veto(self) -> None:
        """Nobody is vetoed."""


@asynccontextmanager
async def dying_at(town: Town, boundaries: tuple[str, ...]) -> AsyncIterator[list[str]]:
    """Kill the worker as soon as a stage has opened, or the round has come so far, each for the first time."""
    left, died_at = set(boundaries), list[str]()

    async def kill() -> None:
        after = 0
        while left:
            page = list(town.ledger.entries(after))
            reached = left.intersection(_name(unwrap(entry.recorded.envelope.event)) for entry in page)
            if reached:
                town.kill("worker")
                left.difference_update(reached)
                died_at.extend(reached)
            after = page[-1].position if page else after
            await asyncio.sleep(POLL_SECONDS)  # nobody tells when the ledger grows

    killer = asyncio.create_task(kill())
    try:
        yield died_at
    finally:
        killer.cancel()


def _name(event: Message) -> str:
    return event.stage if isinstance(event, StageOpened) else type(event).__name__


def told(town: Town) -> dict[str, list[str]]:
    """The outline, without whom the lot has drawn: each ledger draws its own experts."""

    def without_lot(stream: str, line: str) -> str:
        is_by_lot = "panel-1" in stream or "expert_review" in line
        return line.split(" ")[1] if is_by_lot else EXPERT.sub("expert", line)

    return {
        stream: [without_lot(stream, line) for line in lines]
        for stream, lines in outline(town).items()
        if not EXPERT.search(stream)  # what they sent
    }


async def played(folder: Path, boundaries: tuple[str, ...]) -> dict[str, list[str]]:
    """One grant whose worker dies there; each treasury has paid its half once."""
    async with a_town(folder) as town:
        rehearsing.begin(town.door, BEGINS_ON)
        async with dying_at(town, boundaries) as died_at:
            await town.play(OneGrant(town.door, town.client, lambda _line: None))

        assert sorted(died_at) == sorted(boundaries)
        assert town.starts["worker"] == len(town.kills), "each kill ended a worker that ran"
        ordered = {event.treasury: event.amount_fen for event in town.events(GrantOrdered)}
        assert ordered == {"青岛市财政局国库": yuan(5_000_000), "崂山区财政局国库": yuan(5_000_000)}
        assert len(town.events(GrantSettled)) == len(ordered)
        await until(lambda: town.events(RoundClosed), "the end of the round")
        assert len(town.events(RoundClosed)) == 1
        await assert_nothing_is_doubled_or_lost(town)
        return told(town)


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_the_worker_dies_at_every_boundary_of_stages(tmp_path: Path) -> None:
    undisturbed, disturbed = tmp_path / "undisturbed", tmp_path / "disturbed"
    undisturbed.mkdir()
    disturbed.mkdir()

    without = await played(undisturbed, ())
    with_deaths = await played(disturbed, (*STAGES, *ROUND))

    assert difference(without, with_deaths) == []
