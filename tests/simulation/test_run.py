"""Other rules on the same claims: to the fen, in the order of acceptance, and nothing but what the rules change."""

import hashlib
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from domain.dates import Period
from domain.money import yuan
from ledger.rows import Rows, open_rows
from simulation import casebook
from simulation.change import Pair
from tests.desk import Desk
from tests.simulation.seasons import (
    CAP,
    CUT,
    FIRST,
    HALF_THE_RATE,
    HARMLESS_RELATIONS,
    JUDGED,
    LARGE,
    LOWERED,
    ONE,
    OPEN,
    RATE,
    RELATED,
    claimed,
    compared,
    differences,
    ran,
    rules,
    with_budget,
)


def test_the_rules_as_they_are_give_what_the_ledger_granted(season: Rows, tmp_path: Path) -> None:
    comparison = compared(season, rules(tmp_path))

    assert differences(comparison) == {}
    assert comparison.agreement.is_whole
    assert (comparison.agreement.claims, comparison.agreement.requests) == (6, 1)
    assert comparison.granted == Pair(yuan(2_500_000), yuan(2_500_000))


def test_a_higher_rate_gives_each_its_part_until_the_years_limit_takes_it(season: Rows, tmp_path: Path) -> None:
    comparison = compared(season, rules(tmp_path, RATE))

    assert differences(comparison) == {
        FIRST: yuan(50_000),
        LARGE: yuan(200_000),  # ¥2,250,000 cut at ¥2,000,000
        CUT: -yuan(200_000),  # nothing is left of the year
        OPEN: yuan(50_000),
    }
    assert comparison.granted.difference == yuan(100_000)
    assert comparison.refused["BJ_E_CAP"] == Pair(0, 1)


def test_payments_follow_the_vouchers_they_are_of(season: Rows, tmp_path: Path) -> None:
    assert compared(season, rules(tmp_path, RATE)).paid_by_year == {"2024": Pair(yuan(20_000), yuan(25_000))}


def test_a_lower_limit_takes_from_who_was_accepted_last(season: Rows, tmp_path: Path) -> None:
    comparison = compared(season, rules(tmp_path, CAP))

    assert differences(comparison) == {LARGE: -yuan(300_000), CUT: -yuan(200_000)}
    assert [change.claim.case_id for change in comparison.losers(9)] == [LARGE, CUT]


def test_a_budget_is_exhausted_on_the_day_of_the_claim_that_reaches_it(season: Rows, tmp_path: Path) -> None:
    comparison = compared(season, rules(tmp_path, *with_budget(yuan(2_100_000))))

    (budget,) = comparison.exhausted
    assert (budget.title, budget.before, budget.after) == ("方案资金", None, date(2024, 3, 5))
    assert differences(comparison) == {CUT: -yuan(100_000), LOWERED: -yuan(100_000), OPEN: -yuan(200_000)}


def test_a_budget_that_suffices_is_never_exhausted(season: Rows, tmp_path: Path) -> None:
    assert compared(season, rules(tmp_path, *with_budget(yuan(2_500_001)))).exhausted == []


def test_what_a_rule_refused_is_granted_without_the_rule_and_what_a_person_refused_is_not(
    season: Rows, tmp_path: Path
) -> None:
    comparison = compared(season, rules(tmp_path, HARMLESS_RELATIONS))

    assert differences(comparison) == {RELATED: yuan(400_000)}
    (judged,) = (change for change in comparison.changes if change.claim.case_id == JUDGED)
    assert (judged.before.code, judged.after.code) == ("BJ_E_PURPOSE", "BJ_E_PURPOSE")


def test_an_amount_that_a_person_lowered_stays_until_the_rules_give_less(season: Rows, tmp_path: Path) -> None:
    raised = compared(season, rules(tmp_path, RATE))
    sunk = compared(season, rules(tmp_path, ('value: "20/100"', 'value: "4/100"')))

    assert LOWERED not in differences(raised)
    assert differences(sunk)[LOWERED] == yuan(80_000) - yuan(100_000)
    assert sunk.notes["人工核定额在模拟规则下无从适用，改按规则计算"] == 1


def test_a_claim_under_way_counts_as_if_it_passed_and_a_rule_can_still_refuse_it(season: Rows, tmp_path: Path) -> None:
    stricter = (
        "    met: application.purpose.trains_industry_model ||",
        "    met: application.contract.total_fen == 1 &&",
    )

    comparison = compared(season, rules(tmp_path, stricter))

    (waiting,) = (change for change in comparison.changes if change.claim.case_id == OPEN)
    assert (waiting.before.granted, waiting.after.code) == (yuan(200_000), "BJ_E_PURPOSE")
    assert comparison.notes["尚在办理，未查明、未认定的视为符合"] == 1


def test_a_condition_that_nobody_ruled_on_is_not_met_and_is_counted(season: Rows, tmp_path: Path) -> None:
    asked = ("    title: {zh: 行业大模型训练或应用", '    person_if: "true"\n    title: {zh: 行业大模型训练或应用')
    words = ("算力须用于行业人工智能大模型训练或应用, en: compute must train or apply an industry model}\n",) * 2
    told = (words[0], words[0] + "    person: {zh: 由人工认定, en: a person rules}\n")

    comparison = compared(season, rules(tmp_path, asked, told))

    assert comparison.notes["模拟规则下须由人工认定而尚无认定，按不支持计"] == 4
    assert comparison.granted.after == yuan(200_000)  # of what is under way


def test_who_is_not_accepted_yet_takes_nothing_from_who_is(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    waiting = desk.submit(claimed(ONE, yuan(9_000_000), "N-1"), ONE)
    accepted = desk.at("2024-03-04 09:00").reviewed_case(claimed(ONE, yuan(9_000_000), "N-2"), ONE)
    desk.issue(accepted)
    desk.ledger.close()
    with closing(open_rows(tmp_path / "ledger.sqlite")) as rows:
        before = ran(casebook.read(rows)).claims

    assert (before[accepted].granted, before[waiting].granted) == (yuan(1_800_000), yuan(200_000))


def test_a_contract_gets_one_voucher_under_any_rules(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    first, second = (desk.reviewed_case(claimed(ONE, yuan(1_000_000), number), ONE) for number in ("N-1", "n 1"))
    desk.issue(first)
    desk.issue(second)
    desk.ledger.close()
    with closing(open_rows(tmp_path / "ledger.sqlite")) as rows:
        comparison = compared(rows, rules(tmp_path, RATE))

    assert comparison.agreement.is_whole
    assert differences(comparison) == {first: yuan(50_000)}
    assert comparison.refused == {"BJ_E_CONTRACT_CLAIMED": Pair(1, 1)}


def test_groups_and_years_add_up_to_the_whole(season: Rows, tmp_path: Path) -> None:
    comparison = compared(season, rules(tmp_path, HALF_THE_RATE))

    for found in (comparison.by_district, comparison.by_size, comparison.granted_by_year):
        assert sum(pair.difference for pair in found.values()) == comparison.granted.difference
    assert comparison.by_district["110108"] == Pair(yuan(300_000), yuan(200_000))
    assert list(comparison.by_size) == ["小型", "微型", "未说明"]


def test_claims_outside_the_period_are_not_told_and_still_use_up_limits(season: Rows, tmp_path: Path) -> None:
    march = Period(date(2024, 3, 5), date(2024, 3, 8))

    comparison = compared(season, rules(tmp_path, RATE), march)

    assert [change.claim.case_id for change in comparison.changes] == [CUT, RELATED, JUDGED, LOWERED]
    assert comparison.granted == Pair(yuan(300_000), yuan(100_000))


def test_nothing_is_written(home: Path, season: Rows, tmp_path: Path) -> None:
    files = [path for path in home.iterdir() if not path.name.endswith("-shm")]
    before = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    head = season.head()

    compared(season, rules(tmp_path, RATE))

    assert season.head() == head
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files} == before


@pytest.mark.parametrize("change", [RATE, CAP, HALF_THE_RATE])
def test_a_run_is_the_same_each_time(change: tuple[str, str], season: Rows, tmp_path: Path) -> None:
    book, path = casebook.read(season), rules(tmp_path, change)

    assert ran(book, path).claims == ran(book, path).claims
