"""Five-decision cases: ours beside a bare Temporal workflow, interleaved on the same server.

    python -m bench.five_decisions [--cases 60] [--rounds 5] [--clients 1,16] [--json]

For each number of clients and each round, the two are measured one after the other in alternating order:

* acknowledgement of a decision, p50 and p99 in ms: the ledger's answer, or the bare update's result;
* cases a second, from the first submission until the last workflow has ended;
* CPU a case in ms, of server, worker and client together, over the same span.

"stepwise" waits, after each decision, until our workflow has folded it; a bare update is folded when it is answered.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from temporalio.client import Client, WorkflowExecutionStatus

import settings
from bench.bare_worker import TASK_QUEUE
from cli.stack import Part, Stack
from commands.door import Door, declared
from duifu.v1.commands_pb2 import VERDICT_PASS, VERDICT_REFUSE, Actor, Command, Decide, SubmitApplication
from duifu.v1.facts_pb2 import (
    LEGAL_FORM_COMPANY,
    SERVICE_KIND_AI_COMPUTE,
    Applicant,
    Application,
    Contract,
    ContractItem,
    Declarations,
    Purpose,
    Supplier,
)
from duifu.v1.work_pb2 import Progress
from telemetry import logs
from worker import open_door

HERE = Path(__file__).parent
STAGES = ("first", "second", "third", "fourth", "fifth")
BUYER, SELLER = "91110108MAYB000177", "91110112MAYG00011A"
APPLICANT = Actor(id="agent", role="applicant", uscc=BUYER)
OFFICER = Actor(id="officer", role="officer")
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Measured:
    """One run of one contestant."""

    who: str
    clients: int
    stepwise: bool
    ack_p50_ms: float
    ack_p99_ms: float
    cases_per_second: float
    cpu_ms_per_case: float


class Ours:
    """Through the door; the workflow follows."""

    def __init__(self, door: Door, client: Client, stepwise: bool):
        self._door, self._client, self._stepwise = door, client, stepwise

    async def play(self, name: str, acks: list[float]) -> str:
        """One case; returns its workflow id."""
        submit = Command(
            command_id=f"{name}:submit",
            actor=APPLICANT,
            submit_application=SubmitApplication(programme_id="bench", application=_application(name)),
        )
        receipt = await asyncio.to_thread(self._door.handle, submit, declared(APPLICANT))
        version = 2
        for stage in STAGES:
            last = stage == STAGES[-1]
            decide = Decide(case_id=receipt.case_id, stage=stage, verdict=VERDICT_REFUSE if last else VERDICT_PASS)
            if last:
                decide.reason, decide.code = "bench", "BENCH_E_NO"
            command = Command(command_id=f"{name}:{stage}", actor=OFFICER, decide=decide)
            began = time.perf_counter()
            await asyncio.to_thread(self._door.handle, command, declared(OFFICER))
            acks.append(time.perf_counter() - began)
            version += 2
            if self._stepwise and not last:
                await self._folded(receipt.case_id, version)
        return receipt.case_id

    async def _folded(self, case_id: str, version: int) -> None:
        # A query costs server and worker some CPU: the first one is sent when it is likely to say yes.
        handle = self._client.get_workflow_handle(case_id)
        await asyncio.sleep(0.05)
        while True:
            try:
                progress: Progress = await handle.query("progress", result_type=Progress)
            except Exception:  # the relay has not started it yet
                await asyncio.sleep(0.01)
                continue
            if progress.version >= version:
                return
            await asyncio.sleep(0.01)


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
    who: str,
    clients: int,
    stepwise: bool,
    cases: int,
    play: Callable[[str, list[float]], Awaitable[str]],
    world: "World",
) -> Measured:
    """Run `cases` cases from `clients` clients in a closed loop."""
    names = [f"{who}-{time.monotonic_ns()}-{n}" for n in range(cases)]
    acks: list[float] = []
    ids: list[str] = []
    queue = iter(names)

    async def one_client() -> None:
        for name in queue:
            ids.append(await play(name, acks))

    cpu, began = world.cpu_seconds(), time.perf_counter()
    await asyncio.gather(*(one_client() for _ in range(clients)))
    await asyncio.gather(*(_ended(world.client, workflow_id) for workflow_id in ids))
    wall = time.perf_counter() - began
    used = world.cpu_seconds() - cpu
    acks.sort()
    return Measured(
        who=who,
        clients=clients,
        stepwise=stepwise,
        ack_p50_ms=statistics.median(acks) * 1e3,
        ack_p99_ms=acks[min(len(acks) - 1, int(len(acks) * 0.99))] * 1e3,
        cases_per_second=cases / wall,
        cpu_ms_per_case=used / cases * 1e3,
    )


class World:
    """The processes whose CPU counts."""

    def __init__(self, client: Client, pids: list[int]):
        self.client, self._pids = client, pids

    def cpu_seconds(self) -> float:
        """User and system time of server, workers and this process."""
        return sum(_cpu_of(pid) for pid in [*self._pids, os.getpid()])


async def main(cases: int, rounds: int, client_counts: list[int]) -> list[Measured]:
    """Every combination, interleaved; a warm-up round is not counted."""
    home = Path(tempfile.mkdtemp(prefix="duifu-bench-"))
    programmes = home / "programmes"
    (programmes / "bench").mkdir(parents=True)
    shutil.copy(HERE / "five-decisions.yaml", programmes / "bench")
    shutil.copy(settings.SHIPPED_PROGRAMMES / "working-days.yaml", programmes)
    base = settings.from_environment()
    config = replace(
        base, home=home, programmes=programmes, temporal_address="127.0.0.1:0", city_url="http://127.0.0.1:0"
    )
    results: list[Measured] = []
    async with Stack(replace(config, web_ui_url="http://127.0.0.1:0")) as stack:
        env = stack.worker.env
        bare_worker = Part("bare", [sys.executable, "-m", "bench.bare_worker", str(home)], home, env)
        bare_worker.start()
        try:
            client, plain = await stack.client(), await Client.connect(stack.config.temporal_address)
            door = open_door(stack.config)
            world = World(client, [stack.temporal.pid, stack.worker.pid, bare_worker.pid])
            for round_number in range(rounds + 1):
                for clients in client_counts:
                    contestants = [
                        ("ours", False, Ours(door, client, stepwise=False).play),
                        ("bare", False, Bare(plain).play),
                        ("ours", True, Ours(door, client, stepwise=True).play),
                    ]
                    if round_number % 2:
                        contestants.reverse()
                    for who, stepwise, play in contestants:
                        measured = await measure(who, clients, stepwise, cases, play, world)
                        if round_number:
                            results.append(measured)
                        print(f"round {round_number}: {measured}", file=sys.stderr)
        finally:
            bare_worker.stop()
    shutil.rmtree(home, ignore_errors=True)
    return results


def table(results: list[Measured]) -> str:
    """Medians of the rounds, and of the ratios round by round."""
    lines = ["| clients | contestant | ack p50 ms | ack p99 ms | cases/s | CPU ms/case |", "|---|---|---|---|---|---|"]
    for clients in sorted({m.clients for m in results}):
        for who, stepwise in (("bare", False), ("ours", False), ("ours", True)):
            runs = [m for m in results if (m.clients, m.who, m.stepwise) == (clients, who, stepwise)]
            figures = [
                statistics.median(getattr(m, name) for m in runs)
                for name in ("ack_p50_ms", "ack_p99_ms", "cases_per_second", "cpu_ms_per_case")
            ]
            name = f"{who}, stepwise" if stepwise else who
            lines.append(f"| {clients} | {name} | " + " | ".join(f"{figure:.1f}" for figure in figures) + " |")
        for stepwise in (False, True):
            lines.append(_ratio_line(results, clients, stepwise))
    return "\n".join(lines)


def _ratio_line(results: list[Measured], clients: int, stepwise: bool) -> str:
    ours = [m for m in results if (m.clients, m.who, m.stepwise) == (clients, "ours", stepwise)]
    bare = [m for m in results if (m.clients, m.who) == (clients, "bare")]
    ratios = [
        statistics.median(getattr(a, name) / getattr(b, name) for a, b in zip(ours, bare, strict=True))
        for name in ("ack_p50_ms", "ack_p99_ms", "cases_per_second", "cpu_ms_per_case")
    ]
    name = "ours / bare, stepwise" if stepwise else "ours / bare"
    return f"| {clients} | **{name}** | " + " | ".join(f"**{ratio:.2f}**" for ratio in ratios) + " |"


async def _ended(client: Client, workflow_id: str) -> None:
    handle = client.get_workflow_handle(workflow_id)
    while True:
        try:
            await handle.result()
        except Exception:  # the relay has not started it yet
            await asyncio.sleep(0.01)
            continue
        assert (await handle.describe()).status == WorkflowExecutionStatus.COMPLETED
        return


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def _application(name: str) -> Application:
    return Application(
        applicant=Applicant(
            uscc=BUYER,
            name="北京示例智能科技有限公司",
            legal_form=LEGAL_FORM_COMPANY,
            registered_province="110000",
            industry_code="I6513",
        ),
        contract=Contract(
            contract_number=name,
            buyer_uscc=BUYER,
            supplier=Supplier(uscc=SELLER, name="北京示例智算中心有限公司"),
            signed_on="2024-01-03",
            starts_on="2024-01-03",
            ends_on="2024-12-31",
            items=[ContractItem(kind=SERVICE_KIND_AI_COMPUTE, name="算力", amount_fen=100_000_000)],
            total_fen=100_000_000,
            signed_by_both_parties=True,
            sha256="0" * 64,
        ),
        purpose=Purpose(field="工业", trains_industry_model=True),
        declarations=Declarations(is_truthful=True),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clients", default="1,16")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    logs.configure("console", "WARNING")
    wanted = [int(count) for count in arguments.clients.split(",")]
    found = asyncio.run(main(arguments.cases, arguments.rounds, wanted))
    print(json.dumps([asdict(m) for m in found], indent=1) if arguments.json else table(found))
    sys.stdout.flush()
    os._exit(0)
