"""What a quarter had paid and the bank sent back: on record on the vouchers, the quarter stays as it is. (F-7)"""

from collections.abc import Iterable

from domain.money import show
from duifu.v1.events_pb2 import PaymentCameBack, PaymentOrdered
from ledger import streams
from ledger.registry import unwrap
from ledger.store import Ledger

READ_AT_ONCE = 500  # vouchers


def came_back(ledger: Ledger, settled: Iterable[PaymentOrdered]) -> list[PaymentCameBack]:
    """What came back of these orders, in their order; their vouchers are read many at a time."""
    orders = [(ordered.order_id, streams.voucher(ordered.voucher_id)) for ordered in settled]
    found = {}
    for start in range(0, len(orders), READ_AT_ONCE):
        for events in ledger.streams_of({stream for _, stream in orders[start : start + READ_AT_ONCE]}).values():
            back = (unwrap(event.envelope.event) for event in events)
            found.update({one.order_id: one for one in back if isinstance(one, PaymentCameBack)})
    return [found[order_id] for order_id, _ in orders if order_id in found]


def in_words(one: PaymentCameBack) -> str:
    """One of them, in a line."""
    after = f"转入{one.to_cycle_id}" if one.to_cycle_id else "缴回国库，不再支付"
    return f"结算后退回 {one.order_id} {one.case_id} {one.came_back_on} {show(one.amount_fen)}：{one.reason}；{after}"
