"""Where Qingdao's text is silent the file chooses; an authority that chooses otherwise gets that. (QD-A1 to QD-A18)"""

from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from domain.calculation.accounts import Key
from domain.calendar import WorkingCalendar
from domain.dates import SHANGHAI, end_of
from domain.evaluation.rounds import evaluate_round
from domain.money import yuan
from domain.review import open_stage
from domain.wellformed import problems_of_facts
from duifu.v1.facts_pb2 import (
    CUSTOMER_KIND_GOVERNMENT,
    CUSTOMER_KIND_INNOVATION_PLATFORM,
    CUSTOMER_KIND_PERSON,
    CUSTOMER_KIND_PUBLIC_INSTITUTION,
    CUSTOMER_KIND_RESEARCH_INSTITUTE,
    CUSTOMER_KIND_UNIVERSITY,
    CUSTOMER_KIND_UNSPECIFIED,
    DUPLICATE_KIND_OTHER_SIDE,
    DUPLICATE_KIND_SAME,
    OPINION_KIND_DOES_NOT_CONFORM,
    SERVICE_KIND_AI_COMPUTE,
    SERVICE_KIND_STORAGE,
    SERVICE_KIND_UNSPECIFIED,
    CreditListing,
    CustomerKind,
    Duplicate,
)
from duifu.v1.plan_pb2 import CASE_KIND_GRANT_APPLICATION, ON_SILENCE_ESCALATES
from tests.programmes.qingdao import (
    MET,
    NEEDS_PERSON,
    NOT_MET,
    a_case,
    a_code,
    a_customer,
    a_service,
    alone,
    an_application,
    conditions,
    credit,
    duplicates,
    edition_of,
    opinion,
    shares,
    the_edition,
    the_facts,
    the_programme,
    the_round,
    the_source,
    with_reading,
)

CALENDAR = WorkingCalendar(frozenset(), frozenset(), frozenset({2024}))
MILLION = yuan("1,000,000.00")
QUARTER = yuan("250,000.00")


def test_a1_the_file_proposes_half_and_nobody_may_decide_more() -> None:
    above = a_case(an_application(a_service(MILLION)), approved_rate="51/100")

    assert shares(alone(a_case(an_application(a_service(MILLION))))) == (QUARTER, QUARTER)
    assert alone(above).code == "DECIDED_RATE_TOO_HIGH"


def test_a1_an_amount_below_half_is_decided_and_one_above_is_refused() -> None:
    below = a_case(an_application(a_service(MILLION)), approved_fen=yuan("300,000.00"))
    above = a_case(an_application(a_service(MILLION)), approved_fen=yuan("500,000.02"))

    assert shares(alone(below)) == (yuan("150,000.00"), yuan("150,000.00"))
    assert alone(above).code == "AMOUNT_ABOVE_CEILING"


def test_a2_the_district_stops_where_the_city_stops_unless_it_pays_its_own_half() -> None:
    [follows] = the_round(yuan("50,000,000.00"))
    [goes_on] = the_round(yuan("50,000,000.00"), edition=with_reading(district_follows_cap=False))

    assert shares(follows) == (yuan("10,000,000.00"), yuan("10,000,000.00"))
    assert shares(goes_on) == (yuan("10,000,000.00"), yuan("12,500,000.00"))


def test_a2_ten_million_are_for_all_operators_unless_each_has_them() -> None:
    both = (yuan("50,000,000.00"), yuan("60,000,000.00"))

    together = the_round(*both)
    each = the_round(*both, edition=with_reading(city_cap_for_each=True))

    assert sum(shares(one)[0] for one in together) == yuan("10,000,000.00")
    assert [shares(one) for one in each] == [(yuan("10,000,000.00"), yuan("10,000,000.00"))] * 2


def test_a2_where_each_has_ten_million_one_operators_use_is_not_anothers() -> None:
    edition = with_reading(city_cap_for_each=True)
    cases = [a_case(an_application(a_service(yuan("40,000,000.00"), operator=n), operator=n)) for n in (1, 2)]
    used = {Key("city_pool", a_code(1), "2024"): yuan("9,000,000.00")}

    first, second = evaluate_round(edition, cases, used)

    assert (shares(first)[0], shares(second)[0]) == (yuan("1,000,000.00"), yuan("10,000,000.00"))


def test_a3_the_last_day_counts_until_midnight_unless_an_hour_is_announced() -> None:
    data = deepcopy(the_source().data)
    data["windows"]["apply"]["closes_at"] = "17:00"
    late = a_case(an_application(a_service(MILLION)), received_on="2024-01-29", received_time="17:00:00")
    last = a_case(an_application(a_service(MILLION)), received_on="2024-01-29", received_time="16:59:59")
    earlier = a_case(an_application(a_service(MILLION)), received_on="2024-01-28", received_time="23:59:59")

    assert conditions(late)["QD_E_WINDOW"].status == MET
    assert conditions(late, edition_of(data))["QD_E_WINDOW"].status == NOT_MET
    assert conditions(last, edition_of(data))["QD_E_WINDOW"].status == MET
    assert conditions(earlier, edition_of(data))["QD_E_WINDOW"].status == MET


@pytest.mark.parametrize(("unit", "each"), [("fen", 33), ("yuan", 0)])
def test_a4_every_side_is_rounded_down_to_the_unit_of_the_round(unit: str, each: int) -> None:
    found = alone(a_case(an_application(a_service(135))), with_reading(rounding_unit=unit))

    assert (shares(found) if found.code == "" else (0, 0)) == (each, each)


def test_a4_the_unit_also_holds_where_the_pool_binds() -> None:
    edition = with_reading(rounding_unit="yuan")
    found = the_round(yuan("12,345,678.90"), yuan("23,456,789.01"), yuan("34,567,890.12"), edition=edition)

    cities = [shares(each)[0] for each in found]
    assert all(city % 100 == 0 for city in cities)
    assert sum(cities) == yuan("10,000,000.00")


def test_a4_half_a_fen_is_dropped_unless_the_authority_rounds_it_up() -> None:
    case = a_case(an_application(a_service(134)))

    assert shares(alone(case)) == (33, 33)
    assert shares(alone(case, with_reading(rounding_mode="half_up"))) == (34, 34)


def test_a5_a_contract_signed_before_the_period_counts_only_where_the_service_period_decides() -> None:
    early = a_service(MILLION, 1, signed_on="2023-02-21", starts_on="2023-03-01")
    case = a_case(an_application(early, a_service(MILLION, 2)))

    assert shares(alone(case)) == (QUARTER, QUARTER)
    assert shares(alone(case, with_reading(contract_date_rule="service_period"))) == (2 * QUARTER, 2 * QUARTER)
    [excluded] = [step for step in alone(case).amount.steps if "QD-1-1" in step.explanation]
    assert "2023-02-21" in excluded.explanation
    assert (excluded.clause, excluded.exact_fen) == ("QD-3.2c", "0")


@pytest.mark.parametrize("signed_on", ["2023-02-22", "2023-12-31"])
def test_a5_the_first_and_the_last_day_of_the_period_count(signed_on: str) -> None:
    days = [(MILLION, signed_on)]
    service = a_service(MILLION, signed_on=signed_on, invoiced=days, received=days)

    assert shares(alone(a_case(an_application(service)))) == (QUARTER, QUARTER)


@pytest.mark.parametrize("outside", ["2023-02-21", "2024-01-01"])
@pytest.mark.parametrize("part", ["invoiced", "received"])
def test_a5_a_running_contract_counts_with_what_was_invoiced_and_received_in_the_period(
    part: str, outside: str
) -> None:
    two = [(2 * MILLION, "2023-12-31"), (MILLION, outside)]
    whole = [(3 * MILLION, "2023-12-31")]
    other = {"invoiced": whole, "received": whole, part: two}
    running = a_service(3 * MILLION, ends_on="2024-06-30", invoiced=other["invoiced"], received=other["received"])

    assert shares(alone(a_case(an_application(running)))) == (2 * QUARTER, 2 * QUARTER)


@pytest.mark.parametrize("reading", ["strict", "service_period"])
@pytest.mark.parametrize(
    ("starts_on", "ends_on", "quarters"),
    [
        ("2022-12-01", "2023-02-21", 0),
        ("2022-12-01", "2023-02-22", 1),
        ("2023-12-31", "2024-06-30", 1),
        ("2024-01-01", "2024-06-30", 0),
    ],
)
def test_a5_a_service_that_ended_before_the_period_or_began_after_it_does_not_count(
    reading: str, starts_on: str, ends_on: str, quarters: int
) -> None:
    days = [(MILLION, "2023-12-31")]
    service = a_service(MILLION, 1, starts_on=starts_on, ends_on=ends_on, invoiced=days, received=days)
    case = a_case(an_application(service, a_service(MILLION, 2)))
    edition = with_reading(contract_date_rule=reading)

    assert shares(alone(case, edition)) == ((1 + quarters) * QUARTER,) * 2
    assert ("期间之外" in conditions(case, edition)["QD_W_PERIOD"].explanation) == (not quarters)


@pytest.mark.parametrize("day", ["2023-02-22", "2023-12-31"])
@pytest.mark.parametrize("part", ["invoiced", "received"])
def test_a5_an_invoice_or_a_receipt_of_the_first_or_the_last_day_counts(part: str, day: str) -> None:
    dated: dict[str, Any] = {part: [(MILLION, day)]}
    service = a_service(MILLION, **dated)

    assert shares(alone(a_case(an_application(service)))) == (QUARTER, QUARTER)


@pytest.mark.parametrize("day", ["2023-02-21", "2024-01-01"])
@pytest.mark.parametrize("part", ["signed_on", "invoiced", "received"])
def test_a5_one_day_outside_of_the_period_nothing_counts_and_the_reviewer_is_told(part: str, day: str) -> None:
    late: dict[str, Any] = {part: day if part == "signed_on" else [(MILLION, day)]}
    case = a_case(an_application(a_service(MILLION, **late)))

    assert (alone(case).code, alone(case).amount.amount_fen) == ("QD_E_NOTHING", 0)
    assert "期间之外" in conditions(case)["QD_W_PERIOD"].explanation


@pytest.mark.parametrize(("confirmed", "quarters"), [(MILLION, 2), (MILLION // 2, 1), (0, 0)])
def test_of_an_invoice_over_storage_alone_counts_what_the_audit_confirms(confirmed: int, quarters: int) -> None:
    service = a_service(MILLION, audited=confirmed)
    service.invoices[0].lines[0].kind = SERVICE_KIND_STORAGE

    found = alone(a_case(an_application(service)))

    assert found.amount.amount_fen == quarters * QUARTER
    assert found.code == ("" if quarters else "QD_E_NOTHING")


@pytest.mark.parametrize(("reading", "status"), [("person", NEEDS_PERSON), ("refused", NOT_MET), ("accepted", MET)])
def test_a6_an_operator_registered_elsewhere(reading: str, status: int) -> None:
    case = a_case(an_application(a_service(MILLION), district="370203"))

    assert conditions(case, with_reading(operator_elsewhere=reading))["QD_E_NOT_OPERATOR"].status == status


def test_a6_the_default_asks_a_person() -> None:
    case = a_case(an_application(a_service(MILLION), district="370203"))

    assert conditions(case)["QD_E_NOT_OPERATOR"].status == NEEDS_PERSON


def test_a7_the_list_price_is_information_unless_a_preference_is_demanded() -> None:
    at_list_price = a_case(an_application(a_service(MILLION, list_price=MILLION)))
    informed = conditions(at_list_price)["QD_E_PREFERENCE"]

    assert (informed.status, "QD-A7" in informed.explanation) == (MET, True)
    demanded = conditions(at_list_price, with_reading(preference_test="required"))["QD_E_PREFERENCE"]
    assert demanded.status == NOT_MET


def test_a9_every_reading_that_waits_for_the_detailed_rules_says_so() -> None:
    readings = {
        name: parameter.title.zh if parameter.title else ""
        for name, parameter in the_programme().parameters.items()
        if parameter.kind in ("choice", "flag")
    }

    assert {name for name, title in readings.items() if "以91号细则为准" not in title} == set()
    assert len(readings) >= 12


def test_a10_results_are_shown_for_five_working_days_and_the_first_counts() -> None:
    notice = the_programme().public_notice

    assert notice is not None
    assert (notice.days, notice.unit, notice.first_day_counts) == (5, "working_days", True)


def test_a11_related_customers_count_unless_they_are_excluded() -> None:
    related = a_service(MILLION, 1, customer=a_customer(is_related=True))
    case = a_case(an_application(related, a_service(MILLION, 2)))

    assert shares(alone(case)) == (2 * QUARTER, 2 * QUARTER)
    assert shares(alone(case, with_reading(related_customers="excluded"))) == (QUARTER, QUARTER)


def test_a12_the_contracts_amount_is_with_tax_unless_tax_is_left_out() -> None:
    service = a_service(yuan("1,060,000.00"))
    service.tax_fen = yuan("60,000.00")
    case = a_case(an_application(service))

    assert shares(alone(case)) == (yuan("265,000.00"), yuan("265,000.00"))
    assert shares(alone(case, with_reading(tax_basis="excluded"))) == (QUARTER, QUARTER)


def test_a12_a_tax_above_the_amount_is_refused() -> None:
    service = a_service(MILLION)
    service.tax_fen = MILLION + 1

    [problem] = problems_of_facts(the_facts(an_application(service)))
    assert problem.message("en") == "application.services[0].taxFen: must not be more than amountFen"


def test_a12_whatever_the_basis_the_audited_figure_decides() -> None:
    service = a_service(yuan("1,060,000.00"), audited=yuan("900,000.00"))
    service.tax_fen = yuan("60,000.00")
    case = a_case(an_application(service))

    found = [shares(alone(case, with_reading(tax_basis=basis))) for basis in ("included", "excluded")]

    assert found == [(yuan("225,000.00"), yuan("225,000.00"))] * 2


@pytest.mark.parametrize(
    ("reading", "share"),
    [("left_out", yuan("175,000.00")), ("audited", QUARTER)],  # a quarter of 700,000 or of all that the audit confirms
)
def test_lines_of_an_invoice_that_name_another_service_do_not_count_unless_the_audit_alone_decides(
    reading: str, share: int
) -> None:
    service = a_service(MILLION)
    service.invoices[0].ClearField("lines")
    for kind, name, fen in (
        (SERVICE_KIND_AI_COMPUTE, "智能算力服务", yuan("600,000.00")),
        (SERVICE_KIND_UNSPECIFIED, "技术服务", yuan("100,000.00")),
        (SERVICE_KIND_STORAGE, "对象存储", yuan("300,000.00")),
    ):
        service.invoices[0].lines.add(kind=kind, name=name, amount_fen=fen)
    under = the_edition() if reading == "audited" else with_reading(other_services=reading)

    assert shares(alone(a_case(an_application(service)), under)) == (share, share)


def test_a13_what_another_round_of_the_year_used_is_gone_from_the_pool_and_another_years_is_not() -> None:
    case = a_case(an_application(a_service(yuan("30,000,000.00"))))
    of_the_year = {Key("city_pool", "qd-slzx", "2024"): yuan("4,000,000.00")}
    of_another = {Key("city_pool", "qd-slzx", "2023"): yuan("4,000,000.00")}

    [shared] = evaluate_round(the_edition(), [case], of_the_year)
    [whole] = evaluate_round(the_edition(), [case], of_another)

    assert shares(shared) == (yuan("6,000,000.00"), yuan("6,000,000.00"))
    assert shares(whole) == (yuan("7,500,000.00"), yuan("7,500,000.00"))


@pytest.mark.parametrize(("reading", "year"), [("round", "2024"), ("service_year", "2023")])
def test_a13_the_rounds_own_year_shares_the_pool_unless_the_year_of_the_service_does(reading: str, year: str) -> None:
    case = a_case(an_application(a_service(yuan("30,000,000.00"))))
    used = {Key("city_pool", "qd-slzx", year): yuan("4,000,000.00")}
    edition = with_reading(city_cap_year=reading)

    [shared] = evaluate_round(edition, [case], used)
    [whole] = evaluate_round(edition, [case], {Key("city_pool", "qd-slzx", "2025"): yuan("4,000,000.00")})

    assert (shares(shared)[0], shares(whole)[0]) == (yuan("6,000,000.00"), yuan("7,500,000.00"))


def test_a13_an_exhausted_pool_grants_nothing_and_says_so() -> None:
    exhausted = {Key("city_pool", "qd-slzx", "2024"): yuan("10,000,000.00")}

    [found] = evaluate_round(the_edition(), [a_case(an_application(a_service(MILLION)))], exhausted)

    assert (found.code, found.amount.amount_fen) == ("QD_E_POOL", 0)


@pytest.mark.parametrize(("reading", "status"), [("shown", MET), ("veto", NOT_MET)])
def test_a14_a_listing_that_ended_before_the_check(reading: str, status: int) -> None:
    ended = credit("credit_china", CreditListing(list_name="青岛市环境信用黑名单", ended_on="2024-01-24"))
    case = a_case(an_application(a_service(MILLION)), ended)

    assert conditions(case, with_reading(ended_listings=reading))["QD_E_VETO"].status == status


@pytest.mark.parametrize("reading", ["shown", "veto"])
def test_a14_a_listing_that_ends_later_is_no_ended_one(reading: str) -> None:
    ends_later = credit("credit_china", CreditListing(list_name="青岛市环境信用黑名单", ended_on="2024-02-28"))
    case = a_case(an_application(a_service(MILLION)), ends_later)

    assert conditions(case, with_reading(ended_listings=reading))["QD_E_VETO"].status == NOT_MET


def test_another_list_of_dishonesty_that_ends_later_waits_for_a_person_where_a_person_rules() -> None:
    ends_later = credit("enforcement", CreditListing(list_name="其他", is_dishonesty=True, ended_on="2024-02-28"))
    case = a_case(an_application(a_service(MILLION)), ends_later)

    assert conditions(case, with_reading(other_dishonesty_lists="person"))["QD_E_VETO"].status == NEEDS_PERSON


@pytest.mark.parametrize(("reading", "status"), [("veto", NOT_MET), ("person", NEEDS_PERSON)])
def test_other_lists_of_dishonesty_veto_or_wait_for_a_person(reading: str, status: int) -> None:
    listed = credit("enforcement", CreditListing(list_name="失信被执行人", is_dishonesty=True))
    case = a_case(an_application(a_service(MILLION)), listed)

    assert conditions(case, with_reading(other_dishonesty_lists=reading))["QD_E_VETO"].status == status


def test_a15_a_late_recommendation_never_costs_the_applicant_its_place() -> None:
    stages = {stage.key: stage for stage in the_programme().stages[CASE_KIND_GRANT_APPLICATION]}

    for key in ("preliminary_review", "finance_notice", "recommendation"):
        limit = stages[key].time_limit
        assert (limit.due_on, limit.on_silence) == ("2024-02-02", ON_SILENCE_ESCALATES)
        opened = open_stage(stages[key], 1, date(2024, 2, 5), CALENDAR)
        assert opened.due_at.ToDatetime(SHANGHAI) == end_of(date(2024, 2, 2))


@pytest.mark.parametrize("kind", [CUSTOMER_KIND_GOVERNMENT, CUSTOMER_KIND_PERSON, CUSTOMER_KIND_UNSPECIFIED])
def test_a16_offices_and_persons_do_not_count(kind: CustomerKind.ValueType) -> None:
    other = a_service(MILLION, 1, customer=a_customer(kind=kind))
    case = a_case(an_application(other, a_service(MILLION, 2)), ruled_met=["QD_W_CUSTOMER"])

    assert shares(alone(case)) == (QUARTER, QUARTER)


@pytest.mark.parametrize("kind", [CUSTOMER_KIND_RESEARCH_INSTITUTE, CUSTOMER_KIND_INNOVATION_PLATFORM])
def test_a16_research_institutes_and_platforms_count(kind: CustomerKind.ValueType) -> None:
    service = a_service(MILLION, customer=a_customer(kind=kind))

    assert shares(alone(a_case(an_application(service)))) == (QUARTER, QUARTER)


@pytest.mark.parametrize(
    ("kind", "parameter", "default"),
    [
        (CUSTOMER_KIND_UNIVERSITY, "university_customers", "counted"),
        (CUSTOMER_KIND_PUBLIC_INSTITUTION, "institution_customers", "reviewer"),
    ],
)
def test_a16_universities_and_institutions_count_as_the_round_says(
    kind: CustomerKind.ValueType, parameter: str, default: str
) -> None:
    application = an_application(a_service(MILLION, 1, customer=a_customer(kind=kind)), a_service(MILLION, 2))
    counted = {}
    for reading in ("counted", "reviewer", "excluded"):
        edition = with_reading(**{parameter: reading})
        for ruled in ((), ("QD_W_CUSTOMER",)):
            counted[reading, bool(ruled)] = shares(alone(a_case(application, ruled_met=ruled), edition))[0] // QUARTER

    assert counted == {
        ("counted", False): 2,
        ("counted", True): 2,
        ("reviewer", False): 1,
        ("reviewer", True): 2,
        ("excluded", False): 1,
        ("excluded", True): 1,
    }
    assert shares(alone(a_case(application)))[0] // QUARTER == counted[default, False]


@pytest.mark.parametrize(("reading", "status"), [("person", NEEDS_PERSON), ("shown", MET)])
def test_a17_support_on_the_customers_side(reading: str, status: int) -> None:
    found = duplicates(Duplicate(kind=DUPLICATE_KIND_OTHER_SIDE, programme="算力券"))
    case = a_case(an_application(a_service(MILLION)), found)

    assert conditions(case, with_reading(customer_side_support=reading))["QD_E_DUP_PROJECT"].status == status


def test_a18_nothing_recognised_for_anybody_is_no_allocation_and_no_division_by_nothing() -> None:
    services = [a_service(MILLION, n, operator=n, customer=a_customer(city="370100")) for n in (1, 2)]
    cases = [a_case(an_application(service, operator=n)) for n, service in enumerate(services, 1)]

    for found in evaluate_round(the_edition(), cases, {}):
        assert found.code == "QD_E_NOTHING"
        assert found.amount.amount_fen == 0


@pytest.mark.parametrize(("reading", "status"), [("refused", NOT_MET), ("person", NEEDS_PERSON)])
def test_a_hit_in_the_search_refuses_or_is_released_by_hand_with_a_reason(reading: str, status: int) -> None:
    case = a_case(an_application(a_service(MILLION)), duplicates(Duplicate(kind=DUPLICATE_KIND_SAME)))

    assert conditions(case, with_reading(same_project=reading))["QD_E_DUP_PROJECT"].status == status


@pytest.mark.parametrize(("reading", "status"), [("refused", NOT_MET), ("person", NEEDS_PERSON)])
def test_who_refuses_the_inspection_is_not_recommended_unless_a_person_rules(reading: str, status: int) -> None:
    case = a_case(an_application(a_service(MILLION)), opinion("site_inspection", OPINION_KIND_DOES_NOT_CONFORM))

    assert conditions(case, with_reading(inspection_refused=reading))["QD_E_INSPECTION"].status == status


def test_every_choice_defaults_to_the_reading_that_the_clause_table_states() -> None:
    chosen = {
        name: parameter.values[0].value
        for name, parameter in the_programme().parameters.items()
        if parameter.kind in ("choice", "flag")
    }

    assert chosen == {
        "operator_elsewhere": "person",
        "preference_test": "information",
        "university_customers": "counted",
        "institution_customers": "reviewer",
        "related_customers": "flagged",
        "contract_date_rule": "strict",
        "tax_basis": "included",
        "other_services": "audited",
        "city_cap_for_each": False,
        "city_cap_year": "round",
        "district_follows_cap": True,
        "rounding_unit": "fen",
        "rounding_mode": "floor",
        "other_dishonesty_lists": "veto",
        "ended_listings": "shown",
        "same_project": "refused",
        "customer_side_support": "person",
        "inspection_refused": "refused",
    }
