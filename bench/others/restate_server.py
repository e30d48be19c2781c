"""Restate's server beside a service of this process, in the venv of the other engines."""

import asyncio
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx
import restate
from hypercorn.asyncio import serve
from hypercorn.config import Config

PATIENCE_SECONDS = 60


@contextmanager
def a_server(program: str, home: Path, service: object) -> Iterator[tuple[str, int]]:
    """Start the server, register the service; gives the address for clients and the server's process id."""
    own, ingress, admin, node = (a_free_port() for _ in range(4))
    config = Config()
    config.bind = [f"127.0.0.1:{own}"]
    app = restate.app(services=[service])
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
        server = subprocess.Popen([program, "--no-logo"], env=env, stdout=log, stderr=log)
    try:
        until(f"http://127.0.0.1:{admin}/health")
        until(f"http://127.0.0.1:{admin}/deployments", "POST", json={"uri": f"http://127.0.0.1:{own}"})
        yield f"http://127.0.0.1:{ingress}", server.pid
    finally:
        server.terminate()
        server.wait()


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
