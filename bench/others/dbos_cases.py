"""Five decisions on DBOS: each a durable workflow of one step, which writes one audited row. Runs in a venv of its own.

Told "<clients> <cases>" on a line of its input, it plays so many cases and answers with a JSON list of seconds, one for
each decision, from the call to its result. Arguments: a folder for the rows, the URL of the database for the rest.
"""

import json
import logging
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from dbos import DBOS, SetWorkflowID

STAGES = ("first", "second", "third", "fourth", "fifth")
home = Path(sys.argv[1])
rows = sqlite3.connect(home / "rows.sqlite", check_same_thread=False, isolation_level=None)
writing = Lock()


@DBOS.step()
def audit(case_id: str, stage: str) -> int:
    """Insert one row, as durably as the others do."""
    with writing:
        return rows.execute("INSERT OR IGNORE INTO audit VALUES (?, ?)", (case_id, stage)).lastrowid or 0


@DBOS.workflow()
def decide(case_id: str, stage: str) -> int:
    """One decision. Its id makes a repeat safe."""
    return audit(case_id, stage)


def play(case_id: str) -> list[float]:
    """One case."""
    acks = []
    for stage in STAGES:
        began = time.perf_counter()
        with SetWorkflowID(f"{case_id}:{stage}"):
            decide(case_id, stage)
        acks.append(time.perf_counter() - began)
    return acks


def main() -> None:
    """Serve until the input ends."""
    rows.execute("PRAGMA journal_mode=WAL")
    rows.execute("PRAGMA synchronous=FULL")
    rows.execute("CREATE TABLE IF NOT EXISTS audit (case_id TEXT, stage TEXT, UNIQUE (case_id, stage))")
    logging.disable(logging.WARNING)
    DBOS(config={"name": "bench", "system_database_url": sys.argv[2]})
    DBOS.launch()
    print("[]", flush=True)
    for number, line in enumerate(sys.stdin):
        clients, cases = map(int, line.split())
        with ThreadPoolExecutor(clients) as threads:
            played = threads.map(play, [f"case-{number}-{n}" for n in range(cases)])
            print(json.dumps([ack for acks in played for ack in acks]), flush=True)


if __name__ == "__main__":
    main()
