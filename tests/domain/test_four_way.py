"""The four-way match: every line of an invoice beside contract, delivery and bank, and which of them bound. (BJ-A8)"""

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from domain import voucher
from domain.amount import Terms
from domain.dates import Period
from domain.four_way import like, told, told_before
from domain.metering import Metering
from domain.money import from_exact_text, yuan
from domain.voucher import Voucher, assess
from duifu.v1.events_pb2 import LineMatch, RedemptionAssessed, VoucherIssued
from duifu.v1.facts_pb2 import SERVICE_KIND_AI_COMPUTE, SERVICE_KIND_STORAGE, Contract, InvoiceLine
from tests.builders import (
    a_bank_receipt,
    a_contract,
    a_delivery_proof,
    a_red_invoice,
    a_redemption,
    an_invoice,
    an_item,
)

METERING = Metering(Fraction(5, 100), is_needed=False, clause="BJ-4.5")
TERMS = Terms(
    lambda line: line.kind == SERVICE_KIND_AI_COMPUTE,
    Period(date(2024, 1, 1), date(2024, 12, 31)),
    "BJ-4.6",
    metering=METERING,
)
FEN = st.integers(1, yuan(1_000))


def a_voucher() -> Voucher:
    items = [an_item(yuan(1_000)), an_item(yuan(300), SERVICE_KIND_STORAGE)]
    issued = VoucherIssued(
        voucher_id="v", face_value_fen=yuan(200), eligible_fen=str(yuan(1_000)), contract=a_contract(items=items)
    )
    return voucher.evolve(Voucher(), issued)


def a_line(fen: int, *, counts: bool = True) -> InvoiceLine:
    kind = SERVICE_KIND_AI_COMPUTE if counts else SERVICE_KIND_STORAGE
    return InvoiceLine(kind=kind, name="智能算力服务" if counts else "对象存储", amount_fen=fen)


def assessed(lines: list[InvoiceLine], delivered: int, paid: int, reversed_fen: int = 0) -> RedemptionAssessed:
    request = a_redemption("v")
    request.invoices[0].CopyFrom(an_invoice(0, lines=lines))
    request.delivery_proofs[0].CopyFrom(a_delivery_proof(delivered))
    request.bank_receipts[0].CopyFrom(a_bank_receipt(paid))
    if reversed_fen:
        request.invoices.append(a_red_invoice(reversed_fen))
    return assess(a_voucher(), "case", request, TERMS)


def sides(line: LineMatch) -> tuple[str, ...]:
    return line.invoiced_fen, line.delivered_fen, line.paid_fen, line.smallest_fen, line.bound_by


def test_a_line_says_what_was_agreed_invoiced_delivered_and_paid_and_which_side_bound() -> None:
    found = assessed([a_line(500), a_line(300, counts=False), a_line(200)], delivered=650, paid=600)

    first, storage, last = found.lines
    assert (first.contract_item, first.contract_fen) == ("智能算力服务", yuan(1_000))
    assert sides(first) == ("500", "500", "500", "500", "")
    assert sides(storage) == ("0", "0", "0", "0", "")
    assert (storage.contract_item, storage.contract_fen, storage.counts_fen) == ("智能算力服务", yuan(300), "0")
    assert sides(last) == ("200", "150", "100", "100", "paid")
    assert found.base_fen == "600"


def test_what_an_earlier_claim_used_of_an_invoice_is_named() -> None:
    request = a_redemption("v", yuan(10), delivered=yuan(4))
    first = assess(a_voucher(), "first", request, TERMS)
    before = voucher.evolve(a_voucher(), first)
    request.delivery_proofs.append(a_delivery_proof(yuan(5), 2))
    request.delivery_proofs[1].invoice_number = request.invoices[0].number
    second = assess(before, "second", request, TERMS)

    assert list(told_before(first, [], a_voucher().invoices)) == []
    (line,) = told_before(second, [first], before.invoices)
    key = second.uses[0].invoice_key
    assert line == f"四方核对 发票{key}：此前first已用¥4.00，本次计入¥5.00"


def test_whoever_verifies_reads_it_in_official_terms() -> None:
    lines = list(told(assessed([a_line(yuan(5)), a_line(300, counts=False)], delivered=yuan(4), paid=yuan(5))))

    assert lines == [
        "四方核对 发票24112000000000000001第1行“智能算力服务”：合同项目“智能算力服务”¥1,000.00，"
        "开票¥5.00，交付¥4.00，付款¥5.00，取最小¥4.00（以交付为限）",
        "四方核对 发票24112000000000000001第2行“对象存储”：合同项目“智能算力服务”¥300.00，不属于支持范围，不计",
    ]


@given(st.lists(st.tuples(FEN, st.booleans()), min_size=1, max_size=5), FEN, FEN, st.integers(0, yuan(500)))
def test_the_lines_of_an_invoice_make_its_base_to_the_fen(
    rows: list[tuple[int, bool]], delivered: int, paid: int, reversed_fen: int
) -> None:
    found = assessed([a_line(fen, counts=counts) for fen, counts in rows], delivered, paid, reversed_fen)

    smallest = sum(from_exact_text(line.smallest_fen) for line in found.lines)
    compute = sum(fen for fen, counts in rows if counts)
    assert smallest == min(max(0, compute - reversed_fen), delivered, paid)
    assert [use.base_fen for use in found.uses] == [str(smallest)]


def test_a_line_is_like_the_item_of_its_name_or_the_only_one_of_its_kind() -> None:
    two = a_contract(items=[an_item(1), an_item(1)])
    two.items[1].name = "推理服务"

    def named(name: str, contract: Contract) -> str | None:
        item = like(InvoiceLine(kind=SERVICE_KIND_AI_COMPUTE, name=name), contract)
        return item.name if item else None

    assert named("推理服务", two) == "推理服务"
    assert named("GPU租赁", two) is None
    assert named("GPU租赁", a_contract()) == "智能算力服务"
