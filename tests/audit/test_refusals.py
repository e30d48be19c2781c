"""Refused attempts: who asked for what, and which rule said no, in the order in which it happened."""

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import entries
from audit.entries import EvidenceBroken
from audit.moments import Clock, beginning, moment
from audit.refusals import Attempt, Sought, attempts, counted
from duifu.v1.commands_pb2 import AUTHENTICATION_DECLARED, VERDICT_PASS, Decide
from duifu.v1.events_pb2 import CommandRefused
from ledger.chain import NOTHING_BEFORE, leaf
from ledger.rows import Rows, open_rows
from tests.audit.histories import CLAIM, DEEDS, OTHER_CLAIM, attempted, lived
from tests.builders import REVIEW
from tests.desk import Desk

DECISION = Decide(case_id="a", stage="review", verdict=VERDICT_PASS)


def outline(found: list[Attempt]) -> list[tuple[str, str, str]]:
    return [(attempt.actor.id, attempt.refused.code, attempt.refused.case_id) for attempt in found]


def test_attempts_come_in_the_order_in_which_they_were_refused(spring: Rows) -> None:
    found = list(attempts(spring))

    assert outline(found) == [
        ("u-review-officer", "ROLE_MISMATCH", CLAIM),
        ("u-acceptance-officer", "ROLE_MISMATCH", CLAIM),
        ("u-applicant", "NOT_YOUR_CASE", OTHER_CLAIM),
    ]
    assert found[0].refused.clause == "BJ-4.2"
    assert found[0].actor.authentication == AUTHENTICATION_DECLARED


@pytest.mark.parametrize(
    ("sought", "who"),
    [
        (Sought(case_id=OTHER_CLAIM), ["u-applicant"]),
        (Sought(actor_id="u-review-officer"), ["u-review-officer"]),
        (Sought(code="ROLE_MISMATCH"), ["u-review-officer", "u-acceptance-officer"]),
        (Sought(clause="BJ-4.2"), ["u-review-officer", "u-acceptance-officer"]),
        (Sought(code="ROLE_MISMATCH", since=beginning("2024-03-09")), ["u-acceptance-officer"]),
        (Sought(since=beginning("2024-03-08")), ["u-review-officer", "u-acceptance-officer", "u-applicant"]),
        (Sought(until=moment("2024-03-08")), ["u-review-officer"]),
        (Sought(until=moment("2024-03-07")), []),
        (Sought(since=beginning("2024-03-20"), until=moment("2024-03-20")), ["u-acceptance-officer"]),
        (Sought(since=beginning("2024-03-20", Clock.RECORDED)), ["u-acceptance-officer", "u-applicant"]),
        (Sought(case_id="bj-claim"), []),
    ],
)
def test_only_what_is_sought_is_found(spring: Rows, sought: Sought, who: list[str]) -> None:
    assert [attempt.actor.id for attempt in attempts(spring, sought)] == who


def test_attempts_are_counted_by_code_and_account(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    for case_id in ("a", "b", "b"):
        attempted(lambda case_id=case_id: desk.decide(REVIEW, case_id, "review"))  # type: ignore[misc] # bound now
    attempted(lambda: desk.issue("a"))
    desk.ledger.close()

    with closing(open_rows(tmp_path / "ledger.sqlite")) as rows:
        assert counted(attempts(rows)) == [("CASE_UNKNOWN", "u-review-officer", 3), ("CASE_UNKNOWN", "duifu", 1)]


def test_the_same_attempt_counts_once_however_often_it_is_repeated(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    for _ in range(3):
        attempted(lambda: desk.send(REVIEW, "again", decide=DECISION))
    desk.ledger.close()

    with closing(open_rows(tmp_path / "ledger.sqlite")) as rows:
        assert len(list(attempts(rows))) == 1


def test_another_event_among_the_attempts_is_broken_evidence(spring_copy: Path) -> None:
    with closing(open_rows(spring_copy)) as rows:
        row = next(rows.scan())
    moved = ("attempt/x/y/z", leaf("attempt/x/y/z", 1, row.topic, NOTHING_BEFORE, row.state))
    with closing(sqlite3.connect(spring_copy)) as database, database:
        database.execute("UPDATE stored_events SET originator_id = ?, leaf = ? WHERE rowid = 1", moved)

    with closing(open_rows(spring_copy)) as rows, pytest.raises(EvidenceBroken, match=r"Position 1: .*CommandAccepted"):
        list(attempts(rows))


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("state = CAST(state || x'1a00' AS BLOB)", r"Position \d+ \(attempt/.* version 1\): its leaf is not that of"),
        ("leaf = zeroblob(32)", r"Position \d+ \(attempt/.* version 1\): its leaf is not that of"),
        ("originator_id = originator_id || 'x'", r"Position \d+ \(attempt/.*x version 1\): its leaf is not that of"),
        ("originator_version = 2", r"Position \d+ \(attempt/.* version 2\): version 1 of attempt/.* is missing"),
        ("originator_version = 0", "version is 0; they count from 1"),
        ("state = 7", "state is 7, and not bytes"),
        ("rowid = -7", "Position -7 .*: position is -7; they count from 1"),
    ],
)
def test_a_refusal_that_was_changed_is_broken_evidence(spring_copy: Path, tampering: str, said: str) -> None:
    with closing(sqlite3.connect(spring_copy)) as database, database:
        one = "(SELECT max(rowid) FROM stored_events WHERE originator_id LIKE 'attempt/%')"
        database.execute(f"UPDATE stored_events SET {tampering} WHERE rowid = {one}")

    with closing(open_rows(spring_copy)) as rows, pytest.raises(EvidenceBroken, match=said):
        list(attempts(rows))


def test_a_second_refusal_of_one_stream_follows_from_the_first(spring_copy: Path) -> None:
    with closing(open_rows(spring_copy)) as rows:
        (*_, first) = rows.like("attempt/")
        second = leaf(first.stream, 2, first.topic, first.leaf, first.state)
        for made, expected in ((bytes(32), None), (second, 4)):
            with closing(sqlite3.connect(spring_copy)) as database, database:
                database.execute("DELETE FROM stored_events WHERE originator_version = 2 AND topic = ?", (first.topic,))
                columns = "originator_id, originator_version, topic, state, leaf"
                database.execute(
                    f"INSERT INTO stored_events ({columns}) VALUES (?, 2, ?, ?, ?)",
                    (first.stream, first.topic, first.state, made),
                )
            if expected:
                assert len(list(attempts(rows))) == expected
            else:
                with pytest.raises(EvidenceBroken, match=r"version 2\): its leaf is not that of"):
                    list(attempts(rows))


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(-3, 5_000)), max_size=20), st.data())
def test_in_any_history_no_attempt_is_missed_and_every_count_adds_up(
    deeds: list[tuple[str, int]], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder) / "ledger.sqlite")
        lived(desk, [("submit", 0), ("review", 1), *deeds])
        desk.ledger.close()
        with closing(open_rows(Path(folder) / "ledger.sqlite")) as rows:
            log = [entries.read(row) for row in rows.scan()]
            refused = [entry for entry in log if isinstance(entry.event, CommandRefused)]
            found = list(attempts(rows))

            assert [attempt.entry for attempt in found] == refused
            assert sum(count for _, _, count in counted(found)) == len(refused)
            cut = data.draw(st.sampled_from(refused)).position
            early, late = (
                [attempt.entry for attempt in attempts(rows, sought)]
                for sought in (Sought(until=moment(f"@{cut}")), Sought(since=beginning(f"@{cut + 1}")))
            )
            assert early + late == refused
