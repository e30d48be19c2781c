"""A sound programme file that tests spoil in one place, and what the check then says."""

from datetime import date

from domain.format.programme import Programme
from policy.check import check
from policy.problems import Problem
from policy.scaffold import Draft, text
from policy.source import parse

NAME = "draft.yaml"
FIRST = date(2026, 1, 1)
VOUCHER = text(Draft("yuncheng-slq", "云城市", "云城市算力券", FIRST))
GRANT = text(Draft("yuncheng-bz", "云城市", "云城市算力补助", FIRST, "grant"))


def checked(content: str) -> tuple[Programme | None, list[Problem]]:
    """The programme, if it is one, and every problem."""
    return check(parse(content.encode(), NAME))


def spoilt(old: str, new: str, draft: str = VOUCHER) -> str:
    """The draft with its first `old` replaced; it must be there."""
    assert old in draft, old
    return draft.replace(old, new, 1)


def only_problem(content: str) -> Problem:
    """The one thing that is wrong."""
    problems = checked(content)[1]
    assert len(problems) == 1, [(p.line, p.code, p.asked("en")) for p in problems]
    return problems[0]


def shown(problem: Problem) -> str:
    """What stands at the place that a problem points to."""
    return problem.excerpt[problem.column - 1 : problem.column - 1 + problem.width]
