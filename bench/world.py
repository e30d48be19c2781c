"""What the measurements run on: one stack with a programme of five decisions, and the comparator's worker beside it."""

import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from temporalio.client import Client

import settings
from cli.stack import Part, Stack
from commands.door import Door
from front_door import open_door

HERE = Path(__file__).parent
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
FREE = "127.0.0.1:0"


@dataclass(frozen=True)
class World:
    """A running deployment, and whose CPU counts."""

    stack: Stack
    door: Door
    client: Client  # speaks our payloads
    plain: Client
    bare_worker: Part

    @property
    def parts(self) -> Sequence[Part]:
        """The processes beside this one."""
        return (self.stack.temporal, self.stack.worker, self.bare_worker)

    def cpu_seconds(self) -> float:
        """User and system time of server, workers and this process."""
        return sum(cpu_of(pid) for pid in [*(part.pid for part in self.parts), os.getpid()])


@asynccontextmanager
async def a_world(sandboxed: bool = False) -> AsyncIterator[World]:
    """A deployment of its own in a folder that is removed afterwards; its relay is the worker's."""
    home = Path(tempfile.mkdtemp(prefix="duifu-bench-"))
    programmes = home / "programmes"
    (programmes / "bench").mkdir(parents=True)
    shutil.copy(HERE / "five-decisions.yaml", programmes / "bench")
    shutil.copy(settings.SHIPPED_PROGRAMMES / "working-days.yaml", programmes)
    config = replace(
        settings.from_environment(),
        home=home,
        programmes=programmes,
        temporal_address=FREE,
        city_url=f"http://{FREE}",
        web_ui_url=f"http://{FREE}",
        sandboxed=sandboxed,
    )
    try:
        async with Stack(config) as stack:
            command = [sys.executable, "-m", "bench.bare_worker", str(home)]
            bare_worker = Part("bare", command, home, stack.worker.env)
            bare_worker.start()
            try:
                plain = await Client.connect(stack.config.temporal_address)
                yield World(stack, open_door(stack.config), await stack.client(), plain, bare_worker)
            finally:
                bare_worker.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def resident_kb(pid: int) -> int:
    """Memory of a process that is its own, in kB: what it shares with its kind is left out."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def cpu_of(pid: int) -> float:
    """User and system time of a process so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS
