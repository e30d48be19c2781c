"""Money is integer fen; a share of money is an exact rational, rounded down once, at the end. (BJ-3.2)"""

from enum import StrEnum
from fractions import Fraction
from functools import cache

#: A whole number where it is one, which is reckoned with some ten times as fast. Never divide two with `/`.
Exact = Fraction | int

FEN_PER_YUAN = 100
FEN_PER_UNIT = {"fen": 1, "yuan": FEN_PER_YUAN, "wan_yuan": 10_000 * FEN_PER_YUAN}
NUMERALS = "零壹贰叁肆伍陆柒捌玖"
#: Largest first: what a unit multiplies and what it leaves are read in the same way.
NUMERAL_UNITS = ((100_000_000, "亿"), (10_000, "万"), (1_000, "仟"), (100, "佰"), (10, "拾"))


class Mode(StrEnum):
    """How an exact amount becomes a multiple of a unit."""

    FLOOR = "floor"  # towards less: a ceiling is never exceeded
    CEILING = "ceiling"
    HALF_UP = "half_up"  # 四舍五入: a half goes away from nothing
    HALF_EVEN = "half_even"  # a half goes to the even multiple


def yuan(text: str | int) -> int:
    """Fen for an amount in yuan, "1,234.56". Raises ValueError for anything finer than a fen."""
    fen = Fraction(str(text).replace(",", "")) * FEN_PER_YUAN
    if fen.denominator != 1:
        raise ValueError(f"{text} yuan is not a whole number of fen")
    return int(fen)


def show(fen: int) -> str:
    """ "¥1,234.56" for people."""
    sign, absolute = ("-" if fen < 0 else ""), abs(fen)
    return f"{sign}¥{absolute // FEN_PER_YUAN:,}.{absolute % FEN_PER_YUAN:02d}"


def floor(exact: Exact) -> int:
    """The whole fen in an exact amount; a ceiling is never exceeded by rounding."""
    return exact.numerator // exact.denominator


@cache
def unit_fen(unit: str, decimals: int) -> int:
    """The smallest step, in fen, of amounts written in "fen", "yuan" or "wan_yuan" with so many decimals. (QD-A4)

    Raises ValueError for another unit, fewer than no decimals, or a step finer than a fen.
    """
    if unit not in FEN_PER_UNIT or decimals < 0:
        raise ValueError(f"amounts are not written in {unit} with {decimals} decimals")
    step_fen = Fraction(FEN_PER_UNIT[unit], 10**decimals)
    if step_fen.denominator != 1:
        raise ValueError(f"{unit} with {decimals} decimals is finer than a fen")
    return int(step_fen)


def round_to(exact_fen: Exact, step_fen: int, mode: Mode) -> int:
    """The multiple of `step_fen` that an exact amount is rounded to, in fen. Raises ValueError for a step below one."""
    if step_fen < 1:
        raise ValueError(f"nothing is rounded to steps of {step_fen} fen")
    numerator, denominator = exact_fen.numerator, exact_fen.denominator * step_fen
    match mode:
        case Mode.FLOOR:
            whole = numerator // denominator
        case Mode.CEILING:
            whole = -(-numerator // denominator)
        case Mode.HALF_UP:
            whole = (2 * abs(numerator) + denominator) // (2 * denominator) * (-1 if numerator < 0 else 1)
        case Mode.HALF_EVEN:
            whole = round(Fraction(numerator, denominator))
    return whole * step_fen


def in_words(fen: int) -> str:
    """The amount in capital numerals (大写金额), as a payment order shows it: 壹仟零壹元贰角叁分. (F-7)

    By 正确填写票据和结算凭证的基本规定. Where it leaves 零 open, 零 follows a 元 that is nought, and not a 万.
    Raises ValueError for less than nothing.
    """
    if fen < 0:
        raise ValueError(f"{fen} fen are not written in words")
    whole, small = divmod(fen, FEN_PER_YUAN)
    tenths, hundredths = divmod(small, 10)
    words = f"{_numeral(whole)}元" if whole or not fen else ""
    if whole and small and (whole % 10 == 0 or tenths == 0):
        words += "零"
    if tenths:
        words += f"{NUMERALS[tenths]}角"
    return words + (f"{NUMERALS[hundredths]}分" if hundredths else "整")


def _numeral(number: int) -> str:
    for unit, name in NUMERAL_UNITS:
        if number >= unit:
            times, rest = divmod(number, unit)
            gap = "零" if 0 < rest < unit // 10 else ""
            return _numeral(times) + name + gap + (_numeral(rest) if rest else "")
    return NUMERALS[number]


def exact_text(exact: Exact) -> str:
    """An exact amount as it is stored: "n" or "n/d", in fen."""
    return str(exact)


def from_exact_text(text: str) -> Exact:
    """The exact amount behind a stored "n" or "n/d"; an empty text is nothing."""
    if "/" not in text:
        return int(text or 0)
    numerator, _, denominator = text.partition("/")
    return Fraction(int(numerator), int(denominator))


def show_exact(text: str) -> str:
    """A stored exact amount for people: in yuan, with the fraction of a fen that rounding would drop."""
    exact = from_exact_text(text)
    whole = floor(exact)
    rest = exact - whole
    return f"{show(whole)} + {rest} 分" if rest else show(whole)
