"""Five decisions on Restate: a virtual object for each case, whose handler writes one audited row in a durable step.

The service runs beside the server in a venv of its own; clients go through the server's ingress. Told
"<clients> <cases>" on a line of its input, it plays so many cases and answers with a JSON list of seconds, one for each
decision, from the request to its answer. Arguments: a folder for state, the program restate-server.
"""

import asyncio
import json
import sqlite3
import sys
import time
from pathlib import Path

import httpx
import restate

from bench.others.restate_server import a_server

STAGES = ("first", "second", "third", "fourth", "fifth")
home = Path(sys.argv[1])
rows = sqlite3.connect(home / "rows.sqlite", check_same_thread=False, isolation_level=None)
case = restate.VirtualObject("Case")


@case.handler()
async def decide(ctx: restate.ObjectContext, stage: str) -> int:
    """One decision; decisions of one case follow one another."""
    return await ctx.run_typed("audit", audit, case_id=ctx.key(), stage=stage)


def audit(case_id: str, stage: str) -> int:
    """Insert one row, as durably as the others do."""
    return rows.execute("INSERT OR IGNORE INTO audit VALUES (?, ?)", (case_id, stage)).lastrowid or 0


async def play(http: httpx.AsyncClient, case_id: str) -> list[float]:
    """One case."""
    acks = []
    for stage in STAGES:
        began = time.perf_counter()
        headers = {"idempotency-key": f"{case_id}:{stage}"}
        (await http.post(f"/Case/{case_id}/decide", json=stage, headers=headers)).raise_for_status()
        acks.append(time.perf_counter() - began)
    return acks


async def play_all(ingress: str, number: int, clients: int, cases: int) -> list[float]:
    """So many cases from so many clients in a closed loop."""
    names = iter([f"case-{number}-{n}" for n in range(cases)])
    acks: list[float] = []
    async with httpx.AsyncClient(base_url=ingress, timeout=60, trust_env=False) as http:

        async def one_client() -> None:
            for name in names:
                acks.extend(await play(http, name))

        await asyncio.gather(*(one_client() for _ in range(clients)))
    return acks


def main() -> None:
    """Start the server, register the service, serve until the input ends."""
    rows.execute("PRAGMA journal_mode=WAL")
    rows.execute("PRAGMA synchronous=FULL")
    rows.execute("CREATE TABLE IF NOT EXISTS audit (case_id TEXT, stage TEXT, UNIQUE (case_id, stage))")
    with a_server(sys.argv[2], home, case) as (ingress, _):
        print("[]", flush=True)
        for number, line in enumerate(sys.stdin):
            clients, cases = map(int, line.split())
            print(json.dumps(asyncio.run(play_all(ingress, number, clients, cases))), flush=True)


if __name__ == "__main__":
    main()
