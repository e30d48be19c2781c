"""How fast a quarter is closed in bulk: assess with a trace, cap, order, match with the treasury, close.

    python -m bench.closing [--claims 1000,10000] [--rounds 3] [--contestants library,state_table,…]
                            [--database postgres|sqlite] [--venv FOLDER] [--restate-server PROGRAM] [--json]

Contestants take turns, each in a process and a database of its own, in an order that is turned round each time. All
close the same claims by the same rule, which is checked; all commit 500 claims at a time, wait for the disk at each
commit, and keep of each claim how it was worked out. Then each closes the closed quarter once more. DBOS and Restate
are no part of the project: `python -m bench.other_engines --help` says how to make the folder that --venv names.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.closing.claims import claims
from bench.closing.contestant import CONTESTANTS
from bench.closing.reckoning import Outcome, expected
from bench.closing.table import Turn, table
from tests.postgres import Server

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Engines:
    """Where engines are that are not ours."""

    venv: Path | None
    restate_server: Path | None

    def missing(self, name: str) -> str:
        """Why a contestant cannot play; nothing if it can."""
        if not CONTESTANTS[name].elsewhere:
            return ""
        if self.venv is None:
            return "needs --venv FOLDER"
        if not (self.venv / "bin" / "python").exists():
            return f"finds no bin/python in {self.venv}"
        if name == "restate" and not self.server.exists():
            return f"finds no {self.server}; npm installs it, or name it with --restate-server"
        return ""

    @property
    def server(self) -> Path:
        """The program of Restate."""
        return self.restate_server or Path(self.venv or "") / "node_modules" / ".bin" / "restate-server"

    def python(self, name: str) -> str:
        """The interpreter that a contestant runs in."""
        return str(self.venv / "bin" / "python") if self.venv and CONTESTANTS[name].elsewhere else sys.executable


def main(names: list[str], sizes: list[int], rounds: int, engines: Engines, server: Server | None) -> list[Turn]:
    """Every contestant that can play, in turn; says which cannot, and why."""
    for name in names:
        if why := engines.missing(name):
            print(f"{CONTESTANTS[name].title} does not play: it {why}.", file=sys.stderr)
    playing = [name for name in names if not engines.missing(name)]
    if not playing:
        raise SystemExit("Nobody is left to play.")
    turns: list[Turn] = []
    for count in sizes:
        outcome = expected(claims(count))
        for round_number in range(1, rounds + 1):
            for name in playing if round_number % 2 else reversed(playing):
                turns.append(one_turn(name, count, engines, server))
                must_agree(turns[-1], outcome)
                print(f"round {round_number}, {count:,}: {turns[-1].short}", file=sys.stderr)
    return turns


def one_turn(name: str, count: int, engines: Engines, server: Server | None) -> Turn:
    """In a process, a folder and a database that nobody used before."""
    with ExitStack() as done, tempfile.TemporaryDirectory(prefix="duifu-closing-", ignore_cleanup_errors=True) as home:
        url, pid = "", 0
        if server:
            database = server.new_database()
            done.callback(server.drop, database)
            url, pid = server.url(database), server.instance.get_pid() or 0
        place = [str(count), home, url, str(pid), str(engines.server)]
        ran = subprocess.run(
            [engines.python(name), "-m", "bench.closing.turn", name, *place],
            cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'proto'}"},
        )  # fmt: skip
        if ran.returncode:
            raise SystemExit(f"{CONTESTANTS[name].title} has failed; its own words are above")
        return Turn.read(CONTESTANTS[name].title, count, json.loads(ran.stdout.splitlines()[-1]))


def must_agree(turn: Turn, outcome: Outcome) -> None:
    """To the fen, the first time and the second."""
    for found in (turn.outcome, turn.outcome_again):
        assert found == outcome, f"{turn.who} closes with {found}, the rule gives {outcome}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", default="10000", help="sizes, one after the other")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--contestants", default=",".join(CONTESTANTS), help="the first is compared with the others")
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    parser.add_argument("--venv", type=Path, help="the environment of the other engines")
    parser.add_argument("--restate-server", type=Path, help="the program, if it is not in that environment")
    parser.add_argument("--json", action="store_true", help="every turn instead of the table")
    options = parser.parse_args()
    wanted = options.contestants.split(",")
    if unknown := set(wanted) - set(CONTESTANTS):
        parser.error(f"no such contestant: {', '.join(sorted(unknown))}; there are {', '.join(CONTESTANTS)}")
    others = Engines(options.venv and options.venv.absolute(), options.restate_server)
    with ExitStack() as stack:
        postgres = Server() if options.database == "postgres" else None
        if postgres:
            stack.callback(postgres.stop)
        print(f"load at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", file=sys.stderr)
        found = main(wanted, [int(size) for size in options.claims.split(",")], options.rounds, others, postgres)
        print(f"load at the end: {os.getloadavg()[0]:.1f}", file=sys.stderr)
    print(json.dumps([asdict(turn) for turn in found], indent=1) if options.json else table(found))
