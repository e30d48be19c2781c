"""The invoice verification platform, over HTTP. (F-2)"""

import hashlib
from datetime import UTC

import httpx
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.outside import Outside, digest, not_yet
from domain.dates import civil_date
from domain.invoices import ANSWERS, Follows, follows, is_red
from duifu.v1.facts_pb2 import (
    CHECK_OUTCOME_CLEAN,
    CHECK_OUTCOME_HIT,
    INVOICE_STATUS_UNAVAILABLE,
    CheckResult,
    Invoice,
    InvoiceStatus,
    InvoiceVerification,
)
from duifu.v1.work_pb2 import CheckRequest
from workflows import ports


class HttpInvoices(ports.Invoices):
    """Verifies every invoice of a claim; one answer for the claim."""

    def __init__(self, outside: Outside):
        self._outside = outside

    @activity.defn(name="verify_invoices")
    async def verify_invoices(self, request: CheckRequest) -> CheckResult:
        """Ask for each invoice.

        Raises ApplicationError: SOURCE_UNAVAILABLE while the platform has no answer for one of them, ASK_NEXT_DAY if it
        will have none today.
        """
        result = CheckResult(check=request.check, source="invoices/verifications", outcome=CHECK_OUTCOME_CLEAN)
        result.queried_at.FromSeconds(request.business_seconds)
        answers, told, on = hashlib.sha256(), list[str](), civil_date(result.queried_at.ToDatetime(UTC))
        for invoice in request.invoices:
            body = {
                "code": invoice.code,
                "number": invoice.number,
                "issuedOn": invoice.issued_on,
                "totalFen": -invoice.total_fen if is_red(invoice) else invoice.total_fen,
            }
            response = await self._outside.post("/invoices/verifications", body)
            status = _status(response)
            meaning = follows(status, invoice, request.invoices, on)
            if meaning in (Follows.ASK_LATER, Follows.ASK_NEXT_DAY):
                raise _ask_again(meaning, invoice, status)
            if meaning == Follows.FALLS:
                result.outcome = CHECK_OUTCOME_HIT
                told.append(_told(invoice, status))
            result.invoices.invoices.append(InvoiceVerification(number=invoice.number, status=status))
            answers.update(bytes.fromhex(digest(response)))
        if not request.invoices:
            result.invoices.SetInParent()
        result.answer_sha256 = answers.hexdigest()
        result.detail = "；".join([f"{len(request.invoices)}张发票", *told])
        return result


def _status(response: httpx.Response) -> InvoiceStatus.ValueType:
    """One of the seven; another word is no answer. Raises ApplicationError."""
    said = response.json().get("status")
    if said not in InvoiceStatus.DESCRIPTOR.values_by_name:
        raise not_yet("SOURCE_UNAVAILABLE", f"{response.url.path} 的答复无法读取：{said}")
    return InvoiceStatus.Value(said)


def _ask_again(meaning: Follows, invoice: Invoice, status: InvoiceStatus.ValueType) -> ApplicationError:
    sentence = _told(invoice, status)
    if meaning == Follows.ASK_LATER:
        return not_yet("SOURCE_UNAVAILABLE", sentence)
    # Whoever asks knows the business date, and asks again on the next.
    return ApplicationError(
        sentence, type=ports.ASK_NEXT_DAY, non_retryable=True, category=ApplicationErrorCategory.BENIGN
    )


def _told(invoice: Invoice, status: InvoiceStatus.ValueType) -> str:
    answer = ANSWERS.get(status, ANSWERS[INVOICE_STATUS_UNAVAILABLE])
    return f"发票 {invoice.number}：{answer.title}，{answer.way_forward}"
