"""Claims of a quarter are verified at the end of the day on which they came in, beside: a cut-off waits for none."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.dates import SHANGHAI, civil_date
    from domain.refusals import sentence
    from duifu.v1.answers_pb2 import QuarterStanding, Refusal
    from duifu.v1.work_pb2 import QuarterPage, QuarterPageDone
    from workflows import options
    from workflows.follows_ledger import FollowsLedger
    from workflows.ports import Claims


class Verifying:
    """The night in which everything is verified that came in during the day; another follows while there is more."""

    def __init__(self, follower: FollowsLedger[QuarterStanding], tell: Callable[[], None]):
        """`tell` is called when no more of a night can be verified."""
        self._follower, self._tell = follower, tell
        self._night: asyncio.Task[None] | None = None
        self.is_under_way = False  # a page of it
        self.held_up = ""  # why the ledger takes no findings

    def see_to(self) -> None:
        """Have claims verified once their day is over."""
        if self._quarter.HasField("verify_at") and self._night is None:
            self._night = asyncio.create_task(self._verify(), name="night")

    @property
    def _quarter(self) -> QuarterStanding:
        return self._follower.following.state

    async def _verify(self) -> None:
        """Wait until the day is over, and have everything verified that came in on it, page by page."""
        follower = self._follower
        verify_at = self._quarter.verify_at.ToDatetime(SHANGHAI)
        try:
            if (left := verify_at - follower.business_now) > timedelta(0):
                await workflow.sleep(left, summary=f"{civil_date(verify_at - left)} 日终核验")
            self.is_under_way = True
            refusal = await self._verify_pages()
            self.is_under_way = False
            self._tell()
            if refusal and refusal.code != "CYCLE_PAUSED":  # whoever resumes it begins this anew
                self.held_up, follower.following.is_behind = sentence(refusal), True
                at_most, summary = follower.pause_after(refusal, "核验")
                await workflow.sleep(at_most, summary=summary)
                self.held_up = ""
        finally:
            self._night, self.is_under_way = None, False
            follower.following.is_behind = True

    async def _verify_pages(self) -> Refusal | None:
        """Every claim whose day is over; why not, if the ledger refuses."""
        page = QuarterPage(cycle_id=self._follower.subject_id)
        while True:
            done: QuarterPageDone = await workflow.execute_activity_method(
                Claims.verify_page, page, **options.pages(f"核验，尚有{self._quarter.unverified}笔")
            )
            if done.HasField("refusal"):
                return done.refusal
            if not done.last_case_id:
                return None
            page.after_case_id = done.last_case_id
