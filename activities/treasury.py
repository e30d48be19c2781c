"""The treasury, over HTTP: orders known by our id, so that asking twice pays once."""

from temporalio import activity

from activities.outside import Outside, not_yet
from domain.money import show
from duifu.v1.commands_pb2 import PAYMENT_STATUS_RETURNED, PAYMENT_STATUS_SETTLED
from duifu.v1.work_pb2 import PaymentOrder, PaymentReport
from workflows import ports

ENDED = {"SETTLED": PAYMENT_STATUS_SETTLED, "RETURNED": PAYMENT_STATUS_RETURNED}


class HttpTreasury(ports.Treasury):
    """Hands an order in and asks how it ended."""

    def __init__(self, outside: Outside):
        self._outside = outside

    @activity.defn(name="pay")
    async def pay(self, order: PaymentOrder) -> PaymentReport:
        """Raises ApplicationError of type PAYMENT_UNDER_WAY until the treasury knows how the order ended."""
        path = f"/treasury/orders/{order.order_id}"
        body = {
            "payeeName": order.payee_name,
            "accountNumber": order.account_number,
            "bankName": order.bank_name,
            "amountFen": order.amount_fen,
            "purpose": order.purpose,
            "budgetYear": order.budget_year,
            "payOn": order.pay_on,
        }
        await self._outside.put(path, body)
        answer = (await self._outside.get(path)).json()
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
