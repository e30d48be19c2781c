"""One turn of one contestant, in a process of its own: closes a quarter twice and prints what that cost, as JSON.

Nothing is read here that an engine's own environment may not have. Arguments: what `bench.closing` hands over.
"""

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.closing.contestant import Contestant, Place, contestant
from bench.closing.processes import cpu_seconds, family, forget_peak, peak_mb
from bench.closing.reckoning import Outcome


@dataclass(frozen=True)
class Cost:
    """What one run took. CPU of servers, the database's among them, is apart; memory is without servers."""

    outcome: Outcome
    seconds: float
    cpu_seconds: float
    server_cpu_seconds: float
    peak_mb: float


def main(name: str, claims: int, place: Place, database_server: int) -> dict[str, Any]:
    """The first run and the second."""
    playing = contestant(name, place)
    try:
        playing.setup(claims)
        return {
            "first": asdict(measured(playing, playing.close, database_server)),
            "second": asdict(measured(playing, playing.again, database_server)),
        }
    finally:
        playing.stop()


def measured(playing: Contestant, run: Callable[[], Outcome], database_server: int) -> Cost:
    """Run it once. `database_server` is the process id of PostgreSQL, or 0."""

    def cpu() -> tuple[float, float]:
        return cpu_seconds(own()), cpu_seconds(one for server in servers for one in family(server))

    def own() -> list[int]:
        return family(os.getpid(), without=servers)

    servers = [*playing.servers(), *([database_server] if database_server else [])]
    gc.collect()
    for pid in own():
        forget_peak(pid)
    before, began = cpu(), time.perf_counter()
    outcome = run()
    seconds, after = time.perf_counter() - began, cpu()
    return Cost(outcome, seconds, after[0] - before[0], after[1] - before[1], peak_mb(own()))


if __name__ == "__main__":
    contestant_name, count, home, database, server_pid, restate_server = sys.argv[1:]
    costs = main(contestant_name, int(count), Place(Path(home), database, restate_server), int(server_pid))
    print(json.dumps(costs), flush=True)
    os._exit(0)  # engines leave threads behind
