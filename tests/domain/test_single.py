"""A contract is one contract however its number is written; an invoice serves one voucher. (BJ-3.4, BJ-A9)"""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import yuan
from domain.refusals import Refused
from domain.single import InvoiceBinding, bind_invoice, contract_identity, evolve_invoice, reverse_invoice
from tests.builders import OTHER_BUYER, OTHER_SUPPLIER, a_contract, a_red_invoice, an_invoice


@pytest.mark.parametrize(
    "number", ["HT-2024-001", "ht2024001", " HT 2024/001 ", "ＨＴ－２０２４－００１", "HT—2024—001"]
)
def test_the_way_a_number_is_written_makes_no_other_contract(number: str) -> None:
    assert contract_identity(a_contract(number=number)) == contract_identity(a_contract(number="HT-2024-001"))


def test_another_number_party_or_date_makes_another_contract() -> None:
    contracts = [
        a_contract(),
        a_contract(number="HT-2024-002"),
        a_contract(buyer=OTHER_BUYER),
        a_contract(supplier=OTHER_SUPPLIER),
        a_contract(signed_on="2024-01-11"),
    ]

    assert len({contract_identity(contract) for contract in contracts}) == len(contracts)


def test_an_invoice_is_bound_once_and_stays_bound() -> None:
    invoice = an_invoice(yuan(1))

    assert len(bind_invoice(InvoiceBinding(), invoice, "voucher", "case")) == 1
    binding = reduce(evolve_invoice, bind_invoice(InvoiceBinding(), invoice, "voucher", "case"), InvoiceBinding())
    assert bind_invoice(binding, invoice, "voucher", "case") == []
    assert len(bind_invoice(binding, invoice, "voucher", "another case")) == 1
    with pytest.raises(Refused, match="INVOICE_CHANGED"):
        bind_invoice(binding, an_invoice(yuan(2)), "voucher", "another case")
    assert len(bind_invoice(binding, an_invoice(yuan(2)), "voucher", "case")) == 1  # corrected
    with pytest.raises(Refused, match="INVOICE_USED_ELSEWHERE"):
        bind_invoice(InvoiceBinding("voucher"), invoice, "another voucher", "case")


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, yuan(60))), max_size=12))
def test_red_invoices_never_take_back_more_than_the_blue_one_came_to(asked: list[tuple[int, int]]) -> None:
    binding = InvoiceBinding("voucher", case_ids=("case",), total_fen=yuan(100))

    for number, fen in asked:
        red = a_red_invoice(fen, number)
        others_fen = sum(known for key, known in binding.reversed_by.items() if key != red.number)
        if others_fen + fen > yuan(100):
            with pytest.raises(Refused, match="RED_INVOICE_EXCEEDS"):
                reverse_invoice(binding, red, "voucher", "case", yuan(100))
            continue
        for event in reverse_invoice(binding, red, "voucher", "case", yuan(100)):
            binding = evolve_invoice(binding, event)
        assert binding.reversed_by[red.number] == fen
        assert reverse_invoice(binding, red, "voucher", "case", yuan(100)) == []
        assert sum(binding.reversed_by.values()) <= yuan(100)


def test_a_red_invoice_takes_back_of_an_invoice_of_the_same_voucher_only() -> None:
    for binding in (InvoiceBinding(), InvoiceBinding("another voucher", case_ids=("case",), total_fen=yuan(100))):
        with pytest.raises(Refused, match="RED_INVOICE_UNMATCHED"):
            reverse_invoice(binding, a_red_invoice(yuan(1)), "voucher", "case", binding.total_fen)
