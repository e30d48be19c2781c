"""A red invoice put on record in error is taken off it: nobody owes for it, what was paid back is due again. (F-2)"""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from domain import recovery_letters
from domain.amount import red_name
from domain.invoices import key_of
from domain.kinds import INVOICE
from domain.money import yuan
from domain.recovery import Recovery, Standing
from domain.refusals import Refused
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import Actor, LapseVouchers, RescaleVoucher, WithdrawCase
from duifu.v1.facts_pb2 import RedemptionRequest
from duifu.v1.recovery_pb2 import WriteOffRecovery
from ledger import streams
from tests.amended import BEIJING, a_rulebook, under
from tests.builders import (
    REVIEW,
    SUPPLIER,
    a_contract,
    a_red_invoice,
    a_redemption,
    an_application,
    applicant,
    invoice_number,
)
from tests.commands.recovery_desk import (
    COLLECTOR,
    DECIDER,
    INSPECTOR,
    SHA256,
    WHOLE,
    barring,
    demand_all,
    demanding,
    found,
    noticing,
    paid_voucher,
    proposing,
    receiving,
    refused,
    setting_off,
    state,
    transferring,
    waiving,
    withdrawing,
)
from tests.commands.test_reversal import must_balance, reversed_
from tests.commands.test_supplier_deduction import a_voucher as a_supplier_voucher
from tests.commands.test_supplier_deduction import deducting
from tests.desk import Desk

RED, OTHER_RED = invoice_number(900), invoice_number(901)
Q2, Q3 = "bj-slq-2023-2024Q2", "bj-slq-2023-2024Q3"


@pytest.fixture
def paid(desk: Desk) -> Voucher:
    """A voucher of ¥1,000,000 of which ¥600,000 was paid on one invoice of ¥3,000,000; it is 2 April 2024."""
    voucher = paid_voucher(desk)
    desk.at("2024-04-02 09:00")
    return voucher


def withdrawn(desk: Desk, voucher: Voucher, red: str = RED) -> Voucher:
    """The voucher after the report of a red invoice was withdrawn."""
    desk.send(DECIDER, withdraw_invoice_reversal=withdrawing(voucher.voucher_id, red))
    return desk.voucher(voucher.voucher_id)


def code_of(desk: Desk, voucher: Voucher, red: str = RED, actor: Actor = DECIDER, **other: Any) -> str:
    return refused(desk, actor, withdraw_invoice_reversal=withdrawing(voucher.voucher_id, red, **other)).code


def recovery_of(desk: Desk, voucher: Voucher, number: int = 1) -> Recovery:
    return state(desk, f"{voucher.case_id}-recovery-{number}")


def received(desk: Desk, voucher: Voucher, fen: int, number: int = 1) -> None:
    """All that was found is demanded, and so much of it comes in."""
    recovery = f"{voucher.case_id}-recovery-{number}"
    demand_all(desk, recovery)
    desk.send(COLLECTOR, record_recovery_receipt=receiving(recovery, fen, f"SK-{number}"))


def written_off(desk: Desk, recovery: str, fen: int) -> None:
    desk.send(COLLECTOR, propose_write_off=proposing(recovery, fen))
    desk.send(DECIDER, write_off_recovery=WriteOffRecovery(recovery_id=recovery))


def paid_again(desk: Desk, voucher: Voucher, quarter: str = Q2) -> int:
    """What the enterprise is paid once it hands the blue invoice in anew."""
    before_fen = desk.voucher(voucher.voucher_id).paid_fen
    desk.pay_for(voucher, yuan(3_000_000))
    desk.settle_quarter(quarter)
    return desk.voucher(voucher.voucher_id).paid_fen - before_fen


def test_nobody_owes_for_a_red_invoice_that_there_never_was(desk: Desk, paid: Voucher) -> None:
    reversed_(desk, paid, yuan(1_000_000))

    after = withdrawn(desk, paid)

    assert (after.due_fen, after.claw_back_fen, after.cumulative_fen) == (yuan(600_000), 0, Fraction(yuan(3_000_000)))
    assert after.invoices == paid.invoices
    assert after.reversals == {}
    recovery = recovery_of(desk, paid)
    assert (recovery.standing, recovery.found_fen, recovery.claimed_fen) == (Standing.WITHDRAWN, 0, 0)
    assert desk.closed_case(desk.pay_for(paid, yuan(3_000_000))).code == "NOTHING_DUE"
    must_balance(desk)


def test_the_right_report_is_made_afterwards_and_the_number_is_free_for_another_voucher(
    desk: Desk, paid: Voucher
) -> None:
    reversed_(desk, paid, yuan(1_000_000))
    withdrawn(desk, paid)

    right = reversed_(desk, paid, yuan(100_000))
    assert (right.claw_back_fen, recovery_of(desk, paid, 2).opened.amount_fen) == (yuan(20_000), yuan(20_000))
    withdrawn(desk, paid)
    other = desk.voucher_through_the_door(a_contract(WHOLE, number="HT-2"))
    desk.pay_for(other, yuan(100_000), invoice=7)
    desk.settle_quarter(Q2)
    of_other = reversed_(desk, other, yuan(50_000), invoice_key=invoice_number(7))

    assert of_other.claw_back_fen == yuan(10_000)
    binding = INVOICE.fold(desk.events(streams.invoice(SUPPLIER.uscc, RED)))
    assert (binding.voucher_id, binding.case_ids) == (other.voucher_id, tuple(of_other.assessed))
    must_balance(desk)


def test_the_blue_invoice_forgets_the_red_one_so_that_no_request_has_to_hand_it_in(desk: Desk, paid: Voucher) -> None:
    reversed_(desk, paid, yuan(1_000_000))
    withdrawn(desk, paid)

    binding = INVOICE.fold(desk.events(streams.invoice(SUPPLIER.uscc, invoice_number(1))))
    assert (binding.reversed_by, binding.reversed_in) == ({}, {})
    assert red_name(RED) not in desk.voucher(paid.voucher_id).invoices[invoice_number(1)].numbers
    assert desk.case(desk.request(a_redemption(paid.voucher_id, yuan(3_000_000)))).is_open


@pytest.mark.parametrize("came_in_fen", [yuan(1), yuan(150_000), yuan(200_000)])
def test_the_enterprise_is_paid_exactly_what_it_had_paid_back(desk: Desk, paid: Voucher, came_in_fen: int) -> None:
    reversed_(desk, paid, yuan(1_000_000))
    received(desk, paid, came_in_fen)

    after = withdrawn(desk, paid)

    assert (after.due_fen, after.claw_back_fen) == (yuan(600_000) - came_in_fen, came_in_fen)
    recovery = recovery_of(desk, paid)
    assert recovery.closed is not None
    assert (recovery.closed.demanded_fen, recovery.closed.received_fen) == (came_in_fen, came_in_fen)
    must_balance(desk)
    assert paid_again(desk, paid) == came_in_fen
    assert desk.voucher(paid.voucher_id).due_fen == yuan(600_000)
    assert desk.closed_case(desk.pay_for(paid, yuan(3_000_000))).code == "NOTHING_DUE"
    must_balance(desk)


@pytest.mark.parametrize("demanded_fen", [yuan(200_000), yuan(120_000)])
def test_what_was_written_off_or_never_demanded_is_not_paid_a_second_time(
    desk: Desk, paid: Voucher, demanded_fen: int
) -> None:
    reversed_(desk, paid, yuan(1_000_000))
    recovery = f"{paid.case_id}-recovery-1"
    desk.send(INSPECTOR, send_recovery_notice=noticing(recovery))
    desk.send(DECIDER, record_recovery_statement=waiving(recovery))
    desk.send(DECIDER, demand_recovery=demanding(recovery, demanded_fen))
    desk.send(COLLECTOR, record_recovery_receipt=receiving(recovery, yuan(50_000)))
    written_off(desk, recovery, demanded_fen - yuan(50_000))

    after = withdrawn(desk, paid)

    assert (after.due_fen, after.claw_back_fen) == (yuan(550_000), yuan(50_000))
    assert recovery_of(desk, paid).found_fen == yuan(50_000)
    must_balance(desk)
    assert paid_again(desk, paid) == yuan(50_000)
    again = reversed_(desk, paid, yuan(1_000_000))
    assert (again.claw_back_fen, recovery_of(desk, paid, 2).opened.amount_fen) == (yuan(250_000), yuan(200_000))
    must_balance(desk)


def test_at_its_cap_another_red_invoices_recovery_is_the_one_that_shrinks(desk: Desk) -> None:
    """Of seven millions on a contract of five, the first two take nothing back; without them the next takes less."""
    voucher = desk.voucher_through_the_door(a_contract(WHOLE, number="HT-1"))
    desk.pay_for(voucher, yuan(4_000_000), invoice=1)
    desk.pay_for(voucher, yuan(3_000_000), invoice=2)
    desk.settle_quarter("bj-slq-2023-2024Q1")
    desk.at("2024-04-02 09:00")
    assert reversed_(desk, voucher, yuan(2_000_000)).claw_back_fen == 0
    taken = reversed_(desk, voucher, yuan(2_500_000), invoice_key=invoice_number(2), red_invoice_number=OTHER_RED)
    assert taken.claw_back_fen == yuan(500_000)

    after = withdrawn(desk, voucher)

    assert (after.due_fen, after.claw_back_fen) == (yuan(900_000), yuan(100_000))
    recovery = recovery_of(desk, voucher)
    assert (recovery.found_fen, recovery.standing) == (yuan(100_000), Standing.FOUND)
    must_balance(desk)


def test_its_own_recovery_goes_first_and_another_red_invoices_stands(desk: Desk, paid: Voucher) -> None:
    reversed_(desk, paid, yuan(1_000_000), evidence_sha256="cd" * 32)
    reversed_(desk, paid, yuan(500_000), red_invoice_number=OTHER_RED)
    received(desk, paid, yuan(30_000), number=2)

    after = withdrawn(desk, paid)

    assert (after.due_fen, after.claw_back_fen) == (yuan(500_000), yuan(100_000))
    standings = [recovery_of(desk, paid, number).standing for number in (1, 2)]
    assert (standings, recovery_of(desk, paid, 2).open_fen) == ([Standing.WITHDRAWN, Standing.DEMANDED], yuan(70_000))
    must_balance(desk)


def test_what_came_in_for_it_counts_for_what_another_red_invoice_takes_back(desk: Desk, paid: Voucher) -> None:
    reversed_(desk, paid, yuan(1_000_000))
    reversed_(desk, paid, yuan(500_000), red_invoice_number=OTHER_RED)
    received(desk, paid, yuan(150_000))

    after = withdrawn(desk, paid)

    assert (after.due_fen, after.claw_back_fen) == (yuan(450_000), yuan(150_000))
    standings = [recovery_of(desk, paid, number).standing for number in (1, 2)]
    assert standings == [Standing.CLOSED, Standing.WITHDRAWN]
    must_balance(desk)
    assert paid_again(desk, paid) == yuan(50_000)
    must_balance(desk)


def test_after_the_contract_ended_only_what_the_rest_of_it_allows_is_let_go(desk: Desk, paid: Voucher) -> None:
    reversed_(desk, paid, yuan(1_000_000))
    ended = RescaleVoucher(
        voucher_id=paid.voucher_id,
        contract=a_contract(yuan(1_500_000), number="HT-1"),
        reason="提前终止",
        evidence_sha256=SHA256,
    )
    desk.send(REVIEW, rescale_voucher=ended)
    assert desk.voucher(paid.voucher_id).claw_back_fen == yuan(300_000)

    after = withdrawn(desk, paid)

    assert (after.due_fen, after.claw_back_fen) == (yuan(300_000), yuan(300_000))
    assert [recovery_of(desk, paid, number).claimed_fen for number in (1, 2)] == [yuan(200_000), yuan(100_000)]
    must_balance(desk)


def test_what_typed_findings_had_left_of_it_is_let_go_first(desk: Desk, paid: Voucher) -> None:
    """Without the first red invoice the second one would have found ¥100,000 of what a typed finding leaves."""
    found(desk, paid, yuan(450_000))
    reversed_(desk, paid, yuan(1_000_000))
    reversed_(desk, paid, yuan(500_000), red_invoice_number=OTHER_RED)

    after = withdrawn(desk, paid)

    assert after.claw_back_fen == yuan(100_000)
    assert recovery_of(desk, paid, 2).found_fen == yuan(100_000)
    assert recovery_of(desk, paid, 1).claimed_fen == yuan(450_000)
    must_balance(desk)


def test_no_more_is_demanded_than_is_left_and_a_letter_says_what_was_found_when_it_was_owed(
    desk: Desk, paid: Voucher
) -> None:
    reversed_(desk, paid, yuan(1_000_000), evidence_sha256="cd" * 32)
    reversed_(desk, paid, yuan(1_000_000), red_invoice_number=OTHER_RED)
    recovery = f"{paid.case_id}-recovery-2"
    desk.send(INSPECTOR, send_recovery_notice=noticing(recovery))
    desk.send(DECIDER, record_recovery_statement=waiving(recovery))
    received(desk, paid, yuan(120_000))

    withdrawn(desk, paid)

    reduced = recovery_of(desk, paid, 2)
    assert (reduced.found_fen, reduced.standing) == (yuan(80_000), Standing.NOTICED)
    assert [letter.words["summary"] for letter in recovery_letters.unsent(reduced)] == ["¥200,000.00"]
    above = refused(desk, DECIDER, demand_recovery=demanding(recovery, yuan(80_000) + 1))
    assert (above.code, above.facts["found_fen"]) == ("RECOVERY_ABOVE_FINDING", yuan(80_000))
    desk.send(DECIDER, demand_recovery=demanding(recovery, yuan(80_000)))
    assert recovery_of(desk, paid, 2).open_fen == yuan(80_000)
    must_balance(desk)


def test_what_was_handed_over_to_a_judicial_organ_is_let_go_too_and_a_bar_falls_with_it(
    desk: Desk, paid: Voucher
) -> None:
    reversed_(desk, paid, yuan(1_000_000))
    recovery = f"{paid.case_id}-recovery-1"
    demand_all(desk, recovery)
    desk.send(DECIDER, bar_enterprise=barring(recovery, first="2024-04-02"))
    desk.send(DECIDER, transfer_recovery=transferring(recovery))
    another = an_application(a_contract(yuan(100_000), number="HT-2"))
    with pytest.raises(Refused, match="ENTERPRISE_BARRED"):
        desk.submit(another)

    withdrawn(desk, paid)

    assert recovery_of(desk, paid).standing == Standing.WITHDRAWN
    assert desk.submit(another)
    barred = refused(desk, DECIDER, bar_enterprise=barring(recovery, first="2024-06-01"))
    assert barred.code == "BAR_WITHOUT_DEMAND"
    must_balance(desk)


def test_a_proposed_write_off_is_proposed_anew_for_what_is_left(desk: Desk, paid: Voucher) -> None:
    reversed_(desk, paid, yuan(1_000_000), evidence_sha256="cd" * 32)
    reversed_(desk, paid, yuan(500_000), red_invoice_number=OTHER_RED)
    received(desk, paid, yuan(80_000))
    demand_all(desk, f"{paid.case_id}-recovery-2")
    recovery = f"{paid.case_id}-recovery-2"
    desk.send(COLLECTOR, propose_write_off=proposing(recovery, yuan(100_000)))

    withdrawn(desk, paid)

    assert recovery_of(desk, paid, 2).open_fen == yuan(20_000)
    confirming = WriteOffRecovery(recovery_id=recovery)
    assert refused(desk, DECIDER, write_off_recovery=confirming).code == "WRITE_OFF_NOT_PROPOSED"
    written_off(desk, recovery, yuan(20_000))
    must_balance(desk)


def test_it_waits_while_a_payment_order_holds_a_part_to_be_set_off(desk: Desk, paid: Voucher) -> None:
    reversed_(desk, paid, yuan(1_000_000))
    recovery = f"{paid.case_id}-recovery-1"
    demand_all(desk, recovery)
    desk.send(DECIDER, order_set_off=setting_off(recovery))
    other = desk.voucher_through_the_door(a_contract(yuan(1_000_000), number="HT-2"))
    desk.pay_for(other, yuan(250_000), invoice=7)
    desk.freeze(Q2)
    desk.order_payments(Q2)

    assert code_of(desk, paid) == "SET_OFF_HELD"
    desk.record_results(Q2)
    desk.close_quarter(Q2)
    after = withdrawn(desk, paid)

    assert (after.due_fen, after.claw_back_fen) == (yuan(550_000), yuan(50_000))
    closed = recovery_of(desk, paid)
    assert (closed.standing, closed.set_off_fen, closed.unheld_fen) == (Standing.CLOSED, yuan(50_000), 0)
    assert paid_again(desk, paid, Q3) == yuan(50_000)
    must_balance(desk)


def test_it_waits_while_a_payment_of_the_voucher_is_under_way(desk: Desk, paid: Voucher) -> None:
    reversed_(desk, paid, yuan(1_000_000))
    desk.pay_for(paid, yuan(100_000), invoice=2)

    assert code_of(desk, paid) == "VOUCHER_IN_PAYMENT"


def handing_it_in(voucher: Voucher) -> RedemptionRequest:
    """A request with another invoice, and the red one that was reported."""
    request = a_redemption(voucher.voucher_id, yuan(100_000), invoice=5)
    request.invoices.append(a_red_invoice(yuan(1_000_000), 900, reverses=1))
    assert key_of(request.invoices[-1]) == RED
    return request


def test_what_a_request_hands_in_was_not_reported_in_error_until_the_enterprise_withdraws_it(
    desk: Desk, paid: Voucher
) -> None:
    reversed_(desk, paid, yuan(1_000_000))
    case_id = desk.request(handing_it_in(paid))

    handed_in = refused(desk, DECIDER, withdraw_invoice_reversal=withdrawing(paid.voucher_id, RED))

    assert (handed_in.code, handed_in.facts["case"]) == ("REVERSAL_HANDED_IN", case_id)
    desk.send(applicant(), withdraw_case=WithdrawCase(case_id=case_id))
    assert withdrawn(desk, paid).claw_back_fen == 0
    must_balance(desk)


def test_what_was_assessed_with_a_request_stands(desk: Desk, paid: Voucher) -> None:
    reversed_(desk, paid, yuan(1_000_000))
    desk.redemption_through_the_door(handing_it_in(paid))
    desk.settle_quarter(Q2)

    assert code_of(desk, paid) == "REVERSAL_HANDED_IN"
    must_balance(desk)


def test_who_decides_withdraws_it_and_nobody_who_reported_it_or_had_a_hand_in_what_was_paid(
    desk: Desk, paid: Voucher
) -> None:
    reversed_(desk, paid, yuan(1_000_000))
    reporter = Actor(id=INSPECTOR.id, name="本人", role=DECIDER.role)
    reviewer = Actor(id=REVIEW.id, name="审核人", role=DECIDER.role)
    party = Actor(id=applicant().id, name="单位", role=DECIDER.role)

    assert code_of(desk, paid, actor=INSPECTOR) == "ROLE_MISMATCH"
    assert code_of(desk, paid, actor=reporter) == "RECOVERY_NOT_APART"
    assert code_of(desk, paid, actor=reviewer) == "RECOVERY_NOT_APART"
    assert code_of(desk, paid, actor=party) == "DUTY_REQUESTER"


def test_it_names_a_report_that_stands_and_says_why(desk: Desk, paid: Voucher) -> None:
    reversed_(desk, paid, yuan(1_000_000))

    assert code_of(desk, paid, OTHER_RED) == "REVERSAL_UNKNOWN"
    assert code_of(desk, paid, reason=" ") == "REASON_MISSING"
    assert code_of(desk, paid, "x") == "MALFORMED"
    nothing = withdrawing("bj-voucher-2024-000009", RED)
    assert refused(desk, DECIDER, withdraw_invoice_reversal=nothing).code == "VOUCHER_UNKNOWN"


def test_withdrawn_twice_it_changes_nothing_more(desk: Desk, paid: Voucher) -> None:
    reversed_(desk, paid, yuan(1_000_000))
    withdrawn(desk, paid)
    before = desk.versions()

    withdrawn(desk, paid)

    grown = {name for name, version in desk.versions().items() if before.get(name) != version}
    assert all(name.startswith("command/") for name in grown)
    assert code_of(desk, paid, reason="另有原因") == "REVERSAL_UNKNOWN"
    assert reversed_(desk, paid, yuan(1_000_000)).claw_back_fen == yuan(200_000)
    assert withdrawn(desk, paid).claw_back_fen == 0
    must_balance(desk)


def for_three_months(data: dict[str, Any]) -> None:
    data["award"]["valid_for"] = {"clause": "BJ-A13", "months": 3}


def test_of_a_voucher_that_lapsed_what_was_paid_counts_again_and_lapsed_that_much_less(tmp_path: Path) -> None:
    desk = under(Desk(tmp_path / "ledger.sqlite"), a_rulebook(BEIJING, for_three_months))
    voucher = paid_voucher(desk)
    reversed_(desk.at("2024-04-02 09:00"), voucher, yuan(1_000_000))
    desk.pay_for(desk.voucher_through_the_door(a_contract(WHOLE, number="HT-2")), yuan(10_000), invoice=7)
    desk.freeze(Q2)
    desk.order_payments(Q2)
    desk.record_results(Q2)
    desk.system(lapse_vouchers=LapseVouchers(cycle_id=Q2))
    assert desk.voucher(voucher.voucher_id).expired_fen == yuan(600_000)

    after = withdrawn(desk, voucher)

    assert (after.due_fen, after.expired_fen, after.claw_back_fen) == (yuan(600_000), yuan(400_000), 0)
    must_balance(desk)
    desk.ledger.close()


def test_a_supplier_is_due_no_more_again_than_it_had_charged_less(desk: Desk) -> None:
    issued = a_supplier_voucher(desk)
    desk.redemption_through_the_door(deducting(a_redemption(issued.voucher_id, yuan(100_000)), yuan(5_000)))
    desk.settle_quarter("bj-slq-2023-2024Q1")
    assert reversed_(desk.at("2024-04-02 09:00"), issued, yuan(100_000)).claw_back_fen == yuan(5_000)

    after = withdrawn(desk, issued)

    assert (after.due_fen, after.claw_back_fen, after.reversals_withdrawn[RED].waits_fen) == (yuan(5_000), 0, 0)
    must_balance(desk)
