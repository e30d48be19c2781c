"""The numbers and settings of a policy over time. Past its last day a value is gone; nothing is carried forward."""

import re
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Literal, Self

from pydantic import Field, model_validator

from domain.dates import from_iso
from domain.format.form import Clause, Days, Name, Row, Rows, Text, Words
from domain.refusals import Refused

Kind = Literal["money", "ratio", "count", "text", "texts", "flag", "choice", "date"]
Value = Fraction | int | str | bool | tuple[str, ...]
FEN_MAX = 10**15
FEN_OF = {"元": 100, "万元": 1_000_000, "亿元": 10_000_000_000}
RATIO = re.compile(r"[0-9]{1,18}(?:/([0-9]{1,18})|\.[0-9]{1,18})?")
MONEY = re.compile(r"([0-9]{1,3}(?:,[0-9]{3}){1,6}(?:\.[0-9]{1,12})?|[0-9]{1,18}(?:\.[0-9]{1,12})?)(元|万元|亿元)")


class DatedValue(Days):
    """One value and the days on which it holds, as the file writes it."""

    value: str | int | bool | Rows[str]


class Parameter(Row):
    """One value of the policy with its clause.

    `money` is whole fen, `ratio` an exact quoted fraction, `count` a whole number, `choice` one of `choices`. A reading
    of a silent text is a parameter too: its clause is the question, `choices` are the answers.
    """

    kind: Kind
    clause: Clause
    title: Text | None = None
    choices: dict[Name, Words] = Field(default_factory=dict, description="Of a choice: each answer and what it means.")
    values: Rows[DatedValue]

    @model_validator(mode="after")
    def _must_be_of_its_kind(self) -> Self:
        if not self.values:
            raise ValueError("values: at least one value with the days on which it holds")
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError("choices: a choice has them, no other kind does")
        ordered = sorted(self.values, key=lambda dated: dated.first)
        for earlier, later in pairwise(ordered):
            if later.first <= earlier.last:
                raise ValueError(f"values: {later.first} is in two ranges")
        for dated in self.values:
            self._typed(dated)
        return self

    def on(self, day: date, name: str = "") -> Value:
        """The value that holds on `day`. Raises Refused PARAMETER_EXPIRED."""
        for dated in self.values:
            if dated.first <= day <= dated.last:
                return self._typed(dated)
        raise Refused("PARAMETER_EXPIRED", self.clause, name=name, day=day)

    def holds_on(self, day: date) -> bool:
        """Whether there is a value for the day."""
        return any(dated.first <= day <= dated.last for dated in self.values)

    def _typed(self, dated: DatedValue) -> Value:
        value = dated.value
        match self.kind:
            case "ratio" if isinstance(value, str) and (ratio := ratio_of(value)) is not None:
                return ratio
            case "money" | "count" if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= FEN_MAX:
                return value
            case "money" if isinstance(value, str) and (fen := money_of(value)) is not None:
                return fen
            case "flag" if isinstance(value, bool):
                return value
            case "date" if isinstance(value, str) and _is_date(value):
                return value
            case "choice" if value in self.choices:
                return str(value)
            case "text" if isinstance(value, str):
                return value
            case "texts" if isinstance(value, tuple):
                return value
        raise ValueError(_wanted(self.kind, value, tuple(self.choices)))


def ratio_of(text: str) -> Fraction | None:
    """The exact number written "20/100" or "0.2"; None for anything else."""
    written = RATIO.fullmatch(text)
    return None if not written or (written[1] and not int(written[1])) else Fraction(text)


def _is_date(text: str) -> bool:
    try:
        return bool(from_iso(text))
    except ValueError:
        return False


def money_of(text: str) -> int | None:
    """Whole fen for "200万元" or "1,234.56元"; None for anything else."""
    written = MONEY.fullmatch(text)
    if not written:
        return None
    fen = Fraction(written[1].replace(",", "")) * FEN_OF[written[2]]
    return int(fen) if fen.denominator == 1 and fen <= FEN_MAX else None


def _wanted(kind: Kind, value: object, choices: tuple[str, ...]) -> str:
    wanted = {
        "ratio": 'a quoted exact number, "20/100"',
        "money": f'an amount such as "200万元", or whole fen from 0 to {FEN_MAX} without quotes',
        "count": "a whole number, without quotes",
        "flag": "true or false",
        "date": 'a quoted date, "2024-03-31"',
        "choice": "one of " + ", ".join(choices),
        "text": "a quoted text",
        "texts": "a list of texts",
    }[kind]
    return f"value: {value!r} is not {wanted}"
