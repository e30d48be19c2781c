"""Very many open cases whose time limits end in the same moment: every timer rings, every case is lapsed once."""

import asyncio
import shutil
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import settings
from bench import world
from bench.cases import APPLICANT, submission
from cli import rehearsing
from cli.stack import Stack
from commands.door import Door, declared
from domain.case import Case
from domain.dates import SHANGHAI
from duifu.v1.commands_pb2 import AdvanceRehearsal, Command
from duifu.v1.events_pb2 import StageLapsed
from front_door import open_door
from ledger import streams
from ledger.registry import unwrap
from settings import Settings
from tests.chaos.town import Town, a_config

PATIENCE_SECONDS = 3000
#: From the first workflow's start to the moment in which all timers ring; who starts later lapses at once.
STARTED_IN_SECONDS = {40: 9, 10_000: 600}
OPEN = 'WorkflowType="Case" AND ExecutionStatus="Running"'

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]


@pytest.mark.parametrize("size", [40, 10_000])
async def test_every_case_is_lapsed_once_though_the_worker_dies_while_the_timers_ring(
    tmp_path: Path, size: int
) -> None:
    config = a_config_of_five_decisions(tmp_path)
    door = open_door(config)
    rehearsing.begin(door, "2024-03-01")
    cases = [door.handle(submission(f"case-{number}"), declared(APPLICANT)).case_id for number in range(size)]
    advance_to_just_before_the_end(door, STARTED_IN_SECONDS[size])

    async with a_town_of(config) as town:
        progress = Progress(town, size)
        await progress.until_lapsed(size // 3)
        town.kill("worker")
        await progress.until_lapsed(size)
        await progress.until_shown(f"{OPEN} AND DuifuOverdue=true", size)

        lapsed = Counter(stream for stream, event in progress.lapses)
        assert lapsed == Counter(streams.case(case_id) for case_id in cases)
        assert town.starts["worker"] == 1
        assert all(is_open_and_overdue(town.case(case_id)[0]) for case_id in cases)
        assert (await town.client.count_workflows('ExecutionStatus!="Running"')).count == 0


class Progress:
    """How far the ledger and the workflows are; says so while one waits."""

    def __init__(self, town: Town, size: int):
        self.lapses: list[tuple[str, StageLapsed]] = []
        self._town, self._size, self._read_to = town, size, 0
        self._began = self._said = time.monotonic()

    async def until_lapsed(self, wanted: int) -> None:
        """Wait until the ledger has so many lapses."""
        while len(self.lapses) < wanted:
            self._read()
            await self._pause(f"{len(self.lapses)} of {self._size} lapsed")

    async def until_shown(self, query: str, wanted: int) -> None:
        """Wait until so many workflows are listed."""
        while (count := (await self._town.client.count_workflows(query)).count) != wanted:
            await self._pause(f"{count} of {wanted} shown as overdue")

    def _read(self) -> None:
        while page := list(self._town.ledger.entries(self._read_to)):
            events = ((entry.recorded.originator_id, unwrap(entry.recorded.envelope.event)) for entry in page)
            self.lapses += [(stream, event) for stream, event in events if isinstance(event, StageLapsed)]
            self._read_to = page[-1].position

    async def _pause(self, line: str) -> None:
        waited = time.monotonic() - self._began
        assert waited < PATIENCE_SECONDS, line
        if time.monotonic() - self._said > 10:
            self._said = time.monotonic()
            started = (await self._town.client.count_workflows(OPEN)).count
            sys.stderr.write(f"{waited:.0f} s: {started} workflows, {line}\n")
        await asyncio.sleep(0.2)


@asynccontextmanager
async def a_town_of(config: Settings) -> AsyncIterator[Town]:
    """A deployment over a ledger that exists, whose parts are started anew when they end."""
    async with Stack(config) as stack:
        town = Town(stack, await stack.client(), None)
        manager = asyncio.create_task(town.keep_alive())
        try:
            yield town
        finally:
            manager.cancel()
            town.ledger.close()


def a_config_of_five_decisions(folder: Path) -> Settings:
    programmes = folder / "programmes"
    (programmes / "bench").mkdir(parents=True)
    shutil.copy(world.HERE / "five-decisions.yaml", programmes / "bench")
    shutil.copy(settings.SHIPPED_PROGRAMMES / "working-days.yaml", programmes)
    return replace(a_config(folder), programmes=programmes)


def advance_to_just_before_the_end(door: Door, seconds: int) -> None:
    """Let the ledger's clock go on to so many seconds before the time limit of all cases ends."""
    due_at = next(case.due_at for case in rehearsing.under_way(door))
    assert due_at is not None
    to = int((due_at.astimezone(SHANGHAI) - timedelta(seconds=seconds)).timestamp())
    advance = Command(command_id="advance", actor=rehearsing.OPERATOR)
    advance.advance_rehearsal.CopyFrom(AdvanceRehearsal(business_seconds=to))
    door.handle(advance, declared(rehearsing.OPERATOR))


def is_open_and_overdue(case: Case) -> bool:
    return case.is_open and case.stage is not None and case.stage.is_overdue
