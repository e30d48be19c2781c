"""What the inbox of a role costs with many open cases, against folding every case of the ledger, as it once did."""

import argparse
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import structlog
from click.testing import CliRunner

from cli.__main__ import main as duifu
from commands.work import fold
from domain import tasks
from domain.kinds import CASE
from ledger import streams
from ledger.store import Ledger
from tests.builders import ACCEPTANCE, a_contract, a_firm, an_application
from tests.desk import Desk
from views.following import rebuild
from views.store import opened

FIRST_FIRM = 1_000  # the ones before are suppliers


def main() -> None:
    """Open the cases, build the views, then ask in turn; prints the medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        open_cases(home, options.cases)
        asking = {
            "every case folded": lambda: _fold_all(home),
            "inbox of a role": lambda: _ask(home),
            "inbox of a person": lambda: _ask(home, "--account", "zhao.lei"),
        }
        spent: dict[str, list[float]] = {name: [] for name in asking}
        for _ in range(options.rounds):
            for name, ask in asking.items():
                spent[name].append(_cpu_seconds(ask))
    before = statistics.median(spent["every case folded"])
    for name, times in spent.items():
        print(f"{name}: {statistics.median(times):.3f} s of CPU ({statistics.median(times) / before:.3f})")


def open_cases(home: Path, count: int) -> None:
    """So many enterprises hand in a claim each; the views follow."""
    desk = Desk(home / "ledger.sqlite")
    for number in range(count):
        firm = a_firm(FIRST_FIRM + number)
        desk.submit(an_application(a_contract(number=f"HT-{number}", buyer=firm), firm=firm), firm)
        if number % 500 == 499:
            print(f"\r{number + 1:,} cases opened", end="", file=sys.stderr)
    print(file=sys.stderr)
    with closing(desk.ledger), opened(home / "views.sqlite") as kept:
        rebuild(kept, desk.ledger)


def _ask(home: Path, *how: str) -> None:
    result = CliRunner().invoke(duifu, ["inbox", "--role", ACCEPTANCE.role, *how, "--json", "--home", str(home)])
    assert result.exit_code == 0, result.output


def _fold_all(home: Path) -> None:
    with closing(Ledger(home / "ledger.sqlite")) as ledger:
        for stream in ledger.streams(streams.CASES):
            tasks.next_step(fold(ledger, stream, CASE)[0])


def _cpu_seconds(ask: Callable[[], None]) -> float:
    begun = time.process_time()
    ask()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
