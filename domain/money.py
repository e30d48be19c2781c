"""Money is integer fen; a share of money is an exact rational, rounded down once, at the end. (BJ-3.2)"""

from fractions import Fraction

FEN_PER_YUAN = 100


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


def floor(exact: Fraction) -> int:
    """The whole fen in an exact amount; a ceiling is never exceeded by rounding."""
    return exact.numerator // exact.denominator


def exact_text(exact: Fraction | int) -> str:
    """An exact amount as it is stored: "n" or "n/d", in fen."""
    return str(Fraction(exact))


def from_exact_text(text: str) -> Fraction:
    """The exact amount behind a stored "n" or "n/d"; an empty text is nothing."""
    return Fraction(text or "0")


def show_exact(text: str) -> str:
    """A stored exact amount for people: in yuan, with the fraction of a fen that rounding would drop."""
    exact = from_exact_text(text)
    whole = floor(exact)
    rest = exact - whole
    return f"{show(whole)} + {rest} 分" if rest else show(whole)
