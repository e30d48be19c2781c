"""Red invoices in a request: what they take back is paid to nobody, and never taken back twice. (F-2, BJ-4.5)"""

import pytest

from domain.invoices import key_of
from domain.money import yuan
from domain.refusals import Refused
from duifu.v1.commands_pb2 import WithdrawCase
from duifu.v1.events_pb2 import InvoiceReversed
from duifu.v1.facts_pb2 import RedemptionRequest
from ledger import streams
from tests.builders import (
    SUPPLIER,
    a_bank_receipt,
    a_contract,
    a_delivery_proof,
    a_red_invoice,
    a_redemption,
    applicant,
)
from tests.desk import Desk


def with_red(request: RedemptionRequest, fen: int, number: int = 51, reverses: int = 1) -> RedemptionRequest:
    request.invoices.append(a_red_invoice(fen, number, reverses=reverses))
    return request


def test_a_request_is_paid_for_what_its_red_invoice_leaves(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door()
    request = with_red(a_redemption(voucher.voucher_id, yuan(100_000)), yuan(40_000))

    case_id = desk.redemption_through_the_door(request)

    assert desk.case(case_id).due_fen == yuan(12_000)
    blue = streams.invoice(SUPPLIER.uscc, key_of(request.invoices[0]))
    (reversed_by,) = [event for event in desk.events(blue) if isinstance(event, InvoiceReversed)]
    assert (reversed_by.red_key, reversed_by.amount_fen) == (key_of(request.invoices[1]), yuan(40_000))


def test_a_red_invoice_takes_back_what_an_earlier_request_left_unpaid(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door()
    first = a_redemption(voucher.voucher_id, yuan(100_000), paid=yuan(60_000))
    second = with_red(a_redemption(voucher.voucher_id, yuan(10_000), invoice=2), yuan(40_000))
    rest = a_redemption(voucher.voucher_id, yuan(100_000), paid=yuan(40_000))

    cases = [desk.redemption_through_the_door(request) for request in (first, second, rest)]

    assert [desk.case(case_id).due_fen for case_id in cases] == [yuan(12_000), yuan(2_000), 0]


def test_a_red_invoice_beyond_what_is_left_of_a_paid_one_is_a_matter_of_recovery(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door()
    desk.redemption_through_the_door(a_redemption(voucher.voucher_id, yuan(100_000)))

    with pytest.raises(Refused, match="RED_INVOICE_AFTER_USE") as refused:
        desk.request(with_red(a_redemption(voucher.voucher_id, yuan(10_000), invoice=2), 1))

    assert "¥99,999.99" in refused.value.message("zh")
    assert "追回" in refused.value.way_forward("zh")


def test_red_invoices_of_several_requests_reverse_one_blue_invoice_at_most_once(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door()
    desk.redemption_through_the_door(a_redemption(voucher.voucher_id, yuan(100_000), paid=yuan(10_000)))
    desk.redemption_through_the_door(
        with_red(a_redemption(voucher.voucher_id, yuan(10_000), invoice=2), yuan(60_000), 51)
    )

    with pytest.raises(Refused, match="RED_INVOICE_EXCEEDS") as refused:
        desk.request(with_red(a_redemption(voucher.voucher_id, yuan(10_000), invoice=3), yuan(40_001), 52))

    assert "¥60,000.00" in refused.value.message("en")


def test_a_red_invoice_waits_until_what_it_reverses_is_assessed(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door()
    waiting = desk.request(a_redemption(voucher.voucher_id, yuan(100_000)))

    with pytest.raises(Refused, match="RED_INVOICE_UNDER_WAY") as refused:
        desk.request(with_red(a_redemption(voucher.voucher_id, yuan(10_000), invoice=2), yuan(1_000)))

    assert waiting in refused.value.message("zh")


def test_a_red_invoice_waits_for_every_request_with_its_blue_one(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door()
    desk.redemption_through_the_door(a_redemption(voucher.voucher_id, yuan(100_000), paid=yuan(60_000)))
    waiting = desk.request(a_redemption(voucher.voucher_id, yuan(100_000), paid=yuan(40_000)))

    with pytest.raises(Refused, match="RED_INVOICE_UNDER_WAY") as refused:
        desk.request(with_red(a_redemption(voucher.voucher_id, yuan(10_000), invoice=2), yuan(40_000)))

    assert waiting in refused.value.message("zh")


def test_nobody_is_paid_past_a_red_invoice_that_is_still_to_be_assessed(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door()
    desk.redemption_through_the_door(a_redemption(voucher.voucher_id, yuan(100_000), paid=yuan(60_000)))
    with_it = desk.request(with_red(a_redemption(voucher.voucher_id, yuan(10_000), invoice=2), yuan(40_000)))
    rest = a_redemption(voucher.voucher_id, yuan(100_000), paid=yuan(40_000))

    with pytest.raises(Refused, match="RED_INVOICE_UNDER_WAY"):
        desk.request(rest)
    desk.send(applicant(), withdraw_case=WithdrawCase(case_id=with_it))
    with pytest.raises(Refused, match="RED_INVOICE_LEFT_OUT") as refused:
        desk.request(rest)

    assert "¥40,000.00" in refused.value.message("zh")
    assert desk.case(desk.redemption_through_the_door(with_red(rest, yuan(40_000)))).due_fen == 0


def test_no_proof_is_about_a_red_invoice(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door()
    request = with_red(a_redemption(voucher.voucher_id, yuan(100_000)), yuan(1_000))
    request.bank_receipts.append(a_bank_receipt(yuan(1_000), invoice=51))
    request.delivery_proofs.append(a_delivery_proof(yuan(1_000), invoice=51))

    with pytest.raises(Refused, match="PROOF_WITHOUT_INVOICE"):
        desk.request(request)


def test_a_red_invoice_serves_one_voucher_like_any_other(desk: Desk) -> None:
    first, second = (desk.voucher_through_the_door(a_contract(number=number)) for number in ("A", "B"))
    desk.request(with_red(a_redemption(first.voucher_id, yuan(100_000)), yuan(1_000)))

    with pytest.raises(Refused, match="INVOICE_USED_ELSEWHERE"):
        desk.request(with_red(a_redemption(second.voucher_id, yuan(100_000), invoice=2), yuan(1_000), reverses=2))
