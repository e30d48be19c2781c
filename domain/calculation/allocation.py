"""Sharing a pool that does not suffice, and sharing one amount among levels of government. (QD-2.3, QD-2.4, QD-2.5)"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from domain.money import floor
from domain.refusals import Refused


@dataclass(frozen=True, slots=True)
class Share:
    """One claimant on a pool. Keys are unique, and their order settles ties: the application number."""

    key: str
    ceiling: int  # the most this claimant may get, in fen
    weight: Fraction  # what its part is in proportion to, such as the recognised amount


def pro_rata(pool: int, shares: Sequence[Share], unit: int = 1) -> dict[str, int]:
    """What each gets of a pool: the ceiling if the pool suffices, else a part in proportion to weight. (QD-2.5, QD-A4)

    Parts are whole units of `unit` fen. What is left after rounding down goes out unit by unit, to the largest fraction
    first, but only to those still below their own ceiling (QD-X26). What exceeds somebody's ceiling, the others share.
    A weight of nothing gets nothing of a pool that does not suffice (QD-A18). The order of `shares` is without effect.
    Raises ValueError for a key that occurs twice, anything negative, or a unit below one.
    """
    _must_be_sound(pool, shares)
    if unit < 1:
        raise ValueError(f"a unit of {unit} fen divides nothing")
    most = {share.key: share.ceiling // unit for share in shares}
    left = pool // unit
    if sum(most.values()) > left:
        most = _divided(left, most, {share.key: share.weight for share in shares if share.weight})
    return {key: units * unit for key, units in most.items()}


def first_come(pool: int, shares: Sequence[Share], partial: bool, *, skip: bool = False) -> dict[str, int]:
    """What each gets of a pool, in fen, served in the order given. Weights are without effect.

    Whoever does not fit gets the rest if `partial`, else nothing, and the queue ends there. With `skip`, later ones
    that fit are served all the same. Raises ValueError for a key that occurs twice or anything negative.
    """
    _must_be_sound(pool, shares)
    given = dict.fromkeys((share.key for share in shares), 0)
    left = pool
    for share in shares:
        fits = share.ceiling <= left
        if fits or partial:
            given[share.key] = min(share.ceiling, left)
            left -= given[share.key]
        if not (fits or skip):
            break
    return given


def split(amount: int, levels: Mapping[str, int], unit: int = 1) -> dict[str, int]:
    """An amount in fen, shared by the levels that fund it in an exact ratio such as city 1 : district 1. (QD-2.3)

    Each pays whole units of `unit` fen. Raises Refused NOT_DIVISIBLE_BY_LEVELS, which offers the nearest lower amount
    (QD-X23), and ValueError for a negative amount, a negative level, or levels that all pay nothing.
    """
    if amount < 0 or min(levels.values(), default=0) < 0 or not any(levels.values()):
        raise ValueError(f"{amount} fen cannot be shared among {dict(levels)}")
    step = unit * sum(levels.values()) // gcd(*levels.values())
    if amount % step:
        raise Refused(
            "NOT_DIVISIBLE_BY_LEVELS",
            amount_fen=amount,
            ratio=":".join(map(str, levels.values())),
            step_fen=step,
            lower_fen=amount - amount % step,
        )
    return {level: amount * part // sum(levels.values()) for level, part in levels.items()}


def _divided(left: int, most: Mapping[str, int], weights: Mapping[str, Fraction]) -> dict[str, int]:
    """Units in proportion to weight; whoever cannot take that much gets the ceiling, and the others share anew."""
    given = dict.fromkeys(most, 0)
    competing = sorted(weights)
    while competing:
        total = sum(weights[key] for key in competing)
        quotas = {key: Fraction(left) * weights[key] / total for key in competing}
        parts = {key: floor(quota) for key, quota in quotas.items()}
        rest = left - sum(parts.values())
        below = [key for key in competing if parts[key] < most[key]]
        full = [key for key in competing if parts[key] > most[key]]
        if not full and rest > len(below):
            full = [key for key in competing if key not in below]
        if not full:
            for key in sorted(below, key=lambda key: parts[key] - quotas[key])[:rest]:  # stable: ties by key
                parts[key] += 1
            return given | parts
        for key in full:
            given[key] = most[key]
            left -= most[key]
            competing.remove(key)
    return given


def _must_be_sound(pool: int, shares: Sequence[Share]) -> None:
    if len({share.key for share in shares}) < len(shares):
        raise ValueError("a claimant occurs twice")
    if min([pool, *(amount for share in shares for amount in (share.ceiling, share.weight))]) < 0:
        raise ValueError("a pool, a ceiling or a weight is negative")
