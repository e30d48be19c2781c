"""Quarters open by the calendar: a schedule that catches up after an outage, and that an operator can run again."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import (
    Client,
    ScheduleBackfill,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    ScheduleRange,
    ScheduleSpec,
)
from temporalio.service import RPCError

import schedules
import settings
from commands.door import Door
from domain.dates import SHANGHAI
from duifu.v1.work_pb2 import Ending
from ledger import streams
from ledger.store import Ledger
from tests.builders import PROGRAMME, shanghai
from tests.desk import a_ledger, the_rulebook
from tests.office import TASK_QUEUE, TemporalServer, until
from worker import connect, running_worker

TEMPORAL = Path(sys.executable).with_name("temporal")
SOON = timedelta(seconds=4)


@dataclass
class Calendar:
    """A deployment on 1 March 2024, and its server."""

    server: TemporalServer
    client: Client
    ledger: Ledger
    config: settings.Settings

    def quarters(self) -> list[str]:
        """What is open."""
        return [name.removeprefix(streams.CYCLES) for name in self.ledger.streams(streams.CYCLES)]

    async def ending(self, workflow_id: str) -> Ending:
        """The result of a workflow that the schedule has started, or is about to."""
        handle = self.client.get_workflow_handle(workflow_id, result_type=Ending)

        async def is_known() -> bool:
            with suppress(RPCError):
                await handle.describe()
                return True
            return False

        await until(is_known, workflow_id)
        ending: Ending = await handle.result()
        return ending


@pytest.fixture
async def calendar(tmp_path: Path) -> AsyncIterator[Calendar]:
    server = TemporalServer(tmp_path, database=tmp_path / "temporal.sqlite", schedules=True)
    config = replace(settings.from_environment(), home=tmp_path, temporal_address=server.address, task_queue=TASK_QUEUE)
    config = replace(config, namespace=await server.a_namespace())
    ledger = a_ledger(config.ledger)
    client = await connect(config)
    door = Door(ledger, the_rulebook(), lambda: shanghai("2024-03-01 09:00"))
    try:
        async with running_worker(config, client, door):
            yield Calendar(server, client, ledger, config)
    finally:
        server.stop()
        ledger.close()


async def test_an_operator_runs_missed_days_again_and_nothing_opens_twice(calendar: Calendar) -> None:
    await schedules.keep(calendar.client, the_rulebook().programmes, TASK_QUEUE)
    await schedules.keep(calendar.client, the_rulebook().programmes, TASK_QUEUE)  # as each worker does that starts
    handle = calendar.client.get_schedule_handle(schedules.schedule_id(PROGRAMME))
    missed = ScheduleBackfill(
        start_at=shanghai("2023-11-01 00:00"),
        end_at=shanghai("2024-04-02 00:00"),
        overlap=ScheduleOverlapPolicy.ALLOW_ALL,
    )

    await handle.backfill(missed)
    await backfilled(calendar, "2024-03-31T00:00:00+08:00", "2024-04-02T00:00:00+08:00")
    days = ("2023-11-15T16:00:00Z", "2024-03-31T16:00:00Z")  # midnight in Shanghai of 16 November and of 1 April
    await until(lambda: len(calendar.quarters()) == 2, "the quarters")
    endings = [await calendar.ending(f"{PROGRAMME}-opening-{day}") for day in days]

    assert calendar.quarters() == ["bj-slq-2023-2024Q1", "bj-slq-2023-2024Q2"]
    assert [ending.outcome for ending in endings] == ["已开立", "已开立"]
    assert [calendar.ledger.version(streams.cycle(quarter)) for quarter in calendar.quarters()] == [1, 1]
    spec = (await handle.describe()).schedule.spec
    assert (spec.time_zone_name, len(spec.calendars)) == ("Asia/Shanghai", 4)


async def backfilled(calendar: Calendar, start: str, end: str) -> None:
    """As the operators' guide says."""
    command = [str(TEMPORAL), "schedule", "backfill", "--schedule-id", f"{PROGRAMME}-quarters"]
    command += ["--overlap-policy", "AllowAll", "--start-time", start, "--end-time", end]
    where = ["--address", calendar.config.temporal_address, "--namespace", calendar.config.namespace]
    process = await asyncio.create_subprocess_exec(*command, *where)
    assert await process.wait() == 0


async def test_a_day_that_came_while_the_server_was_down_is_caught_up(calendar: Calendar) -> None:
    (programme,) = (one for one in the_rulebook().programmes if one.programme_id == PROGRAMME)
    schedule = schedules.opening(programme, TASK_QUEUE)
    due = datetime.now(UTC).replace(microsecond=0) + SOON
    at = due.astimezone(SHANGHAI)
    hour, minute, second = (ScheduleRange(part) for part in (at.hour, at.minute, at.second))
    schedule.spec = ScheduleSpec(
        calendars=[ScheduleCalendarSpec(hour=[hour], minute=[minute], second=[second])], time_zone_name="Asia/Shanghai"
    )
    handle = await calendar.client.create_schedule("soon", schedule)
    assert (await handle.describe()).info.next_action_times[0] == due

    calendar.server.kill()
    await until(lambda: datetime.now(UTC) > due, "the moment")
    await calendar.server.start_again()

    ending = await calendar.ending(f"{PROGRAMME}-opening-{due:%Y-%m-%dT%H:%M:%S}Z")
    assert ending.outcome == "REDEMPTION_ENDED"  # today the scheme is over, and the ledger says so
    assert calendar.quarters() == []
