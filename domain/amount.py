"""How much: exact rationals from contract to voucher to payment, with every step on record. (BJ-3.2, BJ-4.6)"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from domain.dates import Period, from_iso
from domain.money import exact_text, floor, show
from domain.programme import Programme
from duifu.v1.events_pb2 import AmountStep, AmountTrace
from duifu.v1.facts_pb2 import Contract, ContractItem, InvoiceLine, RedemptionRequest

Counts = Callable[[ContractItem | InvoiceLine], bool]


@dataclass(frozen=True)
class Ceiling:
    """The most a voucher may be worth, and why."""

    eligible_fen: Fraction  # E
    ceiling_fen: int
    trace: AmountTrace


def ceiling(programme: Programme, contract: Contract, counts: Counts, on: date) -> Ceiling:
    """floor(E x rate), where E is what counts of the contract inside the window. (BJ-3.2, BJ-3.8)"""
    window = countable_days(programme, contract)
    own = Period(from_iso(contract.starts_on), from_iso(contract.ends_on))
    steps = []
    eligible = Fraction(0)
    for item in contract.items:
        if not counts(item):
            steps.append(_step("excluded", programme.amount.select_clause, f"{item.name}：不属于智能算力，不计", 0))
            continue
        share = _inside(item, own, window)
        eligible += share
        clause = programme.windows[programme.amount.window].clause
        steps.append(_step("counted", clause, f"{item.name}：{show(item.amount_fen)}中在执行期内的部分", share))
    rate = programme.number("voucher_rate", on)
    clause = programme.parameters["voucher_rate"].clause
    steps.append(_step("eligible", clause, "核定依据合计 E", eligible))
    steps.append(_step("rate", clause, f"E × {rate.numerator}/{rate.denominator}", eligible * rate))
    most = floor(eligible * rate)
    steps.append(_step("rounding", clause, "舍去不足一分的部分", most))
    return Ceiling(eligible, most, AmountTrace(steps=steps, amount_fen=most))


def with_step(trace: AmountTrace, name: str, clause: str, explanation: str, amount_fen: int) -> AmountTrace:
    """The same trace with one more step, which gives the new amount."""
    longer = AmountTrace(amount_fen=amount_fen)
    longer.steps.extend(trace.steps)
    longer.steps.append(_step(name, clause, explanation, amount_fen))
    return longer


def countable_days(programme: Programme, contract: Contract) -> Period:
    """The days whose compute counts: inside the execution window, and not before the signature. (BJ-3.8, BJ-A20)"""
    window = programme.windows[programme.amount.window].days
    return Period(max(window.first, from_iso(contract.signed_on)), window.last)


def _inside(item: ContractItem, own: Period, window: Period) -> Fraction:
    if item.schedule:  # an itemised schedule wins over counting days (BJ-A10)
        return sum(
            (_share(entry.amount_fen, _period(entry.starts_on, entry.ends_on), window) for entry in item.schedule),
            start=Fraction(0),
        )
    period = _period(item.starts_on, item.ends_on) if item.starts_on else own
    return _share(item.amount_fen, period, window)


def _share(amount_fen: int, period: Period, window: Period) -> Fraction:
    return Fraction(amount_fen * len(period.overlap(window)), len(period))


def _period(first: str, last: str) -> Period:
    return Period(from_iso(first), from_iso(last))


@dataclass(frozen=True, slots=True)
class InvoiceTotals:
    """One invoice over all claims so far."""

    invoiced_fen: Fraction = Fraction(0)  # its lines that count
    delivered_fen: Fraction = Fraction(0)
    paid_fen: Fraction = Fraction(0)
    numbers: frozenset[str] = frozenset()  # delivery proofs and bank receipts already counted
    used_fen: Fraction = Fraction(0)  # the largest base so far; what was used once is never used again

    @property
    def base_fen(self) -> Fraction:
        """min(invoiced, delivered, paid). (BJ-A8)"""
        return min(self.invoiced_fen, self.delivered_fen, self.paid_fen)


def invoice_key(code: str, number: str) -> str:
    """What makes an invoice unique with its seller; a fully digital one has no code. (F-2)"""
    return f"{code}-{number}" if code else number


def invoice_totals(
    known: Mapping[str, InvoiceTotals], request: RedemptionRequest, counts: Counts, window: Period
) -> dict[str, InvoiceTotals]:
    """The invoices of a request with what it adds; a proof or a receipt handed in twice counts once."""
    return {
        invoice_key(invoice.code, invoice.number): _grown(
            known.get(invoice_key(invoice.code, invoice.number), InvoiceTotals()),
            Fraction(sum(line.amount_fen for line in invoice.lines if counts(line))),
            request,
            invoice.number,
            window,
        )
        for invoice in request.invoices
    }


def _grown(
    before: InvoiceTotals, invoiced_fen: Fraction, request: RedemptionRequest, number: str, window: Period
) -> InvoiceTotals:
    proofs = {
        f"delivery {proof.proof_number}": _share(
            proof.amount_fen, _period(proof.delivered_from, proof.delivered_through), window
        )
        for proof in request.delivery_proofs
        if proof.invoice_number == number
    }
    receipts = {
        f"receipt {receipt.receipt_number}": Fraction(receipt.amount_fen)
        for receipt in request.bank_receipts
        if receipt.invoice_number == number
    }

    def new(amounts: Mapping[str, Fraction]) -> Iterable[Fraction]:
        return (amount for name, amount in amounts.items() if name not in before.numbers)

    return replace(
        before,
        invoiced_fen=invoiced_fen,
        delivered_fen=before.delivered_fen + sum(new(proofs)),
        paid_fen=before.paid_fen + sum(new(receipts)),
        numbers=before.numbers | proofs.keys() | receipts.keys(),
    )


def due(face_value_fen: int, eligible_fen: Fraction, cumulative_fen: Fraction, due_before_fen: int) -> int:
    """floor(V x cumulative / E) less what was due before, so that the parts add up to V exactly. (BJ-4.6, BJ-A12)"""
    return floor(face_value_fen * cumulative_fen / eligible_fen) - due_before_fen


def _step(name: str, clause: str, explanation: str, exact: Fraction | int) -> AmountStep:
    return AmountStep(name=name, clause=clause, explanation=explanation, exact_fen=exact_text(exact))
