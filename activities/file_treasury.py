"""A treasury that is reached by files: people hand orders out and return files in; the ledger knows how each ended."""

import asyncio
from collections.abc import Callable

from temporalio import activity

from activities.outside import not_yet
from activities.treasury import must_be_ordered
from duifu.v1.work_pb2 import PaymentOrder, PaymentReport
from workflows import ports


class FileTreasury(ports.Treasury):
    """Asks nobody outside. Answers only for what the ledger ordered, whoever asks."""

    def __init__(
        self, was_ordered: Callable[[PaymentOrder], bool], report_of: Callable[[PaymentOrder], PaymentReport | None]
    ):
        """`report_of` gives how an order ended, None while no return file has said so."""
        self._was_ordered, self._report_of = was_ordered, report_of

    @activity.defn(name="pay")
    async def pay(self, order: PaymentOrder) -> PaymentReport:
        """Raises ApplicationError: PAYMENT_UNDER_WAY while the ledger does not know the end, NOT_ORDERED for good."""
        await must_be_ordered(self._was_ordered, order)
        return await self.hand_in(order)

    async def hand_in(self, order: PaymentOrder) -> PaymentReport:
        """The same, for an order that comes from the ledger itself."""
        report = await asyncio.to_thread(self._report_of, order)
        if report is None:
            raise not_yet("PAYMENT_UNDER_WAY", f"{order.order_id} 尚无回单文件")
        return report
