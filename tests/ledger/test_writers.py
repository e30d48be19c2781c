"""Several processes at one ledger: positions are dense from 1, no reader misses one, no writer is lost."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.address import is_url
from ledger.store import Ledger
from tests.commands.other_processes import in_processes
from tests.ledger.databases import edit, prove
from tests.ledger.events import append_with_conflicts, follow, meet, open_and_append

WRITERS, TIMES = 3, 120


def work(role: str, address: str, start: Path, number: int) -> object:
    """One of several processes: a writer, or the reader that follows the log while it grows."""
    if role == "read":
        return follow(address, 2 * WRITERS * TIMES)
    meet(start, number, WRITERS)
    return append_with_conflicts(address, number, TIMES)


def write_and_follow(address: str, folder: Path) -> None:
    """Writers that get into each other's way, and a reader; proves what all of them saw."""
    roles = ["read", *["write"] * WRITERS]
    each = len(roles)

    seen, *written = in_processes(
        work, roles, [address] * each, [folder / "start"] * each, range(each), processes=each
    )  # fmt: skip

    everything = list(range(1, 2 * WRITERS * TIMES + 1))
    assert sorted(position for positions, _ in written for position in positions) == everything
    assert [position for position, _, _ in seen] == everything
    assert sum(overtaken for _, overtaken in written) > 0, "the writers never met; nothing was proven"
    for stream, count in Counter(stream for _, stream, _ in seen).items():
        assert [version for _, s, version in seen if s == stream] == list(range(1, count + 1))
    rows = prove(address)
    assert [(row.position, row.stream, row.version) for row in rows] == seen


@contextmanager
def beside(what: Callable[[], object]) -> Iterator[list[int]]:
    """Do something again and again meanwhile; gives how often it was done."""
    times, is_over, failed = [0], threading.Event(), []

    def keep_doing() -> None:
        try:
            while not is_over.wait(0.01):
                what()
                times[0] += 1
        except Exception as error:
            failed.append(error)

    doing = threading.Thread(target=keep_doing)
    doing.start()
    try:
        yield times
    finally:
        is_over.set()
        doing.join()
    assert failed == []


def test_positions_are_dense_and_a_reader_that_follows_the_log_misses_none(address: str, tmp_path: Path) -> None:
    Ledger(address).close()

    write_and_follow(address, tmp_path)


TIDYING = {
    "sqlite": ["VACUUM", "ANALYZE"],
    "postgresql": [
        "VACUUM ANALYZE",
        "CREATE INDEX CONCURRENTLY extra ON stored_events (topic, state)",
        "DROP INDEX CONCURRENTLY extra",
    ],
}


def test_whoever_tidies_the_database_meanwhile_stops_nobody(address: str, tmp_path: Path) -> None:
    Ledger(address).close()

    def tidy() -> None:
        for statement in TIDYING["postgresql" if is_url(address) else "sqlite"]:
            edit(address, statement)

    with beside(tidy) as times:
        write_and_follow(address, tmp_path)

    assert times[0] > 0


def test_several_processes_may_start_on_a_file_that_does_not_exist_yet(tmp_path: Path) -> None:
    files = 10

    written = in_processes(open_and_append, [tmp_path] * 4, range(4), [4] * 4, [files] * 4, processes=4)

    for positions in zip(*written, strict=True):
        assert sorted(positions) == [1, 2, 3, 4]
