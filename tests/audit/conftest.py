"""A ledger with a history, in each database that there is, and its rows as an auditor reads them."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ledger.postgres import prepare
from ledger.rows import Rows, open_rows
from tests.audit.histories import a_spring
from tests.desk import Desk
from tests.postgres import APP, Server


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def spring_address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the ledger of `a_spring` is."""
    if request.param == "sqlite":
        address = str(tmp_path_factory.mktemp("spring") / "ledger.sqlite")
        _live(address)
        yield address
        return
    server: Server = request.getfixturevalue("postgres_server")
    database = server.new_database()
    prepare(server.url(database), APP)
    _live(server.url(database, APP))
    yield server.url(database, APP)
    server.drop(database)


@pytest.fixture
def spring(spring_address: str) -> Iterator[Rows]:
    """The rows of that ledger."""
    with closing(open_rows(spring_address)) as rows:
        yield rows


@pytest.fixture
def spring_copy(tmp_path: Path) -> Path:
    """The same ledger as a file of the test's own, to be altered."""
    path = tmp_path / "ledger.sqlite"
    _live(str(path))
    return path


def _live(address: str) -> None:
    desk = Desk(address)
    a_spring(desk)
    desk.ledger.close()
