"""Values that a file may hold and that are seldom meant: told, so that somebody looks at them again."""

from collections.abc import Iterator
from fractions import Fraction

from domain.format.parameters import RATIO
from policy.problems import Problem, Severity
from policy.source import Source
from policy.walking import places


def problems(source: Source) -> Iterator[Problem]:
    """Ratios above 1: "20" was meant to be 20 %."""
    for path, parameter in places(source.data, "parameters.*"):
        if not isinstance(parameter, dict) or parameter.get("kind") != "ratio":
            continue
        for below, written in places(parameter, "values.*.value"):
            if isinstance(written, str) and _is_above_one(written):
                place = (*path, *below)
                yield source.problem("RATIO_ABOVE_ONE", place, severity=Severity.WARNING, written=written)


def _is_above_one(written: str) -> bool:
    found = RATIO.fullmatch(written)
    if found is None or (found[1] and not int(found[1])):
        return False
    return Fraction(written) > 1
