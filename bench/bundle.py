"""What an evidence bundle costs on a long log: to build, to verify, and how large it is.

    python -m bench.bundle [--events 1000000] [--attempts 10000] [--rounds 50]

At the end of a long log two claims go in at the door: one that was just checked, ten events in all, and one that became
a voucher and was paid. Then others are refused many times, and the same bundles are built again. Figures are medians,
in one process, files in the cache of the operating system; "verified" begins with the bytes of the ZIP file and ends
with the last finding.
"""

import argparse
import hashlib
import io
import json
import os
import sqlite3
import statistics
import tempfile
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TypeVar

from audit import duifu_verify
from audit.export import export
from bench import long_log
from duifu.v1.events_pb2 import CommandRefused, Envelope
from ledger import chain, streams
from ledger.registry import topic_of, wrap
from ledger.rows import open_rows
from ledger.sealer import Sealer
from ledger.seals import Seals
from proofs.notes import Signer
from settings import SHIPPED_PROGRAMMES
from telemetry import logs
from tests.builders import a_contract, a_redemption, an_application, clean_checks
from tests.desk import Desk

T = TypeVar("T")

QUARTER = "bj-slq-2023-2025Q1"


def main() -> None:
    """Make the log, measure, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--attempts", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=50)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    logs.configure("console", "WARNING")
    with tempfile.TemporaryDirectory() as folder:
        signer = long_log.make(Path(folder), chosen.events)
        subjects = two_claims(Path(folder), signer)
        found = {name: measured(Path(folder), subject, signer, chosen.rounds) for name, subject in subjects.items()}
        add_attempts(Path(folder) / "ledger.sqlite", chosen.attempts)
        for name, subject in subjects.items():
            found[f"{name}, {chosen.attempts} attempts later"] = measured(Path(folder), subject, signer, chosen.rounds)
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    if chosen.json:
        print(json.dumps({"load": load, **found}))
        return
    print(f"{chosen.events} events; load {load}")
    for name, figures in found.items():
        print(f"{name}: " + ", ".join(f"{what} {figure:.4g}" for what, figure in figures.items()))


def add_attempts(ledger: Path, count: int) -> None:
    """Refused attempts on other cases, which an export of an older case looks through."""
    with closing(sqlite3.connect(ledger)) as file, file:
        ((head,),) = file.execute("SELECT max(rowid) FROM stored_events").fetchall()
        for number in range(1, count + 1):
            refused = wrap(
                CommandRefused(command_id=f"x-{number}", case_id="another", code="ROLE_MISMATCH", message="否" * 40)
            )
            stream = streams.attempt(f"x-{number}", "0" * 64, "ROLE_MISMATCH")
            state = Envelope(event=refused, command_id=f"x-{number}").SerializeToString()
            leaf = chain.leaf(stream, 1, topic_of(refused), chain.NOTHING_BEFORE, state)
            row = (head + number, stream, 1, topic_of(refused), state, leaf)
            file.execute("INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state, leaf) "
                         "VALUES (?, ?, ?, ?, ?, ?)", row)  # fmt: skip


def two_claims(folder: Path, signer: Signer) -> dict[str, str]:
    """Streams to export, by what they are."""
    desk = Desk(folder / "ledger.sqlite", "2025-03-03 09:00")
    contract = partial(a_contract, signed_on="2025-01-10", starts_on="2025-02-01", ends_on="2025-12-31")
    voucher = desk.voucher_through_the_door(contract())
    asked = a_redemption(voucher.voucher_id, period=("2025-02-01", "2025-02-20"), on="2025-02-26")
    desk.redemption_through_the_door(asked)
    desk.settle_quarter(QUARTER)
    checked = desk.submit(an_application(contract(number="HT-2")))
    desk.record_checks(checked, *clean_checks()[:3])
    desk.ledger.close()
    with closing(open_rows(folder / "ledger.sqlite")) as rows, closing(Seals(folder / "seals.sqlite")) as seals:
        Sealer(rows, seals, signer).seal()
    return {"checked claim": streams.case(checked), "paid voucher": streams.voucher(voucher.voucher_id)}


def measured(folder: Path, subject: str, signer: Signer, rounds: int) -> dict[str, float]:
    """Milliseconds and bytes."""
    programmes = [path.read_bytes() for path in SHIPPED_PROGRAMMES.rglob("*.yaml")]
    editions = {hashlib.sha256(content).hexdigest(): content for content in programmes}
    pins = duifu_verify.Pins(duifu_verify.parse_key(signer.verifier.vkey(), duifu_verify.LOG))
    with (
        closing(open_rows(folder / "ledger.sqlite")) as rows,
        closing(Seals(folder / "seals.sqlite", read_only=True)) as seals,
    ):
        built, made = timed(rounds, lambda: export(rows, seals, subject, editions))
    verified, report = timed(rounds, lambda: duifu_verify.verify(made.content, pins))
    assert not report.failures(), report.findings
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    proofs = sum(size for name, size in sizes.items() if name.startswith("proofs/"))
    return {
        "events": made.events,
        "built ms": built[0],
        "built CPU ms": built[1],
        "built ms at best": built[2],
        "verified ms": verified[0],
        "verified CPU ms": verified[1],
        "verified ms at best": verified[2],
        "proofs kB": proofs / 1000,
        "events kB": sizes["events.jsonl"] / 1000,
        "bundle kB": len(made.content) / 1000,
    }


def timed(rounds: int, work: Callable[[], T]) -> tuple[tuple[float, float, float], T]:
    """Milliseconds over several rounds, medians on the clock and of CPU and the fastest, and the last result."""
    took = []
    for _ in range(rounds):
        began, cpu = time.perf_counter(), time.process_time()
        result = work()
        took.append(((time.perf_counter() - began) * 1000, (time.process_time() - cpu) * 1000))
    clock, used = zip(*took, strict=True)
    return (statistics.median(clock), statistics.median(used), min(clock)), result


if __name__ == "__main__":
    main()
