"""A claim that is paid in parts: it ends once, when nothing of it waits in any quarter, and says what was paid."""

from contextlib import closing
from typing import Any

import pytest

from audit.compared import Difference
from audit.recompute import recompute
from domain.money import yuan
from domain.refusals import Refused
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import Actor, ConfirmCycle, OpenCycle
from duifu.v1.events_pb2 import CaseClosed, FiguresBroughtForward
from ledger import streams
from ledger.rows import open_rows
from tests.builders import a_contract
from tests.desk import Desk
from tests.programmes.switching import desk_under

FOURTH, LAST = "bj-slq-2023-2025Q4", "bj-slq-2023-2026Q1"
HELD: dict[str, Any] = {"period": ("2025-02-01", "2025-02-20"), "on": "2025-02-26"}
RULER = Actor(id="cycle.1", role="cycle-officer")


@pytest.fixture
def capped(desk: Desk) -> Desk:
    """A desk at which a year pays an enterprise no more than ¥10,000."""
    return desk_under(desk.at("2025-03-03 09:00"), redemption_cap_fen="1万元")


def a_claim_of(desk: Desk, settled: int) -> str:
    """A claim that the fourth quarter of 2025 pays a part of."""
    voucher = another_voucher(desk, "A")
    desk.at("2025-10-20 10:00")
    return desk.pay_for(voucher, settled, **HELD)


def another_voucher(desk: Desk, number: str = "B") -> Voucher:
    return desk.voucher_through_the_door(
        a_contract(yuan(500_000), number=number, signed_on="2025-01-10", starts_on="2025-02-01", ends_on="2025-12-31")
    )


def ordered(desk: Desk, cycle_id: str) -> None:
    desk.freeze(cycle_id)
    if cycle_id == LAST:
        desk.send(RULER, confirm_cycle=ConfirmCycle(cycle_id=LAST, reason="同意支付"))
    desk.order_payments(cycle_id)


def ends(desk: Desk, case_id: str) -> list[CaseClosed]:
    return [event for event in desk.events(streams.case(case_id)) if isinstance(event, CaseClosed)]


def test_what_the_last_quarter_but_one_puts_off_is_paid_by_the_last_though_that_is_cut_off(capped: Desk) -> None:
    case_id = a_claim_of(capped, yuan(100_000))  # ¥20,000 due
    capped.freeze(FOURTH)
    capped.at("2025-12-01 10:00").pay_for(another_voucher(capped), yuan(5_000), invoice=2, **HELD)
    capped.freeze(LAST)

    capped.order_payments(FOURTH)
    capped.send(RULER, confirm_cycle=ConfirmCycle(cycle_id=LAST, reason="同意支付"))
    capped.order_payments(LAST)
    for quarter in (FOURTH, LAST):
        capped.record_results(quarter)

    (closed,) = ends(capped, case_id)
    assert (closed.amount_fen, closed.code) == (yuan(20_000), "")


def test_a_quarter_hands_its_figures_to_the_next_whichever_comes_first_its_close_or_the_opening(desk: Desk) -> None:
    capped = desk_under(desk, redemption_cap_fen="1万元")
    voucher = capped.voucher_through_the_door(a_contract(yuan(500_000), number="A"))
    capped.pay_for(voucher, yuan(75_000))  # ¥15,000 due: ¥5,000 is put off, and opens the second quarter
    capped.settle_quarter("bj-slq-2023-2024Q1")
    capped.settle_quarter("bj-slq-2023-2024Q2")  # the year allows nothing more
    capped.settle_quarter("bj-slq-2023-2024Q3")
    capped.settle_quarter("bj-slq-2023-2024Q4")
    capped.settle_quarter("bj-slq-2023-2025Q1")
    capped.at("2025-07-01 09:00").send(RULER, open_cycle=OpenCycle(programme_id="bj-slq-2023", quarter="2025Q3"))

    brought = {q: capped.cycle(f"bj-slq-2023-{q}").brought for q in ("2024Q1", "2024Q2", "2025Q1", "2025Q3")}
    assert brought["2024Q1"] == FiguresBroughtForward()
    assert brought["2024Q2"] == FiguresBroughtForward(
        from_cycle_id="bj-slq-2023-2024Q1",
        claims=1,
        carried_fen=yuan(5_000),
        paid_in_year_fen=yuan(10_000),
        paid_fen=yuan(10_000),
    )
    assert brought["2025Q1"].from_cycle_id == "bj-slq-2023-2024Q4"
    assert (brought["2025Q1"].carried_fen, brought["2025Q1"].paid_in_year_fen) == (yuan(5_000), 0)
    assert brought["2025Q3"] == FiguresBroughtForward(
        from_cycle_id="bj-slq-2023-2025Q1", paid_in_year_fen=yuan(5_000), paid_fen=yuan(15_000)
    )
    closed = capped.cycle("bj-slq-2023-2024Q1").closed
    assert closed is not None
    assert (closed.paid_fen, closed.deferred_fen, closed.carried_fen) == (yuan(10_000), yuan(5_000), yuan(5_000))


def test_money_that_comes_back_when_the_next_quarter_has_had_its_turn_waits_for_the_one_after(desk: Desk) -> None:
    capped = desk_under(desk, redemption_cap_fen="1万元")
    voucher = capped.voucher_through_the_door(a_contract(yuan(500_000), number="A"))
    case_id = capped.pay_for(voucher, yuan(100_000))  # ¥20,000 due: half is put off
    for quarter in ("bj-slq-2023-2024Q1", "bj-slq-2023-2024Q2"):
        capped.freeze(quarter)
        capped.order_payments(quarter)  # the second puts the other half off too

    capped.record_results("bj-slq-2023-2024Q1", returned=[case_id])

    assert capped.cycle("bj-slq-2023-2024Q2").ready() == []
    assert capped.cycle("bj-slq-2023-2024Q3").claims[case_id].due_fen == yuan(20_000)
    for quarter in ("bj-slq-2023-2024Q3", "bj-slq-2023-2024Q4", "bj-slq-2023-2025Q1"):
        capped.freeze(quarter)
        capped.order_payments(quarter)
        capped.record_results(quarter)
    assert capped.voucher(voucher.voucher_id).paid_fen == capped.case(case_id).due_fen == yuan(20_000)
    found: list[Difference] = []
    with closing(open_rows(capped.ledger.address)) as rows:
        tally = recompute(rows, capped.door.rulebook, found.append)
    assert (found, tally.is_equal) == ([], True)


def test_the_oldest_request_gets_what_the_year_leaves_though_its_quarter_is_late(desk: Desk) -> None:
    capped = desk_under(desk, redemption_cap_fen="1万元")
    oldest = capped.pay_for(capped.voucher_through_the_door(a_contract(yuan(500_000), number="A")), yuan(50_000))
    capped.freeze("bj-slq-2023-2024Q1")
    capped.at("2024-05-06 09:00")
    after = {"invoice": 2, "period": ("2024-03-01", "2024-04-20"), "on": "2024-04-26"}
    youngest = capped.pay_for(
        capped.voucher_through_the_door(a_contract(yuan(500_000), number="B")), yuan(50_000), **after
    )
    capped.freeze("bj-slq-2023-2024Q2")

    with pytest.raises(Refused, match=f"EARLIER_QUARTER_UNPAID.*{oldest}"):
        capped.order_payments("bj-slq-2023-2024Q2")
    for quarter in ("bj-slq-2023-2024Q1", "bj-slq-2023-2024Q2"):
        capped.order_payments(quarter)
        capped.record_results(quarter)

    assert (capped.case(oldest).settled_fen, capped.case(youngest).settled_fen) == (yuan(10_000), 0)


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
