"""What a contestant does, where, and how it is found by its name."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Protocol

from bench.closing.reckoning import Outcome


@dataclass(frozen=True)
class Place:
    """What a contestant may use; nobody used it before."""

    home: Path  # a folder for files
    database: str  # the URL of an empty PostgreSQL database, or nothing: SQLite files in the folder
    restate_server: str = ""  # the program
    batched: bool = False  # rows of a chunk are handed to the driver all at once, not one after the other


class Contestant(Protocol):
    """Closes one quarter: assess with a trace, cap, order, match with the treasury, close.

    Each phase is durable before the next one begins, since the treasury answers in between.
    """

    def setup(self, count: int) -> None:
        """Start what is needed and admit so many claims, durably. Not timed."""

    def close(self) -> Outcome:
        """Close the quarter."""

    def again(self) -> Outcome:
        """Do the same once more, as who got no answer would; nothing may change."""

    def servers(self) -> list[int]:
        """Process ids of servers that it started: what they use is counted apart."""

    def stop(self) -> None:
        """End what it started."""


@dataclass(frozen=True)
class Entry:
    """A name in the table and where the contestant is."""

    title: str
    module: str
    factory: str
    elsewhere: bool = False  # runs in the environment of the other engines
    batched: bool = False


LIBRARY, TABLE = "bench.closing.library", "bench.closing.state_table"
TEMPORAL, DBOS, RESTATE = "bench.closing.bare_temporal", "bench.others.dbos_closing", "bench.others.restate_closing"
CONTESTANTS = {
    "ours": Entry("Duifu", "bench.closing.ours", "Ours"),
    "library": Entry("library", LIBRARY, "reading"),
    "library_kept": Entry("library, kept in memory", LIBRARY, "keeping"),
    "state_table": Entry("state table", TABLE, "StateTable"),
    "state_table_batched": Entry("state table, batched", TABLE, "StateTable", batched=True),
    "temporal": Entry("bare Temporal", TEMPORAL, "BareTemporal"),
    "temporal_batched": Entry("bare Temporal, batched", TEMPORAL, "BareTemporal", batched=True),
    "dbos": Entry("DBOS", DBOS, "OnDBOS", elsewhere=True),
    "dbos_batched": Entry("DBOS, batched", DBOS, "OnDBOS", elsewhere=True, batched=True),
    "restate": Entry("Restate", RESTATE, "OnRestate", elsewhere=True),
    "restate_batched": Entry("Restate, batched", RESTATE, "OnRestate", elsewhere=True, batched=True),
}


def contestant(name: str, place: Place) -> Contestant:
    """The contestant of this name. Only its own module is read: others need packages that may not be there."""
    entry = CONTESTANTS[name]
    factory: Callable[[Place], Contestant] = getattr(import_module(entry.module), entry.factory)
    return factory(replace(place, batched=entry.batched))
