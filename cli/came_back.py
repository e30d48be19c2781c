"""What a quarter had paid and the bank sent back: on record on the vouchers, the quarter stays as it is. (F-7)"""

from collections.abc import Iterable

from commands.work import fold
from domain.kinds import VOUCHER
from domain.money import show
from duifu.v1.events_pb2 import PaymentCameBack, PaymentOrdered
from ledger import streams
from ledger.store import Ledger


def came_back(ledger: Ledger, settled: Iterable[PaymentOrdered]) -> list[PaymentCameBack]:
    """What came back of these orders, in their order. Every voucher is read once."""
    orders = {ordered.order_id: ordered.voucher_id for ordered in settled}
    known = {name: fold(ledger, streams.voucher(name), VOUCHER)[0].came_back for name in set(orders.values())}
    return [known[voucher_id][order_id] for order_id, voucher_id in orders.items() if order_id in known[voucher_id]]


def in_words(one: PaymentCameBack) -> str:
    """One of them, in a line."""
    after = f"转入{one.to_cycle_id}" if one.to_cycle_id else "缴回国库，不再支付"
    return f"结算后退回 {one.order_id} {one.case_id} {one.came_back_on} {show(one.amount_fen)}：{one.reason}；{after}"
