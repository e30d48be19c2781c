"""The treasuries, over HTTP: orders known by our id, so that asking twice pays once."""

import asyncio
from collections.abc import Callable

import httpx
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.outside import Outside, not_yet
from domain.money import show
from duifu.v1.commands_pb2 import PAYMENT_STATUS_RETURNED, PAYMENT_STATUS_SETTLED
from duifu.v1.work_pb2 import PaymentOrder, PaymentReport
from workflows import ports

ENDED = {"SETTLED": PAYMENT_STATUS_SETTLED, "RETURNED": PAYMENT_STATUS_RETURNED}


async def must_be_ordered(was_ordered: Callable[[PaymentOrder], bool], order: PaymentOrder) -> None:
    """Whoever asks, only what the ledger ordered is paid. Raises ApplicationError NOT_ORDERED, for good."""
    if not await asyncio.to_thread(was_ordered, order):
        sentence = f"账本没有支付指令 {order.order_id}，或内容不一致，不予支付"
        raise ApplicationError(sentence, type="NOT_ORDERED", non_retryable=True)


class HttpTreasury(ports.Treasury):
    """Hands an order in and asks how it ended. Pays only what the ledger ordered, whoever asks."""

    def __init__(self, outside: Outside, was_ordered: Callable[[PaymentOrder], bool]):
        self._outside, self._was_ordered = outside, was_ordered

    @activity.defn(name="pay")
    async def pay(self, order: PaymentOrder) -> PaymentReport:
        """Raises ApplicationError: PAYMENT_UNDER_WAY while the treasury does not know the end, NOT_ORDERED for good.

        TREASURY_UNKNOWN is tried again: somebody must mend it there, and nothing else waits for that.
        """
        await must_be_ordered(self._was_ordered, order)
        return await self.hand_in(order)

    async def hand_in(self, order: PaymentOrder) -> PaymentReport:
        """The same, for an order that comes from the ledger itself."""
        orders = f"/treasuries/{order.treasury}/orders" if order.treasury else "/treasury/orders"
        body = {
            "payeeName": order.payee_name,
            "accountNumber": order.account_number,
            "bankName": order.bank_name,
            "amountFen": order.amount_fen,
            "purpose": order.purpose,
            "budgetYear": order.budget_year,
            "payOn": order.pay_on,
        }
        taken = await self._outside.put(orders, order.order_id, body)
        if taken.status_code == httpx.codes.NOT_FOUND:
            raise ApplicationError(f"没有国库 {order.treasury}", type="TREASURY_UNKNOWN")
        answer = (await self._outside.get(orders, order.order_id)).json()
        if answer["status"] not in ENDED:
            raise not_yet("PAYMENT_UNDER_WAY", f"{order.order_id} 支付中")
        status = ENDED[answer["status"]]
        outcome = "已支付" if status == PAYMENT_STATUS_SETTLED else f"退回：{answer['reason']}"
        return PaymentReport(
            summary=f"{order.payee_name} {show(order.amount_fen)} {outcome}",
            order_id=order.order_id,
            status=status,
            bank_reference=answer["bankReference"],
            reason=answer["reason"],
        )
