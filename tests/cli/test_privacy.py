"""At a terminal persons are masked unless somebody asks, and the data protection officer can let them go."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from google.protobuf import json_format

from cli import rehearsing
from cli.__main__ import main
from commands.door import Door
from domain.money import yuan
from duifu.v1.events_pb2 import Envelope
from duifu.v1.facts_pb2 import Contact
from tests.builders import BUYER, a_redemption, an_account, an_application
from tests.desk import Desk, a_ledger, the_rulebook
from tests.ledger.people import MOBILE, NAME, PERSON, VALUES, a_contact

Duifu = Callable[..., Result]
REASON = ("--reason", "处理目的已实现", "--legal-basis", "个人信息保护法第四十七条")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of a deployment that rehearses from 1 March 2024; nothing else runs."""
    rehearsing.begin(Door(a_ledger(tmp_path / "ledger.sqlite"), the_rulebook()), "2024-03-01")
    return tmp_path


@pytest.fixture
def duifu(home: Path) -> Duifu:
    """Runs the command on that folder."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--home", str(home)])

    return run


@pytest.fixture
def application(tmp_path: Path) -> Callable[[Contact], str]:
    """Writes a file with a claim that names a contact."""

    def write(contact: Contact) -> str:
        claim = an_application()
        claim.contact.CopyFrom(contact)
        path = tmp_path / "application.json"
        path.write_text(json_format.MessageToJson(claim, ensure_ascii=False), "utf-8")
        return str(path)

    return write


def said(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def filed(duifu: Duifu, path: str) -> str:
    how = ("--uscc", BUYER.uscc, "--actor", PERSON, "--name", NAME, "--json")
    return str(json.loads(said(duifu("case", "open", path, *how)))["receipt"]["caseId"])


def withdrawn(duifu: Duifu, path: str) -> str:
    case_id = filed(duifu, path)
    said(duifu("case", "withdraw", case_id, "--uscc", BUYER.uscc, "--actor", PERSON))
    return case_id


def destroy(duifu: Duifu, subject: str = PERSON) -> Result:
    return duifu("privacy", "destroy", subject, *REASON, "--actor", "dpo")


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_case_shows_its_persons_masked_and_in_full_on_request(
    duifu: Duifu, application: Callable[[Contact], str], form: tuple[str, ...]
) -> None:
    case_id = filed(duifu, application(a_contact()))

    shown, unmasked = (said(duifu("case", "show", case_id, *form, *more)) for more in ((), ("--unmask",)))

    assert [value for value in VALUES if value in shown] == []
    assert [value for value in ("张**", "138****5678", "z***@example.cn") if value not in shown] == []
    assert [value for value in VALUES if value not in unmasked] == []
    assert "ciphertext" not in shown + unmasked


def test_a_quarter_shows_accounts_masked_and_in_full_on_request(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    voucher = desk.voucher_through_the_door()
    desk.redemption_through_the_door(a_redemption(voucher.voucher_id, yuan(100_000)))
    cycle_id = "bj-slq-2023-2024Q1"
    desk.settle_quarter(cycle_id)
    desk.ledger.close()

    asked = ("cycle", "show", cycle_id, "--json", "--home", str(tmp_path))
    shown, unmasked = (said(CliRunner().invoke(main, [*asked, *more])) for more in ((), ("--unmask",)))

    number = an_account().number
    assert number not in shown
    assert f'"number": "****{number[-4:]}"' in shown
    assert f'"number": "{number}"' in unmasked


def test_what_is_known_of_a_person_is_shown_masked_with_every_stream(
    duifu: Duifu, application: Callable[[Contact], str]
) -> None:
    case_id = filed(duifu, application(a_contact()))

    words = said(duifu("privacy", "show", PERSON))
    answer = json.loads(duifu("privacy", "show", PERSON, "--json").stdout)

    assert [value for value in VALUES if value in words] == []
    assert "第1代密钥有效" in words
    assert "手机 138****5678" in words
    assert answer["values"] == {"name": "张**", "mobile": "138****5678", "email": "z***@example.cn"}
    assert answer["streams"][f"case/{case_id}"] == 5  # name, mobile, e-mail; the actor's name in two events
    assert [key["generation"] for key in answer["keys"]] == [1]
    assert set(answer["streams"]) == {
        f"case/{case_id}",
        f"subject/{PERSON}",
        "register/bj-slq-2023/claim/2024",
        next(stream for stream in answer["streams"] if stream.startswith("command/cli:")),
    }


def test_a_destroyed_key_is_gone_from_every_answer(duifu: Duifu, application: Callable[[Contact], str]) -> None:
    case_id = withdrawn(duifu, application(a_contact()))

    assert "subject/agent.zhang" in said(destroy(duifu))

    person, story = said(duifu("privacy", "show", PERSON)), said(duifu("case", "show", case_id, "--unmask"))
    assert "第1代密钥已于" in person
    assert "手机 [已销毁]" in person
    assert "联系人 [已销毁]（agent.zhang）[已销毁]" in story
    assert [value for value in VALUES if value in person + story] == []


def test_the_key_of_a_contact_of_an_open_case_is_not_destroyed(
    duifu: Duifu, application: Callable[[Contact], str]
) -> None:
    case_id = filed(duifu, application(a_contact()))

    result = destroy(duifu)

    assert result.exit_code == 3
    assert "[SUBJECT_IN_OPEN_CASE]" in result.stderr
    assert case_id in result.stderr
    assert "第1代密钥有效" in said(duifu("privacy", "show", PERSON))


@pytest.mark.parametrize("command", [("case", "show"), ("privacy", "show")])
def test_an_altered_value_is_said_to_be_altered(
    home: Path, duifu: Duifu, application: Callable[[Contact], str], command: tuple[str, str]
) -> None:
    case_id = filed(duifu, application(a_contact()))
    with closing(sqlite3.connect(home / "ledger.sqlite")) as tool, tool:
        (state,) = tool.execute("SELECT state FROM stored_events WHERE topic = 'duifu.v1.CaseOpened'").fetchone()
        envelope = Envelope.FromString(state)
        envelope.encrypted[0].nonce = bytes(12)
        changed = (envelope.SerializeToString(), state)
        tool.execute("UPDATE stored_events SET state = ? WHERE state = ?", changed)

    result = duifu(*command, case_id if command[0] == "case" else PERSON)

    assert result.exit_code == 3
    assert f"case/{case_id} 1" in result.output
    assert "was altered" in result.output
    assert "duifu audit verify" in result.output


def test_a_person_of_whom_nothing_is_known_is_said_so(duifu: Duifu) -> None:
    shown, destroyed = duifu("privacy", "show", "nobody"), destroy(duifu, "nobody")

    assert (shown.exit_code, destroyed.exit_code) == (3, 3)
    assert "Nothing is stored about nobody" in shown.output
    assert "[SUBJECT_UNKNOWN]" in destroyed.stderr


def test_a_derived_id_tells_nobody_a_number(duifu: Duifu, application: Callable[[Contact], str]) -> None:
    filed(duifu, application(a_contact()))

    how = ("--uscc", BUYER.uscc, "--actor", PERSON, "--name", NAME)
    other = duifu("case", "open", application(a_contact(mobile="13900000000")), *how)

    assert other.exit_code == 3
    assert "[COMMAND_ID_REUSED]" in other.stderr  # the id is the same: no number went into it


def test_a_number_that_cannot_be_read_is_not_printed(duifu: Duifu, application: Callable[[Contact], str]) -> None:
    path = application(a_contact(mobile=f"+86{MOBILE}"))

    result = duifu("case", "open", path, "--uscc", BUYER.uscc, "--actor", PERSON)

    assert result.exit_code == 3
    assert "contact.mobile: 须为13至19开头的11位数字" in result.stderr
    assert MOBILE not in result.output + result.stderr


@pytest.mark.parametrize("command", [("privacy",), ("privacy", "show"), ("privacy", "destroy")])
def test_help_teaches(command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*command, "--help"])

    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 5
