"""A treasury may answer twice, late, partly, wrongly or never: each claim is paid once, nothing is settled by guess.

Which test shows which:

* Twice: `test_a_treasury_that_loses_its_answer_has_paid_once_all_the_same` and
  `test_an_order_that_is_asked_for_many_times_is_paid_once` (tests/activities/test_treasury.py),
  `test_results_that_are_on_record_change_nothing_and_one_of_another_quarter_refuses_all` (test_quarter_pages.py there);
  in files `test_each_order_is_answered_once_and_the_sums_are_equal_whatever_comes_back` (tests/exchange).
* Late: `test_a_bank_that_takes_its_time_is_asked_until_it_knows` (test_redemptions.py),
  `test_a_quarter_waits_for_its_return_file_and_closes_with_it` (test_payment_files.py), and the story below.
* Partly, of the orders: `test_who_does_not_answer_holds_up_nobody_and_is_asked_again_alone` (test_quarter_pages.py),
  and the story below. Of an amount: "paid in part" of
  `test_a_line_that_cannot_be_taken_is_refused_with_its_reason_and_the_rest_goes_on_record` (tests/exchange).
* Wrongly: `test_one_order_that_the_treasury_knows_otherwise_does_not_hold_up_the_others` (test_redemptions.py),
  `test_an_answer_that_contradicts_the_record_is_refused_and_the_others_of_its_commit_are_kept` (test_quarter_pages.py),
  every spoilt line of a file (tests/exchange/test_payment_commands.py).
* Never: the story below.
"""

import asyncio
from collections.abc import Callable
from contextlib import closing, suppress

import pytest
from temporalio.api.workflow.v1 import PendingActivityInfo

from audit.conservation.conserve import conserve
from cli import rehearsing
from domain.money import yuan
from domain.paying_wording import quarter_standing
from domain.refusals import Refused
from duifu.v1.commands_pb2 import (
    PAYMENT_STATUS_RETURNED,
    PAYMENT_STATUS_SETTLED,
    AdvanceRehearsal,
    CloseCycle,
    OrderPayments,
    PauseCycle,
    PaymentStatus,
    RecordPayment,
    ReplaceBankAccount,
    ResumeCycle,
)
from duifu.v1.events_pb2 import TreasurySilent
from ledger import streams
from ledger.rows import open_rows
from reference_city.papers import Outcome
from reference_city.store import Store
from tests.builders import CYCLE_OFFICER, PROGRAMME, an_account, applicant, shanghai
from tests.desk import the_rulebook
from tests.office import Office, until
from tests.workflows.people import TECHNOLOGY
from tests.workflows.quarters import Q1
from tests.workflows.test_redemptions import a_city_redemption, a_voucher, requested


async def test_an_order_that_is_never_answered_keeps_its_quarter_open_and_is_paid_once_when_it_is(
    office: Office,
) -> None:
    voucher_id = await a_voucher(office)
    answered = await requested(office, a_city_redemption(voucher_id, invoice=1))
    silent = await requested(office, a_city_redemption(voucher_id, yuan(50_000), invoice=2))
    office.city.edit("settling_seconds: 0", "settling_seconds: 86400")

    passing = asyncio.create_task(office.pass_time(shanghai("2024-04-01 00:00")))
    await until(lambda: len(orders_at(office)) == 2, "both orders at the treasury")
    one_end(office, f"{Q1}-00001")
    await office.cycle_until(Q1, lambda quarter: bool(quarter.index.orders["settled"].count), "the first answer")
    await until(lambda: asked_in_vain(office), "what operators read")
    await until(lambda: card_says(office, "2024Q1支付中：1笔待国库结果"), "the card")
    waiting = await office.attributes(Q1)
    told, before = await pending_page(office), office.desk.ledger.version(streams.cycle(Q1))

    assert [order.case_id for order in office.desk.cycle(Q1).outstanding()] == [silent]
    assert office.desk.closed_case(answered).amount_fen == yuan(20_000)
    assert (waiting["DuifuStage"], waiting["DuifuWaitsOn"]) == ("支付中", "国库")
    assert told is not None
    assert told.attempt > 1
    assert f"1笔 PAYMENT_UNDER_WAY（{Q1}-00002 支付中）" in told.last_failure.message
    assert quarter_standing(office.desk.cycle(Q1)) == "2024Q1支付中：1笔待国库结果"
    for code, ask in nothing_goes_round_it(office, silent).items():
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.code == code
    with suppress(Refused):
        office.desk.system(order_payments=OrderPayments(cycle_id=Q1))  # it was, and nothing is left to order
    assert office.desk.ledger.version(streams.cycle(Q1)) == before
    assert len(orders_at(office)) == 2

    assert "国库应于2024-04-16前答复" in await office.timers(Q1)
    await lost_and_begun_again_three_weeks_later(office)
    reported = await office.cycle_until(Q1, lambda quarter: bool(quarter.silent.orders), "the report")
    await until(lambda: is_overdue(office), "what operators read of it")
    late = await office.card(Q1)
    one_end(office, f"{Q1}-00002")
    ending, quarter = await office.ending(silent), await office.ending(Q1)
    await passing
    closed = office.desk.ledger.version(streams.cycle(Q1))
    office.desk.system(record_payment=an_answer(f"{Q1}-00002", PAYMENT_STATUS_SETTLED))

    assert reported.silent == TreasurySilent(due_on="2024-04-16", orders=1, amount_fen=yuan(10_000))
    assert "- **国库逾期未答复**：1笔¥10,000.00，应于2024-04-16前答复" in late
    assert (await office.attributes(Q1))["DuifuOverdue"] is False
    assert (ending.outcome, ending.amount_fen) == ("已支付", yuan(10_000))
    assert quarter.summary == "2024Q1已结清：支付2笔¥30,000.00，递延0笔¥0.00，退回0笔¥0.00"
    assert office.desk.ledger.version(streams.cycle(Q1)) == closed
    assert sorted((order["orderId"], order["status"]) for order in orders_at(office)) == [
        (f"{Q1}-00001", "SETTLED"),
        (f"{Q1}-00002", "SETTLED"),
    ]
    with closing(open_rows(office.config.ledger)) as rows:
        assert conserve(rows, the_rulebook()).paid(PROGRAMME) == (yuan(30_000),) * 3


async def lost_and_begun_again_three_weeks_later(office: Office) -> None:
    """Temporal loses the quarter; with the next news it begins again, in the present of the ledger."""
    moment = AdvanceRehearsal(business_seconds=int(shanghai("2024-04-22 09:00").timestamp()))
    await office.handle(Q1).terminate()
    office.desk.send(rehearsing.OPERATOR, advance_rehearsal=moment)
    office.desk.send(CYCLE_OFFICER, pause_cycle=PauseCycle(cycle_id=Q1, reason="与国库核对"))
    office.desk.send(CYCLE_OFFICER, resume_cycle=ResumeCycle(cycle_id=Q1, reason="已核对"))


async def card_says(office: Office, text: str) -> bool:
    """Whether the news has come to the quarter's card."""
    return text in await office.card(Q1)


async def is_overdue(office: Office) -> bool:
    """Whether operators find the quarter among what is late."""
    return (await office.attributes(Q1)).get("DuifuOverdue") is True


def orders_at(office: Office) -> list[dict[str, str]]:
    """What the treasury has received."""
    found: list[dict[str, str]] = office.city.get("/treasury/orders")["orders"]
    return found


def one_end(office: Office, order_id: str) -> None:
    """The treasury settles one order, and leaves the others as they are."""
    with closing(Store(office.city.state)) as store:
        store.settle(order_id, Outcome("SETTLED", ""))


async def pending_page(office: Office) -> PendingActivityInfo | None:
    """The page of payments that the quarter is waiting for."""
    pending = (await office.handle(Q1).describe()).raw_description.pending_activities
    return next(iter(pending), None)


async def asked_in_vain(office: Office) -> bool:
    """Whether the treasury was asked about one order alone, and does not know its end."""
    page = await pending_page(office)
    return page is not None and "1笔 PAYMENT_UNDER_WAY" in page.last_failure.message


def an_answer(order_id: str, status: PaymentStatus.ValueType) -> RecordPayment:
    """What the treasury says of an order."""
    return RecordPayment(cycle_id=Q1, order_id=order_id, status=status, bank_reference="GK-2")


def nothing_goes_round_it(office: Office, case_id: str) -> dict[str, Callable[[], object]]:
    """What somebody in a hurry would try, by the code of its refusal."""
    account = ReplaceBankAccount(case_id=case_id, bank_account=an_account(TECHNOLOGY))
    return {
        "CYCLE_NOT_SETTLED": lambda: office.desk.system(close_cycle=CloseCycle(cycle_id=Q1)),
        "ACCOUNT_IN_PAYMENT": lambda: office.desk.send(applicant(TECHNOLOGY), replace_bank_account=account),
        "PAYMENT_RESULT_CONFLICT": lambda: office.desk.system(
            record_payment=an_answer(f"{Q1}-00001", PAYMENT_STATUS_RETURNED)
        ),
    }
