"""How a payment ended, as the ledger has it: the answer of a treasury that is reached by files."""

from domain.money import show
from duifu.v1.commands_pb2 import PAYMENT_STATUS_RETURNED, PAYMENT_STATUS_SETTLED
from duifu.v1.events_pb2 import GrantReturned, GrantSettled
from duifu.v1.work_pb2 import PaymentOrder, PaymentReport
from ledger import streams
from ledger.registry import unwrap
from ledger.store import Ledger


def report_of(ledger: Ledger, order: PaymentOrder) -> PaymentReport | None:
    """What is on record of an order's end; None while it has none."""
    if not order.round_id:
        return None  # a quarter asks only about orders that have no answer on record
    for recorded in ledger.stream(streams.grant_round(order.round_id)):
        match unwrap(recorded.envelope.event):
            case GrantSettled() as settled if settled.order_id == order.order_id:
                return PaymentReport(
                    summary=f"{order.payee_name} {show(order.amount_fen)} 已支付",
                    order_id=order.order_id,
                    status=PAYMENT_STATUS_SETTLED,
                    bank_reference=settled.bank_reference,
                )
            case GrantReturned() as returned if returned.order_id == order.order_id:
                return PaymentReport(
                    summary=f"{order.payee_name} {show(order.amount_fen)} 退回：{returned.reason}",
                    order_id=order.order_id,
                    status=PAYMENT_STATUS_RETURNED,
                    bank_reference=returned.bank_reference,
                    reason=returned.reason,
                )
    return None
