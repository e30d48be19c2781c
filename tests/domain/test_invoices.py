"""What is written on invoices, what red ones take back, and what the platform's seven answers mean. (F-2)"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import voucher
from domain.amount import Terms
from domain.dates import Period
from domain.invoices import ANSWERS, Follows, follows, invoiced_fen, must_be_in_order
from domain.money import yuan
from domain.refusals import Refused
from domain.voucher import Voucher, assess
from domain.wellformed import problems_of
from duifu.v1.commands_pb2 import Command, RequestRedemption
from duifu.v1.events_pb2 import VoucherIssued
from duifu.v1.facts_pb2 import SERVICE_KIND_AI_COMPUTE, SERVICE_KIND_STORAGE, Invoice, InvoiceLine, InvoiceStatus
from tests.builders import a_contract, a_red_invoice, a_redemption, an_invoice, applicant, invoice_number

TERMS = Terms(lambda line: line.kind == SERVICE_KIND_AI_COMPUTE, Period(date(2024, 1, 1), date(2024, 12, 31)), "BJ-4.6")
ISSUED = an_invoice(yuan(100), issued_on="2024-02-22")


def a_voucher() -> Voucher:
    issued = VoucherIssued(
        voucher_id="v", face_value_fen=yuan(200), eligible_fen=str(yuan(1_000)), contract=a_contract(yuan(1_000))
    )
    return voucher.evolve(Voucher(), issued)


def faults(invoice: Invoice) -> list[str]:
    request = a_redemption("v")
    request.invoices[0].CopyFrom(invoice)
    command = Command(command_id="c", actor=applicant(), request_redemption=RequestRedemption(request=request))
    return [problem.message("en") for problem in problems_of(command)]


@pytest.mark.parametrize(
    ("status", "on", "then"),
    [
        ("CONSISTENT", "2024-03-01", Follows.COUNTS),
        ("INCONSISTENT", "2024-03-01", Follows.FALLS),
        ("NOT_FOUND", "2024-02-22", Follows.ASK_NEXT_DAY),
        ("NOT_FOUND", "2024-02-23", Follows.ASK_NEXT_DAY),
        ("NOT_FOUND", "2024-02-24", Follows.FALLS),
        ("VOIDED", "2024-03-01", Follows.FALLS),
        ("REVERSED", "2024-03-01", Follows.FALLS),
        ("QUERY_LIMIT", "2024-03-01", Follows.ASK_NEXT_DAY),
        ("UNAVAILABLE", "2024-03-01", Follows.ASK_LATER),
        ("UNSPECIFIED", "2024-03-01", Follows.ASK_LATER),
    ],
)
def test_each_of_the_seven_answers_has_its_meaning(status: str, on: str, then: Follows) -> None:
    given = InvoiceStatus.Value(f"INVOICE_STATUS_{status}")

    assert follows(given, ISSUED, [ISSUED], date.fromisoformat(on)) == then


def test_a_reversed_invoice_counts_once_its_red_one_is_here() -> None:
    reversed_one, red = InvoiceStatus.INVOICE_STATUS_REVERSED, a_red_invoice(yuan(10))

    assert follows(reversed_one, ISSUED, [ISSUED, red], date(2024, 3, 1)) == Follows.COUNTS
    other = a_red_invoice(yuan(10), reverses=2)
    assert follows(reversed_one, ISSUED, [ISSUED, other], date(2024, 3, 1)) == Follows.FALLS


def test_every_answer_is_explained_to_whoever_verifies() -> None:
    assert set(ANSWERS) == set(InvoiceStatus.values()[1:])


def test_amount_and_tax_add_up_to_the_total_to_the_fen() -> None:
    lines = [InvoiceLine(name="算力服务", kind=SERVICE_KIND_AI_COMPUTE, amount_fen=10_600, tax_fen=600)]
    right = an_invoice(0, lines=lines)
    right.net_fen, right.tax_fen = 10_000, 600
    off_by_a_fen, other_tax = Invoice(), Invoice()
    off_by_a_fen.CopyFrom(right)
    off_by_a_fen.net_fen = 9_999
    other_tax.CopyFrom(right)
    other_tax.net_fen, other_tax.tax_fen = 10_001, 599
    more_tax_than_price = an_invoice(0, lines=lines)
    more_tax_than_price.lines[0].tax_fen = 10_601

    assert faults(right) == []
    assert faults(off_by_a_fen) == [
        "requestRedemption.request.invoices[0].netFen: must make totalFen together with taxFen"
    ]
    assert faults(other_tax) == ["requestRedemption.request.invoices[0].taxFen: must equal the sum of the lines' taxes"]
    assert "requestRedemption.request.invoices[0].lines: must not be more than amountFen" in faults(more_tax_than_price)


def test_a_red_invoice_names_the_blue_one_as_invoices_are_written() -> None:
    red = a_red_invoice(yuan(1))
    red.reverses.number = "1"

    assert faults(red) == [
        "requestRedemption.request.invoices[0].reverses.number: "
        "20 digits without a code, or 8 digits with a code of 10 or 12 digits"
    ]


def test_a_request_comes_to_what_red_invoices_leave() -> None:
    request = a_redemption("v", yuan(100))
    request.invoices.append(a_red_invoice(yuan(30)))

    assert invoiced_fen(request) == yuan(70)


def test_what_red_invoices_take_back_releases_nothing() -> None:
    request = a_redemption("v", yuan(100))
    request.invoices.append(a_red_invoice(yuan(30)))

    assessed = assess(a_voucher(), "case", request, TERMS)

    assert (assessed.base_fen, assessed.due_fen) == (str(yuan(70)), yuan(14))
    assert [(use.invoice_key, use.reversed_fen) for use in assessed.uses] == [(invoice_number(1), str(yuan(30)))]


def test_a_red_invoice_of_storage_takes_nothing_from_compute() -> None:
    request = a_redemption("v", yuan(100))
    request.invoices.append(a_red_invoice(yuan(30), kind=SERVICE_KIND_STORAGE))

    assert assess(a_voucher(), "case", request, TERMS).base_fen == str(yuan(100))


@given(st.lists(st.integers(1, yuan(40)), max_size=3))
def test_red_invoices_take_back_the_same_however_often_they_are_handed_in(amounts: list[int]) -> None:
    request = a_redemption("v", yuan(100))
    request.invoices.extend(a_red_invoice(fen, 51 + at) for at, fen in enumerate(amounts))

    first = assess(a_voucher(), "first", request, TERMS)
    after_first = voucher.evolve(a_voucher(), first)
    again = assess(after_first, "again", request, TERMS)

    assert first.due_fen == max(0, yuan(100) - sum(amounts)) // 5
    assert again.due_fen == 0
    assert voucher.evolve(after_first, again).invoices[invoice_number(1)].reversed_fen == sum(amounts)


def test_a_number_means_one_invoice_of_a_request() -> None:
    request = a_redemption("v")
    older = an_invoice(yuan(1))
    older.code = "011002300211"
    request.invoices.append(older)

    with pytest.raises(Refused, match="INVOICE_TWICE"):
        must_be_in_order(request)
