"""A recovery under way: its letters go out, its deadlines ring, and its card says who is to act until when."""

import pytest
from temporalio.client import WorkflowUpdateFailedError

from domain.money import yuan
from duifu.v1.commands_pb2 import Command
from ledger import streams
from tests.builders import VERIFICATION, a_redemption, invoice_number, shanghai
from tests.commands.recovery_desk import (
    COLLECTOR,
    DECIDER,
    INSPECTOR,
    conserved,
    demand_all,
    demanding,
    differences,
    noticing,
    opening,
    receiving,
    setting_off,
    state,
    transferring,
    waiving,
    withdrawing,
)
from tests.commands.test_reversal import reversing
from tests.conftest import OpenOffice
from tests.office import Office
from tests.replay.paths import FIRST, RECOVERY, VOUCHER, redeemed
from tests.workflows.people import CENTRE, TECHNOLOGY


@pytest.fixture
async def office(open_office: OpenOffice) -> Office:
    """A rehearsal in which a request was paid ¥20,000 for the first quarter; it is 1 April 2024."""
    office = await open_office("2024-03-01")
    await redeemed(office)
    return office


async def test_a_recovery_is_told_rings_and_ends_when_all_has_come_in(office: Office) -> None:
    office.desk.send(INSPECTOR, open_recovery=opening(FIRST, yuan(10_000)))
    await office.settled()
    assert "**已立案，待告知**" in await office.card(RECOVERY)
    assert (await office.attributes(RECOVERY))["DuifuWaitsOn"] == "市经信局监督检查岗"
    assert await office.summary(RECOVERY) == "【演练】北京示例智能科技有限公司 北京市人工智能算力券追回"

    office.desk.send(INSPECTOR, send_recovery_notice=noticing(RECOVERY))
    await office.settled()
    assert "陈述申辩时限至2024-04-09" in await office.card(RECOVERY)
    await office.pass_time(shanghai("2024-04-10 00:00"))
    assert (await office.attributes(RECOVERY))["DuifuWaitsOn"] == "市经信局追回处理岗"

    demand = Command(command_id="demand", actor=DECIDER, demand_recovery=demanding(RECOVERY, yuan(10_000)))
    office.desk.send(DECIDER, record_recovery_statement=waiving(RECOVERY))
    await office.handle(RECOVERY).execute_update("command", demand)
    office.desk.send(COLLECTOR, record_recovery_receipt=receiving(RECOVERY, yuan(4_000), "SK-1", "2024-04-10"))
    await office.settled()
    card, waiting = await office.card(RECOVERY), await office.attributes(RECOVERY)
    assert "尚待缴回¥6,000.00" in card
    assert "缴回：2024-04-10 ¥4,000.00（SK-1）" in card
    assert (waiting["DuifuWaitsOn"], waiting["DuifuOverdue"], waiting["DuifuAmountFen"]) == (
        "单位（缴回）",
        False,
        yuan(10_000),
    )
    await office.pass_time(shanghai("2024-05-10 00:00"))
    late = await office.attributes(RECOVERY)
    assert (late["DuifuWaitsOn"], late["DuifuOverdue"]) == ("市经信局资金岗", True)

    office.desk.send(COLLECTOR, record_recovery_receipt=receiving(RECOVERY, yuan(6_000), "SK-2", "2024-05-09"))
    ending = await office.ending(RECOVERY)

    assert (ending.outcome, ending.amount_fen) == ("已办结", yuan(10_000))
    assert office.topics(streams.recovery(RECOVERY)) == [
        *("RecoveryOpened", "RecoveryNoticed", "RecoveryLapsed", "RecoveryStatementTaken", "RecoveryDemanded"),
        *("RecoveryReceived", "RecoveryLapsed", "RecoveryReceived", "RecoveryClosed"),
    ]
    letters = letters_of(office)
    assert [letter["title"] for letter in letters] == ["追回告知书", "责令追回决定书", "追回催告书"]
    assert "尚待缴回¥6,000.00" in letters[2]["text"]
    assert len(state(office.desk, RECOVERY).letters) == 3
    assert set(await office.timers(RECOVERY)) == {"陈述申辩期限至2024-04-09", "缴回期限至2024-04-30"}
    assert (conserved(office.desk).is_conserved, differences(office.desk)) == (True, [])


async def test_what_a_red_invoice_in_error_had_found_shrinks_on_the_card_and_ends(office: Office) -> None:
    for number, fen in ((900, yuan(30_000)), (901, yuan(20_000))):
        red, document = invoice_number(number), f"{number:064x}"
        report = reversing(office.desk.voucher(VOUCHER), fen, red_invoice_number=red, evidence_sha256=document)
        office.desk.send(INSPECTOR, report_invoice_reversed=report)
    second = f"{FIRST}-recovery-2"
    demand_all(office.desk, second)
    office.desk.send(COLLECTOR, record_recovery_receipt=receiving(second, yuan(4_000)))
    office.desk.send(DECIDER, withdraw_invoice_reversal=withdrawing(VOUCHER, invoice_number(901)))
    await office.settled()
    assert "核减：¥4,000.00，该红字发票属另一合同（BJ-A8）" in await office.card(RECOVERY)
    assert (await office.attributes(RECOVERY))["DuifuAmountFen"] == yuan(2_000)

    office.desk.send(DECIDER, withdraw_invoice_reversal=withdrawing(VOUCHER, invoice_number(900)))
    endings = [await office.ending(name) for name in (RECOVERY, second)]

    assert [(ending.outcome, ending.amount_fen) for ending in endings] == [("已撤销", 0), ("已办结", yuan(4_000))]
    assert office.desk.voucher(VOUCHER).due_fen == yuan(16_000)
    assert (conserved(office.desk).is_conserved, differences(office.desk)) == (True, [])


async def test_what_is_handed_over_waits_for_its_organ_and_outlives_its_workflow(office: Office) -> None:
    office.desk.send(INSPECTOR, open_recovery=opening(FIRST, yuan(10_000)))
    office.desk.send(INSPECTOR, send_recovery_notice=noticing(RECOVERY))
    office.desk.send(DECIDER, transfer_recovery=transferring(RECOVERY))
    await office.pass_time(shanghai("2024-06-01 00:00"))

    waiting = await office.attributes(RECOVERY)
    assert waiting["DuifuWaitsOn"] == "北京市公安局"
    assert "DuifuDueAt" not in waiting
    assert "RecoveryLapsed" not in office.topics(streams.recovery(RECOVERY))
    other = Command(command_id="other", actor=DECIDER, demand_recovery=demanding(f"{FIRST}-recovery-2", 1))
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await office.handle(RECOVERY).execute_update("command", other)
    assert "WRONG_CASE" in repr(refused.value.cause)

    await office.handle(RECOVERY).terminate("an operator's slip")  # the next news starts it again
    office.desk.send(COLLECTOR, record_recovery_receipt=receiving(RECOVERY, yuan(10_000), "FY-1", "2024-05-31"))
    await office.settled()
    assert (await office.ending(RECOVERY)).amount_fen == yuan(10_000)
    assert len(letters_of(office)) == 1


async def test_a_payment_that_is_wholly_set_off_settles_in_its_quarter_and_no_treasury_is_asked(office: Office) -> None:
    office.desk.send(INSPECTOR, open_recovery=opening(FIRST, yuan(15_000)))
    office.desk.send(INSPECTOR, send_recovery_notice=noticing(RECOVERY))
    office.desk.send(DECIDER, record_recovery_statement=waiving(RECOVERY))
    office.desk.send(DECIDER, demand_recovery=demanding(RECOVERY, yuan(15_000)))
    await office.settled()
    decision = Command(command_id="set-off", actor=DECIDER, order_set_off=setting_off(RECOVERY))
    await office.handle(RECOVERY).execute_update("command", decision)
    asked = a_redemption(VOUCHER, yuan(50_000), invoice=2, buyer=TECHNOLOGY, supplier=CENTRE)
    case_id = office.desk.request(asked, TECHNOLOGY)
    await office.checked(case_id)
    office.desk.decide(VERIFICATION, case_id, "verification")
    before = office.city.get("/treasury/orders")["orders"]
    await office.pass_time(shanghai("2024-07-02 09:00"))
    ending = await office.ending(case_id)
    await office.settled()

    assert (ending.outcome, ending.amount_fen) == ("已支付", yuan(10_000))
    assert office.city.get("/treasury/orders")["orders"] == before
    card = await office.card(RECOVERY)
    assert "尚待缴回¥5,000.00" in card
    assert "缴回：2024-07-01 ¥10,000.00（抵扣bj-slq-2023-2024Q2-00001）" in card
    assert "以后续兑付抵扣：抵〔2024〕1号" in card
    (letter,) = (letter for letter in letters_of(office) if letter["title"] == "追回款抵扣通知书")
    assert "以支付指令bj-slq-2023-2024Q2-00001的应兑付款抵扣" in letter["text"]
    assert (conserved(office.desk).is_conserved, differences(office.desk)) == (True, [])


def letters_of(office: Office) -> list[dict[str, str]]:
    """What the enterprise has in its box about the recovery, in the order of delivery."""
    return [letter for letter in office.city.letters(FIRST) if letter["letterId"].startswith(RECOVERY)]
