"""An invoice is used once over all cases and programmes: for a voucher, or for an application for a grant. (BJ-4.5)

Whoever names an invoice holds it while the case is under way. If no money follows, it is free again: nobody's invoice
is used up by somebody who had no right to it.
"""

from collections.abc import Iterable
from dataclasses import replace

from commands.work import Work
from domain import single
from domain.invoices import key_of
from domain.kinds import CASE, INVOICE, VOUCHER
from domain.single import InvoiceBinding
from duifu.v1.events_pb2 import CASE_OUTCOME_PAID
from duifu.v1.facts_pb2 import Invoice
from ledger import streams

NOTHING = InvoiceBinding()


def use_for_voucher(work: Work, invoices: Iterable[Invoice], voucher_id: str, case_id: str) -> None:
    """Bind the invoices of a request for payment.

    Raises Refused INVOICE_USED_ELSEWHERE, INVOICE_IN_GRANT, INVOICE_CHANGED.
    """
    for invoice in invoices:
        standing = _standing(work, invoice, voucher_id)
        work.record(_stream(invoice), INVOICE, single.bind_invoice(standing, invoice, voucher_id, case_id))


def use_for_grant(work: Work, invoices: Iterable[Invoice], case_id: str) -> None:
    """Bind the invoices of an application. Raises Refused INVOICE_USED_ELSEWHERE, INVOICE_IN_GRANT."""
    for invoice in invoices:
        standing = _standing(work, invoice, case_id)
        work.record(_stream(invoice), INVOICE, single.bind_invoice_to_grant(standing, invoice, case_id))


def _standing(work: Work, invoice: Invoice, own: str) -> InvoiceBinding:
    """What an invoice serves; `own` is the voucher or the application that asks."""
    binding = work.read(_stream(invoice), INVOICE)
    counting = tuple(case_id for case_id in binding.case_ids if _counts(work, binding, case_id))
    if counting or own in (binding.voucher_id, binding.grant_case_id):
        return replace(binding, case_ids=counting)
    return NOTHING


def _counts(work: Work, binding: InvoiceBinding, case_id: str) -> bool:
    """Whether money followed from a case's handing it in, or still may."""
    if binding.voucher_id and case_id in work.read(streams.voucher(binding.voucher_id), VOUCHER).assessed:
        return True
    closed = work.read(streams.case(case_id), CASE).closed
    return closed is None or closed.outcome == CASE_OUTCOME_PAID


def _stream(invoice: Invoice) -> str:
    return streams.invoice(invoice.seller_uscc, key_of(invoice))
