"""Programmes and the working calendar, read from files once; every edition is known by the hash of its file."""

from datetime import date
from functools import cached_property
from pathlib import Path

from domain.calendar import WorkingCalendar
from domain.eligibility.rules import Rules
from domain.evaluation.edition import Edition
from domain.format.freeze import FreezeRow, Held
from domain.format.programme import Programme
from domain.refusals import Refused
from policy import working_days
from policy.check import check
from policy.problems import Problem, Severity
from policy.source import read

PROGRAMMES = Path(__file__).parent.parent / "programmes"


class ProgrammeBroken(ValueError):
    """A programme file cannot be carried out: says which file, where and why, every problem at once."""


class Rulebook:
    """Every edition of every programme in a folder."""

    def __init__(self, folder: Path = PROGRAMMES):
        """Read and compile everything. Raises ProgrammeBroken or RuleBroken: a broken file never starts."""
        programmes = [load(path) for path in sorted(folder.glob("*/*.yaml"))]
        self._by_sha256 = {programme.sha256: Edition(programme) for programme in programmes}
        self._folder = folder

    @cached_property
    def calendar(self) -> WorkingCalendar:
        """The announced working days. Raises ProgrammeBroken."""
        return calendar_in(self._folder)

    @property
    def programmes(self) -> list[Programme]:
        """Every edition, by programme and day."""
        found = (edition.programme for edition in self._by_sha256.values())
        return sorted(found, key=lambda programme: (programme.programme_id, programme.edition))

    def in_force(self, programme_id: str, on: date) -> Programme:
        """The newest edition issued by `on`. Raises Refused PROGRAMME_UNKNOWN."""
        editions = [programme for programme in self.programmes if programme.programme_id == programme_id]
        if not editions:
            known = "、".join(sorted({programme.programme_id for programme in self.programmes}))
            raise Refused("PROGRAMME_UNKNOWN", programme=programme_id, known=known)
        issued = [programme for programme in editions if programme.edition <= on.isoformat()]
        return issued[-1] if issued else editions[0]

    def frozen(self, programme_id: str, what: Held, on: date) -> FreezeRow | None:
        """What holds decisions or payments of a programme on a day, by the edition in force then; None: nothing."""
        if not any(programme.programme_id == programme_id for programme in self.programmes):
            return None
        return self.in_force(programme_id, on).frozen(what, on)

    def pinned(self, sha256: str) -> Programme:
        """The edition a case was received under. Raises Refused EDITION_UNKNOWN."""
        if sha256 not in self._by_sha256:
            raise Refused("EDITION_UNKNOWN", sha256=sha256)
        return self._by_sha256[sha256].programme

    def edition(self, programme: Programme) -> Edition:
        """An edition with its rules and its calculation, compiled."""
        return self._by_sha256[programme.sha256]

    def rules(self, programme: Programme) -> Rules:
        """The compiled conditions of an edition."""
        return self.edition(programme).rules


def calendar_in(folder: Path) -> WorkingCalendar:
    """The announced working days of a folder of programmes. Raises ProgrammeBroken."""
    path = folder / working_days.FILE
    calendar, problems = working_days.load(read(path))
    if calendar is None:
        raise ProgrammeBroken(_told(path, problems))
    return calendar


def calendar_beside(programme: Path) -> WorkingCalendar:
    """The working days of the folder that a programme file is in, or the shipped ones. Raises ProgrammeBroken."""
    folder = programme.absolute().parent.parent
    return calendar_in(folder if (folder / working_days.FILE).exists() else PROGRAMMES)


def load(path: Path) -> Programme:
    """One edition. Raises ProgrammeBroken."""
    programme, problems = check(read(path))
    if programme is None:
        raise ProgrammeBroken(_told(path, problems))
    return programme


def _told(path: Path, problems: list[Problem]) -> str:
    return "\n".join(_line(path, found) for found in problems if found.severity is Severity.ERROR)


def _line(path: Path, problem: Problem) -> str:
    return f"{path}:{problem.line}:{problem.column}: {problem.code}: {problem.asked('en')} {problem.allowed('en')}"
