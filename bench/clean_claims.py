"""What a claim costs that nobody has to look at: with a workflow and a person's decision, and verified by its quarter.

    python -m bench.clean_claims [--claims 200] [--rounds 3]

Two offices on one Temporal server take turns, Beijing's programme as it is shipped and with `passes_when_clean`. Each
takes so many clean requests, verifies them (where a person has to, the decision is sent as soon as the last source has
answered), pays them after the cut-off, closes the quarter and sends two letters about each. Worker, relay, city and
client are this process, and the same for both; CPU is that of this process and of the server, until the last workflow
has ended.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from unittest.mock import patch

from temporalio.testing import TimeSkipper, TimeSkippingConfig

from bench.world import cpu_of
from cli.rehearsing import OPERATOR, SKIPS_MAX
from domain.clock import clock_reading
from domain.letters import owed
from domain.money import yuan
from duifu.v1.commands_pb2 import AdvanceRehearsal
from duifu.v1.work_pb2 import Progress
from policy.rulebook import Rulebook
from telemetry import logs
from tests.amended import BEIJING, a_rulebook, verified_by_the_quarter
from tests.builders import VERIFICATION, a_redemption, shanghai
from tests.many import CYCLE, OneInvoice, PlainLine, voucher_id, write_vouchers
from tests.office import Office, TemporalServer, an_office
from tests.workflows.people import TECHNOLOGY

POLL_SECONDS = 0.2
CHECKS = 3  # of the stage that verifies
SETTLED = yuan(10_000)
CONTESTANTS: dict[str, Callable[[], Rulebook]] = {
    "a workflow and a person each": lambda: a_rulebook(BEIJING),
    "verified by the quarter": lambda: a_rulebook(BEIJING, verified_by_the_quarter),
}


@dataclass(frozen=True)
class Measured:
    """One quarter."""

    wall_seconds: float
    cpu_seconds: float
    workflows: int
    events: int  # of all histories
    ledger_events: int


async def play(office: Office, server: TemporalServer, claims: int) -> Measured:
    """A quarter of clean claims, from the first request to the last letter."""
    lines = [PlainLine(number, invoices=(OneInvoice(SETTLED),)) for number in range(1, claims + 1)]
    write_vouchers(office.desk.ledger, [(line, TECHNOLOGY) for line in lines])
    head, began, cpu = office.desk.ledger.head(), time.perf_counter(), cpu_of(os.getpid()) + cpu_of(server.process_id)
    cases = [await asyncio.to_thread(_request, office, number) for number in range(1, claims + 1)]
    if office.desk.case(cases[0]).is_with_quarter:
        await pass_time(office, shanghai("2024-03-02 00:00"))
    else:
        for case_id in cases:
            await seen(partial(_has_its_answers, office, case_id))
            await asyncio.to_thread(office.desk.decide, VERIFICATION, case_id, "verification")
    await seen(lambda: not len(office.desk.door.quarter(CYCLE)[0].index.waiting))
    await pass_time(office, shanghai("2024-04-01 00:00"))
    await seen(lambda: office.desk.door.quarter(CYCLE)[0].closed is not None)
    for case_id in cases:
        await seen(partial(_has_its_letters, office, case_id))
    while (await office.client.count_workflows('ExecutionStatus="Running"')).count:  # noqa: ASYNC110 (nobody tells)
        await asyncio.sleep(POLL_SECONDS)
    spent = cpu_of(os.getpid()) + cpu_of(server.process_id) - cpu
    wall, known = time.perf_counter() - began, [each async for each in office.client.list_workflows()]
    assert office.desk.cycle(CYCLE).index.orders["settled"].count == claims
    return Measured(
        wall, spent, len(known), sum(each.history_length for each in known), office.desk.ledger.head() - head
    )


async def pass_time(office: Office, to: datetime) -> None:
    """Move the ledger's clock, and the quarter's: no other workflow has anything to do then."""
    seconds = AdvanceRehearsal(business_seconds=int(to.timestamp()))
    office.desk.send(OPERATOR, advance_rehearsal=seconds)
    skipper = TimeSkipper(
        office.client,
        config=TimeSkippingConfig(enabled=False, disable_propagation=True, max_session_skip_count=SKIPS_MAX),
    )
    handle = office.handle(CYCLE)
    progress: Progress = await handle.query("progress", result_type=Progress)
    left = clock_reading(to, progress.clock) - await skipper.get_current_time(handle)
    await skipper.fast_forward(handle, left)


def _request(office: Office, number: int) -> str:
    asked = a_redemption(voucher_id(number), SETTLED, invoice=number, buyer=TECHNOLOGY)
    return office.desk.request(asked, TECHNOLOGY)


def _has_its_answers(office: Office, case_id: str) -> bool:
    return len(office.desk.case(case_id).checks) == CHECKS


def _has_its_letters(office: Office, case_id: str) -> bool:
    case = office.desk.case(case_id)
    return {letter.letter_id for letter in owed(case)} == case.letters


async def seen(holds: Callable[[], bool]) -> None:
    """Wait for what the ledger says; looking costs little of what is measured."""
    while not await asyncio.to_thread(holds):  # noqa: ASYNC110 (nobody tells)
        await asyncio.sleep(POLL_SECONDS)


@asynccontextmanager
async def a_server() -> AsyncIterator[tuple[TemporalServer, Path]]:
    """A development server in memory, and a folder for the offices."""
    with tempfile.TemporaryDirectory() as folder:
        server = TemporalServer(Path(folder))
        try:
            yield server, Path(folder)
        finally:
            server.stop()


async def main(claims: int, rounds: int) -> str:
    """The contestants in turn; a warm-up of a few claims is not counted."""
    results: dict[str, list[Measured]] = {name: [] for name in CONTESTANTS}
    async with a_server() as (server, folder):
        for number in range(rounds + 1):
            for name in sorted(CONTESTANTS, reverse=bool(number % 2)):
                home = folder / f"{number}-{len(results[name])}-{name[0]}"
                home.mkdir()
                rulebook = CONTESTANTS[name]
                with patch("tests.office.the_rulebook", rulebook), patch("tests.many.the_rulebook", rulebook):
                    async with an_office(server, home, "2024-03-01", sandboxed=False) as office:
                        measured = await play(office, server, claims if number else 5)
                if number:
                    results[name].append(measured)
                print(f"round {number}, {name}: {measured}", file=sys.stderr)
    return report(results, claims)


def report(results: dict[str, list[Measured]], claims: int) -> str:
    """Medians, and the medians of the ratios round by round."""
    lines = [
        "| | wall ms/claim | CPU ms/claim | workflows | history events/claim | ledger events/claim |",
        "|---|---|---|---|---|---|",
    ]
    for name, runs in results.items():
        wall, cpu, workflows, history, ledger = (
            statistics.median(getattr(run, field) for run in runs)
            for field in ("wall_seconds", "cpu_seconds", "workflows", "events", "ledger_events")
        )
        told = f"{wall / claims * 1e3:.1f} | {cpu / claims * 1e3:.1f} | {workflows:.0f} | {history / claims:.2f}"
        lines.append(f"| {name} | {told} | {ledger / claims:.1f} |")
    with_workflows, by_quarter = results.values()
    pairs = list(zip(by_quarter, with_workflows, strict=True))
    ratios = [
        statistics.median(getattr(ours, field) / getattr(other, field) for ours, other in pairs)
        for field in ("wall_seconds", "cpu_seconds", "workflows", "events", "ledger_events")
    ]
    lines.append(f"| **ratio** | {' | '.join(f'**{ratio:.3f}**' for ratio in ratios)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    logs.configure("console", "ERROR")
    print(asyncio.run(main(arguments.claims, arguments.rounds)))
    sys.stdout.flush()
    os._exit(0)
