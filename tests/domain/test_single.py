"""A contract is one contract however its number is written; an invoice serves one voucher. (BJ-3.4, BJ-A9)"""

import pytest

from domain.refusals import Refused
from domain.single import InvoiceBinding, bind_invoice, contract_identity
from tests.builders import OTHER_BUYER, OTHER_SUPPLIER, a_contract


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
    assert len(bind_invoice(InvoiceBinding(), "1", "voucher", "case")) == 1
    assert bind_invoice(InvoiceBinding("voucher"), "1", "voucher", "another case") == []
    with pytest.raises(Refused, match="INVOICE_USED_ELSEWHERE"):
        bind_invoice(InvoiceBinding("voucher"), "1", "another voucher", "case")
