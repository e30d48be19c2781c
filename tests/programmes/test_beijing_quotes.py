"""Every worked example of the Beijing policy through `duifu quote`, to the fen; the same through cases is in
tests/commands/test_beijing_examples.py.
"""

from collections.abc import Sequence

import pytest

from domain.money import exact_text, yuan
from duifu.v1.events_pb2 import (
    CONDITION_STATUS_MET,
    CONDITION_STATUS_NEEDS_PERSON,
    CONDITION_STATUS_NOT_MET,
    Evaluation,
    RedemptionQuote,
)
from duifu.v1.facts_pb2 import (
    AccountUse,
    CheckResult,
    Contract,
    CreditListing,
    Facts,
    RedemptionOn,
    RedemptionRequest,
    Relation,
    ScheduleEntry,
)
from tests.builders import (
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
from tests.programmes.asking import ask


def facts(
    contract: Contract | None = None,
    on: str = "2024-01-15",
    *,
    case_id: str = "",
    used: int = 0,
    approved_fen: int = 0,
    checks: Sequence[CheckResult] = (),
    redemptions: Sequence[tuple[str, RedemptionRequest]] = (),
) -> Facts:
    """A claim that meets every condition, and whose direction a person found to fit."""
    answers = {result.check: result for result in [*clean_checks(), *checks]}
    return Facts(
        application=an_application(contract),
        received_on=on,
        checks=list(answers.values()),
        ruled_met=["BJ_E_DIRECTION"],
        case_id=case_id,
        used=[AccountUse(account="issued", amount=used)] if used else [],
        approved_fen=approved_fen,
        redemptions=[RedemptionOn(requested_on=day, request=request) for day, request in redemptions],
    )


def worth(*asked: Facts) -> list[int]:
    return [0 if answer.code else answer.amount.amount_fen for answer in ask(*asked)]


def status(evaluation: Evaluation, code: str) -> int:
    (ground,) = [ground for ground in evaluation.grounds if ground.code == code]
    return ground.status


def exact(evaluation: Evaluation, step: str) -> str:
    return next(row.exact_fen for row in reversed(evaluation.amount.steps) if row.name == step)


def paid(answers: Sequence[RedemptionQuote]) -> list[list[tuple[str, int]]]:
    return [[(payment.quarter, payment.amount_fen) for payment in answer.payments] for answer in answers]


@pytest.mark.parametrize(
    ("contract", "expected"),
    [
        ("5,000,000.00", "1,000,000.00"),  # X1
        ("1,234,567.89", "246,913.57"),  # X3
        ("9,999,999.99", "1,999,999.99"),  # X5
        ("10,000,000.00", "2,000,000.00"),
        ("10,000,000.05", "2,000,000.00"),
    ],
)
def test_x1_x3_x5_a_fifth_of_the_contract_rounded_down_and_cut_by_the_annual_limit(
    contract: str, expected: str
) -> None:
    assert worth(facts(a_contract(yuan(contract)))) == [yuan(expected)]


def test_x7_four_contracts_of_one_year_share_the_annual_limit_in_order_of_acceptance() -> None:
    sizes = (yuan(3_000_000), yuan(5_000_000), yuan(4_000_000), yuan(1_000_000))
    asked = [
        facts(a_contract(size, number=f"HT-{n}", supplier=a_firm(910 + n)), case_id=f"c{n}")
        for n, size in enumerate(sizes)
    ]

    answers = ask(*asked)

    assert [0 if answer.code else answer.amount.amount_fen for answer in answers] == [
        yuan(600_000),
        yuan(1_000_000),
        yuan(400_000),
        0,
    ]
    assert (answers[3].code, answers[3].clause) == ("BJ_E_CAP", "BJ-3.3")
    (step,) = [step for step in answers[2].amount.steps if step.operation == "cap" and step.bound]
    assert step.lost_fen == exact_text(yuan(400_000))
    asked[3].received_on = "2025-01-06"
    asked[3].application.contract.signed_on = "2024-01-10"
    assert worth(asked[3]) == [yuan(200_000)]


def test_x9_only_the_days_inside_the_scheme_count() -> None:
    contract = a_contract(yuan(1_000_000), signed_on="2025-09-10", starts_on="2025-09-15", ends_on="2026-09-14")

    (answer,) = ask(facts(contract, "2025-09-22"))

    assert exact(answer, "eligible") == f"{yuan(1_000_000) * 108 // 5}/73"  # x 108/365, in lowest terms
    assert answer.amount.amount_fen == yuan("59,178.08")


def test_x11_an_itemised_schedule_wins_over_counting_days() -> None:
    months = [("2025-10", 31), ("2025-11", 30), ("2025-12", 31), ("2026-01", 31), ("2026-02", 28), ("2026-03", 31)]
    schedule = [
        ScheduleEntry(starts_on=f"{month}-01", ends_on=f"{month}-{last}", amount_fen=yuan(100_000) * number)
        for number, (month, last) in enumerate(months, start=1)
    ]
    asked = [
        facts(
            a_contract(items=[item], signed_on="2025-09-25", starts_on="2025-10-01", ends_on="2026-03-31"),
            "2025-10-09",
        )
        for item in (an_item(yuan(2_100_000), schedule=schedule), an_item(yuan(2_100_000)))
    ]

    assert [worth(one) for one in asked] == [[yuan("120,000.00")], [yuan("212,307.69")]]


@pytest.mark.parametrize(
    ("signed_on", "on", "code"),
    [
        ("2023-08-31", "2023-10-12", "BJ_E_SIGN_DATE"),
        ("2023-09-01", "2023-10-12", ""),
        ("2025-12-31", "2025-12-31", ""),
        ("2026-01-01", "2026-01-05", "BJ_E_SIGN_DATE"),
    ],
)
def test_x13_the_first_and_the_last_day_of_signing(signed_on: str, on: str, code: str) -> None:
    contract = a_contract(signed_on=signed_on, starts_on=signed_on, ends_on=signed_on[:4] + "-12-31")

    (answer,) = ask(facts(contract, on))

    assert answer.code == code
    assert (status(answer, "BJ_E_SIGN_DATE") == CONDITION_STATUS_MET) == (not code)


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        (Relation(holding_basis_points=10_000), CONDITION_STATUS_NOT_MET),
        (Relation(holding_basis_points=2_499), CONDITION_STATUS_MET),
        (Relation(holding_basis_points=2_500), CONDITION_STATUS_NEEDS_PERSON),
        (Relation(same_controller=True), CONDITION_STATUS_NOT_MET),
    ],
)
def test_x15_a_supplier_may_hold_less_than_a_quarter_of_the_buyer(relation: Relation, expected: int) -> None:
    (answer,) = ask(facts(checks=[relation_check(relation)]))

    assert status(answer, "BJ_E_RELATED") == expected
    assert bool(answer.code) == (expected != CONDITION_STATUS_MET)


@pytest.mark.parametrize(
    ("listing", "expected"),
    [
        (CreditListing(is_dishonesty=True, ended_on="2021-06-09"), CONDITION_STATUS_MET),
        (CreditListing(is_dishonesty=True, ended_on="2021-06-10"), CONDITION_STATUS_NOT_MET),
        (
            CreditListing(is_dishonesty=True, ended_on="2023-01-05", repaired_on="2023-01-05"),
            CONDITION_STATUS_NEEDS_PERSON,
        ),
        (CreditListing(is_dishonesty=False), CONDITION_STATUS_MET),
    ],
)
def test_x17_a_listing_for_dishonesty_counts_for_three_years_to_the_day(listing: CreditListing, expected: int) -> None:
    listing.list_name, listing.listed_on = "失信被执行人", "2019-06-10" if listing.is_dishonesty else "2024-01-01"

    (answer,) = ask(facts(on="2024-06-10", checks=[credit_check(listing)]))

    assert status(answer, "BJ_E_CREDIT") == expected


def test_x19_the_last_headroom_goes_by_order_of_acceptance_whatever_order_is_asked_in() -> None:
    p = facts(a_contract(yuan(2_000_000), number="P"), case_id="p", used=yuan(1_500_000))
    q = facts(a_contract(yuan(1_500_000), number="Q"), case_id="q", used=yuan(1_500_000))
    p.received_time, q.received_time = "10:00:00", "10:00:01"

    assert worth(p, q) == [yuan(400_000), yuan(100_000)]
    assert worth(q, p) == [yuan(100_000), yuan(400_000)]


def test_x21_a_voucher_approved_below_the_ceiling_pays_a_smaller_share() -> None:
    asked = facts(
        a_contract(yuan(5_000_000)),
        approved_fen=yuan(800_000),
        redemptions=[("2024-03-20", a_redemption("v", yuan(1_000_000)))],
    )

    (answer,) = ask(asked)

    assert answer.amount.amount_fen == yuan(800_000)
    assert answer.redemptions[0].due_fen == yuan(160_000)


def test_x23_a_first_invoice_over_a_quarter_of_the_contract_pays_a_quarter_of_the_voucher() -> None:
    asked = facts(a_contract(yuan(5_000_000)), redemptions=[("2024-03-20", a_redemption("v", yuan(1_250_000)))])

    (answer,) = ask(asked)

    assert paid(answer.redemptions) == [[("2024Q1", yuan(250_000))]]


def test_x25_seven_equal_invoices_pay_a_voucher_cut_by_the_limit_to_the_last_fen() -> None:
    requests = [("2024-03-20", a_redemption("v", yuan(1_000_000), invoice=n)) for n in range(1, 8)]

    (answer,) = ask(facts(a_contract(yuan(7_000_000)), used=yuan(1_000_000), redemptions=requests))

    assert answer.amount.amount_fen == yuan(1_000_000)
    assert [one.due_fen - yuan(142_857) for one in answer.redemptions] == [14, 14, 14, 15, 14, 14, 15]
    assert sum(one.due_fen for one in answer.redemptions) == yuan(1_000_000)


def test_x27_what_is_not_paid_yet_is_asked_for_later_with_the_same_invoice() -> None:
    rest = a_redemption("v", yuan(2_000_000))
    rest.bank_receipts[0].CopyFrom(a_bank_receipt(yuan(800_000), paid_on="2024-05-10"))
    requests = [("2024-03-20", a_redemption("v", yuan(2_000_000), paid=yuan(1_200_000))), ("2024-05-20", rest)]

    (answer,) = ask(facts(a_contract(yuan(2_000_000)), redemptions=requests))

    assert paid(answer.redemptions) == [[("2024Q1", yuan(240_000))], [("2024Q2", yuan(160_000))]]


def test_x29_what_was_delivered_after_the_cut_off_of_2023_is_paid_in_2024() -> None:
    contract = a_contract(yuan(1_830_000), signed_on="2023-09-28", starts_on="2023-10-01", ends_on="2024-03-31")
    parts = [
        ("2023-11-15", yuan(460_000), ("2023-10-01", "2023-11-15"), "2023-11-15"),
        ("2024-01-08", yuan(460_000), ("2023-11-16", "2023-12-31"), "2024-01-05"),
        ("2024-03-31", yuan(910_000), ("2024-01-01", "2024-03-31"), "2024-03-31"),
    ]
    requests = [
        (day, a_redemption("v", settled, invoice=number, period=period, on=on))
        for number, (day, settled, period, on) in enumerate(parts, start=1)
    ]

    (answer,) = ask(facts(contract, "2023-10-16", redemptions=requests))

    assert answer.amount.amount_fen == yuan(366_000)
    assert paid(answer.redemptions) == [
        [("2023Q4", yuan(92_000))],
        [("2024Q1", yuan(92_000))],
        [("2024Q1", yuan(182_000))],
    ]
    assert [one.payments[0].counts_in_year for one in answer.redemptions] == [2023, 2024, 2024]


@pytest.mark.parametrize(
    ("contract_on", "asked_on", "quarter", "awaits_ruling"),
    [
        ("2024", "2024-11-15", "2024Q4", False),  # X31
        ("2024", "2024-11-16", "2025Q1", False),
        ("2025", "2025-11-15", "2025Q4", False),  # X33: a Saturday
        ("2025", "2025-11-17", "2026Q1", True),
    ],
)
def test_x31_x33_the_15th_of_november_divides_the_years(
    contract_on: str, asked_on: str, quarter: str, awaits_ruling: bool
) -> None:
    year = contract_on
    contract = a_contract(
        yuan(5_000_000), signed_on=f"{year}-01-10", starts_on=f"{year}-02-01", ends_on=f"{year}-12-31"
    )
    june = a_redemption("v", yuan(500_000), period=(f"{year}-06-01", f"{year}-06-30"), on=f"{year}-07-05")

    (answer,) = ask(facts(contract, f"{year}-02-10", redemptions=[(asked_on, june)]))

    assert paid(answer.redemptions) == [[(quarter, yuan(100_000))]]
    assert answer.redemptions[0].payments[0].counts_in_year == int(quarter[:4])
    assert answer.redemptions[0].awaits_ruling == awaits_ruling


def test_x35_vouchers_issued_do_not_use_up_what_may_be_redeemed() -> None:
    (answer,) = ask(facts(a_contract(yuan(10_000_000)), redemptions=[("2024-03-20", a_redemption("v", yuan("5.00")))]))

    assert answer.amount.amount_fen == yuan(2_000_000)
    assert paid(answer.redemptions) == [[("2024Q1", yuan("1.00"))]]


def test_x37_what_a_terminated_contract_leaves_is_a_fifth_of_what_was_settled() -> None:
    whole, settled = a_contract(yuan(5_000_000)), a_contract(yuan(3_000_000))

    assert min(worth(facts(whole)) + worth(facts(settled))) == yuan(600_000)


def test_x39_days_before_the_signature_do_not_count() -> None:
    contract = a_contract(yuan(1_840_000), signed_on="2024-05-10", starts_on="2024-05-01", ends_on="2024-10-31")

    (answer,) = ask(facts(contract, "2024-05-20"))

    assert exact(answer, "eligible") == exact_text(yuan(1_750_000))
    assert answer.amount.amount_fen == yuan(350_000)


def test_a_payment_that_the_annual_limit_puts_off_is_paid_in_the_next_years_first_batch() -> None:
    requests = [
        ("2024-10-20", a_redemption("v", yuan(5_000_000), period=("2024-06-01", "2024-06-30"), on="2024-07-05"))
    ]
    asked = facts(a_contract(yuan(5_000_000)), redemptions=requests)
    asked.used.add(account="redeemed", period="2024", amount=yuan(1_300_000))

    (answer,) = ask(asked)

    assert paid(answer.redemptions) == [[("2024Q4", yuan(700_000)), ("2025Q1", yuan(300_000))]]
    assert [payment.deferred for payment in answer.redemptions[0].payments] == [False, True]


def test_a_claim_that_is_refused_has_nothing_to_redeem_and_says_why() -> None:
    asked = facts(
        a_contract(signed_on="2023-08-31", starts_on="2023-08-31", ends_on="2023-12-31"),
        redemptions=[("2024-03-20", a_redemption("v", yuan(1_000)))],
    )

    (answer,) = ask(asked)

    assert (answer.redemptions[0].code, answer.redemptions[0].clause) == ("BJ_E_SIGN_DATE", "BJ-2.1")
    assert answer.redemptions[0].payments == []
    assert answer.amount.amount_fen > 0  # what it would be, if it were not for that
