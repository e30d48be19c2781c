"""A pool in the rules as they could be: who came first, or everybody a part."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from domain.money import yuan
from ledger.rows import Rows
from tests.simulation.seasons import CUT, FIRST, LARGE, LOWERED, OPEN, compared, differences, rules, with_budget

BUDGET = yuan(1_250_000)


def pooled(folder: Path, sharing: str, budget_fen: int = BUDGET) -> Path:
    """Beijing's rules, at the end of whose calculation a pool is shared instead of a budget that only cuts."""
    path = rules(folder, *with_budget(budget_fen))
    data = yaml.safe_load(path.read_text("utf-8"))
    steps = data["award"]["steps"]
    (year,) = (step for step in steps if step.get("account") == "issued")
    (budget,) = (step for step in steps if step.get("account") == "pool")
    assert steps[-2:] in ([year, budget], [budget, year])
    value = steps[-3]["name"]
    pool = {"name": "voucher", "do": "pool", "clause": "BJ-A23", "title": "方案资金", "account": "pool"}
    pool |= {"value": "within_year", "sharing": sharing} | ({"weight": "within_year"} if sharing == "pro_rata" else {})
    steps[-2:] = [{**year, "name": "within_year", "value": value}, pool]
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")
    return path


def test_pro_rata_gives_everybody_the_same_part_of_what_was_asked(season: Rows, tmp_path: Path) -> None:
    comparison = compared(season, pooled(tmp_path, "pro_rata"))

    asked = {FIRST: 200_000, LARGE: 1_800_000, CUT: 200_000, LOWERED: 100_000, OPEN: 200_000}
    assert differences(comparison) == {case_id: -yuan(amount) // 2 for case_id, amount in asked.items()}
    assert comparison.granted.after == BUDGET


def test_a_shared_pool_is_exhausted_on_the_day_that_more_is_asked_than_there_is(season: Rows, tmp_path: Path) -> None:
    (pool,) = compared(season, pooled(tmp_path, "pro_rata", yuan(2_200_000))).exhausted

    assert (pool.before, pool.after) == (None, date(2024, 3, 5))


def test_who_does_not_fit_into_a_first_come_pool_ends_the_queue(season: Rows, tmp_path: Path) -> None:
    comparison = compared(season, pooled(tmp_path, "first_come"))

    assert differences(comparison) == {
        LARGE: -yuan(1_800_000),
        CUT: -yuan(200_000),
        LOWERED: -yuan(100_000),
        OPEN: -yuan(200_000),
    }
    assert [limit.after for limit in comparison.exhausted] == [date(2024, 3, 4)]


def test_partly_served_the_last_one_gets_the_rest(season: Rows, tmp_path: Path) -> None:
    comparison = compared(season, pooled(tmp_path, "first_come_partly"))

    assert differences(comparison)[LARGE] == yuan(1_050_000) - yuan(1_800_000)
    assert comparison.granted.after == BUDGET


@pytest.mark.parametrize("sharing", ["pro_rata", "first_come", "first_come_partly"])
def test_a_pool_that_suffices_changes_nothing(sharing: str, season: Rows, tmp_path: Path) -> None:
    comparison = compared(season, pooled(tmp_path, sharing, yuan(9_000_000)))

    assert differences(comparison) == {}
    assert comparison.exhausted == []
