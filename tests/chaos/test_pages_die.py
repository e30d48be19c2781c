"""Worker, Temporal and ledger die while a quarter of many claims is paid: each claim is paid once, to the fen."""

from functools import partial
from pathlib import Path

import pytest

from audit.verify import verify
from duifu.v1.events_pb2 import ClaimAssessed, PaymentOrdered, PaymentSettled
from ledger.keys import SubjectKeys
from ledger.store import Ledger
from tests.chaos.ledger_server import OwnServer
from tests.chaos.town import (
    Town,
    a_config,
    a_town,
    assert_each_order_was_paid_once,
    assert_the_file_is_sound,
)
from tests.desk import a_ledger
from tests.many import CYCLE, DUE_FEN, case_id, plain_quarter

SOAK = (pytest.mark.soak, pytest.mark.timeout(3600))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("claims", [70, pytest.param(2500, marks=SOAK)])
async def test_each_claim_is_paid_once_whoever_dies_in_the_middle_of_a_page(tmp_path: Path, claims: int) -> None:
    ledger = a_ledger(a_config(tmp_path).ledger)
    plain_quarter(ledger, claims)
    ledger.close()

    async with a_town(tmp_path) as town:
        await town.until(lambda: town.events(PaymentOrdered), "the first orders")
        town.kill("worker")
        await town.until(lambda: town.events(PaymentSettled), "the first answers")
        town.kill("temporal")
        town.kill("worker")
        await town.until(lambda: town.door.quarter(CYCLE)[0].closed, "the close of the quarter")

        await assert_all_were_paid_once(town, claims)
        assert_the_file_is_sound(town.ledger.address)
        assert town.starts["worker"] >= 1
        assert town.starts["temporal"] == 1


@pytest.mark.timeout(300)
@pytest.mark.parametrize("claims", [70, pytest.param(2500, marks=SOAK)])
async def test_each_claim_is_paid_once_though_the_ledgers_server_dies_in_the_middle_of_a_page(
    tmp_path: Path, own_server: OwnServer, monkeypatch: pytest.MonkeyPatch, claims: int
) -> None:
    monkeypatch.setenv("DUIFU_LEDGER", own_server.url())
    config = a_config(tmp_path)
    ledger = Ledger(config.ledger, SubjectKeys(config.subject_keys))
    plain_quarter(ledger, claims)
    ledger.close()

    async with a_town(tmp_path) as town:
        for sign in (ClaimAssessed, PaymentOrdered, PaymentSettled):
            await town.until(partial(town.events, sign), f"the first {sign.__name__}")
            own_server.kill()
            own_server.start()
        town.kill("worker")
        await town.until(lambda: town.door.quarter(CYCLE)[0].closed, "the close of the quarter")

        await assert_all_were_paid_once(town, claims)
        assert verify(config.ledger, None, None, processes=1).findings == ()


async def assert_all_were_paid_once(town: Town, claims: int) -> None:
    closed = town.door.quarter(CYCLE)[0].closed
    assert closed is not None
    assert [(one.case_id, one.amount_fen) for one in closed.paid] == [
        (case_id(number), DUE_FEN) for number in range(1, claims + 1)
    ]
    assert (closed.paid_fen, closed.deferred_fen, closed.returned_fen) == (claims * DUE_FEN, 0, 0)
    await assert_each_order_was_paid_once(town)
