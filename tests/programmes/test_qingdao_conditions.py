"""Who may be supported in Qingdao, and what an answer of the outside world does to an application. (QD-1 to QD-6)"""

from typing import Any

import pytest

from domain.money import yuan
from duifu.v1.facts_pb2 import (
    DUPLICATE_KIND_OTHER_SIDE,
    DUPLICATE_KIND_SAME,
    DUPLICATE_KIND_SIMILAR,
    OPINION_KIND_DOES_NOT_CONFORM,
    OPINION_KIND_UNSPECIFIED,
    TRUST_LEVEL_C_UPLOADED,
    Application,
    CreditListing,
    Duplicate,
    OtherBenefit,
)
from tests.programmes.qingdao import (
    AUDITOR,
    AUTHORITIES,
    CREDIT_SOURCES,
    MATERIALS,
    MET,
    NEEDS_EVIDENCE,
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
    opinion,
    unavailable,
)

BLACKLIST = "青岛市安全生产黑名单"


def accepted() -> Application:
    return an_application(a_service(yuan("1,000,000.00")))


def test_an_application_without_a_flaw_meets_every_condition() -> None:
    case = a_case(accepted())

    assert {code: ground.explanation for code, ground in conditions(case).items() if ground.status != MET} == {}
    assert alone(case).code == ""


# Vetoes


@pytest.mark.parametrize("source", CREDIT_SOURCES)
def test_a_listing_on_a_named_blacklist_vetoes_whichever_source_reports_it(source: str) -> None:
    listed = credit(source, CreditListing(list_name=BLACKLIST, listed_on="2023-05-01"))

    assert conditions(a_case(accepted(), listed))["QD_E_VETO"].status == NOT_MET
    assert alone(a_case(accepted(), listed)).code == "QD_E_VETO"


def test_another_list_of_dishonesty_vetoes_as_well() -> None:
    listed = credit("enforcement", CreditListing(list_name="失信被执行人", listed_on="2023-05-01", is_dishonesty=True))

    assert conditions(a_case(accepted(), listed))["QD_E_VETO"].status == NOT_MET


def test_a_listing_that_ended_before_the_check_does_not_veto_and_is_shown() -> None:
    ended = credit("credit_china", CreditListing(list_name=BLACKLIST, listed_on="2022-01-01", ended_on="2024-01-24"))
    veto = conditions(a_case(accepted(), ended))["QD_E_VETO"]

    assert veto.status == MET
    assert "QD-A14" in veto.explanation


@pytest.mark.parametrize(
    "ended", [{"ended_on": "2024-01-25"}, {"ended_on": "2099-12-31"}, {"repaired_on": "2099-12-31"}]
)
@pytest.mark.parametrize("source", CREDIT_SOURCES)
def test_a_listing_that_has_not_ended_before_the_check_vetoes(source: str, ended: dict[str, Any]) -> None:
    blacklisted = CreditListing(list_name=BLACKLIST, listed_on="2022-01-01", **ended)
    dishonest = CreditListing(list_name="失信被执行人", listed_on="2022-01-01", is_dishonesty=True, **ended)

    for listing in (blacklisted, dishonest):
        case = a_case(accepted(), credit(source, listing), received_on="2024-01-25")
        assert conditions(case)["QD_E_VETO"].status == NOT_MET
        assert alone(case).code == "QD_E_VETO"


def test_an_ordinary_penalty_is_shown_and_does_not_veto() -> None:
    fined = credit("environment_penalties", CreditListing(list_name="行政处罚", listed_on="2023-08-01"))
    veto = conditions(a_case(accepted(), fined))["QD_E_VETO"]

    assert veto.status == MET
    assert veto.explanation != ""


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_one_authority_that_objects_is_enough(authority: str) -> None:
    objects = opinion(authority, OPINION_KIND_DOES_NOT_CONFORM)

    assert conditions(a_case(accepted(), objects))["QD_E_GREEN"].status == NOT_MET
    assert alone(a_case(accepted(), objects)).code == "QD_E_GREEN"


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_an_authority_that_has_not_answered_never_passes(authority: str) -> None:
    silent = a_case(accepted(), opinion(authority, OPINION_KIND_UNSPECIFIED))
    unreachable = a_case(accepted(), unavailable(authority))

    assert conditions(silent)["QD_E_GREEN"].status == NEEDS_EVIDENCE
    assert conditions(unreachable)["QD_E_GREEN"].status == NEEDS_EVIDENCE


def test_an_answer_of_more_than_thirty_days_ago_must_be_renewed() -> None:
    old = credit("credit_china", queried_on="2023-12-25")
    still_new = credit("credit_china", queried_on="2023-12-26")

    assert conditions(a_case(accepted(), old))["QD_E_VETO"].status == NEEDS_EVIDENCE
    assert conditions(a_case(accepted(), still_new))["QD_E_VETO"].status == MET


# Duplicate funding


def test_something_similar_needs_a_person_who_may_release_it() -> None:
    similar = duplicates(Duplicate(kind=DUPLICATE_KIND_SIMILAR, programme="工信专项", description="名称相近"))

    assert conditions(a_case(accepted(), similar))["QD_E_DUP_PROJECT"].status == NEEDS_PERSON
    assert alone(a_case(accepted(), similar, ruled_met=["QD_E_DUP_PROJECT"])).code == ""


def test_nobody_can_release_what_is_the_same() -> None:
    same = duplicates(Duplicate(kind=DUPLICATE_KIND_SAME, programme="工信专项", description="同一合同"))

    assert alone(a_case(accepted(), same, ruled_met=["QD_E_DUP_PROJECT"])).code == "QD_E_DUP_PROJECT"


def test_a_benefit_that_the_operator_had_for_the_same_contract_is_a_duplicate() -> None:
    benefit = OtherBenefit(programme_id="other", uscc=a_code(1), contract_number="QD-1-1", amount_fen=1)

    assert conditions(a_case(accepted(), benefits=[benefit]))["QD_E_DUP_PROJECT"].status == NOT_MET


def test_a_customer_with_a_voucher_for_the_same_contract_needs_a_person() -> None:
    benefit = OtherBenefit(programme_id="other", uscc=a_code(501), contract_number="QD-1-1", amount_fen=1)
    by_search = duplicates(Duplicate(kind=DUPLICATE_KIND_OTHER_SIDE, programme="算力券", description="客户一侧"))

    assert conditions(a_case(accepted(), benefits=[benefit]))["QD_E_DUP_PROJECT"].status == NEEDS_PERSON
    assert conditions(a_case(accepted(), by_search))["QD_E_DUP_PROJECT"].status == NEEDS_PERSON


def test_a_benefit_for_another_contract_is_no_duplicate() -> None:
    benefit = OtherBenefit(programme_id="other", uscc=a_code(1), contract_number="QD-1-2", amount_fen=1)

    assert conditions(a_case(accepted(), benefits=[benefit]))["QD_E_DUP_PROJECT"].status == MET


# What must come with an application


@pytest.mark.parametrize("kind", MATERIALS)
def test_every_document_of_the_notice_is_demanded(kind: str) -> None:
    application = accepted()
    [missing] = [material for material in application.materials if material.kind == kind]
    application.materials.remove(missing)

    assert alone(a_case(application)).code == "QD_E_MATERIAL"


def test_an_audit_report_that_nobody_checked_is_not_enough() -> None:
    application = accepted()
    [report] = [material for material in application.materials if material.kind == "audit_report"]
    report.trust_level = TRUST_LEVEL_C_UPLOADED

    assert alone(a_case(application)).code == "QD_E_MATERIAL"


def test_the_detail_table_must_add_up_to_the_contracts() -> None:
    application = an_application(a_service(yuan(100)), detail_table=yuan(101))

    assert conditions(a_case(application))["QD_E_RECONCILE"].status == NOT_MET


def test_without_the_total_of_the_detail_table_nothing_passes() -> None:
    application = accepted()
    del application.facts["detail_table_fen"]

    assert conditions(a_case(application))["QD_E_RECONCILE"].status == NEEDS_EVIDENCE
    assert alone(a_case(application)).code != ""


@pytest.mark.parametrize("part", ["invoiced", "received"])
def test_a_contract_without_invoice_or_receipt_lacks_evidence(part: str) -> None:
    bare = a_service(yuan(100), invoiced=[]) if part == "invoiced" else a_service(yuan(100), received=[])
    application = an_application(bare)

    assert conditions(a_case(application))["QD_E_EVIDENCE"].status == NOT_MET


def test_the_same_contract_twice_is_refused_however_its_number_is_written() -> None:
    application = an_application(a_service(yuan(100)), a_service(yuan(100)))
    application.services[1].contract_number = "qd 1 1"

    assert conditions(a_case(application))["QD_E_CONTRACT_TWICE"].status == NOT_MET


@pytest.mark.parametrize("paper", ["invoices", "receipts"])
def test_an_invoice_or_a_receipt_serves_one_contract_only(paper: str) -> None:
    application = an_application(a_service(yuan(100), 1), a_service(yuan(100), 2))
    one, other = application.services
    if paper == "invoices":
        other.invoices[0].number = one.invoices[0].number
    else:
        other.receipts[0].receipt_number = one.receipts[0].receipt_number

    assert conditions(a_case(application))["QD_E_PAPER_TWICE"].status == NOT_MET


@pytest.mark.parametrize(
    ("paper", "number", "again"),
    [
        ("invoices", "23370000010000010000", "2337 0000 0100 0001 0000"),
        ("invoices", "23370000010000010000", "２３３７００００01０００００１００００"),
        ("receipts", "SK-1-1-0", "sk 1 1 0"),
        ("receipts", "SK-1-1-0", "ＳＫ－１－１－０"),
    ],
)
def test_a_paper_is_the_same_however_its_number_is_written(paper: str, number: str, again: str) -> None:
    application = an_application(a_service(yuan(100), 1), a_service(yuan(100), 2))
    one, other = application.services
    if paper == "invoices":
        one.invoices[0].number, other.invoices[0].number = number, again
    else:
        one.receipts[0].receipt_number, other.receipts[0].receipt_number = number, again

    assert conditions(a_case(application))["QD_E_PAPER_TWICE"].status == NOT_MET


def test_invoices_of_one_number_and_different_codes_are_different() -> None:
    application = an_application(a_service(yuan(100), 1), a_service(yuan(100), 2))
    one, other = (service.invoices[0] for service in application.services)
    one.code, other.code = "1234567890", "1234567891"
    one.number = other.number = "12345678"

    assert conditions(a_case(application))["QD_E_PAPER_TWICE"].status == MET


def test_as_many_contracts_as_an_application_may_hold_are_all_tested() -> None:
    """400, each with several invoices: comparing every one with every other must not stop the evaluation."""
    bills = [(100, "2023-06-30")] * 5
    application = an_application(*(a_service(500, n, invoiced=bills, received=bills) for n in range(1, 401)))

    assert {code for code, ground in conditions(a_case(application)).items() if ground.status != MET} == set()
    assert alone(a_case(application)).amount.amount_fen == 2 * (400 * 500 // 4)


def test_an_auditor_who_is_a_customer_is_not_independent() -> None:
    application = an_application(a_service(yuan(100), customer=a_customer(AUDITOR)))

    assert conditions(a_case(application))["QD_E_AUDITOR"].status == NOT_MET


def test_the_operator_issues_its_own_invoices_and_a_payment_by_a_third_party_needs_a_person() -> None:
    by_another = accepted()
    by_another.services[0].invoices[0].seller_uscc = a_code(77)
    paid_by_another = accepted()
    paid_by_another.services[0].receipts[0].payer_uscc = a_code(77)

    assert conditions(a_case(by_another))["QD_E_PARTIES"].status == NOT_MET
    assert conditions(a_case(paid_by_another))["QD_E_PARTIES"].status == NEEDS_PERSON


def test_an_applicant_who_does_not_run_the_centre_is_refused() -> None:
    application = an_application(a_service(yuan(100)), operated_by=2)

    assert conditions(a_case(application))["QD_E_NOT_OPERATOR"].status == NOT_MET


def test_truthfulness_must_be_declared() -> None:
    application = accepted()
    application.declarations.is_truthful = False

    assert alone(a_case(application)).code == "QD_E_DECLARATION"


def test_an_inspection_is_not_always_made_but_counts_if_it_was() -> None:
    refused = opinion("site_inspection", OPINION_KIND_DOES_NOT_CONFORM)

    assert conditions(a_case(accepted()))["QD_E_INSPECTION"].status == MET
    assert conditions(a_case(accepted(), opinion("site_inspection")))["QD_E_INSPECTION"].status == MET
    assert conditions(a_case(accepted(), refused))["QD_E_INSPECTION"].status == NOT_MET


def test_related_customers_are_shown_to_the_reviewer() -> None:
    application = an_application(a_service(yuan(100), customer=a_customer(is_related=True)))
    related = conditions(a_case(application))["QD_W_RELATED"]

    assert related.status == MET
    assert "1份合同" in related.explanation


def test_with_several_flaws_every_one_is_named() -> None:
    application = an_application(a_service(yuan(100)), park="别处", operated_by=2)
    application.declarations.is_truthful = False

    failed = {code for code, ground in conditions(a_case(application)).items() if ground.status == NOT_MET}

    assert failed == {"QD_E_LOCATION", "QD_E_NOT_OPERATOR", "QD_E_DECLARATION"}
