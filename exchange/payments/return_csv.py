"""Our own CSV of returns: the orders as they went out, with what became of each."""

import csv
import io
from collections import Counter

from domain.payment_answers import CURRENCY, Result, Said
from exchange.payments.amounts import fen_of, fen_of_yuan
from exchange.payments.lines import NO_REASON, Line, a_line, day_of, must_be_few
from exchange.payments.order_files import COLUMNS as ORDERED
from exchange.unusable import Unusable, quoted

NEEDED = ("order_id", "status", "amount_fen")
COLUMNS = (*NEEDED, "bank_reference", "reason", "returned_on")
KNOWN = frozenset((*ORDERED, *COLUMNS))
CELL_MAX = 4_000  # characters
HEADINGS_TOLD = 5  # of those that are wrong in one way


def read_csv(content: bytes) -> list[Line]:
    """The rows below the headings. Raises Unusable for what is no such table at all."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        words = f"第{error.start}字节起不是UTF-8编码的文字；请转换编码后再导入"
        raise Unusable(words, f"not text in UTF-8: {error.reason} at byte {error.start}") from None
    if "\0" in text:
        raise Unusable("含有空字符", "there is a null character in it")
    try:
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        headings = [heading.strip() for heading in next(rows, [])]
        _must_be_known(headings)
        found = []
        for row in rows:
            if any(cell.strip() for cell in row):
                found.append(_line(f"第{rows.line_num}行", headings, row))
                must_be_few(len(found))
    except csv.Error as error:
        raise Unusable(f"第{rows.line_num}行起不是CSV", f"no CSV: {error}") from None
    return found


def _must_be_known(headings: list[str]) -> None:
    wrong = {
        ("缺少", "missing"): [name for name in NEEDED if name not in headings],
        ("未知", "unknown"): [quoted(name) for name in headings if name not in KNOWN],
        ("重复", "doubled"): [quoted(name) for name, times in Counter(headings).items() if times > 1],
    }
    found = {what: "、".join(names[:HEADINGS_TOLD]) for what, names in wrong.items() if names}
    if found:
        zh = "；".join(f"{what}{names}" for (what, _), names in found.items())
        en = "; ".join(f"{what} {names}" for (_, what), names in found.items())
        raise Unusable(f"首行须为列名，每列一次：{zh}；可用 {'、'.join(sorted(KNOWN))}", f"headings are {en}")


def _line(place: str, headings: list[str], row: list[str]) -> Line:
    cells = {name: cell.strip() for name, cell in zip(headings, row, strict=False)}
    return a_line(place, cells.get("order_id", ""), lambda: _said(cells, len(row) - len(headings)))


def _said(cells: dict[str, str], too_many: int) -> Said:
    if too_many:
        raise Unusable("列数与首行不符", "it has more or fewer cells than there are headings")
    if any(len(cell) > CELL_MAX for cell in cells.values()):
        raise Unusable(f"单元格超过{CELL_MAX:,}个字符", f"a cell has more than {CELL_MAX:,} characters")
    if cells["status"] not in tuple(Result):
        raise Unusable(
            f"status {quoted(cells['status'])} 须为 {'、'.join(Result)}", f"status is none of {', '.join(Result)}"
        )
    result, amount_fen = Result(cells["status"]), fen_of(cells["amount_fen"])
    if (yuan := cells.get("amount_yuan")) and fen_of_yuan(yuan) != amount_fen:
        raise Unusable("amount_yuan 与 amount_fen 不符", "amount_yuan and amount_fen are not the same")
    return Said(
        order_id=cells["order_id"],
        result=result,
        amount_fen=amount_fen,
        currency=cells.get("currency") or CURRENCY,
        payee_name=cells.get("payee_name", ""),
        account_number=cells.get("account_number", ""),
        bank_reference=cells.get("bank_reference", ""),
        reason=(cells.get("reason") or NO_REASON) if result == Result.RETURNED else "",
        returned_on=day_of(cells.get("returned_on", "")) if result == Result.RETURNED else "",
    )
