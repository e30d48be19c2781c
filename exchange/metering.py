"""Metering files: what a supplier or a platform measured, as CSV, line by line. (计量文件)"""

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass

from domain.field_values import QUANTITY, is_date, is_one_line
from domain.metering import overlapping
from domain.wellformed import LIST_MAX
from duifu.v1.facts_pb2 import (
    COMPUTE_UNIT_CARD_HOURS,
    COMPUTE_UNIT_PFLOPS_HOURS,
    ComputeUnit,
    MeteredUse,
    MeteringFile,
)
from exchange.unusable import Unusable, quoted

COLUMNS = ("contract_item", "starts_on", "ends_on", "quantity", "unit")
UNITS: Mapping[str, ComputeUnit.ValueType] = {
    "card_hours": COMPUTE_UNIT_CARD_HOURS,
    "卡时": COMPUTE_UNIT_CARD_HOURS,
    "pflops_hours": COMPUTE_UNIT_PFLOPS_HOURS,
    "PFLOPS·时": COMPUTE_UNIT_PFLOPS_HOURS,
}
ITEM_MAX = 200  # characters


@dataclass(frozen=True)
class Metered:
    """A metering file as it was read: what it measured, and every line that is not taken, with its place."""

    file: MeteringFile
    problems: tuple[Unusable, ...]


def read_metering(content: bytes, source: str) -> Metered:
    """The lines below the headings. Raises Unusable for what is no such table at all."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        words = f"第{error.start}字节起不是UTF-8编码的文字；请转换编码后再导入"
        raise Unusable(words, f"not text in UTF-8: {error.reason} at byte {error.start}") from None
    file = MeteringFile(sha256=hashlib.sha256(content).hexdigest(), source=source)
    places: list[str] = []
    problems: list[Unusable] = []
    try:
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        headings = [heading.strip() for heading in next(rows, [])]
        if sorted(headings) != sorted(COLUMNS):
            wanted = "、".join(COLUMNS)
            raise Unusable(f"首行须为列名：{wanted}，每列一次", f"the headings must be {', '.join(COLUMNS)}, each once")
        for row in rows:
            if any(cell.strip() for cell in row):
                place = f"第{rows.line_num}行"
                try:
                    file.uses.append(_use(headings, row))
                except Unusable as problem:
                    problems.append(problem.at(place))
                else:
                    places.append(place)
    except csv.Error as error:
        raise Unusable(f"不是CSV：{error}", f"no CSV: {error}") from None
    if len(places) > LIST_MAX:
        words = f"有{len(places)}行，最多{LIST_MAX}行；请按日或按月汇总"
        raise Unusable(words, f"{len(places)} lines, at most {LIST_MAX}; sum them up by day or by month")
    if not places and not problems:
        raise Unusable("没有计量记录", "it measures nothing")
    for at, before in overlapping(file.uses):
        twice = Unusable(
            f"与{places[before]}计量的是同一项目的同一日",
            f"it measures the same item on the same day as {places[before]}",
        )
        problems.append(twice.at(places[at]))
    return Metered(file, tuple(problems))


def _use(headings: list[str], row: list[str]) -> MeteredUse:
    if len(row) != len(headings):
        raise Unusable("列数与首行不符", "it has more or fewer cells than there are headings")
    cells = {name: cell.strip() for name, cell in zip(headings, row, strict=True)}
    item = cells["contract_item"]
    if not item or len(item) > ITEM_MAX or not is_one_line(item):
        raise Unusable("contract_item 须为合同项目的名称", "contract_item is the name of a contract's item")
    for name in ("starts_on", "ends_on"):
        if not is_date(cells[name]):
            words = f"{name} {quoted(cells[name])} 不是日期，须写作 2024-03-31"
            raise Unusable(words, f"{name} {quoted(cells[name])} is no date written 2024-03-31")
    if cells["ends_on"] < cells["starts_on"]:
        raise Unusable("ends_on 早于 starts_on", "ends_on is before starts_on")
    if not QUANTITY.fullmatch(cells["quantity"]):
        words = f"quantity {quoted(cells['quantity'])} 须大于0，至多6位小数"
        raise Unusable(words, f"quantity {quoted(cells['quantity'])} is above nought, with at most six decimals")
    if cells["unit"] not in UNITS:
        words = f"unit {quoted(cells['unit'])} 须为 {'、'.join(UNITS)}"
        raise Unusable(words, f"unit {quoted(cells['unit'])} is none of {', '.join(UNITS)}")
    return MeteredUse(
        contract_item=item,
        starts_on=cells["starts_on"],
        ends_on=cells["ends_on"],
        quantity=cells["quantity"],
        unit=UNITS[cells["unit"]],
    )
