"""Workbooks as people and programs make them, and as nobody should. Importable by name."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date

from xlsxwriter import Workbook

from exchange.reading import read_workbook

#: A text; a number, as the program keeps it; a day; or a formula, where a text begins with "=".
Value = str | int | float | date | None
Sheets = Mapping[str, Sequence[Sequence[Value]]]


def a_workbook(sheets: Sheets, *, merged: str = "", counts_from_1904: bool = False) -> bytes:
    """A workbook of these sheets, each with its rows; cells of the first sheet merged if that is asked for."""
    content = io.BytesIO()
    with Workbook(content, {"in_memory": True, "date_1904": counts_from_1904}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, (name, rows) in enumerate(sheets.items()):
            sheet = book.add_worksheet(name)
            if merged and not number:
                sheet.merge_range(merged, "")
            for line, row in enumerate(rows):
                for place, value in enumerate(row):
                    match value:
                        case str() if value.startswith("="):
                            sheet.write_formula(line, place, value, None, "1")
                        case str():
                            sheet.write_string(line, place, value)
                        case date():
                            sheet.write_datetime(line, place, value, day)
                        case int() | float():
                            sheet.write_number(line, place, value)
    return content.getvalue()


def sheets_of(content: bytes) -> dict[str, list[list[Value]]]:
    """Every sheet of a workbook as rows of texts, to be changed and written again."""
    names = list(read_workbook(content).sheets)
    found: dict[str, list[list[Value]]] = {}
    for name, grid in read_workbook(content, *names).sheets.items():
        width = max((place for row in grid.rows.values() for place in row), default=0)
        rows = [grid.rows.get(line, {}) for line in range(1, max(grid.rows, default=0) + 1)]
        found[name] = [[row[at].text if at in row else None for at in range(1, width + 1)] for row in rows]
    return found


def filled_in(content: bytes, *changes: tuple[str, int, str, Value]) -> bytes:
    """The workbook after somebody wrote into it: (sheet, line as the program numbers it, heading, value)."""
    sheets = sheets_of(content)
    for name, line, heading, value in changes:
        place = sheets[name][0].index(heading)
        row = sheets[name][line - 1]
        row += [None] * (place + 1 - len(row))
        row[place] = value
    return a_workbook(sheets)


def with_part(content: bytes, part: str, xml: bytes, packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The workbook with one part replaced or added."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, xml, packed)
    return changed.getvalue()


def part_of(content: bytes, part: str) -> bytes:
    """One part of a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return opened.read(part)
