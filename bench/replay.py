"""Reading histories again: ours beside those of a bare workflow, in one process, in turn.

    python -m bench.replay [--cases 40] [--rounds 5]

Contestants: histories of five-decision cases just played (each decision as an update, as the bare ones have it), the
histories recorded in tests/replay, and those of the bare workflow. Each replays as many events as the first, one
worker for all of its histories, without the SDK's sandbox. Events a second of CPU.
"""

import argparse
import asyncio
import itertools
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from temporalio.client import Client, WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from bench.bare import BareWorkflow
from bench.five_decisions import Bare, Stepwise, ended
from bench.world import a_world
from telemetry import logs
from workflows.case import CaseWorkflow
from workflows.payloads import DATA_CONVERTER
from workflows.redemption_cycle import RedemptionCycleWorkflow

RECORDED = Path(__file__).parent.parent / "tests" / "replay" / "histories"


@dataclass(frozen=True)
class Contestant:
    """Histories, and what replays them."""

    name: str
    histories: Sequence[WorkflowHistory]
    workflows: Sequence[type]
    converter: DataConverter

    async def replay(self, events: int) -> float:
        """Events replayed in a second of CPU, of at least so many."""
        replayer = Replayer(
            workflows=self.workflows, data_converter=self.converter, workflow_runner=UnsandboxedWorkflowRunner()
        )
        some = self._enough(events)

        async def one_after_the_other() -> AsyncIterator[WorkflowHistory]:
            for history in some:
                yield history

        began = time.process_time()
        await replayer.replay_workflows(one_after_the_other())
        return sum(len(history.events) for history in some) / (time.process_time() - began)

    def _enough(self, events: int) -> list[WorkflowHistory]:
        some: list[WorkflowHistory] = []
        count = 0
        for number, history in enumerate(itertools.cycle(self.histories)):
            if count >= events:
                break
            # One worker knows a run once: a history that is replayed again is another run of its workflow.
            some.append(replace(history, workflow_id=f"{history.workflow_id}-{number}"))
            count += len(history.events)
        return some


async def play(cases: int) -> list[Contestant]:
    """Histories of both kinds of five-decision cases, and the recorded ones."""
    async with a_world() as world:

        async def histories(play: Stepwise | Bare, client: Client) -> list[WorkflowHistory]:
            ids = [await play.play(f"{type(play).__name__}-{number}", []) for number in range(cases)]
            for workflow_id in ids:
                await ended(client, workflow_id)
            return [await client.get_workflow_handle(workflow_id).fetch_history() for workflow_id in ids]

        ours = await histories(Stepwise(world.door, world.client), world.client)
        bare = await histories(Bare(world.plain), world.plain)
    recorded = [
        WorkflowHistory.from_json(path.stem, path.read_text("utf-8")) for path in sorted(RECORDED.glob("*.json"))
    ]
    conducted = (CaseWorkflow, RedemptionCycleWorkflow)
    return [
        Contestant("bare", bare, (BareWorkflow,), DataConverter.default),
        Contestant("ours, five decisions", ours, conducted, DATA_CONVERTER),
        Contestant("ours, recorded", recorded, conducted, DATA_CONVERTER),
    ]


async def main(cases: int, rounds: int) -> None:
    """Print the median rate, and the ratio to bare round by round."""
    contestants = await play(cases)
    events = sum(len(history.events) for history in contestants[0].histories)
    rates: dict[str, list[float]] = {contestant.name: [] for contestant in contestants}
    for round_number in range(rounds + 1):
        for contestant in contestants if round_number % 2 else reversed(contestants):
            rate = await contestant.replay(events)
            if round_number:  # the first one warms up
                rates[contestant.name].append(rate)
    print(f"| histories | events a history | events/s of CPU (of {events}) | ratio to bare |\n|---|---|---|---|")
    for contestant in contestants:
        found = rates[contestant.name]
        length = statistics.mean(len(history.events) for history in contestant.histories)
        ratio = statistics.median(a / b for a, b in zip(found, rates["bare"], strict=True))
        print(f"| {contestant.name} | {length:.0f} | {statistics.median(found):,.0f} | **{ratio:.2f}** |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    logs.configure("console", "WARNING")
    asyncio.run(main(arguments.cases, arguments.rounds))
    sys.stdout.flush()
    os._exit(0)
