"""What a full audit costs, beside a scan of the same file with one sha256 for each event.

    python -m bench.audit [--events 1000000] [--rounds 3]

Each contestant runs in a process of its own, in turn. CPU is that of the process and all it starts; memory is the
largest of each process, added up. The audit reads the whole ledger, compares the sealed tree and every checkpoint, and
verifies their signatures.
"""

import argparse
import hashlib
import json
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from audit.verify import Trust, verify
from bench import long_log
from proofs.notes import Verifier

PROCESSES = 2


def scan(folder: Path) -> None:
    """Every column of every row, and one sha256 of what is stored."""
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as file:
        columns = "rowid, originator_id, originator_version, topic, state, leaf"
        for row in file.execute(f"SELECT {columns} FROM stored_events ORDER BY rowid"):
            hashlib.sha256(row[4]).digest()


def audit(folder: Path, processes: int = PROCESSES) -> None:
    """Everything `duifu audit verify` does."""
    trust = Trust(Verifier.parse((folder / "vkey").read_text()))
    verdict = verify(str(folder / "ledger.sqlite"), folder / "seals.sqlite", trust, processes=processes)
    assert verdict.is_whole, verdict.findings
    assert verdict.sealed == verdict.head


CONTESTANTS: dict[str, Callable[[Path], None]] = {
    "scan": scan,
    "audit": audit,
    "audit, one process": lambda folder: audit(folder, 1),
}


def contest(name: str, folder: Path) -> dict[str, float]:
    """One contestant in a process of its own: seconds and megabytes."""
    printed = subprocess.run(
        [sys.executable, "-m", "bench.audit", "--contestant", name, "--folder", str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    figures: dict[str, float] = json.loads(printed.stdout)
    return figures


def run(name: str, folder: Path) -> dict[str, Any]:
    """Run a contestant here and say what it took."""
    began = time.perf_counter()
    before = _cpu()
    CONTESTANTS[name](folder)
    own, children = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    count = PROCESSES if name == "audit" else 0
    return {
        "wall": time.perf_counter() - began,
        "cpu": _cpu() - before,
        "mb": (own + count * children) / 1024,
    }


def _cpu() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main(events: int, rounds: int) -> None:
    """Print medians, and the medians of the ratios round by round."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "vkey").write_text(long_log.make(folder, events).verifier.vkey())
        size_mb = (folder / "ledger.sqlite").stat().st_size / 2**20
        taken: dict[str, list[dict[str, float]]] = {name: [] for name in CONTESTANTS}
        for round_number in range(rounds + 1):
            for name, figures in taken.items():
                figure = contest(name, folder)
                if round_number:  # the first one warms up
                    figures.append(figure)
    print(f"{events} events, {size_mb:.0f} MB\n")
    print("| contestant | wall s | CPU s | events a CPU second | memory MB | CPU to scan | wall to own CPU |")
    print("|---|---|---|---|---|---|---|")
    for name, figures in taken.items():
        wall, cpu, mb = (statistics.median(figure[key] for figure in figures) for key in ("wall", "cpu", "mb"))
        pairs = zip(figures, taken["scan"], strict=True)
        ratio = statistics.median(figure["cpu"] / scanned["cpu"] for figure, scanned in pairs)
        share = statistics.median(figure["wall"] / figure["cpu"] for figure in figures)
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {events / cpu:,.0f} | {mb:.0f} | {ratio:.2f} | {share:.2f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--contestant", choices=CONTESTANTS)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.contestant:
        print(json.dumps(run(given.contestant, given.folder)))
    else:
        main(given.events, given.rounds)
