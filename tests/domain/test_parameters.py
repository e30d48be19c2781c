"""Numbers and settings over time: exact, of their kind, and gone after their last day."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from domain.format.parameters import Parameter
from domain.refusals import Refused


def a_parameter(kind: str, value: object, **more: Any) -> Parameter:
    days = {"from": date(2024, 1, 1), "through": date(2024, 12, 31)}
    return Parameter.model_validate({"kind": kind, "clause": "X-1", "values": [days | {"value": value}], **more})


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("ratio", "20/100", Fraction(1, 5)),
        ("ratio", "0.2", Fraction(1, 5)),
        ("ratio", "0", Fraction(0)),
        ("money", "200万元", 200_000_000),
        ("money", "1,234.56元", 123_456),
        ("money", "0.01万元", 10_000),
        ("money", "1.5亿元", 15_000_000_000),
        ("money", 7, 7),
        ("count", 3, 3),
        ("flag", True, True),
        ("text", "按季", "按季"),
        ("texts", ["a", "b"], ("a", "b")),
        ("date", "2024-02-29", "2024-02-29"),
    ],
)
def test_a_value_is_what_is_written(kind: str, written: object, value: object) -> None:
    assert a_parameter(kind, written).on(date(2024, 6, 1)) == value


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("ratio", "1/0"),
        ("ratio", "1e99999999"),
        ("ratio", "-1/5"),
        ("ratio", "20%"),
        ("ratio", "9" * 5_000),
        ("ratio", 20),
        ("money", "0.001元"),
        ("money", "-5元"),
        ("money", "12,34元"),
        ("money", "9" * 18 + "亿元"),
        ("money", "1e5元"),
        ("money", True),
        ("money", -1),
        ("count", "3"),
        ("count", False),
        ("flag", "true"),
        ("flag", 1),
        ("date", "2023-02-29"),
        ("date", "2024-2-1"),
        ("texts", "a"),
    ],
)
def test_what_is_not_of_its_kind_is_refused(kind: str, written: object) -> None:
    with pytest.raises(ValidationError):
        a_parameter(kind, written)


def test_a_choice_is_one_of_its_answers() -> None:
    choices = {"inclusive_days": "首尾都计", "exclusive_days": "首日不计"}

    assert a_parameter("choice", "inclusive_days", choices=choices).on(date(2024, 1, 1)) == "inclusive_days"
    with pytest.raises(ValidationError):
        a_parameter("choice", "months", choices=choices)


@pytest.mark.parametrize("day", [date(2023, 12, 31), date(2025, 1, 1)])
def test_nothing_is_carried_forward_or_back(day: date) -> None:
    with pytest.raises(Refused, match="PARAMETER_EXPIRED"):
        a_parameter("money", 7).on(day, "cap_fen")


def test_a_day_has_one_value() -> None:
    rows = [
        {"from": date(2024, 1, 1), "through": date(2024, 6, 30), "value": 1},
        {"from": date(2024, 6, 30), "through": date(2024, 12, 31), "value": 2},
    ]

    with pytest.raises(ValidationError, match="2024-06-30 is in two ranges"):
        Parameter.model_validate({"kind": "count", "clause": "X-1", "values": rows})
