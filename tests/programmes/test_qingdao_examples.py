"""What the authority's worked examples promise, from the application to the fen. (QD-X1 to QD-X25)"""

from pathlib import Path

import pytest

from cli.facts import read_facts
from domain.evaluation.rounds import evaluate_round
from domain.facts import from_message
from domain.money import yuan
from domain.wellformed import problems_of_facts
from duifu.v1.events_pb2 import Evaluation
from duifu.v1.facts_pb2 import (
    CUSTOMER_KIND_UNIVERSITY,
    DUPLICATE_KIND_SAME,
    Duplicate,
    Facts,
)
from tests.programmes.qingdao import (
    CREDIT_SOURCES,
    MET,
    NEEDS_EVIDENCE,
    NEEDS_PERSON,
    NOT_MET,
    a_case,
    a_customer,
    a_service,
    alone,
    an_application,
    conditions,
    duplicates,
    shares,
    the_edition,
    the_round,
    unavailable,
    with_reading,
)

DOCS = Path(__file__).parents[2] / "docs/examples"


def test_x1_one_operator_below_the_cap_gets_half_of_its_contracts() -> None:
    [only] = the_round(yuan("30,000,000.00"))

    assert only.code == ""
    assert shares(only) == (yuan("7,500,000.00"), yuan("7,500,000.00"))


def test_x3_one_operator_above_the_cap_gets_the_whole_pool_and_the_district_follows() -> None:
    [only] = the_round(yuan("50,000,000.00"))

    assert shares(only) == (yuan("10,000,000.00"), yuan("10,000,000.00"))


def test_x5_two_operators_share_the_pool_by_their_contracts() -> None:
    first, second = the_round(yuan("30,000,000.00"), yuan("20,000,000.00"))

    assert shares(first) == (yuan("6,000,000.00"), yuan("6,000,000.00"))
    assert shares(second) == (yuan("4,000,000.00"), yuan("4,000,000.00"))


def test_x7_three_operators_share_the_pool_to_the_last_fen() -> None:
    found = the_round(yuan("12,345,678.90"), yuan("23,456,789.01"), yuan("34,567,890.12"))

    assert [shares(each)[0] for each in found] == [yuan("1,754,386.26"), yuan("3,333,333.76"), yuan("4,912,279.98")]
    assert sum(shares(each)[0] for each in found) == yuan("10,000,000.00")
    assert all(city == district for city, district in map(shares, found))


def test_x9_an_invoice_after_the_period_does_not_count() -> None:
    inside = a_service(yuan("5,000,000.00"), 1)
    partly = a_service(
        yuan("3,000,000.00"),
        2,
        invoiced=[(yuan("2,000,000.00"), "2023-12-31"), (yuan("1,000,000.00"), "2024-01-05")],
    )

    found = alone(a_case(an_application(inside, partly)))

    assert shares(found) == (yuan("1,750,000.00"), yuan("1,750,000.00"))
    assert exact(found, "recognised") == yuan("7,000,000.00")


def test_x11_customers_elsewhere_do_not_count_and_a_university_of_the_city_does() -> None:
    application = an_application(
        a_service(yuan("4,000,000.00"), 1),
        a_service(yuan("2,000,000.00"), 2, customer=a_customer(502, city="370100")),
        a_service(yuan("1,000,000.00"), 3, customer=a_customer(503, CUSTOMER_KIND_UNIVERSITY)),
    )

    found = alone(a_case(application))

    assert shares(found) == (yuan("1,250,000.00"), yuan("1,250,000.00"))
    assert exact(found, "recognised") == yuan("5,000,000.00")
    excluded = [step for step in found.amount.steps if step.exact_fen == "0" and step.clause == "QD-2.1c"]
    assert [step.explanation for step in excluded] != []
    assert all("QD-1-2" in step.explanation for step in excluded)


def test_x13_the_lower_audited_figure_wins_and_the_reviewer_sees_the_difference() -> None:
    claimed = a_service(yuan("9,000,000.00"))
    case = a_case(an_application(claimed, confirmed=yuan("8,765,432.10")))

    assert shares(alone(case)) == (yuan("2,191,358.02"), yuan("2,191,358.02"))
    reconciled = conditions(case)["QD_E_RECONCILE"]
    assert reconciled.status == MET
    assert "900000000分" in reconciled.explanation
    assert "876543210分" in reconciled.explanation


def test_x15_experts_may_fix_a_lower_rate() -> None:
    case = a_case(an_application(a_service(yuan("10,000,000.00"))), approved_rate="40/100")

    assert shares(alone(case)) == (yuan("2,000,000.00"), yuan("2,000,000.00"))


@pytest.mark.parametrize(
    ("day", "time", "status"),
    [
        ("2024-01-21", "23:59:59", NOT_MET),
        ("2024-01-22", "00:00:00", MET),
        ("2024-01-29", "23:59:59", MET),
        ("2024-01-30", "00:00:00", NOT_MET),
    ],
)
def test_x17_the_window_opens_and_closes_on_the_second(day: str, time: str, status: int) -> None:
    case = a_case(an_application(a_service(yuan(1))), received_on=day, received_time=time)

    assert conditions(case)["QD_E_WINDOW"].status == status
    assert alone(case).code == ("" if status == MET else "QD_E_WINDOW")


@pytest.mark.parametrize("source", CREDIT_SOURCES)
def test_x19_a_source_that_times_out_never_passes(source: str) -> None:
    case = a_case(an_application(a_service(yuan(1))), unavailable(source))

    veto = conditions(case)["QD_E_VETO"]
    assert veto.status == NEEDS_EVIDENCE
    assert alone(case).code == "QD_E_VETO"


def test_x21_a_contract_that_another_fund_supported_is_refused() -> None:
    found = Duplicate(kind=DUPLICATE_KIND_SAME, programme="工信专项", description="同一合同")
    case = a_case(an_application(a_service(yuan(1))), duplicates(found))

    assert conditions(case)["QD_E_DUP_PROJECT"].status == NOT_MET
    assert alone(case).code == "QD_E_DUP_PROJECT"


def test_x23_a_total_with_an_odd_fen_is_refused_and_the_nearest_even_one_is_offered() -> None:
    odd = a_case(an_application(a_service(yuan("10,000,000.00"))), approved_fen=yuan("1,500,000.01"))

    refused = alone(odd)

    assert refused.code == "NOT_DIVISIBLE_BY_LEVELS"
    assert "¥1,500,000.00" in refused.explanation
    even = a_case(an_application(a_service(yuan("10,000,000.00"))), approved_fen=yuan("1,500,000.00"))
    assert shares(alone(even)) == (yuan("750,000.00"), yuan("750,000.00"))


def test_x25_a_centre_outside_the_park_is_refused() -> None:
    case = a_case(an_application(a_service(yuan(1)), park="崂山区其他园区"))

    assert conditions(case)["QD_E_LOCATION"].status == NOT_MET
    assert alone(case).code == "QD_E_LOCATION"


def test_x25_an_operator_registered_in_another_district_needs_a_person_and_then_passes() -> None:
    application = an_application(a_service(yuan("10,000,000.00")), district="370203")
    ruled = a_case(application, ruled_met=["QD_E_NOT_OPERATOR"])

    assert conditions(a_case(application))["QD_E_NOT_OPERATOR"].status == NEEDS_PERSON
    assert alone(a_case(application)).code == "QD_E_NOT_OPERATOR"
    assert alone(ruled).code == ""
    assert shares(alone(ruled)) == (yuan("2,500,000.00"), yuan("2,500,000.00"))


def test_x26_a_remainder_fen_goes_only_to_an_operator_below_its_own_quarter() -> None:
    """Of 8 fen the first has 1 and the largest fraction, but a quarter of its 7 is no more than 1. (QD-A4)"""
    found = the_round(7, 16, 16, edition=with_reading(city_cap_fen=8))

    assert [shares(each)[0] for each in found] == [1, 4, 3]


def test_the_facts_files_in_the_documents_are_complete_and_share_the_pool_three_to_two() -> None:
    files = [read_facts(str(DOCS / f"qingdao-{which}-operator.yaml"), Facts()) for which in ("first", "second")]

    assert [list(problems_of_facts(facts)) for facts in files] == [[], []]
    first, second = evaluate_round(the_edition(), list(map(from_message, files)), {})
    assert (first.code, second.code) == ("", "")
    assert shares(first) == (yuan("6,000,000.00"), yuan("6,000,000.00"))
    assert shares(second) == (yuan("4,000,000.00"), yuan("4,000,000.00"))


def exact(evaluation: Evaluation, name: str) -> int:
    """The value of a step in fen."""
    [step] = [step for step in evaluation.amount.steps if step.name == name]
    return int(step.exact_fen)
