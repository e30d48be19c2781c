"""How long it takes to prove that money is conserved, beside reading and verifying the same ledger.

    python -m bench.conserve [--claims 2000,32000] [--rounds 3]

The ledger is that of `bench.recompute`: vouchers and redemptions, about 32 events for each redemption. Everything runs
in one process. Memory is the largest that a process of its own has had when it has proven it.
"""

import argparse
import logging
import resource
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import structlog

from audit.conservation.conserve import conserve
from audit.verify import verify
from bench.recompute import QUARTERS, make, measure
from ledger.rows import open_rows
from tests.desk import the_rulebook


def main() -> None:
    """Write a ledger, then read it, verify it and prove conservation in turn; prints times, ratios and memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", default="2000,32000", help="sizes, one after the other")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--alone", type=Path, metavar="LEDGER", help="prove this one and print the memory")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    if options.alone:
        prove(options.alone)
        print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
        return
    for claims in map(int, options.claims.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "ledger.sqlite"
            events = make(path, max(1, claims // len(QUARTERS)))
            print(f"{claims:,} redemptions in {events:,} events")
            measure(path, options.rounds, {"verify": check, "conserve": prove})
            alone = [sys.executable, "-m", "bench.conserve", "--alone", str(path)]
            print("memory:", subprocess.run(alone, check=True, capture_output=True, text=True).stdout.strip())


def check(path: Path) -> None:
    """Every leaf, version and position, as `duifu audit verify` does, without seals."""
    assert verify(str(path), None, None, processes=1).is_whole


def prove(path: Path) -> None:
    """Every account at every position; stops if one breaks."""
    with closing(open_rows(path)) as rows:
        found = conserve(rows, the_rulebook())
    assert found.is_conserved, found.breaks


if __name__ == "__main__":
    main()
