"""What Beijing asks beyond the contract: a direction that a person finds, and documents; and again before money."""

import pytest

from domain.refusals import Refused
from duifu.v1.commands_pb2 import VERDICT_PASS, Decide, Finding
from duifu.v1.events_pb2 import CONDITION_STATUS_MET, CONDITION_STATUS_NEEDS_EVIDENCE, CONDITION_STATUS_NEEDS_PERSON
from duifu.v1.facts_pb2 import TRUST_LEVEL_D_DECLARED, Application
from tests.builders import (
    CLAIM_BUNDLE,
    REDEMPTION_BUNDLE,
    REVIEW,
    VERIFICATION,
    a_contract,
    a_redemption,
    an_application,
    credit_check,
    enterprise_check,
    invoices_check,
)
from tests.desk import Desk


def refusal(desk: Desk, application: Application, **decision: object) -> Refused:
    """How the ledger refuses to pass the review of a claim."""
    case_id = desk.accepted_case(application)
    passing = Decide(case_id=case_id, stage="review", verdict=VERDICT_PASS, **decision)  # type: ignore[arg-type]
    with pytest.raises(Refused) as refused:
        desk.send(REVIEW, decide=passing)
    return refused.value


def without(application: Application, kind: str) -> Application:
    """The same claim, without one document."""
    kept = [material for material in application.materials if material.kind != kind]
    application.ClearField("materials")
    application.materials.extend(kept)
    return application


def test_no_claim_passes_before_a_person_has_found_that_its_direction_is_supported(desk: Desk) -> None:
    refused = refusal(desk, an_application())

    (ground,) = refused.grounds
    assert (ground.code, ground.clause, ground.status) == ("BJ_E_DIRECTION", "BJ-1.2", CONDITION_STATUS_NEEDS_PERSON)


def test_a_finding_that_the_direction_is_not_supported_lets_nothing_pass(desk: Desk) -> None:
    no = Finding(code="BJ_E_DIRECTION", is_met=False, reason="不在规划支持的方向内")

    assert refusal(desk, an_application(), findings=[no]).code == "BJ_E_DIRECTION"


def test_a_claim_that_names_no_direction_is_refused_when_it_is_filed(desk: Desk) -> None:
    application = an_application()
    application.facts.clear()

    with pytest.raises(Refused) as refused:
        desk.submit(application)

    assert refused.value.clause == "BJ-1.2"


def test_a_direction_that_is_not_in_the_table_is_refused_when_the_claim_is_filed(desk: Desk) -> None:
    application = an_application()
    application.facts["direction"].text = "量子计算"

    with pytest.raises(Refused) as refused:
        desk.submit(application)

    assert refused.value.clause == "BJ-1.2"


@pytest.mark.parametrize("kind", CLAIM_BUNDLE)
def test_a_claim_is_filed_without_a_document_but_does_not_pass_the_review(desk: Desk, kind: str) -> None:
    application = without(an_application(), kind)
    case_id = desk.accepted_case(application)

    with pytest.raises(Refused) as refused:
        desk.review(case_id)

    assert [ground.code for ground in refused.value.grounds] == ["BJ_E_MATERIAL"]
    assert [ground.status for ground in refused.value.grounds] == [CONDITION_STATUS_NEEDS_EVIDENCE]


def test_a_credit_report_that_the_applicant_wrote_itself_is_no_credit_report(desk: Desk) -> None:
    application = an_application()
    report = next(material for material in application.materials if material.kind == "credit_report")
    report.trust_level = TRUST_LEVEL_D_DECLARED
    case_id = desk.accepted_case(application)

    with pytest.raises(Refused) as refused:
        desk.review(case_id)

    assert [(ground.code, ground.clause) for ground in refused.value.grounds] == [("BJ_E_MATERIAL", "BJ-1.3b")]


@pytest.mark.parametrize("kind", REDEMPTION_BUNDLE)
def test_a_request_does_not_pass_its_verification_without_a_document(desk: Desk, kind: str) -> None:
    request = a_redemption(desk.voucher_through_the_door().voucher_id)
    kept = [material for material in request.materials if material.kind != kind]
    request.ClearField("materials")
    request.materials.extend(kept)
    case_id = desk.request(request)
    desk.record_checks(case_id, enterprise_check(), credit_check(), invoices_check(request))

    with pytest.raises(Refused) as refused:
        desk.decide(VERIFICATION, case_id, "verification")

    assert [ground.code for ground in refused.value.grounds] == ["BJ_E_MATERIAL"]


def test_an_enterprise_that_has_moved_out_of_beijing_is_not_paid(desk: Desk) -> None:
    request = a_redemption(desk.voucher_through_the_door().voucher_id)
    case_id = desk.request(request)
    desk.record_checks(case_id, enterprise_check(province="130000"), credit_check(), invoices_check(request))

    with pytest.raises(Refused) as refused:
        desk.decide(VERIFICATION, case_id, "verification")

    assert (refused.value.code, refused.value.clause) == ("BJ_E_REG", "BJ-1.0a")


def test_a_term_that_outlasts_the_scheme_is_no_bar_and_is_shown_to_the_reviewer(desk: Desk) -> None:
    contract = a_contract(signed_on="2025-09-10", starts_on="2025-09-15", ends_on="2026-09-14")
    case_id = desk.at("2025-09-22 09:00").reviewed_case(an_application(contract))

    grounds = {ground.code: ground for ground in desk.case(case_id).decisions[-1].grounds}

    assert grounds["BJ_W_OVERRUN"].status == CONDITION_STATUS_MET
    assert grounds["BJ_W_OVERRUN"].explanation.startswith("超出执行期的部分不作核定依据")
