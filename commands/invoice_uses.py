"""An invoice is used once over all cases and programmes: for a voucher, or for an application for a grant. (BJ-4.5)

Whoever names an invoice holds it while the case is under way. If no money follows, it is free again: nobody's invoice
is used up by somebody who had no right to it.
"""

from collections.abc import Iterable
from dataclasses import replace

from commands.work import Work
from domain import single
from domain.invoices import key_of, of_key
from domain.kinds import CASE, INVOICE, VOUCHER
from domain.refusals import Refused
from domain.single import InvoiceBinding
from domain.voucher import Voucher
from duifu.v1.events_pb2 import CASE_OUTCOME_PAID, InvoiceReleased, InvoiceReversalWithdrawn
from duifu.v1.facts_pb2 import Invoice
from duifu.v1.recovery_pb2 import ReportInvoiceReversed, SettlementReversed
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


def reverse_for_voucher(work: Work, voucher: Voucher, reported: ReportInvoiceReversed) -> None:
    """A red invoice that came after the payment is bound, and on record with its blue one, like those of requests.

    Its case is the one that was paid on the blue one. Raises Refused INVOICE_USED_ELSEWHERE, INVOICE_IN_GRANT,
    RED_INVOICE_UNMATCHED, RED_INVOICE_EXCEEDS.
    """
    red = of_key(reported.red_invoice_number)
    red.seller_uscc, red.total_fen = voucher.contract.supplier.uscc, reported.amount_fen
    blue = of_key(reported.invoice_key)
    red.reverses.code, red.reverses.number = blue.code, blue.number
    stream = streams.invoice(red.seller_uscc, reported.invoice_key)
    binding = work.read(stream, INVOICE)
    case_id = next((case for case in binding.case_ids if case in voucher.assessed), voucher.case_id)
    use_for_voucher(work, [red], voucher.voucher_id, case_id)
    reversed_ = single.reverse_invoice(binding, red, voucher.voucher_id, case_id, binding.total_fen)
    work.record(stream, INVOICE, reversed_)


def forget_reversal(work: Work, voucher: Voucher, reversed_: SettlementReversed) -> None:
    """A red invoice was put on record in error: its blue one forgets it, and its number is nobody's.

    Raises Refused REVERSAL_HANDED_IN.
    """
    seller, red_key = voucher.contract.supplier.uscc, reversed_.red_invoice_number
    stream = streams.invoice(seller, red_key)
    for case_id in work.read(stream, INVOICE).case_ids:
        case = work.read(streams.case(case_id), CASE)
        hands_it_in = any(red_key == key_of(invoice) for invoice in case.redemption.invoices)
        if hands_it_in and (case.is_open or case_id in voucher.assessed):
            raise Refused("REVERSAL_HANDED_IN", "BJ-4.5", number=red_key, blue=reversed_.invoice_key, case=case_id)
    forgotten = InvoiceReversalWithdrawn(red_key=red_key, case_id=voucher.case_id)
    work.record(streams.invoice(seller, reversed_.invoice_key), INVOICE, [forgotten])
    released = InvoiceReleased(voucher_id=voucher.voucher_id, case_id=voucher.case_id)
    work.record(stream, INVOICE, [released])


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
