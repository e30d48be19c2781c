"""A whole deployment whose parts are killed with kill -9, and what must be true of it afterwards."""

import asyncio
import hashlib
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import httpx
from google.protobuf import json_format
from google.protobuf.message import Message
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError

from cli.beijing_year import Year
from cli.qingdao_round import GrantRound
from cli.stack import Part, Stack
from commands.door import SYSTEM, Door
from commands.work import fold
from domain import letters
from domain.case import Case
from domain.dates import SHANGHAI, civil_date
from domain.kinds import CASE, CYCLE, PANEL, RECOVERY, ROUND
from duifu.v1.events_pb2 import (
    CheckRecorded,
    CommandAccepted,
    CommandRefused,
    CycleReminded,
    Decided,
    Envelope,
    GrantOrdered,
    GrantPaymentChanged,
    GrantReturned,
    GrantSettled,
    LetterSent,
    PaymentOrdered,
    PaymentReturned,
    PaymentSettled,
    RehearsalAdvanced,
    RehearsalStarted,
    RoundClosed,
    VoucherRedeemed,
)
from duifu.v1.facts_pb2 import CHECK_OUTCOME_UNAVAILABLE
from ledger import streams
from ledger.keys import SubjectKeys
from ledger.registry import unwrap
from ledger.store import Ledger, LedgerUnavailable
from settings import Settings, from_environment
from tests.desk import the_rulebook
from tests.ports import free_ports

PATIENCE_SECONDS = 120
POLL_SECONDS = 0.005
REMINDER = ":reminder:"  # a letter of a quarter, not of the case whose voucher it is about
MOMENTS_UP_TO = 300  # positions of the ledger; a year has some more
JITTER_SECONDS = 0.1  # of a kill after its moment: into the middle of whatever follows

ORDERED = (PaymentOrdered, GrantOrdered)
SETTLED = (PaymentSettled, GrantSettled)
RETURNED = (PaymentReturned, GrantReturned)
#: Told beside what follows one another, in whatever order the world answers.
BESIDE = (CheckRecorded, LetterSent, GrantPaymentChanged, *SETTLED, *RETURNED)


class Town:
    """A deployment of processes. Whatever ends is started anew, as a service manager would, unless it is held down."""

    def __init__(self, stack: Stack, client: Client, relay: Part | None):
        self.stack, self.client = stack, client
        self.ledger = Ledger(stack.config.ledger, SubjectKeys(stack.config.subject_keys))
        self.door = Door(self.ledger, the_rulebook())
        self.parts = {part.name: part for part in (stack.temporal, stack.city, stack.worker, relay) if part}
        self.kills: list[str] = []
        self.starts: Counter[str] = Counter()  # by the service manager
        self._held_down: set[str] = set()

    async def keep_alive(self) -> None:
        """The service manager."""
        while True:
            for name, part in self.parts.items():
                if name not in self._held_down and not part.is_running:
                    part.start()
                    self.starts[name] += 1
            await asyncio.sleep(POLL_SECONDS)

    def kill(self, name: str) -> None:
        """kill -9: no chance to tidy up."""
        if self.parts[name].is_running:
            self.parts[name].kill()
        self.kills.append(f"{name} at {self.ledger.head()}")

    async def kill_now_and_then(self, names: Sequence[str], times: int, seed: int) -> None:
        """Kill one of these parts soon after the ledger comes to each of some positions, drawn by seed."""
        dice = Random(seed)
        for moment in sorted(dice.sample(range(5, MOMENTS_UP_TO), times)):
            while self.ledger.head() < moment:  # noqa: ASYNC110 (other processes write)
                await asyncio.sleep(POLL_SECONDS)
            await asyncio.sleep(dice.random() ** 2 * JITTER_SECONDS)
            self.kill(dice.choice(names))

    @asynccontextmanager
    async def held_down(self, *names: str) -> AsyncIterator[None]:
        """An outage of some parts."""
        self._held_down.update(names)
        for name in names:
            self.kill(name)
        try:
            yield
        finally:
            self._held_down.difference_update(names)

    async def play_the_year(self) -> None:
        """The Beijing year, to its end and until its last letter."""
        await self.play(Year(self.door, self.client, lambda _line: None))

    async def play(self, story: Year | GrantRound) -> None:
        """A story, to its end and until its last letter."""
        await story.play()
        await self.until(lambda: not self.owing(), "every letter")

    def has_said(self, name: str, text: str) -> bool:
        """Whether a part's log has this passage."""
        log_path = self.parts[name].log_path
        return log_path.exists() and text in log_path.read_text("utf-8")

    # What the ledger says

    def case(self, case_id: str) -> tuple[Case, int]:
        """A case and its version."""
        return fold(self.ledger, streams.case(case_id), CASE)

    def cases(self) -> list[Case]:
        """Every case."""
        return [fold(self.ledger, stream, CASE)[0] for stream in self.ledger.streams(streams.CASES)]

    def owing(self) -> list[str]:
        """Letters that cases have come to and that are not on record."""
        return [
            letter.letter_id
            for case in self.cases()
            for letter in letters.owed(case)
            if letter.letter_id not in case.letters
        ]

    def envelopes(self) -> list[tuple[str, Envelope]]:
        """The whole log: stream and envelope. Raises HoleInLog."""
        log, after = [], 0
        while page := list(self.ledger.entries(after)):
            log += [(entry.recorded.originator_id, entry.recorded.envelope) for entry in page]
            after = page[-1].position
        return log

    def events(self, *kinds: type[Message]) -> list[Any]:
        """Every event of these kinds, in order of the log."""
        return [event for _, envelope in self.envelopes() if isinstance(event := unwrap(envelope.event), kinds)]

    # What the city says

    async def ask_the_city(self, path: str, **query: str) -> Any:
        """The JSON of a GET."""
        async with httpx.AsyncClient(base_url=self.stack.config.city_url, trust_env=False) as http:
            return (await http.get(path, params=query)).raise_for_status().json()

    # Waiting

    async def until(self, holds: Callable[[], Any], what: str) -> None:
        """Wait for a condition, which may be asynchronous; what is away meanwhile is asked again."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            with suppress(RPCError, LedgerUnavailable):
                held = holds()
                if asyncio.iscoroutine(held):
                    held = await held
                if held:
                    return
            assert time.monotonic() < deadline, f"{what}: did not come in {PATIENCE_SECONDS} s; killed: {self.kills}"
            await asyncio.sleep(0.05)


@asynccontextmanager
async def a_town(folder: Path, *, relay_apart: bool = False) -> AsyncIterator[Town]:
    """A deployment in a folder, new or left there by an earlier one."""
    stack = Stack(a_config(folder))
    relay = None
    if relay_apart:
        stack.worker.command.append("--without-relay")
        only_relay = [sys.executable, "-m", "worker", "--only-relay"]
        relay = Part("relay", only_relay, folder, stack.worker.env)
    async with stack:
        town = Town(stack, await stack.client(), relay)
        manager = asyncio.create_task(town.keep_alive())
        try:
            yield town
        finally:
            manager.cancel()
            if relay is not None:
                relay.stop()
            town.ledger.close()


@asynccontextmanager
async def killing(town: Town, *names: str, times: int, seed: int) -> AsyncIterator[None]:
    """Kill these parts now and then in the block, all `times`."""
    killer = asyncio.create_task(town.kill_now_and_then(names, times, seed))
    try:
        yield
        assert killer.done(), f"only {len(town.kills)} of {times} kills took place: {town.kills}"
        killer.result()
    finally:
        killer.cancel()


def a_config(folder: Path) -> Settings:
    """A deployment of its own, on ports that nobody uses."""
    temporal, ui, city = free_ports(3)
    return replace(
        from_environment(),
        home=folder,
        temporal_address=f"127.0.0.1:{temporal}",
        city_url=f"http://127.0.0.1:{city}",
        web_ui_url=f"http://127.0.0.1:{ui}",
    )


def outline(town: Town) -> dict[str, list[str]]:
    """The ledger without what may differ from run to run: seconds, runs, positions, and the order of things beside.

    Left out are receipts and refused attempts of the system itself, whose ids and number say how often something was
    asked; of the registries' answers those that do not count: a source could not be reached in time, or was asked
    about a claim that was corrected meanwhile; and reminders of a cut-off: a page of letters whose worker dies is taken
    over after some seconds, in which a rehearsal may let days pass.
    """
    corrections = {streams.case(case.case_id): case.corrections for case in town.cases()}
    told: dict[str, list[str]] = {}
    beside: dict[str, list[str]] = {}
    for stream, envelope in town.envelopes():
        event = unwrap(envelope.event)
        if isinstance(event, CycleReminded):
            continue
        is_systems = envelope.actor.id == SYSTEM.id and stream.startswith(("command/", "attempt/"))
        counts = not isinstance(event, CheckRecorded) or (
            event.result.outcome != CHECK_OUTCOME_UNAVAILABLE and event.round > corrections[stream]
        )
        if counts and not is_systems:
            part = beside if isinstance(event, BESIDE) else told
            part.setdefault(stream, []).append(_line(envelope, event))
    return {stream: told.get(stream, []) + sorted(beside.get(stream, [])) for stream in sorted({*told, *beside})}


def _line(envelope: Envelope, event: Message) -> str:
    on = civil_date(envelope.business_at.ToDatetime(SHANGHAI))
    if isinstance(event, RehearsalStarted | RehearsalAdvanced):
        event.offset_seconds = 0
    if isinstance(event, CheckRecorded):
        queried_on = civil_date(event.result.queried_at.ToDatetime(SHANGHAI))
        event.result.ClearField("queried_at")
        return f"{on} {queried_on} {_content(envelope, event)}"
    if isinstance(event, Decided) and event.stage == "acceptance":
        event.ClearField("grounds")  # as they stood: decided without waiting for the registries' answers
    return f"{on} {_content(envelope, event)}"


def _content(envelope: Envelope, event: Message) -> str:
    if isinstance(event, CommandAccepted):
        event.ClearField("personal")  # made with the keys of this town's persons
    content = json_format.MessageToJson(event, indent=None, ensure_ascii=False, sort_keys=True)
    return f"{type(event).__name__} {envelope.actor.id} {envelope.edition_sha256[:8]} {content}"


def difference(one: dict[str, list[str]], other: dict[str, list[str]]) -> list[str]:
    """What only one of two outlines says; readable where two dictionaries of a year are not."""
    lines = []
    for stream in sorted({*one, *other}):
        if one.get(stream, []) != other.get(stream, []):
            lines += [f"- {stream} {line}" for line in one.get(stream, []) if line not in other.get(stream, [])]
            lines += [f"+ {stream} {line}" for line in other.get(stream, []) if line not in one.get(stream, [])]
            lines += [f"! {stream}: {len(one.get(stream, []))} and {len(other.get(stream, []))} lines"]
    return lines


async def assert_nothing_is_doubled_or_lost(town: Town) -> None:
    """Each payment, each letter and each receipt once, in the ledger and in the city; Temporal agrees."""
    await assert_each_order_was_paid_once(town)
    await assert_each_letter_was_sent_once(town)
    assert [event for event in town.events(CommandRefused) if event.code == "COMMAND_ID_REUSED"] == []
    receipts = Counter(stream for stream, _ in town.envelopes() if stream.startswith("command/"))
    assert [stream for stream, count in receipts.items() if count != 1] == []
    assert_the_file_is_sound(town.ledger.address)
    await assert_temporal_agrees(town)


async def assert_each_order_was_paid_once(town: Town) -> None:
    """What the treasury did is what the ledger ordered, and what the ledger says of it."""
    treasuries = {event.treasury for event in town.events(GrantOrdered)}
    paths = ["/treasury/orders", *(f"/treasuries/{treasury}/orders" for treasury in sorted(treasuries))]
    orders = [order for path in paths for order in (await town.ask_the_city(path))["orders"]]
    ordered = {event.order_id: event.amount_fen for event in town.events(*ORDERED)}
    settled = [event.order_id for event in town.events(*SETTLED)]
    returned = [event.order_id for event in town.events(*RETURNED)]

    assert sorted((order["orderId"], int(order["amountFen"])) for order in orders) == sorted(ordered.items())
    assert sorted(order["orderId"] for order in orders if order["status"] == "SETTLED") == sorted(settled)
    assert sorted(order["orderId"] for order in orders if order["status"] == "RETURNED") == sorted(returned)
    paid_fen = sum(event.amount_fen for event in town.events(VoucherRedeemed))
    paid_fen += sum(share.amount_fen for closed in town.events(RoundClosed) for share in closed.paid)
    assert paid_fen == sum(ordered[order_id] for order_id in settled)


async def assert_each_letter_was_sent_once(town: Town) -> None:
    """The applicant's box holds the letters that the case came to, each once and in the words on record."""
    on_record = {event.letter.letter_id: event.letter.text_sha256 for event in town.events(LetterSent)}
    assert len(on_record) == len(town.events(LetterSent))
    for case in town.cases():
        box = (await town.ask_the_city("/letters", caseId=case.case_id))["letters"]
        box = [letter for letter in box if REMINDER not in letter["letterId"]]
        assert sorted(letter["letterId"] for letter in box) == sorted(owed.letter_id for owed in letters.owed(case))
        for letter in box:
            assert hashlib.sha256(letter["text"].encode()).hexdigest() == on_record[letter["letterId"]]


async def assert_temporal_agrees(town: Town) -> None:
    """The workflow of what is closed has completed, the workflow of what is open runs; none failed on the way."""
    closed = {case.case_id: case.closed is not None for case in town.cases()}
    for stream in town.ledger.streams(streams.CYCLES):
        cycle, _ = fold(town.ledger, stream, CYCLE)
        closed[cycle.cycle_id] = cycle.closed is not None
    for stream in town.ledger.streams(streams.ROUNDS):
        round_, _ = fold(town.ledger, stream, ROUND)
        closed[round_.round_id] = round_.closed is not None
    for stream in town.ledger.streams(streams.PANELS):
        panel, _ = fold(town.ledger, stream, PANEL)
        closed[panel.panel_id] = panel.is_over
    for stream in town.ledger.streams(streams.RECOVERIES):
        recovery, _ = fold(town.ledger, stream, RECOVERY)
        closed[recovery.recovery_id] = recovery.is_over
    for subject_id, is_closed in closed.items():
        wanted = WorkflowExecutionStatus.COMPLETED if is_closed else WorkflowExecutionStatus.RUNNING

        async def is_as_wanted(subject_id: str = subject_id, wanted: WorkflowExecutionStatus = wanted) -> bool:
            return (await town.client.get_workflow_handle(subject_id).describe()).status == wanted

        await town.until(is_as_wanted, f"{subject_id} {wanted.name}")
    runs = Counter([execution.id async for execution in town.client.list_workflows()])
    assert [subject_id for subject_id, count in runs.items() if count != 1] == []


def assert_the_file_is_sound(path: Path | str) -> None:
    """SQLite finds no damage, and positions are dense from 1."""
    with sqlite3.connect(path) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        count, least, greatest = file.execute("SELECT count(*), min(rowid), max(rowid) FROM stored_events").fetchone()
    assert (least, greatest) == (1, count)
