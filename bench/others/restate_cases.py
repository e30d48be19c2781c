"""Five decisions on Restate: a virtual object for each case, whose handler writes one audited row in a durable step.

The service runs beside the server in a venv of its own; clients go through the server's ingress. Told
"<clients> <cases>" on a line of its input, it plays so many cases and answers with a JSON list of seconds, one for each
decision, from the request to its answer. Arguments: a folder for state, the program restate-server.
"""

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import httpx
import restate
from hypercorn.asyncio import serve
from hypercorn.config import Config

STAGES = ("first", "second", "third", "fourth", "fifth")
PATIENCE_SECONDS = 60
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


def a_free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(answers: str, method: str = "GET", **how: object) -> None:
    """Ask until the answer is good."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            if httpx.request(method, answers, trust_env=False, timeout=10, **how).is_success:
                return
        except httpx.HTTPError:
            pass
        if time.monotonic() > deadline:
            raise SystemExit(f"{answers} did not answer")
        time.sleep(0.2)


def main() -> None:
    """Start the server, register the service, serve until the input ends."""
    rows.execute("PRAGMA journal_mode=WAL")
    rows.execute("PRAGMA synchronous=FULL")
    rows.execute("CREATE TABLE IF NOT EXISTS audit (case_id TEXT, stage TEXT, UNIQUE (case_id, stage))")
    service, ingress, admin, node = (a_free_port() for _ in range(4))
    config = Config()
    config.bind = [f"127.0.0.1:{service}"]
    app = restate.app(services=[case])
    Thread(target=lambda: asyncio.run(serve(app, config, shutdown_trigger=asyncio.Event().wait)), daemon=True).start()
    env = os.environ | {
        "RESTATE_BASE_DIR": str(home / "restate"),
        "RESTATE_INGRESS__BIND_ADDRESS": f"127.0.0.1:{ingress}",
        "RESTATE_ADMIN__BIND_ADDRESS": f"127.0.0.1:{admin}",
        "RESTATE_BIND_ADDRESS": f"127.0.0.1:{node}",
        "RESTATE_LISTEN_MODE": "tcp",
        "RESTATE_DISABLE_TELEMETRY": "true",
        "RESTATE_LOG_FILTER": "error",
    }
    with (home / "restate.log").open("wb") as log:
        server = subprocess.Popen([sys.argv[2], "--no-logo"], env=env, stdout=log, stderr=log)
    try:
        until(f"http://127.0.0.1:{admin}/health")
        until(f"http://127.0.0.1:{admin}/deployments", "POST", json={"uri": f"http://127.0.0.1:{service}"})
        print("[]", flush=True)
        for number, line in enumerate(sys.stdin):
            clients, cases = map(int, line.split())
            print(json.dumps(asyncio.run(play_all(f"http://127.0.0.1:{ingress}", number, clients, cases))), flush=True)
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
