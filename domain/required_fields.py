"""Which fields of a message must be filled. Of what else a case needs, the programme says so."""

from collections.abc import Iterator

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from domain.field_problems import Problem
from domain.field_values import DATES
from duifu.v1.facts_pb2 import Application

MAY_BE_EMPTY = {
    "duifu.v1.ContractItem.starts_on",
    "duifu.v1.ContractItem.ends_on",
    "duifu.v1.CreditListing.ended_on",
    "duifu.v1.CreditListing.repaired_on",
    "duifu.v1.Actor.uscc",
    "duifu.v1.Applicant.uscc",  # said below
    "duifu.v1.AuditReport.auditor_uscc",
    "duifu.v1.AuditReport.issued_on",
    "duifu.v1.Customer.uscc",
    "duifu.v1.Facts.accepted_on",
    "duifu.v1.RecordPayment.returned_on",
    "duifu.v1.RecordGrantPayment.returned_on",
    "duifu.v1.OtherBenefit.granted_on",
}
MUST_BE_FILLED = {
    "duifu.v1.SubmitApplication": ("programme_id", "application"),
    "duifu.v1.Application": ("applicant", "contract", "purpose", "declarations"),
    "duifu.v1.Contact": ("person_id", "name", "mobile"),
    "duifu.v1.Applicant": ("name", "registered_province", "industry_code"),
    "duifu.v1.Supplier": ("uscc", "name"),
    "duifu.v1.Contract": ("contract_number", "supplier", "items", "sha256"),
    "duifu.v1.ContractItem": ("kind", "name", "amount_fen"),
    "duifu.v1.RedemptionRequest": ("voucher_id", "bank_account"),
    "duifu.v1.RequestRedemption": ("request",),
    "duifu.v1.Invoice": ("number", "lines", "sha256"),
    "duifu.v1.InvoiceReference": ("number",),
    "duifu.v1.InvoiceLine": ("name", "amount_fen"),
    "duifu.v1.DeliveryProof": ("proof_number", "invoice_number", "amount_fen", "sha256"),
    "duifu.v1.MeteringFile": ("sha256", "source", "uses"),
    "duifu.v1.MeteredUse": ("contract_item", "quantity", "unit"),
    "duifu.v1.BankReceipt": ("receipt_number", "invoice_number", "amount_fen", "sha256"),
    "duifu.v1.BankAccount": ("holder_name", "number", "bank_name"),
    "duifu.v1.Decide": ("case_id", "stage", "verdict"),
    "duifu.v1.GiveOpinion": ("case_id", "stage", "verdict"),
    "duifu.v1.RecordOutput": ("case_id", "stage", "output"),
    "duifu.v1.ReturnForRework": ("case_id", "stage", "to_stage"),
    "duifu.v1.VetoCase": ("case_id", "code"),
    "duifu.v1.RaiseObjection": ("case_id", "objector_id", "objector_name"),
    "duifu.v1.SettleObjection": ("case_id", "objection"),
    "duifu.v1.LinkCases": ("case_id", "other_case_id", "relation"),
    "duifu.v1.UnlinkCases": ("case_id", "other_case_id"),
    "duifu.v1.ApproveSpecially": ("case_id", "account"),
    "duifu.v1.RevokeSpecialApproval": ("case_id", "account"),
    "duifu.v1.AllocateRound": ("round_id",),
    "duifu.v1.CloseNotice": ("round_id",),
    "duifu.v1.OrderGrants": ("round_id",),
    "duifu.v1.RecordGrantPayment": ("round_id", "order_id", "status"),
    "duifu.v1.CloseRound": ("round_id",),
    "duifu.v1.RequestCorrection": ("case_id", "stage"),
    "duifu.v1.SupplyCorrection": ("case_id",),
    "duifu.v1.WithdrawCase": ("case_id",),
    "duifu.v1.StopClock": ("case_id", "stage", "reason"),
    "duifu.v1.RestartClock": ("case_id", "stage"),
    "duifu.v1.ReplaceBankAccount": ("case_id", "bank_account"),
    "duifu.v1.ConfirmCycle": ("cycle_id",),
    "duifu.v1.SignPayments": ("cycle_id|round_id", "batch", "step", "orders_sha256"),
    "duifu.v1.WithholdPayment": ("cycle_id|round_id", "order_id"),
    "duifu.v1.ReportTreasurySilence": ("cycle_id|round_id",),
    "duifu.v1.RemindCycle": ("cycle_id", "days_left"),
    "duifu.v1.OpenCycle": ("programme_id", "quarter"),
    "duifu.v1.ClaimTask": ("case_id", "stage"),
    "duifu.v1.ReleaseTask": ("case_id", "stage"),
    "duifu.v1.HandOverTask": ("case_id", "stage", "to", "reason"),
    "duifu.v1.DelegateRole": ("to", "role", "programme_id", "reason"),
    "duifu.v1.RevokeDelegation": ("to", "role", "programme_id", "reason"),
    "duifu.v1.EnterCheck": ("case_id", "stage", "result"),
    "duifu.v1.RecordCheck": ("case_id", "stage", "result"),
    "duifu.v1.CheckResult": ("check", "outcome", "source"),
    "duifu.v1.RescaleVoucher": ("voucher_id", "contract", "evidence_sha256"),
    "duifu.v1.OpenRecovery": ("case_id", "finding", "amount_fen", "evidence_sha256"),
    "duifu.v1.SendRecoveryNotice": ("recovery_id", "document_number", "evidence_sha256"),
    "duifu.v1.RecordRecoveryStatement": ("recovery_id", "statement"),
    "duifu.v1.DemandRecovery": ("recovery_id", "amount_fen", "document_number", "evidence_sha256"),
    "duifu.v1.RecordRecoveryReceipt": ("recovery_id", "bank_reference", "amount_fen", "evidence_sha256"),
    "duifu.v1.ProposeWriteOff": ("recovery_id", "amount_fen", "decision_number", "evidence_sha256"),
    "duifu.v1.WriteOffRecovery": ("recovery_id",),
    "duifu.v1.WithdrawRecovery": ("recovery_id",),
    "duifu.v1.TransferRecovery": ("recovery_id", "authority", "document_number", "evidence_sha256"),
    "duifu.v1.LapseRecovery": ("recovery_id", "deadline"),
    "duifu.v1.RecordRecoveryLetter": ("recovery_id",),
    "duifu.v1.OrderSetOff": ("recovery_id", "document_number", "evidence_sha256"),
    "duifu.v1.RevokeSetOff": ("recovery_id",),
    "duifu.v1.BarEnterprise": ("recovery_id", "document_number", "evidence_sha256"),
    "duifu.v1.ReportInvoiceReversed": (
        "voucher_id",
        "invoice_key",
        "red_invoice_number",
        "amount_fen",
        "evidence_sha256",
    ),
    "duifu.v1.WithdrawInvoiceReversal": ("voucher_id", "red_invoice_number", "evidence_sha256"),
    "duifu.v1.RecordPayment": ("cycle_id", "order_id", "status"),
    "duifu.v1.RecordPayments": ("cycle_id", "results"),
    "duifu.v1.PaymentResult": ("order_id", "status"),
    "duifu.v1.AssessClaims": ("cycle_id",),
    "duifu.v1.VerifyClaims": ("cycle_id", "claims"),
    "duifu.v1.ClaimFindings": ("case_id",),
    "duifu.v1.RecordClaimLetters": ("cycle_id", "letters"),
    "duifu.v1.ClaimLetter": ("case_id",),
    "duifu.v1.LapseVouchers": ("cycle_id",),
    "duifu.v1.TransferVoucher": ("voucher_id", "to_uscc"),
    "duifu.v1.PauseCycle": ("cycle_id",),
    "duifu.v1.ResumeCycle": ("cycle_id",),
    "duifu.v1.Finding": ("code", "reason"),
    "duifu.v1.DestroySubjectKey": ("subject",),
    "duifu.v1.RegisterExpert": ("programme_id", "expert"),
    "duifu.v1.Expert": ("expert_id", "name"),
    "duifu.v1.RetireExpert": ("programme_id", "expert_id"),
    "duifu.v1.ConvenePanel": ("case_id", "seed_sha256"),
    "duifu.v1.DrawPanel": ("case_id", "seed"),
    "duifu.v1.DeclareInterest": ("case_id",),
    "duifu.v1.SealSheet": ("case_id", "scoring", "sheet_sha256"),
    "duifu.v1.OpenSheet": ("case_id", "scoring", "sheet", "salt"),
    "duifu.v1.ScoreSheet": ("scores",),
    "duifu.v1.Score": ("criterion",),
    "duifu.v1.SignConclusion": ("case_id", "conclusion_sha256"),
    "duifu.v1.LapsePanel": ("case_id",),
    "duifu.v1.Actor": ("id", "role"),
}


def missing(message: Message, path: str) -> Iterator[Problem]:
    """The fields of a message that must be filled and are not."""
    for name in _required(message):
        if not _is_filled(message, name):
            known = message.DESCRIPTOR.fields_by_name
            yield Problem(path + "/".join(known[each].json_name for each in _names(name)), "missing")


def missing_values(message: Message, path: str) -> Iterator[Problem]:
    """The dates and credit codes of a message that are empty: they would be no date and no code."""
    for field in message.DESCRIPTOR.fields:
        strict = field.name.endswith((*DATES, "uscc")) and field.full_name not in MAY_BE_EMPTY
        if strict and not field.is_repeated and not getattr(message, field.name):
            yield Problem(f"{path}{field.json_name}", "missing")


def _required(message: Message) -> tuple[str, ...]:
    if isinstance(message, Application) and message.services:  # who serves customers has no contract of its own
        return ("applicant", "declarations")
    return MUST_BE_FILLED.get(message.DESCRIPTOR.full_name, ())


def _names(name: str) -> list[str]:
    """The field, or several of which any will do."""
    return name.split("|")


def _is_filled(message: Message, name: str) -> bool:
    return any(_has(message, each) for each in _names(name))


def _has(message: Message, field: str) -> bool:
    descriptor = message.DESCRIPTOR.fields_by_name[field]
    if descriptor.type == FieldDescriptor.TYPE_MESSAGE and not descriptor.is_repeated:
        return message.HasField(field)
    return bool(getattr(message, field))
