"""What an unquoted word of YAML means: only what every reader, and every program, would read alike."""

import re
from datetime import date

INTEGER_MOST = 2**63 - 1

_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# What YAML 1.1, YAML 1.2 or a spreadsheet would read as a number, a date or a boolean, and another program as text.
_DATE_LIKE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")
_TIME_LIKE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9].*", re.DOTALL)
_INTEGER_LIKE = re.compile(
    r"[-+]?(?:[0-9][0-9_]*(?::[0-9][0-9_]*)*|0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+)",
)
_FLOAT_LIKE = re.compile(
    r"[-+]?(?:[0-9][0-9_]*(?::[0-9]+)*\.[0-9_]*|\.[0-9_]*[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+"
)
_ENDLESS = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_BOOLEAN_LIKE = frozenset(
    spelling
    for word in ("true", "false", "yes", "no", "on", "off", "y", "n")
    for spelling in (word, word.capitalize(), word.upper())
)
_NOTHING = frozenset(("", "~", "null", "Null", "NULL"))

Scalar = str | int | bool | date


class Misread(ValueError):
    """A word that is not read alike everywhere. Carries the code of the problem."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


def read_plain(word: str) -> Scalar:
    """The value of an unquoted word. Raises Misread."""
    if word in _NOTHING:
        raise Misread("VALUE_EMPTY")
    if word in ("true", "false"):
        return word == "true"
    if word in _BOOLEAN_LIKE:
        raise Misread("BOOLEAN_WORD")
    if _INTEGER.fullmatch(word):
        return _integer(word)
    if _DATE_LIKE.fullmatch(word):
        return _date(word)
    if _TIME_LIKE.fullmatch(word):
        raise Misread("TIME_USED")
    if _ENDLESS.fullmatch(word):
        raise Misread("NUMBER_ENDLESS")
    if _FLOAT_LIKE.fullmatch(word):
        raise Misread("NUMBER_INEXACT")
    if _INTEGER_LIKE.fullmatch(word):
        raise Misread("NUMBER_SPELLING")
    return word


def _integer(word: str) -> int:
    # The length first: Python refuses to read numbers of thousands of digits.
    if len(word) > len(str(-INTEGER_MOST)) or abs(int(word)) > INTEGER_MOST:
        raise Misread("NUMBER_TOO_LARGE")
    return int(word)


def _date(word: str) -> date:
    try:
        if _DATE.fullmatch(word):
            return date.fromisoformat(word)
    except ValueError:
        pass
    raise Misread("DATE_SPELLING")
