"""Runs that came to their payments before these went out beside everything else go on as they began: all together.

What is in their history they do again. A run that comes to its payments now pays as `workflows/paying.py` says.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from duifu.v1.work_pb2 import PaymentOrder, PaymentReport, QuarterPage
    from workflows import options
    from workflows.paying import Silence
    from workflows.ports import Quarters, Treasury

#: An order, and what it is called in the list of what is under way.
Named = tuple[PaymentOrder, str]


def pay_pages(cycle_id: str, pages: Sequence[int]) -> Awaitable[Any]:
    """Have these pages of a quarter's orders paid, a few at a time. They begin before whatever waits for them."""
    places = asyncio.Semaphore(options.PAGES_AT_ONCE)

    async def pay(number: int) -> None:
        async with places:
            page = QuarterPage(cycle_id=cycle_id, page=number)
            await workflow.execute_activity_method(Quarters.pay_page, page, **options.pages(f"支付第{number + 1}页"))

    return asyncio.gather(*map(pay, pages))


async def pay_orders(orders: Sequence[Named], on_record: Callable[[PaymentReport], Awaitable[None]]) -> None:
    """Have these orders of a round paid, a few at a time for each treasury, and each result put on record."""
    windows: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(options.PAYMENTS_AT_ONCE))

    async def one(order: PaymentOrder, summary: str) -> None:
        async with windows[order.treasury]:
            report: PaymentReport = await workflow.execute_activity_method(
                Treasury.pay, order, **options.until_it_answers(summary)
            )
            await on_record(report)

    await asyncio.gather(*(one(order, summary) for order, summary in orders))


async def until_paid(paying_all: Awaitable[Any], silence: Silence) -> None:
    """Wait until all of it is paid; until then a silent treasury is reported."""
    all_of_it = asyncio.ensure_future(paying_all)
    await asyncio.gather(all_of_it, silence.report(lambda _day: all_of_it.done()))
