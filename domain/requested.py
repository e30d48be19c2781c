"""A request for payment is about its voucher, its parties, and things that have happened. (BJ-4.4, F-2, F-7)"""

from datetime import date

from domain import invoices, metering
from domain.dates import from_iso
from domain.refusals import Refused
from domain.voucher import Voucher
from duifu.v1.facts_pb2 import RedemptionRequest


def must_fit(voucher: Voucher, request: RedemptionRequest, received_on: date, *, pays_supplier: bool = False) -> None:
    """The request is about this voucher's contract and about things that have happened. (F-2, F-7, BJ-A11)

    The money goes to the holder; if the programme `pays_supplier`, to the supplier who charged so much less.
    Raises Refused INVOICE_OTHER_PARTY, INVOICE_BEFORE_CONTRACT, RECEIPT_OTHER_PARTY, PAYEE_NOT_HOLDER,
    PAYEE_NOT_SUPPLIER, PROOF_WITHOUT_INVOICE, NOT_YET_HAPPENED, and what `invoices.must_be_in_order` and
    `metering.must_fit` raise.
    """
    supplier, payee = voucher.contract.supplier.uscc, request.bank_account.holder_name
    must_be_paid_to(voucher, payee, pays_supplier=pays_supplier)
    invoices.must_be_in_order(request)
    invoices.must_say_what_was_deducted(request, pays_supplier=pays_supplier)
    numbers = {invoice.number for invoice in invoices.blue(request)}
    for invoice in request.invoices:
        if (invoice.buyer_uscc, invoice.seller_uscc) != (voucher.uscc, supplier):
            raise Refused(
                "INVOICE_OTHER_PARTY",
                number=invoice.number,
                buyer=invoice.buyer_uscc,
                seller=invoice.seller_uscc,
                holder=voucher.uscc,
                supplier=supplier,
            )
        _must_have_happened(f"发票 {invoice.number}", invoice.issued_on, received_on)
        if from_iso(invoice.issued_on) < from_iso(voucher.contract.signed_on):
            raise Refused(
                "INVOICE_BEFORE_CONTRACT",
                "BJ-4.5",
                number=invoice.number,
                day=invoice.issued_on,
                signed_on=voucher.contract.signed_on,
            )
    for proof in request.delivery_proofs:
        _must_belong(proof.proof_number, proof.invoice_number, numbers)
        _must_have_happened(f"交付凭证 {proof.proof_number}", proof.delivered_through, received_on)
    metering.must_fit(request, voucher.contract, voucher.deliveries)
    for receipt in request.bank_receipts:
        _must_belong(receipt.receipt_number, receipt.invoice_number, numbers)
        if (receipt.payer_uscc, receipt.payee_uscc) != (voucher.uscc, supplier):
            raise Refused(
                "RECEIPT_OTHER_PARTY",
                number=receipt.receipt_number,
                payer=receipt.payer_uscc,
                payee=receipt.payee_uscc,
                holder=voucher.uscc,
                supplier=supplier,
            )
        _must_have_happened(f"付款凭证 {receipt.receipt_number}", receipt.paid_on, received_on)


def must_be_paid_to(voucher: Voucher, payee: str, *, pays_supplier: bool) -> None:
    """The account's holder is who is paid. Raises Refused PAYEE_NOT_HOLDER, PAYEE_NOT_SUPPLIER."""
    if pays_supplier and payee != voucher.contract.supplier.name:
        raise Refused("PAYEE_NOT_SUPPLIER", payee=payee, supplier=voucher.contract.supplier.name)
    if not pays_supplier and payee != voucher.holder_name:
        raise Refused("PAYEE_NOT_HOLDER", "BJ-4.6", payee=payee, holder=voucher.holder_name)


def _must_have_happened(what: str, day: str, received_on: date) -> None:
    if from_iso(day) > received_on:
        raise Refused("NOT_YET_HAPPENED", "BJ-A11", what=what, day=day, received_on=received_on)


def _must_belong(number: str, invoice_number: str, numbers: set[str]) -> None:
    if invoice_number not in numbers:
        raise Refused("PROOF_WITHOUT_INVOICE", "BJ-4.4", number=number, invoice=invoice_number)
