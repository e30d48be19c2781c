"""Payment orders of a quarter or of a round: handed to the treasury a few at a time, each result put on record."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from duifu.v1.work_pb2 import PaymentOrder, PaymentReport
    from workflows import options
    from workflows.ports import Treasury

#: An order, and what it is called in the list of what is under way.
Named = tuple[PaymentOrder, str]


async def pay_all(orders: Sequence[Named], on_record: Callable[[PaymentReport], Awaitable[None]]) -> None:
    """Have every order paid; a treasury knows it by our id, so asking again pays nothing twice."""
    # One treasury that is away does not hold up another.
    windows: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(options.PAYMENTS_AT_ONCE))

    async def one(order: PaymentOrder, summary: str) -> None:
        async with windows[order.treasury]:
            report: PaymentReport = await workflow.execute_activity_method(
                Treasury.pay, order, **options.until_it_answers(summary)
            )
            await on_record(report)

    await asyncio.gather(*(one(order, summary) for order, summary in orders))
