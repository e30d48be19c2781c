"""What a bank or treasury says of payment orders in a file: who may hand it in, and whether it fits. (F-7)"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.refusals import Refused
from duifu.v1.commands_pb2 import AUTHENTICATION_INTERNAL, PAYMENT_STATUS_SETTLED, Actor, PaymentStatus
from duifu.v1.work_pb2 import PaymentOrder

RECONCILER = "payment-reconciler"  # 支付对账岗
CURRENCY = "CNY"
NAME_SHOWN_MAX = 80  # characters

_APART = re.compile(r"[\s-]")


class Result(StrEnum):
    """How a payment stands, as a file says it. The first two are ends."""

    SETTLED = "settled"
    RETURNED = "returned"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Said:
    """What one line of a file says of one order. Empty: the file does not say it."""

    order_id: str
    result: Result
    amount_fen: int | None = None
    currency: str = CURRENCY
    payee_name: str = ""
    account_number: str = ""
    bank_reference: str = ""
    reason: str = ""  # of a return
    returned_on: str = ""  # the day of a return


def must_hand_in(actor: Actor, evidence_sha256: str, order_id: str) -> None:
    """A person who puts in how a payment ended reconciles payments, and has the file that says so.

    Raises Refused ROLE_MISMATCH, EVIDENCE_MISSING.
    """
    if actor.authentication == AUTHENTICATION_INTERNAL:
        return
    title = f"支付结果 {order_id}"
    if actor.role != RECONCILER:
        raise Refused("ROLE_MISMATCH", role=actor.role or "—", needed=RECONCILER, title=title)
    if not evidence_sha256:
        raise Refused("EVIDENCE_MISSING", title=title)


def must_name_its_booking(actor: Actor, order_id: str, status: PaymentStatus.ValueType, bank_reference: str) -> None:
    """What somebody says was paid can be found again at the bank. Raises Refused BANK_REFERENCE_MISSING."""
    if actor.authentication == AUTHENTICATION_INTERNAL:
        return  # a treasury's interface always has one
    if status == PAYMENT_STATUS_SETTLED and not bank_reference.strip():
        raise Refused("BANK_REFERENCE_MISSING", order=order_id)


def must_be_paid_out(order_id: str, amount_fen: int) -> None:
    """Somebody outside speaks of what goes out. What is wholly set off never does. Raises Refused ORDER_SET_OFF."""
    if not amount_fen:
        raise Refused("ORDER_SET_OFF", order=order_id)


def must_fit(order: PaymentOrder, said: Said) -> None:
    """The file speaks of this payment: the whole amount, to this payee. What it leaves out is not compared.

    Raises Refused PAYMENT_CURRENCY, PAYMENT_AMOUNT, PAYMENT_PAYEE, PAYMENT_ACCOUNT.
    """
    if said.currency != CURRENCY:
        raise Refused("PAYMENT_CURRENCY", order=order.order_id, asked=CURRENCY, said=said.currency or "—")
    if said.amount_fen not in (None, order.amount_fen):
        raise Refused("PAYMENT_AMOUNT", order=order.order_id, ordered_fen=order.amount_fen, said_fen=said.amount_fen)
    if _differ(named := said.payee_name, order.payee_name):
        raise Refused("PAYMENT_PAYEE", order=order.order_id, ordered=_short(order.payee_name), said=_short(named))
    if _differ(named := said.account_number, order.account_number):
        ordered = _masked(order.account_number)
        raise Refused("PAYMENT_ACCOUNT", order=order.order_id, ordered=ordered, said=_masked(named))


def must_have_gone_out(order_id: str, has_gone_out: bool) -> None:
    """Nobody outside speaks of an order that still waits for a signature here. Raises Refused PAYMENT_NOT_RELEASED."""
    if not has_gone_out:
        raise Refused("PAYMENT_NOT_RELEASED", order=order_id)


def must_be_the_only_answer(said: Said, others: Iterable[Said], is_unclear: bool) -> None:
    """Nothing else in the file gives the order another end, or may: a line of it that nobody can read.

    Raises Refused PAYMENT_TWICE.
    """
    if is_unclear or any(other != said for other in others):
        raise Refused("PAYMENT_TWICE", order=said.order_id)


def must_be_in_time(said: Said, known: str, cycle: str, is_closed: bool) -> None:
    """Nothing closed is reopened: another end than the one on record comes too late. Raises Refused PAYMENT_LATE.

    An order without an end was given after the close, for money that came back.
    """
    if is_closed and known and known != said.result:
        raise Refused("PAYMENT_LATE", order=said.order_id, cycle=cycle, known=known, asked=said.result)


def _differ(said: str, ordered: str) -> bool:
    """Whether a file names somebody else; not where it names nobody."""
    return bool(said) and _written(said) != _written(ordered)


def _short(name: str) -> str:
    """What a file calls somebody: not more of it than helps to find it."""
    return name if len(name) <= NAME_SHOWN_MAX else f"{name[:NAME_SHOWN_MAX]}…"


def _masked(number: str) -> str:
    """Of an account its last four digits; of one with fewer than eight nothing."""
    return f"****{number[-4:]}" if len(number) >= 8 else "****"


def _written(text: str) -> str:
    """A name or a number without width, spaces and hyphens, in which programs differ."""
    return _APART.sub("", unicodedata.normalize("NFKC", text))
