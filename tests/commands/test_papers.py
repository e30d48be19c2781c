"""What was paid and delivered counts once, whatever it is handed in with. (BJ-2.5, BJ-4.5, BJ-A8)"""

import pytest

from domain.money import yuan
from domain.refusals import Refused
from duifu.v1.commands_pb2 import WithdrawCase
from duifu.v1.facts_pb2 import RedemptionRequest
from tests.builders import a_contract, a_redemption, applicant
from tests.desk import Desk

PAPERS = ["bank_receipts", "delivery_proofs"]


def named(request: RedemptionRequest, papers: str, number: str, total_fen: int = 0) -> RedemptionRequest:
    (paper,) = getattr(request, papers)
    setattr(paper, "receipt_number" if papers == "bank_receipts" else "proof_number", number)
    paper.total_fen = total_fen
    return request


@pytest.mark.parametrize("papers", PAPERS)
def test_one_paper_over_two_invoices_is_believed_as_far_as_it_comes_to(desk: Desk, papers: str) -> None:
    voucher = desk.voucher_through_the_door(a_contract(yuan(1_000_000)))
    first, second, third = (
        named(a_redemption(voucher.voucher_id, yuan(100_000), invoice=n), papers, number, yuan(200_000))
        for n, number in ((1, "P-1"), (2, "P-1"), (3, "p 1"))
    )

    cases = [desk.redemption_through_the_door(request) for request in (first, second)]

    assert [desk.case(case_id).due_fen for case_id in cases] == [yuan(20_000)] * 2
    with pytest.raises(Refused, match="PAPER_EXCEEDS") as refused:
        desk.request(third)
    assert "¥300,000.00" in refused.value.message("zh")


@pytest.mark.parametrize("papers", PAPERS)
def test_in_one_request_too(desk: Desk, papers: str) -> None:
    voucher = desk.voucher_through_the_door(a_contract(yuan(1_000_000)))
    request, other = (named(a_redemption(voucher.voucher_id, invoice=n), papers, "P-1") for n in (1, 2))
    request.MergeFrom(RedemptionRequest(invoices=other.invoices, bank_receipts=other.bank_receipts))
    request.delivery_proofs.extend(other.delivery_proofs)

    with pytest.raises(Refused, match="PAPER_USED_ELSEWHERE"):
        desk.request(request)


@pytest.mark.parametrize("papers", PAPERS)
def test_a_paper_of_a_claim_that_was_withdrawn_is_free_again(desk: Desk, papers: str) -> None:
    vouchers = [desk.voucher_through_the_door(a_contract(number=number)) for number in ("A", "B")]
    first, second = (named(a_redemption(v.voucher_id, invoice=n), papers, "P-1") for n, v in enumerate(vouchers, 1))
    case_id = desk.request(first)

    with pytest.raises(Refused, match="PAPER_USED_ELSEWHERE") as refused:
        desk.request(second)
    assert case_id in refused.value.message("zh")
    desk.send(applicant(), withdraw_case=WithdrawCase(case_id=case_id))

    assert desk.case(desk.redemption_through_the_door(second)).due_fen == yuan(20_000)
