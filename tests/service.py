"""A service that really runs: its own process, its own port; started, killed and started again by a test."""

import os
import re
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import httpx

HOUSE = Path(__file__).parents[1]
START_SECONDS = 20


class RunningService(ABC):
    """A process that prints the address at which it answers. Who inherits says how it is started."""

    #: What is asked to learn that it answers.
    health = "/"

    @abstractmethod
    def command(self) -> Sequence[str]:
        """The whole command line."""

    def start(self) -> None:
        """Start the process and wait until it answers."""
        self._start({}, None)

    def _start(self, env: Mapping[str, str], errors: IO[bytes] | None) -> None:
        self._process = subprocess.Popen(
            self.command(),
            stdout=subprocess.PIPE, stderr=errors, text=True, encoding="utf-8", cwd=HOUSE, env=os.environ | env,
        )  # fmt: skip
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, f"{self.command()} did not start: {line!r}"
        self.url = found[0]
        self.http = httpx.Client(base_url=self.url, timeout=20, trust_env=False)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, f"{self.command()} does not answer"
            time.sleep(0.02)

    def kill(self) -> None:
        """kill -9: the process gets no chance to tidy up."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask the process to end."""
        self._end(signal.SIGTERM)

    def _answers(self) -> bool:
        try:
            return self.http.get(self.health).is_success
        except httpx.TransportError:
            return False

    def _end(self, by: signal.Signals) -> None:
        self.http.close()
        if self._process.poll() is None:
            os.kill(self._process.pid, by)
        self._process.communicate(timeout=START_SECONDS)
