"""What a case costs beside many others that are open with their timers running.

    python -m bench.open_cases [--levels 100,1000,10000] [--cases 30] [--rounds 5] [--decisions 100]

Each level is a deployment of its own with that many open cases; all of them run at once and take turns.

* CPU a case in ms, of server, worker and client together, and acknowledgement p50 and p99: five-decision cases from one
  client, each to the end of its workflow, while the others stay open;
* memory of an open case that the worker keeps, from how it grew between the first 100 cases and all of a level that it
  keeps whole;
* at the highest level, a decision on a case that the worker has dropped beside one that it keeps, in turn.
"""

import argparse
import asyncio
import os
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bench.cases import APPLICANT, OFFICER, STAGES, decision, submission
from bench.five_decisions import Measured, Ours, measure
from bench.world import World, a_world, resident_kb
from commands.door import declared
from telemetry import logs
from workflows.display import STAGE

KEPT_BY_WORKER = 1000  # the SDK's own number
FIRST = 100  # cases after which a worker's memory is what it needs itself
AT_ONCE = 8
STAGE_TITLES = dict(zip(STAGES, "一二三四五", strict=True))


@dataclass
class Level:
    """A deployment with its open cases, oldest first."""

    world: World
    size: int
    cases: list[str]
    kb_a_case: float = 0.0

    async def fill(self) -> None:
        """Open its cases, and wait until each has armed its timer."""
        worker, before_kb, began = self.world.stack.worker.pid, 0, time.perf_counter()
        for wanted in sorted({min(FIRST, self.size), self.size}):
            while len(self.cases) < wanted:
                batch = range(len(self.cases), min(len(self.cases) + AT_ONCE, wanted))
                self.cases += await asyncio.gather(*(self._open(f"open-{self.size}-{n}") for n in batch))
                if len(self.cases) % 500 < AT_ONCE:
                    say(f"level {self.size}: {len(self.cases)} cases at the door, {time.perf_counter() - began:.0f} s")
            await self.all_begun(wanted)
            before_kb, now_kb = (before_kb or resident_kb(worker)), resident_kb(worker)
        self.kb_a_case = (now_kb - before_kb) / max(1, self.size - FIRST)
        say(f"level {self.size}: all open after {time.perf_counter() - began:.0f} s")

    async def all_begun(self, wanted: int) -> None:
        """Wait until so many workflows have come to the first stage."""
        query = f'WorkflowType="Case" AND ExecutionStatus="Running" AND DuifuStage="{STAGE_TITLES[STAGES[0]]}"'
        # Counting keeps the development server from everything else, so that is not done often.
        while (count := (await self.world.client.count_workflows(query)).count) < wanted:
            say(f"level {self.size}: {count} of {wanted} workflows have begun")
            await asyncio.sleep(max(0.5, wanted / 1000))

    async def all_at(self, cases: Sequence[str], stage: str) -> None:
        """Wait until the workflow of each of these has come to a stage."""
        for case_id in cases:
            while await self._stage_of(case_id) != STAGE_TITLES[stage]:  # noqa: ASYNC110 (the server tells nobody)
                await asyncio.sleep(0.05)

    async def _stage_of(self, case_id: str) -> str | None:
        return (await self.world.client.get_workflow_handle(case_id).describe()).typed_search_attributes.get(STAGE)

    async def decide(self, case_id: str, stage: str) -> float:
        """Seconds to the acknowledgement of a decision."""
        command = decision(case_id, case_id, stage)
        began = time.perf_counter()
        await asyncio.to_thread(self.world.door.handle, command, declared(OFFICER))
        return time.perf_counter() - began

    async def _open(self, name: str) -> str:
        receipt = await asyncio.to_thread(self.world.door.handle, submission(name), declared(APPLICANT))
        return receipt.case_id


@dataclass(frozen=True)
class Dropped:
    """Decisions on cases that the worker has dropped from its memory, and on cases that it keeps."""

    acks_ms: dict[str, float]
    cpu_ms: dict[str, float]


async def dropped_beside_kept(level: Level, decisions: int) -> Dropped:
    """Acknowledgements one by one in turn; CPU with the workflow's part, of all the ones and then of all the others."""
    kept, oldest = level.cases[-decisions:], level.cases[: 2 * decisions]
    for case_id in kept:
        await level.decide(case_id, "first")  # now they are kept
    await level.all_at(kept, "second")
    acks: dict[str, list[float]] = {"dropped": [], "kept": []}
    for dropped_id, kept_id in zip(oldest[:decisions], kept, strict=True):
        acks["dropped"].append(await level.decide(dropped_id, "first"))
        acks["kept"].append(await level.decide(kept_id, "second"))
    await level.all_at(kept, "third")
    await level.all_at(oldest[:decisions], "second")
    cpu: dict[str, float] = {}
    for who, cases, stage, after in (
        ("dropped", oldest[decisions:], "first", "second"),
        ("kept", kept, "third", "fourth"),
    ):
        began = level.world.cpu_seconds()
        for case_id in cases:
            await level.decide(case_id, stage)
        await level.all_at(cases, after)
        cpu[who] = (level.world.cpu_seconds() - began) / decisions * 1e3
    return Dropped({who: statistics.median(found) * 1e3 for who, found in acks.items()}, cpu)


async def main(sizes: list[int], cases: int, rounds: int, decisions: int) -> str:
    """Fill all levels, measure them in turn; a warm-up round is not counted."""
    async with AsyncExitStack() as worlds:
        levels = [Level(await worlds.enter_async_context(a_world()), size, []) for size in sizes]
        for level in levels:
            await level.fill()
        results: dict[int, list[Measured]] = {size: [] for size in sizes}
        for round_number in range(rounds + 1):
            for level in levels if round_number % 2 else reversed(levels):
                measured = await measure("ours", 1, cases, Ours(level.world.door).play, level.world)
                if round_number:
                    results[level.size].append(measured)
                say(f"round {round_number}, level {level.size}: {measured}")
        dropped = await dropped_beside_kept(levels[-1], decisions) if sizes[-1] > KEPT_BY_WORKER else None
        return report(levels, results, dropped)


def report(levels: list[Level], results: dict[int, list[Measured]], dropped: Dropped | None) -> str:
    """Medians, and the medians of the ratios to the first level round by round."""
    lines = [
        "| open cases | ack p50 ms | ack p99 ms | CPU ms/case | CPU to the first level | kB an open case |",
        "|---|---|---|---|---|---|",
    ]
    first = results[levels[0].size]
    for level in levels:
        runs = results[level.size]
        p50, p99 = (statistics.median(getattr(m, name) for m in runs) for name in ("ack_p50_ms", "ack_p99_ms"))
        cpu = statistics.median(m.cpu_ms_per_case for m in runs)
        ratio = statistics.median(a.cpu_ms_per_case / b.cpu_ms_per_case for a, b in zip(runs, first, strict=True))
        memory = f"{level.kb_a_case:.0f}" if FIRST < level.size <= KEPT_BY_WORKER else ""
        lines.append(f"| {level.size} | {p50:.1f} | {p99:.1f} | {cpu:.1f} | **{ratio:.2f}** | {memory} |")
    if dropped:
        lines += ["", "| decision on a case that the worker has | ack p50 ms | CPU ms |", "|---|---|---|"]
        for who in ("kept", "dropped"):
            lines.append(f"| {who} | {dropped.acks_ms[who]:.1f} | {dropped.cpu_ms[who]:.1f} |")
        ratios = [found["dropped"] / found["kept"] for found in (dropped.acks_ms, dropped.cpu_ms)]
        lines.append(f"| **dropped / kept** | **{ratios[0]:.2f}** | **{ratios[1]:.2f}** |")
    return "\n".join(lines)


def say(line: str) -> None:
    """Progress, apart from the result."""
    print(line, file=sys.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--levels", default="100,1000,10000")
    parser.add_argument("--cases", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--decisions", type=int, default=100)
    arguments = parser.parse_args()
    logs.configure("console", "WARNING")
    wanted = sorted(int(size) for size in arguments.levels.split(","))
    print(asyncio.run(main(wanted, arguments.cases, arguments.rounds, arguments.decisions)))
    sys.stdout.flush()
    os._exit(0)
