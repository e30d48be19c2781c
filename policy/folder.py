"""Programme files that live side by side: each by itself, then all of them against each other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from domain.format.programme import Programme
from policy import working_days
from policy.check import check
from policy.problems import Problem, Severity, has_errors
from policy.source import Source, parse, read


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
        found.files += _folder(path) if path.is_dir() else [_one(path)]
    return found


def _folder(path: Path) -> list[Checked]:
    """A folder of programmes as a deployment reads it, with its calendar even if that is not there; or that of a city.

    What a deployment would pass over is checked too, and named.
    """
    of_cities = _programme_files(path, "*/*.yaml")
    here = _programme_files(path, "*.yaml")
    passed_over = _programme_files(path, "*.yml", "*/*.yml", "*/*/*.yaml", "*/*/*.yml") + (here if of_cities else [])
    files = [_one(one) for one in (of_cities or here)] + [_passed_over(_one(one)) for one in passed_over]
    if not files:
        nothing = parse(b"", str(path))
        files = [Checked(nothing, (nothing.problem("FOLDER_EMPTY", ()),))]
    calendar = path / working_days.FILE
    return [*files, _calendar(calendar)] if of_cities or calendar.exists() else files


def _programme_files(folder: Path, *patterns: str) -> list[Path]:
    found = (path for pattern in patterns for path in folder.glob(pattern))
    return sorted(path for path in found if path != folder / working_days.FILE)


def _passed_over(checked: Checked) -> Checked:
    told = checked.source.problem("FILE_PASSED_OVER", (), severity=Severity.WARNING)
    return replace(checked, problems=(*checked.problems, told))


def _one(path: Path) -> Checked:
    return _calendar(path) if path.name == working_days.FILE else _programme(path)


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
