"""The year as it goes when nothing is killed, played once for all tests that compare with it."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chaos.ledger_server import OwnServer
from tests.chaos.town import a_town, assert_nothing_is_doubled_or_lost, outline
from tests.postgres import Server


@dataclass(frozen=True)
class Reference:
    """What the ledger says after an undisturbed year, and the folder it was left in."""

    outline: dict[str, list[str]]
    folder: Path


async def _played(folder: Path) -> Reference:
    async with a_town(folder) as town:
        await town.play_the_year()
        await assert_nothing_is_doubled_or_lost(town)
        return Reference(outline(town), folder)


@pytest.fixture(scope="module")
def own_server(postgres_server: Server) -> Iterator[OwnServer]:
    """A database server that may be killed."""
    server = OwnServer()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """An undisturbed year."""
    return asyncio.run(_played(tmp_path_factory.mktemp("undisturbed")))
