"""The ledger writes all or nothing, keeps the bytes it was given, and numbers its log without gaps."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from threading import Thread

import pytest

from duifu.v1.commands_pb2 import Actor
from duifu.v1.events_pb2 import CaseRegistered, Envelope, Event
from ledger.mapper import Recorded
from ledger.registry import UnknownTopic, field_of, topic_of, unwrap, wrap
from ledger.store import APPEND_MAX, AppendTooLarge, Bookmark, HoleInLog, Ledger, StreamMoved
from tests.ledger.events import an_event


def edit(ledger: Ledger, statement: str, *values: object) -> None:
    """What somebody with a database tool could do."""
    with sqlite3.connect(ledger.path) as connection:
        connection.execute(statement, values)
    connection.close()


# Append


def test_events_of_several_streams_are_written_together(ledger: Ledger) -> None:
    positions = ledger.append([an_event("a", 1), an_event("b", 1), an_event("a", 2)])

    assert positions == [1, 2, 3]
    assert [e.originator_version for e in ledger.stream("a")] == [1, 2]
    assert (ledger.version("a"), ledger.version("b"), ledger.version("c")) == (2, 1, 0)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_if_one_stream_has_moved_nothing_is_written_to_any(ledger: Ledger, place: int) -> None:
    ledger.append([an_event("moved", 1)])
    events = [an_event("a", 1), an_event("b", 1)]
    events.insert(place, an_event("moved", 1))

    with pytest.raises(StreamMoved):
        ledger.append(events)

    assert ledger.head() == 1
    assert ledger.streams("") == ["moved"]
    assert ledger.append([an_event("a", 1)]) == [2]  # no number was lost


def test_a_stream_that_was_read_late_is_noticed(ledger: Ledger) -> None:
    ledger.append([an_event("a", 1), an_event("a", 2)])

    with pytest.raises(StreamMoved):
        ledger.append([an_event("a", 2)])


def test_a_commit_has_a_largest_size(ledger: Ledger) -> None:
    whole = [an_event("a", version) for version in range(1, APPEND_MAX + 1)]

    with pytest.raises(AppendTooLarge, match=f"{APPEND_MAX + 1} events in one commit; at most {APPEND_MAX}"):
        ledger.append([*whole, an_event("b")])

    assert ledger.head() == 0
    assert ledger.append(whole) == list(range(1, APPEND_MAX + 1))


# Read


def test_the_bytes_that_were_written_are_the_bytes_that_are_kept(ledger: Ledger) -> None:
    written = an_event()
    newer = written.envelope.SerializeToString() + b"\xfa\x3f\x03new"  # a field that this version does not know

    ledger.append([Recorded("a", 1, Envelope.FromString(newer))])

    with sqlite3.connect(ledger.path) as connection:
        (state,) = connection.execute("SELECT state FROM stored_events").fetchone()
    assert state == newer
    assert ledger.stream("a")[0].envelope.SerializeToString() == newer


def test_a_stream_is_read_from_any_version_and_its_newest_event_alone(ledger: Ledger) -> None:
    ledger.append([an_event("a", version, f"case {version}") for version in (1, 2, 3)])

    assert [e.originator_version for e in ledger.stream("a", after_version=1)] == [2, 3]
    newest = ledger.newest("a")
    assert newest is not None
    assert unwrap(newest.envelope.event) == CaseRegistered(case_id="case 3")
    assert ledger.newest("b") is None


def test_streams_are_found_by_the_beginning_of_their_names(ledger: Ledger) -> None:
    ledger.append(
        [an_event("case/b", 1), an_event("case/b", 2), an_event("case/a"), an_event("cases"), an_event("cycle/a")]
    )

    assert ledger.streams("case/") == ["case/a", "case/b"]
    assert ledger.position_of("case/b", 2) == 2
    with pytest.raises(KeyError):
        ledger.position_of("case/b", 3)


def test_the_log_is_read_in_steps_without_gaps(ledger: Ledger) -> None:
    ledger.append([an_event("a", version) for version in range(1, 8)])

    assert [entry.position for entry in ledger.entries(after=2, limit=3)] == [3, 4, 5]
    assert [entry.position for entry in ledger.entries(after=5)] == [6, 7]
    assert list(ledger.entries(after=7)) == []


def test_a_hole_in_the_log_is_not_read_over(ledger: Ledger) -> None:
    ledger.append([an_event("a", version) for version in (1, 2, 3)])
    edit(ledger, "DELETE FROM stored_events WHERE rowid = 2")

    with pytest.raises(HoleInLog, match="expected position 2, found 3"):
        list(ledger.entries(after=0))


def test_a_ledger_is_found_again_after_a_restart(ledger: Ledger) -> None:
    ledger.append([an_event("a", 1)])
    ledger.close()

    again = Ledger(ledger.path)

    assert (again.head(), again.version("a")) == (1, 1)
    assert again.append([an_event("a", 2)]) == [2]
    again.close()


# The closed list of topics


def test_an_event_without_fields_is_still_that_event() -> None:
    event = wrap(CaseRegistered())

    assert Event.FromString(event.SerializeToString()).WhichOneof("kind") == "case_registered"
    assert topic_of(event) == "duifu.v1.CaseRegistered"


def test_what_is_no_event_is_not_stored(ledger: Ledger) -> None:
    with pytest.raises(UnknownTopic, match=r"'duifu.v1.Actor' is not one of the \d+ events"):
        wrap(Actor(id="u"))
    with pytest.raises(UnknownTopic, match="of a kind this version does not know"):
        ledger.append([Recorded("a", 1, Envelope(command_id="c"))])
    with pytest.raises(UnknownTopic):
        field_of("ledger.store:Ledger")

    assert ledger.head() == 0


@pytest.mark.parametrize("topic", ["duifu.v1.VoucherIssued", "duifu.v1.Nothing", "ledger.store:Ledger", ""])
def test_a_row_whose_topic_contradicts_the_event_inside_is_not_read(ledger: Ledger, topic: str) -> None:
    ledger.append([an_event("a", 1)])
    edit(ledger, "UPDATE stored_events SET topic = ?", topic)

    with pytest.raises(UnknownTopic, match=f"the row says {topic!r}, the event inside is 'duifu.v1.CaseRegistered'"):
        ledger.stream("a")


def test_an_event_of_a_newer_version_is_not_mistaken_for_one_of_ours(ledger: Ledger) -> None:
    ledger.append([an_event("a", 1)])
    event = b"\xfa\x3f\x03new"  # field 1023
    edit(ledger, "UPDATE stored_events SET state = ?", b"\x0a" + bytes([len(event)]) + event)

    with pytest.raises(UnknownTopic, match="of a kind this version does not know"):
        ledger.stream("a")


# Bookmarks


def test_a_bookmark_never_moves_back_and_survives_a_restart(ledger: Ledger) -> None:
    bookmark = Bookmark(ledger, "relay")
    assert bookmark.read() == 0

    for position in (3, 2, 5, 5, 1):
        bookmark.move(position)

    assert bookmark.read() == 5
    assert Bookmark(ledger, "another").read() == 0
    ledger.close()
    again = Ledger(ledger.path)
    assert Bookmark(again, "relay").read() == 5
    again.close()


# The file


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
    other = Ledger(ledger.path)
    overtaker = Thread(target=lambda: other.append([an_event("b", 1)]))

    with ledger.recorder.datastore.transaction(commit=True) as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT MAX(rowid) FROM stored_events")
        overtaker.start()
        overtaker.join(timeout=0.3)  # waits for us, or has written by now
        cursor.execute("UPDATE stored_events SET topic = topic")
    overtaker.join()

    assert ledger.streams("") == ["a", "b"]
    other.close()


def test_the_file_waits_for_the_disk_at_every_commit(ledger: Ledger, tmp_path: Path) -> None:
    with ledger.recorder.datastore.transaction(commit=False) as cursor:  # type: ignore[attr-defined]
        cursor.execute("PRAGMA synchronous")
        (synchronous,) = cursor.fetchone()
        cursor.execute("PRAGMA journal_mode")
        (journal,) = cursor.fetchone()

    assert (synchronous, journal) == (2, "wal")  # FULL, write-ahead log
