"""A witness that really runs: its own process, its own port, its own files."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx

from proofs import key_files
from proofs.notes import Cosigner, Verifier
from tests.service import HOUSE, RunningService

NAME = "witness.audit.example.gov.cn/w1"


class RunningWitness(RunningService):
    """Starts `duifu witness serve` as another agency would."""

    def __init__(self, folder: Path, logs: Sequence[Verifier]) -> None:
        self.key = folder / "witness.key"
        self.state = folder / "witness.sqlite"
        self.said = folder / "witness.log"
        self.logs = logs
        key_files.write(self.key, Cosigner.generate(NAME).text())
        self.verifier = Cosigner.parse(key_files.read(self.key)).verifier
        self.start()

    def command(self) -> Sequence[str]:
        """See RunningService."""
        logs = [argument for log in self.logs for argument in ("--log", log.vkey())]
        command = [sys.executable, "-m", "cli", "witness", "serve", *logs, "--port", "0"]
        return [*command, "--key", str(self.key), "--state", str(self.state)]

    def start(self) -> None:
        """Start the process with its words in a file, and wait until it answers."""
        with self.said.open("ab") as said:
            self._start({"PYTHONPATH": f"{HOUSE / 'proto'}{os.pathsep}{HOUSE}", "DUIFU_LOG": "json"}, said)

    def ask(self, request: bytes) -> httpx.Response:
        """Send a request to sign."""
        return self.http.post("/add-checkpoint", content=request)
