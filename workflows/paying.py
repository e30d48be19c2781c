"""Payments of a quarter or a round go out beside everything else: none that may go out waits for another's answer."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.dates import end_of, from_iso
    from duifu.v1.answers_pb2 import QuarterStanding
    from duifu.v1.commands_pb2 import Command, ReportTreasurySilence
    from duifu.v1.work_pb2 import QuarterPage
    from workflows import options
    from workflows.follows_ledger import FollowsLedger
    from workflows.ports import CLOCK_TOLERANCE, Quarters

#: Runs that came to their payments before this was so pay as `workflows/paying_together.py` says.
BESIDE = "pay-beside"


@dataclass(frozen=True, slots=True)
class Part:
    """What is handed to a treasury in one piece: a page of a quarter's orders, or one order of a round."""

    treasury: str
    released: int  # grows when there is more in it that may go out
    how: workflow.ActivityConfig
    pay: Callable[[workflow.ActivityConfig], Awaitable[None]]  # until the treasury has answered


def pages(cycle_id: str, quarter: QuarterStanding) -> dict[str, Part]:
    """The pages of a quarter with orders that may go out."""

    def page(number: int) -> Part:
        asked = QuarterPage(cycle_id=cycle_id, page=number)
        return Part("", quarter.released[number], options.pages(f"支付第{number + 1}页"), partial(_pay_page, asked))

    return {f"page {number}": page(number) for number in quarter.pages_to_pay}


async def _pay_page(page: QuarterPage, how: workflow.ActivityConfig) -> None:
    await workflow.execute_activity_method(Quarters.pay_page, page, **how)


class Payments:
    """The parts that are being paid, each a task.

    A few at a time are handed over to a treasury; those that it does not answer at once take nobody's place.
    """

    def __init__(self, at_once: int, tell: Callable[[], None] = lambda: None):
        """`tell` is called when a part has ended."""
        self._begun: dict[str, tuple[int, asyncio.Task[None]]] = {}  # by name: what was released of it by then
        self._places: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(at_once))
        self._tell = tell

    @property
    def under_way(self) -> int:
        """How many parts have not ended."""
        return sum(not task.done() for _, task in self._begun.values())

    def see_to(self, parts: Mapping[str, Part]) -> None:
        """Have these paid, by name, and nothing else: what is under way already goes on, if no more of it may go out.

        Raises ActivityError if a treasury, or the ledger, says for good that a part is not to be paid.
        """
        for name, (released, task) in list(self._begun.items()):
            if task.done():
                task.result()
            elif name not in parts or parts[name].released > released:
                task.cancel()  # a treasury knows each order by our id: asked by the next again, it pays nothing twice
            else:
                continue
            del self._begun[name]
        for name, part in parts.items():
            if name not in self._begun:
                self._begun[name] = part.released, asyncio.create_task(self._pay(part), name=f"pay {name}")

    async def _pay(self, part: Part) -> None:
        try:
            async with self._places[part.treasury]:
                is_paid = await _is_paid_at_once(part)
            if not is_paid:
                await part.pay(part.how)
        except ActivityError as error:
            if not is_cancelled_exception(error):
                raise
        finally:
            self._tell()


async def _is_paid_at_once(part: Part) -> bool:
    try:
        await part.pay(options.once(part.how))
    except ActivityError as error:
        if is_cancelled_exception(error):
            raise
        return False
    return True


class Silence:
    """Treasuries that do not answer in time are reported, once for each day by which they should have."""

    def __init__(
        self,
        follower: FollowsLedger[Any],
        due_on: Callable[[], str],
        report_of: Callable[[str], ReportTreasurySilence],
        show: Callable[[], None],
    ):
        """`due_on` is the next of these days as the ledger has it, `report_of` the report of one."""
        self._follower, self._due_on, self._report_of, self._show = follower, due_on, report_of, show
        self._reporting: asyncio.Task[None] | None = None

    def see_to(self) -> None:
        """Have it reported beside, whatever else is waited for: that a treasury is silent is a fact, no decision."""
        is_seen_to = self._reporting is not None and not self._reporting.done()
        if self._due_on() and not is_seen_to and self._follower.goes_by(BESIDE):
            self._reporting = asyncio.create_task(self.report(lambda day: self._due_on() != day), name="silence")

    async def report(self, is_over: Callable[[str], bool]) -> None:
        """Wait for each of these days, unless it is waited for no more, and have it put on record."""
        follower = self._follower
        while (day := self._due_on()) and not is_over(day):
            if (left := end_of(from_iso(day)) - follower.business_now) > timedelta(0):
                try:
                    await workflow.wait_condition(
                        partial(is_over, day), timeout=left, timeout_summary=f"国库应于{day}前答复"
                    )
                except TimeoutError:
                    pass
                else:
                    continue
            command_id = f"{follower.subject_id}:silence:{day}"
            report = Command(report_treasury_silence=self._report_of(day))
            refusal = await follower.following.carry_out(command_id, "国库逾期未答复", report)
            if refusal is None:
                self._show()
            elif refusal.code in options.TOO_EARLY:
                await workflow.sleep(CLOCK_TOLERANCE)
            else:
                return
