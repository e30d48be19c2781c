"""What no office could read is sent back with every problem named, and leaves no trace in the ledger."""

from collections.abc import Callable, Iterator
from string import Formatter
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from commands.door import SYSTEM, declared
from commands.handlers import HANDLERS
from domain.field_problems import SHOWN_MAX, Problem
from domain.field_values import FEN_MAX, TEXT_MAX
from domain.refusals import Refused
from domain.texts.fields import FIELD_TEXTS
from domain.wellformed import LIST_MAX
from duifu.v1.commands_pb2 import (
    CASE_RELATION_SUPERSEDES,
    OPINION_VERDICT_OBJECT,
    PAYMENT_STATUS_SETTLED,
    VERDICT_PASS,
    Actor,
    AdvanceRehearsal,
    AllocateRound,
    ApproveSpecially,
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
    Finding,
    FreezeCycle,
    GiveOpinion,
    HandOverTask,
    IssueVoucher,
    LapseStage,
    LapseVouchers,
    Letter,
    LinkCases,
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
    RecordOutput,
    RecordPayment,
    RecordPayments,
    ReleaseTask,
    RemindCycle,
    RemindStage,
    ReplaceBankAccount,
    ReportTreasurySilence,
    RequestCorrection,
    RequestRedemption,
    RescaleVoucher,
    RestartClock,
    ResumeCycle,
    ReturnForRework,
    RevokeDelegation,
    RevokeSpecialApproval,
    SettleObjection,
    SignPayments,
    StartRehearsal,
    StopClock,
    SubmitApplication,
    SupplyCorrection,
    TransferVoucher,
    UnlinkCases,
    VerifyClaims,
    VetoCase,
    WithdrawCase,
    WithholdPayment,
)
from duifu.v1.facts_pb2 import SERVICE_KIND_AI_COMPUTE, CheckResult, CreditListing, Material, ScheduleEntry
from tests.builders import (
    ACCEPTANCE,
    CYCLE_OFFICER,
    OPERATOR,
    OTHER_BUYER,
    PRIVACY,
    PROGRAMME,
    REVIEW,
    a_contract,
    a_redemption,
    an_account,
    an_application,
    an_item,
    applicant,
    credit_check,
)
from tests.commands import panel_desk, recovery_desk
from tests.desk import Desk
from tests.ledger.people import a_contact, held_in

CASE, VOUCHER, CYCLE = "bj-claim-2024-000001", "bj-voucher-2024-000001", "bj-slq-2023-2024Q1"
ROUND, SHA256 = "qd-slzx-2024", "ab" * 32


def well_formed() -> dict[str, tuple[Actor, Any]]:
    """One command of every kind that is well formed, whatever the ledger thinks of it."""
    scheduled = an_item(100, schedule=[ScheduleEntry(starts_on="2024-02-01", ends_on="2024-02-29", amount_fen=100)])
    application = an_application(a_contract(items=[scheduled]))
    application.contact.CopyFrom(a_contact())
    listing = CreditListing(list_name="失信被执行人", listed_on="2020-01-01", is_dishonesty=True)
    answer = RecordCheck(case_id=CASE, stage="acceptance", round=1, result=credit_check(listing))
    settled = RecordPayment(cycle_id=CYCLE, order_id="1", status=PAYMENT_STATUS_SETTLED, bank_reference="GK")
    result = PaymentResult(order_id="1", status=PAYMENT_STATUS_SETTLED, bank_reference="GK")
    several = RecordPayments(cycle_id=CYCLE, results=[result])
    finding = Finding(code="BJ_E_RELATED", is_met=True, reason="已核实")
    decide = Decide(case_id=CASE, stage="acceptance", verdict=VERDICT_PASS, findings=[finding], approved_fen=1)
    rescaling = RescaleVoucher(
        voucher_id=VOUCHER, contract=application.contract, reason="合同提前终止", evidence_sha256=SHA256
    )
    return {
        **panel_desk.examples(CASE),
        **recovery_desk.examples(CASE, VOUCHER),
        **of_rounds(),
        **of_clocks(),
        **of_links(),
        "submit_application": (applicant(), SubmitApplication(programme_id=PROGRAMME, application=application)),
        "request_correction": (ACCEPTANCE, RequestCorrection(case_id=CASE, stage="acceptance", items=["合同附件"])),
        "supply_correction": (applicant(), SupplyCorrection(case_id=CASE, application=application)),
        "decide": (ACCEPTANCE, decide),
        "withdraw_case": (applicant(), WithdrawCase(case_id=CASE, reason="另行申请")),
        "request_redemption": (applicant(), RequestRedemption(request=a_redemption(VOUCHER))),
        "replace_bank_account": (applicant(), ReplaceBankAccount(case_id=CASE, bank_account=an_account())),
        "confirm_cycle": (CYCLE_OFFICER, ConfirmCycle(cycle_id=CYCLE, reason="同意")),
        "pause_cycle": (CYCLE_OFFICER, PauseCycle(cycle_id=CYCLE, reason="财政年终封账")),
        "resume_cycle": (CYCLE_OFFICER, ResumeCycle(cycle_id=CYCLE, reason="已开账")),
        "rescale_voucher": (REVIEW, rescaling),
        "open_cycle": (CYCLE_OFFICER, OpenCycle(programme_id=PROGRAMME, quarter="2024Q1")),
        "record_check": (SYSTEM, answer),
        "record_letter": (SYSTEM, RecordLetter(case_id=CASE, letter=Letter(letter_id="1", template="received"))),
        "lapse_stage": (SYSTEM, LapseStage(case_id=CASE, stage="acceptance", round=1)),
        "issue_voucher": (SYSTEM, IssueVoucher(case_id=CASE)),
        "assess_redemption": (SYSTEM, AssessRedemption(case_id=CASE)),
        "remind_cycle": (
            SYSTEM,
            RemindCycle(cycle_id=CYCLE, days_left=7, letters=1, page_sha256=[SHA256]),
        ),
        "sign_payments": (
            Actor(id="sun.yu", role="payment-checker"),
            SignPayments(cycle_id=CYCLE, batch=1, step="check", orders_sha256=SHA256),
        ),
        "withhold_payment": (
            Actor(id="sun.yu", role="payment-checker"),
            WithholdPayment(cycle_id=CYCLE, order_id="1", reason="账户待核实"),
        ),
        "report_treasury_silence": (SYSTEM, ReportTreasurySilence(cycle_id=CYCLE, due_on="2024-04-15")),
        "freeze_cycle": (SYSTEM, FreezeCycle(cycle_id=CYCLE)),
        "order_payments": (SYSTEM, OrderPayments(cycle_id=CYCLE)),
        "record_payment": (SYSTEM, settled),
        "record_payments": (SYSTEM, several),
        "assess_claims": (SYSTEM, AssessClaims(cycle_id=CYCLE, after_case_id=CASE)),
        "verify_claims": (
            SYSTEM,
            VerifyClaims(
                cycle_id=CYCLE,
                claims=[ClaimFindings(case_id=CASE, results=[credit_check()], put_off_reason="当日超过查验次数")],
            ),
        ),
        "record_claim_letters": (
            SYSTEM,
            RecordClaimLetters(
                cycle_id=CYCLE, letters=[ClaimLetter(case_id=CASE, letter=Letter(letter_id="1", template="received"))]
            ),
        ),
        "lapse_vouchers": (SYSTEM, LapseVouchers(cycle_id=CYCLE)),
        "transfer_voucher": (
            applicant(),
            TransferVoucher(voucher_id=VOUCHER, to_uscc=OTHER_BUYER.uscc, reason="集团内调剂"),
        ),
        "close_cycle": (SYSTEM, CloseCycle(cycle_id=CYCLE)),
        "claim_task": (ACCEPTANCE, ClaimTask(case_id=CASE, stage="acceptance")),
        "release_task": (ACCEPTANCE, ReleaseTask(case_id=CASE, stage="acceptance")),
        "hand_over_task": (
            ACCEPTANCE,
            HandOverTask(case_id=CASE, stage="acceptance", to="u-another", reason="出差"),
        ),
        "delegate_role": (
            REVIEW,
            DelegateRole(
                to="u-another",
                role=REVIEW.role,
                programme_id=PROGRAMME,
                from_on="2024-03-01",
                through_on="2024-03-29",
                reason="出差",
            ),
        ),
        "revoke_delegation": (
            REVIEW,
            RevokeDelegation(to="u-another", role=REVIEW.role, programme_id=PROGRAMME, reason="返岗"),
        ),
        **panel_desk.examples(CASE),
        "start_rehearsal": (OPERATOR, StartRehearsal(business_date="2024-01-01")),
        "advance_rehearsal": (OPERATOR, AdvanceRehearsal(business_seconds=1_735_660_800)),
        "destroy_subject_key": (
            PRIVACY,
            DestroySubjectKey(subject="agent.wang", reason="已撤回同意", legal_basis="47"),
        ),
    }


def of_rounds() -> dict[str, tuple[Actor, Any]]:
    """What is done to an application for a grant, and to its round."""
    output = RecordOutput(
        case_id=CASE, stage="recommendation", output="paper_set", document_number="1号", sha256=SHA256, note="专人送达"
    )
    back = ReturnForRework(case_id=CASE, stage="city_review", to_stage="completeness_review", reason="缺附件")
    veto = VetoCase(case_id=CASE, code="QD_E_VETO", reason="列入黑名单", evidence_sha256=SHA256)
    objection = RaiseObjection(
        case_id=CASE, objector_id="public.1", objector_name="张三", text="合同未履行", evidence_sha256=SHA256
    )
    paid = RecordGrantPayment(round_id=ROUND, order_id="1", status=PAYMENT_STATUS_SETTLED, bank_reference="GK")
    opinion = GiveOpinion(case_id=CASE, stage="review", verdict=OPINION_VERDICT_OBJECT, reason="预算不足", agreed_fen=1)
    return {
        "give_opinion": (REVIEW, opinion),
        "record_output": (REVIEW, output),
        "return_for_rework": (REVIEW, back),
        "veto_case": (REVIEW, veto),
        "raise_objection": (REVIEW, objection),
        "settle_objection": (REVIEW, SettleObjection(case_id=CASE, objection=1, is_upheld=True, reason="已查实")),
        "allocate_round": (SYSTEM, AllocateRound(round_id=ROUND)),
        "close_notice": (SYSTEM, CloseNotice(round_id=ROUND)),
        "order_grants": (SYSTEM, OrderGrants(round_id=ROUND)),
        "record_grant_payment": (SYSTEM, paid),
        "close_round": (SYSTEM, CloseRound(round_id=ROUND)),
    }


def of_clocks() -> dict[str, tuple[Actor, Any]]:
    """What is done to the clock of a stage, and what is put in by hand."""
    entered = EnterCheck(
        case_id=CASE, stage="acceptance", result=credit_check(), evidence_sha256=SHA256, reason="平台无法访问"
    )
    return {
        "stop_clock": (REVIEW, StopClock(case_id=CASE, stage="review", reason="inspection", note="赴机房核查")),
        "restart_clock": (REVIEW, RestartClock(case_id=CASE, stage="review", note="核查完毕")),
        "remind_stage": (SYSTEM, RemindStage(case_id=CASE, stage="review", round=1, days_left=3)),
        "enter_check": (ACCEPTANCE, entered),
    }


def of_links() -> dict[str, tuple[Actor, Any]]:
    """Cases that name each other, and leave to go beyond a limit."""
    other = "bj-claim-2024-000002"
    linked = LinkCases(case_id=CASE, other_case_id=other, relation=CASE_RELATION_SUPERSEDES, reason="重新申领")
    approved = ApproveSpecially(
        case_id=CASE, account="issued", reason="重大项目", document_number="1号", evidence_sha256=SHA256
    )
    return {
        "link_cases": (REVIEW, linked),
        "unlink_cases": (REVIEW, UnlinkCases(case_id=CASE, other_case_id=other, reason="登记有误")),
        "approve_specially": (REVIEW, approved),
        "revoke_special_approval": (REVIEW, RevokeSpecialApproval(case_id=CASE, account="issued", reason="撤回")),
    }


def proven(actor: Actor) -> Actor:
    """What the door knows of an actor."""
    return SYSTEM if actor == SYSTEM else declared(actor)


def code_of(desk: Desk, actor: Actor, **kind: Any) -> str:
    """What the door answers: the code of its refusal, or nothing."""
    return desk.door.answer(desk.command(actor, **kind), proven(actor)).refusal.code


def must_be_malformed(desk: Desk, command: Command, *problems: str) -> None:
    """The door names the problems, in both languages, and writes nothing."""
    head = desk.ledger.head()
    with pytest.raises(Refused) as refused:
        desk.door.handle(command, proven(command.actor))
    assert refused.value.code == "MALFORMED"
    for problem in problems:
        assert problem in refused.value.message("en")
    for found in refused.value.facts["problems"][:SHOWN_MAX]:
        assert found.message("zh") in refused.value.message("zh")
        assert is_chinese(found.text("zh"))
        assert not is_chinese(found.text("en").replace(value_of(found), ""))
    assert desk.ledger.head() == head


def is_chinese(text: str) -> bool:
    """Whether there is a Chinese character in it."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def value_of(problem: Problem) -> str:
    """What the sender wrote, where the text repeats it."""
    return repr(problem.facts["value"]) if "value" in problem.facts else "''"


def test_the_examples_cover_every_command() -> None:
    assert set(well_formed()) == set(HANDLERS) == {f.name for f in Command.DESCRIPTOR.oneofs_by_name["kind"].fields}


def test_every_rule_of_a_field_names_the_same_facts_in_both_languages() -> None:
    for rule, texts in FIELD_TEXTS.items():
        zh, en = ({name for _, name, _, _ in Formatter().parse(texts[language]) if name} for language in ("zh", "en"))
        assert zh == en, rule


# The envelope of a command


@pytest.mark.parametrize("command_id", ["", " ", "a b", "x" * 161, "编号", "-begins-with-a-hyphen", "a/b"])
def test_a_command_needs_an_id(desk: Desk, command_id: str) -> None:
    command = Command(command_id=command_id, actor=applicant(), withdraw_case=WithdrawCase(case_id=CASE))

    must_be_malformed(desk, command, "commandId: 1 to 160 characters")


def test_a_command_says_who_sends_it_and_what_is_asked(desk: Desk) -> None:
    must_be_malformed(desk, Command(command_id="c"), "asks for nothing", "actor: who sends the command must be said")
    nobody = Command(command_id="c", actor=Actor(), withdraw_case=WithdrawCase(case_id=CASE))
    must_be_malformed(desk, nobody, "actor.id: must be filled", "actor.role: must be filled")


def test_a_command_that_is_too_large_is_not_read(desk: Desk) -> None:
    command = Command(command_id="c", actor=applicant())
    command.request_correction.items.extend(["字" * TEXT_MAX] * 100)

    must_be_malformed(desk, command, "at most 1000000 are taken")


# What must be there


#: Kinds whose empty body can be read: the ledger knows no such case or quarter, or nothing at all is asked.
READABLE_WHEN_EMPTY = {
    "record_letter": "CASE_UNKNOWN",
    "lapse_stage": "CASE_UNKNOWN",
    "remind_stage": "CASE_UNKNOWN",
    "issue_voucher": "CASE_UNKNOWN",
    "assess_redemption": "CASE_UNKNOWN",
    "freeze_cycle": "CYCLE_UNKNOWN",
    "order_payments": "CYCLE_UNKNOWN",
    "close_cycle": "CYCLE_UNKNOWN",
}


@pytest.mark.parametrize("kind", sorted(HANDLERS))
def test_an_empty_command_of_any_kind_is_refused(desk: Desk, kind: str) -> None:
    actor, message = well_formed()[kind]
    message.Clear()

    assert code_of(desk, actor, **{kind: message}) == READABLE_WHEN_EMPTY.get(kind, "MALFORMED")


#: Everything else must be filled. Of these the programme, or the case, says more than that a field is empty.
def papers(of: str) -> list[str]:
    """What a document need not say; the programme says which documents there must be."""
    return [f"{of}.materials", *(f"{of}.materials[0].{name}" for name in ("kind", "title", "sha256", "trustLevel"))]


CLAIM = [
    *("application.applicant.legalForm", "application.contract.items[0].schedule"),
    *("application.contract.signedByBothParties", "application.purpose.field", "application.purpose.description"),
    *("application.purpose.trainsIndustryModel", "application.declarations.unrelatedToSupplier"),
    *("application.declarations.hasSoundFinanceSystem", "application.declarations.hasNoOtherMunicipalComputeSubsidy"),
    "application.declarations.isTruthful",
    *papers("application"),
    *("application.contact", "application.contact.email", "application.facts"),
]
LISTING = [f"result.credit.listings[0].{name}" for name in ("listName", "isDishonesty")]
MAY_BE_LEFT_OUT = {
    "submit_application": CLAIM,
    "request_correction": ["items"],
    "rescale_voucher": ["contract.items[0].schedule", "contract.signedByBothParties", "reason"],
    "supply_correction": ["application", *CLAIM],
    "decide": ["findings", "findings[0].isMet", "approvedFen"],
    "withdraw_case": ["reason"],
    "request_redemption": [
        *("request.invoices", "request.invoices[0].lines[0].kind", "request.deliveryProofs", "request.bankReceipts"),
        *papers("request"),
    ],
    "confirm_cycle": ["reason"],
    "pause_cycle": ["reason"],
    "resume_cycle": ["reason"],
    "remind_cycle": ["letters", "pageSha256"],
    "withhold_payment": ["reason"],
    "open_recovery": ["reason"],
    "record_recovery_statement": ["reason", "evidenceSha256"],
    "demand_recovery": ["reason"],
    "propose_write_off": ["reason"],
    "withdraw_recovery": ["reason"],
    "transfer_recovery": ["reason"],
    "bar_enterprise": ["reason"],
    "order_set_off": ["reason", "agreementSha256"],
    "revoke_set_off": ["reason"],
    "report_invoice_reversed": ["reason"],
    "withdraw_invoice_reversal": ["reason"],
    "record_check": ["round", "result.credit", "result.credit.listings", *LISTING],
    "record_recovery_letter": ["letter", "letter.letterId"],
    "record_letter": ["caseId", "letter", "letter.letterId", "letter.template"],
    "lapse_stage": ["caseId", "stage", "round"],
    "issue_voucher": ["caseId"],
    "assess_redemption": ["caseId"],
    "freeze_cycle": ["cycleId"],
    "order_payments": ["cycleId"],
    "record_payment": ["bankReference"],
    "record_payments": ["results[0].bankReference"],
    "assess_claims": ["afterCaseId"],
    "verify_claims": ["claims[0].results", "claims[0].results[0].credit", "claims[0].putOffReason"],
    "record_claim_letters": ["letters[0].letter", "letters[0].letter.letterId", "letters[0].letter.template"],
    "transfer_voucher": ["reason"],
    "close_cycle": ["cycleId"],
    "destroy_subject_key": ["reason", "legalBasis"],
    "give_opinion": ["reason", "agreedFen"],
    "record_output": ["documentNumber", "sha256", "note"],
    "return_for_rework": ["reason"],
    "veto_case": ["reason", "evidenceSha256"],
    "link_cases": ["reason"],
    "unlink_cases": ["reason"],
    "approve_specially": ["reason", "documentNumber", "evidenceSha256"],
    "revoke_special_approval": ["reason"],
    "raise_objection": ["text", "evidenceSha256"],
    "settle_objection": ["isUpheld", "reason"],
    "record_grant_payment": ["bankReference"],
    "stop_clock": ["note"],
    "restart_clock": ["note"],
    "remind_stage": ["caseId", "stage", "round", "daysLeft"],
    "enter_check": ["result.credit", "evidenceSha256", "reason"],
}


@pytest.mark.parametrize("kind", sorted(HANDLERS))
def test_what_must_be_there_is_missed(desk: Desk, kind: str) -> None:
    _, message = well_formed()[kind]

    readable = []
    for where, _, _ in leaves_and_parts(message, ""):
        actor, damaged = well_formed()[kind]
        clear(damaged, where)
        if code_of(desk, actor, **{kind: damaged}) != "MALFORMED":
            readable.append(where)

    assert readable == MAY_BE_LEFT_OUT.get(kind, [])


# Values nobody could mean


NASTY: dict[int, list[Any]] = {
    FieldDescriptor.TYPE_STRING: [
        "",
        " ",
        "x" * (TEXT_MAX + 1),
        "0000-00-00",
        "{0}{problems}%s",
        "\x00\u202e",
        "'; --",
    ],
    FieldDescriptor.TYPE_INT64: [0, -1, 2**63 - 1, -(2**63)],
    FieldDescriptor.TYPE_INT32: [0, -1, 2**31 - 1],
    FieldDescriptor.TYPE_ENUM: [0, 99],
    FieldDescriptor.TYPE_BOOL: [False, True],
}


@pytest.mark.parametrize("kind", sorted(HANDLERS))
def test_no_value_makes_the_door_stumble(desk: Desk, kind: str) -> None:
    _, message = well_formed()[kind]
    for where, field, _ in leaves_and_parts(message, ""):
        for nasty in NASTY.get(field.type, []):
            actor, damaged = well_formed()[kind]
            set_at(damaged, where, nasty)
            answer = desk.door.answer(desk.command(actor, **{kind: damaged}), proven(actor))
            assert answer.WhichOneof("outcome")
            assert answer.summary


@pytest.mark.parametrize("amount", [-1, FEN_MAX + 1, 2**63 - 1])
def test_amounts_are_whole_fen_above_zero_and_below_ten_trillion_yuan(desk: Desk, amount: int) -> None:
    application = an_application(a_contract(items=[an_item(amount)]))
    problem = f"items[0].amountFen: {amount} fen; amounts are whole fen from 1 to {FEN_MAX}"

    must_be_malformed(desk, submitting(application), problem, "contract.totalFen")


def test_an_amount_of_nothing_is_missing(desk: Desk) -> None:
    must_be_malformed(desk, submitting(an_application(a_contract(items=[an_item(0)]))), "amountFen: must be filled")
    decide = Decide(case_id=CASE, stage="review", verdict=VERDICT_PASS, approved_fen=0)
    must_be_malformed(desk, Command(command_id="c", actor=ACCEPTANCE, decide=decide), "decide.approvedFen: 0 fen")


@pytest.mark.parametrize(
    "written",
    [
        "2024-02-30",
        "2024-2-3",
        "20240203",
        "2024-02-03T00:00",
        "03.02.2024",
        "2024-02-03 ",
        "2024-W05-6",
        "0024-02-03",
        "明天",
    ],
)
def test_dates_are_written_in_one_way(desk: Desk, written: str) -> None:
    contract = a_contract(starts_on=written, ends_on=written)

    must_be_malformed(
        desk, submitting(an_application(contract)), f"startsOn: {written!r} is not a date", f"endsOn: {written!r}"
    )


@pytest.mark.parametrize(
    "code", ["91110108721786793Y", "914403001922038217", "9144030071526726XI", "91110108mayt00001", "110108123456789"]
)
def test_an_applicant_has_a_valid_code(desk: Desk, code: str) -> None:
    application = an_application()
    application.applicant.uscc = code

    must_be_malformed(
        desk, submitting(application), f"applicant.uscc: {code!r} is not a valid unified social credit code"
    )


Change = Callable[[Any], None]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda c: c.ClearField("person_id"), "contact.personId: must be filled"),
        (lambda c: c.ClearField("name"), "contact.name: must be filled"),
        (lambda c: c.ClearField("mobile"), "contact.mobile: must be filled"),
        (lambda c: setattr(c, "person_id", "13812345678"), "contact.personId: an account of 1 to 80 characters"),
        (lambda c: setattr(c, "person_id", "11010119900307663X"), "contact.personId: an account of 1 to 80 characters"),
        (lambda c: setattr(c, "person_id", "张三丰"), "contact.personId: an account of 1 to 80 characters"),
        (lambda c: setattr(c, "name", "张" * 65), "contact.name: at most 64 characters in one line"),
        (lambda c: setattr(c, "name", "张三\n丰"), "contact.name: at most 64 characters in one line"),
        (lambda c: setattr(c, "mobile", "+8613812345678"), "contact.mobile: 11 digits that begin with 13 to 19"),
        (lambda c: setattr(c, "mobile", "1381234567"), "contact.mobile: 11 digits that begin with 13 to 19"),
        (
            lambda c: setattr(c, "mobile", "１３８１２３４５６７８"),
            "contact.mobile: 11 digits that begin with 13 to 19",
        ),
        (lambda c: setattr(c, "email", "zhang at example.cn"), "contact.email: an address such as name@example.cn"),
        (lambda c: setattr(c, "email", "zhang@example"), "contact.email: an address such as name@example.cn"),
    ],
)
def test_a_contact_that_nobody_could_call_is_refused_without_repeating_a_value(
    desk: Desk, change: Change, problem: str
) -> None:
    application = an_application()
    application.contact.CopyFrom(a_contact())
    change(application.contact)
    command = submitting(application)

    must_be_malformed(desk, command, problem)

    contact = application.contact
    told = desk.door.answer(command, proven(command.actor)).SerializeToString()
    assert held_in(told, [value for value in (contact.name, contact.mobile, contact.email) if value]) == []


def test_a_contact_may_have_no_address(desk: Desk) -> None:
    application = an_application()
    application.contact.CopyFrom(a_contact(email=""))

    assert desk.submit(application)


@pytest.mark.parametrize("account", ["Zhang.San", "ZHANG.SAN", "ｚhang.san"])
def test_nobody_has_a_second_account_by_writing_it_otherwise(desk: Desk, account: str) -> None:
    command = desk.command(Actor(id=account, role=REVIEW.role), withdraw_case=WithdrawCase(case_id=CASE))

    must_be_malformed(desk, command, "actor.id: an account of 1 to 80 characters of a-z")


@pytest.mark.parametrize("account", ["13812345678", "110101199003076630"])
def test_an_account_that_is_itself_a_number_of_somebody_is_refused(desk: Desk, account: str) -> None:
    actor = Actor(id=account, role="applicant")
    command = Command(command_id="c", actor=actor, withdraw_case=WithdrawCase(case_id=CASE))

    must_be_malformed(desk, command, "actor.id: an account stays readable for good")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda a: setattr(a.contract, "total_fen", 99), "contract.totalFen: must equal the sum of the items"),
        (lambda a: setattr(a.contract, "ends_on", "2024-01-31"), "contract.endsOn: must not be before startsOn"),
        (lambda a: setattr(a.contract, "sha256", "AB" * 32), "contract.sha256: 64 lower-case hexadecimal digits"),
        (lambda a: setattr(a.contract, "contract_number", "合" * 201), "contractNumber: 201 characters, at most 200"),
        (lambda a: setattr(a.contract, "contract_number", "——"), "contractNumber: must contain a letter or a digit"),
        (lambda a: setattr(a.contract.items[0], "kind", 77), "items[0].kind: 77 is not one of ServiceKind"),
        (lambda a: setattr(a.contract.items[0], "starts_on", "2024-02-01"), "startsOn and endsOn come together"),
        (lambda a: setattr(a.contract.items[0].schedule.add(), "amount_fen", 5), "schedule: must add up to the item's"),
        (lambda a: a.materials.extend([Material()] * LIST_MAX), f"entries, at most {LIST_MAX}"),
    ],
    ids=["sum", "period", "hash", "long number", "number", "kind", "half a period", "schedule", "too many"],
)
def test_a_contract_that_contradicts_itself(desk: Desk, change: Change, problem: str) -> None:
    application = an_application()
    change(application)

    must_be_malformed(desk, submitting(application), problem)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda r: setattr(r.invoices[0], "total_fen", 99), "invoices[0].totalFen: must equal the sum of the lines"),
        (lambda r: setattr(r.invoices[0], "number", "24112 0001"), "invoices[0].number: 20 digits without a code"),
        (lambda r: setattr(r.invoices[0], "number", "２４１１２" * 4), "invoices[0].number: 20 digits without a code"),
        (lambda r: setattr(r.invoices[0], "code", "0110023002"), "invoices[0].number: 20 digits without a code"),
        (lambda r: setattr(r.invoices[0].lines[0], "amount_fen", -5), "lines[0].amountFen: -5 fen"),
        (
            lambda r: setattr(r.delivery_proofs[0], "delivered_through", "2024-01-31"),
            "deliveryProofs[0].deliveredThrough: must not be before deliveredFrom",
        ),
        (lambda r: r.ClearField("bank_account"), "request.bankAccount: must be filled"),
    ],
    ids=["sum", "spaces", "full width", "code", "negative", "delivery", "account"],
)
def test_a_request_that_contradicts_itself(desk: Desk, change: Change, problem: str) -> None:
    request = a_redemption(VOUCHER)
    change(request)
    command = Command(command_id="c", actor=applicant(), request_redemption=RequestRedemption(request=request))

    must_be_malformed(desk, command, problem)


def test_an_older_invoice_has_a_code_and_eight_digits(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door()
    request = a_redemption(voucher.voucher_id)
    request.invoices[0].code, request.invoices[0].number = "011002300211", "00000903"
    request.delivery_proofs[0].invoice_number = request.bank_receipts[0].invoice_number = "00000903"

    assert desk.request(request) == "bj-redeem-2024-000001"


def test_the_treasury_says_whether_the_money_arrived(desk: Desk) -> None:
    nothing_said = RecordPayment(cycle_id=CYCLE, order_id="1")
    command = Command(command_id="c", actor=SYSTEM, record_payment=nothing_said)

    must_be_malformed(desk, command, "recordPayment.status: must be filled")


def test_a_source_says_whether_it_found_something(desk: Desk) -> None:
    nothing_said = RecordCheck(
        case_id=CASE, stage="acceptance", round=1, result=CheckResult(check="credit", source="x")
    )
    command = Command(command_id="c", actor=SYSTEM, record_check=nothing_said)

    must_be_malformed(desk, command, "recordCheck.result.outcome: must be filled")


@pytest.mark.parametrize("seconds", [-(2**63), -1, 0, 4_133_952_000, 2**63 - 1])
def test_a_rehearsal_stays_in_this_century(desk: Desk, seconds: int) -> None:
    advance = AdvanceRehearsal(business_seconds=seconds)

    must_be_malformed(desk, Command(command_id="c", actor=OPERATOR, advance_rehearsal=advance), "advanceRehearsal.")


def test_all_problems_are_named_at_once(desk: Desk) -> None:
    application = an_application(a_contract(signed_on="gestern", items=[an_item(5, SERVICE_KIND_AI_COMPUTE)]))
    application.applicant.uscc = "X"
    application.contract.ClearField("supplier")

    problems = ("signedOn: 'gestern'", "applicant.uscc: 'X'", "application.contract.supplier: must be filled")
    must_be_malformed(desk, submitting(application), *problems)


def submitting(application: Any) -> Command:
    submitted = SubmitApplication(programme_id=PROGRAMME, application=application)
    return Command(command_id="c", actor=applicant(), submit_application=submitted)


# Walking through a message


def leaves_and_parts(message: Message, prefix: str) -> Iterator[tuple[str, FieldDescriptor, Any]]:
    """Every field that is filled, with its path as refusals write it; of a list, the first entry; a map as a whole."""
    for field, value in message.ListFields():
        where = f"{prefix}{field.json_name}"
        yield where, field, value
        part = field.message_type
        if part is not None and not part.GetOptions().map_entry:
            first, here = (value[0], f"{where}[0]") if field.is_repeated else (value, where)
            yield from leaves_and_parts(first, f"{here}.")


def parent_of(message: Any, where: str) -> tuple[Any, FieldDescriptor]:
    """The message that holds a field, and the field."""
    *outer, last = where.split(".")
    for name in outer:
        field = message.DESCRIPTOR.fields_by_camelcase_name[name.removesuffix("[0]")]
        inner = getattr(message, field.name)
        message = inner[0] if field.is_repeated else inner
    return message, message.DESCRIPTOR.fields_by_camelcase_name[last]


def clear(message: Any, where: str) -> None:
    """Leave a field out."""
    parent, field = parent_of(message, where)
    parent.ClearField(field.name)


def set_at(message: Any, where: str, value: Any) -> None:
    """Give a field another value; of a list, its first entry."""
    parent, field = parent_of(message, where)
    if field.is_repeated:
        getattr(parent, field.name)[0] = value
    else:
        setattr(parent, field.name, value)


# Whom an act names


@pytest.mark.parametrize("account", ["13812345678", "11010119900307123X", "李娜", "Li.Na", "a/b", "x" * 81])
def test_whom_a_role_is_lent_to_or_a_stage_handed_over_to_is_named_by_an_account(desk: Desk, account: str) -> None:
    examples = well_formed()
    for kind in ("delegate_role", "hand_over_task"):
        actor, asked = examples[kind]
        asked.to = account
        must_be_malformed(desk, desk.command(actor, **{kind: asked}), ".to: an account")
    for_somebody = Actor(id="u-another", role=REVIEW.role, on_behalf_of=account)
    must_be_malformed(
        desk, desk.command(for_somebody, withdraw_case=WithdrawCase(case_id=CASE)), "actor.onBehalfOf: an account"
    )


@pytest.mark.parametrize("account", ["13812345678", "11010119900307123X", "张三", "a/b", "x" * 81])
def test_whoever_objects_is_named_by_an_account(desk: Desk, account: str) -> None:
    actor, objection = well_formed()["raise_objection"]
    objection.objector_id = account

    must_be_malformed(desk, desk.command(actor, raise_objection=objection), "raiseObjection.objectorId: an account")


def test_a_loan_does_not_end_before_it_begins(desk: Desk) -> None:
    actor, loan = well_formed()["delegate_role"]
    loan.through_on = "2024-02-29"

    must_be_malformed(desk, desk.command(actor, delegate_role=loan), "delegateRole.throughOn: must not be before")
