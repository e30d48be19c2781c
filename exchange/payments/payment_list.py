"""The payment orders of a quarter or of a round, as files speak of them: one list."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from commands.work import fold
from domain import cycle, round
from domain.cycle import Cycle
from domain.dates import SHANGHAI
from domain.kinds import CYCLE, ROUND
from domain.numbered import by_number
from domain.orders import Order, payable_fen
from duifu.v1.events_pb2 import GrantOrdered, PaymentOrdered
from duifu.v1.work_pb2 import PaymentOrder
from ledger import streams
from ledger.registry import unwrap
from ledger.store import Ledger

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")  # what a quarter or a round may be called
_ORDER = re.compile(r"(.+)-[0-9]{5,9}")  # within its list an order has a number


@dataclass(frozen=True)
class PaymentList:
    """What a quarter or a round has ordered, answered or not."""

    list_id: str  # of the quarter or the round
    is_round: bool
    is_closed: bool
    orders: Mapping[str, Order[PaymentOrder]]  # by order id
    vouchers: Mapping[str, str]  # order id -> the voucher that it pays; of a round nothing
    due: Mapping[str, str]  # order id -> level that pays: those that may go out, and have no answer
    quarter: Cycle  # empty for a round
    came_back: Collection[str] = ()  # orders of a round that came back after they were settled

    def going_out(self) -> dict[str, list[PaymentOrder]]:
        """What may go out and has no answer, by the level that pays it; "" where there is one treasury."""
        found: dict[str, list[PaymentOrder]] = {}
        for order_id, level in self.due.items():
            found.setdefault(level, []).append(self.orders[order_id].ordered)
        return found


def find_list(ledger: Ledger, list_id: str) -> PaymentList | None:
    """What the quarter or the round of this name has ordered; None if there is neither."""
    if not _NAME.fullmatch(list_id):
        return None
    quarter, _ = fold(ledger, streams.cycle(list_id), CYCLE)
    if quarter.cycle_id:
        given = sorted(quarter.orders.items(), key=lambda order: by_number(order[0]))
        ordered = {
            order_id: Order.of(cycle.payment_order(list_id, order.ordered), order.result) for order_id, order in given
        }
        released = {order.order_id: "" for order in quarter.to_pay() if payable_fen(order)}
        vouchers = {order_id: order.ordered.voucher_id for order_id, order in given}
        return PaymentList(list_id, False, quarter.closed is not None, ordered, vouchers, released, quarter)
    found, _ = fold(ledger, streams.grant_round(list_id), ROUND)
    if not found.round_id:
        return None
    ordered = {
        order_id: Order.of(round.payment_order(list_id, order.ordered), order.result)
        for order_id, order in found.orders.items()
    }
    released = {order.order_id: order.level for order in found.to_pay()}
    return PaymentList(list_id, True, found.closed is not None, ordered, {}, released, quarter, found.came_back)


def ordered_at(ledger: Ledger, listed: PaymentList, orders: Iterable[PaymentOrder]) -> datetime:
    """When the newest of these orders was given, business time in Shanghai. There is at least one order."""
    wanted = {order.order_id for order in orders}
    stream = streams.grant_round(listed.list_id) if listed.is_round else streams.cycle(listed.list_id)
    moments = []
    for recorded in ledger.stream(stream):
        event = unwrap(recorded.envelope.event)
        if isinstance(event, PaymentOrdered | GrantOrdered) and event.order_id in wanted:
            moments.append(recorded.envelope.business_at.ToDatetime(SHANGHAI))
    return max(moments)


def list_names(order_id: str) -> Iterator[str]:
    """Which quarter or round may have given an order, by its id: `<cycle>-00001`, or `<round>-<level>-00001`."""
    if found := _ORDER.fullmatch(order_id):
        yield found[1]
        yield found[1].rpartition("-")[0]
