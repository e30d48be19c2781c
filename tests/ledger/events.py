"""Events to store, and what other processes do at the same file. Importable by name: a spawned process starts empty."""

import time
from pathlib import Path

from duifu.v1.events_pb2 import CaseRegistered, Envelope
from ledger.mapper import Recorded
from ledger.registry import wrap
from ledger.store import Bookmark, Ledger, StreamMoved

PATIENCE_SECONDS = 100


def an_event(stream: str = "register/a", version: int = 1, case_id: str = "bj-claim-2024-000001") -> Recorded:
    """An event like any other."""
    return Recorded(stream, version, Envelope(event=wrap(CaseRegistered(case_id=case_id)), command_id="c"))


def append_with_conflicts(address: str, writer: int, times: int) -> tuple[list[int], int]:
    """Write to a stream of one's own and, in the same commit, to one that every writer wants next.

    Gives the positions of what was written, and how often another writer was first.
    """
    ledger = Ledger(address)
    positions: list[int] = []
    overtaken = done = 0
    while done < times:
        common = ledger.version("common") + 1
        try:
            positions += ledger.append([an_event("common", common), an_event(f"own/{writer}", done + 1)])
        except StreamMoved:
            overtaken += 1
        else:
            done += 1
    ledger.close()
    return positions, overtaken


def follow(address: str, until: int) -> list[tuple[int, str, int]]:
    """Read the log as it grows, in steps of a few entries; gives every position with stream and version."""
    ledger = Ledger(address)
    bookmark = Bookmark(ledger, "tail")
    seen: list[tuple[int, str, int]] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while bookmark.read() < until:
        assert time.monotonic() < deadline, f"read {bookmark.read()} of {until}"
        for entry in ledger.entries(bookmark.read(), limit=7):
            seen.append((entry.position, entry.recorded.originator_id, entry.recorded.originator_version))
            bookmark.move(entry.position)
    ledger.close()
    return seen


def open_and_append(folder: Path, writer: int, writers: int, files: int) -> list[int]:
    """Start together with the others on files that do not exist yet, and write one event to each; gives positions."""
    written = []
    for number in range(files):
        meet(folder / f"{number}", writer, writers)
        ledger = Ledger(folder / f"{number}.sqlite")
        bookmark = Bookmark(ledger, f"follower {writer}")
        (position,) = ledger.append([an_event(f"own/{writer}")])
        bookmark.move(position)
        assert bookmark.read() == position
        ledger.close()
        written.append(position)
    return written


def meet(place: Path, writer: int, writers: int) -> None:
    """Wait until everybody is here."""
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{writer}").touch()
    deadline = time.monotonic() + 30
    while len(list(place.iterdir())) < writers:
        assert time.monotonic() < deadline, "somebody never came"
