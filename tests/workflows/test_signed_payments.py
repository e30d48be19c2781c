"""A quarter whose payments several people sign: it waits, says for whom, and pays once all have. (复核、放行)"""

import pytest

from domain import release
from domain.money import yuan
from duifu.v1.commands_pb2 import Actor, SignPayments
from tests.amended import BEIJING, a_rulebook, signed_before_it_goes_out
from tests.builders import shanghai
from tests.conftest import OpenOffice
from tests.office import Office
from tests.workflows.quarters import Q1, a_request_that_waits


@pytest.fixture
async def office(open_office: OpenOffice, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A rehearsal from 1 March 2024, whose payments are checked and released."""
    monkeypatch.setattr("tests.office.the_rulebook", lambda: a_rulebook(BEIJING, signed_before_it_goes_out))
    return await open_office("2024-03-01")


async def test_a_quarter_waits_for_whoever_has_to_sign_and_pays_when_all_have(office: Office) -> None:
    case_id = await a_request_that_waits(office)
    await office.pass_time(shanghai("2024-04-10 09:00"))
    waiting, card = await office.attributes(Q1), await office.card(Q1)
    sent = office.city.get("/treasury/orders")["orders"]

    sign(office, "check", Actor(id="sun.yu", role="payment-checker"))
    await office.settled()
    checked = await office.attributes(Q1)
    sign(office, "release", Actor(id="qian.bo", role="payment-releaser"))
    ending = await office.ending(case_id)

    assert sent == []
    assert (waiting["DuifuStage"], waiting["DuifuWaitsOn"]) == ("待复核", "支付复核岗")
    assert "2024Q1待复核：1笔¥50,000.00，由支付复核岗签署" in card
    assert (checked["DuifuStage"], checked["DuifuWaitsOn"]) == ("待放行", "支付放行岗")
    assert (ending.outcome, ending.amount_fen) == ("已支付", yuan(50_000))


def sign(office: Office, step: str, actor: Actor) -> None:
    cycle = office.desk.cycle(Q1)
    digest = release.digest(cycle.in_batch(cycle.batches[0]))
    office.desk.send(actor, sign_payments=SignPayments(cycle_id=Q1, batch=1, step=step, orders_sha256=digest))
