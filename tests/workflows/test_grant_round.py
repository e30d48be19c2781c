"""Qingdao's round on the real server: the story of the demonstration, and what operators see of it. (QD-4, QD-A10)"""

import asyncio
from contextlib import closing

import pytest

from cli.qingdao_round import OPERATORS, ROUND_ID, GrantRound
from commands.work import fold
from domain.kinds import ROUND
from domain.money import yuan
from domain.payment_answers import RECONCILER
from domain.round import Round
from duifu.v1.commands_pb2 import PAYMENT_STATUS_RETURNED, Actor, RecordGrantPayment, ReplaceBankAccount
from duifu.v1.events_pb2 import CASE_OUTCOME_CANCELLED, CASE_OUTCOME_PAID, LetterSent
from ledger import streams
from reference_city.papers import Outcome
from reference_city.store import Store
from tests.conftest import OpenOffice
from tests.office import Office, until
from tests.workflows.quarters import told_of_a_return


@pytest.fixture
async def office(open_office: OpenOffice) -> Office:
    return await open_office("2024-01-22")


def the_round(office: Office) -> Round:
    return fold(office.desk.ledger, streams.grant_round(ROUND_ID), ROUND)[0]


async def test_a_round_of_three_with_a_veto_during_the_notice_is_paid_by_two_treasuries(office: Office) -> None:
    story = GrantRound(office.desk.door, office.client, lambda _line: None)

    await story.play()

    first, vetoed, third = story.case_ids
    assert [office.desk.closed_case(case_id).outcome for case_id in story.case_ids] == [
        CASE_OUTCOME_PAID,
        CASE_OUTCOME_CANCELLED,
        CASE_OUTCOME_PAID,
    ]
    ending = await office.ending(ROUND_ID)
    assert (ending.outcome, ending.amount_fen) == ("已办结", yuan(20_000_000))
    round_ = the_round(office)
    assert {order.ordered.treasury for order in round_.orders.values()} == {"青岛市财政局国库", "崂山区财政局国库"}
    assert office.desk.case(first).times_opened("public_notice") == 2
    assert office.desk.case(vetoed).times_opened("release") == 0
    recipients = {
        event.letter.recipient for event in office.desk.events(streams.case(third)) if isinstance(event, LetterSent)
    }
    assert recipients == {"青岛示例云脑科技有限公司", "崂山区财政局", "市工业和信息化局科技处"}
    assert "已办结" in await office.card(ROUND_ID)

    await paid_again_after_the_close(office, first)
    await office.settled()
    before = office.outline()
    await GrantRound(office.desk.door, office.client, lambda _line: None).play()
    assert office.outline() == before, "a story that was told changes nothing when it is told again"


async def paid_again_after_the_close(office: Office, case_id: str) -> None:
    """A part that was settled comes back: the round's workflow begins again, until it is paid to another account."""
    city = the_round(office).orders_of(case_id)[0].ordered
    came_back = RecordGrantPayment(
        round_id=ROUND_ID,
        order_id=city.order_id,
        status=PAYMENT_STATUS_RETURNED,
        reason="退汇",
        evidence_sha256="ab" * 32,
    )
    office.desk.send(Actor(id="sun.li", role=RECONCILER), record_grant_payment=came_back)
    await office.settled()
    await told_of_a_return(office, case_id)
    waiting = await office.card(ROUND_ID)
    account = give_another_account(office, case_id)
    again = await office.ending(ROUND_ID)

    letter = office.city.letters(case_id)[-1]
    assert letter["title"] == "款项退回通知书"
    assert "的扶持资金¥5,000,000.00未能付达或者已被退回：" in letter["text"]
    assert "退汇；请更换账户后再次拨付。" in letter["text"]
    assert "结算后退回的待再次拨付" in waiting
    assert (again.outcome, again.amount_fen) == ("已办结", yuan(20_000_000))
    newest = the_round(office).orders_of(case_id)[-1]
    assert (newest.result, newest.ordered.level, newest.ordered.payee.number) == ("settled", "city", account)


def give_another_account(office: Office, case_id: str) -> str:
    """The applicant names its account anew; its number."""
    case = office.desk.case(case_id)
    account = case.application.bank_account
    account.number = "37100000000000009"
    applicant = Actor(id=case.submitted_by, role="applicant", uscc=case.applicant_uscc)
    office.desk.send(applicant, replace_bank_account=ReplaceBankAccount(case_id=case_id, bank_account=account))
    return account.number


class TwoGrants(GrantRound):
    """The same with two operators, of whom nobody is vetoed."""

    operators = OPERATORS[::2]

    async def _veto(self) -> None:
        """Nobody is vetoed."""


async def test_what_is_ordered_again_is_paid_while_another_order_has_no_answer(office: Office) -> None:
    office.city.edit("settling_seconds: 0", "settling_seconds: 86400")
    story = TwoGrants(office.desk.door, office.client, lambda _line: None)
    settled, returned = Outcome("SETTLED", ""), Outcome("RETURNED", "账户已销户")
    silent, paid, of_another, came_back, again = (
        f"{ROUND_ID}-{order}"
        for order in ("city-00001", "district-00002", "city-00003", "district-00004", "district-00005")
    )

    playing = asyncio.create_task(story.play())
    await until(lambda: len(results(office)) == 4, "the orders")
    for order_id, outcome in ((paid, settled), (of_another, settled), (came_back, returned)):
        await an_end(office, order_id, outcome)
    await until(lambda: list(results(office).values()) == ["", "settled", "settled", "returned"], "three answers")
    give_another_account(office, story.case_ids[1])
    await an_end(office, again, settled)
    await until(lambda: results(office)[again] == "settled", "its answer")
    meanwhile, card = results(office)[silent], await office.card(ROUND_ID)
    await an_end(office, silent, settled)
    await playing
    ending = await office.ending(ROUND_ID)

    assert meanwhile == ""
    assert "拨付中：1笔待国库结果" in card
    assert (ending.outcome, ending.amount_fen) == ("已办结", yuan(20_000_000))
    assert list(results(office).values()) == ["settled", "settled", "settled", "returned", "settled"]


def results(office: Office) -> dict[str, str]:
    """What became of each order, as the ledger has it."""
    return {order_id: order.result for order_id, order in the_round(office).orders.items()}


async def an_end(office: Office, order_id: str, outcome: Outcome) -> None:
    """The treasury that has received an order says how it ended, and leaves the others as they are."""
    treasury = the_round(office).orders[order_id].ordered.treasury
    orders = f"/treasuries/{treasury}/orders"
    await until(lambda: order_id in [order["orderId"] for order in office.city.get(orders)["orders"]], order_id)
    with closing(Store(office.city.state)) as store:
        store.settle(f"{treasury} {order_id}", outcome)
