"""Bare Temporal: one workflow, an activity for each chunk and phase, which writes its rows in one commit.

Activities are told which claims, not what is in them: histories stay short. Chunks of a phase are scheduled together,
but for the orders, where the oldest request comes first. One thread runs them, with one connection.
"""

import asyncio
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from bench.closing.contestant import Place
from bench.closing.processes import children
from bench.closing.reckoning import Outcome, chunks
from bench.closing.state_table import Table

TASK_QUEUE = "closing"
PATIENCE = timedelta(minutes=5)


@workflow.defn(name="Closing")
class ClosingWorkflow:
    """Closes one quarter."""

    @workflow.run
    async def run(self, claims: int) -> Outcome:
        """The phases, one after the other."""
        await asyncio.gather(*(_phase("assess", *chunk) for chunk in chunks(claims)))
        for chunk in chunks(claims):
            await _phase("order", *chunk)
        await asyncio.gather(*(_phase("match", *chunk) for chunk in chunks(claims)))
        closed: Outcome = await workflow.execute_activity("close", start_to_close_timeout=PATIENCE, result_type=Outcome)
        return closed


class Phases:
    """The activities."""

    def __init__(self, table: Table):
        self._table = table

    @activity.defn(name="assess")
    def assess(self, first: int, last: int) -> int:
        """Assess a chunk."""
        return self._table.assess(first, last)

    @activity.defn(name="order")
    def order(self, first: int, last: int) -> int:
        """Order the payments of a chunk."""
        return self._table.order(first, last)

    @activity.defn(name="match")
    def match(self, first: int, last: int) -> int:
        """Have the orders of a chunk carried out."""
        return self._table.match(first, last)

    @activity.defn(name="close")
    def close(self) -> Outcome:
        """Put the end of the quarter on record."""
        return self._table.close()


class BareTemporal:
    """A development server with a WAL file beside this process, which is worker and client."""

    def __init__(self, place: Place):
        self._place = place
        self._table = Table(place)
        self._count = self._runs = 0
        self._loop = asyncio.Runner()
        self._started = AsyncExitStack()
        self._client: Client
        self._servers: list[int] = []

    def setup(self, count: int) -> None:
        """Hand in the claims; start server and worker."""
        self._count = count
        self._table.admit(count)
        self._loop.run(self._start())

    def close(self) -> Outcome:
        """One workflow, to its end."""
        return self._loop.run(self._run())

    def again(self) -> Outcome:
        """Another workflow over the same quarter, whose chunks find nothing to do."""
        return self._loop.run(self._run())

    def servers(self) -> list[int]:
        """Temporal's."""
        return self._servers

    def stop(self) -> None:
        """End worker and server."""
        self._loop.run(self._started.aclose())
        self._loop.close()

    async def _start(self) -> None:
        before = set(children(os.getpid()))
        environment = await WorkflowEnvironment.start_local(
            ui=False,
            dev_server_existing_path=shutil.which("temporal", path=Path(sys.executable).parent),
            dev_server_database_filename=str(self._place.home / "temporal.sqlite"),
            dev_server_log_level="error",
            dev_server_extra_args=["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=normal"],
        )
        self._servers = [pid for pid in children(os.getpid()) if pid not in before]
        await self._started.enter_async_context(environment)
        phases = Phases(self._table)
        worker = Worker(
            environment.client,
            task_queue=TASK_QUEUE,
            workflows=[ClosingWorkflow],
            activities=[phases.assess, phases.order, phases.match, phases.close],
            activity_executor=self._started.enter_context(ThreadPoolExecutor(1)),
            max_concurrent_activities=1,
            workflow_runner=UnsandboxedWorkflowRunner(),
        )
        await self._started.enter_async_context(worker)
        self._client = environment.client

    async def _run(self) -> Outcome:
        self._runs += 1
        handle = await self._client.start_workflow(
            ClosingWorkflow.run, self._count, id=f"2024Q4-{self._runs}", task_queue=TASK_QUEUE
        )
        outcome = await handle.result()
        length = (await handle.describe()).history_length
        return Outcome(outcome.paid_fen, outcome.deferred_fen, outcome.claims, history_events=length)


async def _phase(name: str, first: int, last: int) -> None:
    await workflow.execute_activity(name, args=[first, last], start_to_close_timeout=PATIENCE)
