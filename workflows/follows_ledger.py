"""Every workflow that follows the ledger is nudged, takes commands, waits for news and is seen in the same way."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Generic

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate

from domain.clock import business_time
from domain.dates import SHANGHAI
from domain.refusals import Refused, sentence
from domain.wellformed import must_be_wellformed
from domain.wording import last_day
from duifu.v1.answers_pb2 import Answer, Refusal
from duifu.v1.commands_pb2 import Command
from duifu.v1.work_pb2 import Nudge, Progress, WorkflowStart
from workflows import options
from workflows.following import Following, S
from workflows.payloads import as_error
from workflows.ports import CLOCK_TOLERANCE

NOTHING_ASKED = Command()  # an update that was sent without its argument


class FollowsLedger(Generic[S]):
    """What all of them have in common: they hear, are asked, wait and are seen."""

    def follow(self, start: WorkflowStart, following: Following[S]) -> None:
        """Begin to follow a stream; called once, from `__init__`."""
        self.start = start
        self.clock = start.clock
        self.subject_id = start.subject_id
        self.following = following
        self.is_waiting = False
        self.obstacle = ""  # why the ledger refused what this workflow asked for
        self._shown: dict[str, str] = {}  # search attributes as they were written last, by name

    @property
    def business_now(self) -> datetime:
        """The time that rules go by."""
        return business_time(workflow.now(), self.clock).astimezone(SHANGHAI)

    @workflow.signal(description="账本有新记录（由中继发出，不携带决定）")
    def nudge(self, *news: object) -> None:
        """The relay says that the ledger has something new. Anything else that is signalled is passed over."""
        # Any number of arguments of any type: a handler that raises would stop the case for good.
        for said in news:
            if isinstance(said, Nudge):
                self.following.hear(said)

    @workflow.update(description="提交一条命令（duifu.v1.Command 的 JSON），由账本决定")
    async def command(self, command: Command = NOTHING_ASKED) -> Answer:
        """Hand a command to the ledger and answer with its receipt."""
        return await self.following.pass_on(command)

    @command.validator
    def command_is_ours(self, command: Command = NOTHING_ASKED) -> None:
        """Refuse what is malformed or about something else, before anything is written anywhere."""
        try:
            must_be_wellformed(command)
            kind = getattr(command, command.WhichOneof("kind") or "")
            asked = getattr(kind, "case_id", "") or getattr(kind, "cycle_id", "")
            asked = asked or getattr(kind, "round_id", "") or getattr(kind, "recovery_id", "")
            if asked != self.subject_id:
                raise Refused("WRONG_CASE", subject=self.subject_id, asked=asked or "—")
        except Refused as refused:
            raise as_error(refused, command.language) from None

    def goes_by(self, patch: str) -> bool:
        """Whether this run goes the way that a patch brought in. Who takes turns began after all of them.

        A patch that is asked for later than in the first task may be answered otherwise on a replay: the SDK looks for
        its marker no further than the next task, and what a local activity is followed by may be in the one after.
        """
        return self.following.takes_turns or workflow.patched(patch)

    def turning_point(self) -> object:
        """What must differ before there is anything to think about again."""
        return self.following.version

    async def follow_to_the_end(
        self, is_over: Callable[[], bool], show: Callable[[], None], go_on: Callable[[], Awaitable[None]]
    ) -> None:
        """One step after the other, each from what the ledger says by then, until it says that all is over."""
        self._show_standing = show
        await self.following.catch_up()
        while not is_over():
            await self.make_room()
            show()
            await go_on()
            await self.following.catch_up()
        show()

    def so_far(self, summary: str, stage: str, is_idle: bool = True, waits_for: Sequence[str] = ()) -> Progress:
        """What this workflow knows; idle, if nothing of its own is under way and every fact is folded.

        `waits_for` are the sources that all that is under way waits for.
        """
        is_at_rest = self.is_waiting and not self.following.is_behind
        return Progress(
            summary=f"{summary}；受阻：{self.obstacle}" if self.obstacle else summary,
            version=self.following.version,
            stage=stage,
            is_idle=is_at_rest and is_idle,
            clock=self.clock,
            waits_for=waits_for if is_at_rest else (),
        )

    async def make_room(self) -> None:
        """Before the history gets long, go on in a new run: it folds the facts anew, so nothing is lost between.

        What runs beside the stages is broken off with this run, and begun again by the next; each has an id of its own.
        """
        if workflow.info().is_continue_as_new_suggested():
            await workflow.wait_condition(workflow.all_handlers_finished)
            workflow.continue_as_new(self.start)

    async def ask(self, command_id: str, summary: str, command: Command) -> None:
        """Send a command of the workflow's own. A refusal is shown, and asked about again upon news or later.

        Later is as soon as the refusal says, where it says when.
        """
        await self.see_to(summary, partial(self.following.carry_out, command_id, summary, command))

    async def see_to(self, summary: str, work: Callable[[], Awaitable[Refusal | None]]) -> None:
        """Do what the ledger decides about. A refusal is shown, and it is done again upon news or later."""
        before = self.turning_point()
        refusal = await work()
        self.obstacle = sentence(refusal) if refusal else ""
        if refusal and self.turning_point() == before:
            self._show_standing()
            await self.until_news(*self.pause_after(refusal, summary))

    def pause_after(self, refusal: Refusal, summary: str) -> tuple[timedelta, str]:
        """How long to wait before a refused command is sent again, and what the timer is called."""
        if refusal.HasField("not_before"):
            not_before = refusal.not_before.ToDatetime(SHANGHAI)
            left = max(not_before - self.business_now, CLOCK_TOLERANCE)
            return left, f"{summary} 暂停至{last_day(not_before)}"
        too_early = refusal.code in options.TOO_EARLY
        return CLOCK_TOLERANCE if too_early else options.RETRY_REFUSED, f"{summary} 受阻，稍后重试"

    async def until_news(self, at_most: timedelta | None = None, summary: str = "") -> bool:
        """Wait for news from the ledger. False if the time ran out first."""
        before = self.turning_point()
        self.is_waiting = True
        try:
            await workflow.wait_condition(
                lambda: self.following.is_behind or self.turning_point() != before,
                timeout=at_most,
                timeout_summary=summary or None,
            )
        except TimeoutError:
            return False
        finally:
            self.is_waiting = False
        return True

    async def until(self, due_at: datetime, summary: str) -> bool:
        """Wait for a moment of business time. False if there is news before it."""
        left = due_at - self.business_now
        return left <= timedelta(0) or not await self.until_news(left, summary)

    def show(self, attributes: Sequence[SearchAttributeUpdate[Any]], card: str) -> None:
        """Tell operators where things stand; of the search attributes those are written that have changed."""
        changed = [each for each in attributes if self._shown.get(each.key.name) != repr(each)]
        if changed:
            self._shown.update({each.key.name: repr(each) for each in changed})
            workflow.upsert_search_attributes(changed)
        workflow.set_current_details(card)
