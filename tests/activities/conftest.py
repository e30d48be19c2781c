"""A city for each module, and our way to it for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from activities.outside import Outside
from tests.office import CityNextDoor


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CityNextDoor]:
    """A city that the tests of one module share; each uses ids of its own."""
    running = CityNextDoor(tmp_path_factory.mktemp("city"))
    yield running
    running.stop()


@pytest.fixture
async def outside(city: CityNextDoor) -> AsyncIterator[Outside]:
    """The client that the adapters use."""
    client = Outside(city.url)
    yield client
    await client.close()
