"""What a page about a quarter tells: the quarter counted up to a moment, its claims, and the year that it uses up."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from audit import entries
from audit.entries import EvidenceBroken
from audit.moments import Moment, until
from audit.quarter_tally import Line, QuarterTally
from domain.dates import civil_date, from_iso
from domain.invoices import invoiced_fen
from domain.money import floor, from_exact_text
from duifu.v1 import events_pb2 as events
from duifu.v1.recovery_pb2 import RedemptionHeadroomRecovered
from ledger import streams
from ledger.rows import Rows

Told = Callable[[int, int], None]  # claims read, claims in all


@dataclass(frozen=True, slots=True)
class Place:
    """One event, for who wants to look it up."""

    stream: str
    version: int
    position: int

    def __str__(self) -> str:
        return f"{self.stream} 序号{self.version} 位置{self.position}"


@dataclass(frozen=True, slots=True)
class Brought:
    """What an earlier quarter handed on, and its reason."""

    from_cycle_id: str
    amount_fen: int
    reason: str
    place: Place


@dataclass(frozen=True, slots=True)
class CameBack:
    """What this quarter had paid and the bank sent back afterwards. (F-7)"""

    amount_fen: int
    to_cycle_id: str  # empty: it is not paid again
    reason: str
    place: Place


@dataclass(slots=True)
class Claim:
    """What the claim's own stream says of it. Amounts in fen."""

    applicant_name: str = ""
    received_on: date = date.min
    invoiced_fen: int = 0  # its invoices, tax included
    base_fen: int = 0  # of them, what counts; whole fen; nothing before it is assessed
    counted_fen: int = 0  # of that, what the voucher still had room for; whole fen
    brought: list[Brought] = field(default_factory=list)
    came_back: list[CameBack] = field(default_factory=list)


@dataclass(slots=True)
class YearUse:
    """What an enterprise has used of the year's limit on payments, in fen."""

    uscc: str
    place: Place | None = None  # of the newest event of its year
    by_cycle: dict[str, int] = field(default_factory=dict)  # ordered and not returned
    issued_fen: int = 0
    recovered_fen: int = 0  # came back in its budget year (F-7)

    def add(self, order_id: str, fen: int) -> None:
        """So much more by an order; its number begins with its quarter."""
        batch = order_id.rpartition("-")[0]
        self.by_cycle[batch] = self.by_cycle.get(batch, 0) + fen

    def used_fen(self, combined: bool, quarters: set[str]) -> int:
        """By the batches of these quarters, less what came back; with one limit for both, vouchers too. (BJ-A6, F-7)"""
        paid = sum(fen for cycle_id, fen in self.by_cycle.items() if cycle_id in quarters)
        return max(0, paid - self.recovered_fen) + (self.issued_fen if combined else 0)


@dataclass(frozen=True)
class Account:
    """A quarter, as the ledger tells it up to a moment."""

    stream: str
    end: Moment
    is_rehearsal: bool
    tally: QuarterTally
    positions: list[int]  # of the quarter's events, in order of version
    claims: Mapping[str, Claim]
    years: list[YearUse]  # of the quarter's paying year, by enterprise

    def place(self, version: int) -> Place:
        """Where one of the quarter's events stands."""
        return Place(self.stream, version, self.positions[version - 1])

    @property
    def source(self) -> str:
        """The whole of the quarter's stream, in words."""
        return f"{self.stream} 序号1–{len(self.positions)} 位置{self.positions[0]}–{self.positions[-1]}"

    def name(self, case_id: str) -> str:
        """Who asked for it."""
        return self.claims[case_id].applicant_name

    @cached_property
    def lines_of(self) -> Mapping[str, list[Line]]:
        """The claims of each enterprise, by its code."""
        found: dict[str, list[Line]] = {}
        for line in self.tally.lines.values():
            found.setdefault(line.uscc, []).append(line)
        return dict(sorted(found.items()))

    def enterprise(self, uscc: str) -> str:
        """Its name, if it takes part in the quarter, and its code."""
        lines = self.lines_of.get(uscc)
        return f"{self.name(lines[0].case_id)} {uscc}" if lines else uscc

    def days_to_pay(self) -> list[int]:
        """From the day of each request to that of its settlement, shortest first; calendar days."""
        settled = (
            (civil_date(payment.answered_at), self.claims[payment.ordered.case_id].received_on)
            for payment in self.tally.payments.values()
            if payment.answered_at and isinstance(payment.answer, events.PaymentSettled)
        )
        return sorted((paid_on - received_on).days for paid_on, received_on in settled)


def read(rows: Rows, cycle_id: str, end: Moment, told: Told = lambda _done, _whole: None) -> Account:
    """The account of a quarter; of one that had no event by then, `tally.version` is 0. Raises EvidenceBroken."""
    stream = streams.cycle(cycle_id)
    tally, positions, is_rehearsal = QuarterTally(), list[int](), False
    for entry in until(entries.stream(rows, stream), end):
        try:
            tally.enter(entry.envelope)
        except (KeyError, ValueError) as error:
            raise EvidenceBroken(
                f"Position {entry.position}: {entry.topic} cannot be version {entry.version} of {stream} ({error})"
            ) from error
        positions.append(entry.position)
        is_rehearsal = entry.envelope.is_rehearsal
    claims = {}
    for number, case_id in enumerate(tally.lines, 1):
        claims[case_id] = _claim(rows, case_id, cycle_id, end)
        told(number, len(tally.lines))
    years = list(_years(rows, tally.opened, end))
    return Account(stream, end, is_rehearsal, tally, positions, claims, years)


def _claim(rows: Rows, case_id: str, cycle_id: str, end: Moment) -> Claim:
    claim = Claim()
    for entry in until(entries.stream(rows, streams.case(case_id)), end):
        event = entry.event
        match event:
            case events.CaseOpened():
                claim.applicant_name, claim.received_on = event.applicant_name, from_iso(event.received_on)
                claim.invoiced_fen = invoiced_fen(event.redemption)
            case events.AmountDetermined():
                claim.base_fen, claim.counted_fen = _counted(event)
            case events.ClaimPaymentChanged():
                place = Place(entry.stream, entry.version, entry.position)
                if event.to_cycle_id == cycle_id:
                    claim.brought.append(Brought(event.cycle_id, event.amount_fen, event.explanation, place))
                if event.cycle_id == cycle_id and event.status == events.CLAIM_PAYMENT_STATUS_CAME_BACK:
                    back = CameBack(event.amount_fen, event.to_cycle_id, event.explanation, place)
                    claim.came_back.append(back)
    return claim


def _counted(determined: events.AmountDetermined) -> tuple[int, int]:
    """What of the invoices counts by the calculation, and what of that the voucher had room for.

    What is due stands for both where the calculation does not say.
    """
    steps = {step.name: step for step in determined.trace.steps}
    if "base" not in steps or "cumulative" not in steps:
        return determined.amount_fen, determined.amount_fen
    so_far = steps["cumulative"]
    before = next((operand.exact for operand in so_far.operands if operand.name == "before"), "")
    counted = from_exact_text(so_far.exact_fen) - from_exact_text(before)
    return floor(from_exact_text(steps["base"].exact_fen)), floor(counted)


def _years(rows: Rows, opened: events.CycleOpened, end: Moment) -> Iterator[YearUse]:
    """The year of each enterprise, by its code; those without a payment are left out."""
    beginning = f"enterprise-year/{opened.programme_id}/"
    for stream in rows.streams(beginning):
        uscc, _, year = stream.removeprefix(beginning).partition("/")
        if year != str(opened.paying_year):
            continue
        use = YearUse(uscc)
        for entry in until(entries.stream(rows, stream), end):
            use.place = Place(stream, entry.version, entry.position)
            match event := entry.event:
                case events.HeadroomIssued():
                    use.issued_fen += event.amount_fen
                case events.RedemptionHeadroomUsed():
                    use.add(event.order_id, event.amount_fen)
                case events.RedemptionHeadroomRestored():
                    use.add(event.order_id, -event.amount_fen)
                case RedemptionHeadroomRecovered() | events.RedemptionHeadroomReturned():
                    use.recovered_fen += event.amount_fen
        if use.by_cycle:
            yield use
