"""What a given value may be. Every function returns the value in one form, or None if it is something else."""

import re
from collections.abc import Collection
from datetime import date

from stdnum.cn import uscc as stdnum_uscc

INT64_MAX = 2**63 - 1


def text(given: object) -> str | None:
    """Text that is not blank."""
    # A lone surrogate is text to json.loads, but cannot be sent back as UTF-8.
    readable = isinstance(given, str) and given.strip() and not re.search(r"[\ud800-\udfff]", given)
    return str(given) if readable else None


def matching(pattern: str, given: object) -> str | None:
    """Text that the regular expression matches in full."""
    return given if isinstance(given, str) and re.fullmatch(pattern, given) else None


def one_of(choices: Collection[str], given: object) -> str | None:
    """One of a few words."""
    return given if isinstance(given, str) and given in choices else None


def words(choices: Collection[str], given: object) -> frozenset[str] | None:
    """A list of any of a few words."""
    return frozenset(given) if isinstance(given, list) and all(one_of(choices, word) for word in given) else None


def uscc(given: object) -> str | None:
    """A unified social credit code whose check character is right (GB 32100-2015)."""
    # stdnum knows the check character, but not that a code may begin with a letter.
    code = matching("[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}", given)
    return code if code and stdnum_uscc.calc_check_digit(code[:17]) == code[17] else None


def integer(low: int, high: int, given: object) -> int | None:
    """A whole number from `low` through `high`, as a number or as text: proto3 JSON writes int64 as text."""
    if isinstance(given, str) and re.fullmatch("-?[0-9]{1,19}", given):
        given = int(given)
    return given if isinstance(given, int) and not isinstance(given, bool) and low <= given <= high else None


def day(given: object) -> str | None:
    """A civil date written "2024-03-31"; other ISO 8601 forms are refused."""
    written = matching("[0-9]{4}-[0-9]{2}-[0-9]{2}", given)
    try:
        return written and date.fromisoformat(written).isoformat()
    except ValueError:
        return None


def flag(given: object) -> bool | None:
    """True or false, or either word."""
    if isinstance(given, str):
        return {"true": True, "false": False}.get(given.lower())
    return given if isinstance(given, bool) else None
