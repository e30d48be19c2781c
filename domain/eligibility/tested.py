"""The conditions of a programme with their expressions compiled, and what is wrong with those that do not compile."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from domain.cel.expressions import Environment, Expression, ExpressionBroken, Wanted
from domain.eligibility.facts_used import Reading
from domain.format.conditions import Condition
from domain.format.programme import Programme

Path = tuple[str | int, ...]
#: Where in the list of all values a condition's met, person_if, note_if and shows are, and its facts in theirs.
Slots = tuple[int, int, int, int, tuple[tuple[int, str], ...]]
#: The parts of a condition that are expressions, and what each must give.
PARTS = {"met": Wanted.BOOL, "person_if": Wanted.BOOL, "note_if": Wanted.BOOL, "shows": Wanted.TEXT}


#: The values of a person_if or note_if, and of a shows, that a condition does not have.
ABSENT = (False, "")
NO_FLAG, NO_TEXT = -2, -1


@dataclass(frozen=True)
class Tested:
    """A condition with its compiled parts."""

    condition: Condition
    parts: Mapping[str, Expression]
    head: bytes  # its ground without what the facts say

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables that decide."""
        return frozenset[str]().union(*(part.names for key, part in self.parts.items() if key != "shows"))

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The facts that any part reads, each once."""
        return tuple(dict.fromkeys(path for part in self.parts.values() for path in part.paths))

    @cached_property
    def passes(self) -> str:
        """As one expression: met, and a person has ruled where one must."""
        met = f"({self.condition.met}\n)"
        if self.condition.person_if is None:
            return met
        return f'{met} && (!({self.condition.person_if}\n) || "{self.condition.code}" in ruled_met)'


@dataclass(frozen=True)
class Plan:
    """What is tested at some moments: every part in one list, and all conditions as one expression."""

    tested: tuple[tuple[Tested, Slots], ...]
    needs: frozenset[str]
    names: frozenset[str]  # variables that decide
    reads: frozenset[str]  # all variables
    everything: Expression
    passes: Expression
    reading: Reading


def problems(programme: Programme, environment: Environment) -> list[tuple[Path, ExpressionBroken]]:
    """Every expression of the conditions and materials that cannot be used, with its path in the file."""
    found: list[tuple[Path, ExpressionBroken]] = []
    texts: list[tuple[Path, str, Wanted]] = [
        (("conditions", at, key), text, wanted)
        for at, condition in enumerate(programme.conditions)
        for key, text, wanted in parts_of(condition)
    ]
    for at, material in enumerate(programme.materials):
        if material.needed_if is not None:
            texts.append((("materials", at, "needed_if"), material.needed_if, Wanted.BOOL))
    for path, text, wanted in texts:
        try:
            environment.compile(text, wanted)
        except ExpressionBroken as broken:
            found.append((path, broken))
    return found


def parts_of(condition: Condition) -> Iterator[tuple[str, str, Wanted]]:
    """The expressions of a condition: key, text, and what it must give."""
    for key, wanted in PARTS.items():
        if (text := getattr(condition, key)) is not None:
            yield key, text, wanted


def slots(tested: Sequence[Tested], paths: Sequence[str]) -> Iterator[Slots]:
    """Where each condition's values and facts are, if all are listed one condition after the other."""
    first = 0
    for one in tested:
        at = {key: first + offset for offset, key in enumerate(one.parts)}
        first += len(one.parts)
        facts = tuple((paths.index(path), path) for path in one.paths)
        yield at["met"], at.get("person_if", NO_FLAG), at.get("note_if", NO_FLAG), at.get("shows", NO_TEXT), facts
