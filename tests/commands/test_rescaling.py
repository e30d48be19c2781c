"""A contract ends early or becomes cheaper after its voucher was issued: a fifth of what is left remains. (BJ-A18)"""

from contextlib import closing
from fractions import Fraction
from typing import Any

import pytest

from audit.compared import Difference
from audit.recompute import recompute
from domain.evaluation.rescaling import CLAUSE
from domain.money import yuan
from domain.refusals import Refused
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import Actor, RescaleVoucher
from duifu.v1.events_pb2 import BenefitGranted, Envelope, VoucherRescaled
from duifu.v1.facts_pb2 import Contract, OtherBenefit
from ledger import streams
from ledger.mapper import Recorded
from ledger.registry import wrap
from ledger.rows import open_rows
from tests.builders import ACCEPTANCE, BUYER, REVIEW, a_contract, an_item
from tests.desk import Desk

SHA256 = "ab" * 32
WHOLE = yuan(5_000_000)


def settled(desk: Desk, amount_fen: int, **how: Any) -> Voucher:
    """A voucher on a contract over five millions, of which this much is settled and paid out."""
    voucher = desk.voucher_through_the_door(a_contract(WHOLE), **how)
    desk.pay_for(voucher, amount_fen)
    desk.settle_quarter("bj-slq-2023-2024Q1")
    return desk.voucher(voucher.voucher_id)


def rescaled(
    desk: Desk, voucher: Voucher, contract: Contract, actor: Actor = REVIEW, reason: str = "提前终止"
) -> Voucher:
    """The voucher after the authority has looked at the contract as it stands now."""
    asked = RescaleVoucher(voucher_id=voucher.voucher_id, contract=contract, reason=reason, evidence_sha256=SHA256)
    desk.send(actor, rescale_voucher=asked)
    return desk.voucher(voucher.voucher_id)


def granted_by_the_district(desk: Desk, amount_fen: int) -> None:
    """Another programme of the same ledger supports the same contract."""
    benefit = OtherBenefit(
        programme_id="district",
        title="区级补贴",
        level="district",
        uscc=BUYER.uscc,
        contract_number=a_contract(WHOLE).contract_number,
        granted_on="2024-03-01",
        amount_fen=amount_fen,
        is_compute_subsidy=True,
    )
    stream = streams.benefits(BUYER.uscc)
    told = Envelope(event=wrap(BenefitGranted(case_id="district-1", benefit=benefit)), command_id="district-1")
    desk.ledger.append([Recorded(stream, desk.ledger.version(stream) + 1, told)])


def last(desk: Desk, voucher: Voucher) -> VoucherRescaled:
    """What the voucher's stream says of it."""
    event = desk.events(streams.voucher(voucher.voucher_id))[-1]
    assert isinstance(event, VoucherRescaled)
    return event


def test_x37_of_a_terminated_contract_a_fifth_of_what_was_settled_remains_and_the_year_is_not_reopened(
    desk: Desk,
) -> None:
    voucher = settled(desk, yuan(3_000_000))
    assert (voucher.face_value_fen, voucher.paid_fen) == (yuan(1_000_000), yuan(600_000))

    after = rescaled(desk, voucher, a_contract(yuan(3_000_000)))

    assert (after.face_value_fen, after.eligible_fen) == (yuan(600_000), Fraction(yuan(3_000_000)))
    told = last(desk, voucher)
    assert (told.lapsed_fen, told.claw_back_fen, told.clause) == (yuan(400_000), 0, CLAUSE)
    assert desk.year(2024).issued_fen == yuan(1_000_000)


def test_what_was_paid_beyond_the_new_worth_is_to_be_paid_back(desk: Desk) -> None:
    voucher = settled(desk, yuan(3_000_000))

    after = rescaled(desk, voucher, a_contract(yuan(2_000_000)))

    assert after.face_value_fen == yuan(400_000)
    assert (last(desk, voucher).claw_back_fen, after.claw_back_fen) == (yuan(200_000), yuan(200_000))
    assert after.due_fen == yuan(400_000)


def test_what_is_settled_afterwards_is_paid_of_the_new_worth(desk: Desk) -> None:
    voucher = settled(desk, yuan(1_000_000))
    cheaper = rescaled(desk, voucher, a_contract(yuan(4_000_000)))
    assert (cheaper.face_value_fen, cheaper.claw_back_fen) == (yuan(800_000), 0)

    case_id = desk.at("2024-05-06 09:00").pay_for(
        cheaper, yuan(3_500_000), invoice=2, period=("2024-03-01", "2024-04-20"), on="2024-04-26"
    )

    assert desk.case(case_id).due_fen == yuan(600_000)  # 800,000 less the 200,000 that were paid, and no more


def test_less_than_a_fifth_that_was_approved_stays_the_most(desk: Desk) -> None:
    voucher = settled(desk, yuan(1_000_000), approved_fen=yuan(500_000), reason="按能力核定")

    after = rescaled(desk, voucher, a_contract(yuan(4_000_000)))

    assert (after.face_value_fen, last(desk, voucher).lapsed_fen) == (yuan(500_000), 0)
    assert (after.due_fen, last(desk, voucher).claw_back_fen) == (yuan(100_000), 0)


def test_of_a_contract_that_came_to_nothing_nothing_remains(desk: Desk) -> None:
    voucher = settled(desk, yuan(1_000_000))
    nothing = a_contract(items=[an_item(1, starts_on="2026-01-01", ends_on="2026-01-31")])

    after = rescaled(desk, voucher, nothing)

    assert (after.face_value_fen, after.eligible_fen, after.claw_back_fen) == (0, Fraction(0), yuan(200_000))


def test_a_second_change_claws_back_only_what_the_first_did_not(desk: Desk) -> None:
    voucher = settled(desk, yuan(3_000_000))
    rescaled(desk, voucher, a_contract(yuan(2_000_000)))

    after = rescaled(desk, voucher, a_contract(yuan(1_000_000)))

    assert (last(desk, voucher).claw_back_fen, after.claw_back_fen) == (yuan(200_000), yuan(400_000))


def test_an_audit_makes_it_again(desk: Desk) -> None:
    rescaled(desk, settled(desk, yuan(3_000_000)), a_contract(yuan(2_000_000)))
    found: list[Difference] = []

    with closing(open_rows(desk.ledger.address)) as rows:
        tally = recompute(rows, desk.door.rulebook, found.append)

    assert (found, tally.is_equal) == ([], True)


def test_with_other_public_money_it_is_no_more_than_the_contract_costs_now(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door(a_contract(WHOLE))
    granted_by_the_district(desk, yuan(3_500_000))

    after = rescaled(desk, voucher, a_contract(yuan(4_000_000)))

    assert after.face_value_fen == yuan(500_000)  # of the fifth that is left, ¥800,000
    assert [step.name for step in last(desk, voucher).trace.steps if step.bound] == ["with_other_money"]


def test_a_voucher_beyond_the_usual_limit_of_the_year_is_not_cut_by_it_again(desk: Desk) -> None:
    first = desk.voucher_through_the_door(a_contract(yuan(7_500_000), number="A"))
    second = desk.voucher_through_the_door(a_contract(yuan(2_500_000), number="B"))
    assert (first.face_value_fen, second.face_value_fen) == (yuan(1_500_000), yuan(500_000))

    after = rescaled(desk, second, a_contract(yuan(2_400_000), number="B"))

    assert after.face_value_fen == yuan(480_000)


def test_the_contract_as_it_stands_now_still_fulfils_what_is_asked_of_one(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door(a_contract(WHOLE))
    longer = a_contract(yuan(4_000_000), ends_on="2025-12-31")

    with pytest.raises(Refused, match="BJ_E_TERM"):
        rescaled(desk, voucher, longer)


def test_nothing_is_rescaled_while_a_payment_is_under_way(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door(a_contract(WHOLE))
    desk.pay_for(voucher, yuan(100_000))

    with pytest.raises(Refused, match=r"VOUCHER_IN_PAYMENT.*¥20,000\.00 is due"):
        rescaled(desk, voucher, a_contract(yuan(3_000_000)))


@pytest.mark.parametrize(
    ("contract", "code"),
    [
        (a_contract(yuan(3_000_000), number="HT-OTHER"), "RESCALE_OTHER_CONTRACT"),
        (a_contract(WHOLE), "RESCALE_NOT_LOWER"),
        (a_contract(2 * WHOLE), "RESCALE_NOT_LOWER"),
    ],
    ids=["another contract", "the same", "more"],
)
def test_only_the_same_contract_with_less_in_it_changes_a_voucher(desk: Desk, contract: Contract, code: str) -> None:
    voucher = desk.voucher_through_the_door(a_contract(WHOLE))

    with pytest.raises(Refused, match=code):
        rescaled(desk, voucher, contract)


def test_it_takes_the_role_that_sets_amounts_and_a_reason(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door(a_contract(WHOLE))

    with pytest.raises(Refused, match="ROLE_MISMATCH"):
        rescaled(desk, voucher, a_contract(yuan(1)), ACCEPTANCE)
    with pytest.raises(Refused, match="REASON_MISSING"):
        rescaled(desk, voucher, a_contract(yuan(1)), reason=" ")
