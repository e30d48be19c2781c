"""Reads the fields of a request, or of the data file, and says plainly what is wrong with one."""

from collections.abc import Callable, Collection
from functools import partial
from typing import TypeVar

from reference_city import values

T = TypeVar("T")
S = TypeVar("S", dict[object, object], list[object])


class Malformed(ValueError):
    """The sentence names the field and says what is allowed there."""


class Fields:
    """The fields of one object, read by name.

    A field that is absent, null or empty is missing, as in proto3 JSON. Every reader raises Malformed for a field of
    another shape, and for a missing one unless `otherwise` gives its value.
    """

    def __init__(self, given: object, where: str = "") -> None:
        """Take a parsed object found at `where`. Raises Malformed if it is not an object."""
        if not isinstance(given, dict):
            raise Malformed(f"{where or 'the content'} must be an object with named fields, not {_shown(given)}.")
        self._given = given
        self.where = where
        self._prefix = f"{where}." if where else ""
        self._known: list[str] = []
        self._inside: list[Fields] = []

    def text(self, name: str) -> str:
        """Text that is not blank."""
        return self._read(name, "text that is not blank", values.text)

    def matching(self, name: str, pattern: str, allowed: str, otherwise: str | None = None) -> str:
        """Text that a regular expression matches in full; `allowed` says the same in words."""
        return self._read(name, allowed, partial(values.matching, pattern), otherwise)

    def one_of(self, name: str, choices: Collection[str], otherwise: str | None = None) -> str:
        """One of a few words."""
        return self._read(name, f"one of {', '.join(sorted(choices))}", partial(values.one_of, choices), otherwise)

    def uscc(self, name: str) -> str:
        """A unified social credit code of 18 characters."""
        return self._read(name, "a unified social credit code: 18 characters, the last a check", values.uscc)

    def invoice_key(self) -> tuple[str, str]:
        """An invoice's code and number: 20 digits and no code (fully digital), or 8 digits and a code."""
        number = self.matching("number", "[0-9]{20}|[0-9]{8}", "20 digits, or 8 digits beside a code")
        code = self.matching("code", "[0-9]{10}|[0-9]{12}", "10 or 12 digits, or empty", otherwise="")
        if (len(number) == 8) != bool(code):
            raise Malformed(f"{self._prefix}code must go with a number of 8 digits, and not with one of 20.")
        return code, number

    def integer(self, name: str, low: int, high: int, otherwise: int | None = None) -> int:
        """A whole number from `low` through `high`, written as a number or as text."""
        return self._read(name, f"a whole number from {low} to {high}", partial(values.integer, low, high), otherwise)

    def fen(self, name: str) -> int:
        """A positive amount of money, in fen."""
        return self._read(name, "a positive whole number of fen", partial(values.integer, 1, values.INT64_MAX))

    def day(self, name: str, otherwise: str | None = None) -> str:
        """A civil date, such as "2024-03-31"."""
        return self._read(name, 'a date such as "2024-03-31"', values.day, otherwise)

    def flag(self, name: str, otherwise: bool | None = None) -> bool:
        """True or false."""
        return self._read(name, "true or false", values.flag, otherwise)

    def words(self, name: str, choices: Collection[str]) -> frozenset[str]:
        """Any of a few words, as a list; missing is none."""
        allowed = f"a list of any of {', '.join(sorted(choices))}"
        return self._read(name, allowed, partial(values.words, choices), otherwise=frozenset())

    def names(self, name: str) -> frozenset[str]:
        """Names without spaces, as a list, each once. It may be empty, but not missing."""
        given = self._inner(name, list)
        found = frozenset(str(entry) for entry in given if values.matching(r"\S{1,80}", entry))
        if len(found) < len(given):
            raise Malformed(f"{self._prefix}{name} must be a list of names without spaces, each once.")
        return found

    def section(self, name: str) -> "Fields":
        """The object in this field. It may be empty, but not missing; the same holds for `keyed` and `listed`."""
        return self._within(name, self._inner(name, dict))

    def keyed(self, name: str) -> dict[str, "Fields"]:
        """The objects in this field, by key."""
        return {str(key): self._within(f"{name}.{key}", given) for key, given in self._inner(name, dict).items()}

    def listed(self, name: str) -> list["Fields"]:
        """The objects in this list."""
        return [self._within(f"{name}[{place}]", given) for place, given in enumerate(self._inner(name, list))]

    def nothing_else(self) -> None:
        """Raise Malformed if a field was given, here or further in, that nobody has read: mostly a misspelt name."""
        for name in self._given:
            if name not in self._known:
                raise Malformed(f"{self._prefix}{_shown(name)} is not known; known are {', '.join(self._known)}.")
        for inner in self._inside:
            inner.nothing_else()

    def _within(self, where: str, given: object) -> "Fields":
        inner = Fields(given, self._prefix + where)
        self._inside.append(inner)
        return inner

    def _inner(self, name: str, shape: type[S]) -> S:
        self._known.append(name)
        # A file cut short must not read as a city without credit records.
        if name not in self._given:
            raise Malformed(f"{self._prefix}{name} is missing; write it even when it is empty.")
        inner = self._given[name] or shape()
        if not isinstance(inner, shape):
            allowed = "a list" if shape is list else "an object"
            raise Malformed(f"{self._prefix}{name} must be {allowed}, not {_shown(inner)}.")
        return inner

    def _read(self, name: str, allowed: str, accept: Callable[[object], T | None], otherwise: T | None = None) -> T:
        self._known.append(name)
        given = self._given.get(name)
        if given is None or given == "":
            if otherwise is None:
                raise Malformed(f"{self._prefix}{name} is missing; it must be {allowed}.")
            return otherwise
        accepted = accept(given)
        if accepted is None:
            raise Malformed(f"{self._prefix}{name} must be {allowed}, not {_shown(given)}.")
        return accepted


def _shown(given: object) -> str:
    # repr also escapes what could not be sent back.
    shown = repr(given)
    return shown if len(shown) <= 60 else shown[:59] + "…"
