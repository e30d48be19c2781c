"""An empty ledger file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.store import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger of the test's own."""
    opened = Ledger(tmp_path / "ledger.sqlite")
    yield opened
    opened.close()
