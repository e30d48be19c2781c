"""A witness that really runs: its own process, its own port, its own files."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from proofs import key_files
from proofs.notes import Cosigner, Verifier

HOUSE = Path(__file__).parents[2]
NAME = "witness.audit.example.gov.cn/w1"


class RunningWitness:
    """Starts `duifu witness serve` as another agency would."""

    def __init__(self, folder: Path, logs: Sequence[Verifier]) -> None:
        self.key = folder / "witness.key"
        self.state = folder / "witness.sqlite"
        self.said = folder / "witness.log"
        self.logs = logs
        key_files.write(self.key, Cosigner.generate(NAME).text())
        self.verifier = Cosigner.parse(key_files.read(self.key)).verifier
        self.start()

    def start(self) -> None:
        """Start the process and wait until it answers."""
        logs = [argument for log in self.logs for argument in ("--log", log.vkey())]
        command = [sys.executable, "-m", "cli", "witness", "serve", *logs, "--port", "0"]
        with self.said.open("ab") as said:
            self._process = subprocess.Popen(
                [*command, "--key", str(self.key), "--state", str(self.state)],
                stdout=subprocess.PIPE, stderr=said, text=True, encoding="utf-8", cwd=HOUSE,
                env=os.environ | {"PYTHONPATH": f"{HOUSE / 'proto'}{os.pathsep}{HOUSE}", "DUIFU_LOG": "json"},
            )  # fmt: skip
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, f"the witness did not start: {self.said.read_text('utf-8')}"
        self.url = found[0]
        self.http = httpx.Client(base_url=self.url, timeout=20, trust_env=False)
        deadline = time.monotonic() + 20
        while not self._answers():
            assert time.monotonic() < deadline, "the witness does not answer"
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            return self.http.get("/").is_success
        except httpx.TransportError:
            return False

    def ask(self, request: bytes) -> httpx.Response:
        """Send a request to sign."""
        return self.http.post("/add-checkpoint", content=request)

    def kill(self) -> None:
        """kill -9: the process gets no chance to tidy up."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask the process to end."""
        self._end(signal.SIGTERM)

    def _end(self, by: signal.Signals) -> None:
        self.http.close()
        if self._process.poll() is None:
            os.kill(self._process.pid, by)
        self._process.communicate(timeout=20)
