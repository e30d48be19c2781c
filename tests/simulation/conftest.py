"""The ledger of a season, in each database that there is."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ledger.postgres import prepare
from ledger.rows import Rows, open_rows
from tests.desk import Desk
from tests.postgres import APP, Server
from tests.simulation.seasons import a_season


def lived(address: str) -> str:
    desk = Desk(address)
    a_season(desk)
    desk.ledger.close()
    if desk.ledger.keys is not None:
        desk.ledger.keys.close()  # now, not when the collector comes by: its files are looked at
    return address


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a deployment with that ledger."""
    folder = tmp_path_factory.mktemp("season")
    lived(str(folder / "ledger.sqlite"))
    return folder


@pytest.fixture
def season(home: Path) -> Iterator[Rows]:
    """Its rows."""
    with closing(open_rows(home / "ledger.sqlite")) as rows:
        yield rows


@pytest.fixture
def postgres_season(postgres_server: Server) -> Iterator[Rows]:
    """The same season in PostgreSQL."""
    database = postgres_server.new_database()
    prepare(postgres_server.url(database), APP)
    with closing(open_rows(lived(postgres_server.url(database, APP)))) as rows:
        yield rows
    postgres_server.drop(database)
