"""One running witness for tests that each bring a log of their own, a fresh one for tests that stop it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from proofs.notes import Signer, Verifier
from tests.witness.logs import Log
from tests.witness.running import RunningWitness

LOGS = [Log(Signer(f"log{number}.example/duifu", bytes([number]) * 32)) for number in range(1, 61)]
# github.com/transparency-dev/witness, witness_test.go: the log of its tests.
MONKEYS = Verifier.parse("monkeys+db4d9f7e+AULaJMvTtDLHPUcUrjdDad9vDlh/PTfC2VV60JUtCfWT")


@pytest.fixture(scope="session")
def witness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWitness]:
    """A witness that all tests share."""
    running = RunningWitness(tmp_path_factory.mktemp("witness"), [*(log.signer.verifier for log in LOGS), MONKEYS])
    yield running
    running.stop()


@pytest.fixture(scope="session")
def unheard() -> Iterator[Log]:
    """Logs the shared witness signs for and has not heard of."""
    return iter(LOGS)


@pytest.fixture
def log(unheard: Iterator[Log]) -> Log:
    """One of them."""
    return next(unheard)


@pytest.fixture
def own_log() -> Log:
    """A log with a key of its own."""
    return Log()


@pytest.fixture
def own_witness(tmp_path: Path, own_log: Log) -> Iterator[RunningWitness]:
    """A witness of `own_log` for one test, to kill and start again."""
    running = RunningWitness(tmp_path, [own_log.signer.verifier])
    yield running
    running.stop()
