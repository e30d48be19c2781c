"""A quarter whose treasury is reached by files: it waits for them, asks nobody over HTTP, and closes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from commands.door import Door
from domain.money import yuan
from domain.payment_answers import Result
from duifu.v1.events_pb2 import PaymentSettled
from ledger import streams
from tests.builders import shanghai
from tests.desk import the_rulebook
from tests.exchange.payment_files import all_orders, camt_053, put_in, the_list
from tests.office import Office, an_empty_office
from tests.workflows.test_redemptions import Q1, a_city_redemption, a_voucher, requested
from worker import running_worker

if TYPE_CHECKING:
    from tests.office import TemporalServer


@pytest.fixture
async def office_with_files(temporal_server: "TemporalServer", tmp_path: Path) -> AsyncIterator[Office]:
    """A rehearsal from 1 March 2024 whose worker was told that the treasury is reached by files."""
    async with an_empty_office(temporal_server, tmp_path, "2024-03-01") as office:
        config = replace(office.config, treasury="files")
        async with running_worker(config, office.client, Door(office.desk.ledger, the_rulebook())):
            office.start_relay()
            yield office
            await office.stop_relay()


async def test_a_quarter_waits_for_its_return_file_and_closes_with_it(office_with_files: Office) -> None:
    office = office_with_files
    case_id = await requested(office, a_city_redemption(await a_voucher(office), yuan(250_000)))

    passing = asyncio.create_task(office.pass_time(shanghai("2024-04-01 00:00")))
    waiting = await office.cycle_until(Q1, lambda quarter: bool(quarter.outstanding()), "the orders")
    statement = camt_053([(order, Result.SETTLED) for order in all_orders(the_list(office.desk))])
    outcomes = put_in(office.desk, statement)
    await passing
    ending, quarter = await office.ending(case_id), await office.ending(Q1)

    assert waiting.closed is None
    assert outcomes == ["recorded"]
    assert (ending.outcome, ending.amount_fen) == ("已支付", yuan(50_000))
    assert quarter.summary == "2024Q1已结清：支付1笔¥50,000.00，递延0笔¥0.00，退回0笔¥0.00"
    (settled,) = [event for event in office.desk.events(streams.cycle(Q1)) if isinstance(event, PaymentSettled)]
    assert settled.evidence_sha256 == sha256(statement).hexdigest()
    assert office.city.get("/treasury/orders")["orders"] == []
