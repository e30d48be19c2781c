"""What is seen of a quarter that verifies its claims: how many passed, and only the others to decide."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.__main__ import main
from domain.money import yuan
from policy.rulebook import Rulebook
from tests.amended import BEIJING, a_folder, under, verified_by_the_quarter
from tests.builders import VERIFICATION
from tests.commands.test_clean_claims import Q1, a_claim, clean, verify
from tests.desk import Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """One claim passed, one went to a person, one waits."""
    programmes = a_folder(BEIJING, verified_by_the_quarter)
    monkeypatch.setenv("DUIFU_PROGRAMMES", str(programmes))
    desk = Desk(tmp_path / "ledger.sqlite").at(datetime.now(UTC)).rehearse_from("2024-03-01")
    under(desk, Rulebook(programmes))
    for number in (1, 2, 3):
        case_id, request = a_claim(desk, invoice=number, paid=yuan(60_000) if number == 2 else yuan(100_000))
        if number < 3:
            verify(desk, case_id, clean(request))
    yield desk
    desk.ledger.close()


def told(home: Path, *arguments: str) -> str:
    result = CliRunner().invoke(main, [*arguments, "--home", str(home)])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.usefixtures("desk")
def test_the_inbox_has_only_what_went_to_a_person(tmp_path: Path) -> None:
    told(tmp_path, "views", "rebuild")

    rows = json.loads(told(tmp_path, "inbox", "--role", VERIFICATION.role, "--json"))["rows"]

    assert [row["caseId"] for row in rows] == ["bj-redeem-2024-000002"]


@pytest.mark.usefixtures("desk")
def test_a_quarter_says_how_many_the_system_passed_and_how_many_went_to_a_person(tmp_path: Path) -> None:
    assert "系统核验通过1笔，转人工1笔，待系统核验1笔" in told(tmp_path, "cycle", "show", Q1)
    watched = told(tmp_path, "cycle", "watch", Q1, "--once").splitlines()
    assert [line.strip() for line in watched if "系统核验通过" in line or "转人工" in line] == [
        "系统核验通过 1笔 ¥20,000.00",
        "转人工核验 1笔",
    ]
    steps = json.loads(told(tmp_path, "cycle", "watch", Q1, "--once", "--json"))["steps"]
    assert (steps["verified"]["count"], steps["referred"]["count"]) == (1, 1)


@pytest.mark.usefixtures("desk")
def test_a_case_says_who_verified_it_and_which_workflow_conducts_it(tmp_path: Path) -> None:
    shown = (told(tmp_path, "case", "show", f"bj-redeem-2024-00000{number}") for number in (1, 2))
    passed, referred = ("".join(text.split()) for text in shown)  # a table folds its lines

    assert "核验：通过系统核验：登记信息未命中" in passed
    assert f"workflows/{Q1}" in passed
    assert "转人工核验：四方核对：发票" in referred
    assert "workflows/bj-redeem-2024-000002" in referred
