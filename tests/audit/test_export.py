"""A bundle holds what belongs to a case and nothing of others, all of it sealed; whoever gets it can check it."""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audit import belonging
from audit.entries import EvidenceBroken
from audit.export import ExportRefused, export
from audit.history import HistoryRefused, skeleton
from cli.__main__ import main
from domain.money import yuan
from duifu.v1.facts_pb2 import Contact
from ledger.chain import leaf
from ledger.rows import Rows
from ledger.sealer import Sealer
from ledger.seals import Seals
from proofs.key_files import write as write_key
from proofs.merkle import EMPTY_ROOT
from proofs.notes import Checkpoint, Note, Signer
from tests.audit.bundles import (
    EDITIONS,
    LOG,
    PINS,
    RUN,
    WITNESSES,
    Bundle,
    Office,
    a_history,
    a_letter_by_its_workflow,
    an_office,
    asked,
    failures,
)
from tests.audit.histories import CLAIM, FIRST_QUARTER, OTHER_CLAIM, REDEMPTION, VOUCHER, a_spring, attempted
from tests.builders import OTHER_BUYER, a_contract, a_redemption, an_application
from tests.docs.pages import ROOT

LOG_ALONE = PINS._replace(witnesses=(), quorum=0)


@pytest.fixture(scope="module")
def sealed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with a spring in it, sealed; to be copied."""
    folder = tmp_path_factory.mktemp("office")
    with an_office(folder) as office:
        a_spring(office.desk)
        office.seal(*WITNESSES)
    return folder


@pytest.fixture
def office(sealed_folder: Path, tmp_path: Path) -> Iterator[Office]:
    """That ledger, in a copy of the test's own."""
    shutil.copytree(sealed_folder, tmp_path, dirs_exist_ok=True)
    with an_office(tmp_path, ids="later") as office:
        office.desk.at("2024-07-01 09:00")
        yield office


def streams_of(bundle: Bundle) -> dict[str, list[object]]:
    """The versions of each stream that are in a bundle."""
    found: dict[str, list[object]] = {}
    for row in bundle.rows:
        found.setdefault(str(row["stream"]), []).append(row["version"])
    return found


# What belongs to a case


def test_a_case_comes_with_its_voucher_and_contract_whole_and_with_what_was_recorded_with_it(office: Office) -> None:
    content = office.export(f"case/{CLAIM}").content

    manifest = json.loads(Bundle.of(content)["manifest.json"])
    assert failures(asked(content)) == []
    assert set(manifest["whole"]) == {
        f"case/{CLAIM}",
        f"voucher/{VOUCHER}",
        next(name for name in office.desk.ledger.streams("contract/")),
    }
    assert {name.partition("/")[0] for name in manifest["excerpts"]} == {
        "attempt",
        "benefits",
        "command",
        "enterprise-year",
        "register",
        "subject",
    }


def test_every_event_of_the_case_has_the_receipt_of_its_command(office: Office) -> None:
    report = asked(office.export(f"case/{REDEMPTION}").content)

    own = [event for event in report.events if event["stream"] == f"case/{REDEMPTION}"]
    receipts = {event["stream"] for event in report.events if event["topic"] == "duifu.v1.CommandAccepted"}
    assert own
    assert {f"command/{event['state']['command_id']}" for event in own} <= receipts


def test_refused_attempts_on_the_case_are_in_it_and_those_on_others_are_not(office: Office) -> None:
    attempted(
        lambda: office.desk.submit(an_application(a_contract(yuan(1_200_000))))
    )  # whose refusal tells of the case
    office.seal(*WITNESSES)

    ours, others = (asked(office.export(f"case/{case_id}").content).events for case_id in (CLAIM, OTHER_CLAIM))

    codes = [
        [
            event["state"]["event"]["command_refused"]["code"]
            for event in events
            if event["stream"].startswith("attempt/")
        ]
        for events in (ours, others)
    ]
    assert codes == [["ROLE_MISMATCH", "ROLE_MISMATCH"], ["NOT_YOUR_CASE"]]


def test_of_a_quarter_only_what_names_the_claim_or_nobody_is_in_it(tmp_path: Path) -> None:
    with an_office(tmp_path) as office:
        desk = office.desk
        vouchers = [
            desk.voucher_through_the_door(),
            desk.voucher_through_the_door(a_contract(number="HT-2", buyer=OTHER_BUYER), OTHER_BUYER),
        ]
        first = desk.redemption_through_the_door(a_redemption(vouchers[0].voucher_id, yuan(100_000)))
        other = a_redemption(vouchers[1].voucher_id, yuan(100_000), buyer=OTHER_BUYER, invoice=2)
        second = desk.redemption_through_the_door(other, OTHER_BUYER)
        desk.settle_quarter(FIRST_QUARTER)
        office.seal()

        content = office.export(f"case/{first}").content

        events = asked(content, LOG_ALONE).events
        told = json.dumps([event["state"] for event in events], ensure_ascii=False)
        of_quarter = [event["topic"] for event in events if event["stream"].startswith("cycle/")]
        assert of_quarter == [
            f"duifu.v1.{topic}"
            for topic in (
                "CycleOpened", "ClaimAdmitted", "ClaimAssessed", "CycleFrozen", "PaymentOrdered", "PaymentSettled",
                "CycleClosed",
            )
        ]  # fmt: skip
        assert OTHER_BUYER.uscc not in told
        assert f"case/{second}" not in streams_of(Bundle.of(content))
        assert {event["topic"] for event in events if second in json.dumps(event["state"])} == {
            "duifu.v1.CycleFrozen",
            "duifu.v1.CycleClosed",
        }


def test_a_commit_is_read_to_its_end_however_long_it_is(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    before = office.export(f"case/{CLAIM}").content
    monkeypatch.setattr(belonging, "COMMIT_ROWS", 1)

    assert office.export(f"case/{CLAIM}").content == before


def test_a_voucher_comes_with_the_cases_that_made_and_used_it(office: Office) -> None:
    content = office.export(f"voucher/{VOUCHER}").content

    whole = json.loads(Bundle.of(content)["manifest.json"])["whole"]
    assert failures(asked(content)) == []
    assert {f"voucher/{VOUCHER}", f"case/{CLAIM}", f"case/{REDEMPTION}"} < set(whole)


@pytest.mark.parametrize("kind", ["cycle/", "register/", "enterprise-year/", "command/", "attempt/", "invoice/"])
def test_any_stream_can_be_taken_away(kind: str, office: Office) -> None:
    stream = office.desk.ledger.streams(kind)[0]

    content = office.export(stream).content

    assert failures(asked(content)) == []
    assert len(streams_of(Bundle.of(content))[stream]) == office.desk.ledger.version(stream)


def test_the_stored_bytes_go_in_as_they_are(office: Office) -> None:
    rows = {row.position: row for row in office.rows.scan()}

    for line in Bundle.of(office.export(f"voucher/{VOUCHER}").content).rows:
        row = rows[int(str(line["position"]))]
        assert b64decode(str(line["state"])) == row.state
        assert (line["stream"], line["version"], line["topic"]) == (row.stream, row.version, row.topic)


def test_personal_values_leave_the_house_only_encrypted(tmp_path: Path) -> None:
    values = {"name": "李梅", "mobile": "13812345678", "email": "limei@example.cn"}
    application = an_application()
    application.contact.CopyFrom(Contact(person_id="limei", **values))
    with an_office(tmp_path) as office:
        case_id = office.desk.submit(application)
        office.seal()

        content = office.export(f"case/{case_id}").content

    states = [b64decode(str(row["state"])) for row in Bundle.of(content).rows]
    told = json.dumps(asked(content, LOG_ALONE).events, ensure_ascii=False)
    assert failures(asked(content, LOG_ALONE)) == []
    assert "event.case_opened.application.contact.mobile" in told  # where it would be
    for value in values.values():
        assert not any(value.encode() in one for one in [content, *states])
        assert value not in told


def test_the_same_evidence_is_the_same_bytes(office: Office) -> None:
    first, second = (office.export(f"voucher/{VOUCHER}").content for _ in range(2))

    assert first == second
    with zipfile.ZipFile(BytesIO(first)) as archive:
        assert archive.namelist() == sorted(archive.namelist())
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_both_databases_give_bundles_that_are_proven(spring: Rows, tmp_path: Path) -> None:
    with closing(Seals(tmp_path / "seals.sqlite")) as seals:
        Sealer(spring, seals, LOG).seal()

        content = export(spring, seals, f"case/{REDEMPTION}", EDITIONS).content

    assert failures(asked(content, LOG_ALONE)) == []


# What is sealed, and what is not


def test_what_no_checkpoint_covers_is_refused_with_the_way_forward(office: Office) -> None:
    a_letter_by_its_workflow(office.desk)

    with pytest.raises(ExportRefused, match=r"the event at \d+ belongs.*duifu ledger seal.*--sealed-only"):
        office.export(f"case/{CLAIM}")


def test_what_is_sealed_can_be_exported_alone_and_is_whole_so_far(office: Office) -> None:
    before = office.export(f"case/{CLAIM}").content
    a_letter_by_its_workflow(office.desk)

    after = office.export(f"case/{CLAIM}", sealed_only=True).content

    assert after == before


def test_a_case_of_which_nothing_is_sealed_is_refused(office: Office) -> None:
    case_id = office.desk.submit(an_application(a_contract(number="HT-9")))

    with pytest.raises(ExportRefused, match=f"Nothing of case/{case_id} is sealed yet"):
        office.export(f"case/{case_id}", sealed_only=True)


def test_a_stream_that_is_not_there_is_refused(office: Office) -> None:
    with pytest.raises(ExportRefused, match="There is no stream case/another"):
        office.export("case/another")


def test_without_any_checkpoint_nothing_can_be_exported(tmp_path: Path) -> None:
    with an_office(tmp_path) as office:
        office.desk.submit(an_application())

        with pytest.raises(ExportRefused, match="Nothing is sealed yet"):
            office.export(f"case/{CLAIM}")


def test_a_checkpoint_that_witnesses_have_seen_is_taken_before_a_newer_one_that_they_have_not(office: Office) -> None:
    witnessed = office.export(f"case/{CLAIM}")
    office.desk.submit(an_application(a_contract(number="HT-9")))
    office.seal()

    assert office.export(f"case/{CLAIM}").size == witnessed.size


def test_a_checkpoint_under_another_schema_is_refused(office: Office) -> None:
    sealed = office.seals.newest()
    assert sealed is not None
    body = Note.parse(sealed.note).body.replace("schema sha256:", "schema sha256:00")
    with office.seals.writing():
        office.seals.keep(sealed.size, Note(body, (LOG.sign(body),)).text())

    with pytest.raises(ExportRefused, match="names another schema than this version's"):
        office.export(f"case/{CLAIM}")


def test_an_edition_whose_file_is_gone_is_named(office: Office) -> None:
    with pytest.raises(ExportRefused, match=r"The programme edition [0-9a-f]{64} is named by an event"):
        export(office.rows, office.seals, f"case/{CLAIM}", {})


@pytest.mark.parametrize("change", ["state = other.state, topic = other.topic", "leaf = other.leaf"])
def test_what_was_changed_after_it_was_sealed_is_not_exported(change: str, office: Office) -> None:
    position = office.desk.ledger.position_of(f"case/{CLAIM}", 3)
    with closing(sqlite3.connect(office.desk.ledger.address)) as ledger, ledger:
        other = f"(SELECT * FROM stored_events WHERE rowid = {position + 2}) AS other"
        ledger.execute(f"UPDATE stored_events SET {change} FROM {other} WHERE stored_events.rowid = {position}")

    with pytest.raises(EvidenceBroken, match=f"Position {position} .*: its leaf is not that of"):
        office.export(f"case/{CLAIM}")


def test_what_was_changed_with_a_leaf_to_fit_is_not_exported_either(office: Office) -> None:
    stream = f"case/{CLAIM}"
    version = office.desk.ledger.version(stream)
    position = office.desk.ledger.position_of(stream, version)
    (row,) = [row for row in office.rows.stream(stream) if row.version == version]
    previous = office.rows.leaf_of(stream, version - 1)
    assert previous is not None
    state = row.state + b"\x1a\x00"
    with closing(sqlite3.connect(office.desk.ledger.address)) as ledger, ledger:
        changed = (state, leaf(stream, version, row.topic, previous, state), position)
        ledger.execute("UPDATE stored_events SET state = ?, leaf = ? WHERE rowid = ?", changed)

    with pytest.raises(EvidenceBroken, match=f"Position {position} .* is not what was sealed"):
        office.export(stream)


#: What is done to the sealer's file, and what is said. `substr` and `||` make texts: the file has bytes.
DAMAGES = {
    "another root": ("UPDATE checkpoints SET note = :other_root WHERE size = :size", "another root than the tree"),
    "another size": ("UPDATE checkpoints SET note = :smaller", "The checkpoint kept for [0-9]+ events is of 7"),
    "a note that is none": ("UPDATE checkpoints SET note = 'junk'", "events in the sealer's file is none"),
    "a note that is no checkpoint": ("UPDATE checkpoints SET note = :word", "events in the sealer's file is none"),
    "a note that is no text": ("UPDATE checkpoints SET note = x'ab'", "sealer's file is damaged"),
    "a tree without nodes": ("DELETE FROM tree", "sealer's file is damaged"),
    "a tree cut short": ("UPDATE tree SET nodes = substr(nodes, 1, 32)", "sealer's file is damaged"),
    "nodes that are no bytes": ("UPDATE tree SET nodes = 'text'", "sealer's file is damaged"),
    "other leaves in the tree": (
        "UPDATE tree SET nodes = zeroblob(length(nodes)) WHERE level = 0",
        "Position [0-9]+ .* is not what was sealed|another root than the tree",
    ),
    "no table of checkpoints": ("DROP TABLE checkpoints", "sealer's file is damaged"),
}


def signed(origin: str, size: int, extension: str) -> str:
    """A checkpoint that the log signed, of a root that no tree has."""
    body = f"{origin}\n{size}\n{b64encode(b'r' * 32).decode()}\n{extension}\n"
    return Note(body, (LOG.sign(body),)).text()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_sealers_file_that_was_changed_is_broken_evidence(
    damage: str, office: Office, duifu: Callable[..., Result]
) -> None:
    change, said = DAMAGES[damage]
    sealed = office.seals.newest()
    assert sealed is not None
    Path("kept").write_text(sealed.note, "utf-8")
    with closing(sqlite3.connect(office.seals.path)) as file, file:
        origin, _, _, extension, _ = Note.parse(sealed.note).body.split("\n")
        other_root, smaller = signed(origin, sealed.size, extension), signed(origin, 7, extension)
        word = Note("junk\n", (LOG.sign("junk\n"),)).text()
        file.execute(change, {"size": sealed.size, "other_root": other_root, "smaller": smaller, "word": word})

    with pytest.raises(EvidenceBroken, match=said):
        office.export(f"case/{CLAIM}")
    for arguments in ((CLAIM,), (CLAIM, "--since-checkpoint", "kept")):
        done = duifu(*arguments)
        assert done.exit_code == 3, done.output
        assert "The evidence is broken" in done.output
        assert "--since-checkpoint" not in done.output
        assert "Traceback" not in done.output
    assert list(Path().glob("*.zip")) == []


@pytest.mark.parametrize(
    ("stream", "change", "said"),
    [
        (f"case/{CLAIM}", "rowid = -3", "Position -3 .*: position is -3; they count from 1"),
        (f"case/{CLAIM}", "rowid = 0", "Position 0 .*: position is 0; they count from 1"),
        (f"case/{CLAIM}", "originator_version = 'x'", "version is 'x', and not int"),
        (f"case/{CLAIM}", "leaf = 'x'", "leaf is 'x', and not bytes"),
        (f"case/{CLAIM}", "state = 'x'", "state is 'x', and not bytes"),
        (f"case/{CLAIM}", "topic = x'ab'", "topic is b'.xab', and not str"),
        ("attempt/%", "originator_version = 'x'", "version is 'x', and not int"),
        ("attempt/%", "leaf = 'x'", "leaf is 'x', and not bytes"),
        ("attempt/%", "state = 'x'", "state is 'x', and not bytes"),
        ("attempt/%", "topic = x'ab'", "topic is b'.xab', and not str"),
    ],
)
def test_a_row_with_odd_columns_is_broken_evidence(stream: str, change: str, said: str, office: Office) -> None:
    with closing(sqlite3.connect(office.desk.ledger.address)) as ledger, ledger:
        one = "(SELECT min(rowid) FROM stored_events WHERE originator_id LIKE ?)"
        ledger.execute(f"UPDATE stored_events SET {change} WHERE rowid = {one}", (stream,))

    with pytest.raises(EvidenceBroken, match=said):
        office.export(f"case/{CLAIM}")


def test_a_refusal_whose_bytes_are_no_bytes_is_broken_evidence_whomever_it_is_about(office: Office) -> None:
    with closing(sqlite3.connect(office.desk.ledger.address)) as ledger, ledger:
        columns = "rowid, originator_id, originator_version, topic, state, leaf"
        row = (office.rows.head() + 100, "attempt/z", 1, "duifu.v1.CommandRefused", "text", bytes(32))
        ledger.execute(f"INSERT INTO stored_events ({columns}) VALUES (?, ?, ?, ?, ?, ?)", row)

    with pytest.raises(EvidenceBroken, match="state is 'text', and not bytes"):
        office.export(f"case/{CLAIM}")


# Since an earlier visit


def test_a_kept_checkpoint_of_another_log_is_refused(office: Office) -> None:
    body = Checkpoint("another.example/log", 3, b"r" * 32).body()
    note = Note(body, (Signer.generate("another.example/log").sign(body),)).text().encode()

    with pytest.raises(ExportRefused, match=r"is of another\.example/log; this ledger is duifu\.example/log"):
        office.export(f"case/{CLAIM}", since=note)


def test_a_kept_checkpoint_of_an_empty_ledger_proves_nothing(office: Office) -> None:
    body = Checkpoint(LOG.name, 0, EMPTY_ROOT).body()

    with pytest.raises(ExportRefused, match="every ledger begins with that"):
        office.export(f"case/{CLAIM}", since=Note(body, (LOG.sign(body),)).text().encode())


@pytest.mark.parametrize("size", [3, 9999])
def test_a_kept_checkpoint_that_the_ledger_does_not_begin_with_is_evidence(size: int, office: Office) -> None:
    body = Checkpoint(LOG.name, size, b"r" * 32).body()
    note = Note(body, (LOG.sign(body),)).text().encode()

    with pytest.raises(EvidenceBroken, match=f"does not begin with the {size} events under the checkpoint given"):
        office.export(f"case/{CLAIM}", since=note)


def test_the_newest_checkpoint_needs_no_proof_of_itself(office: Office) -> None:
    newest = office.seals.newest()
    assert newest is not None

    bundle = Bundle.of(office.export(f"case/{CLAIM}", since=newest.note.encode()).content)

    assert [name for name in bundle if name.startswith("consistency/")] == []


# The workflow's history


def test_a_history_goes_in_without_what_it_carried(office: Office) -> None:
    a_letter_by_its_workflow(office.desk)
    office.seal(*WITNESSES)

    content = office.export(f"case/{CLAIM}", history=skeleton(a_history())).content

    kept = Bundle.of(content)["temporal/history.json"]
    assert b"c2VjcmV0" not in kept
    assert RUN.encode() in kept
    said = [finding.en for finding in asked(content).findings if finding.holds]
    assert f"the Temporal history is of a run that events name ('{CLAIM}', 2 events)" in said


@pytest.mark.parametrize(
    "path", sorted((ROOT / "tests" / "replay" / "histories").glob("*.json"))[:6], ids=lambda p: p.stem
)
def test_of_a_recorded_history_only_ids_kinds_and_times_are_left(path: Path) -> None:
    bare = skeleton(path.read_bytes())

    assert b"payloads" not in bare
    assert b"identity" in path.read_bytes()  # of machines and people
    assert b"identity" not in bare
    assert b'"data"' not in bare
    kinds = [event["eventType"] for event in json.loads(path.read_bytes())["events"]]
    assert [event["eventType"] for event in json.loads(bare)["events"]] == kinds


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"events": []}', b'{"events": [{"eventId": "1"}]}', b'{"events": [1]}']
)
def test_what_is_no_history_is_refused(content: bytes) -> None:
    with pytest.raises(HistoryRefused, match="not a workflow's history"):
        skeleton(content)


# At the command line


@pytest.fixture
def duifu(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs `duifu audit export` on that ledger, in an empty folder."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["audit", "export", *arguments, "--home", str(tmp_path)])

    return run


def test_a_case_is_exported_by_its_number_and_named_after_its_stream(duifu: Callable[..., Result]) -> None:
    done = duifu(CLAIM)

    assert done.exit_code == 0, done.output
    path = Path(f"case-{CLAIM}.zip")
    report = asked(path.read_bytes())
    assert failures(report) == []
    assert f"✓ {path}：case/{CLAIM}，{len(report.events)} 个事件" in done.output


def test_json_says_what_was_made(duifu: Callable[..., Result]) -> None:
    told = json.loads(duifu(VOUCHER, "--json", "--out", "v.zip").stdout)

    content = Path("v.zip").read_bytes()
    assert told["subject"] == f"voucher/{VOUCHER}"
    assert told["sha256"] == hashlib.sha256(content).hexdigest()
    assert told["events"] == len(Bundle.of(content).rows)


def test_a_bundle_that_is_there_stays_as_it_is(duifu: Callable[..., Result]) -> None:
    Path("v.zip").write_text("mine")

    done = duifu(CLAIM, "--out", "v.zip")

    assert (done.exit_code, Path("v.zip").read_text()) == (2, "mine")
    assert "v.zip is there already" in done.output


def test_a_kept_checkpoint_and_a_history_are_read_from_files(office: Office, duifu: Callable[..., Result]) -> None:
    kept = office.seals.newest()
    assert kept is not None
    a_letter_by_its_workflow(office.desk)
    office.seal(*WITNESSES)
    Path("kept").write_text(kept.note, "utf-8")
    Path("history.json").write_bytes(a_history())

    done = duifu(CLAIM, "--since-checkpoint", "kept", "--history", "history.json", "--out", "v.zip")

    assert done.exit_code == 0, done.output
    assert failures(asked(Path("v.zip").read_bytes(), PINS._replace(kept=kept.note.encode()))) == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("bj-claim-2024-999999",), 3, "There is no case, voucher"),
        ((CLAIM, "--history", "wrong", "--temporal"), 2, "not both"),
        ((CLAIM, "--history", "wrong"), 2, "not a workflow's history"),
        ((CLAIM, "--since-checkpoint", "wrong"), 2, "--since-checkpoint: "),
        ((CLAIM, "--out", "no/such/folder.zip"), 2, "No such file or directory"),
        ((CLAIM, "--temporal"), 3, f"No event of case/{CLAIM} was caused by a workflow"),
    ],
)
def test_what_cannot_be_exported_says_why(
    arguments: tuple[str, ...], code: int, said: str, duifu: Callable[..., Result]
) -> None:
    Path("wrong").write_text("wrong\n")

    done = duifu(*arguments)

    assert done.exit_code == code, done.output
    assert said in done.output


def test_where_nothing_was_ever_sealed_the_way_forward_is_said(duifu: Callable[..., Result], tmp_path: Path) -> None:
    for path in tmp_path.glob("seals.sqlite*"):
        path.unlink()

    done = duifu(CLAIM)

    assert done.exit_code == 3
    assert "Seal it first: duifu ledger seal" in done.output


@pytest.mark.parametrize("name", ["ledger.sqlite", "seals.sqlite"])
def test_a_named_pipe_is_refused_and_not_waited_for(name: str, duifu: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)

    done = duifu(CLAIM)

    assert done.exit_code == 4
    assert f"{name} is no regular file" in done.output


def test_the_way_forward_that_a_refusal_names_leads_there(duifu: Callable[..., Result], tmp_path: Path) -> None:
    """Not sealed, sealed by `duifu ledger seal`, exported, and verified with the key that `duifu ledger key` prints."""
    for path in tmp_path.glob("seals.sqlite*"):
        path.unlink()
    write_key(tmp_path / "seal.key", LOG.text())
    assert re.search("Seal it first: duifu ledger seal", duifu(CLAIM).output)

    sealed = CliRunner().invoke(main, ["ledger", "seal", "--home", str(tmp_path)])

    assert sealed.exit_code == 0, sealed.output
    assert duifu(CLAIM, "--out", "v.zip").exit_code == 0
    assert failures(asked(Path("v.zip").read_bytes(), LOG_ALONE)) == []
