"""As many papers as one commit takes are taken in; one more is refused by a rule that says so."""

from pathlib import Path

import pytest

from domain.money import yuan
from domain.refusals import Refused
from domain.wellformed import PAPERS_MAX
from duifu.v1.commands_pb2 import SubmitApplication
from duifu.v1.facts_pb2 import Application, RedemptionRequest
from ledger import streams
from tests.builders import a_bank_receipt, a_contract, a_delivery_proof, a_redemption, an_invoice
from tests.desk import Desk
from tests.programmes.qingdao import PERIOD, a_service, an_application
from tests.rounds import PROGRAMME, RoundDesk, an_account, operator

EACH = PAPERS_MAX // 3


def a_request(voucher_id: str, invoices: int) -> RedemptionRequest:
    """So many invoices, each delivered and paid."""
    request = a_redemption(voucher_id, yuan(100))
    for number in range(2, invoices + 1):
        request.invoices.append(an_invoice(yuan(100), number))
        request.delivery_proofs.append(a_delivery_proof(yuan(100), number))
        request.bank_receipts.append(a_bank_receipt(yuan(100), number))
    return request


def test_a_request_brings_as_many_papers_as_one_commit_takes(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    voucher_id = desk.voucher_through_the_door(a_contract(yuan(1_000_000))).voucher_id
    before = desk.versions()

    with pytest.raises(Refused) as refused:
        desk.request(a_request(voucher_id, EACH + 1))
    assert refused.value.code == "MALFORMED"
    said = "request.invoices: 发票、回单、交付凭证共483份（红字发票计两份），一次最多480份；请分几次申请"
    assert said in refused.value.message("zh")
    assert desk.versions() == before

    desk.request(a_request(voucher_id, EACH))
    assert len(desk.ledger.streams("invoice/")) == len(desk.ledger.streams("receipt/")) == EACH
    desk.ledger.close()


def an_application_of(invoices: int) -> Application:
    """Two services that were charged for in so many invoices."""
    half = invoices // 2
    bill = (yuan(10_000), PERIOD[1])
    services = [
        a_service(yuan(10_000) * count, number=number, invoiced=[bill] * count)
        for number, count in enumerate((half, invoices - half), 1)
    ]
    application = an_application(*services)
    application.bank_account.CopyFrom(an_account())
    return application


def test_so_does_an_application_for_a_grant(tmp_path: Path) -> None:
    desk = RoundDesk(tmp_path / "ledger.sqlite")
    asked = [
        SubmitApplication(programme_id=PROGRAMME, application=an_application_of(count))
        for count in (PAPERS_MAX + 1, PAPERS_MAX)
    ]

    with pytest.raises(Refused, match="481 invoices of the applicant in all services, at most 480 are taken"):
        desk.send(operator(), submit_application=asked[0])
    case_id = desk.send(operator(), submit_application=asked[1]).case_id

    assert desk.ledger.version(streams.case(case_id))
    assert len(desk.ledger.streams("invoice/")) == PAPERS_MAX
    desk.ledger.close()
