"""A red invoice takes back what a blue one had settled: what of the voucher is due now, and what was paid beyond. (F-2)

What the blue invoice took is free again: settled anew with another invoice, it is due again.
"""

from collections.abc import Sequence
from datetime import date

from domain import amount
from domain.amount import InvoiceTotals
from domain.evaluation import settlement
from domain.evaluation.edition import Edition
from domain.money import Exact, exact_text, floor
from domain.refusals import Refused
from domain.voucher import Voucher
from duifu.v1.facts_pb2 import RedemptionRequest
from duifu.v1.recovery_pb2 import ReportInvoiceReversed, SettlementReversed

CLAUSE = "BJ-A8"


def must_take_from_one(voucher: Voucher, red_key: str, blue_key: str) -> None:
    """A red invoice was counted for no other blue one. Raises Refused RED_INVOICE_COUNTED."""
    for key, totals in voucher.invoices.items():
        if key != blue_key and amount.red_name(red_key) in totals.numbers:
            raise Refused("RED_INVOICE_COUNTED", CLAUSE, number=red_key, invoice=key, voucher=voucher.voucher_id)


def reverse(
    edition: Edition,
    voucher: Voucher,
    asked: ReportInvoiceReversed,
    received_on: date,
    reported_by: Sequence[str],
) -> SettlementReversed | None:
    """What a red invoice does to a voucher; None if it is on record already. `received_on`: of the claim.

    Settled is what all invoices settle without it, and what is due of the voucher follows from that as always.
    Raises Refused REASON_MISSING, REVERSAL_CONFLICT, INVOICE_NOT_COUNTED, REVERSAL_ABOVE_INVOICE, VOUCHER_IN_PAYMENT,
    PARAMETER_EXPIRED, RED_INVOICE_COUNTED.
    """
    if not asked.reason.strip():
        raise Refused("REASON_MISSING", CLAUSE, title="发票红冲")
    if known := voucher.reversals.get(asked.red_invoice_number):
        if (known.invoice_key, known.amount_fen) == (asked.invoice_key, asked.amount_fen):
            return None
        raise Refused(
            "REVERSAL_CONFLICT",
            CLAUSE,
            number=asked.red_invoice_number,
            invoice=known.invoice_key,
            known_fen=known.amount_fen,
        )
    must_take_from_one(voucher, asked.red_invoice_number, asked.invoice_key)
    before = voucher.invoices.get(asked.invoice_key)
    if before is None:
        raise Refused("INVOICE_NOT_COUNTED", CLAUSE, invoice=asked.invoice_key, voucher=voucher.voucher_id)
    if amount.red_name(asked.red_invoice_number) in before.numbers:
        return None  # a request has handed it in
    left_fen = before.invoiced_fen - before.reversed_fen
    if asked.amount_fen > left_fen:
        raise Refused(
            "REVERSAL_ABOVE_INVOICE",
            CLAUSE,
            invoice=asked.invoice_key,
            asked_fen=asked.amount_fen,
            left_fen=floor(left_fen),
        )
    must_not_be_in_payment(voucher)
    after = before.less(asked.amount_fen, asked.red_invoice_number)
    cumulative_fen, now_fen = settled(edition, voucher, asked.invoice_key, after, received_on)
    due_fen = min(voucher.due_fen, now_fen)
    return SettlementReversed(
        invoice_key=asked.invoice_key,
        red_invoice_number=asked.red_invoice_number,
        amount_fen=asked.amount_fen,
        base_fen=exact_text(after.used_fen),
        cumulative_fen=exact_text(cumulative_fen),
        due_fen=due_fen,
        claw_back_fen=voucher.due_fen - due_fen,
        reason=asked.reason,
        evidence_sha256=asked.evidence_sha256,
        clause=CLAUSE,
        reported_by=reported_by,
    )


def must_not_be_in_payment(voucher: Voucher) -> None:
    """All that is due was paid. Raises Refused VOUCHER_IN_PAYMENT."""
    if (open_fen := voucher.due_fen - (voucher.paid_fen - voucher.claw_back_fen)) > 0:
        raise Refused("VOUCHER_IN_PAYMENT", CLAUSE, voucher=voucher.voucher_id, open_fen=open_fen)


def settled(
    edition: Edition, voucher: Voucher, invoice_key: str, after: InvoiceTotals, received_on: date
) -> tuple[Exact, int]:
    """What all invoices settle if one of them stands so, and what is due of the voucher for that, in fen.

    Raises Refused PARAMETER_EXPIRED.
    """
    invoices = {**voucher.invoices, invoice_key: after}
    cumulative_fen = min(voucher.eligible_fen, sum(totals.used_fen for totals in invoices.values()))
    request = settlement.facts_of(voucher, RedemptionRequest(), received_on, {})
    terms = settlement.terms_of(edition, request, CLAUSE)
    due_fen = amount.due(voucher.face_value_fen, voucher.eligible_fen, cumulative_fen, 0, terms.rate)
    if terms.deducts:  # the supplier is paid no more than it charged less
        due_fen = min(due_fen, sum(totals.deducted_fen for totals in invoices.values()))
    return cumulative_fen, due_fen
