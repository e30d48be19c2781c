"""What is wrong with a file, and where: what was written, what is allowed there, the way out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.text import Text

from policy.characters import shown
from policy.problem_texts import LABELS, TEXTS

Path = tuple[str | int, ...]

LANGUAGES = ("zh", "en")
EXCERPT_CHARACTERS = 96  # of a long line, what is around the place
QUOTED_CHARACTERS = 120  # of a long value, its beginning


class Severity(StrEnum):
    """An error keeps a file from being used; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Place(NamedTuple):
    """A place in a file: line and column count from 1, column and width in characters."""

    line: int
    column: int
    width: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one place of a file. `excerpt` is the whole line; `facts` fill in the texts of the code."""

    code: str
    path: Path
    name: str
    line: int
    column: int
    width: int = 1
    excerpt: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    clause: str = ""
    severity: Severity = Severity.ERROR

    def asked(self, language: str = "zh") -> str:
        """What was written."""
        return self._text(language, 0)

    def allowed(self, language: str = "zh") -> str:
        """What may be written there."""
        return self._text(language, 1)

    def suggestion(self, language: str = "zh") -> str:
        """What the author can do now; the nearest allowed word if one is near."""
        if self.facts.get("close"):
            return LABELS["close"][_known(language)].format(close=shown(str(self.facts["close"])))
        return self._text(language, 2)

    def _text(self, language: str, part: int) -> str:
        language = _known(language)
        facts = {name: _readable(value, language) for name, value in self.facts.items()}
        return TEXTS[self.code][language][part].format(**facts)


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether one of them keeps the file from being used."""
    return any(problem.severity is Severity.ERROR for problem in problems)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """By file and place; the same thing is told once."""
    told = {
        (problem.name, problem.line, problem.column, problem.code, problem.asked()): problem for problem in problems
    }
    return [told[key] for key in sorted(told)]


def render(problems: Iterable[Problem], language: str = "zh") -> Text:
    """All problems by place, then a summary, for a terminal. Nothing that a file holds is taken as markup."""
    language, ordered = _known(language), in_order(problems)
    text = Text()
    for problem in ordered:
        _tell(text, problem, language)
    errors = sum(problem.severity is Severity.ERROR for problem in ordered)
    files = len({problem.name for problem in ordered})
    text.append(_summary(errors, len(ordered) - errors, files, language), "bold" if ordered else "green")
    return text


def as_json(problems: Iterable[Problem], language: str = "zh") -> list[dict[str, Any]]:
    """All problems in the order of their places, for programs; texts in the language asked for."""
    return [
        {
            "file": problem.name,
            "line": problem.line,
            "column": problem.column,
            "width": problem.width,
            "severity": problem.severity.value,
            "code": problem.code,
            "path": list(problem.path),
            "asked": problem.asked(language),
            "allowed": problem.allowed(language),
            "suggestion": problem.suggestion(language),
            "clause": problem.clause,
        }
        for problem in in_order(problems)
    ]


def _tell(text: Text, problem: Problem, language: str) -> None:
    style = "bold red" if problem.severity is Severity.ERROR else "bold yellow"
    place = f"{problem.name}:{problem.line}:{problem.column}"
    text.append(f"{shown(place)}  ", "bold")
    text.append(f"{LABELS[problem.severity][language]} {problem.code}", style)
    text.append(f"  {problem.asked(language)}\n")
    if problem.excerpt:
        line, before, under = _excerpt(problem)
        gutter = " " * (len(str(problem.line)) + 1)
        text.append(f"{gutter}|\n{problem.line} | ", "dim").append(f"{line}\n")
        text.append(f"{gutter}| ", "dim").append(f"{' ' * before}{'^' * under}\n", style)
    text.append(f"  {LABELS['help'][language]}", "cyan")
    text.append(f"{problem.allowed(language)}{'' if language == 'zh' else ' '}{problem.suggestion(language)}\n")
    if problem.clause:
        text.append(f"  {LABELS['clause'][language]}", "cyan").append(f"{shown(problem.clause)}\n")
    text.append("\n")


def _excerpt(problem: Problem) -> tuple[str, int, int]:
    """The line or a window of it, the cells before the place, and the cells of the place."""
    line, at = problem.excerpt, problem.column - 1
    start = max(0, min(at - EXCERPT_CHARACTERS // 2, len(line) - EXCERPT_CHARACTERS))
    end = start + EXCERPT_CHARACTERS
    head, tail = "…" if start else "", "…" if end < len(line) else ""
    before = head + _flat(line[start:at])
    place = _flat(line[at : min(at + problem.width, end)])
    return f"{head}{_flat(line[start:end])}{tail}", cell_len(before), max(1, cell_len(place))


def _flat(text: str) -> str:
    """Without tabs, whose width depends on the terminal."""
    return shown(text.replace("\t", " "))


def _summary(errors: int, warnings: int, files: int, language: str) -> str:
    if not errors and not warnings:
        return LABELS["none"][language] + "\n"
    counted = ((errors, LABELS["error"][language]), (warnings, LABELS["warning"][language]))
    if language == "zh":
        return f"{files}个文件中有{'、'.join(f'{n}个{noun}' for n, noun in counted if n)}。\n"
    return f"{' and '.join(_count(n, noun) for n, noun in counted if n)} in {_count(files, 'file')}.\n"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _known(language: str) -> str:
    return language if language in LANGUAGES else "zh"


def _readable(value: Any, language: str) -> str:
    """A fact as it is put into a sentence: in the language, short, and harmless for a terminal."""
    if isinstance(value, Mapping):
        return shown(str(value[language]))
    if isinstance(value, (list, tuple)):
        return ("、" if language == "zh" else ", ").join(_readable(item, language) for item in value)
    text = shown(str(value)).replace("\n", "⏎")
    return text if len(text) <= QUOTED_CHARACTERS else f"{text[:QUOTED_CHARACTERS]}…"
