"""What other processes do to the same views. Importable by name, because a spawned process starts empty."""

import os
import signal
from collections.abc import Callable
from multiprocessing import get_context
from typing import Any

from eventsourcing.persistence import Tracking

from ledger.store import Ledger
from views.projection import Runner
from views.store import Views


def killed_while_building(ledger: str, views: str, batch: int, transaction: int, moment: str) -> int | None:
    """Build in a process of its own that is killed in a given transaction; gives how the process ended."""
    process = get_context("spawn").Process(target=_build_and_die, args=(ledger, views, batch, transaction, moment))
    process.start()
    process.join(60)
    return process.exitcode


def _build_and_die(ledger_address: str, views_address: str, batch: int, transaction: int, moment: str) -> None:
    ledger, views = Ledger(ledger_address), Views(views_address)
    with views.recorder.lease("rebuild"):
        generation = views.begin()
        die = _at(transaction)
        if moment == "before the commit":
            _before_the_commit(views.recorder, die)
        else:
            _after_the_commit(views, die)
        with Runner(views, generation, ledger, batch=batch) as runner:
            runner.run_forever()


def _before_the_commit(recorder: Any, die: Callable[[], None]) -> None:
    """Rows and tracking are written, and not committed."""
    track = recorder.track

    def track_and_die(cursor: Any, tracking: Tracking) -> None:
        track(cursor, tracking)
        die()

    recorder.track = track_and_die


def _after_the_commit(views: Any, die: Callable[[], None]) -> None:
    """Everything is committed, and the process does not come to know it."""
    record = views.record

    def record_and_die(*what: Any) -> None:
        record(*what)
        die()

    views.record = record_and_die


def _at(transaction: int) -> Callable[[], None]:
    """Kill this process, as a power cut would, when called for the n-th time."""
    calls = iter(range(1, transaction + 1))

    def die() -> None:
        if next(calls) == transaction:
            os.kill(os.getpid(), signal.SIGKILL)

    return die
