"""Payment orders as a file that goes out: CSV, or ISO 20022 pain.001.001.09. The same orders give the same bytes."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from xml.etree import ElementTree

from domain.payment_answers import CURRENCY
from duifu.v1.work_pb2 import PaymentOrder
from exchange.payments.amounts import yuan_text
from exchange.unusable import Unusable
from ledger.encryption import WITHHELD

COLUMNS = (
    "order_id", "payee_name", "account_number", "bank_name", "amount_fen", "amount_yuan", "currency", "purpose",
    "budget_year", "pay_on",
)  # fmt: skip
PAIN_001 = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
#: How many characters the fields of pain.001 hold that come from us.
LENGTHS = {"EndToEndId": 35, "Nm": 140, "Id": 34, "Ustrd": 140}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2


@dataclass(frozen=True)
class Debtor:
    """Whose money it is, as pain.001 asks for it."""

    name: str
    account_number: str
    bank_name: str


def must_be_readable(orders: Sequence[PaymentOrder]) -> None:
    """Every order says where its money goes. Raises Unusable where the key of an account number is not at hand."""
    if withheld := [order.order_id for order in orders if order.account_number in ("", WITHHELD)]:
        words = f"{'、'.join(withheld)} 的收款账号在本机无法读取（密钥不在），未写文件；请在持有密钥的机器上导出"
        raise Unusable(words, "these account numbers cannot be read here; export where their keys are")


def to_csv(orders: Sequence[PaymentOrder]) -> bytes:
    """One row an order, under COLUMNS; UTF-8, lines end as RFC 4180 has it."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for order in orders:
        rows.writerow(
            [
                order.order_id, order.payee_name, order.account_number, order.bank_name, order.amount_fen,
                yuan_text(order.amount_fen), CURRENCY, order.purpose, order.budget_year, order.pay_on,
            ]
        )  # fmt: skip
    return text.getvalue().encode()


def to_pain_001(orders: Sequence[PaymentOrder], name: str, debtor: Debtor, ordered_at: datetime) -> bytes:
    """One message, with a PmtInf for each day of payment. `ordered_at` stands as its time, so that a copy is the same.

    Raises Unusable for what the format cannot hold.
    """
    content = to_csv(orders) + repr(debtor).encode()
    message_id = f"{name[:21]}-{sha256(content).hexdigest()[:10]}"
    root = ElementTree.Element("Document", xmlns=PAIN_001)
    message = ElementTree.SubElement(root, "CstmrCdtTrfInitn")
    header = ElementTree.SubElement(message, "GrpHdr")
    _add(header, "MsgId", message_id)
    _add(header, "CreDtTm", ordered_at.replace(microsecond=0).isoformat())
    _sums(header, orders)
    _add(header, "InitgPty/Nm", debtor.name)
    by_day = groupby(sorted(orders, key=lambda order: order.pay_on), key=lambda order: order.pay_on)
    for number, (pay_on, of_day) in enumerate(by_day, start=1):
        _instruction(message, f"{message_id}-{number}", pay_on, list(of_day), debtor)
    ElementTree.indent(root, " ")
    written: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True) + b"\n"
    return written


def _instruction(
    message: ElementTree.Element, instruction_id: str, pay_on: str, orders: Sequence[PaymentOrder], debtor: Debtor
) -> None:
    info = ElementTree.SubElement(message, "PmtInf")
    _add(info, "PmtInfId", instruction_id)
    _add(info, "PmtMtd", "TRF")
    _sums(info, orders)
    _add(info, "ReqdExctnDt/Dt", pay_on)
    _add(info, "Dbtr/Nm", debtor.name)
    _add(info, "DbtrAcct/Id/Othr/Id", debtor.account_number)
    _add(info, "DbtrAgt/FinInstnId/Nm", debtor.bank_name)
    for order in orders:
        try:
            _transfer(info, order)
        except Unusable as problem:
            raise problem.at(order.order_id) from None


def _transfer(info: ElementTree.Element, order: PaymentOrder) -> None:
    transfer = ElementTree.SubElement(info, "CdtTrfTxInf")
    _add(transfer, "PmtId/EndToEndId", order.order_id)
    _add(transfer, "Amt/InstdAmt", yuan_text(order.amount_fen)).set("Ccy", CURRENCY)
    _add(transfer, "CdtrAgt/FinInstnId/Nm", order.bank_name)
    _add(transfer, "Cdtr/Nm", order.payee_name)
    _add(transfer, "CdtrAcct/Id/Othr/Id", order.account_number)
    _add(transfer, "RmtInf/Ustrd", order.purpose)


def _sums(parent: ElementTree.Element, orders: Sequence[PaymentOrder]) -> None:
    _add(parent, "NbOfTxs", str(len(orders)))
    _add(parent, "CtrlSum", yuan_text(sum(order.amount_fen for order in orders)))


def _add(parent: ElementTree.Element, path: str, text: str) -> ElementTree.Element:
    for tag in path.split("/"):
        parent = ElementTree.SubElement(parent, tag)
    most = LENGTHS.get(parent.tag, len(text))
    if len(text) > most or _NOT_XML.search(text):
        words = f"{parent.tag} 超过{most}个字符，或含有XML不能容纳的字符"
        raise Unusable(words, f"{parent.tag} has more than {most} characters, or some that XML cannot hold")
    parent.text = text
    return parent
