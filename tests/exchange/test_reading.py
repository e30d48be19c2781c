"""Workbooks from strangers: what they say is read exactly, and what would hurt is refused in words."""

import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest

from exchange.cells import Column, Kind, meaning
from exchange.reading import COLUMNS_MAX, ROWS_MAX, TEXT_MAX, Cell, Form, Workbook, read_workbook
from exchange.strict_json import NESTING_MAX, read_json
from exchange.tables import Table, nest, read_tables
from exchange.unpacking import PARTS_MAX, UNPACKED_BYTES_MAX
from exchange.unusable import Unusable
from tests.exchange.workbooks import Value, a_workbook, part_of, with_part

SHEET, RELATIONS = "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels"
SHARED = "xl/sharedStrings.xml"
CHOICE = Column("结果", ("outcome",), Kind.CHOICE, {"未发现": "clean", "命中": "hit"})
PERSONS = Table("人员", (Column("姓名", ("name",)),), number="序号")
PHONES = Table("电话", (Column("号码", ("number",)),), parent=PERSONS, place=("phones",))


def refused(words: str) -> "pytest.RaisesExc[Unusable]":
    return pytest.raises(Unusable, match=words)


def read(content: bytes) -> Workbook:
    return read_workbook(content, "人员", "电话")


def the_cell(value: str | float | date, counts_from_1904: bool = False) -> Cell:
    return read(a_workbook({"人员": [[value]]}, counts_from_1904=counts_from_1904)).sheets["人员"].rows[1][1]


def taken(value: str | float | date, kind: Kind, counts_from_1904: bool = False) -> object:
    return meaning(the_cell(value, counts_from_1904), Column("列", ("x",), kind), counts_from_1904)


# What cells say


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        ("  甲公司\u3000", Kind.TEXT, "甲公司"),
        (370200, Kind.TEXT, "370200"),
        ("00123", Kind.TEXT, "00123"),
        ("_x000D_ 和 _x005F_", Kind.TEXT, "_x000D_ 和 _x005F_"),
        ("第一行\n第二行", Kind.TEXTS, ["第一行", "第二行"]),
        ("2024-03-31", Kind.DATE, "2024-03-31"),
        ("2024/3/31", Kind.DATE, "2024-03-31"),
        ("2024年3月31日", Kind.DATE, "2024-03-31"),
        (date(2024, 3, 31), Kind.DATE, "2024-03-31"),
        (45382, Kind.DATE, "2024-03-31"),
        ("1,234.5", Kind.FEN, "123450"),
        ("¥0.01", Kind.FEN, "1"),
        (1234.5, Kind.FEN, "123450"),
        (0.1 + 0.2, Kind.FEN, "30"),
        (9_999_999_999_999.99, Kind.FEN, "999999999999999"),
        (12, Kind.INTEGER, "12"),
        ("12", Kind.INTEGER, "12"),
        ("是", Kind.FLAG, True),
        (0, Kind.FLAG, False),
    ],
)
def test_a_value_is_what_people_see(value: str | float | date, kind: Kind, said: object) -> None:
    assert taken(value, kind) == said


def test_days_counted_from_1904_are_the_same_days() -> None:
    assert taken(date(2024, 3, 31), Kind.DATE, counts_from_1904=True) == "2024-03-31"


@pytest.mark.parametrize(
    ("value", "kind", "why"),
    [
        (24112000000000000001, Kind.TEXT, "末位已失真.*lost its last digits"),
        ("qd\0-grant", Kind.TEXT, "含有空字符.*null character"),
        ("=1+1", Kind.TEXT, "不接受公式.*a formula is not taken"),
        ("2024-02-30", Kind.DATE, "不是日期.*is no date"),
        (45382.5, Kind.DATE, "is no date"),
        (60, Kind.DATE, "is no date"),
        ("下周", Kind.DATE, "is no date"),
        ("0.001", Kind.FEN, "不是金额.*is no amount"),
        (0.001, Kind.FEN, "is no amount"),
        ("-1", Kind.FEN, "is no amount"),
        (1e300, Kind.FEN, "too large"),
        ("一百万", Kind.FEN, "is no amount"),
        (1.5, Kind.INTEGER, "is no whole number"),
        ("可能", Kind.FLAG, "neither 是 nor 否"),
    ],
)
def test_what_a_column_does_not_take_is_said(value: str | float, kind: Kind, why: str) -> None:
    with refused(why):
        taken(value, kind)


def test_a_choice_is_taken_by_its_words_and_nothing_else() -> None:
    assert meaning(Cell("命中"), CHOICE) == "hit"
    with refused("不在列表中：未发现、命中.*is none of 未发现、命中"):
        meaning(Cell("没有问题"), CHOICE)


def test_half_a_character_is_no_text() -> None:
    with refused("含有半个字符.*lone surrogate"):
        meaning(Cell("qd\ud800-grant"), Column("列", ("x",)))


@pytest.mark.parametrize("text", ["1E999999999", "1e-999999999", "0x10", "NaN", "Infinity", "1" * 400])
def test_digits_that_are_no_number_a_program_writes_are_refused(text: str) -> None:
    with refused("is no number|too large"):
        meaning(Cell(text, Form.NUMBER), Column("金额", ("x",), Kind.FEN))


def test_runs_of_a_rich_text_are_one_text_and_reading_aids_are_none() -> None:
    shared = b'<sst xmlns="m"><si><r><t>a</t></r><rPh><t>aid</t></rPh><r><t xml:space="preserve"> b</t></r></si></sst>'
    content = with_part(a_workbook({"人员": [["x"]]}), "xl/sharedStrings.xml", shared)

    assert read(content).sheets["人员"].rows[1][1] == Cell("a b")


def test_texts_inside_the_cell_and_both_dialects_are_read() -> None:
    for dialect in ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/x"):
        cell = '<c t="inlineStr"><is><t>甲</t></is></c>'
        xml = f'<worksheet xmlns="{dialect}"><sheetData><row>{cell}</row></sheetData></worksheet>'

        assert read(with_sheet(xml.encode())).sheets["人员"].rows == {1: {1: Cell("甲")}}


# What would hurt


def a_bomb() -> bytes:
    return with_sheet(b" " * (UNPACKED_BYTES_MAX + 1))


def too_many_parts() -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        for number in range(PARTS_MAX + 1):
            opened.writestr(str(number), b"")
    return content.getvalue()


def expanding() -> bytes:
    laughs = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
    return with_sheet(laughs.encode())


def with_cell(cell: str) -> bytes:
    return with_sheet(f'<worksheet xmlns="m"><sheetData><row r="1">{cell}</row></sheetData></worksheet>'.encode())


def with_sheet(xml: bytes) -> bytes:
    return with_part(a_workbook({"人员": [["x"]]}), SHEET, xml)


def damaged() -> bytes:
    content = a_workbook({"人员": [["x"]]})
    at = content.index(SHEET.encode()) + len(SHEET) + 20
    return content[:at] + bytes(byte ^ 0xFF for byte in content[at : at + 40]) + content[at + 40 :]


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (lambda: b"", "不是XLSX工作簿"),
        (lambda: b"PK\x03\x04 and nothing that follows", "no XLSX workbook"),
        (lambda: b"case,outcome\n", "no XLSX workbook"),
        (a_bomb, f"unpacks to more than {UNPACKED_BYTES_MAX:,} bytes"),
        (too_many_parts, f"more than {PARTS_MAX} parts"),
        (damaged, "is damaged"),
        (lambda: with_part(a_workbook({"人员": [["x"]]}), SHEET, b"<x/>", zipfile.ZIP_LZMA), "packed in a way"),
        (expanding, "含有DTD.*has a DTD"),
        (lambda: with_sheet(b"<worksheet"), "is no XML"),
        (lambda: with_part(a_workbook({"人员": [["x"]]}), RELATIONS, b"<Relationships/>"), "has no part"),
        (lambda: with_cell('<c r="XFD1"><v>1</v></c>'), f"more than {COLUMNS_MAX} columns"),
        (lambda: with_cell('<c r="A1048576"><v>1</v></c>'), f"more than {ROWS_MAX} rows"),
        (lambda: with_cell('<c r="../A1"><v>1</v></c>'), "cell '../A1'"),
        (lambda: with_cell('<c r="A1" t="s"><v>99</v></c>'), "there is no text '99'"),
        (lambda: with_cell('<c r="A1" t="s"><v>-1</v></c>'), "there is no text '-1'"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_hostile_file_is_refused_in_words(made: Callable[[], bytes], why: str) -> None:
    with refused(why):
        read(made())


def test_the_far_corner_of_a_sheet_costs_nothing_if_it_is_empty() -> None:
    content = with_cell('<c r="A1" t="str"><v>甲</v></c><c r="XFD1048576" s="1"/>')

    assert read(content).sheets["人员"].rows == {1: {1: Cell("甲")}}


def test_a_relation_out_of_the_file_reads_nothing_there() -> None:
    content = a_workbook({"人员": [["x"]]})
    relations = part_of(content, RELATIONS).replace(b"worksheets/sheet1.xml", b"../../../../etc/passwd")

    with refused("has no part etc/passwd"):
        read(with_part(content, RELATIONS, relations))


def long_text(length: int, where: str = SHEET) -> bytes:
    """A text of this length in two cells that share it, or in one of its own."""
    text, two = b"x" * length, a_workbook({"人员": [["x", "x"]]})
    if where == SHEET:
        inline = b'<c t="inlineStr"><is><t>' + text + b"</t></is></c>"
        return with_part(two, SHEET, b'<worksheet xmlns="m"><row>' + inline + b"</row></worksheet>")
    return with_part(two, where, b'<sst xmlns="m"><si><t> ' + text + b" </t></si></sst>")


def test_a_text_that_cells_share_is_kept_once() -> None:
    row = read(long_text(TEXT_MAX, SHARED)).sheets["人员"].rows[1]

    assert len(row[1].text) == TEXT_MAX
    assert row[1].text is row[2].text


@pytest.mark.parametrize("where", [SHEET, SHARED])
def test_a_text_longer_than_the_format_has_is_refused(where: str) -> None:
    assert read(long_text(TEXT_MAX, where))
    with refused("超过32,767个字符.*has more than 32,767 characters"):
        read(long_text(TEXT_MAX + 1, where))


# Tables


def rows(sheets: dict[str, list[list[Value]]], *, merged: str = "") -> object:
    tables = (PERSONS, PHONES)
    found = nest(tables, read_tables(read(a_workbook(sheets, merged=merged)), tables))
    return [(row.content, row.problems) for row in found]


def test_rows_of_a_further_sheet_go_where_their_numbers_say() -> None:
    found = rows(
        {"人员": [["序号", "姓名"], [1, "甲"], [7, "乙"]], "电话": [["序号", "号码"], [7, "1"], [1, "2"], [7, "3"]]}
    )

    assert found == [
        ({"name": "甲", "phones": [{"number": "2"}]}, []),
        ({"name": "乙", "phones": [{"number": "1"}, {"number": "3"}]}, []),
    ]


def test_a_problem_below_is_a_problem_of_the_whole() -> None:
    found = rows({"人员": [["序号", "姓名"], [1, "甲"]], "电话": [["序号", "号码"], [1, "=HYPERLINK()"]]})

    assert found == [
        (
            {"name": "甲", "phones": [{}]},
            ["电话第2行“号码”：不接受公式，请粘贴为数值 / a formula is not taken; paste its value"],
        )
    ]


@pytest.mark.parametrize(
    ("persons", "phones", "why"),
    [
        ([[1, "甲"], [1, "乙"]], [], "人员第3行“序号”：序号重复"),
        ([[1, "甲"]], [[1, "5"], [2, "6"]], "电话第3行：所属的行不存在"),
        ([[1, "甲"]], [[None, "6"]], "电话第2行：所属的行不存在"),
    ],
)
def test_nothing_is_taken_of_a_file_in_which_a_row_may_have_gone_to_the_wrong_place(
    persons: list[list[Value]], phones: list[list[Value]], why: str
) -> None:
    with refused(why):
        rows({"人员": [["序号", "姓名"], *persons], "电话": [["序号", "号码"], *phones]})


@pytest.mark.parametrize(
    ("sheets", "why"),
    [
        ({"Sheet1": [["序号"]]}, "unknown sheets 'Sheet1'; there may be 人员、电话"),
        ({"电话": [["序号", "号码"]]}, "there is no sheet 人员"),
        ({"人员": [["序号", "性别"]]}, "列标题 '性别' 不认识"),
        ({"人员": [["序号", "姓名", "姓名"]]}, "列标题 '姓名' 重复"),
        ({"人员": [["姓名"], ["甲"]]}, "缺少列：序号"),
        ({"人员": []}, "缺少列：序号"),
    ],
)
def test_sheets_and_headings_that_are_not_ours_are_named(sheets: dict[str, list[list[Value]]], why: str) -> None:
    with refused(why):
        rows(sheets)


def test_merged_cells_are_named() -> None:
    with refused("有合并单元格 'A2:A3'"):
        rows({"人员": [["序号", "姓名"], [1, "甲"], [None, "乙"]]}, merged="A2:A3")


# JSON


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[" * 100_000, "nested too deep"),
        ("[" * (NESTING_MAX + 1) + "]" * (NESTING_MAX + 1), f"nested more than {NESTING_MAX} deep"),
        ('{"a": 1, "a": 2}', "'a' is said twice"),
        ("[1.5]", "is no whole number"),
        ("[NaN]", "is no whole number"),
        ("[" + "9" * 5_000 + "]", "a number is too long"),
        ("[1,]", "no JSON at line 1"),
        ("", "no JSON at line 1"),
    ],
)
def test_json_that_means_harm_or_nothing_is_refused(text: str, why: str) -> None:
    with refused(why):
        read_json(text.encode())


def test_bytes_that_are_no_text_are_refused() -> None:
    with refused("not text in UTF-8"):
        read_json(b"\xff\xfe[")


def test_a_key_that_comes_twice_among_very_many_is_found_at_once() -> None:
    text = "{" + ",".join(f'"{number}":0' for number in (*range(100_000), 99_999)) + "}"

    with refused("'99999' is said twice"):
        read_json(text.encode())
