"""The stack on one machine: starts again where it was, says what failed and where, leaves nothing running."""

import asyncio
import os
import shutil
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from cli.stack import PartFailed, Stack, claimed
from tests.chaos.conftest import Reference
from tests.chaos.town import POLL_SECONDS, a_config, a_town, assert_nothing_is_doubled_or_lost, outline

HOUSE = Path(__file__).parents[2]

#: Starts a stack, and dies of kill -9 when it is up.
DIES = """
import asyncio, os, signal, sys
from pathlib import Path
from cli.stack import Stack
from tests.chaos.town import a_config

async def main():
    async with Stack(a_config(Path(sys.argv[1]))):
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_a_second_start_continues_and_a_year_played_again_changes_nothing(
    reference: Reference, tmp_path: Path
) -> None:
    folder = tmp_path / "again"
    shutil.copytree(reference.folder, folder)

    async with a_town(folder) as town:
        head = town.ledger.head()
        await town.play_the_year()

        assert town.ledger.head() == head
        assert outline(town) == reference.outline
        await assert_nothing_is_doubled_or_lost(town)


async def test_a_taken_port_is_replaced_and_stopping_leaves_no_process(tmp_path: Path) -> None:
    config = a_config(tmp_path)
    with socket.create_server(("127.0.0.1", int(config.temporal_address.rpartition(":")[2]))):
        async with Stack(config) as stack:
            parts = [stack.temporal, stack.city, stack.worker]
            assert stack.config.temporal_address != config.temporal_address
            assert stack.config.city_url == config.city_url
            stack.must_run()

    assert [part.name for part in parts if part.is_running] == []
    assert processes_about(tmp_path) == []


@pytest.mark.parametrize("name", ["temporal", "city", "worker"])
async def test_a_part_that_dies_at_its_start_is_reported_with_its_log(tmp_path: Path, name: str) -> None:
    stack = Stack(a_config(tmp_path))
    part = {"temporal": stack.temporal, "city": stack.city, "worker": stack.worker}[name]
    part.command = [sys.executable, "-c", "raise SystemExit('out of order')"]

    with pytest.raises(PartFailed, match=f"{name} has ended; its log: {part.log_path}"):
        await stack.__aenter__()

    assert part.log_path.read_text("utf-8") == "out of order\n"
    assert processes_about(tmp_path) == []


async def test_parts_that_outlive_their_stack_keep_the_folder(tmp_path: Path) -> None:
    env = os.environ | {"PYTHONPATH": f"{HOUSE / 'proto'}{os.pathsep}{HOUSE}"}
    dying = await asyncio.create_subprocess_exec(sys.executable, "-c", DIES, str(tmp_path), env=env, cwd=HOUSE)
    assert await dying.wait() == -signal.SIGKILL
    left = processes_about(tmp_path)
    assert len(left) == 3

    try:
        with pytest.raises(PartFailed, match="are running") as refused:
            await Stack(a_config(tmp_path)).__aenter__()
        assert all(str(pid) in str(refused.value) for pid in left)
    finally:
        for pid in left:
            os.kill(pid, signal.SIGKILL)
    while not is_free(tmp_path):  # noqa: ASYNC110 (their last threads end)
        await asyncio.sleep(POLL_SECONDS)

    async with Stack(a_config(tmp_path)) as stack:
        stack.must_run()


def is_free(folder: Path) -> bool:
    """Whether nobody's parts run in this folder."""
    with suppress(PartFailed), claimed(folder):
        return True
    return False


def processes_about(folder: Path) -> list[int]:
    """Processes that were started for a deployment in this folder, by its name in their environment or arguments."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with suppress(OSError):  # it ends just now
                told = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
                if os.fsencode(folder) in told:
                    found.append(int(entry.name))
    return sorted(found)
