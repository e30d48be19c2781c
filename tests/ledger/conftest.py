"""An empty ledger, on each of the two databases; in PostgreSQL as the role that may only append and read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.store import Ledger

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(params=ENGINES)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a ledger of the test's own is."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.sqlite")
    url: str = request.getfixturevalue("postgres_ledger_url")
    return url


@pytest.fixture
def ledger(address: str) -> Iterator[Ledger]:
    """A ledger of the test's own."""
    opened = Ledger(address)
    yield opened
    opened.close()
