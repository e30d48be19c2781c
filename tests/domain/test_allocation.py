"""A pool is never exceeded, nobody gets more than the own ceiling, and what is short is shared in ratio. (QD-2.5)"""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.calculation.allocation import Share, first_come, pro_rata, split
from domain.money import floor, yuan
from domain.refusals import Refused

CITY_POOL = yuan(10_000_000)
KEYS = [f"qd-2024-{number:06}" for number in range(1, 9)]
UNITS = st.sampled_from([1, 100, 10_000])


def operators(*recognised_fen: int) -> list[Share]:
    """Claimants as QD-2.2 has them: half of the recognised amount, of which the city bears half."""
    return [
        Share(key, floor(Fraction(recognised, 4)), Fraction(recognised))
        for key, recognised in zip(KEYS, recognised_fen, strict=False)
    ]


@st.composite
def claimants(draw: st.DrawFn, binding: bool = True) -> list[Share]:
    """Up to eight claimants; ceilings bind or are out of reach."""
    weights = draw(st.lists(st.fractions(0, 10**6, max_denominator=100), min_size=1, max_size=8))
    ceilings = (st.integers(0, 20) | st.integers(0, 10**4)) if binding else st.just(10**12)
    return [Share(key, draw(ceilings), weight) for key, weight in zip(KEYS, weights, strict=False)]


POOLS = st.integers(0, 60) | st.integers(0, 3 * 10**4)  # small ones, where every fen is somebody's ceiling


# Examples of the clauses


@pytest.mark.parametrize(
    ("recognised", "city"),
    [
        (["30,000,000.00"], ["7,500,000.00"]),  # QD-X1
        (["50,000,000.00"], ["10,000,000.00"]),  # QD-X3
        (["30,000,000.00", "20,000,000.00"], ["6,000,000.00", "4,000,000.00"]),  # QD-X5
        (
            ["12,345,678.90", "23,456,789.01", "34,567,890.12"],
            ["1,754,386.26", "3,333,333.76", "4,912,279.98"],
        ),  # QD-X7
        (["8,765,432.10"], ["2,191,358.02"]),  # QD-X13: a ceiling is rounded down
    ],
)
def test_operators_share_the_citys_pool_as_the_guide_says(recognised: list[str], city: list[str]) -> None:
    given_fen = pro_rata(CITY_POOL, operators(*map(yuan, recognised)))

    assert list(given_fen.values()) == [yuan(amount) for amount in city]


def test_a_remaining_fen_goes_only_to_somebody_below_the_own_ceiling() -> None:
    tiny = operators(yuan("40,000,000.04"), yuan("0.03"))  # its three quarters of a fen are the largest fraction

    assert pro_rata(CITY_POOL, tiny) == {KEYS[0]: CITY_POOL, KEYS[1]: 0}


def test_a_remaining_fen_that_one_cannot_take_goes_to_the_next_largest_fraction() -> None:
    shares = [Share("a", 1, Fraction(15)), Share("b", 5, Fraction(3)), Share("c", 100, Fraction(82))]

    assert pro_rata(10, shares) == {"a": 1, "b": 1, "c": 8}  # quotas 1.5, 0.3 and 8.2


def test_equal_fractions_are_settled_by_the_application_number() -> None:
    shares = [Share(key, 10, Fraction(1)) for key in ("n-3", "n-1", "n-2")]

    assert pro_rata(8, shares) == {"n-1": 3, "n-2": 3, "n-3": 2}


def test_what_exceeds_a_ceiling_is_shared_by_the_others_in_proportion() -> None:
    shares = [Share("a", 10, Fraction(7)), Share("b", 900, Fraction(2)), Share("c", 900, Fraction(1))]

    assert pro_rata(100, shares) == {"a": 10, "b": 60, "c": 30}


def test_what_is_shared_anew_may_fill_another_ceiling_in_turn() -> None:
    shares = [Share("a", 10, Fraction(6)), Share("b", 35, Fraction(3)), Share("c", 900, Fraction(1))]

    assert pro_rata(100, shares) == {"a": 10, "b": 35, "c": 55}


def test_fractions_that_nine_cannot_take_all_go_to_the_tenth() -> None:
    shares = [Share(f"a{number}", 10, Fraction(1)) for number in range(9)] + [Share("b", 1000, Fraction(1))]

    given_fen = pro_rata(109, shares)

    assert given_fen.pop("b") == 19
    assert set(given_fen.values()) == {10}


def test_two_fen_that_only_one_can_take_are_both_given_out() -> None:
    shares = [Share("a", 1, Fraction(16)), Share("b", 1, Fraction(16)), Share("c", 100, Fraction(18))]

    assert pro_rata(5, shares) == {"a": 1, "b": 1, "c": 3}  # quotas 1.6, 1.6 and 1.8


def test_a_pool_that_suffices_to_the_fen_gives_everybody_the_ceiling() -> None:
    shares = [Share("a", 60, Fraction(1)), Share("b", 40, Fraction(9))]

    assert pro_rata(100, shares) == {"a": 60, "b": 40}
    assert pro_rata(99, shares) == {"a": 59, "b": 40}


def test_parts_are_whole_yuan_where_the_bureau_pays_whole_yuan() -> None:
    shares = [Share("a", yuan("70.99"), Fraction(2)), Share("b", yuan("70.99"), Fraction(1))]

    assert pro_rata(yuan("100.99"), shares, unit=100) == {"a": yuan(67), "b": yuan(33)}
    assert pro_rata(yuan(500), shares, unit=100) == {"a": yuan(70), "b": yuan(70)}


def test_nothing_recognised_means_nothing_allocated_and_no_error() -> None:  # QD-A18
    assert pro_rata(CITY_POOL, operators(0, 0)) == {KEYS[0]: 0, KEYS[1]: 0}
    assert pro_rata(100, [Share("a", 80, Fraction(0)), Share("b", 80, Fraction(0))]) == {"a": 0, "b": 0}
    assert pro_rata(100, [Share("a", 80, Fraction(0)), Share("b", 80, Fraction(5))]) == {"a": 0, "b": 80}
    assert pro_rata(0, operators(yuan(1))) == {KEYS[0]: 0}
    assert pro_rata(CITY_POOL, []) == {}


@pytest.mark.parametrize(
    ("pool", "shares", "unit", "wrong"),
    [
        (1, [Share("a", 1, Fraction(1)), Share("a", 2, Fraction(1))], 1, "occurs twice"),
        (-1, [Share("a", 1, Fraction(1))], 1, "is negative"),
        (1, [Share("a", -1, Fraction(1))], 1, "is negative"),
        (1, [Share("a", 1, Fraction(-1))], 1, "is negative"),
        (1, [Share("a", 1, Fraction(1))], 0, "a unit of 0 fen"),
    ],
)
def test_what_makes_no_sense_is_an_error(pool: int, shares: list[Share], unit: int, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        pro_rata(pool, shares, unit)


# Whatever the pool and the claims


@given(POOLS, claimants(), UNITS)
def test_a_pool_is_used_up_where_it_can_be_and_never_exceeded(pool: int, shares: list[Share], unit: int) -> None:
    given_fen = pro_rata(pool * unit, shares, unit)

    takers = shares if sum(share.ceiling // unit for share in shares) <= pool else [s for s in shares if s.weight]
    assert sum(given_fen.values()) == unit * min(pool, sum(share.ceiling // unit for share in takers))
    assert all(0 <= given_fen[share.key] <= share.ceiling for share in shares)
    assert all(amount % unit == 0 for amount in given_fen.values())


@given(POOLS, claimants())
def test_nobody_below_the_ceiling_is_behind_anybody_by_more_than_rounding(pool: int, shares: list[Share]) -> None:
    assume(sum(share.ceiling for share in shares) > pool)

    given_fen = pro_rata(pool, shares)

    for one in (share for share in shares if share.weight and given_fen[share.key] < share.ceiling):
        for other in (share for share in shares if share.weight):
            assert (given_fen[other.key] - 1) * one.weight < (given_fen[one.key] + 1) * other.weight


@given(POOLS, claimants(binding=False))
def test_parts_are_proportional_up_to_one_fen(pool: int, shares: list[Share]) -> None:
    total = sum(share.weight for share in shares)
    assume(total)

    given_fen = pro_rata(pool, shares)

    assert all(abs(given_fen[share.key] - pool * share.weight / total) < 1 for share in shares)


@given(POOLS, claimants(), st.fractions(Fraction(1, 1000), 1000))
def test_weights_count_only_in_proportion(pool: int, shares: list[Share], factor: Fraction) -> None:
    scaled = [Share(share.key, share.ceiling, share.weight * factor) for share in shares]

    assert pro_rata(pool, scaled) == pro_rata(pool, shares)


@given(st.data(), POOLS, claimants())
def test_the_order_of_the_claims_is_without_effect(data: st.DataObject, pool: int, shares: list[Share]) -> None:
    shuffled = data.draw(st.permutations(shares))

    assert pro_rata(pool, shuffled) == pro_rata(pool, shares)


def never_gains_from_company(pool: int, shares: Sequence[Share]) -> None:
    """Whoever else joins or leaves, nobody is better off in the larger company by more than one fen."""
    together = pro_rata(pool, shares)
    for leaving in shares:
        without = pro_rata(pool, [share for share in shares if share != leaving])
        assert all(together[key] <= amount + 1 for key, amount in without.items())


@given(POOLS, claimants(binding=False))
def test_another_claimant_raises_nobodys_part_by_more_than_a_fen(pool: int, shares: list[Share]) -> None:
    never_gains_from_company(pool, shares)


@given(st.lists(st.integers(0, 2 * 10**5), min_size=1, max_size=8))
def test_another_operator_raises_nobodys_part_by_more_than_a_fen(recognised: list[int]) -> None:
    never_gains_from_company(10**5, operators(*recognised))


@given(st.lists(st.integers(0, 60), min_size=2, max_size=8), st.integers(0, 3))
def test_a_pool_that_is_short_by_little_is_shared_by_the_guides_own_formula(recognised: list[int], short: int) -> None:
    shares = operators(*recognised)
    pool = sum(share.ceiling for share in shares) - 1 - short
    assume(pool >= 0)
    quotas = {share.key: pool * share.weight / sum(recognised) for share in shares}
    expected = {key: floor(quota) for key, quota in quotas.items()}
    below = [share.key for share in shares if expected[share.key] < share.ceiling]
    rest = pool - sum(expected.values())
    assume(rest <= len(below))  # else the formula says nothing
    for key in sorted(below, key=lambda key: (expected[key] - quotas[key], key))[:rest]:
        expected[key] += 1

    assert pro_rata(pool, shares) == expected


# First come, first served


QUEUE = [Share("p", 400, Fraction(0)), Share("q", 300, Fraction(0)), Share("r", 100, Fraction(0))]


@pytest.mark.parametrize(
    ("partial", "skip", "expected"),
    [
        (True, False, {"p": 400, "q": 100, "r": 0}),  # BJ-X19
        (True, True, {"p": 400, "q": 100, "r": 0}),
        (False, False, {"p": 400, "q": 0, "r": 0}),
        (False, True, {"p": 400, "q": 0, "r": 100}),
    ],
)
def test_the_queue_ends_at_the_first_that_does_not_fit(partial: bool, skip: bool, expected: dict[str, int]) -> None:
    assert first_come(500, QUEUE, partial, skip=skip) == expected


def test_who_comes_first_is_said_by_the_order_and_not_by_the_key() -> None:
    assert first_come(500, QUEUE[::-1], partial=True) == {"r": 100, "q": 300, "p": 100}


def test_a_queue_that_fits_to_the_fen_is_served_in_full() -> None:
    assert first_come(800, QUEUE, partial=False) == {"p": 400, "q": 300, "r": 100}


def test_a_queue_that_makes_no_sense_is_an_error() -> None:
    with pytest.raises(ValueError, match="occurs twice"):
        first_come(500, QUEUE + QUEUE, partial=True)
    with pytest.raises(ValueError, match="is negative"):
        first_come(-1, QUEUE, partial=True)


@given(POOLS, claimants(), st.booleans(), st.booleans())
def test_a_queue_never_exceeds_the_pool_and_never_disturbs_who_came_before(
    pool: int, shares: list[Share], partial: bool, skip: bool
) -> None:
    given_fen = first_come(pool, shares, partial, skip=skip)
    earlier = first_come(pool, shares[:-1], partial, skip=skip)

    assert sum(given_fen.values()) <= pool
    assert all(given_fen[share.key] in {0, share.ceiling} or partial for share in shares)
    assert all(0 <= given_fen[share.key] <= share.ceiling for share in shares)
    assert {key: given_fen[key] for key in earlier} == earlier
    if partial:
        assert sum(given_fen.values()) == min(pool, sum(share.ceiling for share in shares))


# Levels of government


def test_city_and_district_pay_the_same() -> None:
    assert split(yuan("15,000,000.00"), {"city": 1, "district": 1}) == {
        "city": yuan("7,500,000.00"),
        "district": yuan("7,500,000.00"),
    }


def test_an_odd_fen_cannot_be_paid_by_halves_and_the_refusal_offers_what_can() -> None:  # QD-X23
    with pytest.raises(Refused) as refused:
        split(yuan("1,500,000.01"), {"city": 1, "district": 1})

    assert refused.value.code == "NOT_DIVISIBLE_BY_LEVELS"
    assert refused.value.message("en") == (
        "¥1,500,000.01 was approved; levels that pay 1:1 can share only multiples of ¥0.02."
    )
    assert refused.value.way_forward("en") == "Approve a multiple of ¥0.02; the nearest below is ¥1,500,000.00."
    assert "¥1,500,000.00" in refused.value.way_forward("zh")


def test_a_ratio_counts_and_not_the_figures_it_is_written_in() -> None:
    assert split(3, {"province": 2, "city": 4, "county": 0}) == {"province": 1, "city": 2, "county": 0}
    assert split(7, {"city": 5}) == {"city": 7}


def test_levels_that_pay_whole_yuan_are_offered_what_they_can_pay_in_whole_yuan() -> None:
    with pytest.raises(Refused) as refused:
        split(yuan("1,501.00"), {"city": 1, "district": 1}, unit=yuan(1))

    assert (refused.value.facts["step_fen"], refused.value.facts["lower_fen"]) == (yuan(2), yuan("1,500.00"))
    assert split(yuan("1,500.00"), {"city": 1, "district": 1}, unit=yuan(1)) == {
        "city": yuan(750),
        "district": yuan(750),
    }


@given(st.integers(0, 10**13), st.lists(st.integers(0, 20), min_size=1, max_size=4))
def test_levels_pay_exactly_their_ratio_or_are_offered_the_nearest_amount_that_they_can(
    amount: int, ratio: list[int]
) -> None:
    assume(any(ratio))
    levels = dict(zip(KEYS, ratio, strict=False))

    shared = amount
    if any(amount * part % sum(ratio) for part in ratio):
        with pytest.raises(Refused) as refused:
            split(amount, levels)
        shared = refused.value.facts["lower_fen"]
        assert 0 < amount - shared < refused.value.facts["step_fen"] <= sum(ratio)
    parts = split(shared, levels)

    assert sum(parts.values()) == shared
    assert all(parts[key] * sum(ratio) == shared * part for key, part in levels.items())


@pytest.mark.parametrize(
    ("amount", "levels"), [(1, {}), (1, {"city": 0}), (1, {"city": 2, "district": -1}), (-2, {"city": 1})]
)
def test_levels_that_make_no_sense_are_an_error(amount: int, levels: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="cannot be shared"):
        split(amount, levels)
