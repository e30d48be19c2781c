"""What happened up to any moment, and how the stream stood then: always what the domain made of the same events."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from functools import reduce
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import entries, replay
from audit.difference import difference
from audit.entries import Entry, EvidenceBroken
from audit.fields import as_json, fields_of
from audit.moments import AtPosition, AtTime, Clock, Moment, NoMoment, beginning, moment, until
from audit.related import commit_of, interleaved, related
from audit.subjects import NotHere, find
from commands.work import fold
from domain.case import Case
from domain.cycle import Cycle
from domain.kinds import kind_of
from domain.money import yuan
from duifu.v1.commands_pb2 import SubmitApplication
from duifu.v1.facts_pb2 import BankAccount, RedemptionRequest
from ledger import streams
from ledger.chain import NOTHING_BEFORE, leaf
from ledger.rows import Row, Rows, SQLiteRows, open_rows
from ledger.store import Ledger
from tests.audit.histories import CLAIM, DEEDS, FIRST_QUARTER, OTHER_CLAIM, REDEMPTION, VOUCHER, attempted, lived
from tests.builders import PROGRAMME, a_contract, an_application, applicant, shanghai
from tests.desk import Desk

CASE = streams.case(CLAIM)


def story(rows: Rows, stream: str, end: Moment | None = None) -> list[Entry]:
    return list(until(entries.stream(rows, stream), end))


def topics(told: list[Entry]) -> list[str]:
    return [entry.topic.removeprefix("duifu.v1.") for entry in told]


# The state at a moment


def test_every_stream_ends_in_the_state_that_the_domain_folds(spring: Rows, spring_address: str) -> None:
    with closing(Ledger(spring_address)) as ledger:
        folded = {name: fold(ledger, name, kind)[0] for name in spring.streams() if (kind := kind_of(name))}

    assert len(folded) > 8
    assert {name: replay.snapshot(spring, name).state for name in folded} == folded


def test_a_case_at_a_date_stands_where_it_stood_that_evening(spring: Rows) -> None:
    standings = {
        day: replay.snapshot(spring, CASE, moment(day)).standing
        for day in ("2024-02-29", "2024-03-01", "2024-03-04", "2024-03-08", "2024-03-20")
    }

    assert standings == {
        "2024-02-29": "",
        "2024-03-01": "受理：由市经信局受理岗办理，时限至2024-03-08",
        "2024-03-04": "补正：由北京示例1科技有限公司办理，时限至2024-03-25",
        "2024-03-08": "审核：由市经信局审核岗办理，时限至2024-04-08",
        "2024-03-20": "已发放算力券¥240,000.00（bj-voucher-2024-000001）",
    }


def test_a_minute_counts_to_its_end_and_the_one_before_does_not_reach_it(spring: Rows) -> None:
    at_five, at_six = (replay.snapshot(spring, CASE, moment(f"2024-03-20T16:0{minute}")) for minute in (5, 6))

    assert (at_five.state.stage.key, at_six.state.stage) == ("issuance", None)


def test_a_position_includes_its_own_event_and_no_later_one(spring: Rows) -> None:
    told = story(spring, CASE)

    for number, entry in enumerate(told, 1):
        assert replay.snapshot(spring, CASE, AtPosition(entry.position)).last == entry
        assert replay.snapshot(spring, CASE, AtPosition(entry.position - 1)).version == number - 1


def test_a_quarter_before_its_payments_owes_them(spring: Rows) -> None:
    before = replay.snapshot(spring, streams.cycle(FIRST_QUARTER), moment("2024-03-31")).state

    assert isinstance(before, Cycle)
    assert [claim.due_fen for claim in before.ready()] == [yuan(20_000)]


# The two clocks


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rows]:
    """A claim rehearsed in January 2026 as if it were March 2024."""
    desk = Desk(tmp_path / "rehearsal.sqlite", "2026-01-05 09:00").rehearse_from("2024-03-01")
    case_id = desk.submit(an_application())
    desk.at("2026-01-05 09:30").accept(case_id)
    desk.ledger.close()
    with closing(open_rows(tmp_path / "rehearsal.sqlite")) as rows:
        yield rows


def test_a_rehearsal_is_found_by_the_time_its_rules_went_by_and_by_the_time_it_was_written(rehearsal: Rows) -> None:
    business = story(rehearsal, CASE, moment("2024-03-01T09:10", Clock.BUSINESS))
    recorded = story(rehearsal, CASE, moment("2026-01-05T09:10", Clock.RECORDED))

    assert topics(business) == topics(recorded) == ["CaseOpened", "StageOpened"]
    assert story(rehearsal, CASE, moment("2026-01-01", Clock.RECORDED)) == []
    assert len(story(rehearsal, CASE, moment("2026-01-01", Clock.BUSINESS))) == 5


def test_an_event_does_not_hold_before_the_one_it_was_decided_upon(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite", "2024-03-01 09:00")
    case_id = desk.submit(an_application())
    desk.at("2024-03-01 08:59").accept(case_id)  # the next machine's clock is slow
    desk.ledger.close()

    with closing(open_rows(tmp_path / "ledger.sqlite")) as rows:
        assert story(rows, CASE, moment("2024-03-01T08:59")) == []
        assert len(story(rows, CASE, moment("2024-03-01T09:00"))) == 5


@pytest.mark.parametrize(
    ("text", "last_included", "first_excluded"),
    [
        ("2024-03-31", "2024-03-31 23:59:59.999999", "2024-04-01 00:00"),
        ("2024-03-31T15:00", "2024-03-31 15:00:59.999999", "2024-03-31 15:01"),
        ("2024-03-31 15:00", "2024-03-31 15:00:59.999999", "2024-03-31 15:01"),
        ("2024-03-31T15:00:07", "2024-03-31 15:00:07.999999", "2024-03-31 15:00:08"),
        ("2024-03-31T15:00:07.250", "2024-03-31 15:00:07.250", "2024-03-31 15:00:07.250001"),
        ("2024-03-31T07:00Z", "2024-03-31 15:00", "2024-03-31 15:01"),
        ("2024-03-31T15:00+08:00", "2024-03-31 15:00", "2024-03-31 15:01"),
    ],
)
def test_a_time_means_everything_that_is_shown_with_it(text: str, last_included: str, first_excluded: str) -> None:
    end = moment(text)

    assert isinstance(end, AtTime)
    assert shanghai(last_included) < end.before <= shanghai(first_excluded)


def test_what_begins_with_a_day_is_what_the_evening_before_leaves_out() -> None:
    assert isinstance(begun := beginning("2024-04-01"), AtTime)
    assert isinstance(ended := moment("2024-03-31"), AtTime)
    assert begun.before == ended.before
    assert beginning("@10") == AtPosition(9)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2024-3-31", "2024-02-30", "2024-03-31T25:00", "-5", "@", "2024-W09-5", "9999-12-31"]
)
def test_what_names_no_moment_is_refused_with_what_does(text: str) -> None:
    with pytest.raises(NoMoment, match=r"a date \(2024-03-31\)"):
        moment(text)


# What was put together


def test_the_story_of_issuing_reads_as_one(spring: Rows) -> None:
    told = list(interleaved(spring, story(spring, CASE)))

    issued = ["VoucherIssued", "ContractClaimed", "BenefitGranted", "HeadroomIssued", "CaseClosed"]
    assert topics(told)[-5:] == issued
    assert [entry.position for entry in told] == sorted(entry.position for entry in told)
    assert [entry for entry in told if entry.stream == CASE] == story(spring, CASE)


def test_a_commit_is_everything_that_its_command_put_but_the_receipt(spring: Rows) -> None:
    log = [entries.read(row) for row in spring.scan()]
    puts: dict[str, list[Entry]] = {}
    for entry in log:
        if not entry.stream.startswith(("command/", "attempt/")):
            puts.setdefault(entry.envelope.command_id, []).append(entry)

    assert len(puts) > 20
    assert all(commit_of(spring, entry) == put for put in puts.values() for entry in put)


def test_a_refused_attempt_stands_apart_from_the_command_whose_id_it_used(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    first, second = (
        SubmitApplication(programme_id=PROGRAMME, application=an_application(a_contract(number=number)))
        for number in ("HT-1", "HT-2")
    )
    desk.send(applicant(), "once", submit_application=first)
    attempted(lambda: desk.send(applicant(), "once", submit_application=second))
    desk.ledger.close()

    with closing(open_rows(tmp_path / "ledger.sqlite")) as rows:
        (refused,) = (entries.read(row) for row in rows.like("attempt/"))
        put = commit_of(rows, story(rows, CASE)[0])

        assert refused.position == put[-1].position + 1
        assert refused.envelope.command_id == put[-1].envelope.command_id
        assert topics(put) == ["CaseRegistered", "CaseOpened", "StageOpened"]
        assert commit_of(rows, refused) == [refused]


def test_an_auditor_can_go_on_from_a_case_to_everything_it_touched(spring: Rows) -> None:
    heads = {head.stream.partition("/")[0]: head for head in related(spring, CASE, story(spring, CASE))}

    assert set(heads) == {"benefits", "contract", "enterprise-year", "register", "subject", "voucher"}
    assert heads["voucher"].stream == streams.voucher(VOUCHER)
    newest = story(spring, heads["voucher"].stream)[-1]
    assert (heads["voucher"].version, heads["voucher"].position) == (newest.version, newest.position)


# Differences


def test_what_the_applicant_mended_is_shown_old_and_new(spring: Rows) -> None:
    old, new = (replay.snapshot(spring, CASE, moment(day)).state for day in ("2024-03-04", "2024-03-06"))

    changed = {change.path: change for change in difference(old, new)}

    total = changed["application.contract.totalFen"]
    assert (total.label, total.old and total.old.text, total.new and total.new.text) == (
        "申报材料·合同·合计",
        "¥1,000,000.00",
        "¥1,200,000.00",
    )
    assert [f and f.text for f in (changed["stage.title"].old, changed["stage.title"].new)] == ["补正", "受理"]
    assert "application.contract.contractNumber" not in changed


def test_a_new_account_is_a_difference_though_both_are_masked(spring: Rows) -> None:
    stream = streams.case(REDEMPTION)
    old, new = (replay.snapshot(spring, stream, moment(day)).state for day in ("2024-04-01", "2024-04-02"))

    (change,) = [change for change in difference(old, new) if change.path.endswith("bankAccount.number")]

    assert (change.old and change.old.text, change.new and change.new.text) == ("****0001", "****9999")
    assert change.old
    assert as_json(change.old.shown) == "****0001"
    assert "0200000000000000001" not in str(as_json(new)) + str(as_json(old))


def test_two_values_that_look_alike_when_masked_are_still_two() -> None:
    old, new = (
        Case(redemption=RedemptionRequest(bank_account=BankAccount(number=number)))
        for number in ("0200000000000000001", "0299999999999990001")
    )

    (change,) = difference(old, new)

    assert (change.old and change.old.text) == (change.new and change.new.text) == "****0001"


def test_a_set_of_numbers_is_told_in_order() -> None:
    told = {field.label: field.text for field in fields_of(Cycle(reminded=frozenset({30, 1, 7})))}

    assert "1、7、30" in told.values()


def test_a_field_that_says_nothing_is_left_out(spring: Rows) -> None:
    assert all(fields_of(replay.beginning(name).state) == [] for name in spring.streams())


# Whom it is about


@pytest.mark.parametrize(
    ("asked", "stream"),
    [
        (CLAIM, CASE),
        (CASE, CASE),
        (VOUCHER, "voucher/bj-voucher-2024-000001"),
        (FIRST_QUARTER, "cycle/bj-slq-2023-2024Q1"),
        ("bj-slq-2023/91110108MAYT00001A/2024", "enterprise-year/bj-slq-2023/91110108MAYT00001A/2024"),
        (
            "91110108MAYT00001A/91110108MAYT00901D/HT2024001/2024-01-10",
            "contract/91110108MAYT00001A/91110108MAYT00901D/HT2024001/2024-01-10",
        ),
    ],
)
def test_a_stream_is_found_by_what_an_auditor_has_in_hand(spring: Rows, asked: str, stream: str) -> None:
    assert find(spring, asked) == stream


def test_what_is_not_there_is_refused_with_what_is_like_it(spring: Rows) -> None:
    with pytest.raises(NotHere, match=f"Similar: case/{CLAIM}、case/{OTHER_CLAIM}\\."):
        find(spring, "bj-claim-2024-000099")
    with pytest.raises(NotHere, match=f"Similar: case/{OTHER_CLAIM}\\."):
        find(spring, f"{OTHER_CLAIM}b")
    with pytest.raises(NotHere, match=f"Similar: voucher/{VOUCHER}"):
        find(spring, "voucher/bj-voucher-2024-1")
    with pytest.raises(NotHere, match="Nothing here is called anything like it"):
        find(spring, "天津")


# Broken evidence


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("DELETE FROM stored_events WHERE {one}", "version 4 is missing; version 5 comes next"),
        ("UPDATE stored_events SET topic = 'duifu.v1.Decided' WHERE {one}", "the row says duifu.v1.Decided"),
        ("UPDATE stored_events SET state = x'ff' WHERE {one}", "Position"),
        ("UPDATE stored_events SET state = x'' WHERE {one}", "a kind this version does not know"),
        ("UPDATE stored_events SET rowid = 100000 WHERE {one}", "the one before at 100000"),
        (
            "UPDATE stored_events SET (topic, state) = "
            "(SELECT topic, state FROM stored_events WHERE rowid = 1) WHERE {one}",
            r"Position \d+ \(case/bj-claim-2024-000001 version 4\): its leaf is not that of",
        ),
        (
            "UPDATE stored_events SET state = CAST(state || x'1a00' AS BLOB) WHERE {one}",
            r"version 4\): its leaf is not that of",
        ),
        ("UPDATE stored_events SET leaf = zeroblob(32) WHERE {one}", r"version 4\): its leaf is not that of"),
        ("UPDATE stored_events SET leaf = x'ab' WHERE {one}", r"version 4\): leaf has 1 bytes, and not 32"),
        ("UPDATE stored_events SET leaf = 'ab' WHERE {one}", r"version 4\): leaf is 'ab', and not bytes"),
        ("UPDATE stored_events SET state = 'ab' WHERE {one}", r"version 4\): state is 'ab', and not bytes"),
        ("UPDATE stored_events SET topic = x'ab' WHERE {one}", r"version 4\): topic is b'\\xab', and not str"),
        ("UPDATE stored_events SET originator_version = 'x' WHERE {one}", "version 4 is missing; version 5 comes next"),
        ("UPDATE stored_events SET originator_version = -1 WHERE {one}", "version is -1; they count from 1"),
        ("UPDATE stored_events SET rowid = -1 WHERE {one}", "Position -1 .*: position is -1; they count from 1"),
    ],
)
def test_what_the_door_cannot_have_written_is_said_with_its_place(spring_copy: Path, tampering: str, said: str) -> None:
    with closing(sqlite3.connect(spring_copy)) as database, database:
        database.execute(tampering.format(one=f"originator_id = '{CASE}' AND originator_version = 4"))

    with closing(open_rows(spring_copy)) as rows, pytest.raises(EvidenceBroken, match=said):
        replay.snapshot(rows, CASE)


def with_a_leaf_to_fit(rows: Rows, path: Path, old: Row, new: Row) -> None:
    """Somebody replaces a row who can make its leaf anew."""
    previous = rows.leaf_of(new.stream, new.version - 1) or NOTHING_BEFORE
    made = leaf(new.stream, new.version, new.topic, previous, new.state)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "UPDATE stored_events SET topic = ?, state = ?, leaf = ? WHERE rowid = ?",
            (new.topic, new.state, made, old.position),
        )


def test_an_event_that_cannot_follow_is_said_though_its_leaf_was_made_to_fit(spring_copy: Path) -> None:
    with closing(open_rows(spring_copy)) as rows:
        receipt, old = next(rows.scan()), list(rows.stream(CASE))[3]
        with_a_leaf_to_fit(rows, spring_copy, old, old._replace(topic=receipt.topic, state=receipt.state))

        with pytest.raises(EvidenceBroken, match=f"{receipt.topic} cannot be version 4 of {CASE}"):
            replay.snapshot(rows, CASE)


def test_a_leaf_that_was_made_to_fit_shows_at_the_next_event(spring_copy: Path) -> None:
    with closing(open_rows(spring_copy)) as rows:
        old = list(rows.stream(CASE))[3]
        with_a_leaf_to_fit(rows, spring_copy, old, old._replace(state=old.state + b"\x1a\x00"))

        with pytest.raises(EvidenceBroken, match=r"version 5\): its leaf is not that of"):
            replay.snapshot(rows, CASE)


def test_what_was_recorded_beside_a_case_is_not_told_if_its_leaf_does_not_follow(spring_copy: Path) -> None:
    voucher = streams.voucher(VOUCHER)
    with closing(open_rows(spring_copy)) as rows:
        assert voucher in {entry.stream for entry in interleaved(rows, story(rows, CASE))}
        with closing(sqlite3.connect(spring_copy)) as database, database:
            database.execute(
                "UPDATE stored_events SET leaf = zeroblob(32) WHERE originator_id = ? AND originator_version = 1",
                (voucher,),
            )

        assert voucher not in {entry.stream for entry in interleaved(rows, story(rows, CASE))}


def test_a_replay_reads_its_own_stream_and_nothing_else_of_the_log(spring_copy: Path) -> None:
    class Counting(SQLiteRows):
        fetched = 0

        def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
            found = super().query(statement, *values)
            self.fetched += len(found)
            return found

    with closing(Counting(str(spring_copy))) as rows:
        before = rows.fetched
        last = replay.snapshot(rows, CASE)

        assert rows.fetched - before == last.version
        assert rows.head() > 3 * last.version


# Any history


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(-3, 20_000)), max_size=25))
def test_in_any_history_every_part_of_a_story_adds_up_to_the_whole(deeds: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder) / "ledger.sqlite")
        lived(desk, [("submit", 0), ("check", 1), ("accept", 1), ("review", 1), ("issue", 1), *deeds])
        desk.ledger.close()
        path = Path(folder) / "ledger.sqlite"
        with closing(Ledger(path)) as without_keys, closing(open_rows(path)) as rows:
            for name in rows.streams():
                every_part_adds_up(rows, without_keys, name)


def every_part_adds_up(rows: Rows, ledger: Ledger, stream: str) -> None:
    told, whole, kind = story(rows, stream), replay.snapshot(rows, stream), kind_of(stream)
    if kind:
        assert whole.state == fold(ledger, stream, kind)[0]
    snapshots = [replay.beginning(stream), *replay.steps(rows, stream)]
    for at in snapshots:
        end = AtPosition(at.last.position if at.last else 0)
        assert replay.snapshot(rows, stream, end) == at
        assert reduce(replay.after, told[at.version :], at) == whole
        assert difference(at.state, at.state) == []
        forth, back = difference(at.state, whole.state), difference(whole.state, at.state)
        assert [(c.path, c.old, c.new) for c in forth] == [(c.path, c.new, c.old) for c in back]
        assert bool(forth) == (at.state != whole.state)
    for clock in Clock:
        ends = sorted(moment_after(entry, clock).before for entry in told)
        parts = [story(rows, stream, AtTime(end, clock)) for end in ends]
        assert all(later[: len(earlier)] == earlier for earlier, later in pairwise(parts))
        assert not parts or parts[-1] == told


def moment_after(entry: Entry, clock: Clock) -> AtTime:
    at = entry.business_at if clock == Clock.BUSINESS else entry.recorded_at
    return AtTime(at + timedelta(microseconds=1), clock)


def test_the_deeds_of_a_history_do_something(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    whole = ["submit", "check", "correct", "supply", "check", "accept", "review", "issue", "redeem", "settle", "submit"]

    lived(desk, [(name, 60) for name in [*whole, "withdraw", "refuse"]])

    assert desk.case(CLAIM).closed
    assert desk.case(REDEMPTION).closed
    assert desk.cycle(f"{PROGRAMME}-2024Q1").closed
    assert desk.case("bj-claim-2024-000002").closed
    assert desk.ledger.streams("attempt/")
    desk.ledger.close()
