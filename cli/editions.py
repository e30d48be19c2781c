"""A programme file for a command that carries it out."""

from pathlib import Path

from cli.output import WrongInput, errors
from domain.evaluation.edition import Edition
from policy.check import check
from policy.problems import has_errors, render
from policy.source import read


def edition_of(path: Path) -> Edition:
    """The programme, compiled. Raises WrongInput after every problem was shown as `programme check` shows it."""
    source = read(path, str(path))
    programme, problems = check(source)
    if programme is None or has_errors(problems):
        errors.print(render(problems))
        raise WrongInput(f"{path} is no programme that can be carried out; see above, or: duifu programme check {path}")
    return Edition(programme)
