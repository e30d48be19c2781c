"""What a person at a terminal gets: words or JSON, and an exit code that a script can act on."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from google.protobuf import json_format

from cli import rehearsing
from cli.__main__ import main
from commands.door import Door
from policy.rulebook import Rulebook
from settings import from_environment
from tests.builders import BUYER, an_application
from tests.desk import a_ledger

Duifu = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of a deployment that rehearses from 1 March 2024; nothing else runs."""
    rehearsing.begin(Door(a_ledger(tmp_path / "ledger.sqlite"), Rulebook()), "2024-03-01")
    return tmp_path


@pytest.fixture
def duifu(home: Path) -> Duifu:
    """Runs the command on that folder."""

    def run(*arguments: str, given: str = "") -> Result:
        return CliRunner().invoke(main, [*arguments, "--home", str(home)], input=given)

    return run


@pytest.fixture
def facts(tmp_path: Path) -> str:
    """A file with a complete application."""
    path = tmp_path / "application.json"
    path.write_text(json_format.MessageToJson(an_application(), ensure_ascii=False), "utf-8")
    return str(path)


def filed(duifu: Duifu, facts: str) -> str:
    result = duifu("case", "open", facts, "--uscc", BUYER.uscc, "--actor", "agent", "--json")
    assert result.exit_code == 0, result.output
    return str(json.loads(result.stdout)["receipt"]["caseId"])


def decided(duifu: Duifu, case_id: str, *how: str, role: str = "acceptance-officer") -> Result:
    common = ("--stage", "acceptance", "--role", role, "--actor", "wang.fang")
    return duifu("case", "decide", case_id, *common, *how)


def test_a_claim_is_filed_from_a_file_and_shown_with_its_story(duifu: Duifu, facts: str) -> None:
    case_id = filed(duifu, facts)

    shown = duifu("case", "show", case_id)

    assert shown.exit_code == 0
    assert f"【演练】{case_id}" in shown.output
    assert "受理：由市经信局受理岗办理" in shown.output


def test_filing_the_same_file_again_changes_nothing_and_says_so(duifu: Duifu, facts: str) -> None:
    case_id = filed(duifu, facts)

    again = duifu("case", "open", facts, "--uscc", BUYER.uscc, "--actor", "agent")

    assert again.exit_code == 0
    assert case_id in again.output
    assert "重复命令" in again.output
    assert len(json.loads(duifu("case", "list", "--json").stdout)) == 1


def test_a_decision_moves_the_case_on(duifu: Duifu, facts: str) -> None:
    case_id = filed(duifu, facts)

    result = decided(duifu, case_id, "--pass", "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["receipt"]["nextStage"] == "review"


def test_a_return_for_correction_lists_everything(duifu: Duifu, facts: str) -> None:
    case_id = filed(duifu, facts)

    result = decided(duifu, case_id, "--correct", "缺少价格表", "--correct", "未盖章")

    assert result.exit_code == 0
    story = json.loads(duifu("case", "show", case_id, "--json").stdout)
    requested = [e["event"]["correctionRequested"] for e in story if "correctionRequested" in e["event"]]
    assert [r["items"] for r in requested] == [["缺少价格表", "未盖章"]]


def test_a_refusal_has_exit_code_3_its_reason_code_and_the_way_forward(duifu: Duifu, facts: str) -> None:
    case_id = filed(duifu, facts)

    result = decided(duifu, case_id, "--pass", role="review-officer")

    assert result.exit_code == 3
    assert "[ROLE_MISMATCH]（BJ-4.2）" in result.stderr
    assert "→" in result.stderr


def test_a_refusal_is_given_in_english_on_request(duifu: Duifu, facts: str) -> None:
    case_id = filed(duifu, facts)

    result = decided(duifu, case_id, "--pass", "--lang", "en", role="review-officer")

    assert "is for the role acceptance-officer" in result.stderr


@pytest.mark.parametrize("how", [(), ("--pass", "--refuse", "BJ_E_RELATED")])
def test_a_decision_is_exactly_one_thing(duifu: Duifu, facts: str, how: tuple[str, ...]) -> None:
    result = decided(duifu, filed(duifu, facts), *how)

    assert result.exit_code == 2
    assert "exactly one of --pass, --refuse CODE and --correct ITEM" in result.output


def test_a_file_with_an_unknown_field_names_it(duifu: Duifu, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("applicant: {uscc: X, hat: red}", "utf-8")

    result = duifu("case", "open", str(path), "--uscc", BUYER.uscc, "--actor", "agent")

    assert result.exit_code == 2
    assert '"hat"' in result.output


def test_any_command_can_be_sent_as_a_file(duifu: Duifu) -> None:
    command = {"commandId": "open-q2", "openCycle": {"programmeId": "bj-slq-2023", "quarter": "2024Q2"}}

    sent = duifu("send", "-", "--role", "cycle-officer", "--actor", "sun", given=json.dumps(command))

    assert sent.exit_code == 0
    assert "bj-slq-2023-2024Q2" in sent.output


def test_a_quarter_is_opened_ahead_once_and_shown(duifu: Duifu) -> None:
    for _ in range(2):
        opened = duifu("cycle", "open", "2024Q1", "--actor", "sun")
        assert opened.exit_code == 0

    shown = duifu("cycle", "show", "bj-slq-2023-2024Q1")

    assert shown.exit_code == 0
    assert "受理 2023-11-16 至 2024-03-31" in shown.output
    assert len(json.loads(duifu("cycle", "show", "bj-slq-2023-2024Q1", "--json").stdout)) == 1


def test_what_is_not_there_is_said_with_what_is(duifu: Duifu) -> None:
    duifu("cycle", "open", "2024Q1", "--actor", "sun")

    case, cycle = duifu("case", "show", "bj-claim-2024-000009"), duifu("cycle", "show", "bj-slq-2023-2029Q1")

    assert (case.exit_code, cycle.exit_code) == (3, 3)
    assert "duifu case list" in case.output
    assert "bj-slq-2023-2024Q1" in cycle.output


def test_a_folder_without_a_ledger_is_unavailable_and_stays_empty(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["case", "list", "--home", str(tmp_path / "nowhere")])

    assert result.exit_code == 4
    assert "duifu up" in result.output
    assert not (tmp_path / "nowhere").exists()


def test_links_lead_to_the_deployment_that_runs_in_the_folder(
    duifu: Duifu, facts: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DUIFU_WEB_UI_URL", raising=False)
    case_id = filed(duifu, facts)
    replace(from_environment(), home=home, web_ui_url="http://127.0.0.1:9999").note_addresses()

    shown = duifu("case", "show", case_id)

    assert f"http://127.0.0.1:9999/namespaces/default/workflows/{case_id}" in "".join(shown.output.split())


def test_ctrl_c_ends_any_command_as_a_shell_says_it(home: Path) -> None:
    command = [sys.executable, "-m", "cli", "send", "-", "--home", str(home)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(b" " * 2**20)  # more than a pipe holds: once it is written, the command is reading
    process.stdin.flush()
    process.send_signal(signal.SIGINT)

    assert process.wait(timeout=30) == 130
    assert process.stderr is not None
    assert b"Traceback" not in process.stderr.read()
    process.stdin.close()
    process.stderr.close()


@pytest.mark.parametrize("command", [(), ("case",), ("case", "decide"), ("cycle",), ("up",), ("demo",), ("rehearse",)])
def test_help_teaches(command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*command, "--help"])

    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 5
