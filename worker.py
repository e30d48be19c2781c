"""The composition root: a worker with its relay. Nothing is wired anywhere else."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import structlog
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

import schedules
import settings
from activities.claim_pages import ClaimPages
from activities.file_treasury import FileTreasury
from activities.interceptors import AboutTheCase
from activities.invoices import HttpInvoices
from activities.ledger import DoorLedger
from activities.notices import EditionLetters, HttpNotices
from activities.outside import Outside
from activities.quarter_pages import QuarterPages
from activities.registries import HttpRegistries
from activities.reminders import CutOffReminders
from activities.treasury import HttpTreasury
from commands import deployment, grant_payments, payment_reports
from commands.door import Door
from front_door import open_door
from ledger.address import shown
from ledger.store import Ledger
from relay import Relay
from sealing import keep_sealed
from settings import Settings
from telemetry import logs, temporal_lines
from views.keeping import keep_up
from workflows.case import CaseWorkflow
from workflows.expert_panel import ExpertPanelWorkflow
from workflows.grant_round import GrantRoundWorkflow
from workflows.payloads import DATA_CONVERTER
from workflows.quarter_opening import QuarterOpeningWorkflow
from workflows.recovery import RecoveryWorkflow
from workflows.redemption_cycle import RedemptionCycleWorkflow

log = structlog.get_logger(__name__)

#: Pure modules need no fresh copy per workflow. The sandbox does not watch them then, so lint bans clocks there.
PURE = ("domain", "duifu", "google.protobuf", "stdnum", "workflows")

WORKFLOWS = (
    CaseWorkflow,
    ExpertPanelWorkflow,
    GrantRoundWorkflow,
    QuarterOpeningWorkflow,
    RecoveryWorkflow,
    RedemptionCycleWorkflow,
)

THREADS = 32

#: What a worker that died had in its cache, others take over after this long. Reading a case again costs milliseconds;
#: with the SDK's 10 s, a case stood still for 12 s after a crash, with this for 5 s (tests/chaos).
TAKEN_OVER_AFTER = timedelta(seconds=3)


async def connect(config: Settings) -> Client:
    """A client that speaks our payloads."""
    return await Client.connect(config.temporal_address, namespace=config.namespace, data_converter=DATA_CONVERTER)


def workflow_runner(sandboxed: bool) -> WorkflowRunner:
    """The SDK's sandbox, with pure modules passed through; or none, which is faster (bench/README.md)."""
    if not sandboxed:
        return UnsandboxedWorkflowRunner()
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PURE))


def a_treasury(config: Settings, outside: Outside, ledger: Ledger) -> FileTreasury | HttpTreasury:
    """Over HTTP; or, where the city has no such interface, by files that people carry."""
    if config.treasury == "files":
        return FileTreasury(partial(grant_payments.was_ordered, ledger), partial(payment_reports.report_of, ledger))
    return HttpTreasury(outside, partial(grant_payments.was_ordered, ledger))


@asynccontextmanager
async def running_worker(config: Settings, client: Client, door: Door) -> AsyncIterator[Worker]:
    """A worker that polls until the block ends, then finishes what it has in hand."""
    temporal_lines.say_it_once()
    outside = Outside(config.city_url)
    ledger, letters = DoorLedger(door), EditionLetters(door.rulebook)
    registries, invoices = HttpRegistries(outside), HttpInvoices(outside)
    treasury = a_treasury(config, outside, door.ledger)
    notices = HttpNotices(outside)
    reminders, pages = CutOffReminders(door, notices), QuarterPages(door, treasury)
    claims = ClaimPages(door, registries, invoices, letters, notices)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="activity") as threads:
        worker = Worker(
            client,
            task_queue=config.task_queue,
            workflows=WORKFLOWS,
            activities=[
                ledger.facts_since,
                ledger.carry_out,
                ledger.pass_on,
                ledger.open_quarter,
                letters.compose_letter,
                registries.query_registry,
                invoices.verify_invoices,
                treasury.pay,
                pages.assess_page,
                pages.order_page,
                pages.pay_page,
                claims.verify_page,
                claims.letters_page,
                notices.deliver_letter,
                reminders.remind_holders,
            ],
            activity_executor=threads,
            workflow_runner=workflow_runner(config.sandboxed),
            interceptors=[AboutTheCase()],
            graceful_shutdown_timeout=timedelta(seconds=10),
            sticky_queue_schedule_to_start_timeout=TAKEN_OVER_AFTER,
        )
        try:
            async with worker:
                yield worker
        finally:
            await outside.close()


def collect_less_often() -> None:
    """Let Python look for cycles of objects after 20,000 new ones instead of 700, and never among what was loaded.

    A page makes some hundred thousand objects, nearly none of them in cycles: a tenth of its time went to looking.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def serve(config: Settings, with_relay: bool = True, with_worker: bool = True) -> None:
    """Run worker and relay until a signal asks to stop."""
    stop = asyncio.Event()
    for asked in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(asked, stop.set)
    client, door = await connect(config), open_door(config)
    followers = []
    if with_relay:
        if not deployment.current(door.ledger).clock.is_rehearsal:
            await schedules.keep(client, door.rulebook.programmes, config.task_queue)
        followers = [asyncio.create_task(Relay(door.ledger, client, config.task_queue).run())]
        followers += [asyncio.create_task(keep_sealed(config))]
        if config.views:
            followers += [asyncio.create_task(keep_up(config.views, config.ledger))]
    log.info("worker starts", task_queue=config.task_queue, relay=with_relay, ledger=shown(config.ledger))
    waiting = [asyncio.create_task(stop.wait()), *followers]
    if with_worker:
        async with running_worker(config, client, door):
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    else:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for follower in followers:
        if follower.done():
            follower.result()  # it never ends by itself: say why it did
        follower.cancel()
    log.info("worker stops")


def main(with_relay: bool = True, with_worker: bool = True) -> None:
    """Run in this process until a signal; never returns."""
    config = settings.from_environment()
    logs.configure(config.log_style)
    collect_less_often()
    asyncio.run(serve(config, with_relay, with_worker))
    sys.stdout.flush()
    sys.stderr.flush()
    # The SDK's native threads can abort an interpreter that shuts down (sdk-python#300).
    os._exit(0)


if __name__ == "__main__":
    main(with_relay="--without-relay" not in sys.argv[1:], with_worker="--only-relay" not in sys.argv[1:])
