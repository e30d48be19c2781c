"""Every worked example of the Beijing policy, through the door, to the fen. (policy/examples.md)"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import pytest

from domain.letters import owed
from domain.money import yuan
from domain.refusals import Refused
from duifu.v1.commands_pb2 import ConfirmCycle, Finding, OrderPayments
from duifu.v1.events_pb2 import (
    CONDITION_STATUS_MET,
    CONDITION_STATUS_NEEDS_PERSON,
    CONDITION_STATUS_NOT_MET,
    Ground,
)
from duifu.v1.facts_pb2 import CheckResult, CreditListing, Relation, ScheduleEntry
from tests.builders import (
    CYCLE_OFFICER,
    a_bank_receipt,
    a_contract,
    a_firm,
    a_redemption,
    an_application,
    an_item,
    clean_checks,
    credit_check,
    relation_check,
)
from tests.desk import Desk

Q1_2024, Q2_2024, Q4_2024, Q1_2025 = (f"bj-slq-2023-{quarter}" for quarter in ("2024Q1", "2024Q2", "2024Q4", "2025Q1"))


def test_x1_a_voucher_is_worth_a_fifth_of_the_contract(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door(a_contract(yuan(5_000_000)))

    assert voucher.face_value_fen == yuan("1,000,000.00")
    assert desk.year(2024).issued_fen == yuan("1,000,000.00")


def test_x3_a_share_of_a_fen_is_dropped_so_that_a_voucher_never_exceeds_a_fifth(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door(a_contract(yuan("1,234,567.89")))

    assert voucher.face_value_fen == yuan("246,913.57")
    assert voucher.eligible_fen == yuan("1,234,567.89")


@pytest.mark.parametrize(
    ("eligible", "worth"),
    [
        ("9,999,999.99", "1,999,999.99"),
        ("10,000,000.00", "2,000,000.00"),
        ("10,000,000.05", "2,000,000.00"),
    ],
)
def test_x5_the_annual_cap_cuts_off_the_last_fen(desk: Desk, eligible: str, worth: str) -> None:
    voucher = desk.voucher_through_the_door(a_contract(yuan(eligible)))

    assert voucher.face_value_fen == yuan(worth)


def test_x7_the_fourth_contract_of_the_year_finds_the_cap_used_up_and_may_come_again_next_year(desk: Desk) -> None:
    worths = (yuan(3_000_000), yuan(5_000_000), yuan(4_000_000), yuan(1_000_000))
    contracts = [a_contract(worth, supplier=a_firm(910 + n)) for n, worth in enumerate(worths)]
    cases = [desk.reviewed_case(an_application(contract)) for contract in contracts]

    for case_id in cases:
        desk.issue(case_id)

    issued = [desk.closed_case(case_id).amount_fen for case_id in cases]
    assert issued == [yuan("600,000.00"), yuan("1,000,000.00"), yuan("400,000.00"), 0]
    assert "削减" not in desk.closed_case(cases[1]).summary
    told = "已发放算力券¥400,000.00（bj-voucher-2024-000003）；年度限额削减¥400,000.00，不再发放（BJ-3.3）"
    assert desk.closed_case(cases[2]).summary == told
    assert list(owed(desk.case(cases[2])))[-1].words["summary"] == told  # of the letter 办理结果通知书
    assert (desk.closed_case(cases[3]).code, desk.closed_case(cases[3]).clause) == ("BJ_E_CAP", "BJ-3.3")
    again = desk.at("2025-01-06 09:00").voucher_through_the_door(contracts[3])
    assert again.face_value_fen == yuan("200,000.00")


def test_x9_of_a_contract_that_outlasts_the_scheme_only_the_days_inside_count(desk: Desk) -> None:
    contract = a_contract(yuan(1_000_000), signed_on="2025-09-10", starts_on="2025-09-15", ends_on="2026-09-14")

    voucher = desk.at("2025-09-22 09:00").voucher_through_the_door(contract)

    assert voucher.eligible_fen == Fraction(yuan(1_000_000) * 108, 365)
    assert voucher.face_value_fen == yuan("59,178.08")


def test_x11_an_itemised_schedule_wins_over_counting_days(desk: Desk) -> None:
    months = [("2025-10", 31), ("2025-11", 30), ("2025-12", 31), ("2026-01", 31), ("2026-02", 28), ("2026-03", 31)]
    schedule = [
        ScheduleEntry(starts_on=f"{month}-01", ends_on=f"{month}-{last}", amount_fen=yuan(100_000) * number)
        for number, (month, last) in enumerate(months, start=1)
    ]
    rows = {"A": [an_item(yuan(2_100_000), schedule=schedule)], "B": [an_item(yuan(2_100_000))]}
    desk.at("2025-10-09 09:00")

    by_schedule, by_days = (
        desk.voucher_through_the_door(
            a_contract(number=number, items=items, signed_on="2025-09-25", starts_on="2025-10-01", ends_on="2026-03-31")
        )
        for number, items in rows.items()
    )

    assert by_schedule.eligible_fen == yuan("600,000.00")
    assert by_schedule.face_value_fen == yuan("120,000.00")
    assert by_days.face_value_fen == yuan("212,307.69")


@pytest.mark.parametrize(
    ("signed_on", "claimed_at"), [("2023-08-31", "2023-10-12 09:00"), ("2026-01-01", "2026-01-05 09:00")]
)
def test_x13_a_contract_signed_outside_the_scheme_is_refused(desk: Desk, signed_on: str, claimed_at: str) -> None:
    contract = a_contract(signed_on=signed_on, starts_on=signed_on, ends_on=signed_on[:4] + "-12-31")

    with pytest.raises(Refused) as refused:
        desk.at(claimed_at).submit(an_application(contract))

    assert (refused.value.code, refused.value.clause) == ("BJ_E_SIGN_DATE", "BJ-2.1")


@pytest.mark.parametrize(
    ("signed_on", "ends_on", "claimed_at"),
    [
        ("2023-09-01", "2023-12-31", "2023-10-12 09:00"),
        ("2025-12-31", "2026-12-30", "2025-12-31 23:59:59"),
    ],
)
def test_x13_the_first_and_the_last_day_of_signing_count(
    desk: Desk, signed_on: str, ends_on: str, claimed_at: str
) -> None:
    contract = a_contract(yuan(3_650_000), signed_on=signed_on, starts_on=signed_on, ends_on=ends_on)
    case_id = desk.at(claimed_at).submit(an_application(contract))

    desk.record_checks(case_id, *clean_checks())
    desk.accept(case_id)
    desk.review(case_id)
    desk.issue(case_id)

    one_day = yuan(2_000)
    assert desk.closed_case(case_id).amount_fen == (yuan(730_000) if ends_on < "2024" else one_day)


def test_x13_a_claim_of_the_last_day_that_is_accepted_in_january_uses_the_cap_of_january(desk: Desk) -> None:
    contract = a_contract(signed_on="2025-12-01", starts_on="2025-12-01", ends_on="2025-12-31")
    case_id = desk.at("2025-12-31 17:00").submit(an_application(contract))
    desk.at("2026-01-05 09:00").record_checks(case_id, *clean_checks())
    desk.accept(case_id)

    desk.review(case_id)
    desk.issue(case_id)

    assert desk.closed_case(case_id).amount_fen == yuan("200,000.00")
    assert (desk.year(2025).issued_fen, desk.year(2026).issued_fen) == (0, yuan("200,000.00"))


@pytest.mark.parametrize(
    ("relation", "status"),
    [
        (Relation(holding_basis_points=10_000), CONDITION_STATUS_NOT_MET),
        (Relation(holding_basis_points=10_000, parent_or_subsidiary=True), CONDITION_STATUS_NOT_MET),
        (Relation(holding_basis_points=2_499), CONDITION_STATUS_MET),
        (Relation(holding_basis_points=2_500), CONDITION_STATUS_NEEDS_PERSON),
        (Relation(same_controller=True), CONDITION_STATUS_NOT_MET),
    ],
)
def test_x15_a_supplier_may_hold_less_than_a_quarter_of_the_buyer(desk: Desk, relation: Relation, status: int) -> None:
    assert status_at_review(desk, "BJ_E_RELATED", "BJ-1.0c", relation_check(relation)) == status


@pytest.mark.parametrize(
    ("listing", "status", "shown"),
    [
        (CreditListing(is_dishonesty=True, ended_on="2021-06-09"), CONDITION_STATUS_MET, "1条记录"),
        (CreditListing(is_dishonesty=True, ended_on="2021-06-10"), CONDITION_STATUS_NOT_MET, "近三年内有失信记录"),
        (
            CreditListing(is_dishonesty=True, ended_on="2023-01-05", repaired_on="2023-01-05"),
            CONDITION_STATUS_NEEDS_PERSON,
            "由人工认定",
        ),
        (CreditListing(is_dishonesty=False), CONDITION_STATUS_MET, "1条记录"),
    ],
)
def test_x17_a_listing_for_dishonesty_counts_for_three_years_to_the_day(
    desk: Desk, listing: CreditListing, status: int, shown: str
) -> None:
    desk.at("2024-06-10 09:00")
    listing.list_name, listing.listed_on = "失信被执行人", "2019-06-10" if listing.is_dishonesty else "2024-01-01"

    assert status_at_review(desk, "BJ_E_CREDIT", "BJ-1.3b", credit_check(listing), shown) == status


@pytest.mark.parametrize("first_to_ask", ["P", "Q"])
def test_x19_two_claims_decided_at_once_share_the_last_headroom_in_order_of_acceptance(
    desk: Desk, first_to_ask: str
) -> None:
    desk.voucher_through_the_door(a_contract(yuan(7_500_000), number="earlier"))
    p = desk.at("2024-03-04 10:00:00.000").accepted_case(an_application(a_contract(yuan(2_000_000), number="P")))
    q = desk.at("2024-03-04 10:00:00.001").accepted_case(an_application(a_contract(yuan(1_500_000), number="Q")))

    def decide(case_id: str) -> None:
        desk.review(case_id)
        desk.issue(case_id)

    order = [p, q] if first_to_ask == "P" else [q, p]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(decide, order))
    if desk.case(q).is_open:
        assert desk.case(q).held_behind == ()  # was held behind P, and P has let it go
        desk.issue(q)

    assert desk.closed_case(p).amount_fen == yuan("400,000.00")
    assert desk.closed_case(q).amount_fen == yuan("100,000.00")
    assert desk.year(2024).issued_fen == yuan("2,000,000.00")


def test_x21_a_voucher_approved_below_the_ceiling_pays_a_smaller_share_of_every_invoice(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door(
        a_contract(yuan(5_000_000)), approved_fen=yuan(800_000), reason="部分用途不属于大模型训练"
    )

    case_id = desk.pay_for(voucher, yuan(1_000_000))

    assert voucher.face_value_fen == desk.year(2024).issued_fen == yuan("800,000.00")
    assert desk.case(case_id).due_fen == yuan("160,000.00")


def test_x23_a_first_invoice_over_a_quarter_of_the_contract_pays_a_quarter_of_the_voucher(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door(a_contract(yuan(5_000_000)))
    case_id = desk.pay_for(voucher, yuan(1_250_000))

    quarter = desk.settle_quarter(Q1_2024)

    assert quarter.closed is not None
    assert [(paid.case_id, paid.amount_fen) for paid in quarter.closed.paid] == [(case_id, yuan("250,000.00"))]
    assert desk.voucher(voucher.voucher_id).paid_fen == yuan("250,000.00")


def test_x25_seven_equal_invoices_pay_a_voucher_cut_by_the_cap_to_the_last_fen(desk: Desk) -> None:
    desk.voucher_through_the_door(a_contract(yuan(5_000_000), number="earlier"))
    voucher = desk.voucher_through_the_door(a_contract(yuan(7_000_000)))

    cases = [desk.pay_for(voucher, yuan(1_000_000), invoice=n) for n in range(1, 8)]
    quarter = desk.settle_quarter(Q1_2024)

    assert voucher.face_value_fen == yuan("1,000,000.00")
    assert [desk.closed_case(case_id).amount_fen - yuan(142_857) for case_id in cases] == [14, 14, 14, 15, 14, 14, 15]
    assert quarter.closed is not None
    assert quarter.closed.paid_fen == desk.voucher(voucher.voucher_id).paid_fen == yuan("1,000,000.00")


def test_x27_what_is_not_paid_yet_is_asked_for_later_with_the_same_invoice(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door(a_contract(yuan(2_000_000)))

    first = desk.pay_for(voucher, yuan(2_000_000), paid=yuan(1_200_000))
    desk.settle_quarter(Q1_2024)
    rest = a_redemption(voucher.voucher_id, yuan(2_000_000))
    rest.bank_receipts[0].CopyFrom(a_bank_receipt(yuan(800_000), paid_on="2024-05-10"))
    second = desk.at("2024-05-20 09:00").redemption_through_the_door(rest)
    desk.settle_quarter(Q2_2024)

    assert desk.closed_case(first).amount_fen == yuan("240,000.00")
    assert desk.closed_case(second).amount_fen == yuan("160,000.00")


def test_x29_what_was_delivered_after_the_cut_off_of_2023_is_paid_in_2024(desk: Desk) -> None:
    contract = a_contract(yuan(1_830_000), signed_on="2023-09-28", starts_on="2023-10-01", ends_on="2024-03-31")
    voucher = desk.at("2023-10-16 09:00").voucher_through_the_door(contract)

    before = desk.at("2023-11-15 16:00").pay_for(
        voucher, yuan(460_000), invoice=1, period=("2023-10-01", "2023-11-15"), on="2023-11-15"
    )
    desk.settle_quarter("bj-slq-2023-2023Q4")
    after = desk.at("2024-01-08 09:00").pay_for(
        voucher, yuan(460_000), invoice=2, period=("2023-11-16", "2023-12-31"), on="2024-01-05"
    )
    later = desk.at("2024-03-31 16:00").pay_for(
        voucher, yuan(910_000), invoice=3, period=("2024-01-01", "2024-03-31"), on="2024-03-31"
    )
    desk.settle_quarter(Q1_2024)

    assert voucher.face_value_fen == yuan("366,000.00")
    paid = [desk.closed_case(case_id).amount_fen for case_id in (before, after, later)]
    assert paid == [yuan("92,000.00"), yuan("92,000.00"), yuan("182,000.00")]
    assert desk.year(2023).redeemed_fen == yuan("92,000.00")
    assert desk.year(2024).redeemed_fen == yuan("274,000.00")


@pytest.mark.parametrize(
    ("asked_at", "cycle_id", "year", "other_year"),
    [("2024-11-15 23:59:59", Q4_2024, 2024, 2025), ("2024-11-16 00:00:00", Q1_2025, 2025, 2024)],
)
def test_x31_midnight_after_15_november_divides_the_years(
    desk: Desk, asked_at: str, cycle_id: str, year: int, other_year: int
) -> None:
    voucher = desk.voucher_through_the_door(a_contract(yuan(5_000_000)))

    case_id = desk.at(asked_at).pay_for(voucher, yuan(500_000), period=("2024-06-01", "2024-06-30"), on="2024-07-05")
    desk.settle_quarter(cycle_id)

    assert desk.closed_case(case_id).amount_fen == desk.year(year).redeemed_fen == yuan("100,000.00")
    assert desk.year(other_year).redeemed_fen == 0


def test_x33_a_saturday_does_not_move_the_cut_off(desk: Desk) -> None:
    voucher = desk.at("2025-03-03 09:00").voucher_through_the_door(
        a_contract(yuan(5_000_000), signed_on="2025-01-10", starts_on="2025-02-01", ends_on="2025-12-31")
    )
    june = {"period": ("2025-06-01", "2025-06-30"), "on": "2025-07-05"}

    on_time = desk.at("2025-11-15 20:00").pay_for(voucher, yuan(100_000), invoice=1, **june)
    late = desk.at("2025-11-17 09:00").pay_for(voucher, yuan(100_000), invoice=2, **june)

    assert desk.case(on_time).cycle_id == "bj-slq-2023-2025Q4"
    assert desk.case(late).cycle_id == "bj-slq-2023-2026Q1"


def test_x33_the_tail_batch_is_paid_when_the_authority_has_ruled(desk: Desk) -> None:
    voucher = desk.at("2025-03-03 09:00").voucher_through_the_door(
        a_contract(yuan(5_000_000), signed_on="2025-01-10", starts_on="2025-02-01", ends_on="2025-12-31")
    )
    case_id = desk.at("2025-11-17 09:00").pay_for(
        voucher, yuan(100_000), period=("2025-06-01", "2025-06-30"), on="2025-07-05"
    )
    tail = desk.case(case_id).cycle_id
    desk.freeze(tail)

    with pytest.raises(Refused) as refused:
        desk.system(order_payments=OrderPayments(cycle_id=tail))
    desk.send(CYCLE_OFFICER, confirm_cycle=ConfirmCycle(cycle_id=tail, reason="局长办公会同意支付尾批"))
    desk.order_payments(tail)
    desk.record_results(tail)

    assert (refused.value.code, refused.value.clause) == ("RULING_MISSING", "BJ-A13")
    assert desk.closed_case(case_id).amount_fen == yuan("20,000.00")


def test_x35_vouchers_issued_do_not_use_up_what_may_be_redeemed(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door(a_contract(yuan(10_000_000)))

    case_id = desk.pay_for(voucher, yuan("5.00"))
    desk.settle_quarter(Q1_2024)

    assert desk.year(2024).issued_fen == yuan("2,000,000.00")
    assert desk.closed_case(case_id).amount_fen == desk.year(2024).redeemed_fen == yuan("1.00")


def test_x39_days_before_the_signature_do_not_count(desk: Desk) -> None:
    contract = a_contract(yuan(1_840_000), signed_on="2024-05-10", starts_on="2024-05-01", ends_on="2024-10-31")

    voucher = desk.at("2024-05-20 09:00").voucher_through_the_door(contract)

    assert voucher.eligible_fen == yuan("1,750,000.00")
    assert voucher.face_value_fen == yuan("350,000.00")


def status_at_review(desk: Desk, code: str, clause: str, answer: CheckResult, shown: str = "") -> int:
    """How a condition stands at review. A person's ruling settles what needs a person, and nothing else."""
    case_id = desk.accepted_case(an_application(), checks=[answer])
    stands: Sequence[Ground] = ()
    try:
        desk.review(case_id)
    except Refused as refused:
        stands = refused.grounds
    (ground,) = [g for g in stands or desk.case(case_id).decisions[-1].grounds if g.code == code]
    assert ground.clause == clause
    assert shown in ground.explanation
    ruling = Finding(code=code, is_met=True, reason="已核实，不构成障碍")
    if ground.status == CONDITION_STATUS_NEEDS_PERSON:
        desk.review(case_id, findings=[ruling])
    elif ground.status == CONDITION_STATUS_NOT_MET:
        with pytest.raises(Refused, match=code):
            desk.review(case_id, findings=[ruling])
    return ground.status
