"""What the tests share: one Temporal server for a session, and offices that work on it."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import postgres_database, postgres_ledger_url, postgres_server, postgres_url  # noqa: F401 (fixtures)

if TYPE_CHECKING:
    from tests.office import Office, TemporalServer

OpenOffice = Callable[..., Awaitable["Office"]]

# How long an example takes says something of the machine, not of the code.
settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
settings.load_profile("house")


@pytest.fixture(scope="session")
def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[TemporalServer]":
    """The real server, started when the first test asks for it."""
    from tests.office import TemporalServer

    server = TemporalServer(tmp_path_factory.mktemp("temporal"))
    yield server
    server.stop()


@pytest.fixture
async def open_office(temporal_server: "TemporalServer", tmp_path: Path) -> AsyncIterator[OpenOffice]:
    """Opens offices: `await open_office("2024-03-01")` for a rehearsal, `await open_office()` for production."""
    from tests.office import an_office

    async with AsyncExitStack() as stack:

        async def open_one(rehearse_from: str = "", name: str = "office") -> "Office":
            folder = tmp_path / name
            folder.mkdir()
            return await stack.enter_async_context(an_office(temporal_server, folder, rehearse_from))

        yield open_one


@pytest.fixture
async def office(open_office: OpenOffice) -> "Office":
    """A rehearsal that begins on 1 March 2024, a Friday, at nine."""
    return await open_office("2024-03-01")


#: A run on several processes ends when its last file does: those that take minutes are begun first.
LONGEST_FIRST = ("docs/test_commands.py", "test_readme_commands.py", "chaos/test_year.py", "chaos/test_stack.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first; the others stay in the order in which they were shuffled."""

    def rank(item: pytest.Item) -> int:
        path = item.path.as_posix()
        return next((at for at, name in enumerate(LONGEST_FIRST) if path.endswith(name)), len(LONGEST_FIRST))

    items.sort(key=rank)


def pytest_unconfigure() -> None:
    """The SDK's native threads can abort an interpreter that shuts down at once (sdk-python#300)."""
    time.sleep(0.5)
