"""One city for tests that leave its files alone, a fresh one for tests that do not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reference_city.running import RunningCity


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCity]:
    """A city that all tests share; each uses ids of its own."""
    running = RunningCity(tmp_path_factory.mktemp("city"))
    yield running
    running.stop()


@pytest.fixture
def own_city(tmp_path: Path) -> Iterator[RunningCity]:
    """A city for one test, to edit, kill and start again."""
    running = RunningCity(tmp_path)
    yield running
    running.stop()
