"""The conditions of a programme with their expressions compiled, and what is wrong with those that do not compile."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any

from domain.cel.expressions import Environment, Expression, ExpressionBroken, Wanted
from domain.eligibility.facts_used import Reading
from domain.format.conditions import Condition
from domain.format.programme import Programme
from duifu.v1.events_pb2 import Ground

Path = tuple[str | int, ...]
#: Of a row: what a condition's met, person_if, note_if and shows gave, and its facts, written down.
Picked = Callable[[Sequence[Any]], tuple[Any, ...]]
#: The parts of a condition that are expressions, and what each must give.
PARTS = {"met": Wanted.BOOL, "person_if": Wanted.BOOL, "note_if": Wanted.BOOL, "shows": Wanted.TEXT}


#: The values of a person_if or note_if, and of a shows, that a condition does not have.
ABSENT = (False, "")


@dataclass(frozen=True, eq=False)
class Tested:
    """A condition with its compiled parts."""

    condition: Condition
    parts: Mapping[str, Expression]

    @cached_property
    def head(self) -> bytes:
        """Its ground without what the facts say."""
        condition = self.condition
        return Ground(code=condition.code, clause=condition.clause, title=condition.title.zh).SerializeToString()

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables that decide."""
        return frozenset[str]().union(*(part.names for part in self.decisive))

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The facts that any part reads, each once."""
        return tuple(dict.fromkeys(path for part in self.parts.values() for path in part.paths))

    @cached_property
    def passes(self) -> str:
        """As one expression: met, and a person has ruled where one must. It fails where a part that decides fails."""
        condition, all_of = self.condition, [f"({self.condition.met}\n)"]
        if condition.person_if is not None:
            all_of.append(f'(({condition.person_if}\n) ? "{condition.code}" in ruled_met : true)')
        if condition.note_if is not None:
            all_of.append(f"({condition.note_if}\n) in [true, false]")
        return " && ".join(all_of)

    @property
    def decisive(self) -> Iterator[Expression]:
        """The parts that decide; what is only shown does not."""
        return (part for key, part in self.parts.items() if key != "shows")


@dataclass(frozen=True)
class Plan:
    """What is tested at some moments: every part in one list, and all conditions as one expression.

    A row has the values of that list, those of ABSENT, and the facts of `reading`, written down.
    """

    tested: tuple[tuple[Tested, Picked], ...]
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


def picks(tested: Sequence[Tested], paths: Sequence[str]) -> Iterator[Picked]:
    """What each condition takes of a row, if the parts of all are listed one condition after the other."""
    no_flag = sum(len(one.parts) for one in tested)
    no_text, words = no_flag + 1, no_flag + len(ABSENT)
    first = 0
    for one in tested:
        at = {key: first + offset for offset, key in enumerate(one.parts)}
        first += len(one.parts)
        parts = at["met"], at.get("person_if", no_flag), at.get("note_if", no_flag), at.get("shows", no_text)
        yield itemgetter(*parts, *(words + paths.index(path) for path in one.paths))
