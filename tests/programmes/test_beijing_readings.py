"""Each reading of a silent text: what the file chooses, and what the other choice would change. (BJ-A1 to BJ-A23)"""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from domain.evaluation.application import evaluate
from domain.evaluation.edition import Edition
from domain.facts import CaseFacts
from domain.money import yuan
from domain.refusals import Refused
from domain.wellformed import problems_of_facts
from duifu.v1.events_pb2 import (
    CONDITION_STATUS_MET,
    CONDITION_STATUS_NEEDS_PERSON,
    CONDITION_STATUS_NOT_MET,
    Evaluation,
    Ground,
)
from duifu.v1.facts_pb2 import (
    SERVICE_KIND_STORAGE,
    SERVICE_KIND_UNSPECIFIED,
    Application,
    CheckResult,
    Contract,
    CreditListing,
    Facts,
    InvoiceLine,
    OtherBenefit,
    Relation,
    ScheduleEntry,
)
from tests.builders import (
    BUYER,
    OTHER_BUYER,
    a_contract,
    a_redemption,
    an_application,
    an_invoice,
    an_item,
    clean_checks,
    credit_check,
    enterprise_check,
    relation_check,
)
from tests.desk import Desk
from tests.programmes.switching import desk_under, edition

ON = date(2024, 3, 1)
MET, NOT_MET, PERSON = CONDITION_STATUS_MET, CONDITION_STATUS_NOT_MET, CONDITION_STATUS_NEEDS_PERSON
DEFAULT = edition()


def facts(
    contract: Contract | None = None,
    *checks: CheckResult,
    application: Application | None = None,
    on: date = ON,
    benefits: Sequence[OtherBenefit] = (),
) -> CaseFacts:
    """A claim that passes, on this contract, with these answers in place of the clean ones."""
    answers = {check.check: check for check in [*clean_checks(), *checks]}
    ruled = frozenset({"BJ_E_DIRECTION"})
    return CaseFacts(on, application or an_application(contract), checks=answers, benefits=benefits, ruled_met=ruled)


def ground(under: Edition, code: str, case: CaseFacts, at: str = "decision") -> Ground:
    """How one condition stands."""
    return next(ground for ground in under.rules.grounds(at, case) if ground.code == code)


def worth(under: Edition, contract: Contract, on: date = ON) -> int:
    """What the voucher on a contract would be worth, whatever stands in the way."""
    return evaluated(under, facts(contract, on=on)).amount.amount_fen


def evaluated(under: Edition, case: CaseFacts) -> Evaluation:
    """The whole evaluation."""
    return evaluate(under, case)


# Who


@pytest.mark.parametrize(
    ("industry", "by_default", "strict", "wide"),
    [("I6513", MET, MET, MET), ("I6420", MET, NOT_MET, MET), ("I6312", PERSON, NOT_MET, MET), ("C3911", MET, MET, MET)],
)
def test_a1_divisions_64_and_65_pass_and_63_needs_a_person_unless_the_code_table_says_otherwise(
    industry: str, by_default: int, strict: int, wide: int
) -> None:
    application = an_application()
    application.applicant.industry_code = industry
    case = facts(None, enterprise_check(industry=industry), application=application)
    nobody, made = "^$", "C(1[3-9]|[23][0-9]|4[0-3])"
    only_65 = edition(industries_passing=f"^({made}|I65)[0-9]{{0,2}}$", industries_for_person=nobody)
    whole_section = edition(industries_passing=f"^({made}|I6[345])[0-9]{{0,2}}$", industries_for_person=nobody)

    stands = [ground(under, "BJ_E_INDUSTRY", case).status for under in (DEFAULT, only_65, whole_section)]

    assert stands == [by_default, strict, wide]


def test_a2_where_the_declaration_is_enough_the_register_bars_nobody() -> None:
    case = facts(None, relation_check(Relation(same_controller=True)))

    assert ground(DEFAULT, "BJ_E_RELATED", case).status == NOT_MET
    assert ground(edition(relation_test="declaration"), "BJ_E_RELATED", case).status == MET


def test_a2_the_thresholds_of_holdings_are_parameters() -> None:
    case = facts(None, relation_check(Relation(holding_basis_points=2_600)))

    assert ground(DEFAULT, "BJ_E_RELATED", case).status == PERSON
    assert ground(edition(holding_review_basis_points=3_000), "BJ_E_RELATED", case).status == MET
    assert ground(edition(holding_control_basis_points=2_599), "BJ_E_RELATED", case).status == NOT_MET


def test_a3_an_ordinary_penalty_is_shown_and_no_bar_unless_any_penalty_counts() -> None:
    fine = CreditListing(list_name="行政处罚", listed_on="2024-01-01")
    case = facts(None, credit_check(fine))

    by_default = ground(DEFAULT, "BJ_E_CREDIT", case)

    assert (by_default.status, "一般行政处罚" in by_default.explanation) == (MET, True)
    assert ground(edition(credit_scope="any_penalty"), "BJ_E_CREDIT", case).status == NOT_MET


def test_a3_the_years_looked_back_are_a_parameter() -> None:
    listing = CreditListing(list_name="失信被执行人", listed_on="2019-01-01", ended_on="2021-02-28", is_dishonesty=True)
    case = facts(None, credit_check(listing))

    assert ground(DEFAULT, "BJ_E_CREDIT", case).status == MET
    assert ground(edition(credit_look_back_years=5), "BJ_E_CREDIT", case).status == NOT_MET


def a_benefit(
    contract_number: str, *, level: str = "city", amount_fen: int = yuan(10_000), **other: Any
) -> OtherBenefit:
    """What another programme granted the buyer."""
    return OtherBenefit(
        programme_id=other.get("programme", "bj-other"),
        title="其他专项",
        level=level,
        uscc=other.get("uscc", BUYER.uscc),
        contract_number=contract_number,
        granted_on="2024-02-01",
        amount_fen=amount_fen,
        is_compute_subsidy=other.get("compute", True),
    )


@pytest.mark.parametrize(
    ("benefit", "by_contract", "by_enterprise"),
    [
        (a_benefit("HT-2024-001"), NOT_MET, NOT_MET),
        (a_benefit("ｈｔ 2024—001"), NOT_MET, NOT_MET),
        (a_benefit("HT-2023-777"), PERSON, NOT_MET),
        (a_benefit("HT-2024-001", level="district"), MET, MET),
        (a_benefit("HT-2024-001", compute=False), MET, MET),
        (a_benefit("HT-2024-001", uscc=OTHER_BUYER.uscc), MET, MET),
    ],
    ids=[
        "same contract",
        "same contract, written otherwise",
        "other contract",
        "district",
        "no compute",
        "somebody else",
    ],
)
def test_a4_double_funding_is_tested_by_contract_unless_the_enterprise_counts(
    benefit: OtherBenefit, by_contract: int, by_enterprise: int
) -> None:
    case = facts(benefits=[benefit])

    assert ground(DEFAULT, "BJ_E_DOUBLE_FUND", case).status == by_contract
    assert ground(edition(double_funding_scope="enterprise"), "BJ_E_DOUBLE_FUND", case).status == by_enterprise


@pytest.mark.parametrize("level", ["municipal", "City", "city ", "市级"])
def test_a4_a_level_that_nobody_knows_is_refused_and_not_taken_for_none(level: str) -> None:
    found = [problem.message("en") for problem in problems_of_facts(Facts(benefits=[a_benefit("N", level=level)]))]

    assert [problem for problem in found if problem.startswith(f"benefits[0].level: {level!r} is none of city, ")]


@pytest.mark.parametrize("level", ["city", "district", "province", "state", ""])
def test_a4_who_pays_is_one_of_four_levels_or_not_said(level: str) -> None:
    found = problems_of_facts(Facts(benefits=[a_benefit("HT-2024-001", level=level)]))

    assert not [problem for problem in found if "level" in problem.where]


def test_a4_district_money_is_no_bar_but_all_public_money_together_stays_within_the_contract() -> None:
    contract = a_contract(yuan(1_000_000))
    little, much = (
        facts(contract, benefits=[a_benefit("ht 2024 001", level="district", amount_fen=fen)])
        for fen in (yuan(800_000), yuan(900_000))
    )

    assert evaluated(DEFAULT, little).amount.amount_fen == yuan(200_000)
    assert evaluated(DEFAULT, much).amount.amount_fen == yuan(100_000)


# Which contracts


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "civil_code", "strict"),
    [
        ("2024-03-01", "2025-02-28", MET, MET),
        ("2024-03-01", "2025-03-01", MET, NOT_MET),
        ("2024-03-01", "2025-03-02", NOT_MET, NOT_MET),
        ("2024-02-29", "2025-02-28", MET, NOT_MET),
    ],
)
def test_a5_a_year_ends_on_the_corresponding_day_unless_it_is_counted_strictly(
    starts_on: str, ends_on: str, civil_code: int, strict: int
) -> None:
    case = facts(a_contract(starts_on=starts_on, ends_on=ends_on))

    assert ground(DEFAULT, "BJ_E_TERM", case).status == civil_code
    assert ground(edition(term_counting="strict"), "BJ_E_TERM", case).status == strict


def test_a19_a_claim_may_follow_delivery_unless_the_authority_closes_that_door() -> None:
    case = facts(a_contract(starts_on="2024-01-10", ends_on="2024-02-29"))

    assert ground(DEFAULT, "BJ_E_AFTER_DELIVERY", case, "submission").status == MET
    forbidden = ground(edition(claim_after_delivery=False), "BJ_E_AFTER_DELIVERY", case, "submission")
    assert (forbidden.status, forbidden.clause) == (NOT_MET, "BJ-3.1")


def test_a22_a_contract_in_foreign_currency_needs_a_person_unless_it_is_refused() -> None:
    contract = a_contract()
    contract.currency = "USD"
    case = facts(contract)

    assert ground(DEFAULT, "BJ_W_CURRENCY", case).status == PERSON
    assert ground(edition(foreign_currency="refused"), "BJ_W_CURRENCY", case).status == NOT_MET


# How much


def test_a10_a_schedule_wins_unless_days_alone_count() -> None:
    months = [("2025-10", 31), ("2025-11", 30), ("2025-12", 31), ("2026-01", 31), ("2026-02", 28), ("2026-03", 31)]
    schedule = [
        ScheduleEntry(starts_on=f"{month}-01", ends_on=f"{month}-{last}", amount_fen=yuan(100_000) * number)
        for number, (month, last) in enumerate(months, start=1)
    ]
    item = an_item(yuan(2_100_000), schedule=schedule)
    contract = a_contract(items=[item], signed_on="2025-09-25", starts_on="2025-10-01", ends_on="2026-03-31")

    assert worth(DEFAULT, contract, date(2025, 10, 9)) == yuan("120,000.00")
    assert worth(edition(overrun_method="days"), contract, date(2025, 10, 9)) == yuan("212,307.69")


@pytest.mark.parametrize(
    ("counting", "share"),
    [("inclusive_days", Fraction(108, 365)), ("exclusive_days", Fraction(107, 364)), ("months", Fraction(4, 13))],
)
def test_a10_days_are_counted_with_both_ends_unless_the_first_is_left_out_or_months_count(
    counting: str, share: Fraction
) -> None:
    contract = a_contract(yuan(1_000_000), signed_on="2025-09-10", starts_on="2025-09-15", ends_on="2026-09-14")
    under = DEFAULT if counting == "inclusive_days" else edition(day_counting=counting)

    assert worth(under, contract, date(2025, 9, 22)) == int(yuan(1_000_000) * share / 5)


def test_a15_tax_is_part_of_the_contracts_amount_unless_it_is_left_out() -> None:
    contract = a_contract(yuan("1,130,000.00"))
    contract.tax_fen = yuan("130,000.00")

    assert worth(DEFAULT, contract) == yuan("226,000.00")
    assert worth(edition(tax_basis="excluded"), contract) == yuan("200,000.00")


def test_a20_days_before_the_signature_do_not_count_unless_they_are_let_in() -> None:
    contract = a_contract(yuan(1_840_000), signed_on="2024-05-10", starts_on="2024-05-01", ends_on="2024-10-31")

    assert worth(DEFAULT, contract, date(2024, 5, 13)) == yuan("350,000.00")
    assert worth(edition(days_before_signature="counted"), contract, date(2024, 5, 13)) == yuan("368,000.00")


def test_a23_there_is_no_total_budget_unless_the_file_names_one(desk: Desk) -> None:
    def with_a_budget(data: dict[str, Any]) -> None:
        dated = [{"from": date(2023, 9, 1), "through": date(2025, 12, 31), "value": "1亿元"}]
        data["parameters"]["budget_fen"] = {"kind": "money", "clause": "BJ-A23", "values": dated}
        data["accounts"]["pool"] |= {"limit": "budget_fen", "code": "BJ_E_EXHAUSTED"}

    (budget,) = [step for step in evaluated(DEFAULT, facts()).amount.steps if step.name == "within_budget"]
    assert (budget.clause, "不设限额" in budget.explanation) == ("BJ-A23", True)
    with pytest.raises(Refused, match="PROGRAMME_NOT_SERVED"):  # nobody may believe that a budget is kept
        desk_under(desk, with_a_budget).submit(an_application())


# Limits and years


def test_a6_a_used_up_claim_is_redeemed_in_its_own_year_unless_one_limit_holds_for_both(desk: Desk) -> None:
    desk_under(desk, caps_combined=True)
    voucher = desk.voucher_through_the_door(a_contract(yuan(10_000_000)))

    case_id = desk.pay_for(voucher, yuan("5.00"))
    closed = desk.settle_quarter("bj-slq-2023-2024Q1").closed

    assert voucher.face_value_fen == yuan(2_000_000)
    assert closed is not None
    assert (closed.paid_fen, closed.deferred_fen) == (0, yuan("1.00"))
    assert desk.case(case_id).is_open


def test_a6_under_one_limit_what_was_paid_leaves_less_to_issue(desk: Desk) -> None:
    desk_under(desk, caps_combined=True)
    first = desk.voucher_through_the_door(a_contract(yuan(4_000_000), number="first"))
    desk.pay_for(first, yuan(4_000_000))
    desk.settle_quarter("bj-slq-2023-2024Q1")

    second = desk.at("2024-05-06 09:00").voucher_through_the_door(a_contract(yuan(9_000_000), number="second"))

    assert first.face_value_fen == desk.year(2024).redeemed_fen == yuan(800_000)
    assert second.face_value_fen == yuan(400_000)  # 2,000,000 less 800,000 issued and 800,000 paid


@pytest.mark.parametrize(("reading", "year"), [("accepted_on", 2025), ("received_on", 2024), ("signed_on", 2023)])
def test_a7_a_voucher_counts_in_the_year_of_acceptance_unless_another_date_is_chosen(
    desk: Desk, reading: str, year: int
) -> None:
    if reading != "accepted_on":
        desk_under(desk, issue_year_of=reading)
    contract = a_contract(signed_on="2023-12-20", starts_on="2024-01-01", ends_on="2024-12-31")
    case_id = desk.at("2024-12-31 16:00").submit(an_application(contract))
    desk.at("2025-01-03 09:00").record_checks(case_id, *clean_checks())
    desk.accept(case_id)

    desk.review(case_id)
    desk.issue(case_id)

    assert {other: desk.year(other).issued_fen for other in (2023, 2024, 2025)} == {
        other: yuan(200_000) if other == year else 0 for other in (2023, 2024, 2025)
    }


@pytest.mark.parametrize(("reading", "year"), [("paid_on", 2025), ("requested_on", 2024)])
def test_a7_a_payment_counts_in_the_year_of_its_batch_unless_the_request_decides(
    desk: Desk, reading: str, year: int
) -> None:
    if reading != "paid_on":
        desk_under(desk, redemption_counts_in=reading)
    voucher = desk.voucher_through_the_door()
    desk.at("2024-11-18 09:00").pay_for(voucher, yuan(100_000), on="2024-11-11")

    desk.settle_quarter("bj-slq-2023-2025Q1")

    assert desk.year(year).redeemed_fen == yuan(20_000)
    assert desk.year(4049 - year).redeemed_fen == 0


# Redemption


def test_a8_an_invoice_counts_as_paid_where_no_proof_of_payment_is_asked_for(desk: Desk) -> None:
    desk_under(desk, needs_payment_proof=False)
    voucher = desk.voucher_through_the_door()
    request = a_redemption(voucher.voucher_id, yuan(100_000))
    request.ClearField("bank_receipts")
    del request.materials[2]  # the proof of payment

    case_id = desk.redemption_through_the_door(request)

    assert desk.case(case_id).due_fen == yuan(20_000)


def test_a8_a_request_without_proof_of_payment_is_refused_by_default(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door()
    request = a_redemption(voucher.voucher_id, yuan(100_000))
    request.ClearField("bank_receipts")

    with pytest.raises(Refused, match="BJ_E_NOT_SETTLED"):
        desk.request(request)


@pytest.mark.parametrize(
    ("reading", "pay_on"), [("previous_working_day", "2024-03-29"), ("next_working_day", "2024-04-01")]
)
def test_a11_a_quarter_that_ends_on_a_sunday_pays_on_the_friday_unless_on_the_monday(
    desk: Desk, reading: str, pay_on: str
) -> None:
    if reading != "previous_working_day":
        desk_under(desk, pay_day=reading)
    desk.pay_for(desk.voucher_through_the_door(), yuan(100_000))

    assert desk.cycle("bj-slq-2023-2024Q1").opened.pay_on == pay_on


@pytest.mark.parametrize(("reading", "dues"), [("voucher_share", (160_000, 640_000)), ("rate", (200_000, 600_000))])
def test_a12_an_invoice_releases_its_share_of_the_voucher_unless_it_releases_a_fifth_of_itself(
    desk: Desk, reading: str, dues: tuple[int, int]
) -> None:
    if reading != "voucher_share":
        desk_under(desk, redemption_formula=reading)
    voucher = desk.voucher_through_the_door(
        a_contract(yuan(5_000_000)), approved_fen=yuan(800_000), reason="部分用途不属于大模型训练"
    )

    cases = [desk.pay_for(voucher, settled, invoice=n) for n, settled in ((1, yuan(1_000_000)), (2, yuan(4_000_000)))]

    assert [desk.case(case_id).due_fen for case_id in cases] == [yuan(due) for due in dues]


@pytest.mark.parametrize(("moves", "quarter"), [(False, "2026Q1"), (True, "2025Q4")])
def test_a13_a_saturday_does_not_move_the_cut_off_unless_the_civil_code_does(
    desk: Desk, moves: bool, quarter: str
) -> None:
    if moves:
        desk_under(desk, cut_off_rolls_over=True)
    voucher = desk.at("2025-03-03 09:00").voucher_through_the_door(
        a_contract(signed_on="2025-01-10", starts_on="2025-02-01", ends_on="2025-12-31")
    )

    case_id = desk.at("2025-11-17 09:00").pay_for(
        voucher, yuan(100_000), period=("2025-06-01", "2025-06-30"), on="2025-07-05"
    )

    assert desk.case(case_id).cycle_id == f"bj-slq-2023-{quarter}"


@pytest.mark.parametrize(("reading", "the_day_before"), [("2023-10-11", "2023-10-10"), ("2023-10-16", "2023-10-15")])
def test_a14_claims_are_taken_from_the_day_of_signing_unless_another_counts_as_published(
    desk: Desk, reading: str, the_day_before: str
) -> None:
    application = an_application(a_contract(signed_on="2023-09-28", starts_on="2023-10-01", ends_on="2023-12-31"))

    if reading != "2023-10-11":
        desk_under(desk, published_on=reading)
    with pytest.raises(Refused, match=r"BJ_E_CLAIM_WINDOW|PROGRAMME_UNKNOWN"):
        desk.at(f"{the_day_before} 23:59").submit(application)
    assert desk.at(f"{reading} 00:00").submit(application) == "bj-claim-2023-000001"


@pytest.mark.parametrize(("reading", "due"), [("contract_share", 150_000), ("nothing", 0)])
def test_a21_an_invoice_without_items_counts_by_the_contracts_share_of_compute_and_is_shown(
    desk: Desk, reading: str, due: int
) -> None:
    if reading != "contract_share":
        desk_under(desk, invoice_without_items=reading)
    voucher = desk.voucher_through_the_door(
        a_contract(items=[an_item(yuan(3_000_000)), an_item(yuan(1_000_000), SERVICE_KIND_STORAGE)])
    )
    line = InvoiceLine(kind=SERVICE_KIND_UNSPECIFIED, name="信息技术服务", amount_fen=yuan(1_000_000))
    request = a_redemption(voucher.voucher_id, yuan(1_000_000))
    request.invoices[0].CopyFrom(an_invoice(0, lines=[line]))

    case_id = desk.redemption_through_the_door(request)

    grounds = {ground.code: ground for ground in desk.case(case_id).decisions[-1].grounds}
    assert "未注明服务种类" in grounds["BJ_W_INVOICE_ITEMS"].explanation
    assert desk.case(case_id).due_fen == yuan(due)
