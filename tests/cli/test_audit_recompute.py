"""What an auditor at a terminal is told of a recomputation, in words and in JSON, with exit codes for scripts."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import main
from duifu.v1.events_pb2 import Envelope
from policy.rulebook import PROGRAMMES
from tests.audit.histories import CLAIM, FIRST_QUARTER, REDEMPTION, VOUCHER, a_spring
from tests.desk import Desk

Recompute = Callable[..., Result]


def a_home(folder: Path) -> Path:
    """A folder with the ledger of a spring."""
    desk = Desk(folder / "ledger.sqlite")
    a_spring(desk)
    desk.ledger.close()
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that nobody alters."""
    return a_home(tmp_path_factory.mktemp("home"))


def recompute(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["audit", "recompute", *arguments, "--home", str(home)])


@pytest.fixture
def altered(tmp_path: Path) -> Path:
    """One in which the voucher is worth a fen more than the rules give."""
    a_home(tmp_path)
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as file, file:
        query = "SELECT rowid, state FROM stored_events WHERE topic = 'duifu.v1.VoucherIssued'"
        ((position, state),) = file.execute(query)
        envelope = Envelope.FromString(state)
        envelope.event.voucher_issued.face_value_fen += 1
        changed = (envelope.SerializeToString(), position)
        file.execute("UPDATE stored_events SET state = ? WHERE rowid = ?", changed)
    return tmp_path


def test_a_ledger_without_differences_is_summed_up_in_three_lines(home: Path) -> None:
    shown = recompute(home)

    assert shown.exit_code == 0
    read, money, equal = shown.stdout.splitlines()
    assert "收件4，时限9，决定3" in read
    assert money == "发放¥240,000.00，核定兑付¥20,000.00，支付¥40,000.00"
    assert equal == "✓ 与账本记录一致，差异 0"


def test_the_same_in_english(home: Path) -> None:
    assert "equal to what is recorded, 0 differences" in recompute(home, "--lang", "en").stdout


@pytest.mark.parametrize("subject", [CLAIM, REDEMPTION, VOUCHER, f"case/{CLAIM}", FIRST_QUARTER])
def test_a_case_a_voucher_or_a_quarter_may_be_named(home: Path, subject: str) -> None:
    found = json.loads(recompute(home, subject, "--json").stdout)

    assert found["isEqual"]
    assert sum(found["decisions"].values()) > 0


def test_a_quarter_and_a_year_may_be_chosen(home: Path) -> None:
    quarter = json.loads(recompute(home, "--cycle", FIRST_QUARTER, "--json").stdout)
    year = json.loads(recompute(home, "--year", "2024", "--programme", "bj-slq-2023", "--json").stdout)
    other_year = json.loads(recompute(home, "--year", "2025", "--json").stdout)

    assert quarter == json.loads(recompute(home, FIRST_QUARTER, "--json").stdout)
    assert year == json.loads(recompute(home, "--json").stdout)
    assert sum(other_year["decisions"].values()) == 0


def test_a_difference_is_told_with_place_clause_both_values_and_both_calculations(altered: Path) -> None:
    shown = recompute(altered)

    assert shown.exit_code == 3
    first = shown.stderr.splitlines()[0]
    assert f"voucher/{VOUCHER}  发放（BJ-3." in first
    assert first.endswith("face_value_fen  记录 ¥240,000.01，按规则 ¥240,000.00")
    assert "    记录  BJ-3.2" in shown.stderr
    assert "    规则  BJ-3.2" in shown.stderr
    assert "✗ 差异" in shown.stderr
    assert "一致" not in shown.stdout


def test_json_has_every_difference_for_a_script(altered: Path) -> None:
    shown = recompute(altered, VOUCHER, "--json")

    assert shown.exit_code == 3
    found = json.loads(shown.stdout)
    first = found["differences"][0]
    assert set(first) == {
        "position", "stream", "topic", "decision", "subject", "path", "recorded", "derived", "clause",
        "recordedTrace", "derivedTrace",
    }  # fmt: skip
    assert (first["recorded"], first["derived"]) == (24_000_001, 24_000_000)
    assert first["derivedTrace"]["amountFen"] == "24000000"
    assert (found["isEqual"], found["unlistedDifferences"]) == (False, 0)


def test_an_edition_that_is_not_at_hand_is_no_agreement(home: Path, tmp_path: Path) -> None:
    folder = Path(copytree(PROGRAMMES, tmp_path / "programmes"))
    file = next((folder / "beijing").glob("*.yaml"))
    file.write_text(file.read_text("utf-8") + "# another file\n", "utf-8")

    shown = recompute(home, "--programmes", str(folder))

    assert shown.exit_code == 3
    assert "无法重算" in shown.stderr
    assert "一致" not in shown.stdout
    assert json.loads(recompute(home, "--programmes", str(folder), "--json").stdout)["cannotRecompute"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nobody"], 3, "There is no case, voucher, quarter"),
        (["--cycle", "bj-slq-2023-2024Q9"], 3, "There is no case, voucher, quarter"),
        (["--cycle", CLAIM], 2, "has no decisions of its own"),
        (["command/test-1"], 2, "has no decisions of its own"),
        (["--programme", "sh-none"], 3, "There is no programme sh-none"),
        ([CLAIM, "--year", "2024"], 2, "either CASE"),
        (["--year", "24"], 2, "--year"),
        (["--programmes", str(Path(__file__).parent)], 2, "working-days.yaml"),
    ],
)
def test_a_question_that_has_no_answer_says_why(home: Path, arguments: list[str], code: int, said: str) -> None:
    shown = recompute(home, *arguments)

    assert shown.exit_code == code
    assert said in shown.output
    assert "Traceback" not in shown.output


def test_an_event_that_is_none_is_broken_evidence(altered: Path) -> None:
    with closing(sqlite3.connect(altered / "ledger.sqlite")) as file, file:
        file.execute("UPDATE stored_events SET state = x'ff' WHERE topic = 'duifu.v1.CaseAccepted'")

    shown = recompute(altered)

    assert shown.exit_code == 3
    assert "The evidence is broken. Position" in shown.stderr


def test_an_empty_ledger_has_nothing_to_differ(tmp_path: Path) -> None:
    Desk(tmp_path / "ledger.sqlite").ledger.close()

    shown = recompute(tmp_path)

    assert shown.exit_code == 0
    assert "重算决定 0 项：—" in shown.stdout


def test_no_ledger_is_out_of_reach(tmp_path: Path) -> None:
    assert recompute(tmp_path).exit_code == 4
