"""What only the file has to prove: locks among processes, waiting for the disk, and faults of one connection."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from eventsourcing.persistence import ConnectionUnavailableError
from eventsourcing.sqlite import SQLiteDatastore

from ledger.sqlite import LedgerRecorder
from ledger.store import Ledger, LedgerUnavailable
from tests.ledger.databases import edit, prove
from tests.ledger.events import an_event


@pytest.fixture
def address(tmp_path: Path) -> str:
    return str(tmp_path / "ledger.sqlite")


def datastore(ledger: Ledger) -> SQLiteDatastore:
    assert isinstance(ledger.recorder, LedgerRecorder)
    return ledger.recorder.datastore


def write_until_refused(ledger: Ledger) -> None:
    for version in range(1, 200):
        ledger.append([an_event("a", version, "x" * 500)])


def test_a_ledger_that_starts_while_another_prepares_the_file_waits_for_it(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite"
    preparing = sqlite3.connect(path, isolation_level=None)
    preparing.execute("CREATE TABLE anything (x)")
    preparing.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as threads:
        starting = threads.submit(Ledger, path)

        wait([starting], timeout=0.3)  # fails at once, or is still waiting
        preparing.execute("COMMIT")
        preparing.close()

        assert starting.result().head() == 0
        starting.result().close()


def test_a_writer_that_reads_first_is_not_overtaken(ledger: Ledger) -> None:
    ledger.append([an_event("a", 1)])
    other = Ledger(ledger.address)
    overtaker = Thread(target=lambda: other.append([an_event("b", 1)]))

    with datastore(ledger).transaction(commit=True) as cursor:
        cursor.execute("SELECT MAX(rowid) FROM stored_events")
        overtaker.start()
        overtaker.join(timeout=0.3)  # waits for us, or has written by now
        cursor.execute("UPDATE stored_events SET topic = topic")
    overtaker.join()

    assert ledger.streams("") == ["a", "b"]
    other.close()


def test_the_file_waits_for_the_disk_at_every_commit(ledger: Ledger) -> None:
    with datastore(ledger).transaction(commit=False) as cursor:
        cursor.execute("PRAGMA synchronous")
        (synchronous,) = cursor.fetchone()
        cursor.execute("PRAGMA journal_mode")
        (journal,) = cursor.fetchone()

    assert (synchronous, journal) == (2, "wal")  # FULL, write-ahead log


def test_readers_do_not_wait_for_a_writer_that_waits_for_its_turn(ledger: Ledger) -> None:
    ledger.append([an_event("a", 1)])
    with ThreadPoolExecutor(2) as threads:
        with datastore(ledger).transaction(commit=True):
            waiting = threads.submit(ledger.append, [an_event("a", 2)])
            assert not wait([waiting], timeout=0.2).done

            assert threads.submit(ledger.head).result(timeout=10) == 1
        assert waiting.result(timeout=10) == [2]


def test_a_writer_who_found_no_connection_does_not_keep_the_turn(ledger: Ledger) -> None:
    pool = datastore(ledger).pool
    everything = [pool.get_connection(is_writer=False) for _ in range(pool.pool_size + pool.max_overflow)]
    with pytest.raises(ConnectionUnavailableError):
        pool.get_connection(0.01, is_writer=True)
    for connection in everything:
        pool.put_connection(connection)

    assert ledger.append([an_event("a", 1)]) == [1]


def test_more_threads_than_connections_all_get_their_turn(ledger: Ledger) -> None:
    with ThreadPoolExecutor(70) as threads:
        positions = list(threads.map(lambda n: ledger.append([an_event(f"s/{n}", 1)])[0], range(140)))

    assert sorted(positions) == list(range(1, 141))


def test_vacuum_leaves_every_position_where_it_was(ledger: Ledger) -> None:
    for version in range(1, 40):
        ledger.append([an_event("a", version), an_event(f"s/{version}", 1)])
    before = prove(ledger.address)

    edit(ledger.address, "VACUUM")

    assert prove(ledger.address) == before
    assert ledger.append([an_event("a", 40)]) == [79]


def test_a_full_database_is_said_to_be_unavailable_and_is_written_again_when_there_is_room(ledger: Ledger) -> None:
    with datastore(ledger).transaction(commit=False) as cursor:
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count={pages + 4}")
    with pytest.raises(LedgerUnavailable, match=r"ledger\.sqlite: database or disk is full"):
        write_until_refused(ledger)
    written = ledger.head()
    assert 0 < written < 199
    other = Ledger(ledger.address)
    assert other.append([an_event("b", 1)]) == [written + 1]  # the lock was given back
    other.close()

    with datastore(ledger).transaction(commit=False) as cursor:
        cursor.execute("PRAGMA max_page_count=1000000")

    assert ledger.append([an_event("a", written + 1)]) == [written + 2]
    assert len(prove(ledger.address)) == written + 2


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"SQLite format 3\0" + bytes(200)])
def test_a_file_that_is_no_ledger_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)

    with pytest.raises(LedgerUnavailable, match=r"notes\.txt: file is not a database"):
        Ledger(path)

    assert path.read_bytes() == content


def test_a_ledger_of_before_the_leaves_is_not_taken_for_one_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TABLE stored_events (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB, "
            "PRIMARY KEY (originator_id, originator_version))"
        )

    with pytest.raises(LedgerUnavailable, match="before events had leaves, so nothing proves its history"):
        Ledger(path)
