"""A whole office in this process: ledger, namespace and city of its own, worker and relay, on the real Temporal."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import uvicorn
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from temporalio.api.enums.v1 import EventType, IndexedValueType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

import settings
from cli import rehearsing
from cli.stack import DYNAMIC_CONFIG, Part
from commands.door import Door
from domain.case import Case
from domain.cycle import Cycle
from duifu.v1.events_pb2 import CheckRecorded, CycleReminded, LetterSent
from duifu.v1.work_pb2 import Ending
from ledger import streams
from reference_city.app import city_app
from reference_city.data_file import DataFile
from reference_city.store import Store
from relay import Relay
from settings import Settings
from tests.desk import Desk, the_rulebook
from tests.ports import free_ports
from tests.reference_city.running import RunningCity
from worker import WORKFLOWS, connect, running_worker
from workflows.display import SEARCH_ATTRIBUTES
from workflows.payloads import DATA_CONVERTER

PATIENCE_SECONDS = 60
POLL_SECONDS = 0.01
TASK_QUEUE = "duifu"

#: Told beside the stages, in whatever order the world answers.
BESIDE = (CheckRecorded, CycleReminded, LetterSent)


class TemporalServer:
    """The development server in a process of its own; in memory unless it has a `database`, without Web UI."""

    def __init__(self, folder: Path, *settings: str, database: Path | None = None, schedules: bool = False):
        """Beside the usual dynamic configuration, `settings` such as "frontend.WorkflowTimeSkippingEnabled=true"."""
        (self._port,), self._namespaces = free_ports(1), 0
        self.address = f"127.0.0.1:{self._port}"
        program = str(Path(sys.executable).with_name("temporal"))
        command = [program, "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(self._port)]
        command += ["--log-level", "error"]
        command += ["--db-filename", str(database)] if database else []
        workers = () if schedules else ("worker.perNamespaceWorkerCount=0",)  # most tests need none
        for setting in (*DYNAMIC_CONFIG, *workers, *settings):
            command += ["--dynamic-config-value", setting]
        self._part = Part("temporal", command, folder, dict(os.environ))
        self._part.start()

    async def a_namespace(self) -> str:
        """A namespace that nobody has used: ids of cases begin at 1 in every ledger."""
        self._namespaces += 1
        name = f"office-{self._namespaces}"
        client = await self._first_client()
        await client.workflow_service.register_namespace(
            RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=Duration(seconds=24 * 60 * 60))
        )
        attributes = {
            attribute: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}")
            for attribute, kind in SEARCH_ATTRIBUTES.items()
        }
        request = AddSearchAttributesRequest(namespace=name, search_attributes=attributes)

        async def registered() -> bool:
            with suppress(RPCError):
                await client.operator_service.add_search_attributes(request)
                return True
            return False

        await until(registered, f"namespace {name}")
        return name

    async def _first_client(self) -> Client:
        found: list[Client] = []

        async def answers() -> bool:
            self._part.must_run()
            with suppress(RPCError, RuntimeError):
                found.append(await Client.connect(self.address, data_converter=DATA_CONVERTER))
            return bool(found)

        await until(answers, "the Temporal server")
        return found[0]

    @property
    def process_id(self) -> int:
        """Of the server."""
        return self._part.pid

    def kill(self) -> None:
        """A power cut."""
        self._part.kill()

    async def start_again(self) -> None:
        """On the same port, with what its database has."""
        self._part.start()
        await self._first_client()

    def stop(self) -> None:
        """End the process."""
        self._part.stop()


class CityNextDoor(RunningCity):
    """The reference city over HTTP, on a thread: it starts in a moment, so every office has its own."""

    def start(self) -> None:
        app = city_app(DataFile(self.data), Store(self.state))
        self._server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
        self._thread = Thread(target=self._server.run, name="city", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._server.started:
            assert time.monotonic() < deadline, "the city does not start"
            time.sleep(POLL_SECONDS)
        host, port = self._server.servers[0].sockets[0].getsockname()
        self.url = f"http://{host}:{port}"
        self.http = httpx.Client(base_url=self.url, timeout=10, trust_env=False)

    def stop(self) -> None:
        self.http.close()
        self._server.should_exit = True
        self._thread.join(PATIENCE_SECONDS)

    def switch_off(self, service: str) -> None:
        """Let one service answer 503 from now on."""
        self.edit("unavailable: []", f"unavailable: [{service}]")

    def switch_on(self, service: str) -> None:
        """Let it answer again."""
        self.edit(f"unavailable: [{service}]", "unavailable: []")

    def letters(self, case_id: str) -> list[dict[str, str]]:
        """What the applicant has in the box about a case."""
        letters: list[dict[str, str]] = self.get("/letters", caseId=case_id)["letters"]
        return letters


class Office:
    """What a test sees of a running deployment. Commands go in at the desk; its clock is the machine's."""

    def __init__(self, config: Settings, client: Client, city: CityNextDoor):
        self.config, self.client, self.city = config, client, city
        self.desk = Desk(config.ledger)
        self.desk.door = Door(self.desk.ledger, the_rulebook())
        self._relay: asyncio.Task[None] | None = None

    # The relay, which a test may stop and start

    def start_relay(self) -> None:
        """Follow the log from the bookmark."""
        relay = Relay(self.desk.ledger, self.client, self.config.task_queue)
        self._relay = asyncio.create_task(relay.run(), name="relay")

    async def stop_relay(self) -> None:
        """Stop at once, wherever it is. Raises what the relay died of, if it did."""
        if self._relay is None:
            return
        relay, self._relay = self._relay, None
        if relay.done():
            relay.result()
        relay.cancel()
        with suppress(asyncio.CancelledError):
            await relay

    # Waiting

    async def case_until(self, case_id: str, holds: Callable[[Case], bool], what: str) -> Case:
        """The case as soon as the ledger says so."""
        await until(lambda: holds(self.desk.case(case_id)), f"{what} of {case_id}")
        return self.desk.case(case_id)

    async def cycle_until(self, cycle_id: str, holds: Callable[[Cycle], bool], what: str) -> Cycle:
        """The quarter as soon as the ledger says so."""
        await until(lambda: holds(self.desk.cycle(cycle_id)), f"{what} of {cycle_id}")
        return self.desk.cycle(cycle_id)

    async def checked(self, case_id: str) -> Case:
        """The case once every source has answered."""

        def answered(case: Case) -> bool:
            return all(check in case.checks for stage in case.plan.stages for check in stage.checks)

        return await self.case_until(case_id, answered, "the checks")

    async def settled(self) -> None:
        """Wait until every workflow has done what it can do now."""
        await rehearsing.settled(self.desk.door, self.client)

    async def pass_time(self, until_moment: datetime) -> list[str]:
        """Let business time pass, from one due moment to the next; what the operator is told."""
        told: list[str] = []
        await rehearsing.rehearse(self.desk.door, self.client, until_moment, told.append)
        await self.settled()
        return told

    async def ending(self, subject_id: str) -> Ending:
        """The result of a workflow that comes to its end."""
        result = self.client.get_workflow_handle(subject_id, result_type=Ending).result()
        return await asyncio.wait_for(result, PATIENCE_SECONDS)

    # What operators see

    def handle(self, subject_id: str) -> WorkflowHandle[Any, Any]:
        """The workflow of a case or a quarter."""
        return self.client.get_workflow_handle(subject_id)

    async def attributes(self, subject_id: str) -> dict[str, object]:
        """The search attributes, by name."""
        description = await self.handle(subject_id).describe()
        return {pair.key.name: pair.value for pair in description.typed_search_attributes}

    async def card(self, subject_id: str) -> str:
        """The status card: the workflow's current details."""
        metadata = await self.handle(subject_id).query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
        return str(metadata.current_details)

    async def summary(self, subject_id: str) -> str:
        """The line that introduces the workflow."""
        return str(await (await self.handle(subject_id).describe()).static_summary())

    async def history(self, subject_id: str) -> list[HistoryEvent]:
        """Everything that Temporal keeps of the newest run."""
        return list((await self.handle(subject_id).fetch_history()).events)

    async def must_replay(self) -> None:
        """Whatever ran here would go on in another process. Raises NondeterminismError if a history does not replay."""
        replayer = Replayer(
            workflows=WORKFLOWS, data_converter=DATA_CONVERTER, workflow_runner=UnsandboxedWorkflowRunner()
        )
        await replayer.replay_workflows(self.client.list_workflows().map_histories())

    async def timers(self, subject_id: str) -> list[str]:
        """What every timer so far says it waits for."""
        converter = DATA_CONVERTER.payload_converter
        return [
            str(converter.from_payload(event.user_metadata.summary))
            for event in await self.history(subject_id)
            if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED
        ]

    # What the ledger says

    def topics(self, stream: str) -> list[str]:
        """The events of a stream that follow one another, by name."""
        return names(event for event in self.desk.events(stream) if not isinstance(event, BESIDE))

    def topics_beside(self, stream: str) -> list[str]:
        """Checks, reminders and letters of a stream, by name, in no particular order."""
        return sorted(names(event for event in self.desk.events(stream) if isinstance(event, BESIDE)))

    def outline(self) -> dict[str, tuple[list[str], list[str]]]:
        """What happened in every stream but those of commands and attempts, which say how often something was asked."""
        told = (name for name in self.desk.ledger.streams("") if not name.startswith(("command/", "attempt/")))
        return {name: (self.topics(name), self.topics_beside(name)) for name in told}

    def case_topics(self, case_id: str) -> list[str]:
        """The events of a case that follow one another."""
        return self.topics(streams.case(case_id))


@asynccontextmanager
async def an_office(
    temporal: TemporalServer, folder: Path, rehearse_from: str = "", *, sandboxed: bool = True
) -> AsyncIterator[Office]:
    """An office that works until the block ends: a rehearsal from a date, or a production ledger."""
    async with (
        an_empty_office(temporal, folder, rehearse_from, sandboxed=sandboxed) as office,
        running_worker(office.config, office.client, Door(office.desk.ledger, the_rulebook())),
    ):
        office.start_relay()
        try:
            yield office
        finally:
            await office.stop_relay()
        await office.must_replay()


@asynccontextmanager
async def an_empty_office(
    temporal: TemporalServer, folder: Path, rehearse_from: str = "", *, sandboxed: bool = True
) -> AsyncIterator[Office]:
    """The same without worker and relay: whoever comes to the desk waits until somebody starts them."""
    city = CityNextDoor(folder)
    config = replace(
        settings.from_environment(),
        home=folder,
        temporal_address=temporal.address,
        namespace=await temporal.a_namespace(),
        task_queue=TASK_QUEUE,
        city_url=city.url,
        sandboxed=sandboxed,
    )
    office = Office(config, await connect(config), city)
    if rehearse_from:
        rehearsing.begin(office.desk.door, rehearse_from)
    try:
        yield office
    finally:
        city.stop()
        office.desk.ledger.close()


def names(messages: "Sequence[Message] | Any") -> list[str]:
    """What kinds of events these are."""
    return [type(message).__name__ for message in messages]


async def until(holds: Callable[[], Any], what: str, patience: timedelta = timedelta(seconds=PATIENCE_SECONDS)) -> None:
    """Wait for a condition, which may be asynchronous; say what did not come."""
    deadline = time.monotonic() + patience.total_seconds()
    while True:
        held = holds()
        if asyncio.iscoroutine(held):
            held = await held
        if held:
            return
        assert time.monotonic() < deadline, f"{what}: did not come in {patience}"
        await asyncio.sleep(POLL_SECONDS)
