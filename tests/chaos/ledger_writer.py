"""One process that appends at full speed: python -m tests.chaos.ledger_writer ADDRESS NAME COUNT.

Each commit has an event for a stream of its own and one for a stream that every writer wants. Prints a line for each
commit as soon as it is acknowledged, "wrote VERSION POSITION", and one for each time the ledger could not be had.
Started again, or after a loss, it asks the ledger how far it came.
"""

import sys
import time

from ledger.store import Ledger, LedgerUnavailable, StreamMoved
from tests.ledger.events import an_event

PAUSE_SECONDS = 0.05
STUFFING = "x" * 600  # so that a disk fills up in time


def say(*words: object) -> None:
    """One line, at once."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def opened(address: str) -> Ledger:
    """The ledger, when it can be had."""
    while True:
        try:
            return Ledger(address)
        except LedgerUnavailable as error:
            say("unavailable", error)
            time.sleep(PAUSE_SECONDS)


def main(address: str, name: str, count: str) -> None:
    """Write until the stream of one's own has `count` events."""
    ledger = opened(address)
    while True:
        try:
            own, common = ledger.version(f"own/{name}") + 1, ledger.version("common") + 1
            if own > int(count):
                break
            events = [an_event(f"own/{name}", own, STUFFING), an_event("common", common, STUFFING)]
            position, _ = ledger.append(events)
        except StreamMoved:
            continue
        except LedgerUnavailable as error:
            say("unavailable", error)
            time.sleep(PAUSE_SECONDS)
        else:
            say("wrote", own, position)
    ledger.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
