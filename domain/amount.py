"""What settled invoices release of a voucher: exact rationals from request to payment. (BJ-4.6, BJ-A8, BJ-A12)"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from domain.calculation.apportion import Counting, inside
from domain.dates import Period, from_iso
from domain.invoices import blue, key_of, key_of_reversed, red
from domain.metering import Metering
from domain.money import Exact, exact_text, floor, show_exact
from domain.refusals import Refused
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
    deducts: bool = False  # the supplier charges less and is paid that; else the enterprise pays all of it
    metering: Metering | None = None  # how delivery is held against its measurement; None: it is only shown
    shared_as: Contract | None = None  # whose items divide an invoice of one line without a kind; None: it is nothing

    def share_without_items(self) -> Exact:
        """What counts of an invoice of one line without a kind. (BJ-A21)"""
        return share_that_counts(self.shared_as, self.counts) if self.shared_as else 0


def share_that_counts(contract: Contract, counts: Counts) -> Exact:
    """The part of a contract's amount that is of the kind the programme supports. (BJ-A21)"""
    lines = [InvoiceLine(kind=item.kind, name=item.name, amount_fen=item.amount_fen) for item in contract.items]
    total_fen = sum(line.amount_fen for line in lines)
    return Fraction(sum(line.amount_fen for line in lines if counts(line)), total_fen) if total_fen else 0


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

    invoiced_fen: Exact = 0  # its lines that count
    delivered_fen: Exact = 0
    paid_fen: Exact = 0
    numbers: frozenset[str] = frozenset()  # delivery proofs and bank receipts already counted
    used_fen: Exact = 0  # the largest base so far; what was used once is never used again
    reversed_fen: Exact = 0  # of its lines that count, by red invoices (F-2)
    deducted_fen: int = 0  # what the supplier charged less

    @property
    def base_fen(self) -> Exact:
        """min(invoiced, delivered, paid), of what red invoices left. (BJ-A8)"""
        left_fen = max(0, self.invoiced_fen - self.reversed_fen)
        return min(left_fen, self.delivered_fen, self.paid_fen)

    def less(self, reversed_fen: Exact, red_number: str) -> "InvoiceTotals":
        """After a red invoice that came when this one had been used: it settles no more than its base then. (F-2)"""
        numbers = self.numbers | {red_name(red_number)}
        after = replace(self, reversed_fen=self.reversed_fen + reversed_fen, numbers=numbers)
        return replace(after, used_fen=min(self.used_fen, after.base_fen))

    def without(self, reversed_fen: Exact, red_number: str) -> "InvoiceTotals":
        """As if a red invoice had never been counted: this one settles its base again. (F-2)"""
        numbers = self.numbers - {red_name(red_number)}
        after = replace(self, reversed_fen=self.reversed_fen - reversed_fen, numbers=numbers)
        return replace(after, used_fen=max(self.used_fen, after.base_fen))


def red_name(red_number: str) -> str:
    """A red invoice among the papers that an invoice has counted."""
    return f"red {red_number}"


def invoice_totals(
    known: Mapping[str, InvoiceTotals],
    request: RedemptionRequest,
    terms: Terms,
    delivered: Mapping[str, Exact] | None = None,
) -> dict[str, InvoiceTotals]:
    """The blue invoices of a request with what it adds; what is handed in twice counts once.

    A red invoice may take back what an earlier request handed in. `delivered` says what of a proof's amount counts
    where that is not all, by its number.
    """
    totals = {
        key_of(invoice): _grown(known.get(key_of(invoice), InvoiceTotals()), invoice, request, terms, delivered or {})
        for invoice in blue(request)
    }
    for invoice in red(request):
        key = key_of_reversed(invoice)
        totals[key] = _reversed(totals.get(key) or known.get(key, InvoiceTotals()), invoice, terms)
    return totals


def must_leave_what_was_used(known: Mapping[str, InvoiceTotals], request: RedemptionRequest, terms: Terms) -> None:
    """A red invoice takes back nothing that a voucher was assessed on: that is a matter of recovery, not of a request.

    Raises Refused RED_INVOICE_AFTER_USE.
    """
    totals = invoice_totals(known, request, terms)
    for invoice in red(request):
        after = totals[key_of_reversed(invoice)]
        if after.base_fen < after.used_fen:
            raise Refused(
                "RED_INVOICE_AFTER_USE",
                "BJ-4.5",
                number=invoice.number,
                blue=invoice.reverses.number,
                left=show_exact(exact_text(after.base_fen)),
                used=show_exact(exact_text(after.used_fen)),
            )


def _reversed(before: InvoiceTotals, invoice: Invoice, terms: Terms) -> InvoiceTotals:
    name = red_name(key_of(invoice))
    if name in before.numbers:
        return before
    reversed_fen = before.reversed_fen + _invoiced(invoice, terms)
    return replace(before, reversed_fen=reversed_fen, numbers=before.numbers | {name})


def _grown(
    before: InvoiceTotals,
    invoice: Invoice,
    request: RedemptionRequest,
    terms: Terms,
    delivered: Mapping[str, Exact],
) -> InvoiceTotals:
    proofs = {
        f"delivery {proof.proof_number}": inside(
            delivered.get(proof.proof_number, proof.amount_fen),
            _period(proof.delivered_from, proof.delivered_through),
            terms.window,
            Counting.INCLUSIVE_DAYS,
        )
        for proof in request.delivery_proofs
        if proof.invoice_number == invoice.number
    }
    receipts = {
        f"receipt {receipt.receipt_number}": receipt.amount_fen
        for receipt in request.bank_receipts
        if receipt.invoice_number == invoice.number
    }

    def new(amounts: Mapping[str, Exact]) -> Iterable[Exact]:
        return (amount for name, amount in amounts.items() if name not in before.numbers)

    invoiced_fen = _invoiced(invoice, terms)
    deducted_fen = invoice.deducted_fen if terms.deducts else 0
    received_fen = before.paid_fen - before.deducted_fen + sum(new(receipts))
    return replace(
        before,
        invoiced_fen=invoiced_fen,
        delivered_fen=before.delivered_fen + sum(new(proofs)),
        # What was charged less is settled as what was paid: the supplier has it from the programme.
        paid_fen=received_fen + deducted_fen if terms.needs_payment_proof else invoiced_fen,
        deducted_fen=deducted_fen,
        numbers=before.numbers | proofs.keys() | receipts.keys(),
    )


def counting_lines(invoice: Invoice, terms: Terms) -> list[Exact]:
    """What counts of each line of an invoice, in their order. (BJ-A21)"""
    if len(invoice.lines) == 1 and invoice.lines[0].kind == SERVICE_KIND_UNSPECIFIED:
        return [invoice.lines[0].amount_fen * terms.share_without_items()]
    return [line.amount_fen if terms.counts(line) else 0 for line in invoice.lines]


def _invoiced(invoice: Invoice, terms: Terms) -> Exact:
    return sum(counting_lines(invoice, terms))


def due(
    face_value_fen: int, eligible_fen: Exact, cumulative_fen: Exact, due_before_fen: int, rate: Fraction | None
) -> int:
    """floor(V x cumulative / E) less what was due before, so that the parts add up to V exactly. (BJ-4.6, BJ-A12)

    With a `rate`, floor(rate x cumulative) instead, until V is used up.
    """
    if not eligible_fen:  # nothing is left of the contract (BJ-A18)
        return -due_before_fen
    exact = Fraction(face_value_fen * cumulative_fen, eligible_fen) if rate is None else rate * cumulative_fen
    return min(face_value_fen, floor(exact)) - due_before_fen


def _period(first: str, last: str) -> Period:
    return Period(from_iso(first), from_iso(last))
