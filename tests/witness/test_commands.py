"""What the person who runs a witness types and reads."""

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import main
from proofs import key_files
from proofs.notes import Checkpoint, Cosigner, Note, Signer, Verifier
from tests.witness.logs import Log
from tests.witness.running import NAME
from witness.state import State
from witness.witness import Objected, Witness


def duifu(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["witness", *map(str, arguments)])


@pytest.fixture
def state(tmp_path: Path, own_log: Log) -> Path:
    """The file of a witness that has signed nine entries."""
    path = tmp_path / "witness.sqlite"
    hears(path, own_log, own_log.request(0, 9))
    return path


def hears(path: Path, log: Log, *requests: bytes) -> None:
    kept = State(path)
    witness = Witness(
        Cosigner(NAME, bytes(32)), {log.signer.name: log.signer.verifier}, kept, now_seconds=lambda: 1_700_000_000
    )
    for request in requests:
        try:
            witness.add_checkpoint(request)
        except Objected:
            continue
    kept.close()


def test_a_new_key_is_kept_and_its_public_half_printed(tmp_path: Path) -> None:
    path = tmp_path / "witness.key"

    result = duifu("keygen", NAME, "--out", path)

    assert result.exit_code == 0
    assert Verifier.parse(result.stdout.strip()) == Cosigner.parse(key_files.read(path)).verifier
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_is_not_made_twice_nor_for_an_impossible_name(tmp_path: Path) -> None:
    path = tmp_path / "witness.key"
    duifu("keygen", NAME, "--out", path)
    first = key_files.read(path)

    again = duifu("keygen", NAME, "--out", path)
    nameless = duifu("keygen", "the audit office", "--out", tmp_path / "other.key")

    assert (again.exit_code, nameless.exit_code) == (2, 2)
    assert "never written over" in again.stderr
    assert "a key's name has no spaces" in nameless.stderr
    assert key_files.read(path) == first
    assert not (tmp_path / "other.key").exists()


def test_what_was_signed_last_is_shown(state: Path, own_log: Log) -> None:
    words, data = duifu("show", "--state", state), duifu("show", "--state", state, "--json")

    root = Checkpoint.parse(own_log.note(9).body).root.hex()
    assert words.exit_code == 0
    assert own_log.signer.name in words.stdout
    assert root in words.stdout
    assert "2023-11-15 06:13:20+08:00" in words.stdout
    (latest,) = json.loads(data.stdout)["latest"]
    assert (latest["origin"], latest["size"], latest["signedSeconds"]) == (own_log.signer.name, 9, 1_700_000_000)
    assert Note.parse(latest["note"]).body == own_log.note(9).body


def test_a_fork_is_shown_with_both_notes_and_an_exit_code(state: Path, own_log: Log) -> None:
    other = own_log.fork(at=5)
    hears(state, own_log, other.request(9, 9), other.request(9, 9))

    words, data = duifu("show", "--state", state), duifu("show", "--state", state, "--json")

    assert (words.exit_code, data.exit_code) == (3, 3)
    assert "分叉" in words.stdout
    for note in (own_log.note(9), other.note(9)):
        assert note.text() in words.stdout
    (evidence,) = json.loads(data.stdout)["evidence"]
    assert (evidence["finding"], evidence["refused"]) == ("fork", other.note(9).text())


def test_a_proof_that_was_not_given_is_shown_and_is_not_yet_a_fork(state: Path, own_log: Log) -> None:
    hears(state, own_log, own_log.fork(at=5).request(9, 12))

    result = duifu("show", "--state", state)

    assert result.exit_code == 0
    assert "未证明" in result.stdout


def test_showing_changes_nothing_and_makes_no_file(state: Path, tmp_path: Path) -> None:
    before = state.read_bytes()

    duifu("show", "--state", state)
    absent = duifu("show", "--state", tmp_path / "nothing.sqlite")

    assert absent.exit_code == 2
    assert state.read_bytes() == before
    assert not (tmp_path / "nothing.sqlite").exists()


def test_another_file_is_not_taken_for_a_witnesss(tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    sqlite3.connect(other).execute("CREATE TABLE t (x)").connection.close()
    text = tmp_path / "text"
    text.write_text("text" * 100)

    for path in (other, text):
        result = duifu("show", "--state", path)
        assert result.exit_code == 2
        assert "is not the state of a witness" in result.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE latest SET note = 'junk'", "cannot be read: a note is a text"),
        ("UPDATE latest SET note = 7", "cannot be read: a note is a text"),
        ("UPDATE latest SET note = substr(note, instr(note, char(10)) + 1)", "is no checkpoint"),
        ("UPDATE latest SET origin = 'another.example'", "is a checkpoint of"),
        ("UPDATE latest SET signed_seconds = 'soon'", "a time that is kept for"),
        ("UPDATE latest SET signed_seconds = 9223372036854775807", "a time that is kept for"),
        ("UPDATE evidence SET finding = 'boredom'", "the finding 'boredom' about"),
        ("UPDATE evidence SET signed_note = x'ff'", "cannot be read: not UTF-8"),
        ("UPDATE evidence SET refused_note = 'junk'", "cannot be read: a note is a text"),
        ("UPDATE evidence SET seen_seconds = -1", "a time that is kept for"),
    ],
)
def test_a_state_that_was_damaged_is_told_from_a_fork(state: Path, own_log: Log, change: str, said: str) -> None:
    hears(state, own_log, own_log.fork(at=5).request(9, 9))
    with sqlite3.connect(state) as file:
        assert file.execute(change).rowcount == 1
    file.close()

    for how in ((), ("--json",)):
        result = duifu("show", "--state", state, *how)
        assert result.exit_code == 2, result.output
        assert f"{state} is damaged" in result.stderr
        assert said in result.stderr
        assert result.stdout == ""


def test_a_witness_does_not_start_with_what_is_wrong(tmp_path: Path) -> None:
    log = Signer.generate("log.example")
    key, open_key, log_key, text = (tmp_path / name for name in ("key", "open", "log", "text"))
    key_files.write(key, Cosigner.generate(NAME).text())
    key_files.write(open_key, Cosigner.generate(NAME).text())
    open_key.chmod(0o644)
    key_files.write(log_key, log.text())
    text.write_text("not a database" * 100)
    vkey, state = log.verifier.vkey(), tmp_path / "state.sqlite"

    def serve(*arguments: str | Path, key: Path = key, state: Path = state) -> tuple[int, str]:
        result = duifu("serve", "--key", key, "--state", state, "--port", "0", *arguments)
        return result.exit_code, " ".join(result.stderr.split())

    for (code, said), wanted, complaint in (
        (serve("--log", vkey, key=tmp_path / "nothing"), 2, "No such file"),
        (serve("--log", vkey, key=open_key), 2, "mode 0644"),
        (serve("--log", vkey, key=log_key), 2, "but 0x04 is wanted here"),
        (serve("--log", "vkey"), 2, "a verifier key is name+key id+base64"),
        (serve("--log", vkey, "--log", vkey), 2, "one log is given twice"),
        (serve(), 2, "Missing option '--log'"),
        (serve("--log", vkey, state=text), 4, "cannot keep what is signed"),
        (serve("--log", vkey, "--host", "192.0.2.1"), 4, "cannot listen on 192.0.2.1"),
    ):
        assert (code, complaint in said) == (wanted, True), said
