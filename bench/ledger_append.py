"""Our recorders beside the library's own and a bare insert: the same bytes, the same server, taking turns.

Only `insert_events` is timed. Streams have ten events each; a batch of one is the next event of a stream, a batch of a
hundred is ten new streams. Contestants take turns, in an order shuffled for every repetition; the first ones warm up.
"""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore
from psycopg.conninfo import conninfo_to_dict

from duifu.v1.commands_pb2 import VERDICT_PASS, Actor
from duifu.v1.events_pb2 import Decided, Envelope
from ledger import postgres, sqlite
from ledger.registry import wrap
from tests.postgres import APP, Server

Append = Callable[[Sequence[StoredEvent]], object]

EVENTS_IN_STREAM = 10
APPENDS = {1: 40, 10: 16, 100: 4}  # in one turn, by batch
WARM_UP = 2  # repetitions


def main() -> None:
    """Measure both databases and print a table of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"load at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        show("SQLite", measure(on_sqlite(Path(folder)), options.repetitions, options.seed))
    server = Server()
    try:
        show("PostgreSQL", measure(on_postgres(server), options.repetitions, options.seed))
    finally:
        server.stop()
    print(f"load at the end: {os.getloadavg()[0]:.1f}")


def on_sqlite(folder: Path) -> dict[str, Append]:
    """Both with a write-ahead log, and a wait for the disk at each commit."""
    factory = sqlite.LedgerFactory(sqlite.environment(str(folder / "ours.sqlite")))
    ours = factory.application_recorder()
    datastore = SQLiteDatastore(str(folder / "library.sqlite"), originator_id_type="text")
    library = SQLiteApplicationRecorder(datastore)
    library.create_table()
    for opened in (factory.datastore, datastore):
        with opened.transaction(commit=False) as cursor:
            for pragma, needed in (("synchronous", 2), ("journal_mode", "wal")):
                cursor.execute(f"PRAGMA {pragma}")
                assert cursor.fetchone()[0] == needed
    return {"ours": ours.insert_events, "library": library.insert_events}


def on_postgres(server: Server) -> dict[str, Append]:
    """Ours as the application's role; the library's in its default mode; one statement by hand. A database for each."""
    own, theirs, bare = (server.new_database() for _ in range(3))
    postgres.prepare(server.url(own), APP)
    ours = postgres.LedgerFactory(postgres.environment(server.url(own, APP))).application_recorder()
    told = conninfo_to_dict(server.url(theirs))
    datastore = PostgresDatastore(
        str(told["dbname"]), str(told["host"]), "5432", str(told["user"]), "", pool_size=1, max_overflow=39,
        originator_id_type="text",
    )  # fmt: skip
    library = PostgresApplicationRecorder(datastore)
    library.create_table()
    return {
        "ours": ours.insert_events,
        "library": library.insert_events,
        "bare insert": bare_insert(server.url(bare)),
    }


def bare_insert(url: str) -> Append:
    """The same rows in a table with the same columns and indexes, and nothing else: no lock, no root."""
    connection = psycopg.connect(url, autocommit=True)
    connection.execute(
        "CREATE TABLE bare (originator_id text NOT NULL, originator_version bigint NOT NULL, topic text NOT NULL, "
        "state bytea NOT NULL, notification_id bigint NOT NULL, leaf bytea NOT NULL, "
        "PRIMARY KEY (originator_id, originator_version))"
    )
    connection.execute("CREATE UNIQUE INDEX ON bare (notification_id)")
    size = 0
    leaf = bytes(range(32))

    def append(events: Sequence[StoredEvent]) -> None:
        nonlocal size
        columns: tuple[list[Any], ...] = (
            [event.originator_id for event in events],
            [event.originator_version for event in events],
            [event.topic for event in events],
            [event.state for event in events],
            list(range(size + 1, size + 1 + len(events))),
            [leaf] * len(events),
        )
        connection.execute(
            "INSERT INTO bare SELECT * FROM "
            "unnest(%b::text[], %b::bigint[], %b::text[], %b::bytea[], %b::bigint[], %b::bytea[])",
            columns,
            prepare=True,
        )
        size += len(events)

    return append


def batches(size: int, seed: int) -> Iterator[list[StoredEvent]]:
    """Batches for ever: the events of one stream after another."""
    dice = random.Random(seed)
    decided = Decided(stage="review", verdict=VERDICT_PASS, reason="材料齐全，合同真实，符合条件")
    envelope = Envelope(
        actor=Actor(id="u-17", name="李", role="reviewer"), edition_sha256="0f" * 32, event=wrap(decided)
    )
    batch: list[StoredEvent] = []
    while True:
        stream = f"case/bj-claim-2024-{dice.getrandbits(64):020d}"
        for version in range(1, EVENTS_IN_STREAM + 1):
            envelope.command_id = f"cli:{dice.getrandbits(128):032x}"
            batch.append(StoredEvent(stream, version, "duifu.v1.Decided", envelope.SerializeToString()))
            if len(batch) == size:
                yield batch
                batch = []


def measure(contestants: dict[str, Append], repetitions: int, seed: int) -> dict[int, dict[str, list[float]]]:
    """Events per second of each contestant in each repetition, by batch."""
    dice = random.Random(seed)
    speeds: dict[int, dict[str, list[float]]] = {size: {name: [] for name in contestants} for size in APPENDS}
    sources = {size: batches(size, seed + size) for size in APPENDS}
    for repetition in range(WARM_UP + repetitions):
        for size, source in sources.items():
            turn = [next(source) for _ in range(APPENDS[size])]
            order = list(contestants)
            dice.shuffle(order)
            for name in order:
                began = time.perf_counter()
                for batch in turn:
                    contestants[name](batch)
                seconds = time.perf_counter() - began
                if repetition >= WARM_UP:
                    speeds[size][name].append(size * len(turn) / seconds)
    return speeds


def show(title: str, speeds: dict[int, dict[str, list[float]]]) -> None:
    """One line for each batch and comparison."""
    print(f"\n{title}\n")
    print("| batch | beside | ours events/s | theirs events/s | ratio of medians | median of paired ratios |")
    print("|---|---|---|---|---|---|")
    for size, by_name in speeds.items():
        ours = by_name["ours"]
        for name in by_name.keys() - {"ours"}:
            theirs = by_name[name]
            paired = median(one / other for one, other in zip(ours, theirs, strict=True))
            ratio = median(ours) / median(theirs)
            print(f"| {size} | {name} | {median(ours):.0f} | {median(theirs):.0f} | {ratio:.2f} | {paired:.2f} |")


if __name__ == "__main__":
    main()
