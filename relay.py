"""Follows the ledger's log in position order and nudges the workflows concerned: at least once, coalesced, tracked.

A nudge says only "something was recorded for you, up to this position"; the workflow reads the facts itself. So
repeated, late or forged nudges are harmless, and a lost one is sent again after a restart from the bookmark.

What a workflow recorded itself comes back to it with the ledger's answer, so it is not nudged about that. Of a command
that somebody sent through it this holds only once it has answered: its worker may die before, and the server keeps no
update that was not taken.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import UpdateWorkflowExecutionLifecycleStage as Reached
from temporalio.api.update.v1 import UpdateRef, WaitPolicy
from temporalio.api.workflowservice.v1 import PollWorkflowExecutionUpdateRequest
from temporalio.client import Client
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from commands import deployment
from duifu.v1.commands_pb2 import AUTHENTICATION_INTERNAL
from duifu.v1.events_pb2 import (
    CLAIM_PAYMENT_STATUS_CAME_BACK,
    CLAIM_PAYMENT_STATUS_RETURNED,
    Cause,
    Event,
)
from duifu.v1.plan_pb2 import CASE_KIND_GRANT_APPLICATION, CASE_KIND_REDEMPTION_CLAIM, CASE_KIND_VOUCHER_CLAIM
from duifu.v1.work_pb2 import BusinessClock, Nudge, WorkflowStart
from ledger import streams
from ledger.store import Bookmark, Ledger, LogEntry
from workflows import display, panel_card, recovery_card

log = structlog.get_logger(__name__)

#: The names under which the workflows are registered.
CASE_WORKFLOW, CYCLE_WORKFLOW, ROUND_WORKFLOW, PANEL_WORKFLOW = "Case", "RedemptionCycle", "GrantRound", "ExpertPanel"
RECOVERY_WORKFLOW = "Recovery"
KINDS = {CASE_KIND_VOUCHER_CLAIM: "申领", CASE_KIND_REDEMPTION_CLAIM: "兑付", CASE_KIND_GRANT_APPLICATION: "申报"}
FOLLOWER = "relay"
BATCH = 500
AT_ONCE = 16
POLL_SECONDS, PAUSES_MAX = 0.02, 10
RETRY_SECONDS = (0.2, 5.0)  # first and longest pause while Temporal is away
ANSWERED_WITHIN = timedelta(seconds=2)  # an update that is with its worker

#: Whose tasks go first where many wait: a quarter or a round has a cut-off, and everybody's money waits for it. 1 is
#: the most urgent, 3 what the server takes where nothing is said.
PRIORITY_KEYS = {CYCLE_WORKFLOW: 2, ROUND_WORKFLOW: 2, CASE_WORKFLOW: 3, PANEL_WORKFLOW: 3, RECOVERY_WORKFLOW: 3}

ANY_ENDED, FAILED = WorkflowIDReusePolicy.ALLOW_DUPLICATE, WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY

#: Statuses of a payment of which the applicant is told in a letter, even after the end of the case. (退汇)
RETURNED = (CLAIM_PAYMENT_STATUS_RETURNED, CLAIM_PAYMENT_STATUS_CAME_BACK)

#: What a workflow needs no nudge for if it recorded it: after the first two it goes on by itself, from a letter nothing
#: follows. For others, such as a check's answer, it may be waiting until it is told.
GOES_ON_AFTER = frozenset({"stage_opened", "case_closed", "letter_sent"})


@dataclass(frozen=True, slots=True)
class Subject:
    """A stream that a workflow conducts."""

    workflow: str
    subject_id: str
    summary: str
    details: str
    programme: str
    applicant: str
    fairness_key: str  # whose work it is: no district and no quarter holds up the others


@dataclass(slots=True)
class News:
    """What a batch says of one stream."""

    position: int = 0  # of the newest event
    causes: dict[str, Cause] = field(default_factory=dict)  # which workflow sent what, by command id, in order
    passed_on: list[str] = field(default_factory=list)  # commands that somebody else gave
    goes_on_after: set[str] = field(default_factory=set)  # commands whose workflow goes on by itself
    begins_again: bool = False  # for a workflow that has ended, too

    def add(self, entry: LogEntry) -> None:
        """One more event of the stream."""
        envelope = entry.recorded.envelope
        self.position = entry.position
        self.causes[envelope.command_id] = envelope.cause
        if envelope.actor.authentication != AUTHENTICATION_INTERNAL:
            self.passed_on.append(envelope.command_id)
        if envelope.event.WhichOneof("kind") in GOES_ON_AFTER:
            self.goes_on_after.add(envelope.command_id)
        self.begins_again = self.begins_again or _begins_again(envelope.event)

    def is_all_of(self, workflow_id: str) -> bool:
        """Whether this workflow sent all that it came by, and goes on without being told."""
        sent_by = {cause.workflow_id for cause in self.causes.values()}
        return sent_by == {workflow_id} and self.goes_on_after == set(self.causes)


class Relay:
    """One follower of one ledger. A second one beside it does no harm."""

    def __init__(self, ledger: Ledger, client: Client, task_queue: str):
        self._ledger, self._client, self._task_queue = ledger, client, task_queue
        self._bookmark = Bookmark(ledger, FOLLOWER)

    async def run(self) -> None:
        """Follow the log until cancelled."""
        position = await asyncio.to_thread(self._bookmark.read)
        log.info("relay follows the log", after=position)
        while True:
            entries = await asyncio.to_thread(self._next, position)
            told = coalesce(entries)
            if entries:
                await self._tell_all(told)
                position = entries[-1].position
                # Only now: a crash before this line sends the batch again.
                await asyncio.to_thread(self._bookmark.move, position)
            if len(entries) < BATCH:
                # Where much happens at once, what follows soon is told in one nudge.
                await asyncio.sleep(POLL_SECONDS * max(1, min(len(told), PAUSES_MAX)))

    def _look_up(self, stream: str) -> tuple[Subject | None, BusinessClock]:
        return subject_of(self._ledger, stream), deployment.current(self._ledger).clock

    def _next(self, position: int) -> list[LogEntry]:
        return list(self._ledger.entries(position, BATCH))

    async def _tell_all(self, told: dict[str, News]) -> None:
        # One nudge a stream and batch, and one batch after the other: a case's nudges arrive in order.
        window = asyncio.Semaphore(AT_ONCE)

        async def one(stream: str, news: News) -> None:
            async with window:
                if not await self._is_known(stream, news):
                    await self._nudge(stream, news)

        await asyncio.gather(*(one(stream, news) for stream, news in told.items()))

    async def _is_known(self, stream: str, news: News) -> bool:
        """Whether the stream's own workflow has all of it."""
        if not news.is_all_of(stream.partition("/")[2]):
            return False
        # An answer has brought everything up to it. What the system itself sent is sent again until it is answered.
        return not news.passed_on or await self._has_answered(news.causes[news.passed_on[-1]], news.passed_on[-1])

    async def _has_answered(self, workflow: Cause, command_id: str) -> bool:
        """Whether an update that has the id of its command was answered; one with another id is not found."""
        execution = WorkflowExecution(workflow_id=workflow.workflow_id, run_id=workflow.run_id)
        request = PollWorkflowExecutionUpdateRequest(
            namespace=self._client.namespace,
            update_ref=UpdateRef(workflow_execution=execution, update_id=command_id),
            wait_policy=WaitPolicy(lifecycle_stage=Reached.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED),
        )
        with suppress(RPCError):
            service = self._client.workflow_service
            return (await service.poll_workflow_execution_update(request, timeout=ANSWERED_WITHIN)).HasField("outcome")
        return False

    async def _nudge(self, stream: str, news: News) -> None:
        pause, longest = RETRY_SECONDS
        while True:
            # Read at each attempt: in a rehearsal, time may have passed while Temporal was away.
            subject, clock = await asyncio.to_thread(self._look_up, stream)
            if subject is None:
                return
            try:
                await self._client.start_workflow(
                    subject.workflow,
                    WorkflowStart(summary=subject.summary, subject_id=subject.subject_id, clock=clock),
                    id=subject.subject_id,
                    task_queue=self._task_queue,
                    # A workflow that somebody terminated, or that failed, is started again by the next nudge.
                    id_reuse_policy=ANY_ENDED if news.begins_again else FAILED,
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                    start_signal="nudge",
                    start_signal_args=[Nudge(position=news.position)],
                    static_summary=f"{display.mark(clock)}{subject.summary}",
                    static_details=subject.details,
                    priority=Priority(priority_key=PRIORITY_KEYS[subject.workflow], fairness_key=subject.fairness_key),
                    search_attributes=display.initial(subject.programme, subject.applicant, clock.is_rehearsal),
                )
            except WorkflowAlreadyStartedError:
                return  # it has ended; nothing is under way any more
            except RPCError as error:
                log.warning("Temporal did not take a nudge", case=subject.subject_id, error=str(error), pause=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, longest)
            else:
                return


def coalesce(entries: Iterable[LogEntry]) -> dict[str, News]:
    """The news of each stream that has a workflow, in log order."""
    conducted = (streams.CASES, streams.CYCLES, streams.ROUNDS, streams.PANELS, streams.RECOVERIES)
    told: defaultdict[str, News] = defaultdict(News)
    for entry in entries:
        if entry.recorded.originator_id.startswith(conducted):
            told[entry.recorded.originator_id].add(entry)
    return told


def subject_of(ledger: Ledger, stream: str) -> Subject | None:
    """Which workflow conducts a stream, and how it is introduced to operators. None: a claim that its quarter has."""
    event: Event = ledger.stream(stream, limit=1)[0].envelope.event
    if stream.startswith(streams.CYCLES):
        cycle = event.cycle_opened
        summary = f"{cycle.programme_title} {cycle.quarter} 兑付批次"
        details = f"受理 {cycle.opens_on} 至 {cycle.cut_off_on}，批次日 {cycle.as_of_on}（{cycle.clause}）"
        return Subject(CYCLE_WORKFLOW, cycle.cycle_id, summary, details, cycle.programme_id, "—", cycle.programme_id)
    if stream.startswith(streams.PANELS):
        convened, panel_id = event.panel_convened, stream.removeprefix(streams.PANELS)
        # A panel that was dissolved before it was convened has neither programme nor applicant.
        programme, applicant = convened.programme_id or "—", convened.applicant_name or "—"
        details = panel_card.introduction(convened)
        summary = panel_card.summary(applicant)
        return Subject(PANEL_WORKFLOW, panel_id, summary, details, programme, applicant, programme)
    if stream.startswith(streams.RECOVERIES):
        found = event.recovery_opened
        details, programme = recovery_card.introduction(found), found.programme_id
        summary = recovery_card.summary(found)
        return Subject(RECOVERY_WORKFLOW, found.recovery_id, summary, details, programme, found.name, programme)
    if stream.startswith(streams.ROUNDS):
        opened = event.round_opened
        summary = f"{opened.programme_title} {opened.round}年度"
        details = f"申报 {opened.opens_on} 至 {opened.closes_on}（{opened.clause}）"
        return Subject(ROUND_WORKFLOW, opened.round_id, summary, details, opened.programme_id, "—", opened.programme_id)
    case = event.case_opened
    if case.cycle_id and case.plan.stages[0].passes_when_clean and not _has_workflow(ledger, stream):
        return None
    kind = KINDS[case.plan.kind]
    summary = f"{case.applicant_name} {case.plan.programme_title}{kind}"
    details = display.introduction(case)
    programme = case.plan.programme_id
    district = case.application.applicant.registered_district or programme
    return Subject(CASE_WORKFLOW, case.case_id, summary, details, programme, case.applicant_name, district)


def _begins_again(event: Event) -> bool:
    """Whether it is work for a workflow that has ended: money to be paid once more, or a letter about it."""
    told = (event.claim_payment_changed, event.grant_payment_changed)
    return event.HasField("grant_came_back") or any(changed.status in RETURNED for changed in told)


def _has_workflow(ledger: Ledger, stream: str) -> bool:
    """Whether a claim that its quarter had has a workflow of its own: a person has it, or its money came back."""
    events = (recorded.envelope.event for recorded in ledger.stream(stream))
    return any(event.HasField("claim_referred") or _begins_again(event) for event in events)
