"""Five-decision cases: ours beside a bare Temporal workflow, interleaved on the same server.

    python -m bench.five_decisions [--cases 60] [--rounds 5] [--clients 1,16] [--sandbox] [--json]

For each number of clients and each round, the three are measured one after the other in alternating order:

* acknowledgement of a decision, p50 and p99 in ms: the ledger's answer, or the update's result;
* cases a second, from the first submission until the last workflow has ended;
* CPU a case in ms, of server, worker and client together, over the same span;
* events in the history of a case's workflow, for each decision.

"stepwise" sends each decision as the update `command` of our workflow: when it is answered, the workflow has folded it,
as a bare update has. Nobody runs in the SDK's sandbox unless `--sandbox` says that both do.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from bench.bare_worker import TASK_QUEUE
from bench.cases import APPLICANT, OFFICER, STAGES, decision, submission
from bench.world import World, a_world
from commands.door import Door, declared
from duifu.v1.answers_pb2 import Answer
from telemetry import logs

CONTESTANTS = ("bare", "ours", "ours, stepwise")
FIGURES = ("ack_p50_ms", "ack_p99_ms", "cases_per_second", "cpu_ms_per_case", "events_per_decision")


@dataclass(frozen=True)
class Measured:
    """One run of one contestant."""

    who: str
    clients: int
    ack_p50_ms: float
    ack_p99_ms: float
    cases_per_second: float
    cpu_ms_per_case: float
    events_per_decision: float


class Ours:
    """Through the door; the workflow follows."""

    def __init__(self, door: Door):
        self._door = door

    async def play(self, name: str, acks: list[float]) -> str:
        """One case; returns its workflow id."""
        receipt = await asyncio.to_thread(self._door.handle, submission(name), declared(APPLICANT))
        for stage in STAGES:
            began = time.perf_counter()
            await self._decide(name, receipt.case_id, stage)
            acks.append(time.perf_counter() - began)
        return receipt.case_id

    async def _decide(self, name: str, case_id: str, stage: str) -> None:
        await asyncio.to_thread(self._door.handle, decision(name, case_id, stage), declared(OFFICER))


class Stepwise(Ours):
    """Through the workflow, which passes it to the door and answers when it has folded what came of it."""

    def __init__(self, door: Door, client: Client):
        super().__init__(door)
        self._client = client

    async def _decide(self, name: str, case_id: str, stage: str) -> None:
        command, case = decision(name, case_id, stage), self._client.get_workflow_handle(case_id)
        while True:
            try:
                await case.execute_update("command", command, id=command.command_id, result_type=Answer)
            except RPCError as error:
                if error.status != RPCStatusCode.NOT_FOUND or stage != STAGES[0]:
                    # Cut short, as when a nudge comes in while the case ends: who got no answer sends it again.
                    return await super()._decide(name, case_id, stage)
                await asyncio.sleep(0.005)  # the relay has not started it yet
            else:
                return None


class Bare:
    """Five updates on a bare workflow."""

    def __init__(self, client: Client):
        self._client = client

    async def play(self, name: str, acks: list[float]) -> str:
        """One case; returns its workflow id."""
        handle = await self._client.start_workflow("Bare", name, id=name, task_queue=TASK_QUEUE)
        for stage in STAGES:
            began = time.perf_counter()
            await handle.execute_update("decide", stage)
            acks.append(time.perf_counter() - began)
        return name


async def measure(
    who: str, clients: int, cases: int, play: Callable[[str, list[float]], Awaitable[str]], world: World
) -> Measured:
    """Run `cases` cases from `clients` clients in a closed loop."""
    names = [f"{who[-1]}-{time.monotonic_ns()}-{n}" for n in range(cases)]
    acks: list[float] = []
    ids: list[str] = []
    queue = iter(names)

    async def one_client() -> None:
        for name in queue:
            ids.append(await play(name, acks))

    cpu, began = world.cpu_seconds(), time.perf_counter()
    await asyncio.gather(*(one_client() for _ in range(clients)))
    await asyncio.gather(*(ended(world.client, workflow_id) for workflow_id in ids))
    wall = time.perf_counter() - began
    used = world.cpu_seconds() - cpu
    acks.sort()
    lengths = [(await world.client.get_workflow_handle(workflow_id).describe()).history_length for workflow_id in ids]
    return Measured(
        who=who,
        clients=clients,
        ack_p50_ms=statistics.median(acks) * 1e3,
        ack_p99_ms=acks[min(len(acks) - 1, int(len(acks) * 0.99))] * 1e3,
        cases_per_second=cases / wall,
        cpu_ms_per_case=used / cases * 1e3,
        events_per_decision=statistics.mean(lengths) / len(STAGES),
    )


async def ended(client: Client, workflow_id: str) -> None:
    """Wait until a workflow has completed, started or not."""
    handle = client.get_workflow_handle(workflow_id)
    while True:
        with suppress(RPCError):  # the relay has not started it yet
            await handle.result()
            break
        await asyncio.sleep(0.01)
    assert (await handle.describe()).status == WorkflowExecutionStatus.COMPLETED


async def main(cases: int, rounds: int, client_counts: list[int], sandboxed: bool) -> list[Measured]:
    """Every combination, interleaved; a warm-up round is not counted."""
    results: list[Measured] = []
    async with a_world(sandboxed) as world:
        contestants = {
            "bare": Bare(world.plain).play,
            "ours": Ours(world.door).play,
            "ours, stepwise": Stepwise(world.door, world.client).play,
        }
        for round_number in range(rounds + 1):
            for clients in client_counts:
                for who in CONTESTANTS if round_number % 2 else reversed(CONTESTANTS):
                    measured = await measure(who, clients, cases, contestants[who], world)
                    if round_number:
                        results.append(measured)
                    print(f"round {round_number}: {measured}", file=sys.stderr)
    return results


def table(results: list[Measured]) -> str:
    """Medians of the rounds, and of the ratios round by round."""
    lines = [
        "| clients | contestant | ack p50 ms | ack p99 ms | cases/s | CPU ms/case | events/decision |",
        "|---|---|---|---|---|---|---|",
    ]
    for clients in sorted({m.clients for m in results}):
        runs = {who: [m for m in results if (m.who, m.clients) == (who, clients)] for who in CONTESTANTS}
        for who in CONTESTANTS:
            figures = [statistics.median(getattr(m, name) for m in runs[who]) for name in FIGURES]
            lines.append(f"| {clients} | {who} | " + " | ".join(f"{figure:.1f}" for figure in figures) + " |")
        for who in CONTESTANTS[1:]:
            paired = list(zip(runs[who], runs["bare"], strict=True))
            ratios = [statistics.median(getattr(a, name) / getattr(b, name) for a, b in paired) for name in FIGURES]
            lines.append(
                f"| {clients} | **{who} / bare** | " + " | ".join(f"**{ratio:.2f}**" for ratio in ratios) + " |"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clients", default="1,16")
    parser.add_argument("--sandbox", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    logs.configure("console", "WARNING")
    wanted = [int(count) for count in arguments.clients.split(",")]
    found = asyncio.run(main(arguments.cases, arguments.rounds, wanted, arguments.sandbox))
    print(json.dumps([asdict(m) for m in found], indent=1) if arguments.json else table(found))
    sys.stdout.flush()
    os._exit(0)
