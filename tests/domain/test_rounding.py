"""Rounding, and counting days: once, by the unit and in the way that the file names."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from domain.money import yuan
from tests.builders import a_contract, an_application, an_item
from tests.domain.calculations import (
    a_step,
    applying,
    award_of,
    exact,
    facts,
    of_steps,
    ratio,
    step_of,
)
from tests.domain.programmes import a_parameter, a_programme, a_window

A_FIFTH = a_step("multiply", "share", value="cost", by="rate")
RATE = {"rate": ratio("20/100")}


@pytest.mark.parametrize(
    ("to", "amount"),
    [
        ({"unit": "fen"}, "24691.35"),
        ({"unit": "fen", "mode": "half_up"}, "24691.36"),
        ({"unit": "yuan"}, "24691"),
        ({"unit": "yuan", "mode": "ceiling"}, "24692"),
        ({"unit": "wan_yuan", "decimals": 2}, "24600"),
        ({"unit": "wan_yuan", "decimals": 2, "mode": "half_up"}, "24700"),
    ],
)
def test_an_amount_is_rounded_to_the_unit_that_the_file_names(to: dict[str, Any], amount: str) -> None:
    programme = of_steps(A_FIFTH, a_step("round", "grant", value="share", to=to), parameters=RATE)

    award = award_of(programme, facts(yuan("123456.78")))

    assert award.amount == yuan(amount)
    assert exact(step_of(award.trace, "share")) == Fraction(yuan("123456.78"), 5)


def test_rounding_each_line_loses_what_rounding_at_the_end_keeps() -> None:
    whole_yuan = a_step(
        "sum", "cost", lines="application.contract.items", amount="line.amount_fen", round_lines={"unit": "yuan"}
    )
    items = [an_item(yuan("1.60")), an_item(yuan("1.60"))]
    case = facts(application=an_application(a_contract(items=items)))
    at_the_end = of_steps(a_step("round", "grant", value="cost", to={"unit": "yuan"}))
    each = a_programme(award={"benefit": "grant", "nothing": "EX_E_NOTHING", "steps": [whole_yuan]})

    assert award_of(at_the_end, case).amount == yuan(3)
    assert award_of(each, case).amount == yuan(2)


def test_a_result_that_is_not_whole_is_rounded_down_on_record() -> None:
    award = award_of(of_steps(A_FIFTH, parameters=RATE), facts(yuan("0.01")))

    assert (award.amount, award.trace.steps[-1].name, award.trace.steps[-1].lost_fen) == (0, "whole", "1/5")


@pytest.mark.parametrize(
    ("counting", "days"), [("inclusive_days", (31, 62)), ("exclusive_days", (30, 61)), ("months", (1, 2))]
)
def test_days_are_counted_as_the_parameter_says(counting: str, days: tuple[int, int]) -> None:
    inside = {
        "window": "may", "starts_on": "application.contract.starts_on", "ends_on": "application.contract.ends_on",
        "counting": "parameter.counting",
    }  # fmt: skip
    step = a_step("sum", "grant", lines="application.contract.items", amount="line.amount_fen", inside=inside)
    choices = {"inclusive_days": "含首日", "exclusive_days": "不含首日", "months": "按月"}
    programme = a_programme(
        windows={"may": a_window(date(2024, 7, 1), date(2024, 7, 31))},
        parameters={"counting": a_parameter("choice", counting, choices=choices)},
        award={"benefit": "grant", "nothing": "EX_E_NOTHING", "steps": [step]},
    )
    case = applying("100", starts_on="2024-07-01", ends_on="2024-08-31")

    award = award_of(programme, case)

    assert exact(step_of(award.trace, "grant")) == Fraction(yuan(100) * days[0], days[1])
