"""Records the history of every path anew: python -m tests.replay.record [NAME ...]; with make it is `make histories`.

A recorded history is a promise to cases that are under way: code that cannot replay it would strand them. So record
again only after a change that was made on purpose (and that `workflow.patched` keeps old cases safe from), and say why.
"""

import asyncio
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

from telemetry import logs
from tests.office import TemporalServer, an_office
from tests.replay.paths import PATHS

HISTORIES = Path(__file__).with_name("histories")
PROCESS = re.compile(r"^\d+@[^ :]+")


async def record(names: list[str]) -> None:
    """Play each path on the real server and keep what Temporal kept."""
    HISTORIES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        temporal = TemporalServer(Path(folder))
        try:
            for name in names:
                text = await history_of(temporal, name, Path(folder))
                file = HISTORIES / f"{name}.json"
                file.write_text(text, encoding="utf-8")
                sys.stdout.write(f"{name}: {len(json.loads(text)['events'])} events, {len(text)} bytes\n")
        finally:
            temporal.stop()


async def history_of(temporal: TemporalServer, name: str, folder: Path) -> str:
    """One path from its first day to the end of its workflow."""
    path = PATHS[name]
    home = folder / name
    home.mkdir()
    with patch("tests.office.the_rulebook", path.rulebook):
        async with an_office(temporal, home, path.begins_on) as office:
            await path.story(office)
            await office.ending(path.subject_id)
            history = await office.handle(path.subject_id).fetch_history()
    events = [json.dumps(event, ensure_ascii=False) for event in without_machine(history.to_json_dict()["events"])]
    return '{"events": [\n' + ",\n".join(events) + "\n]}\n"


def without_machine(value: Any) -> Any:
    """The same history without the names of process and host ("4711@host"), which say nothing and differ every time."""
    if isinstance(value, dict):
        return {key: without_machine(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_machine(inner) for inner in value]
    return PROCESS.sub("recorder", value) if isinstance(value, str) else value


if __name__ == "__main__":
    logs.configure("console", "WARNING")
    asyncio.run(record(sys.argv[1:] or list(PATHS)))
    sys.stdout.flush()
    # The SDK's native threads can abort an interpreter that shuts down (sdk-python#300).
    time.sleep(0.5)
    os._exit(0)
