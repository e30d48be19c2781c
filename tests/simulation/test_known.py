"""A quote that asks the ledger counts what others of the same holder have used, and what other programmes granted."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from google.protobuf import json_format

from cli.__main__ import main
from domain.facts import from_message
from domain.money import yuan
from duifu.v1.facts_pb2 import AccountUse, Application, Facts
from ledger.rows import Rows
from simulation import casebook
from simulation.known import Known, known_of
from tests.builders import PROGRAMME, clean_checks
from tests.simulation.seasons import BEIJING, FIRST, LARGE, ONE, THREE, TWO, claimed, edition


def facts(application: Application, case_id: str = "") -> Facts:
    return Facts(
        application=application,
        received_on="2024-05-06",
        checks=clean_checks(),
        case_id=case_id,
        ruled_met=["BJ_E_DIRECTION"],
    )


def known(season: Rows, asked: Facts) -> Known:
    return known_of(casebook.read(season), edition().programme, from_message(asked))


def used(found: Known) -> dict[tuple[str, str, str], int]:
    return {(use.account, use.holder, use.period): use.amount for use in found.used}


def test_vouchers_and_payments_of_the_applicant_and_all_money_of_the_programme_count(season: Rows) -> None:
    asked = facts(claimed(ONE, yuan(1_000_000), "N-100"))

    assert used(known(season, asked)) == {
        ("issued", ONE.uscc, "2024"): yuan(300_000),
        ("redeemed", ONE.uscc, "2024"): yuan(20_000),
        ("pool", PROGRAMME, "programme"): yuan(2_300_000),
    }


def test_who_was_granted_nothing_has_used_nothing(season: Rows) -> None:
    asked = facts(claimed(THREE, yuan(1_000_000), "N-100"))

    assert set(used(known(season, asked))) == {("pool", PROGRAMME, "programme")}


def test_a_case_of_the_ledger_does_not_count_against_itself(season: Rows) -> None:
    asked = facts(claimed(ONE, yuan(1_000_000), "N-1"), FIRST)

    assert used(known(season, asked))["issued", ONE.uscc, "2024"] == yuan(100_000)
    assert known(season, asked).claimed_by == ""


def test_a_contract_that_has_its_voucher_is_named(season: Rows) -> None:
    assert known(season, facts(claimed(TWO, yuan(9_000_000), "n 2"))).claimed_by == LARGE


@pytest.fixture
def quote(home: Path, tmp_path: Path) -> Callable[..., Result]:
    def run(asked: Facts, *more: str) -> Result:
        path = tmp_path / "facts.json"
        path.write_text(json_format.MessageToJson(asked), "utf-8")
        return CliRunner().invoke(main, ["quote", str(BEIJING), "--facts", str(path), *more, "--home", str(home)])

    return run


def test_a_quote_from_the_ledger_gives_what_the_year_has_left(quote: Callable[..., Result]) -> None:
    asked = facts(claimed(ONE, yuan(9_000_000), "N-100"))

    told = json.loads(quote(asked, "--ledger", "--json").stdout)

    assert int(told["amount"]["amountFen"]) == yuan(1_700_000)


def test_what_the_facts_say_was_used_is_added_to_what_the_ledger_knows(quote: Callable[..., Result]) -> None:
    asked = facts(claimed(ONE, yuan(9_000_000), "N-100"))
    asked.used.append(AccountUse(account="issued", amount=yuan(700_000)))

    told = json.loads(quote(asked, "--ledger", "--json").stdout)

    assert int(told["amount"]["amountFen"]) == yuan(1_000_000)


def test_a_contract_that_has_its_voucher_is_told_beside_the_quote(quote: Callable[..., Result]) -> None:
    result = quote(facts(claimed(TWO, yuan(1_000), "N-2")), "--ledger")

    assert f"该合同已由{LARGE}取得算力券" in result.stderr


def test_a_home_without_the_ledger_is_a_mistake(quote: Callable[..., Result]) -> None:
    result = quote(facts(claimed(ONE, yuan(1_000), "N-100")))

    assert result.exit_code == 2
    assert "--ledger" in result.output
