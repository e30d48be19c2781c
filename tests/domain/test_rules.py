"""Each condition on its boundary: met, not met, without evidence, or for a person. What is unknown never passes."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from commands.rulebook import PROGRAMMES, ProgrammeBroken, Rulebook
from domain.case import is_answered
from domain.programme import Programme
from domain.refusals import Refused
from domain.rules import CaseFacts, RuleBroken
from duifu.v1.events_pb2 import (
    CONDITION_STATUS_MET,
    CONDITION_STATUS_NEEDS_EVIDENCE,
    CONDITION_STATUS_NEEDS_PERSON,
    CONDITION_STATUS_NOT_MET,
    Ground,
)
from duifu.v1.facts_pb2 import (
    CHECK_OUTCOME_CLEAN,
    CHECK_OUTCOME_HIT,
    CHECK_OUTCOME_UNAVAILABLE,
    CHECK_OUTCOME_UNSPECIFIED,
    INVOICE_STATUS_CONSISTENT,
    INVOICE_STATUS_INCONSISTENT,
    INVOICE_STATUS_NOT_FOUND,
    INVOICE_STATUS_QUERY_LIMIT,
    INVOICE_STATUS_REVERSED,
    INVOICE_STATUS_UNAVAILABLE,
    INVOICE_STATUS_VOIDED,
    LEGAL_FORM_BRANCH,
    LEGAL_FORM_INSTITUTION,
    LEGAL_FORM_PARTNERSHIP,
    LEGAL_FORM_SOCIAL_ORGANISATION,
    LEGAL_FORM_SOLE_TRADER,
    SERVICE_KIND_OTHER,
    CheckOutcome,
    CheckResult,
    CreditListing,
    InvoiceVerifications,
    RedemptionRequest,
    Relation,
)
from tests.builders import (
    a_redemption,
    an_application,
    an_item,
    clean_checks,
    credit_check,
    enterprise_check,
    invoices_check,
    relation_check,
    unavailable,
)
from tests.desk import the_rulebook

MET, NOT_MET, NEEDS_EVIDENCE, NEEDS_PERSON = (
    CONDITION_STATUS_MET,
    CONDITION_STATUS_NOT_MET,
    CONDITION_STATUS_NEEDS_EVIDENCE,
    CONDITION_STATUS_NEEDS_PERSON,
)
ON = date(2024, 6, 10)
PROGRAMME = the_rulebook().in_force("bj-slq-2023", ON)
CLAIM_POINTS, REDEMPTION_POINTS = ("submission", "decision"), ("request", "redemption")


def ground(code: str, at: str, facts: CaseFacts) -> Ground:
    """One condition, applied."""
    (found,) = [g for g in the_rulebook().rules(PROGRAMME).grounds(at, facts) if g.code == code]
    return found


def claim(*checks: CheckResult, on: date = ON, **changes: Any) -> CaseFacts:
    """A claim that meets everything, but for the changes, "purpose__field"."""
    application = an_application()
    for path, value in changes.items():
        part, name = path.split("__")
        setattr(getattr(application, part), name, value)
    answers = {check.check: check for check in [*clean_checks(), *checks]}
    return CaseFacts(on, application, checks=answers)


def redemption(*checks: CheckResult, request: RedemptionRequest | None = None, on: date = ON) -> CaseFacts:
    """A request for payment that meets everything, but for the checks and parts given."""
    asked = request or a_redemption("v")
    answers = {check.check: check for check in [enterprise_check(), credit_check(), invoices_check(asked), *checks]}
    return CaseFacts(on, redemption=asked, checks=answers)


def listed(ended_on: str = "", repaired_on: str = "", is_dishonesty: bool = True) -> CheckResult:
    """A credit record with one listing."""
    listing = CreditListing(
        list_name="名单",
        listed_on="2019-06-10",
        ended_on=ended_on,
        repaired_on=repaired_on,
        is_dishonesty=is_dishonesty,
    )
    return credit_check(listing)


def related(**how: Any) -> CheckResult:
    return relation_check(Relation(**how))


def test_a_claim_and_a_request_without_a_flaw_meet_every_condition() -> None:
    facts = {**dict.fromkeys(CLAIM_POINTS, claim()), **dict.fromkeys(REDEMPTION_POINTS, redemption())}

    stands = {at: the_rulebook().rules(PROGRAMME).grounds(at, fact) for at, fact in facts.items()}

    assert {g.status for grounds in stands.values() for g in grounds} == {MET}
    assert {g.code for grounds in stands.values() for g in grounds} == {c.code for c in PROGRAMME.conditions}


@pytest.mark.parametrize(
    ("code", "status", "facts"),
    [
        ("BJ_E_SIGN_DATE", NOT_MET, claim(contract__signed_on="2023-08-31")),
        ("BJ_E_SIGN_DATE", MET, claim(contract__signed_on="2023-09-01")),
        ("BJ_E_SIGN_DATE", MET, claim(contract__signed_on="2025-12-31")),
        ("BJ_E_SIGN_DATE", NOT_MET, claim(contract__signed_on="2026-01-01")),
        ("BJ_E_CLAIM_WINDOW", NOT_MET, claim(on=date(2023, 10, 10))),
        ("BJ_E_CLAIM_WINDOW", MET, claim(on=date(2023, 10, 11))),
        ("BJ_E_CLAIM_WINDOW", MET, claim(on=date(2025, 12, 31))),
        ("BJ_E_CLAIM_WINDOW", NOT_MET, claim(on=date(2026, 1, 1))),
        ("BJ_E_CONTRACT_UNSIGNED", MET, claim(contract__signed_on="2024-06-10")),
        ("BJ_E_CONTRACT_UNSIGNED", NOT_MET, claim(contract__signed_on="2024-06-11")),
        ("BJ_E_CONTRACT_UNSIGNED", NOT_MET, claim(contract__signed_by_both_parties=False)),
        ("BJ_E_TERM", MET, claim(contract__starts_on="2024-03-01", contract__ends_on="2025-03-01")),
        ("BJ_E_TERM", NOT_MET, claim(contract__starts_on="2024-03-01", contract__ends_on="2025-03-02")),
        ("BJ_E_TERM", MET, claim(contract__starts_on="2024-02-29", contract__ends_on="2025-02-28")),
        ("BJ_E_TERM", NOT_MET, claim(contract__starts_on="2024-02-29", contract__ends_on="2025-03-01")),
        ("BJ_E_NOT_LEGAL_PERSON", NOT_MET, claim(applicant__legal_form=LEGAL_FORM_BRANCH)),
        ("BJ_E_NOT_LEGAL_PERSON", NOT_MET, claim(applicant__legal_form=LEGAL_FORM_PARTNERSHIP)),
        ("BJ_E_NOT_LEGAL_PERSON", NOT_MET, claim(applicant__legal_form=LEGAL_FORM_SOLE_TRADER)),
        ("BJ_E_NOT_LEGAL_PERSON", NOT_MET, claim(applicant__legal_form=LEGAL_FORM_INSTITUTION)),
        ("BJ_E_NOT_LEGAL_PERSON", NOT_MET, claim(applicant__legal_form=LEGAL_FORM_SOCIAL_ORGANISATION)),
        ("BJ_E_NOT_LEGAL_PERSON", NOT_MET, claim(applicant__legal_form=0)),
        ("BJ_E_INDUSTRY", NOT_MET, claim(applicant__industry_code="C1210")),
        ("BJ_E_INDUSTRY", MET, claim(applicant__industry_code="C1310")),
        ("BJ_E_INDUSTRY", MET, claim(applicant__industry_code="C4390")),
        ("BJ_E_INDUSTRY", NOT_MET, claim(applicant__industry_code="C4410")),
        ("BJ_E_INDUSTRY", NOT_MET, claim(applicant__industry_code="I6210")),
        ("BJ_E_INDUSTRY", NEEDS_PERSON, claim(applicant__industry_code="I6310")),
        ("BJ_E_INDUSTRY", MET, claim(applicant__industry_code="I6420")),
        ("BJ_E_INDUSTRY", MET, claim(applicant__industry_code="I65")),
        ("BJ_E_INDUSTRY", NOT_MET, claim(applicant__industry_code="I6610")),
        ("BJ_E_INDUSTRY", NOT_MET, claim(applicant__industry_code="6513")),
        ("BJ_E_PURPOSE", NOT_MET, claim(purpose__trains_industry_model=False)),
        ("BJ_E_FINANCE", NOT_MET, claim(declarations__has_sound_finance_system=False)),
        ("BJ_E_DOUBLE_FUND", NOT_MET, claim(declarations__has_no_other_municipal_compute_subsidy=False)),
        ("BJ_E_DECLARATION", NOT_MET, claim(declarations__is_truthful=False)),
        ("BJ_E_DECLARATION", NOT_MET, claim(declarations__unrelated_to_supplier=False)),
    ],
)
def test_what_an_applicant_says_is_tested_at_submission(code: str, status: int, facts: CaseFacts) -> None:
    facts = CaseFacts(facts.received_on, facts.application)  # nobody has been asked yet

    assert ground(code, "submission", facts).status == status


@pytest.mark.parametrize(
    ("code", "status", "facts"),
    [
        ("BJ_E_REG", MET, claim()),
        ("BJ_E_REG", NOT_MET, claim(enterprise_check(province="370200"))),
        ("BJ_E_NOT_LEGAL_PERSON", NOT_MET, claim(enterprise_check(legal_form=LEGAL_FORM_BRANCH))),
        ("BJ_E_INDUSTRY", NOT_MET, claim(enterprise_check(industry="F5176"))),
        ("BJ_E_INDUSTRY", NEEDS_PERSON, claim(enterprise_check(industry="I6320"))),
        ("BJ_W_FIELD_OTHER", MET, claim(purpose__field="城市管理")),
        ("BJ_W_FIELD_OTHER", NEEDS_PERSON, claim(purpose__field="气象")),
        ("BJ_W_FIELD_OTHER", NOT_MET, claim(purpose__field="")),
        ("BJ_E_RELATED", MET, claim(related(holding_basis_points=2_499))),
        ("BJ_E_RELATED", NEEDS_PERSON, claim(related(holding_basis_points=2_500))),
        ("BJ_E_RELATED", NEEDS_PERSON, claim(related(holding_basis_points=5_000))),
        ("BJ_E_RELATED", NOT_MET, claim(related(holding_basis_points=5_001))),
        ("BJ_E_RELATED", NEEDS_PERSON, claim(related(same_legal_representative=True))),
        ("BJ_E_RELATED", NOT_MET, claim(related(same_controller=True))),
        ("BJ_E_RELATED", NOT_MET, claim(related(parent_or_subsidiary=True))),
        ("BJ_E_CREDIT", MET, claim(listed(ended_on="2021-06-09"))),
        ("BJ_E_CREDIT", NOT_MET, claim(listed(ended_on="2021-06-10"))),
        ("BJ_E_CREDIT", NOT_MET, claim(listed())),
        ("BJ_E_CREDIT", MET, claim(listed(is_dishonesty=False))),
        ("BJ_E_CREDIT", MET, claim(listed("2021-06-09", repaired_on="2021-06-09"))),
        ("BJ_E_CREDIT", NEEDS_PERSON, claim(listed("2021-06-10", repaired_on="2021-06-10"))),
    ],
)
def test_what_the_world_says_is_tested_at_the_decision(code: str, status: int, facts: CaseFacts) -> None:
    assert ground(code, "decision", facts).status == status


@pytest.mark.parametrize(
    ("status", "stands"),
    [
        (INVOICE_STATUS_CONSISTENT, MET),
        (INVOICE_STATUS_INCONSISTENT, NOT_MET),
        (INVOICE_STATUS_NOT_FOUND, NOT_MET),
        (INVOICE_STATUS_VOIDED, NOT_MET),
        (INVOICE_STATUS_REVERSED, NOT_MET),
        (INVOICE_STATUS_QUERY_LIMIT, NOT_MET),
        (INVOICE_STATUS_UNAVAILABLE, NOT_MET),
        (0, NOT_MET),
    ],
)
def test_only_an_invoice_found_consistent_is_paid_for(status: Any, stands: int) -> None:
    request = a_redemption("v")

    assert ground("BJ_E_INVOICE", "redemption", redemption(invoices_check(request, status))).status == stands


def test_every_invoice_of_the_request_must_have_been_looked_up() -> None:
    request = a_redemption("v")
    request.MergeFrom(a_redemption("v", invoice=2))
    one_only = invoices_check(a_redemption("v"))

    assert ground("BJ_E_INVOICE", "redemption", redemption(one_only, request=request)).status == NOT_MET
    assert ground("BJ_E_INVOICE", "redemption", redemption(request=request)).status == MET


@pytest.mark.parametrize("code", ["BJ_E_REG", "BJ_E_CREDIT"])
def test_residence_and_credit_are_tested_again_before_money_moves(code: str) -> None:
    moved = redemption(enterprise_check(province="370200"), listed())

    assert ground(code, "redemption", moved).status == NOT_MET


# What is unknown


ASKED = {"BJ_E_REG": "enterprise", "BJ_E_RELATED": "relation", "BJ_E_CREDIT": "credit", "BJ_E_INVOICE": "invoices"}


def nobody_answered(check: str) -> CheckResult:
    return unavailable(check)


def nobody_answered_and_an_old_record_is_shown(check: str) -> CheckResult:
    return with_outcome(check, CHECK_OUTCOME_UNAVAILABLE)


def no_outcome(check: str) -> CheckResult:
    return with_outcome(check, CHECK_OUTCOME_UNSPECIFIED)


def with_outcome(check: str, outcome: CheckOutcome.ValueType) -> CheckResult:
    (clean,) = (c for c in [*clean_checks(), invoices_check(a_redemption("v"))] if c.check == check)
    clean.outcome = outcome
    return clean


def clean_without_a_record(check: str) -> CheckResult:
    return CheckResult(check=check, outcome=CHECK_OUTCOME_CLEAN, source="x")


def the_record_of_another_question(check: str) -> CheckResult:
    if check == "credit":
        return CheckResult(check=check, outcome=CHECK_OUTCOME_HIT, source="x", relation=Relation())
    return CheckResult(check=check, outcome=CHECK_OUTCOME_CLEAN, source="x", credit=credit_check().credit)


@pytest.mark.parametrize(
    "answer",
    [
        nobody_answered,
        nobody_answered_and_an_old_record_is_shown,
        no_outcome,
        clean_without_a_record,
        the_record_of_another_question,
    ],
)
@pytest.mark.parametrize("code", sorted(ASKED))
def test_what_no_source_has_answered_needs_evidence(code: str, answer: Callable[[str], CheckResult]) -> None:
    check = ASKED[code]
    at, facts = ("redemption", redemption(answer(check))) if check == "invoices" else ("decision", claim(answer(check)))

    stands = ground(code, at, facts)

    assert stands.status == NEEDS_EVIDENCE
    assert stands.explanation.startswith("尚无查询结果")
    assert not is_answered(check, answer(check))
    assert not is_answered(check, None)


def test_a_check_about_no_invoices_is_an_answer_and_proves_none() -> None:
    empty = CheckResult(
        check="invoices", outcome=CHECK_OUTCOME_CLEAN, source="x", invoices=InvoiceVerifications(invoices=[])
    )

    assert ground("BJ_E_INVOICE", "redemption", redemption(empty)).status == NOT_MET


@pytest.mark.parametrize(
    ("code", "at"), [("BJ_E_TERM", "submission"), ("BJ_E_RELATED", "decision"), ("BJ_E_CREDIT", "decision")]
)
def test_a_condition_whose_number_has_expired_passes_nobody(code: str, at: str) -> None:
    after_every_value = claim(on=date(2026, 4, 1))

    stands = ground(code, at, after_every_value)

    assert stands.status == NEEDS_EVIDENCE
    assert "无有效值" in stands.explanation


def test_no_number_is_carried_forward() -> None:
    assert PROGRAMME.number("voucher_rate", date(2025, 12, 31)).denominator == 5
    with pytest.raises(Refused) as refused:
        PROGRAMME.number("voucher_rate", date(2026, 1, 1))

    assert (refused.value.code, refused.value.clause) == ("PARAMETER_EXPIRED", "BJ-3.2")
    assert "voucher_rate" in refused.value.message("en")


def test_every_failing_condition_is_named_at_once() -> None:
    flawed = claim(
        related(same_controller=True),
        unavailable("credit"),
        purpose__trains_industry_model=False,
        purpose__field="气象",
    )

    open_ones = [g.code for g in the_rulebook().rules(PROGRAMME).grounds("decision", flawed) if g.status != MET]

    assert open_ones == ["BJ_E_PURPOSE", "BJ_W_FIELD_OTHER", "BJ_E_RELATED", "BJ_E_CREDIT"]


def test_only_compute_counts() -> None:
    counts = the_rulebook().rules(PROGRAMME).counts

    assert counts(an_item(1))
    assert not counts(an_item(1, SERVICE_KIND_OTHER))


# A programme file that is wrong never starts


def edited(folder: Path, old: str, new: str) -> Path:
    """The shipped programmes with one passage changed."""
    (shipped,) = (PROGRAMMES / "beijing").glob("*.yaml")
    (folder / "beijing").mkdir()
    text = shipped.read_text("utf-8")
    assert old in text
    (folder / "beijing" / shipped.name).write_text(text.replace(old, new), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("application.purpose.field != ", "application.purpose.feild != ", "BJ_W_FIELD_OTHER"),
        ("met: application.declarations.has_sound_finance_system", "met: '\"yes\"'", "BJ_E_FINANCE: gives"),
        ("shows: 'received_on'", "shows: 'received_on == received_on'", "BJ_E_CLAIM_WINDOW: gives"),
        ("select: item.kind", "select: items.kind", "amount.select"),
    ],
)
def test_an_expression_about_what_does_not_exist_is_found_at_the_start(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    with pytest.raises(RuleBroken, match=says):
        Rulebook(edited(tmp_path, old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: decision\n      role: acceptance-officer", "kind: guess\n      role: acceptance-officer"),
        ("on_silence: passes", "on_silence: shrugs"),
        ("last_quarter: 2026Q1 ", "last_quarter: 2026Q9 "),
        ('    values: [{from: 2023-09-01, through: 2025-12-31, value: "20/100"}]', '    values: [{value: "20/100"}]'),
        ("case_prefix: bj\n", ""),
    ],
)
def test_a_file_that_cannot_be_read_names_itself(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(ProgrammeBroken, match=r"beijing/ai-compute-voucher-2023\.yaml"):
        Rulebook(edited(tmp_path, old, new))


def test_the_programme_has_the_values_of_the_parameter_sheet() -> None:
    programme: Programme = PROGRAMME

    assert programme.number("issue_cap_fen", ON) == programme.number("redemption_cap_fen", ON) == 200_000_000
    assert (programme.redemption.cut_off_month, programme.redemption.cut_off_day) == (11, 15)
    assert str(programme.windows["signing"].days.first) == "2023-09-01"
    assert str(programme.windows["execution"].days.last) == "2025-12-31"
    assert str(programme.windows["claim"].days.first) == "2023-10-11"
