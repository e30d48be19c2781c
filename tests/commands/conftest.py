"""A desk with an empty production ledger on 1 March 2024, a Friday."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.voucher import Voucher
from tests.commands.recovery_desk import paid_voucher
from tests.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk of the test's own."""
    opened = Desk(tmp_path / "ledger.sqlite")
    yield opened
    opened.ledger.close()


@pytest.fixture
def paid(desk: Desk) -> Voucher:
    """A voucher of which ¥600,000 was paid; it is 2 April 2024, a Tuesday."""
    voucher = paid_voucher(desk)
    desk.at("2024-04-02 09:00")
    return voucher
