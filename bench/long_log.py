"""A long log, made quickly: rows and leaves as the ledger would have written them, sealed by the real sealer."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from duifu.v1.events_pb2 import CheckRecorded, Envelope
from duifu.v1.facts_pb2 import CheckResult
from ledger import chain
from ledger.registry import topic_of, wrap
from ledger.rows import open_rows
from ledger.sealer import Sealer
from ledger.seals import Seals
from ledger.store import Ledger
from proofs.notes import Signer

EVENTS_A_STREAM = 10
OPEN_AT_ONCE = 1000  # cases under way, in no order


def rows(events: int, open_at_once: int) -> Iterator[tuple[int, str, int, str, bytes, bytes]]:
    """Position, stream, version, topic, envelope of 150 to 250 bytes and leaf of each event."""
    dice = random.Random(1)
    under_way: list[tuple[str, int, bytes]] = []
    opened = 0
    for position in range(1, events + 1):
        while len(under_way) < open_at_once:
            opened += 1
            under_way.append((f"case/bj-claim-2024-{opened:06d}", 0, chain.NOTHING_BEFORE))
        at = dice.randrange(open_at_once)
        stream, version, previous = under_way[at]
        detail = "".join(dice.choices("abcdefgh", k=dice.randrange(60, 160)))
        event = wrap(CheckRecorded(stage="review", round=1, result=CheckResult(check="credit", detail=detail)))
        state = Envelope(event=event, command_id=f"check-{position}", edition_sha256="0" * 64).SerializeToString()
        leaf = chain.leaf(stream, version + 1, topic_of(event), previous, state)
        yield position, stream, version + 1, topic_of(event), state, leaf
        under_way[at] = stream, version + 1, leaf
        if version + 1 == EVENTS_A_STREAM:
            under_way.pop(at)


def make(folder: Path, events: int, checkpoints: int = 100, open_at_once: int = OPEN_AT_ONCE) -> Signer:
    """Write `ledger.sqlite` and `seals.sqlite`, with so many checkpoints; gives the log's key."""
    Ledger(folder / "ledger.sqlite").close()
    signer = Signer.generate("duifu.example/bench")
    seals = Seals(folder / "seals.sqlite")
    with (
        closing(sqlite3.connect(folder / "ledger.sqlite")) as file,
        closing(open_rows(folder / "ledger.sqlite")) as read,
    ):
        file.execute("PRAGMA synchronous=OFF")
        sealer = Sealer(read, seals, signer)
        part: list[tuple[int, str, int, str, bytes, bytes]] = []
        for row in rows(events, open_at_once):
            part.append(row)
            if len(part) == max(1, events // checkpoints) or row[0] == events:
                with file:
                    file.executemany(
                        "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state, leaf) "
                        "VALUES (?, ?, ?, ?, ?, ?)",
                        part,
                    )
                part.clear()
                sealer.seal()
    seals.close()
    return signer
