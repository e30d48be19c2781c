"""An invoice brings money once, over all cases and programmes; who has no right to it does not use it up. (BJ-4.5)"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.money import yuan
from domain.refusals import Refused
from duifu.v1.commands_pb2 import SubmitApplication, WithdrawCase
from duifu.v1.facts_pb2 import RedemptionRequest
from tests.builders import Firm, a_contract, a_redemption, applicant
from tests.programmes.qingdao import a_code
from tests.rounds import PROGRAMME, RoundDesk, a_bid, operator

CENTRE = Firm(a_code(1), "示例算力运营1有限公司")  # applies in Qingdao, and supplies an enterprise in Beijing


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RoundDesk]:
    opened = RoundDesk(tmp_path / "ledger.sqlite")
    yield opened
    opened.ledger.close()


def a_voucher(desk: RoundDesk, number: str = "HT-1") -> str:
    return desk.voucher_through_the_door(a_contract(number=number, supplier=CENTRE)).voucher_id


def for_the_same_invoice(voucher_id: str) -> RedemptionRequest:
    """A request with the invoice that the centre names in its application."""
    number = a_bid().services[0].invoices[0].number
    request = a_redemption(voucher_id, supplier=CENTRE, on="2024-01-24", period=("2024-01-20", "2024-01-22"))
    for part in (request.delivery_proofs[0], request.bank_receipts[0]):
        part.invoice_number = number
    request.invoices[0].number = number
    return request


def test_an_invoice_of_an_application_serves_no_voucher_until_that_ends_without_money(desk: RoundDesk) -> None:
    voucher_id = a_voucher(desk)
    case_id = desk.apply()

    with pytest.raises(Refused, match="INVOICE_IN_GRANT") as refused:
        desk.request(for_the_same_invoice(voucher_id))
    assert case_id in refused.value.message("zh")
    desk.send(operator(), withdraw_case=WithdrawCase(case_id=case_id))

    assert desk.request(for_the_same_invoice(voucher_id))


def test_an_invoice_that_serves_a_voucher_is_in_no_application(desk: RoundDesk) -> None:
    desk.request(for_the_same_invoice(a_voucher(desk)))

    with pytest.raises(Refused, match="INVOICE_USED_ELSEWHERE"):
        desk.apply()


def test_an_invoice_that_a_withdrawn_request_named_is_free_again(desk: RoundDesk) -> None:
    first, second = a_voucher(desk, "A"), a_voucher(desk, "B")
    case_id = desk.request(for_the_same_invoice(first))

    with pytest.raises(Refused, match="INVOICE_USED_ELSEWHERE"):
        desk.request(for_the_same_invoice(second))
    desk.send(applicant(), withdraw_case=WithdrawCase(case_id=case_id))
    desk.redemption_through_the_door(for_the_same_invoice(second))

    with pytest.raises(Refused, match="INVOICE_USED_ELSEWHERE"):
        desk.request(for_the_same_invoice(first))


def test_an_application_holds_no_invoice_of_another_seller(desk: RoundDesk) -> None:
    bid = a_bid()
    bid.services[0].invoices[0].seller_uscc = a_code(2)
    desk.send(operator(), submit_application=SubmitApplication(programme_id=PROGRAMME, application=bid))
    theirs = a_bid(2, yuan(20_000_000))
    theirs.services[0].invoices[0].number = bid.services[0].invoices[0].number

    assert desk.send(operator(2), submit_application=SubmitApplication(programme_id=PROGRAMME, application=theirs))
