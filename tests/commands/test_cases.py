"""Ways that no worked example walks: corrections, silence, withdrawals, deferrals, returned money, the last batch."""

from fractions import Fraction

import pytest

from domain.money import yuan
from domain.refusals import Refused
from duifu.v1.commands_pb2 import (
    VERDICT_REFUSE,
    AdvanceRehearsal,
    CloseCycle,
    ConfirmCycle,
    Finding,
    LapseStage,
    OpenCycle,
    RecordLetter,
    ReplaceBankAccount,
    RequestCorrection,
    SupplyCorrection,
    WithdrawCase,
)
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_ISSUED,
    CASE_OUTCOME_PAID,
    CASE_OUTCOME_REFUSED,
    CASE_OUTCOME_WITHDRAWN,
    CLAIM_PAYMENT_STATUS_RETURNED,
    CONDITION_STATUS_NEEDS_PERSON,
    Decided,
)
from tests.builders import (
    ACCEPTANCE,
    BUYER,
    CYCLE_OFFICER,
    OPERATOR,
    PROGRAMME,
    VERIFICATION,
    Firm,
    a_contract,
    a_delivery_proof,
    a_redemption,
    an_account,
    an_application,
    an_invoice,
    applicant,
    clean_checks,
    direction_fits,
    shanghai,
)
from tests.desk import Desk

Q1, Q2, Q3, Q4, TAIL = (f"bj-slq-2023-{quarter}" for quarter in ("2024Q1", "2024Q2", "2024Q3", "2024Q4", "2026Q1"))
JUNE = ("2024-06-01", "2024-06-30")


def ask_for_a_correction(desk: Desk, case_id: str) -> None:
    asked = RequestCorrection(case_id=case_id, stage="acceptance", items=["合同附件二", "营业执照"])
    desk.send(ACCEPTANCE, request_correction=asked)


def a_lapse(desk: Desk, case_id: str) -> LapseStage:
    stage = desk.case(case_id).stage
    assert stage is not None
    return LapseStage(case_id=case_id, stage=stage.key, round=stage.round)


# Corrections and silence


def test_a_mended_claim_goes_on_where_it_was_returned_and_is_checked_again(desk: Desk) -> None:
    case_id = desk.submit(an_application())
    desk.record_checks(case_id, *clean_checks())
    ask_for_a_correction(desk, case_id)
    mended = an_application(a_contract(yuan(2_000_000)))
    mended.applicant.name = "北京示例更名科技有限公司"

    answered = desk.send(applicant(), supply_correction=SupplyCorrection(case_id=case_id, application=mended))

    case = desk.case(case_id)
    assert (answered.next_stage, case.stage and case.stage.round) == ("acceptance", 2)
    assert case.checks == {}
    desk.record_checks(case_id, *clean_checks())
    desk.accept(case_id)
    desk.review(case_id)
    desk.issue(case_id)
    voucher = desk.voucher(desk.closed_case(case_id).voucher_id)
    assert (voucher.face_value_fen, voucher.holder_name) == (yuan(400_000), "北京示例更名科技有限公司")


def test_a_further_list_is_for_what_the_reply_itself_brought_and_says_so(desk: Desk) -> None:
    case_id = desk.submit(an_application())
    ask_for_a_correction(desk, case_id)
    desk.send(applicant(), supply_correction=SupplyCorrection(case_id=case_id, application=an_application()))
    with pytest.raises(Refused) as refused:
        ask_for_a_correction(desk, case_id)
    assert refused.value.code == "CORRECTION_USED_UP"

    further = RequestCorrection(
        case_id=case_id, stage="acceptance", items=["合同第三页"], caused_by="答复中的新合同缺页"
    )
    desk.send(ACCEPTANCE, request_correction=further)

    case = desk.case(case_id)
    assert (case.corrections, case.correction_items) == (2, ("合同第三页",))
    assert case.stage is not None
    assert (case.stage.key, case.stage.round) == ("correction", 2)


def test_a_claim_that_nobody_touches_for_five_working_days_is_accepted(desk: Desk) -> None:
    case_id = desk.submit(an_application())

    lapsed = desk.at("2024-03-09 00:00:00").system(lapse_stage=a_lapse(desk, case_id))

    assert lapsed.next_stage == "review"
    assert list(desk.year(2024).queue) == [case_id]


def test_a_claim_that_is_not_mended_in_fifteen_working_days_is_withdrawn(desk: Desk) -> None:
    case_id = desk.submit(an_application())
    ask_for_a_correction(desk, case_id)

    desk.at("2024-03-23 00:00:00").system(lapse_stage=a_lapse(desk, case_id))

    assert desk.closed_case(case_id).outcome == CASE_OUTCOME_WITHDRAWN
    assert desk.year(2024).queue == {}


def test_a_review_that_is_late_is_escalated_and_stays_open(desk: Desk) -> None:
    case_id = desk.accepted_case(an_application())

    lapsed = desk.at("2024-03-30 00:00:00").system(lapse_stage=a_lapse(desk, case_id))

    stage = desk.case(case_id).stage
    assert stage is not None
    assert (lapsed.next_stage, stage.is_overdue) == ("review", True)
    assert desk.review(case_id).next_stage == "issuance"


def test_a_refusal_names_its_clause_and_leaves_the_contract_unclaimed(desk: Desk) -> None:
    contract = a_contract()
    refused = desk.accepted_case(an_application(contract))

    desk.review(refused, verdict=VERDICT_REFUSE, code="BJ_E_PURPOSE", reason="用途不是行业大模型")

    closed = desk.closed_case(refused)
    assert (closed.outcome, closed.code, closed.clause) == (CASE_OUTCOME_REFUSED, "BJ_E_PURPOSE", "BJ-1.0f")
    assert desk.year(2024).queue == {}
    assert desk.voucher_through_the_door(contract).face_value_fen == yuan(200_000)


def test_findings_that_contradict_each_other_settle_nothing(desk: Desk) -> None:
    application = an_application()
    application.purpose.field = "气象"
    case_id = desk.accepted_case(application)
    yes, no = (Finding(code="BJ_W_FIELD_OTHER", is_met=met, reason="见评审意见") for met in (True, False))

    for findings in ([], [no], [yes, no]):
        with pytest.raises(Refused) as refused:
            desk.review(case_id, findings=findings)
        assert [ground.status for ground in refused.value.grounds] == [CONDITION_STATUS_NEEDS_PERSON]
    desk.review(case_id, findings=[yes])

    (decided,) = (e for e in desk.events(f"case/{case_id}") if isinstance(e, Decided) and e.stage == "review")
    assert list(decided.findings) == [direction_fits(), yes]


# Head-room


def test_a_place_that_is_given_up_lets_the_case_behind_it_go_on(desk: Desk) -> None:
    ahead, behind = (desk.accepted_case(an_application(a_contract(yuan(7_000_000), number=n))) for n in "AB")
    desk.review(behind)
    held = desk.issue(behind)
    assert (held.next_stage, desk.case(behind).held_behind) == ("issuance", (ahead,))

    desk.send(applicant(), withdraw_case=WithdrawCase(case_id=ahead))
    desk.issue(behind)

    assert desk.closed_case(ahead).outcome == CASE_OUTCOME_WITHDRAWN
    assert desk.closed_case(behind).amount_fen == yuan(1_400_000)


def test_of_two_open_claims_on_one_contract_one_gets_a_voucher(desk: Desk) -> None:
    first, second = (desk.reviewed_case(an_application(a_contract(yuan(1_000_000)))) for _ in range(2))

    for case_id in (second, first):
        desk.issue(case_id)

    assert desk.closed_case(second).outcome == CASE_OUTCOME_ISSUED
    assert desk.closed_case(first).code == "BJ_E_CONTRACT_CLAIMED"
    assert desk.year(2024).issued_fen == yuan(200_000)
    assert desk.year(2024).queue == {}


def test_a_claim_accepted_in_january_can_be_refused_after_the_scheme(desk: Desk) -> None:
    contract = a_contract(signed_on="2025-12-01", starts_on="2025-12-01", ends_on="2025-12-31")
    case_id = desk.at("2025-12-31 10:00").submit(an_application(contract))
    desk.at("2026-01-05 09:00").accept(case_id)

    desk.review(case_id, verdict=VERDICT_REFUSE, code="BJ_E_REG", reason="已迁出")

    assert desk.closed_case(case_id).code == "BJ_E_REG"


# Redemption


def test_a_request_that_adds_nothing_is_closed_and_its_quarter_does_not_wait(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door()
    request = a_redemption(voucher.voucher_id)
    first, again = (desk.redemption_through_the_door(request) for _ in range(2))

    quarter = desk.settle_quarter(Q1)

    assert (desk.closed_case(again).outcome, desk.closed_case(again).code) == (CASE_OUTCOME_REFUSED, "NOTHING_DUE")
    assert quarter.closed is not None
    assert [paid.case_id for paid in quarter.closed.paid] == [first]
    assert list(quarter.closed.dropped_case_ids) == [again]


@pytest.mark.parametrize("fen", [yuan(50_000), yuan(300_000)])
def test_an_invoice_says_the_same_each_time_that_it_is_handed_in(desk: Desk, fen: int) -> None:
    voucher = desk.voucher_through_the_door(a_contract(yuan(1_000_000)))
    request = a_redemption(voucher.voucher_id, yuan(100_000))
    paid = desk.redemption_through_the_door(request)
    request.invoices[0].CopyFrom(an_invoice(fen))

    with pytest.raises(Refused, match="INVOICE_CHANGED") as refused:
        desk.request(request)

    assert paid in refused.value.message("zh")
    assert desk.case(paid).due_fen == yuan(20_000)


def test_what_was_delivered_before_the_signature_is_not_paid_for(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door(a_contract(yuan(1_000_000), signed_on="2024-02-11"))
    request = a_redemption(voucher.voucher_id, yuan(100_000))
    request.delivery_proofs[0].CopyFrom(a_delivery_proof(yuan(100_000), period=("2024-02-01", "2024-02-20")))

    case_id = desk.redemption_through_the_door(request)

    share = Fraction(voucher.face_value_fen * yuan(50_000), voucher.eligible_fen)
    assert desk.case(case_id).due_fen == share.numerator // share.denominator


def test_the_annual_cap_defers_what_it_cuts_and_the_oldest_request_is_paid_first_next_year(desk: Desk) -> None:
    vouchers = two_years_of_vouchers(desk)
    paid_up = pay(desk, vouchers[0], yuan(9_500_000), 1)
    cut = pay(desk, vouchers[1], yuan(3_000_000), 2)
    desk.settle_quarter(Q4)
    assert desk.closed_case(paid_up).amount_fen == yuan(1_900_000)
    assert desk.case(cut).settled_fen == yuan(100_000)
    assert desk.year(2024).redeemed_fen == yuan(2_000_000)

    younger = pay(desk.at("2025-01-06 09:00"), vouchers[1], yuan(1_000_000), 3)
    quarter = desk.settle_quarter("bj-slq-2023-2025Q1")

    assert [quarter.orders[order_id].ordered.case_id for order_id in sorted(quarter.orders)] == [cut, younger]
    assert desk.closed_case(cut).amount_fen == yuan(600_000)
    assert desk.year(2025).redeemed_fen == yuan(500_000 + 200_000)


def test_a_deferred_claim_comes_before_requests_that_joined_the_quarter_earlier_than_it_did(desk: Desk) -> None:
    vouchers = two_years_of_vouchers(desk)
    pay(desk, vouchers[0], yuan(10_000_000), 1)
    deferred = pay(desk, vouchers[1], yuan(8_000_000), 2)
    younger = pay(desk.at("2024-11-18 09:00"), vouchers[1], yuan(2_000_000), 3)
    assert list(desk.cycle("bj-slq-2023-2025Q1").claims) == [younger]
    desk.settle_quarter(Q4)

    quarter = desk.settle_quarter("bj-slq-2023-2025Q1")

    assert [quarter.orders[order_id].ordered.case_id for order_id in sorted(quarter.orders)] == [deferred, younger]


def test_money_that_comes_back_frees_the_cap_and_joins_the_next_quarter_with_a_new_account(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door(a_contract(yuan(5_000_000)))
    case_id = pay(desk, voucher.voucher_id, yuan(1_000_000), 1, on="2024-02-26")

    first = desk.settle_quarter(Q1, returned=[case_id])

    assert first.closed is not None
    assert (first.closed.paid_fen, first.closed.returned_fen) == (0, yuan(200_000))
    assert desk.year(2024).redeemed_fen == 0
    payment = desk.case(case_id).payment
    assert payment is not None
    assert (payment.status, payment.to_cycle_id) == (CLAIM_PAYMENT_STATUS_RETURNED, Q2)
    account = an_account()
    account.number = "0200000000000000002"
    desk.send(applicant(), replace_bank_account=ReplaceBankAccount(case_id=case_id, bank_account=account))
    second = desk.settle_quarter(Q2)
    (order,) = second.orders.values()
    assert order.ordered.payee == account
    assert (desk.closed_case(case_id).outcome, desk.year(2024).redeemed_fen) == (CASE_OUTCOME_PAID, yuan(200_000))
    assert desk.voucher(voucher.voucher_id).paid_fen == yuan(200_000)


def test_what_the_cap_cuts_in_the_tail_batch_lapses_and_the_case_says_what_was_paid(desk: Desk) -> None:
    vouchers = two_years_of_vouchers(desk)
    desk.at("2025-11-20 09:00")
    full = pay(desk, vouchers[0], yuan(7_500_000), 1)
    cut = pay(desk, vouchers[1], yuan(7_500_000), 2)
    nothing_left = pay(desk, vouchers[0], yuan(500_000), 3)
    desk.send(CYCLE_OFFICER, confirm_cycle=ConfirmCycle(cycle_id=TAIL, reason="局长办公会同意"))

    quarter = desk.settle_quarter(TAIL)

    ends = [desk.closed_case(case_id) for case_id in (full, cut, nothing_left)]
    assert [end.outcome for end in ends] == [CASE_OUTCOME_PAID, CASE_OUTCOME_PAID, CASE_OUTCOME_REFUSED]
    assert [end.amount_fen for end in ends] == [yuan(1_500_000), yuan(500_000), 0]
    assert [end.code for end in ends] == ["", "REDEMPTION_ENDED", "REDEMPTION_ENDED"]
    assert quarter.closed is not None
    assert quarter.closed.deferred_fen == yuan(1_000_000 + 100_000)
    assert desk.year(2026).redeemed_fen == yuan(2_000_000)


def test_money_that_comes_back_in_the_tail_batch_lapses(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door()
    case_id = pay(desk.at("2025-11-20 09:00"), voucher.voucher_id, yuan(100_000), 1, on="2024-02-26")
    desk.send(CYCLE_OFFICER, confirm_cycle=ConfirmCycle(cycle_id=TAIL, reason="局长办公会同意"))

    desk.settle_quarter(TAIL, returned=[case_id])

    assert (desk.closed_case(case_id).outcome, desk.closed_case(case_id).amount_fen) == (CASE_OUTCOME_REFUSED, 0)
    assert desk.year(2026).redeemed_fen == 0


def test_a_quarter_may_be_opened_ahead_and_closes_empty(desk: Desk) -> None:
    opened = OpenCycle(programme_id=PROGRAMME, quarter="2024Q2")
    for _ in range(2):
        assert desk.send(CYCLE_OFFICER, open_cycle=opened).case_id == Q2

    desk.freeze(Q2)
    desk.system(close_cycle=CloseCycle(cycle_id=Q2))

    closed = desk.cycle(Q2).closed
    assert closed is not None
    assert (len(closed.paid), closed.paid_fen) == (0, 0)


def test_a_request_withdrawn_at_verification_is_named_when_its_quarter_closes(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door()
    withdrawn, refused = (desk.request(a_redemption(voucher.voucher_id, invoice=n)) for n in (1, 2))

    desk.send(applicant(), withdraw_case=WithdrawCase(case_id=withdrawn))
    desk.decide(VERIFICATION, refused, "verification", verdict=VERDICT_REFUSE, code="BJ_E_INVOICE", reason="发票已作废")
    quarter = desk.settle_quarter(Q1)

    assert quarter.closed is not None
    assert list(quarter.closed.dropped_case_ids) == [withdrawn, refused]


# Letters and rehearsals


def test_a_letter_is_kept_once_even_after_the_case_closed(desk: Desk) -> None:
    case_id = desk.voucher_through_the_door().case_id
    letter = RecordLetter(case_id=case_id)
    letter.letter.letter_id, letter.letter.template = "1", "closed"

    for _ in range(2):
        desk.system(record_letter=letter)

    assert desk.case(case_id).letters == {"1"}
    assert desk.events(f"case/{case_id}")[-2].DESCRIPTOR.name == "CaseClosed"


def test_a_rehearsal_lives_through_a_year_in_no_time_and_every_event_says_so(desk: Desk) -> None:
    desk.rehearse_from("2024-03-01")
    before = desk.door.business_now()
    case_id = desk.submit(an_application())

    rehearse_until(desk, "2024-03-09 00:00")
    desk.system(lapse_stage=a_lapse(desk, case_id))

    assert before.isoformat() == "2024-03-01T09:00:00+08:00"
    assert str(desk.case(case_id).accepted_on) == "2024-03-09"
    assert desk.case(case_id).plan.is_rehearsal
    assert all(entry.recorded.envelope.is_rehearsal for entry in list(desk.ledger.entries(0))[2:])


def rehearse_until(desk: Desk, moment: str) -> None:
    seconds = int(shanghai(moment).timestamp())
    desk.send(OPERATOR, advance_rehearsal=AdvanceRehearsal(business_seconds=seconds))


def two_years_of_vouchers(desk: Desk) -> list[str]:
    """Vouchers over ¥2,000,000 of 2023 and of 2024; afterwards it is 1 November 2024."""
    contracts = {
        "2023-11-20 09:00": a_contract(
            yuan(10_000_000), number="2023", signed_on="2023-11-01", starts_on="2023-11-01", ends_on="2024-10-31"
        ),
        "2024-03-01 09:00": a_contract(yuan(10_000_000), number="2024", ends_on="2024-10-31"),
    }
    issued = [desk.at(moment).voucher_through_the_door(contract) for moment, contract in contracts.items()]
    desk.at("2024-11-01 09:00")
    return [voucher.voucher_id for voucher in issued]


def pay(desk: Desk, voucher_id: str, settled: int, invoice: int, on: str = "2024-07-05", firm: Firm = BUYER) -> str:
    """A request over one invoice, up to the point where it waits for its quarter."""
    period = JUNE if on > JUNE[1] else ("2024-02-01", "2024-02-20")
    request = a_redemption(voucher_id, settled, invoice=invoice, period=period, on=on, buyer=firm)
    return desk.redemption_through_the_door(request, firm)
