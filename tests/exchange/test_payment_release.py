"""Orders that people have to sign first: they go out when they are released, and no file answers one before."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.payment_answers import Result
from domain.release import digest
from duifu.v1.commands_pb2 import SignPayments
from tests.builders import officer
from tests.desk import Desk
from tests.exchange.payment_files import Q1, a_quarter_in_payment, all_orders, csv_of, put_in, the_list
from tests.programmes.switching import desk_under

CHECKER = "payment-checker"


def signed_first(data: dict[str, Any]) -> None:
    """One person checks every batch."""
    step = {"key": "check", "title": "复核", "role": CHECKER, "role_title": "支付复核岗"}
    data["payments"] = {"release": {"clause": "BJ-4.3", "steps": [step]}}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = desk_under(Desk(tmp_path / "ledger.sqlite"), signed_first)
    yield opened
    opened.ledger.close()


def test_nothing_goes_out_and_nothing_is_answered_before_the_orders_are_released(desk: Desk) -> None:
    orders = all_orders(a_quarter_in_payment(desk, 2))
    answers = csv_of([(order, Result.SETTLED) for order in orders])

    before, early = the_list(desk).going_out(), put_in(desk, answers)
    (batch,) = desk.cycle(Q1).to_sign()
    seen = digest(desk.cycle(Q1).in_batch(batch))
    signing = SignPayments(cycle_id=Q1, batch=batch.number, step="check", orders_sha256=seen)
    desk.send(officer(CHECKER), sign_payments=signing)
    after, late = the_list(desk).going_out(), put_in(desk, answers)

    assert (before, early) == ({}, ["PAYMENT_NOT_RELEASED"] * 2)
    assert (after, late) == ({"": orders}, ["recorded"] * 2)
