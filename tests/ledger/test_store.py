"""On both databases the ledger writes all or nothing, keeps the bytes it was given, numbers its log without gaps."""

import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from duifu.v1.commands_pb2 import Actor
from duifu.v1.events_pb2 import CaseRegistered, Envelope, Event
from ledger.chain import NAME_MAX_BYTES, UnfitName
from ledger.following import DenseSubscription, HoleInLog
from ledger.mapper import Recorded
from ledger.registry import UnknownTopic, field_of, topic_of, unwrap, wrap
from ledger.store import APPEND_MAX, PAGE_EVENTS, AppendTooLarge, Bookmark, Ledger, StreamMoved
from tests.ledger.databases import edit, prove, rows_of
from tests.ledger.events import an_event

# Append


def test_events_of_several_streams_are_written_together(ledger: Ledger) -> None:
    positions = ledger.append([an_event("a", 1), an_event("b", 1), an_event("a", 2)])

    assert positions == [1, 2, 3]
    assert [e.originator_version for e in ledger.stream("a")] == [1, 2]
    assert (ledger.version("a"), ledger.version("b"), ledger.version("c")) == (2, 1, 0)


def test_positions_are_dense_in_order_of_commits_and_every_leaf_follows_the_one_before(ledger: Ledger) -> None:
    other = Ledger(ledger.address)
    ledger.append([an_event("a", 1), an_event("b", 1), an_event("a", 2)])
    other.append([an_event("b", 2), an_event("c", 1)])
    with pytest.raises(StreamMoved):
        ledger.append([an_event("d", 1), an_event("b", 2)])
    ledger.append([an_event("b", 3)])  # the leaf before it was written by the other
    other.append([an_event("a", 3)])
    other.close()

    rows = prove(ledger.address)

    assert [(row.stream, row.version) for row in rows] == [
        ("a", 1), ("b", 1), ("a", 2), ("b", 2), ("c", 1), ("b", 3), ("a", 3)
    ]  # fmt: skip
    assert [ledger.leaf_of(row.stream, row.version) for row in rows] == [row.leaf for row in rows]
    with pytest.raises(KeyError):
        ledger.leaf_of("a", 4)


@pytest.mark.parametrize("versions", [[2], [0], [-1], [1, 3], [2, 1], [1, 1], [1, 2, 2]])
def test_versions_follow_one_another_from_one(ledger: Ledger, versions: list[int]) -> None:
    ledger.append([an_event("other", 1)])

    with pytest.raises(StreamMoved):
        ledger.append([an_event("a", version) for version in versions])

    assert (ledger.head(), ledger.version("a")) == (1, 0)
    assert ledger.append([an_event("a", 1)]) == [2]


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


def test_a_commit_that_rests_on_a_stream_which_has_grown_is_not_written(ledger: Ledger) -> None:
    ledger.append([an_event("grown", 1), an_event("still", 1)])
    as_read = {"grown": 1, "still": 1, "empty": 0, "no\0name": 0}
    ledger.append([an_event("grown", 2)])

    with pytest.raises(StreamMoved):
        ledger.append([an_event("a", 1)], as_read)

    assert (ledger.head(), ledger.version("a")) == (3, 0)
    assert ledger.append([an_event("a", 1)], as_read | {"grown": 2}) == [4]
    prove(ledger.address)


def test_a_commit_that_rests_on_a_stream_being_empty_is_not_written_once_it_has_begun(ledger: Ledger) -> None:
    ledger.append([an_event("begun", 1)])

    with pytest.raises(StreamMoved):
        ledger.append([an_event("a", 1)], {"begun": 0})


def test_of_commits_that_rest_on_each_other_one_is_written(ledger: Ledger, address: str) -> None:
    """Each of two writers rests on the stream that the other writes: not both can have been right."""
    other, meeting = Ledger(address), threading.Barrier(2)
    written: list[int] = []

    def write(writer: Ledger, own: str, others: str, number: int) -> None:
        meeting.wait()
        with suppress(StreamMoved):
            writer.append([an_event(f"{own}-{number}", 1)], {f"{others}-{number}": 0})
            written.append(number)

    for number in range(20):
        pair = ((ledger, "a", "b"), (other, "b", "a"))
        threads = [threading.Thread(target=write, args=(*how, number)) for how in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    other.close()

    assert sorted(written) == list(range(20))


def test_a_commit_has_a_largest_size(ledger: Ledger) -> None:
    whole = [an_event("a", version) for version in range(1, APPEND_MAX + 1)]

    with pytest.raises(AppendTooLarge, match=f"{APPEND_MAX + 1} events in one commit; at most {APPEND_MAX}"):
        ledger.append([*whole, an_event("b")])

    assert ledger.head() == 0
    assert ledger.append(whole) == list(range(1, APPEND_MAX + 1))


def test_a_commit_of_nothing_is_nothing(ledger: Ledger) -> None:
    assert ledger.append([]) == []
    assert ledger.head() == 0


STRANGE = [
    "案件/一",
    "case/🧾",
    "case/ ' \" % \\ ; --",
    "case/\u200b\ufeff",
    "case/e\u0301",
    "case/\x01\x1f\x7f",
    "CASE/a",
    "",
]


@pytest.mark.parametrize("name", STRANGE)
def test_any_text_may_name_a_stream_and_stays_as_it_is(ledger: Ledger, name: str) -> None:
    ledger.append([an_event(name, 1), an_event(name, 2, case_id="值\0\x1f🧾")])
    ledger.append([an_event(name, 3)])

    assert ledger.streams("") == [name]
    assert ledger.version(name) == 3
    assert ledger.position_of(name, 2) == 2
    assert unwrap(ledger.stream(name)[1].envelope.event) == CaseRegistered(case_id="值\0\x1f🧾")
    prove(ledger.address)


UNFIT = {"a\0b": "U\\+0000", "a\ud800": "surrogate", "案" * (NAME_MAX_BYTES // 3 + 1): "2001 bytes, at most 2000"}


@pytest.mark.parametrize("name", UNFIT)
def test_a_name_that_not_every_database_keeps_is_refused_by_both(ledger: Ledger, name: str) -> None:
    with pytest.raises(UnfitName, match=UNFIT[name]):
        ledger.append([an_event("a", 1), an_event(name, 1)])

    assert ledger.head() == 0
    ledger.append([an_event("x" * NAME_MAX_BYTES, 1)])


def test_nothing_is_found_under_a_name_that_cannot_be_stored(ledger: Ledger) -> None:
    ledger.append([an_event("a", 1)])

    assert (ledger.stream("a\0"), ledger.newest("a\0"), ledger.version("a\0"), list(ledger.streams("a\0"))) == (
        [],
        None,
        0,
        [],
    )
    with pytest.raises(KeyError):
        ledger.position_of("a\0", 1)
    with pytest.raises(KeyError):
        ledger.leaf_of("a\0", 1)


# Read


def test_the_bytes_that_were_written_are_the_bytes_that_are_kept(ledger: Ledger) -> None:
    written = an_event()
    newer = written.envelope.SerializeToString() + b"\xfa\x3f\x03new"  # a field that this version does not know

    ledger.append([Recorded("a", 1, Envelope.FromString(newer))])

    (row,) = rows_of(ledger.address)
    assert row.state == newer
    assert ledger.stream("a")[0].envelope.SerializeToString() == newer


def test_a_stream_is_read_from_any_version_and_its_newest_event_alone(ledger: Ledger) -> None:
    ledger.append([an_event("a", version, f"case {version}") for version in (1, 2, 3)])

    assert [e.originator_version for e in ledger.stream("a", after_version=1)] == [2, 3]
    newest = ledger.newest("a")
    assert newest is not None
    assert unwrap(newest.envelope.event) == CaseRegistered(case_id="case 3")
    assert ledger.newest("b") is None


@pytest.mark.parametrize("events", [0, 1, PAGE_EVENTS, PAGE_EVENTS + 1, 2 * PAGE_EVENTS])
def test_a_long_stream_is_read_in_pages_whole_and_in_order(ledger: Ledger, events: int) -> None:
    for first in range(1, events + 1, APPEND_MAX):
        last = min(first + APPEND_MAX, events + 1)
        ledger.append([an_event("a", version) for version in range(first, last)])

    assert list(ledger.stream_in_pages("a")) == ledger.stream("a")
    assert list(ledger.stream_in_pages("a", after_version=700)) == ledger.stream("a", after_version=700)


def test_several_streams_are_read_at_once_each_in_order(ledger: Ledger) -> None:
    ledger.append([an_event("case/a", 1), an_event("case/b", 1), an_event("case/a", 2), an_event("case/c", 1)])

    found = ledger.streams_of(["case/a", "case/c", "case/none", "case/\0"])

    assert {name: [one.originator_version for one in events] for name, events in found.items()} == {
        "case/a": [1, 2],
        "case/c": [1],
    }
    assert found["case/a"] == ledger.stream("case/a")
    ledger.append([an_event("case/a", 3)])  # on the leaf that was read with it
    assert [one.originator_version for one in ledger.stream("case/a")] == [1, 2, 3]
    assert ledger.streams_of([]) == {}


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
    edit(ledger.address, "DELETE FROM stored_events WHERE {position} = 2")

    with pytest.raises(HoleInLog, match="expected position 2, found 3"):
        list(ledger.entries(after=0))


def test_a_ledger_is_found_again_after_a_restart(ledger: Ledger) -> None:
    ledger.append([an_event("a", 1)])
    ledger.close()

    again = Ledger(ledger.address)

    assert (again.head(), again.version("a")) == (1, 1)
    assert again.append([an_event("a", 2)]) == [2]
    again.close()


def test_a_subscription_gives_what_is_there_and_what_comes_and_ends_when_told(ledger: Ledger) -> None:
    ledger.append([an_event("a", 1), an_event("a", 2)])
    writer = threading.Thread(target=lambda: ledger.append([an_event("a", 3)]))

    with ledger.recorder.subscribe(gt=1) as subscription:
        assert isinstance(subscription, DenseSubscription)
        first = next(subscription)
        writer.start()
        second = next(subscription)
        subscription.stop()
        assert list(subscription) == []
    writer.join()

    assert [first.id, second.id] == [2, 3]


def test_a_subscription_stops_at_a_hole(ledger: Ledger) -> None:
    ledger.append([an_event("a", version) for version in (1, 2, 3)])
    edit(ledger.address, "DELETE FROM stored_events WHERE {position} = 2")

    def told() -> Iterator[int]:
        with ledger.recorder.subscribe() as subscription:
            for notification in subscription:
                yield notification.id

    telling = told()
    assert next(telling) == 1
    with pytest.raises(HoleInLog, match="expected position 2, found 3"):
        next(telling)


def test_what_happens_to_be_set_in_the_process_does_not_change_the_parts(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("APPLICATION_RECORDER_TOPIC", "LEDGER_APPLICATION_RECORDER_TOPIC", "TRACKING_RECORDER_TOPIC"):
        monkeypatch.setenv(name, "eventsourcing.popo:POPOApplicationRecorder")
    monkeypatch.setenv("IS_SNAPSHOTTING_ENABLED", "y")
    monkeypatch.setenv("POSTGRES_SCHEMA", "elsewhere")

    again = Ledger(ledger.address)

    assert type(again.recorder) is type(ledger.recorder)
    assert again.snapshots is None
    assert again.append([an_event("a", 1)]) == [1]
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
    edit(ledger.address, "UPDATE stored_events SET topic = ?", topic)

    with pytest.raises(UnknownTopic, match=f"the row says {topic!r}, the event inside is 'duifu.v1.CaseRegistered'"):
        ledger.stream("a")


def test_an_event_of_a_newer_version_is_not_mistaken_for_one_of_ours(ledger: Ledger) -> None:
    ledger.append([an_event("a", 1)])
    event = b"\xfa\x3f\x03new"  # field 1023
    edit(ledger.address, "UPDATE stored_events SET state = ?", b"\x0a" + bytes([len(event)]) + event)

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
    again = Ledger(ledger.address)
    assert Bookmark(again, "relay").read() == 5
    again.close()
