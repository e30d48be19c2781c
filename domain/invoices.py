"""Invoices: what is written on them, which are red, and what the tax office's platform says of them. (F-2)"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256

from domain.dates import from_iso
from domain.refusals import Refused
from duifu.v1.facts_pb2 import (
    INVOICE_STATUS_CONSISTENT,
    INVOICE_STATUS_INCONSISTENT,
    INVOICE_STATUS_NOT_FOUND,
    INVOICE_STATUS_QUERY_LIMIT,
    INVOICE_STATUS_REVERSED,
    INVOICE_STATUS_UNAVAILABLE,
    INVOICE_STATUS_VOIDED,
    Invoice,
    InvoiceStatus,
    RedemptionRequest,
)

#: A field by its JSON name, the rule that it breaks, and the facts that its text names.
Broken = tuple[str, str, dict[str, object]]

#: An invoice reaches the platform on the day it is issued or in the night after it.
ARRIVES_WITHIN = timedelta(days=1)


def invoice_key(code: str, number: str) -> str:
    """What makes an invoice unique with its seller; a fully digital one has no code. (F-2)"""
    return f"{code}-{number}" if code else number


def key_of(invoice: Invoice) -> str:
    """The same, of an invoice."""
    return invoice_key(invoice.code, invoice.number)


def of_key(key: str) -> Invoice:
    """An invoice of which no more than its key is known."""
    code, _, number = key.rpartition("-")
    return Invoice(code=code, number=number)


def key_of_reversed(invoice: Invoice) -> str:
    """The key of the blue invoice that a red one reverses; empty for a blue one."""
    return invoice_key(invoice.reverses.code, invoice.reverses.number)


def content_sha256(invoice: Invoice) -> str:
    """What an invoice says, whoever copied it: its date, parties, total, and of each line the kind and the amount."""
    lines = [f"{line.kind} {line.amount_fen}" for line in invoice.lines]
    said = (invoice.issued_on, invoice.buyer_uscc, invoice.seller_uscc, str(invoice.total_fen), *lines)
    return sha256("\n".join(said).encode()).hexdigest()


def is_red(invoice: Invoice) -> bool:
    """Whether it takes something back. (红字发票)"""
    return invoice.HasField("reverses")


def blue(request: RedemptionRequest) -> list[Invoice]:
    """The invoices of a request that charge something, in their order."""
    return [invoice for invoice in request.invoices if not is_red(invoice)]


def red(request: RedemptionRequest) -> list[Invoice]:
    """Those that take something back."""
    return [invoice for invoice in request.invoices if is_red(invoice)]


def invoiced_fen(request: RedemptionRequest) -> int:
    """What the invoices of a request come to, tax included: the blue ones less the red ones."""
    charged, reversed_fen = (sum(invoice.total_fen for invoice in some) for some in (blue(request), red(request)))
    return charged - reversed_fen


def tax_problems(invoice: Invoice) -> Iterator[Broken]:
    """What the amounts on an invoice's face say against each other, to the fen; tax that is not stated is not asked."""
    if any(line.tax_fen > line.amount_fen for line in invoice.lines):
        yield "lines", "more_than", {"other": "amountFen"}
    tax_fen = sum(line.tax_fen for line in invoice.lines)
    if not invoice.net_fen and not invoice.tax_fen and not tax_fen:
        return
    if invoice.tax_fen != tax_fen:
        yield "taxFen", "sum_of_taxes", {}
    if invoice.net_fen + invoice.tax_fen != invoice.total_fen:
        yield "netFen", "net_and_tax", {}


def must_be_in_order(request: RedemptionRequest) -> None:
    """No number twice, not red invoices alone, and no red one before its blue one.

    Proofs and receipts name an invoice by its number alone, so a number means one invoice of a request.
    Raises Refused INVOICE_TWICE, RED_INVOICE_ALONE, RED_INVOICE_EARLY.
    """
    known: dict[str, Invoice] = {}
    for invoice in request.invoices:
        if invoice.number in known:
            raise Refused("INVOICE_TWICE", "BJ-4.4", number=invoice.number)
        known[invoice.number] = invoice
    if reds := red(request):
        if len(reds) == len(request.invoices):
            raise Refused("RED_INVOICE_ALONE", "BJ-4.4", numbers="、".join(each.number for each in reds))
        for each in reds:
            reversed_one = known.get(each.reverses.number)
            if reversed_one is not None and from_iso(each.issued_on) < from_iso(reversed_one.issued_on):
                raise Refused(
                    "RED_INVOICE_EARLY",
                    "BJ-4.5",
                    number=each.number,
                    day=each.issued_on,
                    blue=reversed_one.number,
                    blue_day=reversed_one.issued_on,
                )


def must_say_what_was_deducted(request: RedemptionRequest, *, pays_supplier: bool) -> None:
    """Where the supplier is paid, each blue invoice says what was charged less, of its total; else none does.

    Raises Refused DEDUCTION_MISSING, DEDUCTION_EXCEEDS, DEDUCTION_NOT_FORESEEN.
    """
    for invoice in request.invoices:
        number, fen = invoice.number, invoice.deducted_fen
        if fen and (is_red(invoice) or not pays_supplier):
            raise Refused("DEDUCTION_NOT_FORESEEN", number=number, deducted_fen=fen)
        if pays_supplier and not is_red(invoice) and not fen:
            raise Refused("DEDUCTION_MISSING", number=number)
        if fen > invoice.total_fen:
            raise Refused("DEDUCTION_EXCEEDS", number=number, deducted_fen=fen, total_fen=invoice.total_fen)


class Follows(StrEnum):
    """What follows from an answer of the platform."""

    COUNTS = "counts"  # the invoice is what it says it is
    FALLS = "falls"  # it does not stand as it was handed in: a hit
    ASK_LATER = "ask later"  # no answer: the platform is away
    ASK_NEXT_DAY = "ask next day"  # no answer that will come today


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the platform's seven answers, for people: what it says, and the way forward."""

    title: str
    way_forward: str


#: 一致 is not explained to anybody. The others are told to whoever verifies. (F-2)
ANSWERS = {
    INVOICE_STATUS_CONSISTENT: Answer("一致", "无需处理"),
    INVOICE_STATUS_INCONSISTENT: Answer("不一致", "请核对代码、号码、日期和价税合计后补正"),
    INVOICE_STATUS_NOT_FOUND: Answer("查无此票", "开票次日以后仍查无的，请申请人向销方核实"),
    INVOICE_STATUS_VOIDED: Answer("作废", "作废发票不得兑付，请换用有效发票"),
    INVOICE_STATUS_REVERSED: Answer("红冲", "请将红字发票一并提交，按冲减后的余额计算"),
    INVOICE_STATUS_QUERY_LIMIT: Answer("超次数", "每张发票每日限查5次，次日再查"),
    INVOICE_STATUS_UNAVAILABLE: Answer("不可用", "查验平台暂时无法查询，稍后再查"),
}


def follows(status: InvoiceStatus.ValueType, invoice: Invoice, request: Iterable[Invoice], on: date) -> Follows:
    """What an answer means for an invoice, asked on a business date. `request` are all invoices handed in with it.

    An invoice is unknown until it has reached the platform: not found on the day of issue, or on the day after, it is
    asked about again the next day. One that was reversed counts if its red invoices are here. An answer that is none
    of the seven is no answer.
    """
    match status:
        case InvoiceStatus.INVOICE_STATUS_CONSISTENT:
            return Follows.COUNTS
        case InvoiceStatus.INVOICE_STATUS_REVERSED:
            is_netted = any(key_of_reversed(each) == key_of(invoice) for each in request)
            return Follows.COUNTS if is_netted else Follows.FALLS
        case InvoiceStatus.INVOICE_STATUS_NOT_FOUND if on <= from_iso(invoice.issued_on) + ARRIVES_WITHIN:
            return Follows.ASK_NEXT_DAY
        case InvoiceStatus.INVOICE_STATUS_QUERY_LIMIT:
            return Follows.ASK_NEXT_DAY
        case (
            InvoiceStatus.INVOICE_STATUS_NOT_FOUND
            | InvoiceStatus.INVOICE_STATUS_INCONSISTENT
            | InvoiceStatus.INVOICE_STATUS_VOIDED
        ):
            return Follows.FALLS
    return Follows.ASK_LATER
