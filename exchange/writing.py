"""Workbooks that people fill in. The same content gives the same bytes, and nothing in them is ever carried out."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from exchange.cells import FLAGS, Column, Kind
from exchange.reading import ROWS_MAX
from exchange.tables import CHOICES, EXPLANATION, Table
from exchange.unusable import Unusable

#: A workbook has to say when it was made; the same content has to give the same bytes.
MADE_AT = datetime(2000, 1, 1, tzinfo=UTC)
WIDTH = 24  # of a column, in characters
#: A text that begins so is marked as text for good: some programs take it for a formula once it is edited or exported.
RISKY = ("=", "+", "-", "@", "\t", "\r")
#: What is typed into an empty cell is taken as its column means it: a number of twenty digits stays what it is.
FORMATS = {Kind.DATE: "yyyy-mm-dd", Kind.FEN: "#,##0.00", Kind.INTEGER: "0"}

#: By sheet, rows of texts.
Cells = Mapping[str, Sequence[Sequence[str]]]


def write_workbook(tables: Sequence[Table], cells: Cells, explained: Sequence[Sequence[str]]) -> bytes:
    """One sheet a table with its rows, one that explains them, and one with what people choose from.

    Raises Unusable for a text that is longer than a cell can be.
    """
    content = io.BytesIO()
    with Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"created": MADE_AT})
        pages = _Pages(book)
        for table in tables:
            pages.add(table, cells.get(table.name, ()))
        pages.explain(explained)
    return content.getvalue()


class _Pages:
    """Sheets of one workbook, which share formats and lists of choices."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._bold = book.add_format({"bold": True, "text_wrap": True, "num_format": "@"})
        self._text = book.add_format({"num_format": "@"})
        self._quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        self._formats = {kind: book.add_format({"num_format": form}) for kind, form in FORMATS.items()}
        self._choices: list[tuple[str, ...]] = []

    def add(self, table: Table, rows: Sequence[Sequence[str]]) -> None:
        """A table with its headings, its rows, and room for more."""
        sheet = self._book.add_worksheet(table.name)
        sheet.freeze_panes(1, 0)
        columns = [*(Column(key, (), Kind.INTEGER) for key in table.keys), *table.columns]
        for place, column in enumerate(columns):
            sheet.set_column(place, place, WIDTH, self._formats.get(column.kind, self._text))
            sheet.write_string(0, place, column.heading, self._bold)
            self._offer(sheet, place, column)
        self._write(sheet, rows, first=1)

    def explain(self, rows: Sequence[Sequence[str]]) -> None:
        """The last sheets: what people read, and what they choose from."""
        sheet = self._book.add_worksheet(EXPLANATION)
        sheet.set_column(0, 5, WIDTH)
        self._write(sheet, rows, first=0)
        offered = self._book.add_worksheet(CHOICES)
        for place, words in enumerate(self._choices):
            for line, word in enumerate(words):
                offered.write_string(line, place, word, self._text)
        offered.hide()

    def _offer(self, sheet: Worksheet, place: int, column: Column) -> None:
        words = tuple(FLAGS if column.kind is Kind.FLAG else column.choices)
        if not words:
            return
        if words not in self._choices:
            self._choices.append(words)
        letters = xl_col_to_name(self._choices.index(words), col_abs=True)
        rule = {
            "validate": "list",
            "source": f"={CHOICES}!{letters}$1:{letters}${len(words)}",
            "error_type": "information" if column.kind is Kind.TEXT else "stop",
        }
        sheet.data_validation(1, place, ROWS_MAX, place, rule)

    def _write(self, sheet: Worksheet, rows: Sequence[Sequence[str]], first: int) -> None:
        for line, row in enumerate(rows, start=first):
            for place, text in enumerate(row):
                style = self._quoted if text.startswith(RISKY) else self._text
                if text and sheet.write_string(line, place, text, style):
                    words = f"{sheet.name}第{line + 1}行的文字过长，不能写入工作簿，请改用JSON"
                    raise Unusable(words, f"{sheet.name} row {line + 1} is too long for a workbook; use JSON")
