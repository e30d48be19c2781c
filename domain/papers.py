"""A bank receipt or a proof of delivery counts once, however often it is handed in and with what invoice. (BJ-4.5)"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from google.protobuf.message import Message

from domain.case import UnknownEvent
from domain.refusals import Refused
from domain.single import plain_number
from duifu.v1.events_pb2 import PaperHandedIn
from duifu.v1.facts_pb2 import RedemptionRequest

RECEIPT, DELIVERY = "receipt", "delivery"
CLAUSE = "BJ-4.5"


@dataclass(frozen=True, slots=True)
class Paper:
    """The cases that one paper was handed in with."""

    case_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What of a paper is for one invoice."""

    kind: str  # RECEIPT or DELIVERY
    number: str  # as written
    issuer_uscc: str  # who paid, or who delivered
    invoice_number: str
    amount_fen: int
    total_fen: int  # over all invoices; 0: it is for this one alone
    case_id: str

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes it the same paper as another one, however its number is written."""
        return self.kind, self.issuer_uscc, plain_number(self.number)

    @property
    def said(self) -> tuple[str, int, int]:
        """What has to be the same whenever it is handed in with the same invoice."""
        return self.number, self.amount_fen, self.total_fen


def parts_of(request: RedemptionRequest, supplier_uscc: str, case_id: str) -> Iterator[Part]:
    """The papers of a request, invoice by invoice."""
    for receipt in request.bank_receipts:
        number, invoice = receipt.receipt_number, receipt.invoice_number
        yield Part(RECEIPT, number, receipt.payer_uscc, invoice, receipt.amount_fen, receipt.total_fen, case_id)
    for proof in request.delivery_proofs:
        number, invoice = proof.proof_number, proof.invoice_number
        yield Part(DELIVERY, number, supplier_uscc, invoice, proof.amount_fen, proof.total_fen, case_id)


def must_agree(parts: Sequence[Part]) -> None:
    """All that is said of one paper, by whichever cases, the newest last, can be true at once.

    Raises Refused PAPER_CHANGED, PAPER_USED_ELSEWHERE, PAPER_EXCEEDS.
    """
    newest = parts[-1]
    for earlier in parts[:-1]:
        if earlier.invoice_number == newest.invoice_number and earlier.said != newest.said:
            raise Refused(
                "PAPER_CHANGED",
                CLAUSE,
                number=newest.number,
                amount_fen=newest.amount_fen,
                before=earlier.number,
                before_fen=earlier.amount_fen,
                case=earlier.case_id,
            )
        is_shared = newest.total_fen and earlier.total_fen == newest.total_fen
        if earlier.invoice_number != newest.invoice_number and not is_shared:
            raise Refused(
                "PAPER_USED_ELSEWHERE",
                CLAUSE,
                number=newest.number,
                invoice=earlier.invoice_number,
                case=earlier.case_id,
            )
    together_fen = sum({part.invoice_number: part.amount_fen for part in parts}.values())
    if newest.total_fen and together_fen > newest.total_fen:
        raise Refused(
            "PAPER_EXCEEDS", CLAUSE, number=newest.number, together_fen=together_fen, total_fen=newest.total_fen
        )


def evolve(paper: Paper, event: Message) -> Paper:
    """The paper after one more event."""
    match event:
        case PaperHandedIn():
            return Paper((*paper.case_ids, event.case_id))
    raise UnknownEvent(type(event).__name__)
