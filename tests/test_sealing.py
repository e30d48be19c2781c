"""Beside a worker, the log is sealed while it grows; what stands in the way is said and tried again."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

import settings
from ledger.seals import Seals
from ledger.store import Ledger
from proofs.notes import Note, Signer, trusted
from sealing import keep_sealed, signer
from settings import Settings
from tests.ledger.events import an_event
from tests.logged import log_lines

PATIENCE_SECONDS = 20


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """A deployment's folder, empty."""
    return replace(settings.from_environment(), home=tmp_path, databases={})


@asynccontextmanager
async def sealing(config: Settings) -> AsyncIterator[None]:
    """The task that a worker runs beside itself."""
    task = asyncio.create_task(keep_sealed(config))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 (what others write to files sends no event)
            await asyncio.sleep(0.02)


def sealed(config: Settings) -> int:
    if not config.seals.exists():
        return 0
    with closing(Seals(config.seals)) as seals:
        newest = seals.newest()
    return newest.size if newest else 0


async def test_a_log_is_sealed_while_it_grows(config: Settings) -> None:
    ledger = Ledger(config.ledger)
    async with sealing(config):
        for version in (1, 2):
            ledger.append([an_event("case/a", version)])
            await until(lambda version=version: sealed(config) == version)  # type: ignore[misc]  # bound on purpose

    with closing(Seals(config.seals)) as seals:
        notes = [Note.parse(one.note) for one in seals.all()]
    assert [trusted(note, signer(config).verifier).checkpoint.size for note in notes] == [1, 2]
    ledger.close()


async def test_a_ledger_that_is_not_there_yet_is_waited_for(config: Settings) -> None:
    with log_lines() as lines:
        async with sealing(config):
            await until(lambda: any(line["event"] == "the log cannot be sealed now" for line in lines))
            ledger = Ledger(config.ledger)
            ledger.append([an_event("case/a", 1)])
            await until(lambda: sealed(config) == 1)
    ledger.close()


async def test_a_log_that_was_cut_back_is_said_aloud_and_not_signed(config: Settings) -> None:
    ledger = Ledger(config.ledger)
    ledger.append([an_event("case/a", version) for version in (1, 2, 3)])
    with log_lines() as lines:
        async with sealing(config):
            await until(lambda: sealed(config) == 3)
            with closing(sqlite3.connect(config.ledger)) as file, file:
                file.execute("DELETE FROM stored_events WHERE rowid = 3")
            await until(lambda: any("nothing is signed over it" in line["event"] for line in lines))

    assert sealed(config) == 3
    said = next(line for line in lines if "nothing is signed over it" in line["event"])
    assert said["log_level"] == "error"
    assert said["error"] == "the log has 2 events, but 3 were sealed: it was cut back"
    ledger.close()


def test_workers_that_start_together_have_one_key(config: Settings) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: signer(config).text(), range(8)))

    assert len(keys) == 1
    assert Signer.parse(keys.pop()).verifier.vkey() == config.seal_vkey.read_text().strip()
