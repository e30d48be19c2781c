"""Payment orders of a quarter or of a round, and what the treasury said of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from google.protobuf.message import Message

from domain.refusals import Refused
from duifu.v1.commands_pb2 import PAYMENT_STATUS_RETURNED, PAYMENT_STATUS_SETTLED, PaymentStatus
from duifu.v1.events_pb2 import GrantOrdered, PaymentOrdered

Asked = TypeVar("Asked", bound=Message)


@dataclass(frozen=True, slots=True)
class Order(Generic[Asked]):
    """One payment order and what came of it: "", "settled", "returned" or, before it went out, "withheld".

    It is kept as it was recorded: a message that has been read takes five times as much, and a quarter has a hundred
    thousand.
    """

    kind: type[Asked]
    recorded: bytes
    result: str = ""

    @classmethod
    def of(cls, ordered: Asked, result: str = "") -> "Order[Asked]":
        """An order as it was given."""
        return cls(type(ordered), ordered.SerializeToString(), result)

    @property
    def ordered(self) -> Asked:
        """The order as it was given; read at every call."""
        return self.kind.FromString(self.recorded)


def set_off_fen(ordered: PaymentOrdered | GrantOrdered) -> int:
    """What of an order is set off against recoveries; of a grant nothing is. (抵扣)"""
    return sum(part.amount_fen for part in ordered.set_off) if isinstance(ordered, PaymentOrdered) else 0


def payable_fen(ordered: PaymentOrdered | GrantOrdered) -> int:
    """What the treasury is asked to pay of an order: what is due, less what is set off; 0: it is not asked."""
    return ordered.amount_fen - set_off_fen(ordered)


def payable_together_fen(orders: Iterable[PaymentOrdered | GrantOrdered]) -> int:
    """What the treasury is asked to pay of all of these."""
    return sum(map(payable_fen, orders))


def outstanding(orders: Mapping[str, Order[Asked]]) -> list[Asked]:
    """Orders without an answer of the treasury."""
    return [order.ordered for order in orders.values() if not order.result]


def with_result(orders: Mapping[str, Order[Asked]], order_id: str, result: str) -> dict[str, Order[Asked]]:
    """The orders after the treasury's answer to one of them."""
    return {**orders, order_id: replace(orders[order_id], result=result)}


def is_after_settlement(orders: Mapping[str, Order[Asked]], order_id: str, status: PaymentStatus.ValueType) -> bool:
    """Whether a return is said of an order that is on record as settled."""
    order = orders.get(order_id)
    return order is not None and order.result == "settled" and status == PAYMENT_STATUS_RETURNED


def answered(orders: Mapping[str, Order[Asked]], order_id: str, status: PaymentStatus.ValueType) -> Asked | None:
    """The order that an answer is about; None if the same answer is on record.

    Raises Refused ORDER_UNKNOWN, PAYMENT_RESULT_CONFLICT.
    """
    order = orders.get(order_id)
    if order is None:
        raise Refused("ORDER_UNKNOWN", order=order_id)
    result = "settled" if status == PAYMENT_STATUS_SETTLED else "returned"
    if order.result and order.result != result:
        raise Refused("PAYMENT_RESULT_CONFLICT", order=order_id, known=order.result, asked=result)
    return None if order.result else order.ordered
