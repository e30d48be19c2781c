"""A reader who starts Duifu, follows the guides from top to bottom, and notes what happened."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import ROOT, Step, missing
from tests.ports import free_ports

START_SECONDS = 90
STEP_SECONDS = 120  # seconds suffice on a machine that has nothing else to do
#: What is started anew for the reader, and must not be the developer's own.
OWN = (".duifu", ".git")


@dataclass(frozen=True)
class Reader:
    """A folder that looks like the repository, with a `.duifu` of its own, and an environment with free ports."""

    folder: Path
    env: dict[str, str]

    def start(self) -> "subprocess.Popen[bytes]":
        """What `make run` starts; returns when the year is played."""
        said = self.folder / "said"
        with said.open("wb") as output:
            process = subprocess.Popen(
                ["duifu", "demo", "--stay"],
                cwd=self.folder, env=self.env, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while "Ctrl-C stops" not in said.read_text("utf-8"):
            assert process.poll() is None, said.read_text("utf-8")
            assert time.monotonic() < deadline, said.read_text("utf-8")
            time.sleep(0.1)
        return process

    def follow(self, steps: Sequence[Step]) -> dict[Step, str]:
        """Do every step up to the first that goes wrong; returns what is wrong with each, empty if nothing."""
        wrong: dict[Step, str] = {}
        for step in steps:
            lost = next((earlier for earlier in wrong if wrong[earlier]), None)
            wrong[step] = f"not tried: {lost.where} went wrong" if lost else self._do(step)
        return wrong

    def with_the_shipped_city(self) -> "Reader":
        """The same folder, with a city that nobody edits."""
        env = {name: value for name, value in self.env.items() if name != "DUIFU_CITY_DATA"}
        return Reader(self.folder, env)

    def _do(self, step: Step) -> str:
        """People are slower than machines: a step is tried again until what it waits for has happened."""
        deadline = time.monotonic() + STEP_SECONDS
        while True:
            code, output = self._run(step)
            absent = missing(step.expected, output)
            if code == 0 and not absent:
                return ""
            if time.monotonic() > deadline:
                return f"exit code {code}, missing {absent}, said:\n{output}"
            time.sleep(0.3)

    def _run(self, step: Step) -> tuple[int, str]:
        command = [sys.executable, "-c", step.command] if step.is_python else ["bash", "-c", step.command]
        try:
            done = subprocess.run(
                command, cwd=self.folder, env=self.env, check=False, timeout=STEP_SECONDS, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            return -1, str(error)
        return done.returncode, done.stdout


def a_reader(folder: Path, **more: str) -> Reader:
    """Somebody who has just cloned the repository into an empty folder, and has these things in the environment."""
    for entry in ROOT.iterdir():
        if entry.name not in OWN:
            (folder / entry.name).symlink_to(entry)
    city = shutil.copy(ROOT / "reference_city" / "city.yaml", folder / "city.yaml")
    temporal, web_ui, outside = free_ports(3)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DUIFU_", "TEMPORAL_"))}
    env = kept | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "220",
        "TEMPORAL_ADDRESS": f"127.0.0.1:{temporal}",
        "DUIFU_WEB_UI_URL": f"http://127.0.0.1:{web_ui}",
        "DUIFU_CITY_URL": f"http://127.0.0.1:{outside}",
        "DUIFU_CITY_DATA": str(city),
    }
    return Reader(folder, env | more)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """As Ctrl-C does."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
