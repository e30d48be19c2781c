"""A claim that is paid in parts: it ends once, when nothing of it waits in any quarter, and says what was paid."""

import pytest

from domain.money import yuan
from duifu.v1.commands_pb2 import Actor, ConfirmCycle
from duifu.v1.events_pb2 import CaseClosed
from ledger import streams
from tests.builders import a_contract
from tests.desk import Desk
from tests.programmes.switching import desk_under

FOURTH, LAST = "bj-slq-2023-2025Q4", "bj-slq-2023-2026Q1"
RULER = Actor(id="cycle.1", role="cycle-officer")


@pytest.fixture
def capped(desk: Desk) -> Desk:
    """A desk at which a year pays an enterprise no more than ¥10,000."""
    return desk_under(desk.at("2025-03-03 09:00"), redemption_cap_fen="1万元")


def a_claim_of(desk: Desk, settled: int) -> str:
    """A claim that the fourth quarter of 2025 pays a part of."""
    contract = a_contract(
        yuan(500_000), number="A", signed_on="2025-01-10", starts_on="2025-02-01", ends_on="2025-12-31"
    )
    voucher = desk.voucher_through_the_door(contract)
    desk.at("2025-10-20 10:00")
    return desk.pay_for(voucher, settled, period=("2025-02-01", "2025-02-20"), on="2025-02-26")


def ordered(desk: Desk, cycle_id: str) -> None:
    desk.freeze(cycle_id)
    if cycle_id == LAST:
        desk.send(RULER, confirm_cycle=ConfirmCycle(cycle_id=LAST, reason="同意支付"))
    desk.order_payments(cycle_id)


def ends(desk: Desk, case_id: str) -> list[CaseClosed]:
    return [event for event in desk.events(streams.case(case_id)) if isinstance(event, CaseClosed)]


def test_the_last_quarter_does_not_end_a_claim_whose_earlier_order_is_not_answered(capped: Desk) -> None:
    case_id = a_claim_of(capped, yuan(125_000))  # ¥25,000 due
    ordered(capped, FOURTH)
    ordered(capped, LAST)
    capped.record_results(LAST)
    assert capped.case(case_id).is_open

    capped.record_results(FOURTH)

    (closed,) = ends(capped, case_id)
    assert (closed.amount_fen, capped.case(case_id).settled_fen) == (yuan(20_000), yuan(20_000))
    assert "¥5,000.00" in closed.summary


def test_money_that_comes_back_too_late_does_not_end_a_claim_that_the_next_quarter_pays(capped: Desk) -> None:
    case_id = a_claim_of(capped, yuan(100_000))  # ¥20,000 due
    ordered(capped, FOURTH)
    capped.freeze(LAST)
    capped.record_results(FOURTH, returned=[case_id])
    assert capped.case(case_id).is_open

    capped.send(RULER, confirm_cycle=ConfirmCycle(cycle_id=LAST, reason="同意支付"))
    capped.order_payments(LAST)
    capped.record_results(LAST)

    (closed,) = ends(capped, case_id)
    assert closed.amount_fen == capped.case(case_id).settled_fen == yuan(10_000)
