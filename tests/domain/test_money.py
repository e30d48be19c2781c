"""Money is whole fen; a share is exact until it is rounded down, once."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Mode, exact_text, floor, from_exact_text, in_words, round_to, show, unit_fen, yuan

FEN = st.integers(-(10**15), 10**15)
EXACT = st.fractions(min_value=-(10**15), max_value=10**15)
STEPS = st.sampled_from([1, 100, 10_000, 1_000_000])

NUMERALS = {numeral: value for value, numeral in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1_000}


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


# Units and modes of rounding


@pytest.mark.parametrize(
    ("unit", "decimals", "fen"),
    [("fen", 0, 1), ("yuan", 2, 1), ("yuan", 0, 100), ("wan_yuan", 0, 1_000_000), ("wan_yuan", 2, 10_000)],
)
def test_a_unit_with_decimals_is_whole_fen(unit: str, decimals: int, fen: int) -> None:
    assert unit_fen(unit, decimals) == fen


@pytest.mark.parametrize(
    ("unit", "decimals", "wrong"),
    [
        ("fen", 1, "finer than a fen"),
        ("yuan", 3, "finer than a fen"),
        ("wan_yuan", 7, "finer than a fen"),
        ("yuan", -1, "not written in yuan with -1"),
        ("jiao", 0, "not written in jiao"),
    ],
)
def test_no_unit_is_finer_than_a_fen(unit: str, decimals: int, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        unit_fen(unit, decimals)


@pytest.mark.parametrize(
    ("exact", "step", "floor_fen", "ceiling_fen", "half_up_fen", "half_even_fen"),
    [
        (Fraction("24691357.8"), 1, 24_691_357, 24_691_358, 24_691_358, 24_691_358),  # BJ-X3
        (Fraction(1, 2), 1, 0, 1, 1, 0),
        (Fraction(3, 2), 1, 1, 2, 2, 2),
        (Fraction(-1, 2), 1, -1, 0, -1, 0),
        (150, 100, 100, 200, 200, 200),
        (250, 100, 200, 300, 300, 200),
        (Fraction("250.000001"), 100, 200, 300, 300, 300),
        (123_456_789, 10_000, 123_450_000, 123_460_000, 123_460_000, 123_460_000),
        (200_000_000, 1_000_000, 200_000_000, 200_000_000, 200_000_000, 200_000_000),
    ],
)
def test_an_amount_is_rounded_as_the_programme_says(
    exact: Fraction | int, step: int, floor_fen: int, ceiling_fen: int, half_up_fen: int, half_even_fen: int
) -> None:
    assert [round_to(exact, step, mode) for mode in Mode] == [floor_fen, ceiling_fen, half_up_fen, half_even_fen]


@given(EXACT, STEPS)
def test_every_mode_gives_a_neighbouring_multiple_and_leaves_multiples_alone(exact: Fraction, step: int) -> None:
    rounded = {mode: round_to(exact, step, mode) for mode in Mode}

    assert all(fen % step == 0 and round_to(fen, step, mode) == fen for mode, fen in rounded.items())
    assert 0 <= exact - rounded[Mode.FLOOR] < step
    assert 0 <= rounded[Mode.CEILING] - exact < step
    assert all(2 * abs(exact - rounded[mode]) <= step for mode in (Mode.HALF_UP, Mode.HALF_EVEN))


@given(st.integers(-(10**12), 10**12), STEPS)
def test_halves_go_away_from_nothing_or_to_the_even_multiple(odd: int, step: int) -> None:
    half = (2 * odd + 1) * Fraction(step, 2)

    assert abs(round_to(half, step, Mode.HALF_UP)) > abs(half)
    assert round_to(half, step, Mode.HALF_EVEN) % (2 * step) == 0


@pytest.mark.parametrize("step", [0, -100])
def test_a_step_is_at_least_a_fen(step: int) -> None:
    with pytest.raises(ValueError, match="steps of"):
        round_to(1, step, Mode.FLOOR)


# Capital numerals


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        # the amounts of the regulation itself
        ("1,409.50", "壹仟肆佰零玖元伍角整"),
        ("6,007.14", "陆仟零柒元壹角肆分"),
        ("1,680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("107,000.53", "壹拾万柒仟元零伍角叁分"),
        ("16,409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        # nothing, and less than a yuan
        ("0.00", "零元整"),
        ("0.01", "壹分"),
        ("0.10", "壹角整"),
        ("0.53", "伍角叁分"),
        # a ten is always 壹拾
        ("10.00", "壹拾元整"),
        ("15.00", "壹拾伍元整"),
        ("110.00", "壹佰壹拾元整"),
        # noughts inside
        ("1,001.23", "壹仟零壹元贰角叁分"),
        ("1,010.00", "壹仟零壹拾元整"),
        ("10,001.00", "壹万零壹元整"),
        ("100,000.00", "壹拾万元整"),
        ("1,000,000.00", "壹佰万元整"),
        ("1,000,500.00", "壹佰万零伍佰元整"),
        ("10,050,000.01", "壹仟零伍万元零壹分"),
        ("20,304,050.60", "贰仟零叁拾万肆仟零伍拾元零陆角整"),
        ("100,000,005.00", "壹亿零伍元整"),
        ("100,050,000.00", "壹亿零伍万元整"),
        ("100,005,000.00", "壹亿零伍仟元整"),
        ("1,050,000,000.00", "壹拾亿伍仟万元整"),
        ("10,000,000,000,000.00", "壹拾万亿元整"),
        ("1,000,100,000,000.00", "壹万零壹亿元整"),
        ("9,999,999,999,999.99", "玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_an_amount_in_capital_numerals_follows_the_regulation(amount: str, words: str) -> None:
    assert in_words(yuan(amount)) == words


def read(numeral: str) -> int:
    """The number that a numeral names, by the largest unit in it."""
    for name, unit in (("亿", 10**8), ("万", 10**4), *reversed(UNITS.items())):
        if name in numeral:
            times, _, rest = numeral.rpartition(name)
            return read(times) * unit + read(rest)
    return sum(NUMERALS[one] for one in numeral)


@given(st.integers(0, 10**15) | st.integers(0, 10**5) | st.integers(0, 10**4).map(lambda thousands: thousands * 10**5))
def test_capital_numerals_can_be_read_back_and_have_no_nought_too_many(fen: int) -> None:
    words = in_words(fen)

    before, _, after = words.rpartition("元")
    tenths, _, hundredths = after.rstrip("整").rpartition("角")
    assert read(before) * 100 + read(tenths) * 10 + read(hundredths.rstrip("分")) == fen
    assert words.endswith("整") is (fen % 10 == 0)
    assert "零零" not in words
    assert "零元" not in words or fen == 0
    assert not any(f"零{unit}" in words for unit in ("万", "亿", "角", "分"))


def test_less_than_nothing_has_no_words() -> None:
    with pytest.raises(ValueError, match="are not written in words"):
        in_words(-1)
