"""YAML read event by event, so that every key and value keeps its place and depth costs no recursion."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from policy.characters import unseen
from policy.problems import Path, Place
from policy.scalars import Misread, Scalar, read_plain
from policy.yaml_errors import explain

NESTING_MOST = 40
PROBLEMS_MOST = 200  # whoever has mended these may ask again


class Finding(NamedTuple):
    """One thing that cannot be read: the code of the problem, the path it concerns, the place, the facts."""

    code: str
    path: Path
    place: Place
    facts: Mapping[str, Any]


@dataclass(slots=True)
class Reading:
    """What a text says, and where. `is_whole` is false when reading had to stop: then `data` is of no use."""

    data: Any = None
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    is_whole: bool = True


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come. Under a key that is refused nothing `is_kept`, but all is looked at."""

    holder: dict[str, Any] | list[Any]
    path: Path
    is_kept: bool
    key: str = ""
    awaits_value: bool = False
    keeps_value: bool = True


class _Stop(Exception):
    """Nothing useful can follow."""


def read_text(text: str) -> Reading:
    """Read one YAML document. Whatever the text holds, this returns; what was found is in the reading."""
    reader = _Reader(text.split("\n"))
    loader = yaml.CSafeLoader(text)
    try:
        while (event := loader.get_event()) is not None:
            reader.take(event)
    except _Stop:
        pass
    except yaml.MarkedYAMLError as error:
        mark, facts = explain(error)
        reader.reading.is_whole = False
        reader.reading.findings.append(Finding("YAML_SYNTAX", (), reader.place(mark, mark), facts))
    finally:
        loader.dispose()
    return reader.finished()


class _Reader:
    """Takes the parser's events one by one."""

    def __init__(self, lines: list[str]):
        self.reading = Reading()
        self._lines = lines
        self._open: list[_Open] = []
        self._has_begun = self._has_content = False

    def finished(self) -> Reading:
        """The reading. A text without content is a finding."""
        if self.reading.is_whole and not self._has_content:
            self.reading.is_whole = False
            self.reading.findings.append(Finding("FILE_EMPTY", (), Place(1, 1), {}))
        return self.reading

    def take(self, event: yaml.Event) -> None:
        """Take one event. Raises _Stop."""
        match event:
            case yaml.DocumentStartEvent():
                self._begin(event)
            case yaml.ScalarEvent() | yaml.AliasEvent():
                self._leaf(event)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._descend(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._open.pop()

    def place(self, start: Any, end: Any) -> Place:
        """A place of the parser in our count: from 1, and never behind the text."""
        if start.line >= len(self._lines) or (
            start.line and start.line == len(self._lines) - 1 and not self._lines[-1]
        ):
            written = [number for number, line in enumerate(self._lines, 1) if line.strip()]
            last = written[-1] if written else 1
            return Place(last, len(self._lines[last - 1].rstrip()) + 1)
        if end.line == start.line:
            return Place(start.line + 1, start.column + 1, max(1, end.column - start.column))
        return Place(start.line + 1, start.column + 1, max(1, len(self._lines[start.line].rstrip()) - start.column))

    def _begin(self, event: yaml.DocumentStartEvent) -> None:
        if event.version or event.tags:
            self._find("DIRECTIVE_USED", (), self.place(event.start_mark, event.start_mark))
        if self._has_begun:
            self._find("DOCUMENTS_SEVERAL", (), self.place(event.start_mark, event.end_mark))
            raise _Stop
        self._has_begun = True

    def _leaf(self, event: yaml.ScalarEvent | yaml.AliasEvent) -> None:
        place = self.place(event.start_mark, event.end_mark)
        if self._is_key():
            self._key(event, place)
            return
        path, is_kept = self._next_value()
        if not path and isinstance(event, yaml.ScalarEvent) and not event.style and not event.value:
            return
        self._put(path, is_kept, place, self._value(event, path, place))

    def _descend(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        # The event ends where a flow collection's first item begins, and is empty for a block.
        place = self.place(event.start_mark, event.start_mark)
        if self._is_key():
            top = self._open[-1]
            top.awaits_value, top.keeps_value, top.key = True, False, "?"
            self._find("KEY_NOT_TEXT", (*top.path, top.key), place, written="[ ]" if _is_list(event) else "{ }")
            path, is_kept = (*top.path, top.key), False
        else:
            path, is_kept = self._next_value()
        self._refuse_properties(event, path, place)
        if len(self._open) >= NESTING_MOST:
            self.reading.is_whole = False
            self._find("NESTED_TOO_DEEP", path, place, most=NESTING_MOST)
            raise _Stop
        holder: dict[str, Any] | list[Any] = [] if _is_list(event) else {}
        self._put(path, is_kept, place, holder)
        self._open.append(_Open(holder, path, is_kept))

    def _is_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].holder, dict) and not self._open[-1].awaits_value

    def _next_value(self) -> tuple[Path, bool]:
        """The path of the value that comes now, and whether it is kept."""
        if not self._open:
            return (), True
        top = self._open[-1]
        if isinstance(top.holder, list):
            return (*top.path, len(top.holder)), top.is_kept
        top.awaits_value = False
        return (*top.path, top.key), top.is_kept and top.keeps_value

    def _put(self, path: Path, is_kept: bool, place: Place, value: Any) -> None:
        self._has_content = True
        if not self._open:
            self.reading.data = value
        elif isinstance(holder := self._open[-1].holder, list):
            holder.append(value)
        elif is_kept:
            holder[self._open[-1].key] = value
        if is_kept:
            self.reading.values[path] = place

    def _key(self, event: yaml.ScalarEvent | yaml.AliasEvent, place: Place) -> None:
        top = self._open[-1]
        written = f"*{event.anchor}" if isinstance(event, yaml.AliasEvent) else event.value
        path = (*top.path, written)
        found = len(self.reading.findings)
        if isinstance(event, yaml.ScalarEvent) and written == "<<" and not event.style:
            self._find("MERGE_KEY", path, place)
        elif not isinstance(self._value(event, path, place, is_key=True), str):
            self._find("KEY_NOT_TEXT", path, place, written=written)
        elif path in self.reading.keys:
            self._find("KEY_TWICE", path, place, key=written, first_line=self.reading.keys[path].line)
        top.key, top.awaits_value = written, True
        top.keeps_value = found == len(self.reading.findings)
        if top.is_kept and top.keeps_value:
            self.reading.keys[path] = place

    def _value(
        self, event: yaml.ScalarEvent | yaml.AliasEvent, path: Path, place: Place, is_key: bool = False
    ) -> Scalar:
        """The value of a scalar; of one that is refused, its text, so that reading can go on."""
        if isinstance(event, yaml.AliasEvent):
            self._find("ANCHOR_USED", path, place, written=f"*{event.anchor}")
            return f"*{event.anchor}"
        word: str = event.value
        if self._refuse_properties(event, path, place):
            return word
        if event.style:
            for _, character in unseen(word):
                self._find("CHARACTER_UNSEEN", path, place, character=character)
            return word
        try:
            return read_plain(word)
        except Misread as misread:
            code = "KEY_NOT_TEXT" if is_key and misread.code == "VALUE_EMPTY" else misread.code
            self._find(code, path, place, written=word or "∅")
            return word

    def _refuse_properties(self, event: yaml.NodeEvent, path: Path, place: Place) -> bool:
        """Anchors and tags; whether there were any."""
        tag = getattr(event, "tag", None)
        if event.anchor:
            self._find("ANCHOR_USED", path, place, written=f"&{event.anchor}")
        if tag:
            self._find("TAG_USED", path, place, written=tag.replace("tag:yaml.org,2002:", "!!"))
        return bool(event.anchor or tag)

    def _find(self, code: str, path: Path, place: Place, **facts: Any) -> None:
        if len(self.reading.findings) >= PROBLEMS_MOST:
            self.reading.is_whole = False
            self.reading.findings.append(Finding("PROBLEMS_MANY", (), place, {"most": PROBLEMS_MOST}))
            raise _Stop
        self.reading.findings.append(Finding(code, path, place, facts))


def _is_list(event: yaml.Event) -> bool:
    return isinstance(event, yaml.SequenceStartEvent)
