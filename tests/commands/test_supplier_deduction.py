"""The supplier charges the enterprise less and is paid that by quarters: matched to the deduction on the invoice."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.compared import Decision, Difference
from audit.recompute import recompute
from domain import voucher
from domain.amount import Terms
from domain.dates import Period, from_iso
from domain.money import yuan
from domain.refusals import Refused
from domain.voucher import Voucher, assess
from duifu.v1.commands_pb2 import ReplaceBankAccount
from duifu.v1.events_pb2 import CASE_OUTCOME_PAID, AmountDetermined, PaymentOrdered, VoucherIssued
from duifu.v1.facts_pb2 import SERVICE_KIND_AI_COMPUTE, RedemptionRequest
from ledger import streams
from ledger.rows import open_rows
from tests.builders import BUYER, SUPPLIER, a_contract, a_redemption, an_account, applicant
from tests.commands.recovery_desk import DECIDER, demanded, refused, setting_off
from tests.desk import Desk
from tests.programmes.switching import desk_under

Q1 = "bj-slq-2023-2024Q1"
TERMS = Terms(
    lambda line: line.kind == SERVICE_KIND_AI_COMPUTE,
    Period(from_iso("2024-01-01"), from_iso("2024-12-31")),
    "BJ-4.6",
    deducts=True,
)


def pays_suppliers(data: dict[str, Any]) -> None:
    data["award"].update(benefit="supplier_deduction", payee="supplier")


def deducting(request: RedemptionRequest, fen: int) -> RedemptionRequest:
    """The supplier charged this much less, was paid the rest, and asks to be paid what it deducted."""
    request.invoices[0].deducted_fen = fen
    request.bank_receipts[0].amount_fen = request.invoices[0].total_fen - fen
    request.bank_account.CopyFrom(an_account(SUPPLIER))
    return request


def a_voucher(desk: Desk) -> Voucher:
    return desk_under(desk, pays_suppliers).voucher_through_the_door()


def test_the_supplier_is_paid_what_it_charged_less(desk: Desk) -> None:
    issued = a_voucher(desk)
    case_id = desk.redemption_through_the_door(deducting(a_redemption(issued.voucher_id, yuan(100_000)), yuan(20_000)))

    desk.settle_quarter(Q1)

    (ordered,) = [event for event in desk.events(streams.cycle(Q1)) if isinstance(event, PaymentOrdered)]
    assert (ordered.payee.holder_name, ordered.amount_fen) == (SUPPLIER.name, yuan(20_000))
    assert desk.closed_case(case_id).outcome == CASE_OUTCOME_PAID


def test_a_supplier_that_charged_less_than_the_voucher_releases_is_paid_only_that(desk: Desk) -> None:
    issued = a_voucher(desk)
    case_id = desk.redemption_through_the_door(deducting(a_redemption(issued.voucher_id, yuan(100_000)), yuan(5_000)))

    assert desk.case(case_id).due_fen == yuan(5_000)
    (trace,) = [event.trace for event in desk.events(streams.case(case_id)) if isinstance(event, AmountDetermined)]
    assert [(step.name, step.exact_fen, step.bound) for step in trace.steps][-2:] == [
        ("due", str(yuan(20_000)), False),
        ("deducted", str(yuan(5_000)), True),
    ]


def test_nothing_is_set_off_against_a_payment_to_a_supplier_that_owes_nothing(desk: Desk) -> None:
    issued = a_voucher(desk)
    desk.redemption_through_the_door(deducting(a_redemption(issued.voucher_id, yuan(100_000)), yuan(20_000)))
    desk.settle_quarter(Q1)

    recovery = demanded(desk, desk.voucher(issued.voucher_id), yuan(5_000))

    assert refused(desk, DECIDER, order_set_off=setting_off(recovery)).code == "SET_OFF_NOT_FORESEEN"


def test_an_audit_makes_the_settlement_with_the_supplier_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    issued = a_voucher(desk)
    desk.redemption_through_the_door(deducting(a_redemption(issued.voucher_id, yuan(100_000)), yuan(5_000)))
    desk.settle_quarter(Q1)

    found: list[Difference] = []
    with closing(open_rows(tmp_path / "ledger.sqlite")) as rows:
        tally = recompute(rows, desk.door.rulebook, found.append)

    assert found == []
    assert tally.is_equal
    assert tally.amounts_fen[Decision.PAYMENT] == yuan(5_000)


def test_what_was_not_deducted_in_time_may_be_deducted_later(desk: Desk) -> None:
    issued = a_voucher(desk)
    first = deducting(a_redemption(issued.voucher_id, yuan(100_000)), yuan(5_000))
    later = deducting(a_redemption(issued.voucher_id, yuan(100_000), invoice=2), yuan(35_000))

    cases = [desk.redemption_through_the_door(request) for request in (first, later)]

    assert [desk.case(case_id).due_fen for case_id in cases] == [yuan(5_000), yuan(35_000)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda r: setattr(r.invoices[0], "deducted_fen", 0), "DEDUCTION_MISSING"),
        (lambda r: setattr(r.invoices[0], "deducted_fen", yuan(100_000) + 1), "DEDUCTION_EXCEEDS"),
        (lambda r: r.bank_account.CopyFrom(an_account(BUYER)), "PAYEE_NOT_SUPPLIER"),
    ],
)
def test_a_request_fits_the_deduction_and_the_supplier(desk: Desk, change: Any, code: str) -> None:
    request = deducting(a_redemption(a_voucher(desk).voucher_id, yuan(100_000)), yuan(20_000))
    change(request)

    with pytest.raises(Refused, match=code):
        desk.request(request)


def test_another_account_is_the_suppliers_too(desk: Desk) -> None:
    request = deducting(a_redemption(a_voucher(desk).voucher_id, yuan(100_000)), yuan(20_000))
    case_id = desk.request(request)

    with pytest.raises(Refused, match="PAYEE_NOT_SUPPLIER"):
        desk.send(applicant(), replace_bank_account=ReplaceBankAccount(case_id=case_id, bank_account=an_account(BUYER)))
    renewed = ReplaceBankAccount(case_id=case_id, bank_account=an_account(SUPPLIER))
    desk.send(applicant(), replace_bank_account=renewed)


@given(st.lists(st.tuples(st.integers(2, yuan(900)), st.integers(1, 100)), max_size=6))
def test_suppliers_are_never_paid_more_than_they_deducted_nor_than_the_voucher(rows: list[tuple[int, int]]) -> None:
    issued = VoucherIssued(
        voucher_id="v", face_value_fen=yuan(200), eligible_fen=str(yuan(1_000)), contract=a_contract(yuan(1_000))
    )
    state, deducted = voucher.evolve(Voucher(), issued), 0
    for number, (fen, percent) in enumerate(rows, start=1):
        charged_less = max(1, fen * percent // 100)
        request = a_redemption("v", fen, invoice=number)
        request.invoices[0].deducted_fen = charged_less
        request.bank_receipts[0].amount_fen = max(1, fen - charged_less)
        deducted += charged_less

        assessed = assess(state, f"case {number}", request, TERMS)
        state = voucher.evolve(state, assessed)

        assert assessed.trace.amount_fen == assessed.due_fen >= 0
        assert state.due_fen <= min(deducted, state.face_value_fen)
