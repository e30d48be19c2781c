"""Parts of a calculation that do not fit are found when the file is read, whatever facts may come."""

from typing import Any

import pytest

from domain.calculation.misfits import misfits
from tests.domain.calculations import a_step, an_account, an_award, money, of_steps, ratio, voucher
from tests.domain.programmes import a_parameter, a_programme

POOL = a_step("pool", "pool", value="cost", account="pool", sharing="pro_rata")
STACK = a_step("stack", "stacked", value="cost", same="contract", rule="exclude", code="EX_E_STACK")
POOLS = {"pool": an_account(holder="programme"), "own": an_account(limit="m"), "paid": an_account(year_of="paid_on")}
LEVELS = {"city": {"title": "市级", "parts": 1, "clause": "EX-3"}}
UNIT = a_parameter("choice", "yuan", choices={"fen": "分", "yuan": "元"})
NUMBERS = {"m": money(1), "less": money("0.99"), "r": ratio("1/2"), "unit": UNIT}
TIERS: dict[str, Any] = {"value": "cost", "account": "own"}


def changed(*steps: dict[str, Any], **changes: Any) -> list[tuple[str | int, ...]]:
    programme = of_steps(*steps, **{"accounts": POOLS, "parameters": NUMBERS, "levels": LEVELS} | changes)
    found = misfits(programme)
    assert all(misfit.message and misfit.message_zh for misfit in found)
    return [misfit.path for misfit in found]


def step(at: int, *keys: str | int) -> tuple[str | int, ...]:
    return ("award", "steps", at, *keys)


def test_a_sound_calculation_has_none() -> None:
    assert misfits(voucher()) == []
    assert misfits(a_programme()) == []


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ([a_step("decide", "a", value="cost"), a_step("decide", "b", value="a")], step(2, "do")),
        ([POOL, POOL | {"name": "again"}], step(2, "do")),
        ([STACK, a_step("decide", "b", value="stacked")], step(2)),
        ([a_step("cap", "b", value="cost", account="own"), a_step("decide", "c", value="b")], step(2)),
        ([POOL | {"account": "own"}], step(1, "account")),
        ([POOL, a_step("cap", "b", value="pool", account="own")], step(2)),
        ([a_step("cap", "b", value="cost", account="paid")], step(1, "account")),
        ([a_step("tiers", "b", tiers=[{"by": "r"}, {"by": "r"}], **TIERS)], step(1, "tiers", 0)),
        ([a_step("tiers", "b", tiers=[{"up_to": "m", "by": "r"}], **TIERS)], step(1, "tiers", 0)),
        ([a_step("round", "b", value="cost", to={"unit": "yuan", "decimals": 3})], step(1, "to", "decimals")),
        ([a_step("round", "b", value="cost", to={"unit": "parameter.unit", "decimals": 1})], step(1, "to", "decimals")),
        ([a_step("multiply", "b", value="cost", rates=[{"by": "r"}, {"when": "true", "by": "r"}])], step(1, "rates")),
        ([a_step("share", "b", value="cost"), a_step("round", "c", value="b")], step(2)),
    ],
)
def test_steps_that_do_not_fit_are_told_with_their_place(
    steps: list[dict[str, Any]], path: tuple[str | int, ...]
) -> None:
    assert changed(*steps) == [path]


@pytest.mark.parametrize(
    ("account", "key"),
    [
        ({"on_exceed": "special_approval"}, ()),
        ({"limit": "m", "hard_limit": "m"}, ("hard_limit",)),
        ({"limit": "m", "hard_limit": "less", "on_exceed": "special_approval"}, ("hard_limit",)),
        ({"period": "round"}, ("period",)),
        ({"combined_with": "a"}, ("combined_with",)),
        ({"combined_if": "r"}, ("combined_if",)),
        ({"counts_when": "passed"}, ("counts_when",)),
        ({"holder": "project", "shared_with": ["other"]}, ("shared_with",)),
    ],
)
def test_accounts_that_do_not_fit_are_told_with_their_place(account: dict[str, Any], key: tuple[str, ...]) -> None:
    assert changed(accounts={"a": an_account(**account)}) == [("accounts", "a", *key)]


def test_the_base_of_redemptions_is_known_before_anything_is_decided_and_validity_has_an_end() -> None:
    decided = a_step("decide", "approved", value="cost")

    assert changed(award=an_award(decided, base="approved")) == [("award", "base")]
    assert changed(award=an_award(valid_for={"clause": "EX-1"})) == [("award", "valid_for")]
