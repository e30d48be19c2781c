"""A quarter whose payments several people sign: it waits, says for whom, and pays once all have. (复核、放行)"""

import pytest

from domain import release
from domain.money import yuan
from duifu.v1.commands_pb2 import Actor, PauseCycle, ResumeCycle, SignPayments, WithholdPayment
from duifu.v1.events_pb2 import TreasurySilent
from tests.amended import BEIJING, a_rulebook, signed_before_it_goes_out
from tests.builders import CYCLE_OFFICER, shanghai
from tests.conftest import OpenOffice
from tests.office import Office, until
from tests.workflows.quarters import Q1, a_request_that_waits
from tests.workflows.test_redemptions import a_city_redemption, requested
from tests.workflows.test_treasury_answers import one_end, orders_at

CHECKER, RELEASER = Actor(id="sun.yu", role="payment-checker"), Actor(id="qian.bo", role="payment-releaser")
Q2 = "bj-slq-2023-2024Q2"


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

    sign(office, "check", CHECKER)
    await office.settled()
    checked = await office.attributes(Q1)
    sign(office, "release", RELEASER)
    ending = await office.ending(case_id)

    assert sent == []
    assert (waiting["DuifuStage"], waiting["DuifuWaitsOn"]) == ("待复核", "支付复核岗")
    assert "2024Q1待复核：1笔¥50,000.00，由支付复核岗签署" in card
    assert (checked["DuifuStage"], checked["DuifuWaitsOn"]) == ("待放行", "支付放行岗")
    assert (ending.outcome, ending.amount_fen) == ("已支付", yuan(50_000))


async def test_a_batch_that_is_signed_later_goes_out_whatever_is_unanswered_and_silence_is_told_of_in_a_pause(
    office: Office,
) -> None:
    held_back = await a_request_that_waits(office)
    await office.pass_time(shanghai("2024-04-02 09:00"))
    asked = a_city_redemption(office.desk.case(held_back).redemption.voucher_id, yuan(100_000), invoice=2)
    silent = await requested(office, asked)
    await office.pass_time(shanghai("2024-07-02 09:00"))
    office.city.edit("settling_seconds: 0", "settling_seconds: 86400")

    sign_both(office, Q2, 1)
    await until(lambda: names(office) == [f"{Q2}-00001"], "the first order at the treasury")
    withheld = WithholdPayment(cycle_id=Q1, order_id=f"{Q1}-00001", reason="账户待核实")
    office.desk.send(CHECKER, withhold_payment=withheld)  # it joins the quarter that is under way
    await office.cycle_until(Q2, lambda quarter: len(quarter.batches) == 2, "the second batch")
    before = names(office)
    sign_both(office, Q2, 2)
    await until(lambda: len(orders_at(office)) == 2, "the second order at the treasury")
    one_end(office, f"{Q2}-00002")
    paid = await office.cycle_until(Q2, lambda quarter: bool(quarter.index.orders["settled"].count), "its answer")

    assert before == [f"{Q2}-00001"], "what is not signed does not go out"
    assert [ordered.case_id for ordered in paid.outstanding()] == [silent]

    office.desk.send(CYCLE_OFFICER, pause_cycle=PauseCycle(cycle_id=Q2, reason="与国库核对"))
    await office.pass_time(shanghai("2024-07-20 09:00"))
    card, attributes, paused = await office.card(Q2), await office.attributes(Q2), office.desk.cycle(Q2)
    office.desk.send(CYCLE_OFFICER, resume_cycle=ResumeCycle(cycle_id=Q2, reason="已核对"))
    one_end(office, f"{Q2}-00001")
    quarter = await office.ending(Q2)

    assert paused.paused is not None
    assert paused.silent == TreasurySilent(due_on="2024-07-16", orders=1, amount_fen=yuan(20_000))
    assert "- **国库逾期未答复**：1笔¥20,000.00，应于2024-07-16前答复" in card
    assert (attributes["DuifuStage"], attributes["DuifuOverdue"]) == ("暂停拨付", True)
    assert quarter.summary == "2024Q2已结清：支付2笔¥70,000.00，递延0笔¥0.00，退回0笔¥0.00"
    assert names(office) == [f"{Q2}-00001", f"{Q2}-00002"]


def names(office: Office) -> list[str]:
    """The orders that the treasury has."""
    return [order["orderId"] for order in orders_at(office)]


def sign_both(office: Office, cycle_id: str, batch: int) -> None:
    """A batch is checked and released."""
    for step, actor in (("check", CHECKER), ("release", RELEASER)):
        sign(office, step, actor, cycle_id, batch)


def sign(office: Office, step: str, actor: Actor, cycle_id: str = Q1, batch: int = 1) -> None:
    """One step of a batch."""
    cycle = office.desk.cycle(cycle_id)
    digest = release.digest(cycle.in_batch(cycle.batches[batch - 1]))
    signed = SignPayments(cycle_id=cycle_id, batch=batch, step=step, orders_sha256=digest)
    office.desk.send(actor, sign_payments=signed)
