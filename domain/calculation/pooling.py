"""Who pays what: each funding level its part, and a pool that several applications share. (QD-2.3, QD-2.4, QD-2.5)"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from domain.calculation import accounts, allocation
from domain.calculation.working import FEN, Working
from domain.format.programme import Programme
from domain.format.steps import Pool, Rounding, Share
from domain.money import Exact, unit_fen


def share(working: Working, step: Share) -> Exact:
    """What each level pays by its parts, rounded by itself; together they pay the value. (QD-2.3, QD-A4)

    Raises Refused NOT_DIVISIBLE_BY_LEVELS, PARAMETER_EXPIRED.
    """
    value = working.value(step.value)
    paid = _divided(working, value, step.to)
    working.levels[step.name] = paid
    result = sum(paid.values())
    if working.told is not None:
        operands: list[tuple[str, Exact]] = [(step.value, value), *paid.items()]
        working.tell(step, result, _who_pays(working, paid), operands, lost=value - result)
    return result


def claim_on_pool(working: Working, step: Pool, key: str) -> allocation.Share:
    """What an application asks of the pool at most, and its weight.

    Raises Refused NOT_DIVISIBLE_BY_LEVELS, PARAMETER_EXPIRED.
    """
    return allocation.Share(key, _asked(working, step), Fraction(working.value(step.weight or step.value)))


def unit_of(programme: Programme, step: Pool, on: date) -> int:
    """The smallest amount that the pool gives, in fen; of what is granted in kind, one.

    Raises Refused PARAMETER_EXPIRED.
    """
    return unit_fen(programme.setting(step.to.unit, on), step.to.decimals)


def pool(working: Working, step: Pool) -> Exact:
    """What a round gave this application of the pool; alone, what the pool still has. (QD-2.4, QD-2.5)

    Raises Refused NOT_DIVISIBLE_BY_LEVELS, PARAMETER_EXPIRED, FACT_MISSING.
    """
    account = working.programme.accounts[step.account]
    value, asked = working.value(step.value), _asked(working, step)
    left = accounts.left(working.programme, step.account, working.facts, working.used)
    given = working.given
    if given is None:
        given = alone(working, step, left)
    paid = _with_the_other_levels(working, step, given, asked)
    result = sum(paid.values()) if paid else given
    if value > 0 and result == 0:
        _say_why_nothing(working, step, asked, left)
    if working.told is not None:
        has = "不设上限" if left is None else f"余{working.show(left)}"
        detail = f"{account.title}{has}，申请{working.show(asked)}，分得{working.show(given)}"
        if paid:
            detail += f"；{_who_pays(working, paid)}"
        operands: list[tuple[str, Exact]] = [(step.value, value), ("asked", asked), ("given", given), *paid.items()]
        if left is not None:
            operands.append(("left", left))
        if step.weight:
            operands.append((step.weight, working.value(step.weight)))
        working.tell(step, result, detail, operands, lost=value - result, bound=given < asked)
    return result


def alone(working: Working, step: Pool, left: int | None) -> int:
    """What a pool with so much left gives to one application. Raises Refused PARAMETER_EXPIRED."""
    claim = claim_on_pool(working, step, "")
    if left is None:
        return claim.ceiling
    unit = unit_of(working.programme, step, working.facts.received_on)
    if step.sharing == "pro_rata":
        return allocation.pro_rata(left, [claim], unit)[claim.key]
    return allocation.first_come(left - left % unit, [claim], partial=step.sharing == "first_come_partly")[claim.key]


def _say_why_nothing(working: Working, step: Pool, asked: int, left: int | None) -> None:
    """The pool is to blame only for what was asked of it; what rounding took was never asked."""
    account = working.programme.accounts[step.account]
    if not asked:
        working.stop(step, None, step.clause, f"{working.show(working.value(step.value))}取整后为零")
    elif left:
        working.stop(step, account.code, account.clause, f"{account.title}余{working.show(left)}，不足以分配")
    else:
        working.stop(step, account.code, account.clause, f"{account.title}已无余额可供分配")


def _asked(working: Working, step: Pool) -> int:
    """Of the pool's own money: of one level its part, else the whole value."""
    if step.level is None:
        return working.rounded(working.value(step.value), step.to)
    return _parts_of(working, step)[step.level]


def _parts_of(working: Working, step: Pool) -> Mapping[str, int]:
    """What each level would pay of the whole value: as the step before divided it, else each rounded by itself."""
    if step.value in working.levels:
        return working.levels[step.value]
    return _divided(working, working.value(step.value), step.to)


def _divided(working: Working, value: Exact, to: Rounding) -> dict[str, int]:
    """Each level's part rounded by itself; what a person approved is divided without a remainder. (QD-X23)"""
    levels = working.programme.levels
    if value == working.facts.approved_fen and working.programme.award.unit == FEN:
        parts = {name: level.parts for name, level in levels.items()}
        return allocation.split(int(value), parts, unit_fen(working.unit(to), to.decimals))
    whole = sum(level.parts for level in levels.values())
    return {name: working.rounded(value * Fraction(level.parts, whole), to) for name, level in levels.items()}


def _with_the_other_levels(working: Working, step: Pool, given: int, asked: int) -> Mapping[str, int]:
    """What each level pays when one level's pool gives so much: the others follow in ratio, or pay their own part.

    Raises Refused PARAMETER_EXPIRED. (QD-A2)
    """
    if step.level is None:
        return {}
    levels = working.programme.levels
    if given == asked or working.programme.setting(step.others_follow, working.facts.received_on) == "false":
        paid = {**_parts_of(working, step), step.level: given}
    else:
        own = levels[step.level].parts
        paid = {name: working.rounded(Fraction(given * level.parts, own), step.to) for name, level in levels.items()}
        paid[step.level] = given
    working.levels[step.name] = paid
    return paid


def _who_pays(working: Working, paid: Mapping[str, int]) -> str:
    return "、".join(f"{working.programme.levels[name].title}{working.show(amount)}" for name, amount in paid.items())
