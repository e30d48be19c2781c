"""Tables: sheets with headings in the first row, one thing a row; and rows of a further sheet that belong to them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exchange.cells import Column, Kind, meaning, shown
from exchange.reading import Cell, Grid, Workbook
from exchange.unusable import Unusable, quoted

#: Sheets for people; nothing is read from them.
EXPLANATION, CHOICES = "说明", "选项"

Json = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """One sheet. Rows of a `parent` name theirs by its numbers; `place` is where their list stands in its JSON."""

    name: str
    columns: tuple[Column, ...]
    number: str = ""  # heading of the column in which a row is numbered; empty: nothing refers to it
    parent: "Table | None" = None
    place: tuple[str, ...] = ()

    @property
    def ancestors(self) -> tuple[str, ...]:
        """The headings of the numbers that say to which row of the parent a row belongs."""
        return self.parent.keys if self.parent else ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The same, and of its own number at the end."""
        return (*self.ancestors, self.number) if self.number else self.ancestors

    @property
    def headings(self) -> tuple[str, ...]:
        """All headings, in order."""
        return (*self.keys, *(column.heading for column in self.columns))


@dataclass
class Row:
    """One row of a sheet, and what is wrong with it or with a row that belongs to it."""

    table: Table
    line: int
    content: Json = field(default_factory=dict)
    numbers: tuple[int, ...] = ()  # under the table's keys
    problems: list[str] = field(default_factory=list)
    top: "Row | None" = None  # the row of the first table that this one belongs to

    def problem(self, what: Unusable, heading: str = "") -> Unusable:
        """What is wrong, with its place."""
        place = f"{self.table.name}第{self.line}行" + (f"“{heading}”" if heading else "")
        return what.at(place)

    def object_to(self, what: Unusable, heading: str = "") -> None:
        """Keep what is wrong, with its place."""
        self.problems.append(str(self.problem(what, heading)))


def read_tables(workbook: Workbook, tables: Sequence[Table]) -> dict[str, list[Row]]:
    """The rows by sheet. Raises Unusable for sheets, headings or merged cells that nobody can make sense of."""
    known = {table.name: table for table in tables}
    if strange := [name for name in workbook.sheets if name not in (*known, EXPLANATION, CHOICES)]:
        named, words = "、".join(map(quoted, strange[:5])), "、".join(known)
        raise Unusable(f"不认识的工作表 {named}；可用：{words}", f"unknown sheets {named}; there may be {words}")
    if tables[0].name not in workbook.sheets:
        raise Unusable(f"缺少工作表“{tables[0].name}”", f"there is no sheet {tables[0].name}")
    return {
        name: list(_rows(workbook.sheets[name], table, workbook.counts_from_1904))
        for name, table in known.items()
        if name in workbook.sheets
    }


def nest(tables: Sequence[Table], rows: Mapping[str, list[Row]]) -> list[Row]:
    """The rows of the first table, with all that belongs to each put into its JSON, and problems into its problems.

    Parents come before their children in `tables`. Raises Unusable for a row that belongs to nothing, or to two: what
    it was meant for would lack it.
    """
    placed: dict[tuple[str, tuple[int, ...]], Row] = {}
    for row in (one for table in tables for one in rows.get(table.name, ())):
        table = row.table
        if table.parent:
            parent = placed.get((table.parent.name, row.numbers[: len(table.ancestors)]))
            if parent is None:
                raise row.problem(Unusable("所属的行不存在", "the row that it belongs to is not there"))
            row.top = parent.top or parent
            row.top.problems += row.problems
            _entries(parent.content, table.place).append(row.content)
        if table.number:
            if (table.name, row.numbers) in placed:
                raise row.problem(Unusable("序号重复", "its number is there twice"), table.number)
            placed[table.name, row.numbers] = row
    return rows.get(tables[0].name, [])


def unnest(tables: Sequence[Table], contents: Sequence[Json]) -> dict[str, list[list[str]]]:
    """The cells of each sheet, from which `nest` makes `contents` again; rows are numbered from 1."""
    cells: dict[str, list[list[str]]] = {table.name: [] for table in tables}

    def put(table: Table, numbers: tuple[str, ...], content: Json) -> None:
        own = [_written(content, column) for column in table.columns]
        cells[table.name].append([*numbers[: len(table.keys)], *own])
        for child in (other for other in tables if other.parent is table):
            for number, inner in enumerate(_at(content, child.place) or (), start=1):
                put(child, (*numbers, str(number)), inner)

    for number, content in enumerate(contents, start=1):
        put(tables[0], (str(number),), content)
    return cells


def _rows(grid: Grid, table: Table, counts_from_1904: bool) -> Iterator[Row]:
    if grid.merged:
        where = "、".join(map(quoted, grid.merged[:5]))
        raise Unusable(
            f"工作表“{table.name}”有合并单元格 {where}，请取消合并", f"sheet {table.name} has merged cells {where}"
        )
    places = _headings(grid, table)
    columns = [(column, places[column.heading]) for column in table.columns if column.heading in places]
    for line in sorted(grid.rows.keys() - {1}):
        cells, row = grid.rows[line], Row(table, line)
        row.numbers = tuple(_number(row, key, cells.get(places[key])) for key in table.keys)
        for column, place in columns:
            if place in cells:
                try:
                    _put(row.content, column.path, meaning(cells[place], column, counts_from_1904))
                except Unusable as problem:
                    row.object_to(problem, column.heading)
        yield row


def _number(row: Row, key: str, cell: Cell | None) -> int:
    try:
        if cell is None:
            raise Unusable("须填写", "must be filled")
        return int(meaning(cell, Column(key, (), Kind.INTEGER)))
    except Unusable as problem:
        row.object_to(problem, key)
        return 0


def _headings(grid: Grid, table: Table) -> dict[str, int]:
    """The column of each heading. A number's must be there; of the others, what is needed."""
    found: dict[str, int] = {}
    for place, cell in sorted(grid.rows.get(1, {}).items()):
        named = f"工作表“{table.name}”的列标题 {quoted(cell.text)}"
        if cell.text not in table.headings:
            raise Unusable(f"{named} 不认识", f"sheet {table.name} has an unknown heading")
        if cell.text in found:
            raise Unusable(f"{named} 重复", f"sheet {table.name} has a heading twice")
        found[cell.text] = place
    if missing := [key for key in table.keys if key not in found]:
        words = "、".join(missing)
        raise Unusable(f"工作表“{table.name}”缺少列：{words}", f"sheet {table.name} has no column {words}")
    return found


def _written(content: Json, column: Column) -> str:
    value = _at(content, column.path)
    if value is None and column.kind is Kind.FLAG and _at(content, column.path[:-1]) is not None:
        value = False  # JSON leaves out what does not hold
    return "" if value is None else shown(value, column)


def _entries(content: Json, place: tuple[str, ...]) -> list[Json]:
    """The list at a place, made if need be."""
    *path, last = place
    for name in path:
        content = content.setdefault(name, {})
    found: list[Json] = content.setdefault(last, [])
    return found


def _at(content: Json, path: tuple[str, ...]) -> Any:
    found: Any = content
    for name in path:
        if not isinstance(found, dict) or name not in found:
            return None
        found = found[name]
    return found


def _put(content: Json, path: tuple[str, ...], value: Any) -> None:
    *inner, last = path
    for name in inner:
        content = content.setdefault(name, {})
    content[last] = value
