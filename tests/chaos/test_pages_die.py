"""Worker, Temporal and ledger die while a quarter of many claims is paid: each claim is paid once, to the fen."""

import asyncio
from functools import partial
from pathlib import Path

import pytest
from google.protobuf.message import Message

from audit.verify import verify
from cli import rehearsing
from commands.door import SYSTEM
from domain.money import yuan
from duifu.v1.events_pb2 import ClaimAssessed, Decided, LetterSent, PaymentOrdered, PaymentSettled
from ledger.keys import SubjectKeys
from ledger.store import Ledger
from policy.rulebook import Rulebook
from tests.amended import BEIJING, a_folder, under, verified_by_the_quarter
from tests.builders import a_redemption, shanghai
from tests.chaos.ledger_server import OwnServer
from tests.chaos.town import (
    Town,
    a_config,
    a_town,
    assert_each_letter_was_sent_once,
    assert_each_order_was_paid_once,
    assert_the_file_is_sound,
)
from tests.desk import Desk, a_ledger
from tests.many import (
    CYCLE,
    DUE_FEN,
    OneInvoice,
    PlainLine,
    case_id,
    plain_quarter,
    voucher_id,
    write_vouchers,
)
from tests.workflows.people import TECHNOLOGY

ASKED_FEN = yuan(10_000)
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


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("claims", "signs"), [(40, [Decided]), pytest.param(1000, [Decided, LetterSent], marks=SOAK)])
async def test_each_claim_is_verified_once_though_the_worker_dies_in_the_middle_of_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, claims: int, signs: list[type[Message]]
) -> None:
    folder = a_folder(BEIJING, verified_by_the_quarter)
    rulebook = Rulebook(folder)
    monkeypatch.setenv("DUIFU_PROGRAMMES", str(folder))
    for user in ("tests.many", "tests.chaos.town"):
        monkeypatch.setattr(f"{user}.the_rulebook", lambda: rulebook)
    desk = under(Desk(a_config(tmp_path).ledger), rulebook)
    rehearsing.begin(desk.door, "2024-03-01")
    lines = [PlainLine(number, invoices=(OneInvoice(ASKED_FEN),)) for number in range(1, claims + 1)]
    write_vouchers(desk.ledger, [(line, TECHNOLOGY) for line in lines])
    for line in lines:
        invoice = 10_000 + line.number  # nothing is wrong with these in the reference city
        asked = a_redemption(voucher_id(line.number), ASKED_FEN, invoice=invoice, buyer=TECHNOLOGY)
        desk.request(asked, TECHNOLOGY)
    desk.ledger.close()

    async with a_town(tmp_path) as town:
        passing = asyncio.create_task(rehearsing.rehearse(town.door, town.client, shanghai("2024-04-01 00:00"), told))
        for sign in signs:
            await town.until(partial(town.events, sign), f"the first {sign.__name__}")
            town.kill("worker")
        await passing
        await town.until(lambda: town.door.quarter(CYCLE)[0].closed, "the close of the quarter")
        await town.until(lambda: not town.owing(), "every letter")

        decisions = [town.case(case_id(number))[0].decisions for number in range(1, claims + 1)]
        assert [[one.decided_by for one in of_claim] for of_claim in decisions] == [[SYSTEM.id]] * claims
        assert town.door.quarter(CYCLE)[0].index.orders["settled"].count == claims
        await assert_each_order_was_paid_once(town)
        await assert_each_letter_was_sent_once(town)
        assert_the_file_is_sound(town.ledger.address)
        assert {execution.id async for execution in town.client.list_workflows()} == {CYCLE}
        assert town.starts["worker"] == len(signs)


def told(_line: str) -> None:
    """Nobody listens."""


async def assert_all_were_paid_once(town: Town, claims: int) -> None:
    closed = town.door.quarter(CYCLE)[0].closed
    assert closed is not None
    assert [(one.case_id, one.amount_fen) for one in closed.paid] == [
        (case_id(number), DUE_FEN) for number in range(1, claims + 1)
    ]
    assert (closed.paid_fen, closed.deferred_fen, closed.returned_fen) == (claims * DUE_FEN, 0, 0)
    await assert_each_order_was_paid_once(town)
