"""A programme file as it was written: its bytes, what they say, and where each thing stands."""

import hashlib
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path as FilePath
from typing import Any

from policy.characters import replaced, unseen
from policy.problems import Path, Place, Problem, Severity
from policy.reader import PROBLEMS_MOST, Finding, Reading, read_text

BYTES_MOST = 1_000_000
START = Place(1, 1)


@dataclass(frozen=True)
class Source:
    """A file that was read. `data` holds dict (keys are text), list, str, int, bool and date, nothing else.

    What a refused place holds is its text; if `is_whole` is false, reading had to stop and `data` is of no use.
    """

    name: str
    content: bytes = field(repr=False)
    sha256: str
    data: Any = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)
    is_whole: bool
    problems: tuple[Problem, ...] = ()
    values: Mapping[Path, Place] = field(default_factory=dict, repr=False)
    keys: Mapping[Path, Place] = field(default_factory=dict, repr=False)

    def place(self, path: Path, of_key: bool = False) -> Place:
        """Where the value (or its key) stands; for what is not there, the nearest that encloses it."""
        if of_key and path in self.keys:
            return self.keys[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, START)

    def clause(self, path: Path) -> str:
        """The clause of the nearest row that encloses the path and cites one, or nothing."""
        found, row = "", self.data
        for step in (*path, None):
            if isinstance(row, dict) and isinstance(row.get("clause"), str):
                found = row["clause"]
            if step is None or not _has(row, step):
                break
            row = row[step]
        return found

    def problem(
        self, code: str, path: Path, *, of_key: bool = False, severity: Severity = Severity.ERROR, **facts: Any
    ) -> Problem:
        """A problem with this place of the file."""
        return self.at(Finding(code, path, self.place(path, of_key), facts), severity)

    def at(self, finding: Finding, severity: Severity = Severity.ERROR) -> Problem:
        """What was found, with its line and clause."""
        code, path, place, facts = finding
        line = self.lines[place.line - 1] if place.line <= len(self.lines) else ""
        clause = self.clause(path)
        return Problem(code, path, self.name, *place, line, facts, clause, severity)


def read(path: FilePath, name: str | None = None) -> Source:
    """Read a file; `name` is what problems call it, else its path. What is wrong with it is in `problems`."""
    name = str(path) if name is None else name
    try:
        # A pipe or a device may never end.
        if not stat.S_ISREG(path.stat().st_mode):
            return _refused(name, b"", "FILE_UNREADABLE", {"message": {"zh": "不是普通文件", "en": "no ordinary file"}})
        with path.open("rb") as file:
            content = file.read(BYTES_MOST + 1)
    except (OSError, ValueError) as error:
        return _refused(name, b"", "FILE_UNREADABLE", {"message": getattr(error, "strerror", None) or str(error)})
    return parse(content, name)


def parse(content: bytes, name: str) -> Source:
    """Read the bytes of a file. What is wrong with them is in `problems`, all of it where possible."""
    if len(content) > BYTES_MOST:
        return _refused(name, content, "FILE_TOO_LARGE", {"most": BYTES_MOST})
    try:
        text = _without_marks(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        before = _without_marks(content[: error.start].decode("utf-8"))
        facts = {"byte": error.start + 1}
        return _refused(name, content, "FILE_NOT_UTF8", facts, _place_of(before, len(before)), before)
    # The parser stops at some of the unseen; replaced one by one they leave every place where it is.
    reading = read_text(replaced(text))
    hidden = [
        Finding("CHARACTER_UNSEEN", (), _place_of(text, at), {"character": character})
        for at, character in islice(unseen(text), PROBLEMS_MOST)
    ]
    return _source(name, content, text, replace(reading, findings=hidden + reading.findings))


def _source(name: str, content: bytes, text: str, reading: Reading) -> Source:
    source = Source(
        name=name,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        data=reading.data,
        lines=tuple(text.split("\n")),
        is_whole=reading.is_whole,
        values=reading.values,
        keys=reading.keys,
    )
    return replace(source, problems=tuple(source.at(finding) for finding in reading.findings))


def _refused(
    name: str, content: bytes, code: str, facts: Mapping[str, Any], place: Place = START, text: str = ""
) -> Source:
    """A file of which nothing can be used."""
    return _source(name, content, text, Reading(findings=[Finding(code, (), place, facts)], is_whole=False))


def _without_marks(text: str) -> str:
    """Without what editors of Windows add: a byte order mark, and a carriage return before each line feed."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _place_of(text: str, at: int) -> Place:
    return Place(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def _has(row: Any, step: str | int) -> bool:
    match row, step:
        case dict(), str():
            return step in row
        case list(), int():
            return step < len(row)
    return False
