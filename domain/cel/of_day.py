"""What the day alone decides: windows and parameters. They rarely change, so expressions have them written out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from domain.cel.text import Scanned
from domain.cel.variables import Variables
from domain.format.programme import Programme

DAYS_KEPT = 4_096


@dataclass(frozen=True, slots=True, eq=False)
class Constants:
    """The windows and parameters of some days, and the expressions in which they are written out."""

    values: Mapping[str, Any]
    expired: Mapping[str, str]  # parameter without a value -> PARAMETER_EXPIRED
    bound: Mapping[str, Any]  # lists stay variables
    programs: dict[int, Any] = field(default_factory=dict)  # by the number of the expression

    def written_into(self, text: str, names: frozenset[str]) -> str | None:
        """The text with the values instead of their names; None if it names none."""
        literals = {name: _literal(self.values[name]) for name in names & self.values.keys() - self.bound.keys()}
        return Scanned(text).replacing(literals) if literals else None


class Days:
    """The constants of each day; days with the same values share them."""

    def __init__(self, programme: Programme, variables: Variables):
        self._programme, self._windows = programme, variables.windows
        self._by_day: dict[date, Constants] = {}
        self._same: dict[tuple[object, ...], Constants] = {}

    def on(self, day: date) -> Constants:
        """The constants of a day."""
        if day not in self._by_day:
            if len(self._by_day) >= DAYS_KEPT:
                self._by_day.clear()
            values: dict[str, Any] = dict(self._windows)
            expired = {}
            for name, parameter in self._programme.parameters.items():
                if parameter.kind == "ratio":
                    continue
                if parameter.holds_on(day):
                    values[f"parameter.{name}"] = parameter.on(day, name)
                else:
                    expired[f"parameter.{name}"] = "PARAMETER_EXPIRED"
            same = (*values.items(), *expired)
            if same not in self._same:
                lists = {name: list(value) for name, value in values.items() if isinstance(value, tuple)}
                self._same[same] = Constants(values | lists, expired, lists)
            self._by_day[day] = self._same[same]
        return self._by_day[day]


def _literal(value: str | int | bool) -> str:
    """As CEL writes it."""
    return json.dumps(value, ensure_ascii=False)
