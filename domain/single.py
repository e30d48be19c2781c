"""Things that may happen once: a contract's claim, an invoice's voucher; and the numbers of a register."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from google.protobuf.message import Message

from domain.case import UnknownEvent
from domain.invoices import content_sha256, key_of
from domain.refusals import Refused
from duifu.v1.events_pb2 import (
    CaseRegistered,
    ContractClaimed,
    InvoiceBound,
    InvoiceReleased,
    InvoiceReversalWithdrawn,
    InvoiceReversed,
)
from duifu.v1.facts_pb2 import Contract, Invoice


@dataclass(frozen=True, slots=True)
class ContractClaim:
    """The granted claims of a contract, at most one under each programme. (BJ-3.4)"""

    granted: Mapping[str, ContractClaimed] = field(default_factory=dict)  # by programme


def contract_identity(contract: Contract) -> str:
    """Buyer, supplier, normalised number and signing date: what makes a contract the same one. (BJ-A9)"""
    number = plain_number(contract.contract_number)
    return f"{contract.buyer_uscc}/{contract.supplier.uscc}/{number}/{contract.signed_on}"


def plain_number(number: str) -> str:
    """A contract's number without what two people write differently: spaces, hyphens, case and width. (BJ-A9)"""
    plain = unicodedata.normalize("NFKC", number).upper()  # full-width letters are the same letters
    return "".join(character for character in plain if character.isalnum())


def must_be_own(contract: Contract, uscc: str) -> None:
    """The enterprise is the buyer of the contract. Raises Refused CONTRACT_OTHER_BUYER."""
    if contract.buyer_uscc != uscc:
        raise Refused("CONTRACT_OTHER_BUYER", number=contract.contract_number, buyer=contract.buyer_uscc, uscc=uscc)


def must_be_unclaimed(claim: ContractClaim, contract: Contract, programme_id: str) -> None:
    """No voucher was granted on the contract under this programme. Raises Refused BJ_E_CONTRACT_CLAIMED."""
    if known := claim.granted.get(programme_id) or claim.granted.get(""):
        raise Refused(
            "BJ_E_CONTRACT_CLAIMED",
            "BJ-3.4",
            number=contract.contract_number,
            case=known.case_id,
            voucher=known.voucher_id,
        )


def evolve_contract(before: ContractClaim, event: Message) -> ContractClaim:
    """The claims after one more event."""
    if isinstance(event, ContractClaimed):
        return ContractClaim({**before.granted, event.programme_id: event})
    raise UnknownEvent(type(event).__name__)


@dataclass(frozen=True, slots=True)
class InvoiceBinding:
    """The one voucher, or the one application for a grant, that an invoice serves."""

    voucher_id: str = ""
    grant_case_id: str = ""
    case_ids: tuple[str, ...] = ()  # that handed it in for this
    total_fen: int = 0  # 价税合计
    content_sha256: str = ""
    reversed_by: Mapping[str, int] = field(default_factory=dict)  # red invoice -> by how much, in fen
    reversed_in: Mapping[str, str] = field(default_factory=dict)  # red invoice -> the case that handed it in


def bind_invoice(binding: InvoiceBinding, invoice: Invoice, voucher_id: str, case_id: str) -> list[Message]:
    """Bind an invoice to a voucher, for one case; nothing if that is so.

    Raises Refused INVOICE_USED_ELSEWHERE, INVOICE_IN_GRANT, INVOICE_CHANGED.
    """
    _must_serve_no_other(binding, invoice, voucher_id=voucher_id)
    # Of a red invoice that somebody reported nothing else is known: what it says is compared once it is handed in.
    content = content_sha256(invoice) if invoice.issued_on else ""
    bound = InvoiceBound(voucher_id=voucher_id, case_id=case_id, total_fen=invoice.total_fen, content_sha256=content)
    is_known = bound.content_sha256 == binding.content_sha256
    others = [other for other in binding.case_ids if other != case_id]
    if others and binding.content_sha256 and not is_known:
        raise Refused(
            "INVOICE_CHANGED",
            "BJ-4.5",
            number=invoice.number,
            case=others[-1],
            amount_fen=invoice.total_fen,
            before_fen=binding.total_fen,
        )
    return [] if is_known and case_id in binding.case_ids else [bound]


def bind_invoice_to_grant(binding: InvoiceBinding, invoice: Invoice, case_id: str) -> list[Message]:
    """Bind an invoice to an application for a grant; nothing if that is so.

    Raises Refused INVOICE_USED_ELSEWHERE, INVOICE_IN_GRANT.
    """
    _must_serve_no_other(binding, invoice, grant_case_id=case_id)
    return [] if binding.grant_case_id else [InvoiceBound(case_id=case_id, total_fen=invoice.total_fen)]


def _must_serve_no_other(
    binding: InvoiceBinding, invoice: Invoice, voucher_id: str = "", grant_case_id: str = ""
) -> None:
    if binding.voucher_id not in ("", voucher_id):
        raise Refused("INVOICE_USED_ELSEWHERE", "BJ-4.5", number=invoice.number, voucher=binding.voucher_id)
    if binding.grant_case_id not in ("", grant_case_id):
        raise Refused("INVOICE_IN_GRANT", number=invoice.number, case=binding.grant_case_id)


def reverse_invoice(
    binding: InvoiceBinding, red: Invoice, voucher_id: str, case_id: str, total_fen: int
) -> list[Message]:
    """Take back of a blue invoice what a red one reverses; nothing if that is on record. (红冲, F-2)

    `binding` is that of the blue invoice, `total_fen` what the blue invoice comes to; together its red ones reverse
    no more than that. Raises Refused RED_INVOICE_UNMATCHED, RED_INVOICE_EXCEEDS.
    """
    blue, number = red.reverses.number, red.number
    if binding.voucher_id != voucher_id or not total_fen:
        raise Refused("RED_INVOICE_UNMATCHED", "BJ-4.5", number=number, blue=blue, voucher=voucher_id)
    key = key_of(red)
    if binding.reversed_by.get(key) == red.total_fen:
        return []
    before_fen = sum(fen for other, fen in binding.reversed_by.items() if other != key)
    if before_fen + red.total_fen > total_fen:
        raise Refused(
            "RED_INVOICE_EXCEEDS",
            "BJ-4.5",
            number=number,
            blue=blue,
            amount_fen=red.total_fen,
            before_fen=before_fen,
            total_fen=total_fen,
        )
    return [InvoiceReversed(red_key=key, amount_fen=red.total_fen, case_id=case_id)]


def evolve_invoice(binding: InvoiceBinding, event: Message) -> InvoiceBinding:
    """The binding after one more event."""
    match event:
        case InvoiceBound(voucher_id=""):
            return InvoiceBinding(grant_case_id=event.case_id, case_ids=(event.case_id,), total_fen=event.total_fen)
        case InvoiceBound() if event.voucher_id == binding.voucher_id:
            case_ids = tuple(dict.fromkeys((*binding.case_ids, event.case_id)))
            return replace(binding, case_ids=case_ids, total_fen=event.total_fen, content_sha256=event.content_sha256)
        case InvoiceBound():
            return InvoiceBinding(
                event.voucher_id,
                case_ids=(event.case_id,),
                total_fen=event.total_fen,
                content_sha256=event.content_sha256,
            )
        case InvoiceReversed():
            return replace(
                binding,
                reversed_by={**binding.reversed_by, event.red_key: event.amount_fen},
                reversed_in={**binding.reversed_in, event.red_key: event.case_id},
            )
        case InvoiceReversalWithdrawn():
            return replace(
                binding,
                reversed_by={red: fen for red, fen in binding.reversed_by.items() if red != event.red_key},
                reversed_in={red: case for red, case in binding.reversed_in.items() if red != event.red_key},
            )
        case InvoiceReleased():
            return InvoiceBinding()
    raise UnknownEvent(type(event).__name__)


@dataclass(frozen=True, slots=True)
class Register:
    """How many cases of one kind and year were numbered."""

    last_number: int = 0


def evolve_register(register: Register, event: Message) -> Register:
    """The register after one more case."""
    if isinstance(event, CaseRegistered):
        return Register(register.last_number + 1)
    raise UnknownEvent(type(event).__name__)
