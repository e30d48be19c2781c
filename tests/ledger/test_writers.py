"""Several processes at one file: positions are dense from 1, no reader misses one, no writer is lost."""

from collections import Counter
from pathlib import Path

from ledger.store import Ledger
from tests.commands.other_processes import in_processes
from tests.ledger.events import append_with_conflicts, follow, meet, open_and_append

WRITERS, TIMES = 3, 60


def work(role: str, path: Path, number: int) -> object:
    """One of several processes: a writer, or the reader that follows the log while it grows."""
    if role == "read":
        return follow(path, 2 * WRITERS * TIMES)
    meet(path.with_name("start"), number, WRITERS)
    return append_with_conflicts(path, number, TIMES)


def test_positions_are_dense_and_a_reader_that_follows_the_log_misses_none(ledger: Ledger) -> None:
    roles = ["read", *["write"] * WRITERS]

    seen, *written = in_processes(work, roles, [ledger.path] * len(roles), range(len(roles)), processes=len(roles))

    everything = range(1, 2 * WRITERS * TIMES + 1)
    assert sorted(position for positions, _ in written for position in positions) == list(everything)
    assert [position for position, _, _ in seen] == list(everything)
    assert sum(overtaken for _, overtaken in written) > 0, "the writers never met; nothing was proven"
    for stream, count in Counter(stream for _, stream, _ in seen).items():
        assert [version for _, s, version in seen if s == stream] == list(range(1, count + 1))
    assert ledger.version("common") == WRITERS * TIMES


def test_several_processes_may_start_on_a_file_that_does_not_exist_yet(tmp_path: Path) -> None:
    files = 10

    written = in_processes(open_and_append, [tmp_path] * 4, range(4), [4] * 4, [files] * 4, processes=4)

    for positions in zip(*written, strict=True):
        assert sorted(positions) == [1, 2, 3, 4]
