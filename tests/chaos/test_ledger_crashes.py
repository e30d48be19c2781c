"""Whatever dies or fills up while events are appended: what was acknowledged is there, once, and proves itself.

The faults are real: kill -9, a server that has to recover, a kernel that refuses to let a file grow.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from audit.verify import verify
from ledger.address import is_url
from ledger.store import Ledger, LedgerUnavailable
from tests.chaos.ledger_server import SEGMENT_BYTES, OwnServer, limit_files
from tests.ledger.databases import prove

HOUSE = Path(__file__).parents[2]
PATIENCE_SECONDS = 100
SOAK = (pytest.mark.soak, pytest.mark.timeout(1800))


class Writer:
    """A process of tests.chaos.ledger_writer."""

    def __init__(self, address: str, folder: Path, name: str, count: int):
        self.name, self.count = name, count
        self._command = [sys.executable, "-m", "tests.chaos.ledger_writer", address, name, str(count)]
        self._said = folder / f"said-{name}"
        self.start()

    def start(self) -> None:
        """Write, from where the ledger says."""
        with self._said.open("ab") as said:
            env = os.environ | {"PYTHONPATH": f"{HOUSE / 'proto'}{os.pathsep}{HOUSE}"}
            self.process = subprocess.Popen(self._command, stdout=said, stderr=said, cwd=HOUSE, env=env)

    def kill_and_start(self) -> None:
        """kill -9 in the midst of it, and begin again."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.start()

    def wrote(self) -> list[tuple[int, int]]:
        """Version and position of every commit that was acknowledged; a line cut by a kill is none."""
        lines = [line.split() for line in self._said.read_text("utf-8").split("\n")[:-1]]
        return [(int(line[1]), int(line[2])) for line in lines if line[:1] == ["wrote"] and len(line) == 3]

    def complaints(self) -> list[str]:
        """What it said each time that the ledger could not be had."""
        return [line for line in self._said.read_text("utf-8").splitlines() if line.startswith("unavailable")]

    def end(self) -> None:
        """Wait until it has written everything."""
        code = self.process.wait(PATIENCE_SECONDS * 10)
        assert code == 0, self._said.read_text("utf-8")[-3000:]


@pytest.fixture
def own_ledger(own_server: OwnServer) -> str:
    """An address; what earlier tests wrote there stays."""
    return own_server.url()


@pytest.fixture
def writers_at(tmp_path: Path) -> Iterator[Callable[..., list[Writer]]]:
    """Starts writers, and ends what is left of them."""
    started: list[Writer] = []

    def start(address: str, count: int, number: int = 2) -> list[Writer]:
        started.extend(Writer(address, tmp_path, f"{tmp_path.name}-{n}", count) for n in range(number))
        return started

    yield start
    for writer in started:
        if writer.process.poll() is None:
            writer.process.kill()
            writer.process.wait()


def until(holds: Callable[[], object], what: str) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"{what}: did not come in {PATIENCE_SECONDS} s"
        time.sleep(0.01)


def assert_nothing_is_lost_or_doubled(address: str, writers: list[Writer]) -> None:
    """Every writer came to its end, every acknowledged event lies where it was said to, and the log proves itself."""
    for writer in writers:
        writer.end()
    rows = prove(address)
    places = {(row.stream, row.version): row.position for row in rows}
    for writer in writers:
        own = f"own/{writer.name}"
        assert [version for stream, version in places if stream == own] == list(range(1, writer.count + 1))
        for version, position in writer.wrote():
            assert places[own, version] == position
    verdict = verify(address, None, None, processes=1)
    assert (verdict.findings, verdict.head) == ((), len(rows))


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        Ledger(tmp_path / "ledger.sqlite").close()
        return str(tmp_path / "ledger.sqlite")
    url: str = request.getfixturevalue("own_ledger")
    return url


@pytest.mark.parametrize(("count", "kills"), [(60, 6), pytest.param(2000, 120, marks=SOAK)])
def test_writers_die(address: str, writers_at: Callable[..., list[Writer]], count: int, kills: int) -> None:
    dice = Random(kills)
    writers = writers_at(address, count)

    for _ in range(kills):
        writer = dice.choice(writers)
        before = len(writer.wrote())
        until(lambda w=writer, b=before: len(w.wrote()) > b or w.process.poll() is not None, "a commit")  # type: ignore[misc]
        time.sleep(dice.random() ** 3 * 0.05)  # into the middle of whatever follows
        writer.kill_and_start()

    assert_nothing_is_lost_or_doubled(address, writers)


@pytest.mark.parametrize("how", ["stop_immediately", "kill"])
@pytest.mark.parametrize(("count", "times"), [(120, 2), pytest.param(2000, 25, marks=SOAK)])
def test_the_server_dies(
    own_server: OwnServer, own_ledger: str, writers_at: Callable[..., list[Writer]], how: str, count: int, times: int
) -> None:
    writers = writers_at(own_ledger, count)

    for number in range(1, times + 1):
        until(lambda n=number: len(writers[0].wrote()) >= n * count // (times + 2), "some commits")  # type: ignore[misc]
        getattr(own_server, how)()
        own_server.start()

    assert_nothing_is_lost_or_doubled(own_ledger, writers)


def test_a_server_that_stays_away_is_said_to_and_is_written_when_it_is_back(own_server: OwnServer) -> None:
    ledger = Ledger(own_server.url())
    ledger.recorder.datastore.pool.timeout = 1.0  # type: ignore[attr-defined]  # seconds, of PostgreSQL's recorder
    head = ledger.head()
    own_server.stop_immediately()

    with pytest.raises(LedgerUnavailable, match="postgresql://duifu_app@/postgres"):
        ledger.head()
    own_server.start()

    def answers() -> bool:
        with suppress(LedgerUnavailable):
            return ledger.head() == head
        return False

    until(answers, "the same ledger")
    ledger.close()


@pytest.mark.parametrize("count", [900, pytest.param(4000, marks=SOAK)])
def test_the_disk_is_full(
    address: str, own_server: OwnServer, writers_at: Callable[..., list[Writer]], count: int
) -> None:
    writers = writers_at(address, count)
    until(lambda: all(writer.wrote() for writer in writers), "a commit of each")

    def limit(size: int | str) -> None:
        if is_url(address):
            own_server.limit_files(size)
        else:
            limit_files([writer.process.pid for writer in writers], size)

    limit(SEGMENT_BYTES)  # the server's own log of changes comes in files of that size, and must not fail
    until(lambda: all(writer.complaints() for writer in writers), "a full disk")
    assert all(writer.process.poll() is None for writer in writers)
    limit("unlimited")

    assert_nothing_is_lost_or_doubled(address, writers)
    said = {complaint for writer in writers for complaint in writer.complaints()}
    assert any("too large" in text or "full" in text or "disk I/O" in text for text in said), said
