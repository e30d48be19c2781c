"""Redemption under way: from the request through verification and the quarter's batch to the bank's answer."""

import asyncio
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus

from cli import rehearsing
from domain.money import yuan
from duifu.v1.commands_pb2 import OpenCycle, PauseCycle, ReplaceBankAccount, ResumeCycle
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_PAID,
    CLAIM_PAYMENT_STATUS_RETURNED,
    ClaimAdmitted,
    ClaimDropped,
    CycleReminded,
    Envelope,
)
from duifu.v1.facts_pb2 import (
    CHECK_OUTCOME_HIT,
    CHECK_OUTCOME_UNAVAILABLE,
    INVOICE_STATUS_NOT_FOUND,
    RedemptionRequest,
)
from duifu.v1.work_pb2 import Progress
from ledger import streams
from ledger.mapper import Recorded
from ledger.registry import wrap
from tests.builders import CYCLE_OFFICER, PROGRAMME, VERIFICATION, a_redemption, an_account, applicant, shanghai
from tests.conftest import OpenOffice
from tests.office import Office, until
from tests.reference_city.running import CLOSED_ACCOUNT, an_order
from tests.workflows.people import CENTRE, TECHNOLOGY, a_claim
from workflows.ports import FACTS_MAX

VOUCHER = "bj-voucher-2024-000001"
Q1, Q2 = "bj-slq-2023-2024Q1", "bj-slq-2023-2024Q2"
REQUESTED = ["CaseOpened", "StageOpened", "Decided", "StageOpened", "AmountDetermined", "StageOpened"]
PAID = ["ClaimPaymentChanged", "ClaimPaymentChanged", "CaseClosed"]  # ordered, settled, done
JOINED = ["CycleOpened", "ClaimAdmitted", "ClaimAssessed"]
SETTLED = ["PaymentOrdered", "PaymentSettled", "CycleClosed"]


async def test_a_verified_request_is_paid_with_its_quarter(office: Office) -> None:
    voucher_id = await a_voucher(office)
    case_id = await requested(office, a_city_redemption(voucher_id, yuan(250_000)))
    waiting, card = await office.attributes(case_id), await office.card(Q1)

    await office.pass_time(shanghai("2024-04-01 00:00"))
    ending, quarter = await office.ending(case_id), await office.ending(Q1)

    assert (waiting["DuifuStage"], waiting["DuifuWaitsOn"]) == ("待拨付", "季度兑付批次")
    assert waiting["DuifuAmountFen"] == yuan(50_000)
    assert "【演练】" in card
    assert "2024Q1受理中：1笔申请，2024-03-31截止" in card
    assert (ending.outcome, ending.amount_fen) == ("已支付", yuan(50_000))
    assert quarter.summary == "2024Q1已结清：支付1笔¥50,000.00，递延0笔¥0.00，退回0笔¥0.00"
    assert office.case_topics(case_id) == [*REQUESTED, *PAID]
    assert office.topics(streams.cycle(Q1)) == [*JOINED, "CycleFrozen", *SETTLED]
    until_cut_off = {"2024-03-24 提醒截止", "2024-03-30 提醒截止", "2024-03-31 截止"}
    assert set(await office.timers(Q1)) == until_cut_off | {"国库应于2024-04-16前答复"}
    assert office.desk.voucher(voucher_id).paid_fen == yuan(50_000)
    orders = office.city.get("/treasury/orders")["orders"]
    assert [(order["orderId"], order["amountFen"], order["payOn"]) for order in orders] == [
        (f"{Q1}-00001", str(yuan(50_000)), "2024-03-29")
    ]


async def test_a_returned_payment_is_paid_next_quarter_to_the_new_account(office: Office) -> None:
    request = a_city_redemption(await a_voucher(office))
    request.bank_account.number = CLOSED_ACCOUNT
    case_id = await requested(office, request)

    await office.pass_time(shanghai("2024-04-01 00:00"))
    returned, first = office.desk.case(case_id), await office.ending(Q1)
    card = await office.card(case_id)
    account = ReplaceBankAccount(case_id=case_id, bank_account=an_account(TECHNOLOGY))
    office.desk.send(applicant(TECHNOLOGY), replace_bank_account=account)
    await office.pass_time(shanghai("2024-07-01 00:00"))
    ending = await office.ending(case_id)

    assert returned.payment is not None
    assert returned.payment.status == CLAIM_PAYMENT_STATUS_RETURNED
    assert "账户已销户；请更换账户" in card
    assert first.summary == "2024Q1已结清：支付0笔¥0.00，递延0笔¥0.00，退回1笔¥20,000.00"
    assert (ending.outcome, ending.amount_fen) == ("已支付", yuan(20_000))
    assert office.topics(streams.cycle(Q2)) == [
        "CycleOpened",
        "ClaimAdmitted",
        "FiguresBroughtForward",
        "CycleFrozen",
        *SETTLED,
    ]
    orders = office.city.get("/treasury/orders")["orders"]
    assert [order["status"] for order in orders] == ["RETURNED", "SETTLED"]
    assert orders[1]["accountNumber"] == an_account().number


async def test_what_the_annual_cap_cuts_is_paid_in_the_next_year(open_office: OpenOffice) -> None:
    office = await open_office("2023-12-04")
    of_2023 = await a_voucher(
        office, yuan(10_000_000), number="HT-1", signed_on="2023-11-01", starts_on="2023-11-10", ends_on="2024-10-31"
    )
    await office.pass_time(shanghai("2024-03-01 09:00"))
    of_2024 = await a_voucher(office, yuan(10_000_000), number="HT-2")
    first = await requested(office, a_city_redemption(of_2023, yuan(10_000_000), invoice=1))
    second = await requested(office, a_city_redemption(of_2024, yuan(5_000_000), invoice=2))

    await office.pass_time(shanghai("2024-04-01 00:00"))
    deferred, card = office.desk.cycle(Q1).closed, await office.card(second)
    await office.pass_time(shanghai("2025-04-01 00:00"))

    assert deferred is not None
    assert [(claim.case_id, claim.amount_fen) for claim in deferred.deferred] == [(second, yuan(1_000_000))]
    assert "年度限额不足，¥1,000,000.00递延" in card
    assert office.desk.year(2024, TECHNOLOGY).redeemed_fen == yuan(2_000_000)
    assert office.desk.year(2025, TECHNOLOGY).redeemed_fen == yuan(1_000_000)
    assert (await office.ending(first)).amount_fen == yuan(2_000_000)
    assert (await office.ending(second)).summary == "已兑付¥1,000,000.00（bj-voucher-2024-000001，2025Q1）"
    quarters = office.desk.ledger.streams(streams.CYCLES)
    assert [name[-6:] for name in quarters] == ["2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1"]
    assert all(office.desk.cycle(name.removeprefix(streams.CYCLES)).closed for name in quarters)


async def test_the_tail_batch_waits_for_a_ruling_of_the_authority(open_office: OpenOffice) -> None:
    office = await open_office("2025-11-17")
    dates: dict[str, Any] = {"signed_on": "2025-08-01", "starts_on": "2025-08-01", "ends_on": "2025-12-31"}
    voucher_id = await a_voucher(office, **dates)
    days: dict[str, Any] = {"period": ("2025-08-01", "2025-10-31"), "on": "2025-11-10"}
    case_id = await requested(office, a_city_redemption(voucher_id, **days))
    tail = "bj-slq-2023-2026Q1"

    await office.pass_time(shanghai("2026-04-10 00:00"))
    waiting, card = await office.attributes(tail), await office.card(tail)
    before = office.topics(streams.cycle(tail))
    office.desk.send(CYCLE_OFFICER, confirm_cycle={"cycle_id": tail, "reason": "主管部门批准支付末批"})
    ending = await office.ending(case_id)

    assert waiting["DuifuWaitsOn"] == "主管部门确认"
    assert "2026Q1待主管部门确认" in card
    assert before == [*JOINED, "CycleFrozen"]
    assert office.topics(streams.cycle(tail)) == [
        *before,
        "CycleConfirmed",
        *SETTLED[:2],
        "VouchersSwept",
        "CycleClosed",
    ]
    assert office.desk.closed_case(case_id).outcome == CASE_OUTCOME_PAID
    assert ending.amount_fen == yuan(20_000)


async def test_a_quarter_waits_for_a_claim_that_is_not_verified_yet(office: Office) -> None:
    voucher_id = await a_voucher(office)
    case_id = office.desk.request(a_city_redemption(voucher_id), TECHNOLOGY)
    await office.checked(case_id)

    await office.pass_time(shanghai("2024-04-02 00:00"))
    waiting, overdue = await office.attributes(Q1), await office.attributes(case_id)
    office.desk.decide(VERIFICATION, case_id, "verification")
    ending = await office.ending(case_id)

    assert waiting["DuifuWaitsOn"] == "核验"
    assert overdue["DuifuOverdue"] is True
    assert ending.outcome == "已支付"
    assert office.desk.cycle(Q1).closed is not None


async def test_a_quarter_without_claims_closes_empty(office: Office) -> None:
    office.desk.send(CYCLE_OFFICER, open_cycle=OpenCycle(programme_id=PROGRAMME, quarter="2024Q1"))

    await office.pass_time(shanghai("2024-04-01 00:00"))
    ending = await office.ending(Q1)

    assert ending.amount_fen == 0
    assert office.topics(streams.cycle(Q1)) == ["CycleOpened", "CycleFrozen", "CycleClosed"]


async def test_holders_are_reminded_of_the_cut_off_as_long_as_something_is_left_of_a_voucher(office: Office) -> None:
    spent, unspent = await a_voucher(office, number="HT-1"), await a_voucher(office, number="HT-2")
    await requested(office, a_city_redemption(spent, yuan(1_000_000)))

    await office.pass_time(shanghai("2024-04-01 00:00"))

    reminded = [event for event in office.desk.events(streams.cycle(Q1)) if isinstance(event, CycleReminded)]
    assert [(event.days_left, event.letters, len(event.page_sha256)) for event in reminded] == [(7, 1, 1), (1, 1, 1)]
    (first, _) = (letter for letter in letters_of(office, unspent) if letter["title"] == "兑付申请截止提醒")
    assert f"算力券{unspent}尚未申请兑付¥200,000.00，本批次时限至2024-03-31，还有7天" in first["text"]
    assert not [letter for letter in letters_of(office, spent) if letter["title"] == "兑付申请截止提醒"]
    assert office.desk.cycle(Q1).closed is not None


async def test_a_letter_box_that_is_away_does_not_hold_up_the_cut_off(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsing, "AWAY_PATIENCE_SECONDS", 0.1)
    await a_voucher(office)
    office.desk.send(CYCLE_OFFICER, open_cycle=OpenCycle(programme_id=PROGRAMME, quarter="2024Q1"))
    await office.pass_time(shanghai("2024-03-29 09:00"))
    office.city.switch_off("letters")

    await office.pass_time(shanghai("2024-04-01 00:00"))
    ending = await office.ending(Q1)

    assert ending.outcome == "已结清"
    assert office.topics_beside(streams.cycle(Q1)) == ["CycleReminded"]  # of seven days before


async def test_one_order_that_the_treasury_knows_otherwise_does_not_hold_up_the_others(office: Office) -> None:
    voucher_id = await a_voucher(office)
    first = await requested(office, a_city_redemption(voucher_id, invoice=1))
    second = await requested(office, a_city_redemption(voucher_id, invoice=2))
    office.city.http.put(f"/treasury/orders/{Q1}-00001", json=an_order(amountFen="1")).raise_for_status()

    passing = asyncio.create_task(office.pass_time(shanghai("2024-04-01 00:00")))
    await office.case_until(second, lambda case: case.closed is not None, "the payment")
    passing.cancel()

    async def says_why() -> bool:
        pages = (await office.handle(Q1).describe()).raw_description.pending_activities
        return any("was received before with another" in page.last_failure.message for page in pages)

    await until(says_why, "what operators read")
    assert office.desk.case(first).is_open
    assert (await office.handle(Q1).describe()).status == WorkflowExecutionStatus.RUNNING
    assert [order.case_id for order in office.desk.cycle(Q1).outstanding()] == [first]


async def test_a_paused_quarter_pays_nobody_and_says_why_until_it_is_resumed(office: Office) -> None:
    case_id = await requested(office, a_city_redemption(await a_voucher(office)))
    office.desk.send(CYCLE_OFFICER, pause_cycle=PauseCycle(cycle_id=Q1, reason="财政年终封账"))

    await office.pass_time(shanghai("2024-04-10 09:00"))
    waiting, card = await office.attributes(Q1), await office.card(Q1)
    sent = office.city.get("/treasury/orders")["orders"]
    office.desk.send(CYCLE_OFFICER, resume_cycle=ResumeCycle(cycle_id=Q1, reason="已开账"))
    ending = await office.ending(case_id)

    assert sent == []
    assert (waiting["DuifuStage"], waiting["DuifuWaitsOn"]) == ("暂停拨付", "恢复拨付")
    assert "**暂停拨付**：财政年终封账（u-cycle-officer）" in card
    assert ending.outcome == "已支付"


async def test_a_quarter_of_many_claims_has_as_short_a_history_as_a_small_one(office: Office) -> None:
    await office.stop_relay()
    office.desk.send(CYCLE_OFFICER, open_cycle=OpenCycle(programme_id=PROGRAMME, quarter="2024Q1"))
    for first in range(0, FACTS_MAX + 100, 200):
        office.desk.ledger.append(come_and_gone(first, 200))

    office.start_relay()
    await office.settled()
    progress: Progress = await office.handle(Q1).query("progress", result_type=Progress)
    await office.pass_time(shanghai("2024-04-01 00:00"))

    assert progress.version == office.desk.ledger.version(streams.cycle(Q1)) - 4  # then two reminders, frozen, closed
    assert progress.version > 2 * FACTS_MAX
    assert (await office.handle(Q1).fetch_history()).to_json().count('"eventId"') < 100
    assert (await office.ending(Q1)).amount_fen == 0


async def test_a_bank_that_takes_its_time_is_asked_until_it_knows(office: Office) -> None:
    office.city.edit("settling_seconds: 0", "settling_seconds: 2")
    case_id = await requested(office, a_city_redemption(await a_voucher(office)))

    await office.pass_time(shanghai("2024-04-01 00:00"))

    assert (await office.ending(case_id)).outcome == "已支付"
    assert len(office.city.get("/treasury/orders")["orders"]) == 1


def come_and_gone(first: int, number: int) -> list[Recorded]:
    """Claims that joined the quarter and left it, two events each."""
    cases = [f"bj-redeem-2024-{number:06d}" for number in range(first + 1, first + number + 1)]
    events = [
        e for case in cases for e in (ClaimAdmitted(case_id=case, voucher_id=VOUCHER), ClaimDropped(case_id=case))
    ]
    envelopes = [Envelope(event=wrap(event), command_id="come-and-gone", is_rehearsal=True) for event in events]
    return [Recorded(streams.cycle(Q1), 2 * first + 2 + index, envelope) for index, envelope in enumerate(envelopes)]


async def test_an_invoice_of_today_that_the_platform_does_not_know_yet_is_asked_about_again_tomorrow(
    office: Office,
) -> None:
    request = a_city_redemption(await a_voucher(office))
    request.invoices[0].number, request.invoices[0].issued_on = "24112000000000000902", "2024-03-01"
    request.delivery_proofs[0].invoice_number = request.bank_receipts[0].invoice_number = request.invoices[0].number
    case_id = office.desk.request(request, TECHNOLOGY)
    unknown = await office.case_until(case_id, lambda case: "invoices" in case.checks, "the platform's answer")

    await office.pass_time(shanghai("2024-03-03 00:01"))
    never_known = await office.case_until(
        case_id, lambda case: case.checks["invoices"].outcome == CHECK_OUTCOME_HIT, "the last answer"
    )

    assert unknown.checks["invoices"].outcome == CHECK_OUTCOME_UNAVAILABLE
    assert "查无此票" in unknown.checks["invoices"].detail
    assert "查询 发票查验 次日再查" in await office.timers(case_id)
    assert never_known.checks["invoices"].invoices.invoices[0].status == INVOICE_STATUS_NOT_FOUND


async def a_voucher(office: Office, worth: int = yuan(1_000_000), **how: Any) -> str:
    case_id = office.desk.submit(a_claim(worth, **how), TECHNOLOGY)
    await office.checked(case_id)
    office.desk.accept(case_id)
    office.desk.review(case_id)
    await office.ending(case_id)
    return str(office.desk.closed_case(case_id).voucher_id)


def letters_of(office: Office, voucher_id: str) -> list[dict[str, str]]:
    return office.city.letters(office.desk.voucher(voucher_id).case_id)


async def requested(office: Office, request: RedemptionRequest) -> str:
    """A request that waits for its quarter."""
    case_id = office.desk.request(request, TECHNOLOGY)
    await office.checked(case_id)
    office.desk.decide(VERIFICATION, case_id, "verification")
    await office.settled()
    return case_id


def a_city_redemption(voucher_id: str, settled: int = yuan(100_000), **how: Any) -> RedemptionRequest:
    return a_redemption(voucher_id, settled, buyer=TECHNOLOGY, supplier=CENTRE, **how)
