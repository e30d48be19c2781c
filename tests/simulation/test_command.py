"""duifu simulate at a terminal: tables, JSON, files, and a way out of every wrong question."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import main
from domain.money import yuan
from policy.rulebook import PROGRAMMES
from tests.desk import Desk
from tests.simulation.seasons import BEIJING, CUT, LARGE, RATE, rules

QINGDAO = PROGRAMMES / "qingdao" / "compute-centre-subsidy-2024.yaml"
Simulate = Callable[..., Result]


@pytest.fixture
def simulate(home: Path) -> Simulate:
    """Runs the command on the season's deployment."""

    def run(*arguments: str | Path, file: Path = BEIJING, folder: Path = home) -> Result:
        return CliRunner().invoke(main, ["simulate", str(file), "--home", str(folder), *map(str, arguments)])

    return run


@pytest.fixture
def dearer(tmp_path: Path) -> Path:
    return rules(tmp_path, RATE)


def test_a_policy_maker_reads_cost_winners_losers_and_how_far_to_trust_it(simulate: Simulate, dearer: Path) -> None:
    result = simulate("--as", dearer)

    assert result.exit_code == 0, result.output
    assert "已办结的申请6件、已核定的兑付申请1件与账本完全一致" in result.output
    assert "+¥100,000.00" in result.output
    assert "增加最多的申请" in result.output
    assert "减少最多的申请" in result.output
    assert "BJ_E_CAP" in result.output
    assert "撤回的申请，不计入：1件" in result.output


def test_json_says_the_same_in_whole_fen(simulate: Simulate, dearer: Path) -> None:
    told = json.loads(simulate("--as", dearer, "--json", "--top", "1").stdout)

    assert told["granted"] == {"before": yuan(2_500_000), "after": yuan(2_600_000), "difference": yuan(100_000)}
    assert [winner["caseId"] for winner in told["winners"]] == [LARGE]
    assert [loser["caseId"] for loser in told["losers"]] == [CUT]
    assert told["agreement"]["isWhole"]
    assert told["unit"] == "fen"


def test_files_are_written_where_asked_and_named(simulate: Simulate, dearer: Path, tmp_path: Path) -> None:
    table, picture = tmp_path / "claims.csv", tmp_path / "claims.svg"

    result = simulate("--as", dearer, "--csv", table, "--picture", picture)

    assert result.exit_code == 0, result.output
    assert len(table.read_bytes().splitlines()) == 1 + 7
    assert ElementTree.parse(picture).getroot().get("role") == "img"
    assert f"✓ {table}" in result.output.replace("\n", "")


def test_rules_that_do_not_make_the_ledger_are_said_to_differ_from_it(simulate: Simulate, dearer: Path) -> None:
    result = simulate("--as", BEIJING, file=dearer)

    assert result.exit_code == 0
    assert "有3件发放金额（相差¥450,000.00）、1件兑付金额（相差¥5,000.00）与账本不一致" in result.output
    assert LARGE in result.output


def test_another_programme_altogether_can_be_held_against_the_claims(simulate: Simulate) -> None:
    told = json.loads(simulate("--as", QINGDAO, "--json").stdout)

    assert told["after"]["programmeId"] == "qd-slzx"
    assert told["granted"]["after"] == 0
    assert told["refused"]["QD_E_WINDOW"]["after"] == 6


def test_a_period_chooses_what_is_told(simulate: Simulate, dearer: Path) -> None:
    told = json.loads(simulate("--as", dearer, "--from", "2024-03-04", "--through", "2024-03-05", "--json").stdout)

    assert told["claims"] == 2
    assert told["granted"]["difference"] == 0


def test_the_same_file_twice_is_no_comparison(simulate: Simulate) -> None:
    result = simulate("--as", BEIJING)

    assert result.exit_code == 2
    assert "nothing to compare" in result.output


def test_a_broken_file_is_shown_as_check_shows_it(simulate: Simulate, tmp_path: Path) -> None:
    broken = rules(tmp_path, ("by: voucher_rate}", "by: voucher_rates}"))

    result = simulate("--as", broken)

    assert result.exit_code == 2
    assert "duifu programme check" in result.output
    assert broken.name in result.output


def test_a_ledger_without_such_claims_says_what_it_has(simulate: Simulate) -> None:
    result = simulate("--as", BEIJING, file=QINGDAO)

    assert result.exit_code == 2
    assert "claims under: bj-slq-2023" in result.output


def test_an_empty_ledger_says_so(simulate: Simulate, dearer: Path, tmp_path: Path) -> None:
    Desk(tmp_path / "ledger.sqlite").ledger.close()

    result = simulate("--as", dearer, folder=tmp_path)

    assert result.exit_code == 2
    assert "none at all" in result.output


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        ("2030-01-01", "2030-12-31", "2024-03-01 through 2024-03-11"),
        ("2024-03-05", "2024-03-01", "no day lies between them"),
        ("2024-3-5", "2024-03-09", "not a date"),
        ("2024-03-09", "2024-02-30", "day"),
    ],
)
def test_a_period_without_a_claim_is_refused_with_the_days_that_have_one(
    first: str, last: str, why: str, simulate: Simulate, dearer: Path
) -> None:
    result = simulate("--as", dearer, "--from", first, "--through", last)

    assert result.exit_code == 2
    assert why in result.output
    assert "Traceback" not in result.output


def test_no_deployment_is_unavailable(simulate: Simulate, dearer: Path, tmp_path: Path) -> None:
    result = simulate("--as", dearer, folder=tmp_path / "nowhere")

    assert result.exit_code == 4


def test_a_file_that_cannot_be_written_is_named(simulate: Simulate, dearer: Path, tmp_path: Path) -> None:
    result = simulate("--as", dearer, "--csv", tmp_path / "no" / "such" / "folder.csv")

    assert result.exit_code == 2
    assert "cannot be written" in result.output


def test_evidence_that_was_altered_ends_the_simulation(
    simulate: Simulate, home: Path, dearer: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(home / "ledger.sqlite")) as ledger:
        ledger.execute("VACUUM INTO ?", (str(tmp_path / "ledger.sqlite"),))
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as copy:
        copy.execute("UPDATE stored_events SET state = x'ff' WHERE originator_id = 'case/' || ?", (LARGE,))
        copy.commit()

    result = simulate("--as", dearer, folder=tmp_path)

    assert result.exit_code == 3
    assert "The evidence is broken" in result.output
