"""The steps that only reckon: what they give follows from earlier values, parameters and facts alone."""

from fractions import Fraction

from domain.calculation.working import Working, percent
from domain.format.steps import (
    Add,
    AtLeast,
    Fixed,
    Greatest,
    Least,
    Multiply,
    Proportion,
    Round,
    Subtract,
    Take,
)
from domain.money import Exact, Mode
from domain.refusals import Refused

UNITS = {"fen": "分", "yuan": "元", "wan_yuan": "万元"}
MODES = {
    Mode.FLOOR: "向下",
    Mode.CEILING: "向上",
    Mode.HALF_UP: "四舍五入",
    Mode.HALF_EVEN: "四舍六入五成双",
}


def take(working: Working, step: Take) -> Exact:
    """A number from the facts."""
    value: int = working.inputs[step.name]
    working.tell(step, value)
    return value


def fixed(working: Working, step: Fixed) -> Exact:
    """A fixed amount. Raises Refused PARAMETER_EXPIRED."""
    value = working.number(step.parameter)
    if working.told is not None:
        working.tell(step, value, "定额", [(step.parameter, value)])
    return value


def multiply(working: Working, step: Multiply) -> Exact:
    """Times a rate or a price: the only one, or the first whose `when` holds; none holds: nothing.

    Raises Refused PARAMETER_EXPIRED, DECIDED_RATE_TOO_HIGH.
    """
    value = working.value(step.value)
    by, title = _rate_of(working, step)
    if by is None:
        working.stop(step, None, step.clause, f"{step.title}：没有适用的标准")
        working.tell(step, 0, "没有适用的标准", [(step.value, value)], lost=value)
        return 0
    rate = working.number(by)
    decided = working.facts.approved_rate if step.decided_rate else None
    if decided is not None and not 0 <= decided <= rate:
        most = working.show_number(by, rate)
        raise Refused("DECIDED_RATE_TOO_HIGH", step.clause, asked=percent(decided), most=most)
    result = (rate if decided is None else decided) * value  # a fraction in front: no detour by way of the whole number
    if working.told is not None:
        shown = working.show_number(by, rate)
        if decided is not None:
            rate, shown = decided, f"{percent(decided)}（本轮核定，不超过{shown}）"
        named = f"（{title}）" if title else ""
        working.tell(step, result, f"{working.title(step.value)} × {shown}{named}", [(step.value, value), (by, rate)])
    return result


def proportion(working: Working, step: Proportion) -> Exact:
    """A part of a value, exact. Raises Refused PARAMETER_EXPIRED."""
    value = working.value(step.value)
    part, whole = working.inputs[step.name]
    result = value * Fraction(part, whole) if whole and part != whole else value
    if working.told is not None:
        detail = (
            f"{working.title(step.value)} × {working.show(part)} ÷ {working.show(whole)}" if part != whole else "全部"
        )
        working.tell(step, result, detail, [(step.value, value), ("part", part), ("whole", whole)])
    return result


def least(working: Working, step: Least) -> Exact:
    """The least of several. Raises Refused PARAMETER_EXPIRED."""
    return _chosen(working, step, min(working.value(operand) for operand in step.of), "取最低")


def greatest(working: Working, step: Greatest) -> Exact:
    """The greatest of several. Raises Refused PARAMETER_EXPIRED."""
    return _chosen(working, step, max(working.value(operand) for operand in step.of), "取最高")


def add(working: Working, step: Add) -> Exact:
    """All together. Raises Refused PARAMETER_EXPIRED."""
    return _chosen(working, step, sum((working.value(operand) for operand in step.of), start=Fraction(0)), "合计")


def subtract(working: Working, step: Subtract) -> Exact:
    """One less the others, never below nothing. Raises Refused PARAMETER_EXPIRED."""
    value, others = working.value(step.value), [(operand, working.value(operand)) for operand in step.of]
    result = max(Fraction(0), value - sum(exact for _, exact in others))
    if working.told is not None:
        less = "、".join(working.title(operand) for operand, _ in others)
        working.tell(step, result, f"{working.title(step.value)}减去{less}", [(step.value, value), *others])
    return result


def at_least(working: Working, step: AtLeast) -> Exact:
    """All of it, or nothing below a minimum. Raises Refused PARAMETER_EXPIRED."""
    value, minimum = working.value(step.value), working.number(step.minimum)
    operands = [(step.value, value), (step.minimum, minimum)]
    shown = working.show_number(step.minimum, minimum)
    if value < minimum:
        working.stop(step, step.code, step.clause, step.otherwise.zh)
        working.tell(step, 0, f"{step.otherwise.zh}（最低{shown}）", operands, lost=value, bound=True)
        return 0
    working.tell(step, value, f"不低于{shown}", operands)
    return value


def round_off(working: Working, step: Round) -> Exact:
    """Rounded to a unit. Raises Refused PARAMETER_EXPIRED."""
    value = working.value(step.value)
    rounded = working.rounded(value, step.to)
    if working.told is not None:
        unit, mode = UNITS[working.unit(step.to)], MODES[working.mode(step.to)]
        places = f"，保留{step.to.decimals}位小数" if step.to.decimals else ""
        working.tell(step, rounded, f"{mode}取整到{unit}{places}", [(step.value, value)], lost=value - rounded)
    return rounded


def _chosen(working: Working, step: Least | Greatest | Add, result: Exact, how: str) -> Exact:
    if working.told is not None:
        of = "、".join(f"{working.title(operand)}{working.show(working.value(operand))}" for operand in step.of)
        working.tell(step, result, f"{of}，{how}", [(operand, working.value(operand)) for operand in step.of])
    return result


def _rate_of(working: Working, step: Multiply) -> tuple[str | None, str]:
    if step.by is not None:
        return step.by, ""
    applies = iter(working.inputs.get(step.name, ()))
    for row in step.rates:
        if row.when is None or next(applies):
            return row.by, row.title or ""
    return None, ""
