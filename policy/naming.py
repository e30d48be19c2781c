"""Codes by which reasons are cited, and numbers of people, which do not belong into a programme file."""

import re
from collections.abc import Iterator
from datetime import date

from policy.problems import Problem
from policy.source import Source
from policy.walking import places, texts

#: Reasons that a file gives beside its conditions.
REASONS = (
    "conditions.*.code",
    "award.nothing",
    "award.steps.*.code",
    "accounts.*.code",
)
_MOBILE = re.compile(r"(?<![0-9A-Za-z])1[3-9][0-9]{9}(?![0-9A-Za-z])")
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9][0-9]{5}((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)


def problems(source: Source) -> Iterator[Problem]:
    """Codes that are there twice or do not begin with the prefix of the programme; numbers of people."""
    yield from _codes(source)
    for path, text in texts(source.data):
        # Keys of tables are numbers of enterprises, which may look like those of a person.
        if path[0] != "tables" and (kind := personal(text)):
            yield source.problem("PERSONAL_NUMBER", path, kind=kind)


def personal(text: str) -> dict[str, str]:
    """What number of a person a text holds, in both languages; empty if none."""
    if _MOBILE.search(text):
        return {"zh": "手机号码", "en": "a mobile number"}
    if any(_is_day(*map(int, found.groups())) for found in _IDENTITY.finditer(text)):
        return {"zh": "居民身份证号码", "en": "an identity number"}
    return {}


def _codes(source: Source) -> Iterator[Problem]:
    prefix = source.data.get("case_prefix")
    known: dict[str, int] = {}
    for pattern in REASONS:
        for path, code in places(source.data, pattern):
            if not isinstance(code, str):
                continue
            if isinstance(prefix, str) and not re.fullmatch(rf"{re.escape(prefix.upper())}_[EW]_[A-Z0-9_]+", code):
                yield source.problem("CODE_PREFIX", path, written=code, prefix=prefix.upper())
            if pattern == "conditions.*.code":
                if code in known:
                    yield source.problem("ENTRY_TWICE", path, written=code)
                known.setdefault(code, source.place(path).line)


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        return bool(date(year, month, day))
    except ValueError:
        return False
