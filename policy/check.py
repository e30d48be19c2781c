"""A programme file as a compiler takes it: every problem at once, or a programme that can be used."""

from itertools import chain

from domain.calculation.misfits import misfits
from domain.format.programme import Programme
from policy import citations, expressions, freezes, naming, plausible, references, routes, stages, timeline
from policy.model import validate
from policy.problems import Problem, has_errors, in_order
from policy.sound_part import sound_part
from policy.source import Source


def check(source: Source) -> tuple[Programme | None, list[Problem]]:
    """The programme, or None if there are errors; and every problem, in the order of the file.

    Names, clauses, days, stages and expressions are looked at even in a file that does not fit its form.
    """
    programme, problems = validate(source, Programme)
    if not source.is_whole or not isinstance(source.data, dict):
        return None, problems
    told = {problem.path for problem in problems}
    parts = (references, citations, timeline, freezes, plausible, routes, stages, naming)
    problems += [p for p in chain.from_iterable(part.problems(source) for part in parts) if p.path not in told]
    if not has_errors(problems):  # a slip of the pen makes unused what it meant
        problems += references.unused(source)
    told = {problem.path for problem in problems}
    whole = None if programme is None else Programme.of(source.data, source.sha256)
    part, unsure = (whole, frozenset[str]()) if whole else sound_part(source.data)
    problems += [p for p in expressions.problems(source, part, unsure) if p.path not in told]
    if whole is not None:
        problems += [
            source.problem("VALUE_REFUSED", misfit.path, message={"zh": misfit.message_zh, "en": misfit.message})
            for misfit in misfits(whole)
            if misfit.path not in told
        ]
    return (None if has_errors(problems) else whole), in_order(problems)
