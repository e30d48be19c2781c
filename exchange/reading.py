"""What the sheets of a workbook say, cell by cell and as it is written: numbers stay text, formulas are marked.

Our own, because a cell at the far corner of a sheet makes `calamine` ask for 549 GB and end the process, and because it
does not say which cells are formulas (docs/adr/0020).
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from exchange.unpacking import Attributes, Package, walk_xml
from exchange.unusable import Unusable, quoted

ROWS_MAX = 10_000  # of one sheet, below its headings
COLUMNS_MAX = 200
TEXT_MAX = 32_767  # characters of one cell, as the format has it
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # a character that XML cannot hold (ECMA-376 part 1, 22.4.2.4)


class Form(Enum):
    """How a cell holds what it says."""

    TEXT = auto()
    NUMBER = auto()
    FLAG = auto()
    FORMULA = auto()  # its text is what was worked out when the file was saved
    ERROR = auto()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that is not empty; of a number its digits as stored."""

    text: str
    form: Form = Form.TEXT


@dataclass
class Grid:
    """One sheet: row number -> column number -> cell, both from 1."""

    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Workbook:
    """The sheets by name, in their order."""

    sheets: Mapping[str, Grid]
    counts_from_1904: bool  # day numbers, as old programs for the Macintosh have it


def read_workbook(content: bytes, *wanted: str) -> Workbook:
    """The `wanted` sheets; of others only that they are there. Raises Unusable for no workbook, or one too large."""
    package = Package(content)
    targets: dict[str, str] = {}
    names: dict[str, str] = {}
    dated: list[str] = []

    def relation(tag: str, said: Attributes) -> None:
        if tag == "Relationship":
            targets[said.get("Id", "")] = posixpath.normpath(posixpath.join("/xl", said.get("Target", ""))).lstrip("/")

    def about(tag: str, said: Attributes) -> None:
        if tag == "sheet":
            reference = next((value for key, value in said.items() if key.endswith("}id")), "")
            names[said.get("name", "")] = reference
        elif tag == "workbookPr":
            dated.append(said.get("date1904", ""))

    for part, listen in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", about)):
        walk_xml(part, package.part(part), listen)
    texts = _shared_texts(package)
    sheets = {
        name: _grid(name, package.part(targets.get(reference, name)), texts) if name in wanted else Grid()
        for name, reference in names.items()
    }
    return Workbook(sheets, counts_from_1904=dated[-1:] in (["1"], ["true"]))


def _shared_texts(package: Package) -> list[str]:
    part = "xl/sharedStrings.xml"
    if part not in package:
        return []
    texts = _Texts()
    walk_xml(part, package.part(part), texts.start, texts.end, texts.heard)
    return texts.found


def _grid(name: str, xml: bytes, texts: list[str]) -> Grid:
    sheet = _Sheet(name, texts)
    walk_xml(name, xml, sheet.start, sheet.end, sheet.heard)
    return sheet.grid


class _Texts:
    """Collects the text of each `si`, stripped, in as many runs as it has, without reading aids (`rPh`)."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._runs: list[str] = []
        self._takes = self._aids = False

    def start(self, tag: str, _: Attributes) -> None:
        if tag == "si":
            self._runs = []
        elif tag == "rPh":
            self._aids = True
        self._takes = tag == "t" and not self._aids

    def end(self, tag: str) -> None:
        self._takes = False
        if tag == "si":
            text = unescaped("".join(self._runs)).strip()  # once: many cells may say it
            if len(text) > TEXT_MAX:
                number, most = len(self.found), f"{TEXT_MAX:,}"
                raise Unusable(f"文字 {number} 超过{most}个字符", f"text {number} has more than {most} characters")
            self.found.append(text)
        elif tag == "rPh":
            self._aids = False

    def heard(self, text: str) -> None:
        if self._takes:
            self._runs.append(text)


class _Sheet:
    """Collects the cells of one sheet that hold something."""

    def __init__(self, name: str, texts: list[str]) -> None:
        self.grid = Grid()
        self._name, self._texts = name, texts
        self._row = self._column = 0
        self._type, self._is_formula = "n", False
        self._takes = self._aids = False
        self._value: list[str] = []

    def start(self, tag: str, said: Attributes) -> None:
        match tag:
            case "row":
                self._row = _whole(said.get("r", "")) or self._row + 1
                self._column = 0
            case "c":
                self._row, self._column = self._place(said.get("r", ""))
                self._type, self._is_formula, self._value = said.get("t", "n"), False, []
            case "f":
                self._is_formula = True
            case "rPh":
                self._aids = True
            case "mergeCell":
                self.grid.merged.append(said.get("ref", ""))
        self._takes = tag == "v" or (tag == "t" and not self._aids)

    def end(self, tag: str) -> None:
        self._takes = False
        if tag == "rPh":
            self._aids = False
        elif tag == "c":
            cell = self._cell("".join(self._value))
            if cell.text or cell.form is not Form.TEXT:
                self._keep(cell)

    def heard(self, text: str) -> None:
        if self._takes:
            self._value.append(text)

    def _place(self, reference: str) -> tuple[int, int]:
        if not reference:
            return self._row, self._column + 1
        found = _REFERENCE.fullmatch(reference)
        if not found:
            raise self._unusable(f"单元格 {quoted(reference)}", f"cell {quoted(reference)}")
        column = 0
        for letter in found[1]:
            column = column * 26 + ord(letter) - ord("A") + 1
        return int(found[2]), column

    def _cell(self, value: str) -> Cell:
        if self._is_formula:
            return Cell(value, Form.FORMULA)
        match self._type:
            case "s":
                number = _whole(value)
                if number is None or number >= len(self._texts):
                    raise self._unusable(f"文字 {quoted(value)} 不存在", f"there is no text {quoted(value)}")
                return Cell(self._texts[number])
            case "inlineStr" | "str":
                return Cell(unescaped(value).strip())
            case "b":
                return Cell(value, Form.FLAG)
            case "e":
                return Cell(value, Form.ERROR)
            case "d":
                return Cell(value.strip())
        return Cell(value, Form.NUMBER) if value else Cell("")

    def _keep(self, cell: Cell) -> None:
        if self._row > ROWS_MAX + 1:
            raise self._unusable(f"超过{ROWS_MAX}行", f"more than {ROWS_MAX} rows")
        if self._column > COLUMNS_MAX:
            raise self._unusable(f"超过{COLUMNS_MAX}列", f"more than {COLUMNS_MAX} columns")
        if len(cell.text) > TEXT_MAX:
            raise self._unusable(f"单元格超过{TEXT_MAX:,}个字符", f"a cell has more than {TEXT_MAX:,} characters")
        self.grid.rows.setdefault(self._row, {})[self._column] = cell

    def _unusable(self, zh: str, en: str) -> Unusable:
        return Unusable(f"工作表“{self._name}”第{self._row}行：{zh}", f"sheet {self._name}, row {self._row}: {en}")


def unescaped(text: str) -> str:
    """The text with what XML cannot hold: `_x000D_` is a carriage return, `_x005F_` an underscore."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
