"""Every way to rewrite a ledger is found and located: on both engines, by a clumsy forger, by one who makes all leaves
anew, and by one who holds the log's key."""

import json
import os
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner

from audit.verify import Trust, Verdict, verify
from cli.__main__ import main
from duifu.v1.commands_pb2 import Actor
from duifu.v1.events_pb2 import Envelope
from ledger.postgres import prepare
from ledger.rows import Row
from ledger.seals import Seals
from ledger.store import Ledger
from proofs.merkle import EMPTY_ROOT
from proofs.notes import Checkpoint, Cosigner, Note, Signer
from tests.audit.tampering import Attack, Victim, renumbered, resealed
from tests.ledger.events import an_event
from tests.postgres import APP, Server

SEALED_AT = (12, 27, 40)
EVENTS = 45
PLACE = 20  # what is attacked: between the first and the second checkpoint
LOG, WITNESS = Signer.generate("duifu.example/log"), Cosigner.generate("agency.example/witness")
TRUST = Trust(LOG.verifier, (WITNESS.verifier,))


@pytest.fixture(params=["sqlite", "postgres"])
def victim(request: pytest.FixtureRequest, tmp_path: Path) -> Victim:
    """A ledger of 45 events in five streams, sealed three times; a witness has signed the second checkpoint."""
    if request.param == "sqlite":
        owner = address = str(tmp_path / "ledger.sqlite")
    else:
        server: Server = request.getfixturevalue("postgres_server")
        database: str = request.getfixturevalue("postgres_database")
        owner, address = server.url(database), server.url(database, APP)
        prepare(owner, APP)
    made = Victim(address, owner, tmp_path / "seals.sqlite", LOG)
    with closing(Ledger(address)) as ledger:
        for after, upto in pairwise((0, *SEALED_AT, EVENTS)):
            places = range(after, upto)
            ledger.append([an_event(f"case/{at % 5}", at // 5 + 1, f"what happened {at + 1}") for at in places])
            if upto in SEALED_AT:
                made.seal()
    with closing(Seals(made.seals_path)) as seals, seals.writing():
        second = seals.of(SEALED_AT[1])
        assert second is not None
        note = Note.parse(second.note)
        seals.keep(second.size, note.signed(WITNESS.cosign(note.body, 1_700_000_000)).text())
    return made


@pytest.fixture
def kept(victim: Victim) -> list[str]:
    """What the auditor took home before anything happened."""
    with closing(Seals(victim.seals_path)) as seals:
        return [sealed.note for sealed in seals.all()]


def audit(victim: Victim, kept: Sequence[str] = (), trust: Trust | None = TRUST) -> Verdict:
    seals = victim.seals_path if victim.seals_path.exists() else None
    return verify(victim.address, seals, trust, kept)


# The attacks. Each changes what was stored at PLACE, or from there on.


def edit_payload(rows: list[Row]) -> Sequence[Row]:
    return with_state(rows, lambda envelope: setattr(envelope.event.case_registered, "case_id", "another"))


def change_actor(rows: list[Row]) -> Sequence[Row]:
    return with_state(rows, lambda envelope: envelope.actor.MergeFrom(Actor(id="somebody-else")))


def back_date(rows: list[Row]) -> Sequence[Row]:
    return with_state(rows, lambda envelope: setattr(envelope.recorded_at, "seconds", 1))


def change_topic(rows: list[Row]) -> Sequence[Row]:
    rows[PLACE - 1] = rows[PLACE - 1]._replace(topic="duifu.v1.VoucherIssued")
    return rows


def move_to_another_stream(rows: list[Row]) -> Sequence[Row]:
    rows[PLACE - 1] = rows[PLACE - 1]._replace(stream="case/new", version=1)
    return rows


def swap_two_streams(rows: list[Row]) -> Sequence[Row]:
    one, other = rows[PLACE - 1], rows[PLACE]
    rows[PLACE - 1], rows[PLACE] = other._replace(position=PLACE), one._replace(position=PLACE + 1)
    return rows


def delete_one(rows: list[Row]) -> Sequence[Row]:
    del rows[PLACE - 1]
    return rows


def delete_several(rows: list[Row]) -> Sequence[Row]:
    del rows[PLACE - 1 : PLACE + 4]
    return rows


def truncate(rows: list[Row]) -> Sequence[Row]:
    return rows[: PLACE - 1]


def insert_in_the_middle(rows: list[Row]) -> Sequence[Row]:
    invented = rows[PLACE - 1]._replace(stream="case/invented", version=1)
    return renumbered([*rows[: PLACE - 1], invented, *rows[PLACE - 1 :]])


def with_state(rows: list[Row], change: object) -> Sequence[Row]:
    envelope = Envelope.FromString(rows[PLACE - 1].state)
    change(envelope)  # type: ignore[operator]  # any function of an envelope
    rows[PLACE - 1] = rows[PLACE - 1]._replace(state=envelope.SerializeToString())
    return rows


@dataclass(frozen=True)
class Case:
    attack: Attack
    clumsy: str  # the kind of the first finding if nothing is made to fit
    position: int = PLACE


CASES = [
    Case(edit_payload, "bytes"),
    Case(change_actor, "bytes"),
    Case(back_date, "bytes"),
    Case(change_topic, "bytes"),
    Case(move_to_another_stream, "bytes"),
    Case(swap_two_streams, "sealed"),
    Case(delete_one, "position"),
    Case(delete_several, "position"),
    Case(truncate, "sealed"),
    Case(insert_in_the_middle, "bytes"),
]
each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.attack.__name__)


def test_a_ledger_that_nobody_touched_is_whole(victim: Victim, kept: list[str]) -> None:
    verdict = audit(victim, kept)

    assert verdict.findings == ()
    assert (verdict.events, verdict.head, verdict.sealed) == (EVENTS, EVENTS, SEALED_AT[-1])
    assert (verdict.witnessed, verdict.witnesses) == (SEALED_AT[1], ((WITNESS.name, 1_700_000_000),))


@each
def test_a_clumsy_forgery_is_found_where_it_is(victim: Victim, case: Case) -> None:
    victim.overwrite(case.attack(victim.rows()))

    verdict = audit(victim)

    assert (case.clumsy, case.position) in [(one.kind, one.position) for one in verdict.findings]


@each
def test_it_is_found_without_checkpoints_too_unless_the_end_is_missing(victim: Victim, case: Case) -> None:
    victim.overwrite(case.attack(victim.rows()))

    verdict = verify(victim.address, None, None)

    has_head_row = victim.address != victim.owner_address
    assert verdict.is_whole == (case.attack in (truncate, swap_two_streams) and not has_head_row)


def test_a_ledger_without_any_checkpoint_is_not_vouched_for(victim: Victim) -> None:
    victim.overwrite(resealed(edit_payload(victim.rows())))
    victim.overwrite_head(victim.rows())
    victim.forget_seals()

    pinned, unpinned = audit(victim), audit(victim, trust=None)

    assert [one.kind for one in pinned.findings] == ["checkpoint"]
    assert (unpinned.is_whole, unpinned.sealed) == (True, 0)


@each
def test_with_all_leaves_made_anew_the_sealed_tree_still_says_where(victim: Victim, case: Case) -> None:
    forged = resealed(renumbered(case.attack(victim.rows())))
    victim.overwrite(forged)
    victim.overwrite_head(forged)

    verdict = audit(victim)

    assert verdict.findings[0].position in (SEALED_AT[0] + 1, case.position)
    assert case.position in [one.position for one in verdict.findings if one.kind == "sealed"]
    root = next(one for one in verdict.findings if one.kind == "root")
    assert root.position <= case.position <= root.through


@each
def test_with_the_sealers_memory_gone_too_a_kept_checkpoint_says_between_which_positions(
    victim: Victim, kept: list[str], case: Case
) -> None:
    forged = resealed(renumbered(case.attack(victim.rows())))
    victim.overwrite(forged)
    victim.overwrite_head(forged)
    victim.forget_seals()

    verdict = audit(victim, kept)

    (root,) = verdict.findings
    assert root.kind == "root"
    assert root.position <= case.position <= root.through
    assert root.through == SEALED_AT[1]


@each
def test_a_forger_who_holds_the_logs_key_is_caught_by_what_a_witness_signed(
    victim: Victim, kept: list[str], case: Case
) -> None:
    forged = resealed(renumbered(case.attack(victim.rows())))
    victim.overwrite(forged)
    victim.overwrite_head(forged)
    victim.forget_seals()
    victim.seal()
    consistent = audit(victim)
    asked_for = Trust(LOG.verifier, (WITNESS.verifier,), quorum=1)

    without, with_witnessed = audit(victim, trust=asked_for), audit(victim, [kept[1]], trust=asked_for)

    assert consistent.is_whole, "the forgery is not consistent; the test proves nothing"
    assert [one.kind for one in without.findings] == ["witness"]
    assert "root" in [one.kind for one in with_witnessed.findings]
    found = next(one for one in with_witnessed.findings if one.kind == "root")
    assert found.position <= case.position <= found.through


def test_a_log_that_shows_two_faces_is_found_by_its_two_checkpoints(victim: Victim, kept: list[str]) -> None:
    forged = resealed(edit_payload(victim.rows())[: SEALED_AT[1]])
    victim.overwrite(forged)
    victim.overwrite_head(forged)
    victim.forget_seals()
    other = victim.seal()

    verdict = audit(victim, [kept[1]])

    assert Note.parse(other).body != Note.parse(kept[1]).body
    assert "对27个事件签了两个不同的根" in " ".join(f.text for f in verdict.findings)


def test_a_checkpoint_that_the_log_did_not_sign_is_not_believed(victim: Victim, kept: list[str]) -> None:
    forged_note = kept[0].replace("12\n", "13\n", 1)
    stranger = Signer.generate(LOG.name)
    note = Note.parse(kept[0])

    verdict = audit(victim, [forged_note, Note(note.body, (stranger.sign(note.body),)).text(), "nonsense"])

    assert [one.kind for one in verdict.findings] == ["checkpoint"] * 3
    assert verdict.sealed == SEALED_AT[-1]


def test_the_end_that_was_never_sealed_can_be_cut_and_the_verdict_says_how_far_it_vouches(victim: Victim) -> None:
    forged = victim.rows()[: SEALED_AT[-1]]
    victim.overwrite(forged)
    victim.overwrite_head(forged)

    verdict = audit(victim)

    assert verdict.is_whole
    assert (verdict.head, verdict.sealed) == (SEALED_AT[-1], SEALED_AT[-1])


def test_a_sealers_tree_that_was_rewritten_is_found_under_its_checkpoint(victim: Victim) -> None:
    with closing(Seals(victim.seals_path)) as seals, seals.writing():
        seals._file.execute("UPDATE tree SET nodes = zeroblob(length(nodes)) WHERE level = 0")

    verdict = audit(victim)

    assert {one.kind for one in verdict.findings} == {"sealed"}
    assert verdict.sealed == SEALED_AT[-1]  # the events are those that were signed


def test_a_log_with_a_gap_of_a_billion_is_reported_and_not_filled(victim: Victim) -> None:
    rows = victim.rows()
    rows[-1] = rows[-1]._replace(position=1_000_000_000)
    victim.overwrite(rows)

    verdict = audit(victim)

    gaps = [one for one in verdict.findings if one.kind == "position"]
    assert (gaps[0].position, gaps[-1].through) == (EVENTS, 999_999_999)
    assert verdict.root is None


def test_an_empty_ledger_is_whole(tmp_path: Path) -> None:
    Ledger(tmp_path / "empty.sqlite").close()

    verdict = verify(str(tmp_path / "empty.sqlite"), None, None)

    assert (verdict.is_whole, verdict.events) == (True, 0)


def test_a_long_log_is_read_by_two_processes_with_the_same_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.side_by_side.WORTH_IT_FROM", 100)
    victim = Victim(str(tmp_path / "l.sqlite"), str(tmp_path / "l.sqlite"), tmp_path / "s.sqlite", LOG)
    with closing(Ledger(tmp_path / "l.sqlite")) as ledger:
        for first in range(1, 3001, 250):
            ledger.append([an_event(f"case/{at % 7}", (at - 1) // 7 + 1) for at in range(first, first + 250) if at % 7])
            victim.seal()
    seen: list[tuple[int, int]] = []

    alone = verify(victim.address, victim.seals_path, TRUST, processes=1)
    together = verify(victim.address, victim.seals_path, TRUST, (), lambda *at: seen.append(at), processes=3)
    victim.overwrite([*victim.rows()[:1800], *victim.rows()[1801:]])
    broken = [verify(victim.address, victim.seals_path, TRUST, processes=count) for count in (1, 2, 3)]

    assert alone == together
    assert alone.is_whole
    assert seen[-1] == (alone.events, alone.head)
    assert broken[0] == broken[1] == broken[2]
    assert ("position", 1801) in [(one.kind, one.position) for one in broken[0].findings]


def test_the_command_says_where_and_how_and_ends_with_three(victim: Victim, tmp_path: Path) -> None:
    environment = {"DUIFU_LEDGER": victim.address, "DUIFU_SEALS": str(victim.seals_path), "DUIFU_HOME": str(tmp_path)}
    command = ["audit", "verify", "--key", LOG.verifier.vkey(), "--witness", WITNESS.verifier.vkey()]

    good = CliRunner().invoke(main, command, env=environment)
    victim.overwrite(delete_one(victim.rows()))
    bad = CliRunner().invoke(main, command, env=environment)

    assert good.exit_code == 0, good.output
    assert "✓ 45 个事件完整" in good.output
    assert "见证 agency.example/witness 于 2023-11-15 06:13:20 签至位置 27" in good.output
    assert bad.exit_code == 3
    assert "20 位置不连续：缺位置20" in bad.output


# What a scan by position alone would not see, and what would break it off.


def test_rows_that_stand_outside_of_the_log_are_found(victim: Victim) -> None:
    rows = victim.rows()
    hidden = rows[PLACE]._replace(position=-1, version=99)
    victim.unprotect()
    victim.overwrite([hidden, *rows])

    verdict = audit(victim)

    assert "另有1行不在日志的位置上" in [one.text for one in verdict.findings]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE INDEX another ON stored_events (topic)",
        "ALTER TABLE stored_events ADD COLUMN more text",
    ],
)
def test_a_table_that_is_not_the_one_a_ledger_makes_is_found(victim: Victim, statement: str) -> None:
    victim.run(statement)

    verdict = audit(victim)

    assert {one.kind for one in verdict.findings} == {"table"}


def test_a_trigger_on_the_table_is_found(victim: Victim) -> None:
    if victim.address == victim.owner_address:
        victim.run("CREATE TRIGGER quiet AFTER INSERT ON stored_events BEGIN DELETE FROM stored_events; END")
    else:
        victim.run("CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
        victim.run("CREATE TRIGGER quiet BEFORE INSERT ON stored_events FOR EACH ROW EXECUTE FUNCTION quiet()")

    verdict = audit(victim)

    assert verdict.findings[0].kind == "table"
    assert "trigger quiet" in verdict.findings[0].text


@pytest.mark.parametrize("victim", ["sqlite"], indirect=True)
def test_an_index_whose_entries_were_exchanged_is_found_by_a_thorough_audit(victim: Victim) -> None:
    rows = victim.rows()
    before = verify(victim.address, victim.seals_path, TRUST, thorough=True)
    victim.exchange_index_entries(rows[PLACE - 1], rows[PLACE])

    quick, thorough = audit(victim), verify(victim.address, victim.seals_path, TRUST, thorough=True)

    assert before.is_whole
    assert victim.rows() == rows
    assert quick.is_whole
    assert {one.kind for one in thorough.findings} == {"file"}
    assert "数据库自检：row 20 missing from index sqlite_autoindex_stored_events_1" in thorough.findings[0].text


@pytest.mark.parametrize("victim", ["sqlite"], indirect=True)
def test_the_command_checks_the_file_when_asked_to(victim: Victim, tmp_path: Path) -> None:
    environment = {"DUIFU_LEDGER": victim.address, "DUIFU_SEALS": str(victim.seals_path), "DUIFU_HOME": str(tmp_path)}
    command = ["audit", "verify", "--key", LOG.verifier.vkey(), "--thorough"]

    good = CliRunner().invoke(main, command, env=environment)
    victim.exchange_index_entries(*victim.rows()[PLACE - 1 : PLACE + 1])
    bad = CliRunner().invoke(main, command, env=environment)
    data = CliRunner().invoke(main, [*command, "--json"], env=environment)

    assert good.exit_code == 0, good.output
    assert "数据库自检无误" in good.stdout
    assert bad.exit_code == 3
    assert "— 文件不一致：数据库自检：row 20 missing from index" in bad.stderr
    assert "数据库自检无误" not in bad.stdout
    assert json.loads(data.stdout)["isFileChecked"] is True


@pytest.mark.parametrize("victim", ["postgres"], indirect=True)
def test_of_a_server_a_thorough_audit_says_that_it_checks_no_file(victim: Victim, tmp_path: Path) -> None:
    environment = {"DUIFU_LEDGER": victim.address, "DUIFU_SEALS": str(victim.seals_path), "DUIFU_HOME": str(tmp_path)}
    command = ["audit", "verify", "--key", LOG.verifier.vkey(), "--thorough", "--json"]

    answer = CliRunner().invoke(main, command, env=environment)

    assert answer.exit_code == 0, answer.output
    assert "pg_amcheck" in answer.stderr
    assert json.loads(answer.stdout)["isFileChecked"] is False


@pytest.mark.parametrize("name", ["ledger.sqlite", "seals.sqlite"])
def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path: Path, name: str) -> None:
    made = a_small_one(tmp_path)
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)
    environment = {"DUIFU_LEDGER": made.address, "DUIFU_SEALS": str(made.seals_path), "DUIFU_HOME": str(tmp_path)}

    answer = CliRunner().invoke(main, ["audit", "verify"], env=environment)

    assert answer.exit_code == 4
    assert f"{name} is no regular file" in answer.output


@pytest.mark.parametrize("victim", ["postgres"], indirect=True)
def test_another_table_that_is_searched_first_deceives_nobody(victim: Victim) -> None:
    database = victim.address.split("/")[3].partition("?")[0]
    for statement in (
        "CREATE SCHEMA honest",
        "CREATE TABLE honest.stored_events AS TABLE public.stored_events",
        "CREATE TABLE honest.stored_events_head AS TABLE public.stored_events_head",
        "GRANT USAGE ON SCHEMA honest TO duifu_app",
        "GRANT SELECT ON ALL TABLES IN SCHEMA honest TO duifu_app",
        f"ALTER DATABASE {database} SET search_path = honest, public",
    ):
        victim.run(statement)
    victim.run("UPDATE public.stored_events SET topic = 'duifu.v1.VoucherIssued' WHERE notification_id = 20")

    verdict = audit(victim)

    assert ("bytes", PLACE) in [(one.kind, one.position) for one in verdict.findings]


@pytest.mark.parametrize(
    ("column", "value"),
    [("state", "'text'"), ("state", "NULL"), ("leaf", "'text'"), ("leaf", "x'00'"), ("leaf", "NULL"), ("topic", "NULL"),
     ("topic", "7"), ("topic", "x'ff'"), ("originator_id", "x'ff'"), ("originator_id", "NULL"),
     ("originator_version", "'x'"), ("originator_version", "NULL"), ("originator_version", "-3")],
)  # fmt: skip
def test_a_row_that_is_no_event_is_a_finding_and_hides_no_other(tmp_path: Path, column: str, value: str) -> None:
    made = a_small_one(tmp_path)
    made.unprotect()
    made.run(f"UPDATE stored_events SET {column} = {value} WHERE rowid = 7")
    made.run("UPDATE stored_events SET topic = 'duifu.v1.VoucherIssued' WHERE rowid = 15")

    verdict = audit(made)

    found = {one.position for one in verdict.findings if one.kind in ("bytes", "stream")}
    assert {7, 15} <= found
    assert found <= {7, 8, 15}  # the next of the stream, where not even its own place is left


def test_an_event_after_a_changed_one_is_not_accused(tmp_path: Path) -> None:
    made = a_small_one(tmp_path)
    made.run("UPDATE stored_events SET leaf = zeroblob(32) WHERE rowid = 7")

    verdict = audit(made)

    assert [one.position for one in verdict.findings if one.kind == "bytes"] == [7]
    assert verdict.sealed == 0


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM tree_size", "UPDATE tree_size SET size = 'x'", "UPDATE tree_size SET size = -5", "DROP TABLE tree",
     "DELETE FROM tree WHERE level = 0", "UPDATE tree SET nodes = substr(nodes, 33)", "UPDATE tree SET nodes = NULL",
     "DELETE FROM tree WHERE level > 0", "DROP TABLE checkpoints", "UPDATE tree SET nodes = 'text'"],
)  # fmt: skip
def test_a_sealers_file_that_was_taken_apart_is_a_finding(tmp_path: Path, statement: str) -> None:
    made = a_small_one(tmp_path)
    with closing(sqlite3.connect(made.seals_path)) as file, file:
        file.execute("CREATE TABLE loose AS SELECT * FROM tree")
        file.execute("DROP TABLE tree")
        file.execute("ALTER TABLE loose RENAME TO tree")
        file.execute(statement)

    verdict = audit(made)

    assert not verdict.is_whole
    assert {one.kind for one in verdict.findings} <= {"sealed", "checkpoint"}


def test_a_checkpoint_of_nothing_hides_nothing(victim: Victim) -> None:
    body = Checkpoint(LOG.name, 0, EMPTY_ROOT).body()
    empty = Note(body, (LOG.sign(body),)).text()

    assert audit(victim, [empty]).is_whole


def test_a_ledger_that_is_written_and_sealed_during_the_audit_is_not_accused(tmp_path: Path) -> None:
    made = a_small_one(tmp_path)
    busy = Event()

    def work() -> None:
        with closing(Ledger(made.address)) as ledger:
            version = 0
            while not busy.is_set():
                version += 1
                ledger.append([an_event("case/busy", version)])
                made.seal()

    with ThreadPoolExecutor(1) as threads:
        working = threads.submit(work)
        verdicts = [audit(made) for _ in range(15)]
        busy.set()
        working.result()

    assert [verdict.findings for verdict in verdicts] == [()] * 15
    assert verdicts[-1].head > verdicts[0].head


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--key", ""], 2, "is no key, and there is no such file"),
        (["--key", "nofile.vkey"], 2, "is no key, and there is no such file"),
        (["--checkpoint", "{seals}"], 2, "name it with --key, too"),
        (["--quorum", "1"], 2, "name it with --key, too"),
        (["--key", "{log}", "--witness", "{log}"], 2, "is the key of a log, not of a witness"),
        (["--key", "{log}", "--checkpoint", "{seals}"], 2, "codec can't decode"),
        (["--key", "{log}", "--at-least", "21"], 3, "应至少证明21个事件，检查点只证明到位置20"),
        (["--key", "{log}", "--at-least", "20"], 0, "前 20 个由检查点证明"),
        ([], 0, "没有检查点可以对照"),
    ],
)
def test_whom_to_believe_is_asked_for_clearly(tmp_path: Path, options: list[str], code: int, says: str) -> None:
    made = a_small_one(tmp_path)
    words = {"log": LOG.verifier.vkey(), "seals": str(made.seals_path)}
    environment = {"DUIFU_LEDGER": made.address, "DUIFU_SEALS": str(made.seals_path), "DUIFU_HOME": str(tmp_path)}

    answer = CliRunner().invoke(main, ["audit", "verify", *(one.format(**words) for one in options)], env=environment)

    assert answer.exit_code == code, answer.output
    assert says in answer.output


def test_a_copy_without_what_lay_in_its_log_says_how_to_copy(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "ledger.sqlite").execute("CREATE TABLE other (x)").connection.close()

    answer = CliRunner().invoke(main, ["audit", "verify", "--home", str(tmp_path)])

    assert answer.exit_code == 3
    assert "copy it with VACUUM INTO" in answer.output


def a_small_one(folder: Path) -> Victim:
    """Twenty events of one stream in a SQLite file, all sealed."""
    made = Victim(str(folder / "ledger.sqlite"), str(folder / "ledger.sqlite"), folder / "seals.sqlite", LOG)
    with closing(Ledger(made.address)) as ledger:
        ledger.append([an_event("case/a", version) for version in range(1, 21)])
    made.seal()
    return made
