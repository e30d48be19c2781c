"""duifu ledger: an operator prepares a database, hands out keys and checkpoints, and sees how far the log is sealed."""

import json
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import main
from ledger.seals import Seals
from ledger.store import Ledger
from proofs.notes import Note, Verifier, trusted
from tests.ledger.events import an_event
from tests.postgres import APP, Server
from tests.witness.running import RunningWitness


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A deployment with three events."""
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.append([an_event("case/a", version) for version in (1, 2, 3)])
    ledger.close()
    return tmp_path


def duifu(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env=environment)


def test_the_key_is_made_once_under_the_name_that_was_asked_for(tmp_path: Path) -> None:
    made = duifu("ledger", "key", "--origin", "city.example/compute", "--home", str(tmp_path))
    again = duifu("ledger", "key", "--home", str(tmp_path))

    assert made.exit_code == 0, made.output
    assert Verifier.parse(made.output.strip()).name == "city.example/compute"
    assert again.output == made.output == (tmp_path / "seal.vkey").read_text()
    assert stat.S_IMODE((tmp_path / "seal.key").stat().st_mode) == 0o600


def test_a_log_does_not_change_its_name(tmp_path: Path) -> None:
    duifu("ledger", "key", "--origin", "city.example/compute", "--home", str(tmp_path))

    renamed = duifu("ledger", "key", "--origin", "city.example/other", "--home", str(tmp_path))

    assert renamed.exit_code == 3
    assert "The log is called city.example/compute and stays so" in renamed.output


@pytest.mark.parametrize("origin", ["with space", "a+b"])
def test_an_impossible_name_is_refused_before_a_key_is_made(tmp_path: Path, origin: str) -> None:
    refused = duifu("ledger", "key", "--origin", origin, "--home", str(tmp_path))

    assert refused.exit_code == 2
    assert not (tmp_path / "seal.key").exists()


def test_sealing_prints_a_checkpoint_that_the_public_key_verifies(home: Path) -> None:
    sealed = duifu("ledger", "seal", "--home", str(home))
    key = duifu("ledger", "key", "--home", str(home)).output.strip()

    assert sealed.exit_code == 0, sealed.output
    assert trusted(Note.parse(sealed.output), Verifier.parse(key)).checkpoint.size == 3
    assert "事件 3，已封存至 3，尚未封存 0" in duifu("ledger", "status", "--home", str(home)).output


def test_checkpoints_are_handed_out_one_file_each(home: Path) -> None:
    first = duifu("ledger", "seal", "--home", str(home)).output
    ledger = Ledger(home / "ledger.sqlite")
    ledger.append([an_event("case/a", 4)])
    ledger.close()
    second = duifu("ledger", "seal", "--home", str(home)).output

    listed = duifu("ledger", "checkpoints", "--out", str(home / "kept"), "--json", "--home", str(home))

    assert [(one["size"], one["checkpoint"]) for one in json.loads(listed.output)] == [(3, first), (4, second)]
    assert (home / "kept" / "checkpoint-3").read_text() == first
    assert (home / "kept" / "checkpoint-4").read_text() == second


def test_a_note_that_a_terminal_would_obey_is_printed_harmless(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    duifu("ledger", "seal", "--home", str(home))
    with closing(sqlite3.connect(home / "seals.sqlite")) as seals, seals:
        seals.execute("UPDATE checkpoints SET note = note || ?", ("\x1b[2J\x9b31m\u202e",))
    monkeypatch.setattr("ledger.sealer.Sealer.seal", lambda _sealer: Seals(home / "seals.sqlite").newest())

    told = duifu("ledger", "seal", "--home", str(home))

    assert told.exit_code == 0, told.output
    assert told.stdout.endswith("\\u001b[2J\\u009b31m\\u202e")


@pytest.mark.parametrize("command", ["seal", "status", "checkpoints"])
def test_a_named_pipe_in_place_of_the_seals_is_refused_and_not_waited_for(home: Path, command: str) -> None:
    os.mkfifo(home / "seals.sqlite")

    refused = duifu("ledger", command, "--home", str(home))

    assert refused.exit_code == 4
    assert "seals.sqlite is no regular file" in refused.output


def test_listed_witnesses_are_asked_and_named(home: Path) -> None:
    vkey = duifu("ledger", "key", "--home", str(home)).output.strip()
    folder = home / "agency"
    folder.mkdir()
    witness = RunningWitness(folder, [Verifier.parse(vkey)])
    (home / "witnesses").write_text(f"# the audit office\n{witness.url} {witness.verifier.vkey()}\n")

    sealed = duifu("ledger", "seal", "--json", "--home", str(home))
    witness.stop()

    told = json.loads(sealed.output)
    assert [(one["witness"], one["hasSigned"]) for one in told["witnesses"]] == [(witness.verifier.name, True)]
    checked = trusted(Note.parse(told["checkpoint"]), Verifier.parse(vkey), [witness.verifier], quorum=1)
    assert checked.checkpoint.size == 3


@pytest.mark.parametrize("line", ["http://127.0.0.1:1", "ftp://a.example key", "nonsense"])
def test_a_list_of_witnesses_that_cannot_be_read_names_its_line(home: Path, line: str) -> None:
    (home / "witnesses").write_text(f"\n{line}\n")

    refused = duifu("ledger", "seal", "--home", str(home))

    assert refused.exit_code == 2
    assert "witnesses, line 2: a line is “<url> <vkey>”" in refused.output


def test_an_empty_ledger_has_nothing_to_seal(tmp_path: Path) -> None:
    Ledger(tmp_path / "ledger.sqlite").close()

    refused = duifu("ledger", "seal", "--home", str(tmp_path))

    assert refused.exit_code == 3
    assert "The ledger is empty" in refused.output


def test_a_database_is_prepared_and_the_application_appends(
    postgres_server: Server, postgres_database: str, tmp_path: Path
) -> None:
    owner, application = postgres_server.url(postgres_database), postgres_server.url(postgres_database, APP)
    environment = {"DUIFU_LEDGER": application, "DUIFU_HOME": str(tmp_path)}

    before = duifu("ledger", "status", **environment)
    prepared = [duifu("ledger", "prepare", owner, "--role", APP) for _ in range(2)]
    ledger = Ledger(application)
    ledger.append([an_event("case/a", 1)])
    ledger.close()
    after = duifu("ledger", "status", "--json", **environment)

    assert before.exit_code == 4
    assert [one.exit_code for one in prepared] == [0, 0]
    assert json.loads(after.output)["head"] == 1


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "says"),
    [
        (["ledger", "prepare", "ledger.sqlite", "--role", "r"], {}, 2, "a SQLite ledger needs no preparation"),
        (["ledger", "prepare", "postgresql://u:secret@127.0.0.1:1/x", "--role", "r"], {}, 4, "//u@127.0.0.1:1/x"),
        (["ledger", "status"], {"DUIFU_LEDGER": "mysql://host/x"}, 2, "mysql:// is no database of ours"),
        (["case", "list"], {"DUIFU_LEDGER": "postgresql://u:secret@127.0.0.1:1/x"}, 4, "//u@127.0.0.1:1/x"),
        (["audit", "verify"], {"DUIFU_LEDGER": "postgresql://u:secret@127.0.0.1:1/x"}, 4, "//u@127.0.0.1:1/x"),
    ],
)
def test_what_cannot_be_reached_or_meant_is_said_without_the_password(
    arguments: list[str], environment: dict[str, str], code: int, says: str
) -> None:
    answer = duifu(*arguments, **environment)

    assert answer.exit_code == code, answer.output
    assert says in answer.output
    assert "secret" not in answer.output
