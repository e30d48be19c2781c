"""How long it takes to make every decision again, against reading the same ledger: at most one and a half times.

Reading is what every follower does: each event of the log, in order, decoded by `Ledger.entries`, in one process.
"""

import argparse
import gc
import logging
import os
import re
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import groupby, islice
from pathlib import Path

import structlog

from audit.compared import Difference
from audit.recompute import recompute, recompute_ledger
from domain.money import yuan
from duifu.v1.events_pb2 import (
    ClaimAmount,
    CycleClosed,
    CycleFrozen,
    CycleOpened,
    Envelope,
    FiguresBroughtForward,
)
from ledger import chain
from ledger.registry import unwrap
from ledger.rows import Row, open_rows
from ledger.store import Ledger
from tests.builders import BUYER, PROGRAMME, a_contract, a_firm, invoice_number
from tests.desk import Desk, the_rulebook

QUARTERS = [f"{year}Q{number}" for year in (2024, 2025) for number in (1, 2, 3, 4)]
REQUESTED = ("03-25", "06-10", "09-10", "11-10")  # a day on which each quarter takes requests
COMMANDS = "bench-000000"
PAGE = 20_000  # rows

OPENING = {kind.DESCRIPTOR.full_name for kind in (CycleOpened, FiguresBroughtForward)}
COMMON = {kind.DESCRIPTOR.full_name for kind in (CycleFrozen, CycleClosed)}
FIRST_FIRM = 1_000  # the ones before are suppliers
NAMES = re.compile(
    f"{BUYER.uscc}|{COMMANDS}|bj-(?:claim|voucher)-2024-000001|bj-redeem-202[45]-00000[1-4]"
    f"|{PROGRAMME}-202[45]Q[1-4]-00001|{invoice_number(0)[:-1]}[1-8]".encode()
)

Rename = Callable[[bytes], bytes]


def main() -> None:
    """Write a ledger, then read it and recompute it in turn; prints both times and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", default="2000,10000,100000", help="sizes, one after the other")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    for claims in map(int, options.claims.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "ledger.sqlite"
            firms = max(1, claims // len(QUARTERS))
            events = make(path, firms, lambda done: print(f"\r{done:,} events written", end="", file=sys.stderr))
            print(f"\n{firms * len(QUARTERS):,} redemptions of {firms:,} vouchers in {events:,} events")
            contestants = {"recompute, one process": remake, "recompute, side by side": remake_side_by_side}
            measure(path, options.rounds, contestants)


def measure(path: Path, rounds: int, others: Mapping[str, Callable[[Path], None]]) -> None:
    """All contestants in turn, several times; prints the medians, and each beside reading."""
    contestants = {"read": read, **others}
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            gc.collect()
            begun, cpu = time.perf_counter(), _cpu_seconds()
            run(path)
            spent[name].append((time.perf_counter() - begun, _cpu_seconds() - cpu))
            wall, cpu = spent[name][-1]
            print(f"{name}: {wall:.1f} s, {cpu:.1f} s of CPU, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    medians = {name: [statistics.median(each) for each in zip(*times, strict=True)] for name, times in spent.items()}
    for name, times in medians.items():
        ratios = [mine / reading for mine, reading in zip(times, medians["read"], strict=True)]
        print(f"{name}: {times[0]:.2f} s ({ratios[0]:.2f}), {times[1]:.2f} s of CPU ({ratios[1]:.2f})")


def _cpu_seconds() -> float:
    """Of this process and of those that it waited for."""
    of = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in of)


def read(path: Path) -> None:
    """Every event, decoded as the ledger gives it; without keys, as an auditor reads."""
    ledger, position = Ledger(path), 0
    with closing(ledger):
        while True:
            before = position
            for entry in ledger.entries(position):
                position = entry.position
            if position == before:
                return


def remake(path: Path) -> None:
    """Every decision made again; stops if one comes out otherwise."""
    with closing(open_rows(path)) as rows:
        tally = recompute(rows, the_rulebook(), _stop)
    assert tally.is_equal, tally.unanswered


def remake_side_by_side(path: Path) -> None:
    """The same as `duifu audit recompute` does it: a process for each core."""
    tally = recompute_ledger(str(path), the_rulebook(), _stop)
    assert tally.is_equal, tally.unanswered


def _stop(difference: Difference) -> None:
    raise AssertionError(difference)


def make(path: Path, firms: int, progress: Callable[[int], None] = lambda _done: None) -> int:
    """A ledger in which so many firms do what one did at the door, command by command; gives the number of events.

    `progress` hears how many are written.
    """
    Ledger(path).close()
    position = 0
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA synchronous=OFF")
        rows = _rows(_model(), firms)
        while page := list(islice(rows, PAGE)):
            with file:
                file.executemany("INSERT INTO stored_events VALUES (?, ?, ?, ?, ?, ?)", page)
            position = page[-1].position
            progress(position)
    return position


def _model() -> list[Row]:
    """One firm at the door: a voucher, and a redemption in each quarter, paid."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(f"{folder}/ledger.sqlite", ids=COMMANDS)
        voucher = desk.voucher_through_the_door(a_contract(yuan(1_000_000)))
        for number, (quarter, day) in enumerate(zip(QUARTERS, REQUESTED * 2, strict=True), 1):
            desk.at(f"{quarter[:4]}-{day} 09:00").pay_for(voucher, yuan(100_000), invoice=number)
            desk.settle_quarter(f"{PROGRAMME}-{quarter}")
        desk.ledger.close()
        with closing(open_rows(f"{folder}/ledger.sqlite")) as rows:
            return list(rows.scan())


def _rows(model: Sequence[Row], firms: int) -> Iterator[Row]:
    """Each command of the model, once for each firm; what is about a whole quarter once for all of them."""
    newest: dict[str, tuple[int, bytes]] = {}  # of streams that go on
    names = [_renaming(firm, firms) for firm in range(firms)]
    position = 0
    for _, commit in groupby(model, key=lambda row: Envelope.FromString(row.state).command_id):
        rows = list(commit)
        is_common = any(row.topic in COMMON for row in rows)
        for rename in names[:1] if is_common else names:
            for row in rows:
                if row.topic in OPENING and rename is not names[0]:
                    continue  # the first to come opens the quarter
                position += 1
                stream = rename(row.stream.encode()).decode()
                state = _common(row, names) if row.topic in COMMON | OPENING else rename(row.state)
                version, previous = newest.get(stream, (0, chain.NOTHING_BEFORE))
                leaf = chain.leaf(stream, version + 1, row.topic, previous, state)
                if not stream.startswith(("command/", "invoice/")):
                    newest[stream] = version + 1, leaf
                yield Row(position, stream, version + 1, row.topic, state, leaf)


def _renaming(firm: int, firms: int) -> Rename:
    """Bytes of the model as those of another firm: every name keeps its length, so that a message stays one."""
    new = {
        BUYER.uscc: a_firm(FIRST_FIRM + firm).uscc,
        "bj-claim-2024-000001": f"bj-claim-2024-{firm + 1:06d}",
        "bj-voucher-2024-000001": f"bj-voucher-2024-{firm + 1:06d}",
        COMMANDS: f"bench-{firm:06d}",
    }
    for number, quarter in enumerate(QUARTERS, 1):
        year, of_year = quarter[:4], (number - 1) % 4
        new[f"bj-redeem-{year}-{of_year + 1:06d}"] = f"bj-redeem-{year}-{of_year * firms + firm + 1:06d}"
        new[f"{PROGRAMME}-{quarter}-00001"] = f"{PROGRAMME}-{quarter}-{firm + 1:05d}"
        new[invoice_number(number)] = invoice_number(firm * 10 + number)
    known = {old.encode(): name.encode() for old, name in new.items()}
    assert all(len(old) == len(name) for old, name in known.items()), "too many claims for this bench"
    return lambda content: NAMES.sub(lambda found: known[found[0]], content)


def _common(row: Row, names: Sequence[Rename]) -> bytes:
    """The end of a quarter, with every firm's claim."""
    envelope = Envelope.FromString(row.state)
    match unwrap(envelope.event):
        case CycleFrozen() as frozen:
            frozen.case_ids[:] = [rename(one.encode()).decode() for rename in names for one in frozen.case_ids]
        case FiguresBroughtForward() as brought:
            brought.paid_fen *= len(names)
            brought.paid_in_year_fen *= len(names)
        case CycleClosed() as closed:
            closed.paid_fen *= len(names)
            (one,) = closed.paid
            claims = [rename(one.case_id.encode()).decode() for rename in names]
            del closed.paid[:]
            closed.paid.extend(ClaimAmount(case_id=claim, amount_fen=one.amount_fen) for claim in claims)
    return envelope.SerializeToString()


if __name__ == "__main__":
    main()
