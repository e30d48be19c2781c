"""A quarter of many claims, written at once: vouchers, requests that are verified, and the cut-off."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from google.protobuf.message import Message

from domain import cycle_decisions
from domain.dates import Quarter
from domain.money import exact_text, yuan
from domain.review import open_stage
from duifu.v1.events_pb2 import (
    CaseOpened,
    ClaimAdmitted,
    CycleFrozen,
    Envelope,
    RedemptionAssessed,
    VoucherIssued,
)
from duifu.v1.facts_pb2 import RedemptionRequest
from duifu.v1.plan_pb2 import CASE_KIND_REDEMPTION_CLAIM
from ledger import streams
from ledger.mapper import Recorded
from ledger.registry import wrap
from ledger.store import APPEND_MAX, Ledger
from tests.builders import (
    PROGRAMME,
    Firm,
    a_bank_receipt,
    a_contract,
    a_delivery_proof,
    a_firm,
    a_redemption,
    an_account,
    an_invoice,
)
from tests.desk import the_rulebook

QUARTER = Quarter.parse("2024Q1")
CYCLE = f"{PROGRAMME}-{QUARTER}"
RECEIVED = date(2024, 3, 1)


class Invoiced(Protocol):
    """What was invoiced, delivered and paid under one invoice, in fen."""

    @property
    def invoiced_fen(self) -> int: ...
    @property
    def delivered_fen(self) -> int: ...
    @property
    def paid_fen(self) -> int: ...


class Line(Protocol):
    """One claim, and the voucher that it is about."""

    @property
    def number(self) -> int: ...
    @property
    def face_fen(self) -> int: ...
    @property
    def eligible_fen(self) -> int: ...
    @property
    def settled_before_fen(self) -> int: ...
    @property
    def due_before_fen(self) -> int: ...
    @property
    def invoices(self) -> Sequence[Invoiced]: ...


@dataclass(frozen=True, slots=True)
class OneInvoice:
    """Delivered and paid in full."""

    invoiced_fen: int = yuan(100_000)

    @property
    def delivered_fen(self) -> int:
        """All of it."""
        return self.invoiced_fen

    @property
    def paid_fen(self) -> int:
        """All of it."""
        return self.invoiced_fen


@dataclass(frozen=True, slots=True)
class PlainLine:
    """¥20,000 due of a voucher of ¥200,000."""

    number: int
    face_fen: int = yuan(200_000)
    eligible_fen: int = yuan(1_000_000)
    settled_before_fen: int = 0
    due_before_fen: int = 0
    invoices: Sequence[Invoiced] = (OneInvoice(),)


DUE_FEN = yuan(20_000)  # of a plain line


def case_id(number: int) -> str:
    """The claim of this number."""
    return f"bj-redeem-2024-{number:06d}"


def voucher_id(number: int) -> str:
    """The voucher of this number."""
    return f"bj-voucher-2024-{number:06d}"


def write_quarter(ledger: Ledger, lines: Iterable[tuple[Line, Firm]]) -> None:
    """Every claim with its holder, verified and waiting for its assessment; the quarter is cut off with them."""
    programme, calendar = the_rulebook().in_force(PROGRAMME, RECEIVED), the_rulebook().calendar
    plan = programme.plan(CASE_KIND_REDEMPTION_CLAIM, False)
    (assessment,) = [row for row in plan.stages if row.task == "assess_redemption"]
    stage = open_stage(assessment, 1, RECEIVED, calendar)
    opened = cycle_decisions.open_cycle(programme, QUARTER, calendar, RECEIVED)
    opened.ClearField("reminders")
    writing = _Writing(ledger, programme.sha256)
    writing.put(streams.cycle(CYCLE), opened)
    numbers = []
    for line, holder in lines:
        numbers.append(line.number)
        case, voucher = case_id(line.number), voucher_id(line.number)
        for event in _voucher(line, holder, voucher, programme.sha256):
            writing.put(streams.voucher(voucher), event)
        request = CaseOpened(
            case_id=case,
            plan=plan,
            received_on=RECEIVED.isoformat(),
            applicant_uscc=holder.uscc,
            applicant_name=holder.name,
            redemption=_request(line, holder, voucher),
            cycle_id=CYCLE,
        )
        writing.put(streams.case(case), request)
        writing.put(streams.case(case), stage)
        writing.put(streams.cycle(CYCLE), ClaimAdmitted(case_id=case, voucher_id=voucher, uscc=holder.uscc))
    writing.put(streams.cycle(CYCLE), CycleFrozen(case_ids=[case_id(number) for number in numbers]))
    writing.write()


def write_vouchers(ledger: Ledger, lines: Iterable[tuple[Line, Firm]]) -> None:
    """The vouchers of such claims, which nobody has asked for yet."""
    programme = the_rulebook().in_force(PROGRAMME, RECEIVED)
    writing = _Writing(ledger, programme.sha256)
    for line, holder in lines:
        voucher = voucher_id(line.number)
        for event in _voucher(line, holder, voucher, programme.sha256):
            writing.put(streams.voucher(voucher), event)
    writing.write()


def plain_quarter(ledger: Ledger, count: int) -> None:
    """So many plain claims, each of an enterprise of its own."""
    write_quarter(ledger, [(PlainLine(number), a_firm(number)) for number in range(1, count + 1)])


class _Writing:
    def __init__(self, ledger: Ledger, edition_sha256: str):
        self._ledger, self._edition_sha256 = ledger, edition_sha256
        self._versions: dict[str, int] = {}
        self._rows: list[Recorded] = []

    def put(self, stream: str, event: Message) -> None:
        """One more event, written with others."""
        self._versions[stream] = version = self._versions.get(stream, 0) + 1
        envelope = Envelope(event=wrap(event), command_id="many", edition_sha256=self._edition_sha256)
        self._rows.append(Recorded(stream, version, envelope))
        if len(self._rows) == APPEND_MAX:
            self.write()

    def write(self) -> None:
        """What was put and is not written."""
        self._ledger.append(self._rows)
        self._rows = []


def _voucher(line: Line, holder: Firm, voucher: str, edition_sha256: str) -> list[Message]:
    issued = VoucherIssued(
        voucher_id=voucher,
        programme_id=PROGRAMME,
        edition_sha256=edition_sha256,
        case_id=f"bj-claim-2024-{line.number:06d}",
        uscc=holder.uscc,
        holder_name=holder.name,
        face_value_fen=line.face_fen,
        eligible_fen=exact_text(line.eligible_fen),
        contract=a_contract(line.eligible_fen, number=f"HT-{line.number}", buyer=holder),
        issued_on="2024-01-05",
    )
    settled = exact_text(line.settled_before_fen)
    before = RedemptionAssessed(base_fen=settled, cumulative_fen=settled, due_fen=line.due_before_fen)
    return [issued, before] if line.settled_before_fen else [issued]


def _request(line: Line, holder: Firm, voucher: str) -> RedemptionRequest:
    request = a_redemption(voucher, 1, buyer=holder)
    for field in ("invoices", "delivery_proofs", "bank_receipts"):
        request.ClearField(field)
    for part, invoice in enumerate(line.invoices):
        number = line.number * 2 + part
        request.invoices.append(an_invoice(invoice.invoiced_fen, number, issued_on="2024-02-26", buyer=holder))
        period = ("2024-02-01", "2024-02-20")
        request.delivery_proofs.append(a_delivery_proof(invoice.delivered_fen, number, period=period))
        request.bank_receipts.append(a_bank_receipt(invoice.paid_fen, number, paid_on="2024-02-26", payer=holder))
    request.bank_account.CopyFrom(an_account(holder))
    return request
