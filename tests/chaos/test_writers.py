"""Processes that die while they write: what was acknowledged stays, what is sent again is executed once."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from commands.record import request_digest
from ledger import streams
from ledger.store import Ledger
from tests.builders import PROGRAMME
from tests.chaos.town import assert_the_file_is_sound
from tests.chaos.writer import commands

HOUSE = Path(__file__).parents[2]
WRITERS = ("1", "2", "3")
PATIENCE_SECONDS = 120


class Writer:
    """A process that files claims until it has filed them all."""

    def __init__(self, ledger: Path, answers: Path, name: str, count: int):
        self._command = [sys.executable, "-m", "tests.chaos.writer", str(ledger), name, str(count)]
        self._answers = answers / f"answers-{name}"
        self._errors = answers / f"errors-{name}"
        self.start()

    def start(self) -> None:
        """File everything, from the first."""
        with self._answers.open("ab") as out, self._errors.open("ab") as err:
            env = os.environ | {"PYTHONPATH": f"{HOUSE / 'proto'}{os.pathsep}{HOUSE}"}
            self._process = subprocess.Popen(self._command, stdout=out, stderr=err, cwd=HOUSE, env=env)

    def kill_and_start(self) -> None:
        """kill -9 in the midst of it, and begin again."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.start()

    def acknowledged(self) -> list[tuple[str, int, str]]:
        """Every answer that was given, in the course of all lives."""
        lines = [line.split() for line in self._answers.read_text("utf-8").splitlines()]
        return [(command_id, int(position), case_id) for command_id, position, case_id in lines]

    async def end(self) -> None:
        """Wait until everything is filed."""
        code = await asyncio.wait_for(asyncio.to_thread(self._process.wait), PATIENCE_SECONDS)
        assert code == 0, self._errors.read_text("utf-8")[-2000:]


SOAK = (pytest.mark.soak, pytest.mark.timeout(900))


@pytest.mark.parametrize(
    ("count", "kills", "seed"),
    [(150, 6, 1), pytest.param(2000, 60, 2, marks=SOAK), pytest.param(2000, 60, 3, marks=SOAK)],
)
async def test_each_command_is_executed_once(tmp_path: Path, count: int, kills: int, seed: int) -> None:
    path, dice = tmp_path / "ledger.sqlite", Random(seed)
    ledger = Ledger(path)
    writers = [Writer(path, tmp_path, name, count) for name in WRITERS]
    for moment in sorted(dice.sample(range(1, len(WRITERS) * count * 3), kills)):
        while ledger.head() < moment:  # noqa: ASYNC110 (other processes write)
            await asyncio.sleep(0.002)
        dice.choice(writers).kill_and_start()
    await asyncio.gather(*(writer.end() for writer in writers))

    sent = [command for name in WRITERS for command in commands(name, count)]
    receipts = {command.command_id: ledger.stream(streams.command(command.command_id)) for command in sent}
    assert [command_id for command_id, events in receipts.items() if len(events) != 1] == []
    accepted = {command_id: events[0].envelope.event.command_accepted for command_id, events in receipts.items()}
    assert [c.command_id for c in sent if accepted[c.command_id].request_sha256 != request_digest(c)] == []
    assert len({receipt.case_id for receipt in accepted.values()}) == len(sent) == len(ledger.streams(streams.CASES))
    assert ledger.version(streams.register(PROGRAMME, "claim", 2024)) == len(sent)
    for command_id, position, case_id in (answer for writer in writers for answer in writer.acknowledged()):
        assert ledger.position_of(streams.command(command_id), 1) == position
        assert accepted[command_id].case_id == case_id
    ledger.close()
    assert_the_file_is_sound(path)
