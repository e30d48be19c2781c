"""A desk with an empty production ledger on 1 March 2024, a Friday."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk of the test's own."""
    opened = Desk(tmp_path / "ledger.sqlite")
    yield opened
    opened.ledger.close()
