"""Payment orders of a quarter or of a round: handed to the treasury a few at a time, each result put on record."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.dates import end_of, from_iso
    from duifu.v1.commands_pb2 import Command, ReportTreasurySilence
    from duifu.v1.work_pb2 import PaymentOrder, PaymentReport
    from workflows import options
    from workflows.following import FollowsLedger
    from workflows.ports import CLOCK_TOLERANCE, Treasury

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


async def report_silence(
    follower: FollowsLedger[Any],
    is_paid: Callable[[], bool],
    due_on: Callable[[], str],
    paid_by: Callable[[str], ReportTreasurySilence],
    show: Callable[[], None],
) -> None:
    """While orders are being paid, have it put on record after each day by which a treasury should have answered.

    `due_on` is the next of these days as the ledger has it, `paid_by` the report of one.
    """
    while not is_paid() and (day := due_on()):
        if (left := end_of(from_iso(day)) - follower.business_now) > timedelta(0):
            try:
                await workflow.wait_condition(is_paid, timeout=left, timeout_summary=f"国库应于{day}前答复")
            except TimeoutError:
                pass
            else:
                return
        report = Command(report_treasury_silence=paid_by(day))
        refusal = await follower.following.carry_out(f"{follower.subject_id}:silence:{day}", "国库逾期未答复", report)
        if refusal is None:
            show()
        elif refusal.code in options.TOO_EARLY:
            await workflow.sleep(CLOCK_TOLERANCE)
        else:
            return
