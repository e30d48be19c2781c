"""A quarter whose payments fall into days on which none are ordered: it waits for their end, and asks once. (冻结期)"""

import pytest

from domain.dates import SHANGHAI
from domain.money import yuan
from duifu.v1.events_pb2 import PaymentOrdered
from duifu.v1.work_pb2 import Progress
from ledger.registry import unwrap
from tests.amended import BEIJING, a_rulebook, a_spring_without_payments
from tests.builders import shanghai
from tests.conftest import OpenOffice
from tests.office import Office
from tests.workflows.quarters import Q1, a_request_that_waits


@pytest.fixture
async def office(open_office: OpenOffice, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A rehearsal from 1 March 2024, whose treasury is asked to pay nothing until 15 April."""
    monkeypatch.setattr("tests.office.the_rulebook", lambda: a_rulebook(BEIJING, a_spring_without_payments))
    return await open_office("2024-03-01")


async def test_a_quarter_waits_out_the_days_on_which_payments_are_held_and_says_so(office: Office) -> None:
    case_id = await a_request_that_waits(office)

    await office.pass_time(shanghai("2024-04-03 09:00"))
    card = await office.card(Q1)
    progress = await office.handle(Q1).query("progress", result_type=Progress)
    orders = dict(office.desk.cycle(Q1).orders)
    await office.pass_time(shanghai("2024-04-16 00:00"))
    ending = await office.ending(case_id)

    assert orders == {}
    assert "**受阻**：[FROZEN] “国库封账”：2024-01-15至2024-04-15为冻结期" in card
    assert "受阻：[FROZEN]" in progress.summary
    assert (ending.outcome, ending.amount_fen) == ("已支付", yuan(50_000))
    timers = await office.timers(Q1)
    # Each time that a rehearsal moves the business time, a sleeper asks anew; here that is once, if it slept already.
    assert timers.count("支付指令 暂停至2024-04-15") in (1, 2), "it sleeps to the end of the window"
    assert [timer for timer in timers if "稍后重试" in timer] == [], "and asks no more before"
    entries = [entry.recorded.envelope for entry in office.desk.ledger.entries(0)]
    (ordered_at,) = (e.business_at for e in entries if isinstance(unwrap(e.event), PaymentOrdered))
    assert ordered_at.ToDatetime(SHANGHAI).date().isoformat() == "2024-04-16"
