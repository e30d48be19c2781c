"""Amounts as files write them, in yuan with a point; as we know them, in fen. No binary fractions anywhere."""

import re

from domain.field_values import FEN_MAX
from domain.money import FEN_PER_YUAN
from exchange.unusable import Unusable, quoted

_YUAN = re.compile(r"([0-9]{1,15})(?:\.([0-9]{0,2})0{0,3})?")  # ISO 20022 allows five decimals; only noughts beyond fen
_FEN = re.compile(r"[0-9]{1,18}")


def yuan_text(fen: int) -> str:
    """ "1234.50"."""
    whole, rest = divmod(fen, FEN_PER_YUAN)
    return f"{whole}.{rest:02d}"


def fen_of_yuan(text: str) -> int:
    """Fen for "1234.50", "1234.5" or "1234". Raises Unusable for anything else, and for no amount at all."""
    found = _YUAN.fullmatch(text)
    if not found:
        words = f"{quoted(text)} 不是金额（元，至分），如 1234.50"
        raise Unusable(words, f"{quoted(text)} is no amount in yuan with whole fen, such as 1234.50")
    return _sound(int(found[1]) * FEN_PER_YUAN + int((found[2] or "").ljust(2, "0")), text)


def fen_of(text: str) -> int:
    """Fen for "123450". Raises Unusable."""
    if not _FEN.fullmatch(text):
        raise Unusable(f"{quoted(text)} 不是以分为单位的整数", f"{quoted(text)} is no whole number of fen")
    return _sound(int(text), text)


def _sound(fen: int, text: str) -> int:
    if not 0 < fen <= FEN_MAX:
        raise Unusable(f"{quoted(text)} 不是可能的金额", f"{quoted(text)} is no possible amount")
    return fen
