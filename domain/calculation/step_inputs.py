"""What the steps of a calculation read from the facts: every expression of theirs in one evaluation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domain.calculation.selection import INVOICE_LINE
from domain.cel.expressions import Activation, Environment, Expression, ExpressionBroken, RuleBroken, Wanted
from domain.facts import CaseFacts
from domain.format.programme import Programme
from domain.format.steps import AnyStep, Multiply, Proportion, Sum, Take
from domain.refusals import Refused

Path = tuple[str | int, ...]
Broken = tuple[Path, ExpressionBroken]


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the parts of a line stand in its row; None: the step has no such part."""

    where: int | None
    worth: slice
    days: slice  # the first and the last; of a step with a window
    not_before: int | None
    schedule: int | None
    label: int | None


@dataclass(frozen=True, slots=True)
class _Input:
    """One step's expression; `row` reads a single line of a sum."""

    step: AnyStep
    expression: Expression
    columns: Columns | None = None
    lines: Expression | None = None
    row: Expression | None = None


class StepInputs:
    """The compiled expressions of the steps. With `told`, lines are read with their labels."""

    def __init__(self, programme: Programme, environment: Environment, *, told: bool):
        """Compile every expression. Raises ExpressionBroken for the first that cannot be used."""
        self._environment = environment
        found = [_input(programme, environment, index, told) for index in range(len(programme.award.steps))]
        self._inputs = [i for i in found if i is not None]
        self.all = environment.together([i.expression for i in self._inputs]) if self._inputs else None
        self.names = self.all.names if self.all else frozenset[str]()
        self.columns: Mapping[str, Columns] = {i.step.name: i.columns for i in self._inputs if i.columns}

    def read(self, facts: CaseFacts, activation: Activation) -> Mapping[str, Any]:
        """Step -> rows of a sum, the number of a take, or for each rate of a multiply with `when` whether it applies.

        Raises Refused PARAMETER_EXPIRED, FACT_MISSING, CALCULATION_FAILED naming the step.
        """
        if self.all is None:
            return {}
        try:
            values = self._environment.value(self.all, activation)
        except RuleBroken:  # one part failed, or all together were too much for one evaluation
            values = [self._alone(part, facts, activation) for part in self._inputs]
        return {i.step.name: value for i, value in zip(self._inputs, values, strict=True)}

    def _alone(self, part: _Input, facts: CaseFacts, activation: Activation) -> Any:
        try:
            if part.lines is None or part.row is None:
                return self._environment.value(part.expression, activation)
            lines = self._environment.value(part.lines, activation)
            return [self._environment.value(part.row, self._environment.activation(facts, line)) for line in lines]
        except RuleBroken as error:
            raise Refused("CALCULATION_FAILED", part.step.clause, step=part.step.title, reason=str(error)) from error


def problems(programme: Programme, environment: Environment) -> list[Broken]:
    """Every expression of the calculation that cannot be used, with its path in the file."""
    found: list[Broken] = []
    for index, step in enumerate(programme.award.steps):
        path: Path = ("award", "steps", index)
        match step:
            case Sum():
                found += _broken_of_sum(step, environment, path)
            case Take():
                found += _broken(environment, (*path, "expression"), step.expression, Wanted.INT)
            case Proportion():
                found += _broken(environment, (*path, "part"), step.part, Wanted.INT)
                found += _broken(environment, (*path, "whole"), step.whole, Wanted.INT)
            case Multiply():
                for number, row in enumerate(step.rates):
                    found += _broken(environment, (*path, "rates", number, "when"), row.when, Wanted.BOOL)
    if programme.redemption:
        found += _broken(environment, ("redemption", "select"), programme.redemption.select, Wanted.BOOL, INVOICE_LINE)
        found += _broken(environment, ("redemption", "not_before"), programme.redemption.not_before, Wanted.TEXT)
    return found


def _broken_of_sum(step: Sum, environment: Environment, path: Path) -> Iterator[Broken]:
    try:
        element = environment.compile(step.lines, Wanted.MESSAGES).element
    except ExpressionBroken as error:
        yield (*path, "lines"), error
        return
    for where, text, wanted in _parts(step):
        yield from _broken(environment, (*path, *where), text, wanted, element)


def _broken(environment: Environment, path: Path, text: str | None, wanted: Wanted, line: str = "") -> list[Broken]:
    if text is None:
        return []
    try:
        environment.compile(text, wanted, line=line)
    except ExpressionBroken as error:
        return [(path, error)]
    return []


def _parts(step: Sum) -> Iterator[tuple[Path, str | None, Wanted]]:
    """The parts of a line in the order of its row."""
    yield ("where",), step.where, Wanted.BOOL
    yield ("amount",), step.amount, Wanted.INT
    for number, text in enumerate(step.least_of):
        yield ("least_of", number), text, Wanted.INT
    if inside := step.inside:
        yield ("inside", "starts_on"), inside.starts_on, Wanted.TEXT
        yield ("inside", "ends_on"), inside.ends_on, Wanted.TEXT
        yield ("inside", "not_before"), inside.not_before, Wanted.TEXT
        yield ("inside", "schedule"), inside.schedule, Wanted.SCHEDULE
    yield ("label",), step.label, Wanted.TEXT


def _input(programme: Programme, environment: Environment, index: int, told: bool) -> _Input | None:
    step = programme.award.steps[index]
    match step:
        case Sum():
            return _sum(step, environment, told)
        case Take():
            return _Input(step, environment.compile(step.expression, Wanted.INT))
        case Proportion():
            return _Input(
                step, environment.together([environment.compile(text, Wanted.INT) for text in (step.part, step.whole)])
            )
        case Multiply(rates=rates) if whens := [row.when for row in rates if row.when is not None]:
            return _Input(step, environment.together([environment.compile(when, Wanted.BOOL) for when in whens]))
    return None


def _sum(step: Sum, environment: Environment, told: bool) -> _Input:
    lines = environment.compile(step.lines, Wanted.MESSAGES)
    texts: list[str] = []
    parts: list[Expression] = []
    at: dict[Path, int] = {}
    for where, text, wanted in _parts(step):
        if text is None or (where == ("label",) and not told):
            continue
        part = environment.compile(text, wanted, line=lines.element)
        at[where] = len(parts)
        parts.append(part)
        texts.append(_rows_of(text) if wanted is Wanted.SCHEDULE else f"dyn({text}\n)")
    row = f"[{', '.join(texts)}]"
    return _Input(
        step,
        environment.assemble(f"({step.lines}\n).map(line, {row})", [lines, *parts]),
        _columns(step, at),
        lines,
        environment.assemble(row, parts, line=lines.element),
    )


def _rows_of(schedule: str) -> str:
    return f"dyn(({schedule}\n).map(entry, [dyn(entry.starts_on), entry.ends_on, entry.amount_fen]))"


def _columns(step: Sum, at: Mapping[Path, int]) -> Columns:
    first = at[("amount",)] if ("amount",) in at else at[("least_of", 0)]
    starts = at.get(("inside", "starts_on"), 0)
    return Columns(
        where=at.get(("where",)),
        worth=slice(first, first + (len(step.least_of) or 1)),
        days=slice(starts, starts + 2),
        not_before=at.get(("inside", "not_before")),
        schedule=at.get(("inside", "schedule")),
        label=at.get(("label",)),
    )
