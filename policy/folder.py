"""Programme files that live side by side: each by itself, then all of them against each other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from domain.programme import Programme
from policy import working_days
from policy.check import check
from policy.problems import Problem, has_errors
from policy.source import Source, read


@dataclass(frozen=True)
class Checked:
    """One file: what it is if it can be used, and what is wrong with it. `years` are those of a calendar."""

    source: Source
    problems: tuple[Problem, ...]
    programme: Programme | None = None
    years: tuple[int, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether a deployment would start with it."""
        return not has_errors(self.problems)


@dataclass
class Folder:
    """What was found under the paths that were asked for."""

    files: list[Checked] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        """Of every file, and between them."""
        return [problem for checked in self.files for problem in checked.problems] + list(_between(self.files))


def check_all(paths: Iterable[Path]) -> Folder:
    """Every file, and every programme and calendar of every folder, with what problems call it."""
    found = Folder()
    for path in paths:
        found.files += [_calendar(one) if one.name == working_days.FILE else _programme(one) for one in _files(path)]
    return found


def _files(path: Path) -> list[Path]:
    """A folder of programmes as a deployment reads it; its calendar even if it is not there."""
    if not path.is_dir():
        return [path]
    return [*sorted(path.glob("*/*.yaml")), path / working_days.FILE]


def _programme(path: Path) -> Checked:
    source = read(path)
    programme, problems = check(source)
    return Checked(source, tuple(problems), programme)


def _calendar(path: Path) -> Checked:
    source = read(path)
    calendar, problems = working_days.load(source)
    return Checked(source, tuple(problems), years=tuple(sorted(calendar.years)) if calendar else ())


def _between(files: Iterable[Checked]) -> Iterator[Problem]:
    """An edition that is there twice, a prefix that changed between editions, a prefix that two programmes have."""
    earlier: list[tuple[Source, str, str, str]] = []
    for checked in files:
        named = [checked.source.data.get(key) for key in ("id", "edition", "case_prefix")] if _is_one(checked) else []
        if not named or not all(isinstance(name, str) for name in named):
            continue
        programme_id, edition, prefix = map(str, named)
        for other, other_id, other_edition, other_prefix in earlier:
            facts: dict[str, Any] = {"other": other.name, "programme": other_id}
            facts |= {"edition": edition, "prefix": other_prefix}
            if (other_id, other_edition) == (programme_id, edition):
                yield checked.source.problem("EDITION_TWICE", ("edition",), **facts)
            if other_id == programme_id and other_prefix != prefix:
                yield checked.source.problem("PREFIX_CHANGED", ("case_prefix",), **facts)
            if other_id != programme_id and other_prefix == prefix:
                yield checked.source.problem("PREFIX_TAKEN", ("case_prefix",), **facts)
        earlier.append((checked.source, programme_id, edition, prefix))


def _is_one(checked: Checked) -> bool:
    return checked.source.is_whole and isinstance(checked.source.data, dict)
