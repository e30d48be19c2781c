"""Letting business time pass in a rehearsal: from one due moment to the next, so that everything happens in order."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.client import Client, WorkflowHandle, WorkflowQueryFailedError
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from commands import deployment
from commands.door import Door, declared
from commands.work import fold
from domain import checks, legal_clock, letters, quarter_reminders, recovery_deadlines, recovery_letters
from domain.case import Case
from domain.clock import clock_reading
from domain.cycle import Cycle
from domain.dates import SHANGHAI, civil_date, end_of
from domain.format.freeze import Held
from domain.kinds import CASE, CYCLE, PANEL, RECOVERY, ROUND
from domain.panel import open_panel
from domain.refusals import Refused
from duifu.v1.commands_pb2 import Actor, AdvanceRehearsal, Command, StartRehearsal
from duifu.v1.plan_pb2 import STAGE_KIND_ROUND
from duifu.v1.work_pb2 import Progress
from ledger import streams
from ledger.store import Bookmark
from relay import FOLLOWER

OPERATOR = Actor(id="rehearsal", name="演练", role="operator")
PATIENCE_SECONDS = 120
AWAY_PATIENCE_SECONDS = 10  # then a source that does not answer is away for days, and these pass
SKIPS_MAX = 5_000  # the server's own limit of 200 stops the clock for good
POLL_SECONDS = 0.05
CLOCKS_AGREE = timedelta(seconds=1)  # the rest passes by itself

#: What a call says while Temporal or its workers are away, or while another rehearsal moves the same workflow.
TEMPORAL_IS_AWAY = (RPCError, WorkflowQueryFailedError, RuntimeError, TimeoutError)


class NotSettled(RuntimeError):
    """The workflows did not come to rest: says which, and why."""


@dataclass(frozen=True, slots=True)
class Open:
    """A case, quarter, round, panel or recovery under way: its version in the ledger and its next due moment."""

    subject_id: str
    version: int
    due_at: datetime | None
    has_child: bool = False  # whose clock the server does not move while it runs; the parent has no timer then


def begin(door: Door, business_date: str) -> None:
    """Make an empty ledger a rehearsal; one that is a rehearsal already goes on. Raises Refused."""
    command = Command(
        command_id="rehearsal:start", actor=OPERATOR, start_rehearsal=StartRehearsal(business_date=business_date)
    )
    try:
        door.handle(command, declared(OPERATOR))
    except Refused as refused:
        if refused.code not in ("ALREADY_REHEARSING", "COMMAND_ID_REUSED"):
            raise


def under_way(door: Door) -> Iterator[Open]:
    """Every open case, quarter, round, panel and recovery, and every one that owes a letter, from the ledger."""
    for stream in door.ledger.streams(streams.CASES):
        case, version = fold(door.ledger, stream, CASE)
        unsent = any(letter.letter_id not in case.letters for letter in letters.owed(case))
        if (case.is_open or unsent) and not case.is_with_quarter:
            yield Open(case.case_id, version, _due_at(case), bool(open_panel(case)))
    for stream in door.ledger.streams(streams.CYCLES):
        cycle, version = fold(door.ledger, stream, CYCLE)
        if cycle.closed is None:
            awaits_ruling = len(cycle.claims) and cycle.awaits_ruling
            blocked = awaits_ruling or len(cycle.index.waiting) or cycle.to_sign() or cycle.paused
            held_until = _held_until(door, cycle.opened.programme_id, "payments")
            pay_at = None if blocked else max(cycle.pay_at, held_until or cycle.pay_at)
            moments = (pay_at if cycle.frozen else _moment_of(cycle, door.business_now()), _verify_at(door, cycle))
            yield Open(cycle.cycle_id, version, min((moment for moment in moments if moment), default=None))
    for stream in door.ledger.streams(streams.ROUNDS):
        round_, version = fold(door.ledger, stream, ROUND)
        if round_.closed is None or not round_.is_over:
            next_due = round_.next_due(door.business_now())
            held_until = _held_until(door, round_.opened.programme_id, "payments")
            yield Open(round_.round_id, version, next_due or held_until)
    for stream in door.ledger.streams(streams.PANELS):
        panel, version = fold(door.ledger, stream, PANEL)
        if not panel.is_over:
            yield Open(panel.panel_id, version, panel.due_at)
    for stream in door.ledger.streams(streams.RECOVERIES):
        recovery, version = fold(door.ledger, stream, RECOVERY)
        if not recovery.is_over or recovery_letters.unsent(recovery):
            running = recovery_deadlines.running(recovery)
            yield Open(recovery.recovery_id, version, running.due_at if running else None)


def _held_until(door: Door, programme_id: str, what: Held) -> datetime | None:
    """The end of the days on which decisions, or payments, are held now; None: they are not. (冻结期)"""
    row = door.rulebook.frozen(programme_id, what, civil_date(door.business_now()))
    return end_of(row.last) if row else None


def _verify_at(door: Door, cycle: Cycle) -> datetime | None:
    """When the quarter verifies the next of its claims."""
    if cycle.verify_at is None or cycle.paused:
        return None
    held_until = _held_until(door, cycle.opened.programme_id, "decisions")
    return max(cycle.verify_at, held_until or cycle.verify_at)


def _moment_of(cycle: Cycle, at: datetime) -> datetime:
    """The reminder that has come and is not on record; else the next one, or the cut-off."""
    reminder = quarter_reminders.to_remind(cycle.opened, cycle.reminded, at)
    return reminder.remind_at.ToDatetime(SHANGHAI) if reminder else quarter_reminders.next_moment(cycle.opened, at)


def _due_at(case: Case) -> datetime | None:
    """When the case's own timer rings, or an answer grows old; what the round waits for, its workflow waits for."""
    stage = case.stage
    if stage is None or case.row(stage.key).kind == STAGE_KIND_ROUND:
        return None
    moments = (legal_clock.rings_at(stage), checks.fades_at(case))
    return min((moment for moment in moments if moment), default=None)


async def rehearse(door: Door, client: Client, until: datetime, say: Callable[[str], None]) -> None:
    """Let business time pass to `until`; it never goes back. Raises Refused NOT_A_REHEARSAL, NotSettled."""
    if not deployment.current(door.ledger).is_rehearsal:
        raise Refused("NOT_A_REHEARSAL")
    await settled(door, client)
    if (now := door.business_now()) >= until:
        say(f"业务时间已是 {_written(now)}，不早于 {_written(until)}，没有推进")
    while door.business_now() < until:
        dues = [subject.due_at for subject in under_way(door) if subject.due_at]
        step = min([until, *(due_at for due_at in dues if due_at > door.business_now())])
        say(f"业务时间推进至 {_written(step)}")
        # First the ledger's clock; then each workflow's, whose deadline rings and finds that it has passed.
        await asyncio.to_thread(_advance, door, step)
        await settled(door, client)


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


async def settled(door: Door, client: Client) -> None:
    """Wait until the relay has told everything, and every workflow has come to the present and done what it can do now.

    It follows from the ledger alone what is left to do, so a rehearsal that was broken off anywhere goes on; and what
    Temporal or the workers do not answer is asked again, for they may be starting anew. Raises NotSettled after a long
    time without any news.
    """
    bookmark = Bookmark(door.ledger, FOLLOWER)
    present: set[str] = set()
    known, since = -1, 0.0
    while True:
        head = await asyncio.to_thread(door.ledger.head)
        if head != known:
            known, since = head, asyncio.get_running_loop().time()
        waited = asyncio.get_running_loop().time() - since
        busy = (
            await _busy(door, client, present, waited > AWAY_PATIENCE_SECONDS)
            if bookmark.read() >= head
            else "the relay"
        )
        if not busy and door.ledger.head() == head:
            return
        if waited > PATIENCE_SECONDS:
            raise NotSettled(f"after {PATIENCE_SECONDS} s without news still not at rest: {busy}")
        await asyncio.sleep(POLL_SECONDS)


async def _busy(door: Door, client: Client, present: set[str], is_patient: bool) -> str:
    """The first workflow that has something left to do now, or nothing. `present` are those that need not be moved.

    Whoever is patient no longer waits for workflows that themselves wait for sources on record as away.
    """
    subjects = await asyncio.to_thread(lambda: list(under_way(door)))
    late = [each.subject_id for each in subjects if each.subject_id not in present and not each.has_child]
    for subject_id, obstacle in zip(
        late, await asyncio.gather(*(_bring_to_present(door, client, each) for each in late)), strict=True
    ):
        if obstacle:
            return obstacle
        present.add(subject_id)
    for subject in subjects:
        try:
            progress = await _progress(client, subject.subject_id)
        except TEMPORAL_IS_AWAY as error:
            return f"{subject.subject_id} ({error})"
        waits_in_vain = is_patient and progress.waits_for
        if subject.due_at and subject.due_at <= door.business_now() and not waits_in_vain:
            return f"{subject.subject_id} (due {subject.due_at})"
        is_at_rest = progress.is_idle or waits_in_vain
        if not is_at_rest or progress.version < subject.version:
            return f"{subject.subject_id} ({progress.summary})"
    return ""


async def _progress(client: Client, subject_id: str) -> Progress:
    handle: WorkflowHandle[object, object] = client.get_workflow_handle(subject_id)
    progress: Progress = await handle.query("progress", result_type=Progress, rpc_timeout=timedelta(seconds=10))
    return progress


def _advance(door: Door, to: datetime) -> None:
    seconds = int(to.timestamp())
    command = Command(
        command_id=f"rehearsal:advance:{seconds}",
        actor=OPERATOR,
        advance_rehearsal=AdvanceRehearsal(business_seconds=seconds),
    )
    door.handle(command, declared(OPERATOR))


async def _bring_to_present(door: Door, client: Client, subject_id: str) -> str:
    """Let the workflow's clock catch up with the ledger's; answers what stands in the way, or nothing."""
    config = TimeSkippingConfig(enabled=False, disable_propagation=True, max_session_skip_count=SKIPS_MAX)
    skipper = TimeSkipper(client, config=config)
    handle: WorkflowHandle[object, object] = client.get_workflow_handle(subject_id)
    try:
        clock = (await _progress(client, subject_id)).clock
        left = clock_reading(door.business_now(), clock) - await skipper.get_current_time(handle)
        if left > CLOCKS_AGREE:
            await asyncio.wait_for(skipper.fast_forward(handle, left), PATIENCE_SECONDS)
    except TEMPORAL_IS_AWAY as error:
        if "already completed" not in str(error):
            return f"{subject_id} does not follow to the present: {error or type(error).__name__}"
    return ""
