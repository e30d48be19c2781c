"""Money is whole fen; a share is exact until it is rounded down, once."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import exact_text, floor, from_exact_text, show, yuan

FEN = st.integers(-(10**15), 10**15)
EXACT = st.fractions(min_value=-(10**15), max_value=10**15)


@pytest.mark.parametrize(
    ("text", "fen"), [("1,234.56", 123_456), ("0.01", 1), (5, 500), ("2,000,000.00", 200_000_000), ("-0.50", -50)]
)
def test_an_amount_in_yuan_is_whole_fen(text: str | int, fen: int) -> None:
    assert yuan(text) == fen


@pytest.mark.parametrize("text", ["0.001", "1/3", "", "ten"])
def test_nothing_is_finer_than_a_fen(text: str) -> None:
    with pytest.raises(ValueError, match=r"whole number of fen|Invalid literal"):
        yuan(text)


def test_amounts_are_shown_in_yuan() -> None:
    assert [show(fen) for fen in (0, 5, 123_456, 200_000_000, -5)] == [
        "¥0.00",
        "¥0.05",
        "¥1,234.56",
        "¥2,000,000.00",
        "-¥0.05",
    ]


@given(FEN)
def test_what_is_shown_can_be_read_again(fen: int) -> None:
    assert yuan(show(fen).replace("¥", "")) == fen


@given(EXACT)
def test_rounding_never_exceeds_and_loses_less_than_a_fen(exact: Fraction) -> None:
    assert 0 <= exact - floor(exact) < 1


@given(EXACT)
def test_an_exact_amount_is_stored_without_loss(exact: Fraction) -> None:
    assert from_exact_text(exact_text(exact)) == exact
    assert from_exact_text("") == 0
