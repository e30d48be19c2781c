"""Duifu: the quarter's own workflow on a Temporal server, pages on a worker, each event in the ledger with its leaf.

The claims were received and verified, which is written before the clock starts. The relay, the views and the seals are
not running: they follow the ledger beside this, and the others have none.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.ledger import DoorLedger
from activities.quarter_pages import QuarterPages
from bench.closing.claims import claims, firms
from bench.closing.contestant import Place
from bench.closing.reckoning import Outcome, treasury
from commands.door import Door
from duifu.v1.commands_pb2 import PAYMENT_STATUS_SETTLED
from duifu.v1.work_pb2 import Ending, PaymentOrder, PaymentReport, WorkflowStart
from ledger.keys import SubjectKeys
from ledger.postgres import prepare
from ledger.store import Ledger
from tests.builders import a_firm
from tests.desk import the_rulebook
from tests.many import CYCLE, write_quarter
from tests.office import TemporalServer
from tests.postgres import APP
from worker import collect_less_often
from workflows.payloads import DATA_CONVERTER
from workflows.redemption_cycle import RedemptionCycleWorkflow

QUEUE = "closing"


class AtOnce:
    """The bench's treasury: it answers as soon as it is asked."""

    async def hand_in(self, order: PaymentOrder) -> PaymentReport:
        """Every order is settled."""
        reference = treasury(order.order_id, order.amount_fen)
        return PaymentReport(order_id=order.order_id, status=PAYMENT_STATUS_SETTLED, bank_reference=reference)


class Ours:
    """One ledger, one worker in this process, one Temporal server beside it."""

    def __init__(self, place: Place):
        if place.database:
            prepare(place.database, APP)
            address = place.database.replace("//postgres@", f"//{APP}@")
        else:
            address = str(place.home / "ledger.sqlite")
        self._ledger = Ledger(address, SubjectKeys(place.home / "keys.sqlite"))
        self._door = Door(self._ledger, the_rulebook())
        self._server: TemporalServer | None = None
        self._home, self._namespace = place.home, ""

    def setup(self, count: int) -> None:
        """Vouchers, verified requests, and a quarter that was cut off with them."""
        holders = [a_firm(number + 1) for number in range(firms(count))]
        write_quarter(self._ledger, ((claim, holders[claim.firm]) for claim in claims(count)))
        self._server = TemporalServer(self._home, database=self._home / "temporal.sqlite")
        collect_less_often()  # as a worker's process does when it begins
        self._namespace = asyncio.run(self._server.a_namespace())

    def close(self) -> Outcome:
        """The quarter's workflow, from its cut-off to its close."""
        return asyncio.run(self._run())

    def again(self) -> Outcome:
        """A workflow that begins anew with the closed quarter, as after a lost history."""
        return asyncio.run(self._run())

    def servers(self) -> list[int]:
        """Temporal."""
        return [self._server.process_id] if self._server else []

    def stop(self) -> None:
        """End the server and close the ledger."""
        if self._server:
            self._server.stop()
        self._ledger.close()

    async def _run(self) -> Outcome:
        assert self._server is not None
        client = await Client.connect(self._server.address, namespace=self._namespace, data_converter=DATA_CONVERTER)
        ledger, pages = DoorLedger(self._door), QuarterPages(self._door, AtOnce())
        with ThreadPoolExecutor(8) as threads:
            async with Worker(
                client,
                task_queue=QUEUE,
                workflows=[RedemptionCycleWorkflow],
                activities=[
                    ledger.facts_since,
                    ledger.carry_out,
                    ledger.pass_on,
                    pages.assess_page,
                    pages.order_page,
                    pages.pay_page,
                ],
                activity_executor=threads,
                workflow_runner=UnsandboxedWorkflowRunner(),
            ):
                start = WorkflowStart(subject_id=CYCLE)
                handle = await client.start_workflow(RedemptionCycleWorkflow.run, start, id=CYCLE, task_queue=QUEUE)
                ending: Ending = await handle.result()
        history = (await handle.describe()).history_length
        quarter, _ = self._door.quarter(CYCLE)
        assert quarter.closed is not None
        assert ending.amount_fen == quarter.closed.paid_fen
        return Outcome(quarter.closed.paid_fen, quarter.closed.deferred_fen, len(quarter.claims), history)
