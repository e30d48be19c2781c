"""The expressions of a file, compiled: every one that does not hold, at its place inside the file."""

from collections.abc import Collection, Iterator
from typing import Any

from domain.calculation import step_inputs
from domain.cel.expressions import Environment, ExpressionBroken
from domain.eligibility import tested
from domain.format.programme import Programme
from policy.expression_places import place_within
from policy.model import close
from policy.problems import Path, Problem
from policy.reader import Finding
from policy.source import Source


def problems(source: Source, programme: Programme, unsure: Collection[str] = ()) -> Iterator[Problem]:
    """Expressions that do not compile against the facts, the parameters and the tables of the file.

    Nothing is said of names that are `unsure`: what is wrong with those rows is told there.
    """
    try:
        environment = Environment(programme)
    except ValueError as error:  # a check is named like a fact
        yield source.problem("VALUE_REFUSED", ("checks",), message=str(error))
        return
    broken = [*tested.problems(programme, environment), *step_inputs.problems(programme, environment)]
    for path, found in broken:
        if found.unknown not in unsure:
            yield _problem(source, path, found)


def _problem(source: Source, path: Path, broken: ExpressionBroken) -> Problem:
    facts = {
        "message": {"zh": broken.message_zh, "en": broken.message},
        "close": close(broken.unknown, broken.known) if broken.unknown else "",
    }
    text = _at(source.data, path)
    place = source.place(path)
    if isinstance(text, str):
        place = place_within(source, path, text, broken.line, broken.column)
    return source.at(Finding("EXPRESSION_BROKEN", path, place, facts))


def _at(data: Any, path: Path) -> Any:
    for step in path:
        match data, step:
            case (dict(), str()) if step in data:
                data = data[step]
            case (list(), int()) if step < len(data):
                data = data[step]
            case _:
                return None
    return data
