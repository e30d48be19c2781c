"""A ledger and its views, on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from ledger.postgres import prepare
from tests.audit.rounds import a_whole_round
from tests.builders import a_contract, an_application
from tests.desk import Desk
from tests.postgres import APP, Server
from tests.rounds import RoundDesk
from tests.views.histories import FIRMS, a_year
from views.store import Views


@dataclass(frozen=True)
class Places:
    """Where a ledger is, and where its views are."""

    ledger: str
    views: str


#: For what no database can tell apart.
on_sqlite = pytest.mark.parametrize("new_places", ["sqlite"], indirect=True)
NewPlaces = Callable[[], Places]


@pytest.fixture(params=["sqlite", "postgresql"])
def new_places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewPlaces]:
    """Makes empty ones, as often as it is asked: a database each, since the ledger's role may not write tables."""
    numbers = count(1)
    if request.param == "sqlite":

        def files() -> Places:
            folder = tmp_path / str(next(numbers))
            return Places(str(folder / "ledger.sqlite"), str(folder / "views.sqlite"))

        yield files
        return
    server: Server = request.getfixturevalue("postgres_server")
    made: list[str] = []

    def databases() -> Places:
        ledger, views = server.new_database(), server.new_database()
        made.extend((ledger, views))
        prepare(server.url(ledger), APP)
        return Places(server.url(ledger, APP), server.url(views))

    yield databases
    for name in made:
        server.drop(name)


@pytest.fixture
def places(new_places: NewPlaces) -> Places:
    """Empty ones for this test."""
    return new_places()


@pytest.fixture
def desk(places: Places) -> Iterator[Desk]:
    """A desk at the ledger."""
    opened = Desk(places.ledger)
    yield opened
    opened.ledger.close()


@pytest.fixture
def views(places: Places) -> Iterator[Views]:
    """The views, nothing built yet."""
    opened = Views(places.views)
    yield opened
    opened.close()


@pytest.fixture
def year(desk: Desk) -> Desk:
    """The same desk after a year in which everything happened once."""
    a_year(desk)
    return desk


@pytest.fixture
def whole_round(places: Places) -> Iterator[RoundDesk]:
    """A desk at the ledger after a whole round."""
    opened = RoundDesk(places.ledger)
    a_whole_round(opened)
    yield opened
    opened.ledger.close()


@pytest.fixture
def started(desk: Desk) -> Desk:
    """The same desk after a few claims were handed in: 41 events, for tests that only need some."""
    for number in range(10):
        firm = FIRMS[number % len(FIRMS)]
        desk.submit(an_application(a_contract(number=f"S-{number}", buyer=firm), firm=firm), firm)
    return desk
