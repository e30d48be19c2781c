"""How soon a decision is acknowledged: ours beside DBOS and Restate, in turn on the same machine.

    python -m bench.other_engines --venv FOLDER [--restate-server PROGRAM] [--cases 40] [--rounds 3] [--clients 1,16]

DBOS and Restate are no part of the project. They live in an environment of their own:

    python -m venv FOLDER && FOLDER/bin/pip install --require-hashes -r bench/others/requirements.txt
    npm install --prefix FOLDER @restatedev/restate-server@1.7.12

The job is five decisions a case, each durable and with one audited row in a WAL file (`synchronous=FULL`). Ours puts
receipt, decision and next stage in one commit of the ledger, and a deployment with its workflows runs beside it. DBOS
runs a workflow of one step in the client's process, on SQLite and on PostgreSQL. Restate runs the step in a handler of
a virtual object, behind its server.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.five_decisions import Ours, ended
from bench.world import World, a_world
from telemetry import logs
from tests.postgres import Server

ROOT = Path(__file__).parent.parent
Play = Callable[[int, int], Awaitable[list[float]]]  # clients and cases to seconds of each acknowledgement


def ours(world: World) -> Play:
    """At the door of a running deployment; its workflows have ended before the next contestant begins."""

    async def play(clients: int, cases: int) -> list[float]:
        acks: list[float] = []
        ids: list[str] = []
        names = iter([f"case-{time.monotonic_ns()}-{number}" for number in range(cases)])
        door = Ours(world.door)

        async def one_client() -> None:
            for name in names:
                ids.append(await door.play(name, acks))

        await asyncio.gather(*(one_client() for _ in range(clients)))
        await asyncio.gather(*(ended(world.client, workflow_id) for workflow_id in ids))
        return acks

    return play


@contextmanager
def another(venv: Path, script: str, *arguments: str) -> Iterator[Play]:
    """A contestant in a process of its own, which plays when it is told to."""
    with tempfile.TemporaryDirectory(prefix="duifu-bench-", ignore_cleanup_errors=True) as home:
        command = [str(venv / "bin" / "python"), "-m", f"bench.others.{script}", home, *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdin is not None
        assert process.stdout is not None
        orders, answers = process.stdin, process.stdout

        def ask(order: str) -> list[float]:
            orders.write(order)
            orders.flush()
            return answered()

        def answered() -> list[float]:
            # Libraries print as well: an answer is a list.
            for line in answers:
                if line.startswith("["):
                    acks: list[float] = json.loads(line)
                    return acks
            raise SystemExit(f"{script} has ended")

        async def play(clients: int, cases: int) -> list[float]:
            return await asyncio.to_thread(ask, f"{clients} {cases}\n")

        try:
            answered()
            yield play
        finally:
            orders.close()
            process.wait()


async def main(venv: Path, restate_server: Path, cases: int, rounds: int, client_counts: list[int]) -> str:
    """All contestants in turn, in an order that is turned round each time; a warm-up round is not counted."""
    acks: dict[tuple[int, str], list[float]] = {}
    with ExitStack() as others, tempfile.TemporaryDirectory() as folder:
        server = Server()
        others.callback(server.stop)
        async with a_world() as world:
            contestants = {"ours": ours(world)}
            on_sqlite = f"sqlite:///{folder}/dbos.sqlite"
            contestants["DBOS, SQLite"] = others.enter_context(another(venv, "dbos_cases", on_sqlite))
            on_postgres = server.url(server.new_database())
            contestants["DBOS, PostgreSQL"] = others.enter_context(another(venv, "dbos_cases", on_postgres))
            contestants["Restate"] = others.enter_context(another(venv, "restate_cases", str(restate_server)))
            for round_number in range(rounds + 1):
                for clients in client_counts:
                    for name in contestants if round_number % 2 else reversed(contestants):
                        found = await contestants[name](clients, cases)
                        if round_number:
                            acks.setdefault((clients, name), []).extend(found)
                        print(f"round {round_number}, {clients}: {name} {_p50(found):.1f} ms", file=sys.stderr)
    return table(acks)


def table(acks: dict[tuple[int, str], list[float]]) -> str:
    """p50 and p99 of all rounds together, and to ours."""
    lines = [
        "| clients | engine | ack p50 ms | ack p99 ms | p99 to p50 | p50 to ours |",
        "|---|---|---|---|---|---|",
    ]
    for (clients, name), found in sorted(acks.items(), key=lambda entry: entry[0][0]):
        p50, p99 = _p50(found), statistics.quantiles(found, n=100)[98] * 1e3
        ratio = p50 / _p50(acks[clients, "ours"])
        lines.append(f"| {clients} | {name} | {p50:.1f} | {p99:.1f} | {p99 / p50:.1f} | **{ratio:.1f}** |")
    return "\n".join(lines)


def _p50(acks: list[float]) -> float:
    return statistics.median(acks) * 1e3


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venv", type=Path, required=True)
    parser.add_argument("--restate-server", type=Path)
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", default="1,16")
    options = parser.parse_args()
    logs.configure("console", "WARNING")
    program = options.restate_server or options.venv / "node_modules" / ".bin" / "restate-server"
    wanted = [int(count) for count in options.clients.split(",")]
    print(asyncio.run(main(options.venv, program, options.cases, options.rounds, wanted)))
    sys.stdout.flush()
    os._exit(0)
