"""A worker for the comparator: one durable row in a WAL file for each update."""

import asyncio
import os
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from bench.bare import BareWorkflow

TASK_QUEUE = "bare"


class Audit:
    """Writes one row at a time, as durably as the ledger does."""

    def __init__(self, path: Path):
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("CREATE TABLE IF NOT EXISTS audit (case_id TEXT, n TEXT, decision TEXT, UNIQUE (case_id, n))")

    @activity.defn(name="audit")
    def audit(self, case_id: str, number: str, decision: str) -> int:
        """Insert one row."""
        cursor = self._db.execute("INSERT OR IGNORE INTO audit VALUES (?, ?, ?)", (case_id, number, decision))
        return cursor.lastrowid or 0


async def serve(address: str, home: Path, sandboxed: bool) -> None:
    """Poll until killed."""
    client = await Client.connect(address)
    # One thread: the connection is shared, and SQLite has one writer anyway.
    with ThreadPoolExecutor(1) as threads:
        await Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=[BareWorkflow],
            activities=[Audit(home / "bare.sqlite").audit],
            activity_executor=threads,
            workflow_runner=SandboxedWorkflowRunner() if sandboxed else UnsandboxedWorkflowRunner(),
        ).run()


if __name__ == "__main__":
    asyncio.run(serve(os.environ["TEMPORAL_ADDRESS"], Path(sys.argv[1]), os.environ.get("DUIFU_SANDBOX", "on") == "on"))
