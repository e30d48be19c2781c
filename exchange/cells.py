"""Cells of a table: what people write in them, and what that is in JSON. Nothing is guessed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Context, Decimal, DecimalException
from enum import StrEnum
from typing import Any

from domain.money import FEN_PER_YUAN
from exchange.reading import Cell, Form
from exchange.unusable import Unusable, quoted


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "文字"
    TEXTS = "文字，每行一项"
    DATE = "日期，如 2024-03-31"
    FEN = "金额（元），如 1234.50"
    INTEGER = "整数"
    FLAG = "是或否"
    CHOICE = "从列表中选择"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, where its value stands in the JSON of a row, and what people choose from.

    `choices` maps what they read to what is stored. A CHOICE takes nothing else; a TEXT takes anything beside them.
    """

    heading: str
    path: tuple[str, ...]
    kind: Kind = Kind.TEXT
    choices: Mapping[str, str] = field(default_factory=dict)


#: What a spreadsheet keeps of a number: fifteen digits; those behind them are an artefact of binary fractions.
_FIFTEEN_DIGITS = Context(prec=15, Emax=30, Emin=-30)
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")
_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?")
_DATE = re.compile(r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?")
#: The words of a FLAG, and the digits with which programs keep one.
FLAGS = {"是": True, "否": False}
_KEPT_FLAGS = {"1": True, "0": False}
#: Day 60 of the usual calendar is 29 February 1900, which there was not; nothing here is that old.
_DAY_ZERO, _DAY_ZERO_1904 = date(1899, 12, 30), date(1904, 1, 1)
_DAYS = range(61, 2_958_466)
#: Halves of characters, which JSON and a workbook can name; alone they are no text, and nothing can store them.
_HALF = re.compile("[\ud800-\udfff]")


def meaning(cell: Cell, column: Column, counts_from_1904: bool = False) -> Any:
    """The value of a cell as protobuf JSON has it. Raises Unusable, saying what the column takes."""
    if cell.form is Form.FORMULA:
        raise Unusable("不接受公式，请粘贴为数值", "a formula is not taken; paste its value")
    if cell.form is Form.ERROR:
        raise Unusable(f"单元格是错误值 {cell.text}", f"the cell is an error, {cell.text}")
    match column.kind:
        case Kind.DATE:
            return _date(cell, counts_from_1904)
        case Kind.FEN:
            return _fen(cell)
        case Kind.INTEGER:
            return _integer(cell)
        case Kind.FLAG:
            return _flag(cell)
        case Kind.CHOICE:
            return _choice(_text(cell), column)
        case Kind.TEXTS:
            return [line.strip() for line in _text(cell).splitlines() if line.strip()]
    return column.choices.get(_text(cell), _text(cell))


def shown(value: Any, column: Column) -> str:
    """A value of JSON as a cell shows it; `meaning` reads it back."""
    match column.kind:
        case Kind.FEN:
            yuan, fen = divmod(int(value), FEN_PER_YUAN)
            return f"{yuan}.{fen:02d}"
        case Kind.FLAG:
            return "是" if value else "否"
        case Kind.TEXTS:
            return "\n".join(value)
    return next((words for words, stored in column.choices.items() if stored == value), str(value))


def _text(cell: Cell) -> str:
    if cell.form is Form.FLAG:
        raise Unusable("须为文字", "a text is needed")
    if "\0" in cell.text:  # no database keeps it in a name, and nobody sees it
        raise Unusable("含有空字符", "there is a null character in it")
    if _HALF.search(cell.text):
        raise Unusable("含有半个字符", "there is half a character in it, a lone surrogate")
    if cell.form is Form.TEXT:
        return cell.text
    number = _number(cell)
    if abs(number) >= 10**15:
        words = "长编号以数字存储，末位已失真，请设为文本格式后重新填写"
        raise Unusable(words, "a long number was stored as a number and lost its last digits; make the cell text")
    return f"{number:f}"


def _number(cell: Cell) -> Decimal:
    """A number as the spreadsheet shows it, to fifteen digits."""
    if not _NUMBER.fullmatch(cell.text):
        raise Unusable(f"{quoted(cell.text)} 不是数字", f"{quoted(cell.text)} is no number")
    try:
        number = _FIFTEEN_DIGITS.create_decimal(cell.text)
    except DecimalException:
        raise Unusable(f"{quoted(cell.text)} 过大或过小", f"{quoted(cell.text)} is too large or too small") from None
    return number.to_integral_value() if number == number.to_integral_value() else number


def _date(cell: Cell, counts_from_1904: bool) -> str:
    if cell.form is Form.NUMBER:
        number, zero = _number(cell), _DAY_ZERO_1904 if counts_from_1904 else _DAY_ZERO
        if number in _DAYS:
            return (zero + timedelta(days=int(number))).isoformat()
    elif found := _DATE.fullmatch(cell.text):
        try:
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
        except ValueError:
            pass
    raise Unusable(f"{quoted(cell.text)} 不是日期，如 2024-03-31", f"{quoted(cell.text)} is no date such as 2024-03-31")


def _fen(cell: Cell) -> str:
    written = f"{_number(cell):f}" if cell.form is Form.NUMBER else cell.text.lstrip("¥￥").replace(",", "")
    if cell.form is Form.FLAG or not _AMOUNT.fullmatch(written):
        words = f"{quoted(cell.text)} 不是金额（元，至分），如 1234.50"
        raise Unusable(words, f"{quoted(cell.text)} is no amount in yuan with whole fen, such as 1234.50")
    return str(int(Decimal(written) * FEN_PER_YUAN))


def _integer(cell: Cell) -> str:
    written = f"{_number(cell):f}" if cell.form is Form.NUMBER else cell.text
    if cell.form is Form.FLAG or not re.fullmatch("-?[0-9]{1,18}", written):
        raise Unusable(f"{quoted(cell.text)} 不是整数", f"{quoted(cell.text)} is no whole number")
    return str(int(written))


def _flag(cell: Cell) -> bool:
    known = FLAGS | _KEPT_FLAGS
    if cell.text not in known:
        raise Unusable(f"{quoted(cell.text)} 须为“是”或“否”", f"{quoted(cell.text)} is neither 是 nor 否")
    return known[cell.text]


def _choice(text: str, column: Column) -> str:
    if text in column.choices:
        return column.choices[text]
    if text in column.choices.values():
        return text
    known = "、".join(column.choices)
    raise Unusable(f"{quoted(text)} 不在列表中：{known}", f"{quoted(text)} is none of {known}")
