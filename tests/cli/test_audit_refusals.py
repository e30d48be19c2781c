"""What an auditor at a terminal is told of refused attempts."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import main
from tests.audit.histories import CLAIM, OTHER_CLAIM, a_spring
from tests.desk import Desk

Refusals = Callable[..., Result]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the ledger of a spring."""
    folder = tmp_path_factory.mktemp("home")
    desk = Desk(folder / "ledger.sqlite")
    a_spring(desk)
    desk.ledger.close()
    return folder


@pytest.fixture
def refusals(home: Path) -> Refusals:
    """Runs `duifu audit refusals` on that folder."""
    return lambda *arguments: CliRunner().invoke(main, ["audit", "refusals", *arguments, "--home", str(home)])


def test_an_attempt_is_one_line_with_who_what_and_which_rule(refusals: Refusals) -> None:
    result = refusals()

    assert result.exit_code == 0
    first, second, third, count = result.stdout.splitlines()
    assert first.split("  ")[-5:-1] == [
        "2024-03-08 09:00", "u-review-officer（review-officer）自行声明", "作出决定", CLAIM
    ]  # fmt: skip
    assert "[ROLE_MISMATCH]（BJ-4.2）" in first
    assert "u-acceptance-officer" in second
    assert "[NOT_YOUR_CASE]" in third
    assert count == "共3次"


def test_filters_are_combined(refusals: Refusals) -> None:
    found = json.loads(refusals("--clause", "BJ-4.2", "--since", "2024-03-09", "--json").stdout)

    assert [attempt["actor"]["id"] for attempt in found] == ["u-acceptance-officer"]


def test_json_is_one_list_with_everything_about_an_attempt(refusals: Refusals) -> None:
    (found,) = json.loads(refusals("--case", OTHER_CLAIM, "--json").stdout)

    assert set(found) == {
        "position", "businessAt", "recordedAt", "actor", "commandId", "commandKind", "caseId", "code", "clause",
        "message", "leaf",
    }  # fmt: skip
    assert (found["commandKind"], found["code"]) == ("withdraw_case", "NOT_YOUR_CASE")
    assert found["actor"]["authentication"] == "AUTHENTICATION_DECLARED"


def test_nothing_found_is_an_empty_list_and_no_error(refusals: Refusals) -> None:
    nothing, in_words = refusals("--actor", "nobody", "--json"), refusals("--actor", "nobody")

    assert (nothing.exit_code, json.loads(nothing.stdout)) == (0, [])
    assert in_words.stdout == "共0次\n"


def test_a_summary_counts_by_code_and_account(refusals: Refusals) -> None:
    counts = json.loads(refusals("--summary", "--json").stdout)

    assert {"code": "ROLE_MISMATCH", "actorId": "u-review-officer", "attempts": 1} in counts
    assert sum(count["attempts"] for count in counts) == 3
    assert refusals("--summary").stdout.splitlines()[-1] == "共3次"


def test_a_day_that_is_none_is_wrong_input(refusals: Refusals) -> None:
    result = refusals("--since", "march")

    assert result.exit_code == 2
    assert "'march' is no moment" in result.output
