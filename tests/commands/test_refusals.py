"""What the door refuses: an attempt is answered with code and clause in both languages, kept once, changes nothing."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message

from commands.door import SYSTEM, Door, declared
from commands.handlers import INTERNAL
from domain.money import yuan
from domain.refusals import Refused
from duifu.v1.commands_pb2 import (
    AUTHENTICATION_DECLARED,
    OPINION_VERDICT_CONSENT,
    PAYMENT_STATUS_RETURNED,
    PAYMENT_STATUS_SETTLED,
    VERDICT_PASS,
    VERDICT_REFUSE,
    Actor,
    AdvanceRehearsal,
    AllocateRound,
    AssessClaims,
    AssessRedemption,
    ClaimFindings,
    ClaimLetter,
    ClaimTask,
    CloseCycle,
    CloseNotice,
    CloseRound,
    Command,
    ConfirmCycle,
    Decide,
    DelegateRole,
    DestroySubjectKey,
    EnterCheck,
    FreezeCycle,
    GiveOpinion,
    HandOverTask,
    IssueVoucher,
    LapseStage,
    LapseVouchers,
    OpenCycle,
    OrderGrants,
    OrderPayments,
    PauseCycle,
    PaymentResult,
    RaiseObjection,
    RecordCheck,
    RecordClaimLetters,
    RecordGrantPayment,
    RecordLetter,
    RecordPayment,
    RecordPayments,
    RecordRecoveryLetter,
    ReleaseTask,
    RemindCycle,
    RemindStage,
    ReplaceBankAccount,
    ReportTreasurySilence,
    RequestCorrection,
    RequestRedemption,
    RestartClock,
    ResumeCycle,
    RevokeDelegation,
    StartRehearsal,
    StopClock,
    SubmitApplication,
    SupplyCorrection,
    TransferVoucher,
    VerifyClaims,
    VetoCase,
    WithdrawCase,
)
from duifu.v1.events_pb2 import CommandRefused
from duifu.v1.facts_pb2 import (
    CHECK_OUTCOME_CLEAN,
    COMPUTE_UNIT_CARD_HOURS,
    COMPUTE_UNIT_PFLOPS_HOURS,
    INVOICE_STATUS_VOIDED,
    LEGAL_FORM_BRANCH,
    SERVICE_KIND_STORAGE,
    Application,
    CheckResult,
    ComputeUnit,
    Contract,
    Invoice,
    RedemptionRequest,
    Relation,
)
from duifu.v1.panel_pb2 import LapsePanel
from duifu.v1.recovery_pb2 import RECOVERY_DEADLINE_PAYMENT, LapseRecovery
from ledger.registry import unwrap
from policy.rulebook import PROGRAMMES, Rulebook
from tests.builders import (
    ACCEPTANCE,
    CYCLE_OFFICER,
    OPERATOR,
    OTHER_BUYER,
    OTHER_SUPPLIER,
    PRIVACY,
    PROGRAMME,
    REVIEW,
    VERIFICATION,
    a_bank_receipt,
    a_contract,
    a_delivery_proof,
    a_red_invoice,
    a_redemption,
    an_account,
    an_application,
    an_invoice,
    an_item,
    applicant,
    clean_checks,
    credit_check,
    direction_fits,
    enterprise_check,
    invoice_number,
    invoices_check,
    officer,
    relation_check,
    unavailable,
)
from tests.commands.recovery_desk import found, paid_voucher
from tests.desk import Desk
from tests.ledger.people import a_contact
from tests.programmes.switching import desk_under

Q1, Q2, Q4, TAIL = (f"bj-slq-2023-{quarter}" for quarter in ("2024Q1", "2024Q2", "2024Q4", "2026Q1"))

Asked = tuple[Actor, dict[str, Any]]
Situation = Callable[[Desk], Asked]
ATTEMPTS: list[Any] = []


def refused_with(code: str, clause: str = "") -> Callable[[Situation], Situation]:
    """Register a situation and what somebody asks in it; the door must refuse with this code and clause."""

    def register(situation: Situation) -> Situation:
        ATTEMPTS.append(pytest.param(situation, code, clause, id=situation.__name__))
        return situation

    return register


@pytest.mark.parametrize(("situation", "code", "clause"), ATTEMPTS)
def test_a_refused_attempt_is_answered_kept_once_and_changes_nothing(
    desk: Desk, situation: Situation, code: str, clause: str
) -> None:
    must_be_refused(desk, *situation(desk), code, clause)


def must_be_refused(desk: Desk, actor: Actor, kind: dict[str, Any], code: str, clause: str) -> None:
    """Sent twice, it is refused twice with this code and clause; the attempt is kept once, and nothing else."""
    command = desk.command(actor, **kind)
    proven = SYSTEM if actor is SYSTEM else declared(actor)
    before, head = desk.versions(), desk.ledger.head()

    refusals = []
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            desk.door.handle(command, proven)
        refusals.append(refused.value)

    assert [(refusal.code, refusal.clause) for refusal in refusals] == [(code, clause)] * 2
    assert desk.versions() == before
    assert desk.ledger.head() == head + 1
    (kept,) = desk.ledger.entries(head)
    attempt = unwrap(kept.recorded.envelope.event)
    assert isinstance(attempt, CommandRefused)
    assert (attempt.command_id, attempt.command_kind) == (command.command_id, next(iter(kind)))
    assert (attempt.code, attempt.clause) == (code, clause)
    assert attempt.message == refusals[0].message("zh")
    assert kept.recorded.envelope.actor == proven
    read_by_people(refusals[0])


def read_by_people(refused: Refused) -> None:
    """Both languages say something, without a blank left open."""
    zh, en = refused.to_message("zh"), refused.to_message("en")
    for text in (zh.message, zh.way_forward, en.message, en.way_forward):
        assert text
        assert "{" not in text
    assert zh.message != en.message
    assert (zh.code, zh.clause) == (en.code, en.clause)


# SubmitApplication


def submitting(application: Application, actor: Actor | None = None) -> Asked:
    submitted = SubmitApplication(programme_id=PROGRAMME, application=application)
    return actor or applicant(), {"submit_application": submitted}


def changed(message: Message, **fields: Any) -> Any:
    """The same message with other values, named "applicant__industry_code"."""
    for path, value in fields.items():
        *outer, last = path.split("__")
        inner = message
        for name in outer:
            inner = getattr(inner, name)
        setattr(inner, last, value)
    return message


def whole_amounts_only(data: dict[str, Any]) -> None:
    data["accounts"]["issued"].update(on_exceed="refuse")


@refused_with("PROGRAMME_NOT_SERVED")
def a_claim_under_a_rule_that_nobody_carries_out(desk: Desk) -> Asked:
    desk_under(desk, whole_amounts_only)
    return submitting(an_application())


@refused_with("PROGRAMME_UNKNOWN")
def a_claim_under_a_programme_that_does_not_exist(desk: Desk) -> Asked:
    return applicant(), {"submit_application": SubmitApplication(programme_id="sh", application=an_application())}


@refused_with("NOT_YOUR_CASE")
def a_claim_for_another_enterprise(desk: Desk) -> Asked:
    return submitting(an_application(), applicant(OTHER_BUYER))


@refused_with("NOT_YOUR_CASE")
def a_claim_by_an_officer(desk: Desk) -> Asked:
    return submitting(an_application(), ACCEPTANCE)


@refused_with("CONTRACT_OTHER_BUYER")
def a_claim_on_the_contract_of_another_enterprise(desk: Desk) -> Asked:
    return submitting(an_application(a_contract(buyer=OTHER_BUYER)))


@refused_with("CHECK_OF_OTHER")
def an_answer_of_the_register_about_another_enterprise(desk: Desk) -> Asked:
    case_id = desk.submit(an_application())
    about_other = RecordCheck(case_id=case_id, stage="acceptance", round=1, result=enterprise_check(OTHER_BUYER))
    return SYSTEM, {"record_check": about_other}


@refused_with("BJ_E_CONTRACT_CLAIMED", "BJ-3.4")
def a_second_claim_on_a_contract_written_in_another_way(desk: Desk) -> Asked:
    desk.voucher_through_the_door(a_contract(number="HT-2024-001"))
    return submitting(an_application(a_contract(number="ｈｔ 2024／001")))


@refused_with("BJ_E_SIGN_DATE", "BJ-2.1")
def a_claim_on_a_contract_signed_too_early(desk: Desk) -> Asked:
    return submitting(an_application(a_contract(signed_on="2023-08-31")))


@refused_with("BJ_E_CLAIM_WINDOW", "BJ-7.2")
def a_claim_before_the_programme_is_in_force(desk: Desk) -> Asked:
    desk.at("2023-10-10 23:59:59")
    return submitting(an_application(a_contract(signed_on="2023-09-01")))


@refused_with("BJ_E_CLAIM_WINDOW", "BJ-7.2")
def a_claim_after_the_last_day(desk: Desk) -> Asked:
    desk.at("2026-01-01 00:00:00")
    return submitting(an_application(a_contract(signed_on="2025-12-31")))


@refused_with("BJ_E_CONTRACT_UNSIGNED", "BJ-2.4")
def a_claim_on_a_contract_that_one_party_has_not_signed(desk: Desk) -> Asked:
    return submitting(changed(an_application(), contract__signed_by_both_parties=False))


@refused_with("BJ_E_CONTRACT_UNSIGNED", "BJ-2.4")
def a_claim_on_a_contract_dated_tomorrow(desk: Desk) -> Asked:
    return submitting(an_application(a_contract(signed_on="2024-03-02")))


@refused_with("BJ_E_TERM", "BJ-2.2")
def a_claim_on_a_contract_one_day_longer_than_a_year(desk: Desk) -> Asked:
    return submitting(an_application(a_contract(starts_on="2024-03-01", ends_on="2025-03-02")))


@refused_with("BJ_E_NO_BREAKDOWN", "BJ-1.0d")
def a_claim_on_a_contract_for_storage(desk: Desk) -> Asked:
    return submitting(an_application(a_contract(items=[an_item(100, SERVICE_KIND_STORAGE)])))


@refused_with("BJ_E_NOT_LEGAL_PERSON", "BJ-1.1")
def a_claim_of_a_branch(desk: Desk) -> Asked:
    return submitting(changed(an_application(), applicant__legal_form=LEGAL_FORM_BRANCH))


@refused_with("BJ_E_INDUSTRY", "BJ-1.0b")
def a_claim_of_a_wholesaler(desk: Desk) -> Asked:
    return submitting(changed(an_application(), applicant__industry_code="F5176"))


@refused_with("BJ_E_PURPOSE", "BJ-1.0f")
def a_claim_without_a_model(desk: Desk) -> Asked:
    return submitting(changed(an_application(), purpose__trains_industry_model=False))


@refused_with("BJ_E_FINANCE", "BJ-1.3a")
def a_claim_without_sound_finances(desk: Desk) -> Asked:
    return submitting(changed(an_application(), declarations__has_sound_finance_system=False))


@refused_with("BJ_E_DOUBLE_FUND", "BJ-1.4")
def a_claim_beside_another_municipal_subsidy(desk: Desk) -> Asked:
    return submitting(changed(an_application(), declarations__has_no_other_municipal_compute_subsidy=False))


@refused_with("BJ_E_DECLARATION", "BJ-5.1")
def a_claim_that_is_not_declared_truthful(desk: Desk) -> Asked:
    return submitting(changed(an_application(), declarations__is_truthful=False))


# RequestCorrection, SupplyCorrection


def asking_for_a_correction(case_id: str, stage: str = "acceptance", *items: str, actor: Actor = ACCEPTANCE) -> Asked:
    return actor, {"request_correction": RequestCorrection(case_id=case_id, stage=stage, items=items or ["合同附件"])}


def returned_claim(desk: Desk) -> str:
    case_id = desk.submit(an_application())
    desk.send(ACCEPTANCE, **asking_for_a_correction(case_id)[1])
    return case_id


def mending(case_id: str, actor: Actor | None = None, **mended: Any) -> Asked:
    return actor or applicant(), {"supply_correction": SupplyCorrection(case_id=case_id, **mended)}


@refused_with("CASE_UNKNOWN")
def a_correction_of_a_case_that_does_not_exist(desk: Desk) -> Asked:
    return asking_for_a_correction("bj-claim-2024-000009")


@refused_with("STAGE_NOT_OPEN")
def a_correction_at_a_stage_that_is_not_open(desk: Desk) -> Asked:
    return asking_for_a_correction(desk.submit(an_application()), "review")


@refused_with("ROLE_MISMATCH", "BJ-4.2")
def a_correction_asked_by_another_role(desk: Desk) -> Asked:
    return asking_for_a_correction(desk.submit(an_application()), actor=REVIEW)


@refused_with("CORRECTION_NOT_ALLOWED", "BJ-4.2")
def a_correction_at_a_stage_without_corrections(desk: Desk) -> Asked:
    return asking_for_a_correction(desk.accepted_case(an_application()), "review", actor=REVIEW)


@refused_with("CORRECTION_EMPTY", "行政许可法32")
def a_correction_that_lists_nothing(desk: Desk) -> Asked:
    return asking_for_a_correction(desk.submit(an_application()), "acceptance", " ", "")


@refused_with("CORRECTION_USED_UP", "行政许可法32")
def a_second_correction(desk: Desk) -> Asked:
    case_id = returned_claim(desk)
    desk.send(applicant(), **mending(case_id, application=an_application())[1])
    return asking_for_a_correction(case_id)


@refused_with("CORRECTION_NOT_REPLIED", "行政许可法32")
def a_further_correction_before_the_reply(desk: Desk) -> Asked:
    actor, asked = asking_for_a_correction(returned_claim(desk), "correction")
    asked["request_correction"].caused_by = "答复引起"
    return actor, asked


@refused_with("CORRECTION_NOT_REPLIED", "行政许可法32")
def a_first_correction_that_blames_a_reply(desk: Desk) -> Asked:
    actor, asked = asking_for_a_correction(desk.submit(an_application()))
    asked["request_correction"].caused_by = "答复中的新合同缺页"
    return actor, asked


@refused_with("STAGE_NOT_OPEN")
def an_answer_to_a_correction_that_nobody_asked_for(desk: Desk) -> Asked:
    return mending(desk.submit(an_application()), application=an_application())


@refused_with("NOT_YOUR_CASE")
def an_answer_by_another_enterprise(desk: Desk) -> Asked:
    return mending(returned_claim(desk), applicant(OTHER_BUYER), application=an_application(firm=OTHER_BUYER))


@refused_with("CORRECTION_OTHER_APPLICANT")
def an_answer_that_changes_the_applicant(desk: Desk) -> Asked:
    return mending(returned_claim(desk), application=an_application(firm=OTHER_BUYER))


@refused_with("CORRECTION_OF_OTHER_KIND")
def an_answer_of_another_kind(desk: Desk) -> Asked:
    return mending(returned_claim(desk), redemption=a_redemption("bj-voucher-2024-000001"))


@refused_with("CORRECTION_OF_OTHER_KIND")
def an_answer_of_both_kinds(desk: Desk) -> Asked:
    other = a_redemption("bj-voucher-2024-000001")
    return mending(returned_claim(desk), application=an_application(), redemption=other)


@refused_with("CORRECTION_OF_OTHER_KIND")
def an_answer_without_content(desk: Desk) -> Asked:
    return mending(returned_claim(desk))


@refused_with("CONTRACT_OTHER_BUYER")
def an_answer_that_brings_the_contract_of_another_enterprise(desk: Desk) -> Asked:
    return mending(returned_claim(desk), application=an_application(a_contract(buyer=OTHER_BUYER)))


@refused_with("BJ_E_CONTRACT_CLAIMED", "BJ-3.4")
def an_answer_that_brings_a_contract_already_claimed(desk: Desk) -> Asked:
    case_id = desk.submit(an_application(a_contract(number="B")))
    desk.send(ACCEPTANCE, **asking_for_a_correction(case_id)[1])
    desk.voucher_through_the_door(a_contract(number="A"))
    return mending(case_id, application=an_application(a_contract(number="A")))


@refused_with("BJ_E_TERM", "BJ-2.2")
def an_answer_that_cannot_be_supported(desk: Desk) -> Asked:
    too_long = a_contract(starts_on="2024-02-01", ends_on="2025-02-02")
    return mending(returned_claim(desk), application=an_application(too_long))


@refused_with("CORRECTION_OTHER_VOUCHER")
def an_answer_about_another_voucher(desk: Desk) -> Asked:
    case_id = requested(desk)
    desk.send(VERIFICATION, **asking_for_a_correction(case_id, "verification")[1])
    return mending(case_id, redemption=a_redemption("bj-voucher-2024-000009"))


# Decide


def deciding(actor: Actor, case_id: str, stage: str, **how: Any) -> Asked:
    how.setdefault("verdict", VERDICT_PASS)
    if stage == "review":
        how.setdefault("findings", [direction_fits()])
    return actor, {"decide": Decide(case_id=case_id, stage=stage, **how)}


@refused_with("CASE_UNKNOWN")
def a_decision_on_a_case_that_does_not_exist(desk: Desk) -> Asked:
    return deciding(ACCEPTANCE, "bj-claim-2024-000009", "acceptance")


@refused_with("STAGE_NOT_OPEN")
def a_decision_on_a_stage_that_is_over(desk: Desk) -> Asked:
    return deciding(ACCEPTANCE, desk.accepted_case(an_application()), "acceptance")


@refused_with("STAGE_NOT_OPEN")
def a_decision_on_a_stage_that_no_plan_has(desk: Desk) -> Asked:
    return deciding(ACCEPTANCE, desk.submit(an_application()), "lunch")


@refused_with("ROLE_MISMATCH", "BJ-4.2")
def a_decision_by_another_role(desk: Desk) -> Asked:
    return deciding(REVIEW, desk.submit(an_application()), "acceptance")


@refused_with("ROLE_MISMATCH", "BJ-4.2")
def a_decision_by_the_applicant(desk: Desk) -> Asked:
    return deciding(applicant(), desk.accepted_case(an_application()), "review")


@refused_with("ROLE_MISMATCH", "BJ-4.2")
def a_decision_by_the_system(desk: Desk) -> Asked:
    return deciding(SYSTEM, desk.submit(an_application()), "acceptance")


@refused_with("STAGE_NOT_DECIDED")
def a_decision_on_issuance(desk: Desk) -> Asked:
    return deciding(REVIEW, desk.reviewed_case(an_application()), "issuance")


@refused_with("STAGE_NOT_DECIDED")
def a_decision_on_a_correction(desk: Desk) -> Asked:
    return deciding(ACCEPTANCE, returned_claim(desk), "correction")


@refused_with("CASE_CLOSED")
def a_decision_on_a_case_that_is_closed(desk: Desk) -> Asked:
    return deciding(REVIEW, desk.voucher_through_the_door().case_id, "review")


@refused_with("BJ_E_REG", "BJ-1.0a")
def a_pass_before_any_source_has_answered(desk: Desk) -> Asked:
    case_id = desk.submit(an_application())
    desk.accept(case_id)
    return deciding(REVIEW, case_id, "review")


@refused_with("BJ_E_CREDIT", "BJ-1.3b")
def a_pass_while_a_source_is_unavailable(desk: Desk) -> Asked:
    return deciding(REVIEW, desk.accepted_case(an_application(), checks=[unavailable("credit")]), "review")


@refused_with("BJ_E_RELATED", "BJ-1.0c")
def a_pass_of_a_related_supplier(desk: Desk) -> Asked:
    related = relation_check(Relation(same_controller=True))
    return deciding(REVIEW, desk.accepted_case(an_application(), checks=[related]), "review")


@refused_with("BJ_E_NOT_LEGAL_PERSON", "BJ-1.1")
def a_pass_of_what_the_register_calls_a_branch(desk: Desk) -> Asked:
    branch = enterprise_check(legal_form=LEGAL_FORM_BRANCH)
    return deciding(REVIEW, desk.accepted_case(an_application(), checks=[branch]), "review")


@refused_with("BJ_E_INDUSTRY", "BJ-1.0b")
def a_pass_of_what_the_register_calls_a_wholesaler(desk: Desk) -> Asked:
    wholesaler = enterprise_check(industry="F5176")
    return deciding(REVIEW, desk.accepted_case(an_application(), checks=[wholesaler]), "review")


@refused_with("BJ_E_RELATED", "BJ-1.0c")
def a_pass_on_answers_about_the_supplier_before_the_correction(desk: Desk) -> Asked:
    case_id = desk.submit(an_application())
    desk.record_checks(case_id, *clean_checks())
    desk.send(ACCEPTANCE, **asking_for_a_correction(case_id)[1])
    other = an_application(a_contract(supplier=OTHER_SUPPLIER))
    desk.send(applicant(), **mending(case_id, application=other)[1])
    late = RecordCheck(case_id=case_id, stage="acceptance", round=1, result=relation_check())
    desk.system(record_check=late)
    desk.record_checks(case_id, enterprise_check(), credit_check())
    desk.accept(case_id)
    return deciding(REVIEW, case_id, "review")


@refused_with("BJ_E_INVOICE", "BJ-4.5")
def a_pass_of_a_voided_invoice(desk: Desk) -> Asked:
    case_id = requested(desk)
    voided = invoices_check(desk.case(case_id).redemption, INVOICE_STATUS_VOIDED)
    desk.record_checks(case_id, enterprise_check(), credit_check(), voided)
    return deciding(VERIFICATION, case_id, "verification")


@refused_with("BJ_E_INVOICE", "BJ-4.5")
def a_pass_of_an_invoice_that_nobody_verified(desk: Desk) -> Asked:
    case_id = requested(desk)
    desk.record_checks(case_id, enterprise_check(), credit_check(), invoices_check(RedemptionRequest()))
    return deciding(VERIFICATION, case_id, "verification")


@refused_with("AMOUNT_ABOVE_CEILING", "BJ-3.2")
def an_amount_one_fen_above_the_ceiling(desk: Desk) -> Asked:
    case_id = desk.accepted_case(an_application(a_contract(yuan(100))))
    return deciding(REVIEW, case_id, "review", approved_fen=yuan(20) + 1)


@refused_with("AMOUNT_NOT_POSITIVE", "BJ-3.2")
def a_pass_of_a_claim_of_which_nothing_counts(desk: Desk) -> Asked:
    beyond = a_contract(signed_on="2025-12-31", starts_on="2026-01-01", ends_on="2026-06-30")
    case_id = desk.at("2025-12-31 10:00").accepted_case(an_application(beyond))
    return deciding(REVIEW, case_id, "review")


@refused_with("AMOUNT_NOT_ASKED", "BJ-4.2")
def an_amount_at_a_stage_that_sets_none(desk: Desk) -> Asked:
    return deciding(ACCEPTANCE, desk.submit(an_application()), "acceptance", approved_fen=1)


@refused_with("REASON_MISSING", "BJ-4.2")
def a_lower_amount_without_a_reason(desk: Desk) -> Asked:
    return deciding(REVIEW, desk.accepted_case(an_application()), "review", approved_fen=1, reason="  ")


@refused_with("REASON_MISSING")
def a_refusal_without_a_reason(desk: Desk) -> Asked:
    case_id = desk.submit(an_application())
    return deciding(ACCEPTANCE, case_id, "acceptance", verdict=VERDICT_REFUSE, code="BJ_E_REG")


@refused_with("REASON_CODE_UNKNOWN")
def a_refusal_for_a_condition_that_the_programme_has_not(desk: Desk) -> Asked:
    case_id = desk.submit(an_application())
    return deciding(ACCEPTANCE, case_id, "acceptance", verdict=VERDICT_REFUSE, reason="不合适", code="QD_E_WINDOW")


# WithdrawCase


@refused_with("CASE_UNKNOWN")
def a_withdrawal_of_a_case_that_does_not_exist(desk: Desk) -> Asked:
    return applicant(), {"withdraw_case": WithdrawCase(case_id="bj-claim-2024-000009")}


@refused_with("NOT_YOUR_CASE")
def a_withdrawal_by_another_enterprise(desk: Desk) -> Asked:
    return applicant(OTHER_BUYER), {"withdraw_case": WithdrawCase(case_id=desk.submit(an_application()))}


@refused_with("WITHDRAWAL_TOO_LATE", "BJ-4.3")
def a_withdrawal_when_the_amount_is_determined(desk: Desk) -> Asked:
    return applicant(), {"withdraw_case": WithdrawCase(case_id=assessed(desk))}


@refused_with("CASE_CLOSED")
def a_withdrawal_of_a_case_that_is_closed(desk: Desk) -> Asked:
    return applicant(), {"withdraw_case": WithdrawCase(case_id=desk.voucher_through_the_door().case_id)}


# VetoCase, RaiseObjection


@refused_with("VETO_NOT_FORESEEN")
def a_veto_under_a_programme_that_has_none(desk: Desk) -> Asked:
    veto = VetoCase(case_id=desk.submit(an_application()), code="BJ_E_REG", reason="黑名单", evidence_sha256="ab" * 32)
    return REVIEW, {"veto_case": veto}


@refused_with("NOT_IN_ROUND")
def an_objection_to_a_claim_that_shares_no_pool(desk: Desk) -> Asked:
    objection = RaiseObjection(case_id=desk.submit(an_application()), objector_id="public.1", objector_name="张三")
    return REVIEW, {"raise_objection": objection}


# RequestRedemption


def redeeming(request: RedemptionRequest, actor: Actor | None = None) -> Asked:
    return actor or applicant(), {"request_redemption": RequestRedemption(request=request)}


def a_voucher(desk: Desk, contract: Contract | None = None) -> str:
    return desk.voucher_through_the_door(contract).voucher_id


def requested(desk: Desk) -> str:
    return desk.request(a_redemption(a_voucher(desk)))


def assessed(desk: Desk) -> str:
    return desk.redemption_through_the_door(a_redemption(a_voucher(desk)))


def with_parts(desk: Desk, **parts: Any) -> Asked:
    """A request whose invoices, proofs or receipts are others."""
    request = a_redemption(a_voucher(desk))
    for name, rows in parts.items():
        request.ClearField(name)  # type: ignore[arg-type]
        getattr(request, name).extend(rows)
    return redeeming(request)


@refused_with("VOUCHER_UNKNOWN")
def a_request_for_a_voucher_that_does_not_exist(desk: Desk) -> Asked:
    return redeeming(a_redemption("bj-voucher-2024-000009"))


@refused_with("NOT_THE_HOLDER", "BJ-5.3")
def a_request_for_the_voucher_of_another_enterprise(desk: Desk) -> Asked:
    return redeeming(a_redemption(a_voucher(desk)), applicant(OTHER_BUYER))


@refused_with("NOT_YOUR_CASE")
def a_request_by_an_officer(desk: Desk) -> Asked:
    return redeeming(a_redemption(a_voucher(desk)), VERIFICATION)


def making_over(voucher_id: str, actor: Actor) -> Asked:
    return actor, {"transfer_voucher": TransferVoucher(voucher_id=voucher_id, to_uscc=OTHER_BUYER.uscc)}


@refused_with("NOT_TRANSFERABLE", "BJ-5.3")
def a_voucher_that_its_holder_makes_over(desk: Desk) -> Asked:
    return making_over(a_voucher(desk), applicant())


@refused_with("NOT_THE_HOLDER", "BJ-5.3")
def a_voucher_that_somebody_else_makes_over_to_themselves(desk: Desk) -> Asked:
    return making_over(a_voucher(desk), applicant(OTHER_BUYER))


def a_month_only(data: dict[str, Any]) -> None:
    data["award"]["valid_for"] = {"clause": "BJ-A13", "months": 1}


@refused_with("VOUCHER_EXPIRED", "BJ-A13")
def a_request_after_the_last_day_of_the_voucher(desk: Desk) -> Asked:
    desk_under(desk, a_month_only)
    voucher_id = a_voucher(desk)
    desk.at("2024-04-02 00:00")
    return redeeming(a_redemption(voucher_id))


@refused_with("NOTHING_LAPSES", "BJ-4.3")
def a_sweep_with_a_quarter_by_whose_end_no_voucher_ends(desk: Desk) -> Asked:
    assessed(desk)
    desk.freeze(Q1)
    desk.order_payments(Q1)
    desk.record_results(Q1)
    return SYSTEM, {"lapse_vouchers": LapseVouchers(cycle_id=Q1)}


@refused_with("VOUCHERS_TO_LAPSE", "BJ-4.3")
def a_close_before_vouchers_have_lapsed(desk: Desk) -> Asked:
    desk_under(desk, a_month_only)
    assessed(desk)
    desk.freeze(Q1)
    desk.order_payments(Q1)
    desk.record_results(Q1)
    return SYSTEM, {"close_cycle": CloseCycle(cycle_id=Q1)}


@refused_with("PAYEE_NOT_HOLDER", "BJ-4.6")
def a_request_to_pay_into_the_account_of_another_enterprise(desk: Desk) -> Asked:
    request = a_redemption(a_voucher(desk))
    request.bank_account.CopyFrom(an_account(OTHER_BUYER))
    return redeeming(request)


@refused_with("INVOICE_OTHER_PARTY")
def a_request_with_an_invoice_to_another_buyer(desk: Desk) -> Asked:
    return with_parts(desk, invoices=[an_invoice(yuan(100_000), buyer=OTHER_BUYER)])


@refused_with("INVOICE_OTHER_PARTY")
def a_request_with_an_invoice_of_another_supplier(desk: Desk) -> Asked:
    return with_parts(desk, invoices=[an_invoice(yuan(100_000), seller=OTHER_SUPPLIER)])


@refused_with("INVOICE_USED_ELSEWHERE", "BJ-4.5")
def a_request_with_an_invoice_that_serves_another_voucher(desk: Desk) -> Asked:
    first, second = (a_voucher(desk, a_contract(number=number)) for number in ("A", "B"))
    desk.request(a_redemption(first, invoice=7))
    return redeeming(a_redemption(second, invoice=7))


@refused_with("INVOICE_CHANGED", "BJ-4.5")
def a_request_with_an_invoice_that_said_something_else(desk: Desk) -> Asked:
    request = a_redemption(a_voucher(desk))
    desk.request(request)
    request.invoices[0].issued_on = "2024-02-25"
    return redeeming(request)


@refused_with("INVOICE_BEFORE_CONTRACT", "BJ-4.5")
def a_request_with_an_invoice_older_than_the_contract(desk: Desk) -> Asked:
    request = a_redemption(a_voucher(desk))
    request.invoices[0].issued_on = "2023-12-31"
    return redeeming(request)


def with_the_receipt_of_another_request(desk: Desk, *, totals: tuple[int, int]) -> Asked:
    first, second = (
        a_redemption(a_voucher(desk, a_contract(number=name)), invoice=n) for n, name in ((1, "A"), (2, "B"))
    )
    for request, total_fen in zip((first, second), totals, strict=True):
        request.bank_receipts[0].receipt_number, request.bank_receipts[0].total_fen = "HD-1", total_fen
    desk.redemption_through_the_door(first)
    return redeeming(second)


@refused_with("PAPER_USED_ELSEWHERE", "BJ-4.5")
def a_request_with_a_receipt_that_paid_another_invoice(desk: Desk) -> Asked:
    return with_the_receipt_of_another_request(desk, totals=(0, 0))


@refused_with("PAPER_EXCEEDS", "BJ-4.5")
def a_request_with_more_than_a_receipt_comes_to(desk: Desk) -> Asked:
    return with_the_receipt_of_another_request(desk, totals=(yuan(200_000) - 1,) * 2)


@refused_with("PAPER_CHANGED", "BJ-4.5")
def a_request_with_a_receipt_spelt_otherwise(desk: Desk) -> Asked:
    request = a_redemption(a_voucher(desk))
    desk.redemption_through_the_door(request)
    request.bank_receipts[0].receipt_number = request.bank_receipts[0].receipt_number.lower().replace("-", "－")
    return redeeming(request)


def with_red(desk: Desk, *red: Invoice, voucher_id: str = "", invoice: int = 1) -> Asked:
    request = a_redemption(voucher_id or a_voucher(desk), invoice=invoice)
    request.invoices.extend(red)
    return redeeming(request)


@refused_with("INVOICE_TWICE", "BJ-4.4")
def a_request_with_one_invoice_twice(desk: Desk) -> Asked:
    return with_red(desk, an_invoice(yuan(100_000)))


@refused_with("RED_INVOICE_ALONE", "BJ-4.4")
def a_request_with_a_red_invoice_alone(desk: Desk) -> Asked:
    request = a_redemption(a_voucher(desk))
    request.invoices[0].reverses.number = invoice_number(9)
    return redeeming(request)


@refused_with("RED_INVOICE_EARLY", "BJ-4.5")
def a_request_with_a_red_invoice_of_the_day_before_the_blue_one(desk: Desk) -> Asked:
    return with_red(desk, a_red_invoice(yuan(1), issued_on="2024-02-21"))


@refused_with("RED_INVOICE_UNMATCHED", "BJ-4.5")
def a_request_with_a_red_invoice_of_an_invoice_that_nobody_handed_in(desk: Desk) -> Asked:
    return with_red(desk, a_red_invoice(yuan(1), reverses=9))


@refused_with("RED_INVOICE_EXCEEDS", "BJ-4.5")
def a_request_with_red_invoices_of_more_than_the_blue_one(desk: Desk) -> Asked:
    return with_red(desk, a_red_invoice(yuan(60_000), 51), a_red_invoice(yuan(40_000) + 1, 52))


@refused_with("RED_INVOICE_UNDER_WAY", "BJ-4.5")
def a_request_with_a_red_invoice_of_one_that_is_being_verified(desk: Desk) -> Asked:
    voucher_id = a_voucher(desk)
    desk.request(a_redemption(voucher_id))
    return with_red(desk, a_red_invoice(yuan(1)), voucher_id=voucher_id, invoice=2)


@refused_with("RED_INVOICE_LEFT_OUT", "BJ-4.5")
def a_request_without_the_red_invoice_of_one_that_was_withdrawn(desk: Desk) -> Asked:
    voucher_id = a_voucher(desk)
    request = a_redemption(voucher_id)
    request.invoices.append(a_red_invoice(yuan(1)))
    desk.send(applicant(), withdraw_case=WithdrawCase(case_id=desk.request(request)))
    del request.invoices[-1]
    return redeeming(request)


@refused_with("RED_INVOICE_AFTER_USE", "BJ-4.5")
def a_request_with_a_red_invoice_of_one_that_was_assessed(desk: Desk) -> Asked:
    voucher_id = a_voucher(desk)
    desk.redemption_through_the_door(a_redemption(voucher_id))
    return with_red(desk, a_red_invoice(yuan(1)), voucher_id=voucher_id, invoice=2)


def measured(desk: Desk, *, unit: ComputeUnit.ValueType = COMPUTE_UNIT_CARD_HOURS) -> RedemptionRequest:
    """A request whose delivery was measured, in the contract's unit unless said otherwise."""
    item = an_item(yuan(1_000_000))
    item.quantity, item.unit = "10000", COMPUTE_UNIT_CARD_HOURS
    request = a_redemption(a_voucher(desk, a_contract(items=[item])))
    proof = request.delivery_proofs[0]
    proof.quantity, proof.unit, proof.contract_item, proof.metering_sha256 = "1000", unit, item.name, "cd" * 32
    file = request.metering.add(sha256="cd" * 32, source="示例算力平台")
    file.uses.add(contract_item=item.name, starts_on="2024-02-01", ends_on="2024-02-20", quantity="1000", unit=unit)
    return request


@refused_with("DEDUCTION_NOT_FORESEEN")
def a_request_with_a_deduction_where_the_enterprise_is_paid(desk: Desk) -> Asked:
    request = a_redemption(a_voucher(desk))
    request.invoices[0].deducted_fen = 1
    return redeeming(request)


@refused_with("METERING_MISSING", "BJ-4.5")
def a_request_without_the_metering_file_that_its_proof_names(desk: Desk) -> Asked:
    request = measured(desk)
    del request.metering[:]
    return redeeming(request)


@refused_with("METERING_UNBOUND", "BJ-4.5")
def a_request_with_a_metering_file_that_no_proof_names(desk: Desk) -> Asked:
    request = measured(desk)
    request.delivery_proofs[0].metering_sha256 = ""
    return redeeming(request)


@refused_with("CONTRACT_ITEM_UNKNOWN", "BJ-4.5")
def a_request_with_a_delivery_of_what_the_contract_does_not_have(desk: Desk) -> Asked:
    request = measured(desk)
    request.delivery_proofs[0].contract_item = "推理服务"
    return redeeming(request)


@refused_with("METERING_OTHER_UNIT", "BJ-4.5")
def a_request_measured_in_another_unit_than_the_contract_says(desk: Desk) -> Asked:
    return redeeming(measured(desk, unit=COMPUTE_UNIT_PFLOPS_HOURS))


@refused_with("DELIVERED_TWICE", "BJ-4.5")
def a_request_with_one_measurement_under_two_proofs(desk: Desk) -> Asked:
    request = measured(desk)
    request.delivery_proofs.append(request.delivery_proofs[0])
    request.delivery_proofs[1].proof_number = "JF-2"
    return redeeming(request)


@refused_with("RECEIPT_OTHER_PARTY")
def a_request_with_a_payment_by_another_enterprise(desk: Desk) -> Asked:
    return with_parts(desk, bank_receipts=[a_bank_receipt(yuan(100_000), payer=OTHER_BUYER)])


@refused_with("RECEIPT_OTHER_PARTY")
def a_request_with_a_payment_to_another_supplier(desk: Desk) -> Asked:
    return with_parts(desk, bank_receipts=[a_bank_receipt(yuan(100_000), payee=OTHER_SUPPLIER)])


@refused_with("PROOF_WITHOUT_INVOICE", "BJ-4.4")
def a_request_with_a_delivery_on_an_invoice_that_is_not_there(desk: Desk) -> Asked:
    return with_parts(desk, delivery_proofs=[a_delivery_proof(yuan(100_000), invoice=2)])


@refused_with("PROOF_WITHOUT_INVOICE", "BJ-4.4")
def a_request_with_a_payment_on_an_invoice_that_is_not_there(desk: Desk) -> Asked:
    return with_parts(desk, bank_receipts=[a_bank_receipt(yuan(100_000), invoice=2)])


@refused_with("NOT_YET_HAPPENED", "BJ-A11")
def a_request_with_an_invoice_of_tomorrow(desk: Desk) -> Asked:
    return with_parts(desk, invoices=[an_invoice(yuan(100_000), issued_on="2024-03-02")])


@refused_with("NOT_YET_HAPPENED", "BJ-A11")
def a_request_with_a_delivery_that_ends_tomorrow(desk: Desk) -> Asked:
    return with_parts(desk, delivery_proofs=[a_delivery_proof(yuan(100_000), period=("2024-03-01", "2024-03-02"))])


@refused_with("NOT_YET_HAPPENED", "BJ-A11")
def a_request_with_a_payment_of_tomorrow(desk: Desk) -> Asked:
    return with_parts(desk, bank_receipts=[a_bank_receipt(yuan(100_000), paid_on="2024-03-02")])


@refused_with("BJ_E_NO_INVOICE", "BJ-2.5")
def a_request_without_invoices(desk: Desk) -> Asked:
    return with_parts(desk, invoices=[])


@refused_with("BJ_E_NO_DELIVERY", "BJ-2.5")
def a_request_without_delivery_proofs(desk: Desk) -> Asked:
    return with_parts(desk, delivery_proofs=[])


@refused_with("BJ_E_NOT_SETTLED", "BJ-2.5")
def a_request_without_bank_receipts(desk: Desk) -> Asked:
    return with_parts(desk, bank_receipts=[])


@refused_with("REDEMPTION_ENDED", "BJ-4.3")
def a_request_after_the_tail_batch(desk: Desk) -> Asked:
    voucher_id = a_voucher(desk)
    desk.at("2026-04-01 00:00")
    return redeeming(a_redemption(voucher_id))


# ReplaceBankAccount


def replacing(case_id: str, actor: Actor | None = None, firm: Any = None) -> Asked:
    account = an_account(firm) if firm else an_account()
    return actor or applicant(), {"replace_bank_account": ReplaceBankAccount(case_id=case_id, bank_account=account)}


@refused_with("CASE_UNKNOWN")
def a_new_account_for_a_case_that_does_not_exist(desk: Desk) -> Asked:
    return replacing("bj-redeem-2024-000009")


@refused_with("NOT_YOUR_CASE")
def a_new_account_named_by_another_enterprise(desk: Desk) -> Asked:
    return replacing(requested(desk), applicant(OTHER_BUYER))


@refused_with("PAYEE_NOT_HOLDER", "BJ-4.6")
def a_new_account_of_another_holder(desk: Desk) -> Asked:
    return replacing(requested(desk), firm=OTHER_BUYER)


@refused_with("NO_ACCOUNT")
def a_new_account_for_a_case_that_pays_nothing(desk: Desk) -> Asked:
    return replacing(desk.submit(an_application()))


@refused_with("ACCOUNT_IN_PAYMENT")
def a_new_account_while_the_money_is_on_its_way(desk: Desk) -> Asked:
    return replacing(ordered(desk))


@refused_with("CASE_CLOSED")
def a_new_account_when_the_money_has_arrived(desk: Desk) -> Asked:
    case_id = assessed(desk)
    desk.settle_quarter(Q1)
    return replacing(case_id)


# ConfirmCycle


def ordered(desk: Desk) -> str:
    """A case in payment."""
    case_id = assessed(desk)
    desk.freeze(Q1)
    desk.order_payments(Q1)
    return case_id


def in_the_tail(desk: Desk) -> str:
    """A case in the batch that waits for a ruling."""
    voucher_id = a_voucher(desk)
    return desk.at("2025-11-17 09:00").redemption_through_the_door(a_redemption(voucher_id))


@refused_with("ROLE_MISMATCH")
def a_ruling_by_another_role(desk: Desk) -> Asked:
    in_the_tail(desk)
    return REVIEW, {"confirm_cycle": ConfirmCycle(cycle_id=TAIL, reason="同意")}


@refused_with("CYCLE_UNKNOWN")
def a_ruling_on_a_cycle_that_does_not_exist(desk: Desk) -> Asked:
    return CYCLE_OFFICER, {"confirm_cycle": ConfirmCycle(cycle_id=TAIL, reason="同意")}


@refused_with("NO_RULING_NEEDED", "BJ-A13")
def a_ruling_that_nobody_waits_for(desk: Desk) -> Asked:
    requested(desk)
    return CYCLE_OFFICER, {"confirm_cycle": ConfirmCycle(cycle_id=Q1, reason="同意")}


@refused_with("REASON_MISSING", "BJ-A13")
def a_ruling_without_a_reason(desk: Desk) -> Asked:
    in_the_tail(desk)
    return CYCLE_OFFICER, {"confirm_cycle": ConfirmCycle(cycle_id=TAIL)}


# PauseCycle, ResumeCycle


def paused(desk: Desk) -> None:
    requested(desk)
    desk.send(CYCLE_OFFICER, pause_cycle=PauseCycle(cycle_id=Q1, reason="财政年终封账"))


@refused_with("ROLE_MISMATCH")
def a_pause_by_another_role(desk: Desk) -> Asked:
    requested(desk)
    return REVIEW, {"pause_cycle": PauseCycle(cycle_id=Q1, reason="封账")}


@refused_with("CYCLE_PAUSED", "BJ-4.3")
def a_second_pause(desk: Desk) -> Asked:
    paused(desk)
    return CYCLE_OFFICER, {"pause_cycle": PauseCycle(cycle_id=Q1, reason="封账")}


@refused_with("REASON_MISSING", "BJ-4.3")
def a_pause_without_a_reason(desk: Desk) -> Asked:
    requested(desk)
    return CYCLE_OFFICER, {"pause_cycle": PauseCycle(cycle_id=Q1)}


@refused_with("CYCLE_PAUSED", "BJ-4.3")
def payments_while_the_quarter_is_paused(desk: Desk) -> Asked:
    paused(desk)
    return SYSTEM, {"order_payments": OrderPayments(cycle_id=Q1)}


@refused_with("CYCLE_NOT_PAUSED", "BJ-4.3")
def a_resumption_of_what_was_not_paused(desk: Desk) -> Asked:
    requested(desk)
    return CYCLE_OFFICER, {"resume_cycle": ResumeCycle(cycle_id=Q1, reason="开账")}


@refused_with("REASON_MISSING", "BJ-4.3")
def a_resumption_without_a_reason(desk: Desk) -> Asked:
    paused(desk)
    return CYCLE_OFFICER, {"resume_cycle": ResumeCycle(cycle_id=Q1)}


# OpenCycle


def opening(quarter: str, actor: Actor = CYCLE_OFFICER, programme_id: str = PROGRAMME) -> Asked:
    return actor, {"open_cycle": OpenCycle(programme_id=programme_id, quarter=quarter)}


@refused_with("ROLE_MISMATCH")
def a_quarter_opened_by_an_applicant(desk: Desk) -> Asked:
    return opening("2024Q2", applicant())


@refused_with("PROGRAMME_UNKNOWN")
def a_quarter_of_a_programme_that_does_not_exist(desk: Desk) -> Asked:
    return opening("2024Q2", programme_id="sh")


@refused_with("QUARTER_MALFORMED")
def a_fifth_quarter(desk: Desk) -> Asked:
    return opening("2024Q5")


@refused_with("QUARTER_MALFORMED")
def a_quarter_before_there_were_any(desk: Desk) -> Asked:
    return opening("0001Q1")


@refused_with("REDEMPTION_ENDED", "BJ-4.3")
def a_quarter_after_the_tail_batch(desk: Desk) -> Asked:
    return opening("2026Q2")


# What workflows send


@refused_with("CASE_UNKNOWN")
def an_answer_about_a_case_that_does_not_exist(desk: Desk) -> Asked:
    return SYSTEM, {"record_check": RecordCheck(case_id="x", stage="acceptance", round=1, result=credit_check())}


@refused_with("CASE_CLOSED")
def an_answer_about_a_case_that_is_closed(desk: Desk) -> Asked:
    case_id = desk.voucher_through_the_door().case_id
    return SYSTEM, {"record_check": RecordCheck(case_id=case_id, stage="review", round=1, result=credit_check())}


@refused_with("CASE_UNKNOWN")
def a_letter_about_a_case_that_does_not_exist(desk: Desk) -> Asked:
    return SYSTEM, {"record_letter": RecordLetter(case_id="bj-claim-2024-000009")}


@refused_with("NOT_DUE")
def a_lapse_one_second_early(desk: Desk) -> Asked:
    case_id = desk.submit(an_application())
    desk.at("2024-03-08 23:59:59")
    return SYSTEM, {"lapse_stage": LapseStage(case_id=case_id, stage="acceptance", round=1)}


@refused_with("NO_DEADLINE")
def a_lapse_of_a_stage_without_a_deadline(desk: Desk) -> Asked:
    case_id = desk.reviewed_case(an_application())
    return SYSTEM, {"lapse_stage": LapseStage(case_id=case_id, stage="issuance", round=1)}


@refused_with("NO_DEADLINE")
def a_second_lapse_of_an_escalated_stage(desk: Desk) -> Asked:
    lapse = LapseStage(case_id=desk.accepted_case(an_application()), stage="review", round=1)
    desk.at("2024-04-01 09:00").system(lapse_stage=lapse)
    return SYSTEM, {"lapse_stage": lapse}


@refused_with("STAGE_NOT_OPEN")
def a_lapse_of_the_round_before_a_correction(desk: Desk) -> Asked:
    case_id = returned_claim(desk)
    desk.send(applicant(), **mending(case_id, application=an_application())[1])
    desk.at("2024-06-03 09:00")
    return SYSTEM, {"lapse_stage": LapseStage(case_id=case_id, stage="acceptance", round=1)}


@refused_with("STAGE_NOT_OPEN")
def an_issue_before_the_review(desk: Desk) -> Asked:
    return SYSTEM, {"issue_voucher": IssueVoucher(case_id=desk.accepted_case(an_application()))}


@refused_with("STAGE_NOT_OPEN")
def an_issue_of_a_returned_claim(desk: Desk) -> Asked:
    return SYSTEM, {"issue_voucher": IssueVoucher(case_id=returned_claim(desk))}


@refused_with("CASE_CLOSED")
def a_second_issue(desk: Desk) -> Asked:
    return SYSTEM, {"issue_voucher": IssueVoucher(case_id=desk.voucher_through_the_door().case_id)}


@refused_with("STAGE_NOT_OPEN")
def an_assessment_before_the_verification(desk: Desk) -> Asked:
    return SYSTEM, {"assess_redemption": AssessRedemption(case_id=requested(desk))}


@refused_with("STAGE_NOT_OPEN")
def an_assessment_of_a_claim_for_a_voucher(desk: Desk) -> Asked:
    return SYSTEM, {"assess_redemption": AssessRedemption(case_id=desk.reviewed_case(an_application()))}


@refused_with("CYCLE_UNKNOWN")
def a_freeze_of_a_cycle_that_does_not_exist(desk: Desk) -> Asked:
    return SYSTEM, {"freeze_cycle": FreezeCycle(cycle_id=Q1)}


@refused_with("CUT_OFF_REMINDER_UNKNOWN", "BJ-4.3")
def a_reminder_that_the_programme_has_not(desk: Desk) -> Asked:
    requested(desk)
    return SYSTEM, {"remind_cycle": RemindCycle(cycle_id=Q1, days_left=5)}


@refused_with("CUT_OFF_REMINDER_EARLY", "BJ-4.3")
def a_reminder_before_its_day(desk: Desk) -> Asked:
    requested(desk)
    desk.at("2024-03-23 23:59:59")
    return SYSTEM, {"remind_cycle": RemindCycle(cycle_id=Q1, days_left=7)}


@refused_with("CUT_OFF_REMINDED", "BJ-4.3")
def a_reminder_after_a_later_one(desk: Desk) -> Asked:
    requested(desk)
    desk.at("2024-03-30 09:00").system(remind_cycle=RemindCycle(cycle_id=Q1, days_left=1))
    return SYSTEM, {"remind_cycle": RemindCycle(cycle_id=Q1, days_left=7)}


@refused_with("EARLIER_QUARTER_OPEN", "BJ-4.3")
def a_close_before_that_of_an_earlier_quarter(desk: Desk) -> Asked:
    assessed(desk)
    desk.at("2024-04-01 09:00").send(CYCLE_OFFICER, open_cycle=OpenCycle(programme_id=PROGRAMME, quarter="2024Q2"))
    desk.freeze(Q2)
    return SYSTEM, {"close_cycle": CloseCycle(cycle_id=Q2)}


@refused_with("CUT_OFF_NOT_REACHED", "BJ-4.3")
def a_freeze_one_second_early(desk: Desk) -> Asked:
    requested(desk)
    desk.at("2024-03-31 23:59:59")
    return SYSTEM, {"freeze_cycle": FreezeCycle(cycle_id=Q1)}


@refused_with("CYCLE_FROZEN", "BJ-4.3")
def a_second_freeze(desk: Desk) -> Asked:
    requested(desk)
    desk.freeze(Q1)
    return SYSTEM, {"freeze_cycle": FreezeCycle(cycle_id=Q1)}


@refused_with("CYCLE_UNKNOWN")
def payments_of_a_cycle_that_does_not_exist(desk: Desk) -> Asked:
    return SYSTEM, {"order_payments": OrderPayments(cycle_id=Q1)}


@refused_with("CYCLE_NOT_FROZEN", "BJ-4.3")
def payments_before_the_cut_off(desk: Desk) -> Asked:
    assessed(desk)
    return SYSTEM, {"order_payments": OrderPayments(cycle_id=Q1)}


@refused_with("CLAIMS_NOT_READY", "BJ-4.3")
def payments_while_a_claim_is_not_verified(desk: Desk) -> Asked:
    requested(desk)
    desk.freeze(Q1)
    return SYSTEM, {"order_payments": OrderPayments(cycle_id=Q1)}


@refused_with("EARLIER_QUARTER_UNPAID", "BJ-A17")
def payments_before_those_of_an_earlier_quarter(desk: Desk) -> Asked:
    voucher_id = desk.case(assessed(desk)).redemption.voucher_id
    desk.freeze(Q1)
    again = a_redemption(voucher_id, invoice=2, period=("2024-03-01", "2024-04-20"), on="2024-04-26")
    desk.at("2024-05-06 09:00").redemption_through_the_door(again)
    desk.freeze(Q2)
    return SYSTEM, {"order_payments": OrderPayments(cycle_id=Q2)}


@refused_with("PAY_DAY_NOT_REACHED", "BJ-4.3")
def payments_of_the_fourth_quarter_before_its_last_working_day(desk: Desk) -> Asked:
    voucher_id = a_voucher(desk)
    desk.at("2024-11-01 09:00").redemption_through_the_door(a_redemption(voucher_id))
    desk.freeze(Q4)
    desk.at("2024-12-30 23:59:59")
    return SYSTEM, {"order_payments": OrderPayments(cycle_id=Q4)}


@refused_with("RULING_MISSING", "BJ-A13")
def payments_of_the_tail_without_a_ruling(desk: Desk) -> Asked:
    in_the_tail(desk)
    desk.freeze(TAIL)
    return SYSTEM, {"order_payments": OrderPayments(cycle_id=TAIL)}


@refused_with("CYCLE_CLOSED", "BJ-4.3")
def payments_of_a_closed_cycle(desk: Desk) -> Asked:
    assessed(desk)
    desk.settle_quarter(Q1)
    return SYSTEM, {"order_payments": OrderPayments(cycle_id=Q1)}


@refused_with("ORDER_UNKNOWN")
def a_payment_that_nobody_ordered(desk: Desk) -> Asked:
    ordered(desk)
    return SYSTEM, {"record_payment": RecordPayment(cycle_id=Q1, order_id="x", status=PAYMENT_STATUS_SETTLED)}


@refused_with("ROLE_MISMATCH")
def a_payment_result_from_whoever_rules_on_quarters(desk: Desk) -> Asked:
    ordered(desk)
    (order_id,) = desk.cycle(Q1).orders
    result = RecordPayment(cycle_id=Q1, order_id=order_id, status=PAYMENT_STATUS_SETTLED, evidence_sha256="ab" * 32)
    return CYCLE_OFFICER, {"record_payment": result}


@refused_with("EVIDENCE_MISSING")
def a_payment_result_without_the_file_that_says_so(desk: Desk) -> Asked:
    ordered(desk)
    (order_id,) = desk.cycle(Q1).orders
    result = RecordPayment(cycle_id=Q1, order_id=order_id, status=PAYMENT_STATUS_SETTLED)
    return officer("payment-reconciler"), {"record_payment": result}


@refused_with("ROLE_MISMATCH")
def a_result_of_a_grant_from_whoever_says_to_be_the_system(_: Desk) -> Asked:
    result = RecordGrantPayment(round_id="x", order_id="x", status=PAYMENT_STATUS_SETTLED)
    return Actor(id="duifu", name="系统", role="system"), {"record_grant_payment": result}


@refused_with("BANK_REFERENCE_MISSING")
def a_settlement_that_names_no_booking_of_the_bank(desk: Desk) -> Asked:
    ordered(desk)
    (order_id,) = desk.cycle(Q1).orders
    result = RecordPayment(cycle_id=Q1, order_id=order_id, status=PAYMENT_STATUS_SETTLED, evidence_sha256="ab" * 32)
    return officer("payment-reconciler"), {"record_payment": result}


@refused_with("PAYMENT_RESULT_CONFLICT")
def a_return_of_what_was_settled(desk: Desk) -> Asked:
    ordered(desk)
    (order_id,) = desk.cycle(Q1).orders
    desk.record_results(Q1)
    returned = RecordPayment(cycle_id=Q1, order_id=order_id, status=PAYMENT_STATUS_RETURNED, reason="退回")
    return SYSTEM, {"record_payment": returned}


@refused_with("PAYMENT_IN_RECOVERY", "BJ-5.5")
def money_that_comes_back_and_is_demanded_back_already(desk: Desk) -> Asked:
    voucher = paid_voucher(desk)
    found(desk, voucher, yuan(1_000))
    (order_id,) = desk.cycle(Q1).orders
    returned = RecordPayment(
        cycle_id=Q1, order_id=order_id, status=PAYMENT_STATUS_RETURNED, reason="退汇", evidence_sha256="ab" * 32
    )
    return officer("payment-reconciler"), {"record_payment": returned}


@refused_with("NOT_YET_HAPPENED", "BJ-4.3")
def money_that_is_to_come_back_tomorrow(desk: Desk) -> Asked:
    paid_voucher(desk)
    (order_id,) = desk.cycle(Q1).orders
    returned = RecordPayment(
        cycle_id=Q1,
        order_id=order_id,
        status=PAYMENT_STATUS_RETURNED,
        reason="退汇",
        evidence_sha256="ab" * 32,
        returned_on="2031-01-01",
    )
    return officer("payment-reconciler"), {"record_payment": returned}


@refused_with("CYCLE_UNKNOWN")
def a_close_of_a_cycle_that_does_not_exist(desk: Desk) -> Asked:
    return SYSTEM, {"close_cycle": CloseCycle(cycle_id=Q1)}


@refused_with("CYCLE_NOT_FROZEN", "BJ-4.3")
def a_close_before_the_cut_off(desk: Desk) -> Asked:
    assessed(desk)
    return SYSTEM, {"close_cycle": CloseCycle(cycle_id=Q1)}


@refused_with("CYCLE_NOT_SETTLED", "BJ-4.3")
def a_close_while_the_money_is_on_its_way(desk: Desk) -> Asked:
    ordered(desk)
    return SYSTEM, {"close_cycle": CloseCycle(cycle_id=Q1)}


# The clock of a stage


@refused_with("STOP_REASON_UNKNOWN", "BJ-4.2")
def a_stop_for_which_the_plan_gives_no_reason(desk: Desk) -> Asked:
    stopping = StopClock(case_id=desk.submit(an_application()), stage="acceptance", reason="inspection")
    return ACCEPTANCE, {"stop_clock": stopping}


@refused_with("OPINION_NOT_ASKED", "BJ-4.2")
def an_opinion_on_a_stage_that_is_decided_alone(desk: Desk) -> Asked:
    opinion = GiveOpinion(case_id=desk.submit(an_application()), stage="acceptance", verdict=OPINION_VERDICT_CONSENT)
    return ACCEPTANCE, {"give_opinion": opinion}


@refused_with("CLOCK_RUNNING", "BJ-4.2")
def a_restart_of_a_clock_that_runs(desk: Desk) -> Asked:
    return ACCEPTANCE, {"restart_clock": RestartClock(case_id=desk.submit(an_application()), stage="acceptance")}


@refused_with("NO_DEADLINE")
def a_reminder_that_the_plan_does_not_name(desk: Desk) -> Asked:
    reminding = RemindStage(case_id=desk.submit(an_application()), stage="acceptance", round=1, days_left=1)
    return SYSTEM, {"remind_stage": reminding}


# What is put in by hand


def entering(desk: Desk, result: CheckResult, **changes: Any) -> Asked:
    given: dict[str, Any] = {"evidence_sha256": "ab" * 32, "reason": "平台无法访问"}
    given |= {"case_id": desk.submit(an_application()), "stage": "acceptance", "result": result}
    return ACCEPTANCE, {"enter_check": EnterCheck(**given | changes)}


@refused_with("CHECK_UNKNOWN")
def an_answer_to_a_check_that_the_case_has_not(desk: Desk) -> Asked:
    return entering(desk, CheckResult(check="horoscope", outcome=CHECK_OUTCOME_CLEAN, source="星图"))


@refused_with("ANSWER_OF_OTHER_KIND")
def an_answer_by_hand_that_says_nothing(desk: Desk) -> Asked:
    return entering(desk, unavailable("credit"))


@refused_with("EVIDENCE_MISSING")
def an_answer_by_hand_without_the_document_that_shows_it(desk: Desk) -> Asked:
    return entering(desk, credit_check(), evidence_sha256="")


@refused_with("REASON_MISSING")
def an_answer_by_hand_without_a_reason(desk: Desk) -> Asked:
    return entering(desk, credit_check(), reason="")


@refused_with("ANSWER_FROM_FUTURE")
def an_answer_by_hand_of_tomorrow(desk: Desk) -> Asked:
    tomorrow = credit_check()
    tomorrow.queried_at.FromDatetime(desk.now + timedelta(days=1))
    return entering(desk, tomorrow)


@refused_with("CHECK_ANSWERED")
def an_answer_by_hand_where_the_source_has_answered(desk: Desk) -> Asked:
    actor, asked = entering(desk, credit_check())
    desk.record_checks(asked["enter_check"].case_id, credit_check())
    return actor, asked


@refused_with("ENTERED_BY_SELF", "BJ-4.2")
def a_decision_by_who_put_an_answer_in(desk: Desk) -> Asked:
    actor, asked = entering(desk, credit_check())
    desk.send(actor, **asked)
    return deciding(actor, asked["enter_check"].case_id, "acceptance")


# Rehearsals


@refused_with("ROLE_MISMATCH")
def a_rehearsal_started_by_an_applicant(desk: Desk) -> Asked:
    return applicant(), {"start_rehearsal": StartRehearsal(business_date="2024-01-01")}


@refused_with("NOT_EMPTY")
def a_rehearsal_in_a_ledger_that_holds_something(desk: Desk) -> Asked:
    desk.submit(an_application())
    return OPERATOR, {"start_rehearsal": StartRehearsal(business_date="2024-01-01")}


@refused_with("ALREADY_REHEARSING")
def a_rehearsal_in_a_rehearsal(desk: Desk) -> Asked:
    desk.rehearse_from("2024-01-01")
    return OPERATOR, {"start_rehearsal": StartRehearsal(business_date="2024-01-02")}


@refused_with("NOT_A_REHEARSAL")
def time_that_is_to_pass_in_production(desk: Desk) -> Asked:
    return OPERATOR, {"advance_rehearsal": AdvanceRehearsal(business_seconds=1_735_660_800)}


@refused_with("ROLE_MISMATCH")
def time_that_an_applicant_wants_to_pass(desk: Desk) -> Asked:
    desk.rehearse_from("2024-01-01")
    return applicant(), {"advance_rehearsal": AdvanceRehearsal(business_seconds=1_735_660_800)}


# DestroySubjectKey


def destroying(subject: str = "u-applicant", actor: Actor = PRIVACY, reason: str = "处理目的已实现") -> Asked:
    asked = DestroySubjectKey(subject=subject, reason=reason, legal_basis="个人信息保护法第四十七条")
    return actor, {"destroy_subject_key": asked}


@refused_with("ROLE_MISMATCH")
def an_operator_who_wants_to_destroy_a_key(desk: Desk) -> Asked:
    desk.submit(an_application())
    return destroying(actor=OPERATOR)


@refused_with("REASON_MISSING")
def a_destruction_without_a_reason(desk: Desk) -> Asked:
    desk.submit(an_application())
    return destroying(reason=" ")


@refused_with("REASON_MISSING")
def a_destruction_without_a_ground_in_law(desk: Desk) -> Asked:
    desk.submit(an_application())
    actor, asked = destroying()
    asked["destroy_subject_key"].legal_basis = ""
    return actor, asked


@refused_with("SUBJECT_UNKNOWN")
def the_key_of_somebody_who_was_never_here(desk: Desk) -> Asked:
    return destroying("nobody")


@refused_with("SUBJECT_KEY_DESTROYED")
def a_key_that_was_destroyed_before(desk: Desk) -> Asked:
    desk.submit(an_application())
    actor, asked = destroying()
    desk.send(actor, **asked)
    return destroying()


@refused_with("SUBJECT_IN_OPEN_CASE")
def the_key_of_a_contact_whose_case_is_open(desk: Desk) -> Asked:
    application = an_application()
    application.contact.CopyFrom(a_contact("agent.wang"))
    desk.submit(application)
    return destroying("agent.wang")


# ClaimTask, ReleaseTask, HandOverTask


def claiming(desk: Desk, actor: Actor = ACCEPTANCE) -> Asked:
    return actor, {"claim_task": ClaimTask(case_id=desk.submit(an_application()), stage="acceptance")}


def claimed(desk: Desk) -> str:
    actor, asked = claiming(desk)
    desk.send(actor, **asked)
    return str(asked["claim_task"].case_id)


def another(officer: Actor, on_behalf_of: str = "") -> Actor:
    """Somebody else who holds the role, or has it on loan."""
    return Actor(id="u-another", role=officer.role, on_behalf_of=on_behalf_of)


@refused_with("ROLE_MISMATCH", "BJ-4.2")
def a_stage_taken_in_hand_by_another_role(desk: Desk) -> Asked:
    return claiming(desk, REVIEW)


@refused_with("DUTY_REQUESTER", "公务员法76")
def a_stage_taken_in_hand_by_who_handed_the_case_in(desk: Desk) -> Asked:
    return claiming(desk, Actor(id=applicant().id, role=ACCEPTANCE.role))


@refused_with("STAGE_NOT_DECIDED")
def a_stage_of_the_system_taken_in_hand(desk: Desk) -> Asked:
    case_id = desk.reviewed_case(an_application())
    return REVIEW, {"claim_task": ClaimTask(case_id=case_id, stage="issuance")}


@refused_with("TASK_CLAIMED_BY_OTHER")
def a_stage_that_somebody_else_has_in_hand_taken_in_hand(desk: Desk) -> Asked:
    return another(ACCEPTANCE), {"claim_task": ClaimTask(case_id=claimed(desk), stage="acceptance")}


@refused_with("TASK_CLAIMED_BY_OTHER")
def a_decision_on_what_somebody_else_has_in_hand(desk: Desk) -> Asked:
    return deciding(another(ACCEPTANCE), claimed(desk), "acceptance")


@refused_with("TASK_NOT_CLAIMED")
def a_stage_released_that_nobody_has_in_hand(desk: Desk) -> Asked:
    return ACCEPTANCE, {"release_task": ReleaseTask(case_id=desk.submit(an_application()), stage="acceptance")}


@refused_with("REASON_MISSING")
def a_stage_of_somebody_else_released_without_a_reason(desk: Desk) -> Asked:
    return another(ACCEPTANCE), {"release_task": ReleaseTask(case_id=claimed(desk), stage="acceptance")}


@refused_with("DUTY_REQUESTER", "公务员法76")
def a_stage_handed_over_to_who_handed_the_case_in(desk: Desk) -> Asked:
    handed = HandOverTask(case_id=claimed(desk), stage="acceptance", to=applicant().id, reason="出差")
    return ACCEPTANCE, {"hand_over_task": handed}


# DelegateRole, RevokeDelegation


def lending(actor: Actor = REVIEW, to: str = "u-another", **how: str) -> Asked:
    said = {"role": REVIEW.role, "programme_id": PROGRAMME, "from_on": "2024-03-01", "through_on": "2024-03-29"}
    return actor, {"delegate_role": DelegateRole(to=to, reason="出差", **(said | how))}


@refused_with("PROGRAMME_UNKNOWN")
def a_role_lent_under_a_programme_that_does_not_exist(desk: Desk) -> Asked:
    return lending(programme_id="sh")


@refused_with("ROLE_MISMATCH")
def a_role_lent_by_somebody_who_does_not_hold_it(desk: Desk) -> Asked:
    return lending(ACCEPTANCE)


@refused_with("DELEGATION_TO_SELF")
def a_role_lent_to_oneself(desk: Desk) -> Asked:
    return lending(to=REVIEW.id)


@refused_with("DELEGATION_IN_PAST")
def a_role_lent_from_yesterday(desk: Desk) -> Asked:
    return lending(from_on="2024-02-29")


@refused_with("DELEGATION_TOO_LONG")
def a_role_lent_for_a_day_more_than_a_year(desk: Desk) -> Asked:
    return lending(through_on="2025-03-02")


@refused_with("DELEGATION_ONWARD")
def a_role_lent_on_by_who_has_it_on_loan(desk: Desk) -> Asked:
    actor, loan = lending()
    desk.send(actor, **loan)
    return lending(another(REVIEW, REVIEW.id), to="u-third")


@refused_with("DELEGATION_MISSING")
def a_role_taken_back_that_was_not_lent(desk: Desk) -> Asked:
    back = RevokeDelegation(to="u-another", role=REVIEW.role, programme_id=PROGRAMME, reason="返岗")
    return REVIEW, {"revoke_delegation": back}


@refused_with("DELEGATION_MISSING")
def a_decision_for_somebody_who_has_lent_nothing(desk: Desk) -> Asked:
    return deciding(another(REVIEW, REVIEW.id), desk.accepted_case(an_application()), "review")


@refused_with("DELEGATION_EXPIRED")
def a_decision_on_the_day_after_the_last_of_a_loan(desk: Desk) -> Asked:
    actor, loan = lending()
    desk.send(actor, **loan)
    case_id = desk.accepted_case(an_application())
    desk.at("2024-03-30 00:00")
    return deciding(another(REVIEW, REVIEW.id), case_id, "review")


# Whoever sends it


@refused_with("COMMAND_ID_REUSED")
def a_command_id_used_for_something_else(desk: Desk) -> Asked:
    desk.send(applicant(), f"{desk.ids}-3", **submitting(an_application())[1])
    desk.command(applicant())  # the next id is the one that was used
    return submitting(an_application(a_contract(number="another")))


SETTLED = PaymentResult(order_id="x", status=PAYMENT_STATUS_SETTLED)
SYSTEM_COMMANDS: dict[str, Any] = {
    "record_check": RecordCheck(case_id="x", stage="acceptance", round=1, result=credit_check()),
    "record_letter": RecordLetter(case_id="x"),
    "lapse_stage": LapseStage(case_id="x"),
    "remind_stage": RemindStage(case_id="x"),
    "issue_voucher": IssueVoucher(case_id="x"),
    "assess_redemption": AssessRedemption(case_id="x"),
    "remind_cycle": RemindCycle(cycle_id=Q1, days_left=7),
    "freeze_cycle": FreezeCycle(cycle_id=Q1),
    "order_payments": OrderPayments(cycle_id=Q1),
    "record_payments": RecordPayments(cycle_id=Q1, results=[SETTLED]),
    "assess_claims": AssessClaims(cycle_id=Q1),
    "verify_claims": VerifyClaims(cycle_id=Q1, claims=[ClaimFindings(case_id="x")]),
    "record_claim_letters": RecordClaimLetters(cycle_id=Q1, letters=[ClaimLetter(case_id="x")]),
    "lapse_vouchers": LapseVouchers(cycle_id=Q1),
    "close_cycle": CloseCycle(cycle_id=Q1),
    "lapse_panel": LapsePanel(case_id="x"),
    "lapse_recovery": LapseRecovery(recovery_id="x", deadline=RECOVERY_DEADLINE_PAYMENT),
    "report_treasury_silence": ReportTreasurySilence(cycle_id=Q1, due_on="2024-04-15"),
    "record_recovery_letter": RecordRecoveryLetter(recovery_id="x"),
    "allocate_round": AllocateRound(round_id="x"),
    "close_notice": CloseNotice(round_id="x"),
    "order_grants": OrderGrants(round_id="x"),
    "close_round": CloseRound(round_id="x"),
}


@pytest.mark.parametrize("kind", sorted(INTERNAL))
def test_nobody_becomes_the_system_by_saying_so(desk: Desk, kind: str) -> None:
    pretender = Actor(id="duifu", name="系统", role="system", authentication=SYSTEM.authentication)

    with pytest.raises(Refused) as refused:
        desk.send(pretender, **{kind: SYSTEM_COMMANDS[kind]})

    assert refused.value.code == "ROLE_RESERVED"
    (kept,) = desk.ledger.entries(0)
    assert kept.recorded.envelope.event.command_refused.code == "ROLE_RESERVED"
    assert kept.recorded.envelope.actor.authentication == AUTHENTICATION_DECLARED


def test_a_case_never_moves_to_another_edition(desk: Desk, tmp_path: Path) -> None:
    case_id = desk.submit(an_application())
    folder = tmp_path / "programmes"
    (folder / "beijing").mkdir(parents=True)
    (folder / "working-days.yaml").write_bytes((PROGRAMMES / "working-days.yaml").read_bytes())
    (edition,) = (PROGRAMMES / "beijing").glob("*.yaml")
    (folder / "beijing" / edition.name).write_bytes(edition.read_bytes() + b"# one more line\n")
    changed_door = Door(desk.ledger, Rulebook(folder), lambda: desk.now)

    with pytest.raises(Refused) as refused:
        changed_door.handle(Command(command_id="c", actor=ACCEPTANCE, **deciding_acceptance(case_id)), ACCEPTANCE)

    assert refused.value.code == "EDITION_UNKNOWN"
    read_by_people(refused.value)
    desk.accept(case_id)


def deciding_acceptance(case_id: str) -> dict[str, Any]:
    return deciding(ACCEPTANCE, case_id, "acceptance")[1]
