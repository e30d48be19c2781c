"""The invoice verification platform, over HTTP. (F-2)"""

import hashlib

from temporalio import activity

from activities.outside import Outside, digest, not_yet
from duifu.v1.facts_pb2 import (
    CHECK_OUTCOME_CLEAN,
    CHECK_OUTCOME_HIT,
    INVOICE_STATUS_CONSISTENT,
    INVOICE_STATUS_QUERY_LIMIT,
    INVOICE_STATUS_UNAVAILABLE,
    CheckResult,
    InvoiceStatus,
    InvoiceVerification,
)
from duifu.v1.work_pb2 import CheckRequest
from workflows import ports

NOT_ANSWERED = (INVOICE_STATUS_UNAVAILABLE, INVOICE_STATUS_QUERY_LIMIT)


class HttpInvoices(ports.Invoices):
    """Verifies every invoice of a claim; one answer for the claim."""

    def __init__(self, outside: Outside):
        self._outside = outside

    @activity.defn(name="verify_invoices")
    async def verify_invoices(self, request: CheckRequest) -> CheckResult:
        """Ask for each invoice. Raises ApplicationError while the platform has no answer for one of them."""
        result = CheckResult(check=request.check, source="invoices/verifications", outcome=CHECK_OUTCOME_CLEAN)
        result.queried_at.FromSeconds(request.business_seconds)
        answers = hashlib.sha256()
        for invoice in request.invoices:
            body = {
                "code": invoice.code,
                "number": invoice.number,
                "issuedOn": invoice.issued_on,
                "totalFen": invoice.total_fen,
            }
            response = await self._outside.post("/invoices/verifications", body)
            status = InvoiceStatus.Value(response.json()["status"])
            if status in NOT_ANSWERED:
                sentence = f"发票 {invoice.number}：{InvoiceStatus.Name(status)}"
                raise not_yet("SOURCE_UNAVAILABLE", sentence)
            if status != INVOICE_STATUS_CONSISTENT:
                result.outcome = CHECK_OUTCOME_HIT
            result.invoices.invoices.append(InvoiceVerification(number=invoice.number, status=status))
            answers.update(bytes.fromhex(digest(response)))
        if not request.invoices:
            result.invoices.SetInParent()
        result.answer_sha256 = answers.hexdigest()
        result.detail = f"{len(request.invoices)}张发票"
        return result
