"""A red invoice after the payment: what was settled shrinks, and what was paid beyond that comes back. (F-2)"""

from contextlib import closing
from fractions import Fraction
from typing import Any

import pytest

from audit.compared import Difference
from audit.conservation.conserve import conserve
from audit.recompute import recompute
from domain.money import yuan
from domain.refusals import Refused
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import Actor
from duifu.v1.events_pb2 import InvoiceReversed
from duifu.v1.recovery_pb2 import (
    RECOVERY_KIND_INVOICE_REVERSED,
    ReportInvoiceReversed,
    WithdrawRecovery,
    WriteOffRecovery,
)
from ledger import streams
from ledger.rows import open_rows
from tests.builders import REVIEW, SUPPLIER, a_contract, a_red_invoice, a_redemption, an_invoice, invoice_number
from tests.commands.recovery_desk import (
    COLLECTOR,
    DECIDER,
    INSPECTOR,
    SHA256,
    WHOLE,
    demand_all,
    found,
    paid_voucher,
    proposing,
    receiving,
    state,
)
from tests.desk import Desk


@pytest.fixture
def paid(desk: Desk) -> Voucher:
    """A voucher of ¥1,000,000 of which ¥600,000 was paid on one invoice of ¥3,000,000; it is 2 April 2024."""
    voucher = paid_voucher(desk)
    desk.at("2024-04-02 09:00")
    return voucher


def reversing(voucher: Voucher, amount_fen: int, **other: Any) -> ReportInvoiceReversed:
    said: dict[str, Any] = {
        "invoice_key": invoice_number(1),
        "red_invoice_number": invoice_number(900),
        "reason": "服务中止",
        "evidence_sha256": SHA256,
    }
    return ReportInvoiceReversed(voucher_id=voucher.voucher_id, amount_fen=amount_fen, **{**said, **other})


def reversed_(desk: Desk, voucher: Voucher, amount_fen: int, **other: Any) -> Voucher:
    """The voucher after a red invoice."""
    desk.send(INSPECTOR, report_invoice_reversed=reversing(voucher, amount_fen, **other))
    return desk.voucher(voucher.voucher_id)


def test_what_typed_findings_want_already_is_not_found_twice_by_a_red_invoice(desk: Desk, paid: Voucher) -> None:
    found(desk, paid, yuan(450_000))

    voucher = reversed_(desk, paid, yuan(1_000_000))

    assert voucher.claw_back_fen == yuan(200_000)
    opened = state(desk, f"{paid.case_id}-recovery-2").opened
    assert (opened.finding, opened.amount_fen) == (RECOVERY_KIND_INVOICE_REVERSED, yuan(150_000))
    must_balance(desk)


def test_where_typed_findings_want_all_that_was_paid_a_red_invoice_finds_nothing_more(
    desk: Desk, paid: Voucher
) -> None:
    found(desk, paid, yuan(600_000))

    assert reversed_(desk, paid, yuan(1_000_000)).claw_back_fen == yuan(200_000)
    assert state(desk, f"{paid.case_id}-recovery-2").recovery_id == ""
    must_balance(desk)


def code_of(desk: Desk, voucher: Voucher, amount_fen: int, actor: Actor = INSPECTOR, **other: Any) -> str:
    with pytest.raises(Refused) as refused:
        desk.send(actor, report_invoice_reversed=reversing(voucher, amount_fen, **other))
    return refused.value.code


def must_balance(desk: Desk) -> None:
    """Every book agrees, and the rules give what was recorded."""
    found_: list[Difference] = []
    with closing(open_rows(desk.ledger.address)) as rows:
        books = conserve(rows, desk.door.rulebook)
        recompute(rows, desk.door.rulebook, found_.append)
    assert (books.breaks, books.is_conserved, found_) == ([], True, [])


def test_a_fifth_of_what_a_red_invoice_takes_back_is_recovered(desk: Desk, paid: Voucher) -> None:
    after = reversed_(desk, paid, yuan(1_000_000))

    assert (after.cumulative_fen, after.due_fen, after.face_value_fen) == (
        Fraction(yuan(2_000_000)),
        yuan(400_000),
        yuan(1_000_000),
    )
    opened = state(desk, f"{paid.case_id}-recovery-1").opened
    assert (opened.finding, opened.amount_fen) == (RECOVERY_KIND_INVOICE_REVERSED, yuan(200_000))
    must_balance(desk)


def test_what_is_left_of_the_fen_is_that_of_what_is_settled_in_all(desk: Desk) -> None:
    """A third of a fen is nobody's: the cumulative floor decides, not the floor of the difference. (BJ-A12)"""
    voucher = paid_voucher(desk, yuan(3_000_000) + 4)
    assert voucher.paid_fen == yuan(600_000)

    after = reversed_(desk, voucher, 5)

    assert (after.due_fen, after.claw_back_fen) == (yuan(600_000) - 1, 1)
    must_balance(desk)


def test_two_red_invoices_take_what_one_over_both_would(desk: Desk, paid: Voucher) -> None:
    reversed_(desk, paid, yuan(1_000_000))
    after = reversed_(desk, paid, yuan(2_000_000), red_invoice_number=invoice_number(901))

    assert (after.due_fen, after.claw_back_fen, after.cumulative_fen) == (0, yuan(600_000), Fraction(0))
    second = state(desk, f"{paid.case_id}-recovery-2").opened
    assert second.amount_fen == yuan(400_000)
    must_balance(desk)


def test_the_same_red_invoice_counts_once(desk: Desk, paid: Voucher) -> None:
    reversed_(desk, paid, yuan(1_000_000))

    assert reversed_(desk, paid, yuan(1_000_000)).claw_back_fen == yuan(200_000)
    assert code_of(desk, paid, yuan(1)) == "REVERSAL_CONFLICT"


def test_settled_with_another_invoice_it_is_due_and_paid_again(desk: Desk, paid: Voucher) -> None:
    after = reversed_(desk, paid, yuan(1_000_000))
    recovery = f"{paid.case_id}-recovery-1"
    demand_all(desk, recovery)
    desk.send(COLLECTOR, record_recovery_receipt=receiving(recovery, yuan(200_000)))

    desk.pay_for(after, yuan(3_000_000), invoice=2)
    desk.settle_quarter("bj-slq-2023-2024Q2")

    paid_again = desk.voucher(paid.voucher_id)
    assert (paid_again.due_fen, paid_again.paid_fen) == (yuan(1_000_000), yuan(1_200_000))
    assert desk.year(2024).redeemed_fen == yuan(1_000_000)
    must_balance(desk)


@pytest.mark.parametrize("way", ["open", "written off", "in part"])
def test_nobody_is_paid_twice_while_what_was_paid_beyond_has_not_come_in(desk: Desk, way: str) -> None:
    voucher = paid_voucher(desk, WHOLE)
    desk.at("2024-04-10 09:00")
    reversed_(desk, voucher, yuan(2_000_000))
    recovery, came_in_fen = f"{voucher.case_id}-recovery-1", yuan(150_000) if way == "in part" else 0
    demand_all(desk, recovery)
    if came_in_fen:
        desk.send(COLLECTOR, record_recovery_receipt=receiving(recovery, came_in_fen))
    if way == "written off":
        desk.send(COLLECTOR, propose_write_off=proposing(recovery, yuan(400_000)))
        desk.send(DECIDER, write_off_recovery=WriteOffRecovery(recovery_id=recovery))

    case_id = desk.pay_for(voucher, yuan(2_000_000), invoice=2, on="2024-04-02")

    if not came_in_fen:
        assert desk.closed_case(case_id).code == "CLAW_BACK_OPEN"
    desk.settle_quarter("bj-slq-2023-2024Q2")
    after = desk.voucher(voucher.voucher_id)
    assert after.paid_fen - came_in_fen == after.face_value_fen == yuan(1_000_000)
    must_balance(desk)


def test_what_waited_is_due_once_the_money_has_come_in(desk: Desk) -> None:
    voucher = paid_voucher(desk, WHOLE)
    desk.at("2024-04-10 09:00")
    reversed_(desk, voucher, yuan(2_000_000))
    recovery = f"{voucher.case_id}-recovery-1"
    demand_all(desk, recovery)
    desk.closed_case(desk.pay_for(voucher, yuan(2_000_000), invoice=2, on="2024-04-02"))
    desk.send(COLLECTOR, record_recovery_receipt=receiving(recovery, yuan(400_000)))

    again = desk.pay_for(voucher, yuan(2_000_000), invoice=2, on="2024-04-02")

    assert desk.case(again).due_fen == yuan(400_000)
    must_balance(desk)


def test_a_computed_finding_is_not_withdrawn(desk: Desk, paid: Voucher) -> None:
    reversed_(desk, paid, yuan(1_000_000))
    withdrawing = WithdrawRecovery(recovery_id=f"{paid.case_id}-recovery-1", reason="查无实据")

    with pytest.raises(Refused, match="COMPUTED_FINDING_STANDS"):
        desk.send(DECIDER, withdraw_recovery=withdrawing)


def test_what_a_red_invoice_took_back_is_not_settled_again_by_the_same_blue_one(desk: Desk, paid: Voucher) -> None:
    after = reversed_(desk, paid, yuan(1_000_000))

    case_id = desk.pay_for(after, yuan(3_000_000))

    assert desk.closed_case(case_id).code == "NOTHING_DUE"


def test_a_red_invoice_over_what_was_never_settled_takes_nothing_back(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door(a_contract(WHOLE, number="HT-1"))
    desk.pay_for(voucher, yuan(3_000_000), delivered=yuan(2_000_000))
    desk.settle_quarter("bj-slq-2023-2024Q1")

    after = reversed_(desk.at("2024-04-02 09:00"), voucher, yuan(1_000_000))

    assert (after.due_fen, after.claw_back_fen) == (yuan(400_000), 0)
    assert state(desk, f"{voucher.case_id}-recovery-1").recovery_id == ""
    must_balance(desk)


def test_what_a_red_invoice_takes_back_is_not_found_a_second_time(desk: Desk, paid: Voucher) -> None:
    reversed_(desk, paid, yuan(3_000_000))

    with pytest.raises(Refused, match="RECOVERY_ABOVE_PAID"):
        found(desk, paid, 1)


@pytest.mark.parametrize(
    "number", ["２４112000000000000900", "x", f"-{invoice_number(900)}", f"{invoice_number(900)} "]
)
def test_a_red_invoice_has_one_spelling(desk: Desk, paid: Voucher, number: str) -> None:
    assert code_of(desk, paid, yuan(1), red_invoice_number=number) == "MALFORMED"


def test_a_reported_red_invoice_takes_from_one_blue_one_of_one_voucher(desk: Desk, paid: Voucher) -> None:
    reversed_(desk, paid, yuan(1_000_000))

    (told,) = [
        event
        for event in desk.events(streams.invoice(SUPPLIER.uscc, invoice_number(1)))
        if isinstance(event, InvoiceReversed)
    ]
    assert (told.red_key, told.amount_fen) == (invoice_number(900), yuan(1_000_000))
    elsewhere = a_redemption(paid.voucher_id, yuan(100_000), invoice=5)
    elsewhere.invoices.append(a_red_invoice(yuan(50_000), 900, reverses=5))
    elsewhere.invoices[-1].number = invoice_number(900)
    with pytest.raises(Refused, match="RED_INVOICE_COUNTED"):
        desk.request(elsewhere)
    other = desk.voucher_through_the_door(a_contract(WHOLE, number="HT-2"))
    desk.pay_for(other, yuan(100_000), invoice=7)
    desk.settle_quarter("bj-slq-2023-2024Q2")
    assert code_of(desk, other, yuan(1), invoice_key=invoice_number(7)) == "INVOICE_USED_ELSEWHERE"
    must_balance(desk)


def test_only_a_counted_invoice_is_reversed_and_no_more_than_is_left_of_it(desk: Desk, paid: Voucher) -> None:
    assert code_of(desk, paid, yuan(3_000_000) + 1) == "REVERSAL_ABOVE_INVOICE"
    assert code_of(desk, paid, 1, invoice_key=an_invoice(1, 7).number) == "INVOICE_NOT_COUNTED"
    assert code_of(desk, paid, 1, reason=" ") == "REASON_MISSING"
    assert code_of(desk, paid, 1, actor=REVIEW) == "ROLE_MISMATCH"


def test_nothing_is_reversed_while_a_payment_is_under_way(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door(a_contract(WHOLE, number="HT-1"))
    desk.pay_for(voucher, yuan(100_000))

    assert code_of(desk, voucher, 1) == "VOUCHER_IN_PAYMENT"
