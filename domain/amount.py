"""What settled invoices release of a voucher: exact rationals from request to payment. (BJ-4.6, BJ-A8, BJ-A12)"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from domain.calculation.apportion import Counting, inside
from domain.dates import Period, from_iso
from domain.money import exact_text, floor
from duifu.v1.events_pb2 import AmountStep, AmountTrace
from duifu.v1.facts_pb2 import SERVICE_KIND_UNSPECIFIED, Contract, Invoice, InvoiceLine, RedemptionRequest

Counts = Callable[[InvoiceLine], bool]


@dataclass(frozen=True)
class Terms:
    """On what terms settled invoices count, as the programme settles it for one request."""

    counts: Counts
    window: Period  # delivery inside it counts (BJ-3.8, BJ-A20)
    clause: str  # of the stage that assesses
    settled_clause: str = ""  # of what counts as settled; empty: the same (BJ-A8)
    formula_clause: str = ""  # of what it releases; empty: the same (BJ-A12)
    rate: Fraction | None = None  # what a settled fen releases; None: the voucher's share (BJ-A12)
    needs_payment_proof: bool = True  # if not, an invoice counts as paid (BJ-A8)
    share_without_items: Fraction = Fraction(0)  # of an invoice of one line without a kind (BJ-A21)


def share_that_counts(contract: Contract, counts: Counts) -> Fraction:
    """The part of a contract's amount that is of the kind the programme supports. (BJ-A21)"""
    lines = [InvoiceLine(kind=item.kind, name=item.name, amount_fen=item.amount_fen) for item in contract.items]
    total_fen = sum(line.amount_fen for line in lines)
    return Fraction(sum(line.amount_fen for line in lines if counts(line)), total_fen) if total_fen else Fraction(0)


def countable_days(window: Period, not_before: str) -> Period:
    """The days whose delivery counts: inside the window, and not before a day, if there is one. (BJ-3.8, BJ-A20)"""
    return Period(max(window.first, from_iso(not_before)), window.last) if not_before else window


def with_step(trace: AmountTrace, name: str, clause: str, explanation: str, amount_fen: int) -> AmountTrace:
    """The same trace with one more step, which gives the new amount."""
    longer = AmountTrace()
    longer.CopyFrom(trace)
    longer.amount_fen = amount_fen
    longer.steps.append(AmountStep(name=name, clause=clause, explanation=explanation, exact_fen=exact_text(amount_fen)))
    return longer


@dataclass(frozen=True, slots=True)
class InvoiceTotals:
    """One invoice over all claims so far."""

    invoiced_fen: Fraction = Fraction(0)  # its lines that count
    delivered_fen: Fraction = Fraction(0)
    paid_fen: Fraction = Fraction(0)
    numbers: frozenset[str] = frozenset()  # delivery proofs and bank receipts already counted
    used_fen: Fraction = Fraction(0)  # the largest base so far; what was used once is never used again
    reversed_fen: Fraction = Fraction(0)  # of what was invoiced, by red invoices (F-2)

    @property
    def base_fen(self) -> Fraction:
        """min(invoiced, delivered, paid), without what red invoices took back. (BJ-A8, F-2)"""
        return min(self.invoiced_fen - self.reversed_fen, self.delivered_fen, self.paid_fen)

    def less(self, reversed_fen: Fraction) -> "InvoiceTotals":
        """After a further red invoice: it settles no more than its base then. (F-2)"""
        after = replace(self, reversed_fen=self.reversed_fen + reversed_fen)
        return replace(after, used_fen=min(self.used_fen, after.base_fen))


def invoice_key(code: str, number: str) -> str:
    """What makes an invoice unique with its seller; a fully digital one has no code. (F-2)"""
    return f"{code}-{number}" if code else number


def invoice_totals(
    known: Mapping[str, InvoiceTotals], request: RedemptionRequest, terms: Terms
) -> dict[str, InvoiceTotals]:
    """The invoices of a request with what it adds; a proof or a receipt handed in twice counts once."""
    return {
        invoice_key(invoice.code, invoice.number): _grown(
            known.get(invoice_key(invoice.code, invoice.number), InvoiceTotals()), invoice, request, terms
        )
        for invoice in request.invoices
    }


def _grown(before: InvoiceTotals, invoice: Invoice, request: RedemptionRequest, terms: Terms) -> InvoiceTotals:
    proofs = {
        f"delivery {proof.proof_number}": inside(
            proof.amount_fen,
            _period(proof.delivered_from, proof.delivered_through),
            terms.window,
            Counting.INCLUSIVE_DAYS,
        )
        for proof in request.delivery_proofs
        if proof.invoice_number == invoice.number
    }
    receipts = {
        f"receipt {receipt.receipt_number}": Fraction(receipt.amount_fen)
        for receipt in request.bank_receipts
        if receipt.invoice_number == invoice.number
    }

    def new(amounts: Mapping[str, Fraction]) -> Iterable[Fraction]:
        return (amount for name, amount in amounts.items() if name not in before.numbers)

    invoiced_fen = _invoiced(invoice, terms)
    return replace(
        before,
        invoiced_fen=invoiced_fen,
        delivered_fen=before.delivered_fen + sum(new(proofs)),
        paid_fen=before.paid_fen + sum(new(receipts)) if terms.needs_payment_proof else invoiced_fen,
        numbers=before.numbers | proofs.keys() | receipts.keys(),
    )


def _invoiced(invoice: Invoice, terms: Terms) -> Fraction:
    if len(invoice.lines) == 1 and invoice.lines[0].kind == SERVICE_KIND_UNSPECIFIED:
        return invoice.lines[0].amount_fen * terms.share_without_items
    return Fraction(sum(line.amount_fen for line in invoice.lines if terms.counts(line)))


def due(
    face_value_fen: int, eligible_fen: Fraction, cumulative_fen: Fraction, due_before_fen: int, rate: Fraction | None
) -> int:
    """floor(V x cumulative / E) less what was due before, so that the parts add up to V exactly. (BJ-4.6, BJ-A12)

    With a `rate`, floor(rate x cumulative) instead, until V is used up.
    """
    if not eligible_fen:  # nothing is left of the contract (BJ-A18)
        return -due_before_fen
    exact = face_value_fen * cumulative_fen / eligible_fen if rate is None else rate * cumulative_fen
    return min(face_value_fen, floor(exact)) - due_before_fen


def _period(first: str, last: str) -> Period:
    return Period(from_iso(first), from_iso(last))
