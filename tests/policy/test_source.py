"""What cannot be read alike by everybody is refused, with its code, at its place; what is read keeps its place."""

import os
from datetime import date
from pathlib import Path

import pytest

from policy.problems import Place, has_errors
from policy.source import BYTES_MOST, parse, read
from tests.policy.forms import FORM, marked, places

HERE = Path(__file__)

REFUSED = [
    ("NUMBER_INEXACT", "rate: «0.2»\n"),
    ("NUMBER_INEXACT", "rate: [1, «-1.5e3»]\n"),
    ("NUMBER_INEXACT", "rate: «.5»\n"),
    ("NUMBER_INEXACT", "rate: «5.»\n"),
    ("NUMBER_INEXACT", "rate: «1e3»\n"),
    ("NUMBER_INEXACT", "rate: «1:30.5»\n"),
    ("NUMBER_ENDLESS", "rate: «.inf»\n"),
    ("NUMBER_ENDLESS", "rate: «-.INF»\n"),
    ("NUMBER_ENDLESS", "rate: «.nan»\n"),
    ("NUMBER_SPELLING", "code: «0777»\n"),
    ("NUMBER_SPELLING", "code: «08»\n"),
    ("NUMBER_SPELLING", "code: «0x1F»\n"),
    ("NUMBER_SPELLING", "code: «0o17»\n"),
    ("NUMBER_SPELLING", "code: «0b11»\n"),
    ("NUMBER_SPELLING", "code: «+5»\n"),
    ("NUMBER_SPELLING", "code: «-0»\n"),
    ("NUMBER_SPELLING", "code: «1_000»\n"),
    ("NUMBER_SPELLING", "closes_at: «17:30»\n"),
    ("NUMBER_SPELLING", "closes_at: «08:30»\n"),
    ("NUMBER_TOO_LARGE", "fen: «9223372036854775808»\n"),
    ("NUMBER_TOO_LARGE", "fen: «-9223372036854775808»\n"),
    ("NUMBER_TOO_LARGE", f"fen: «{'9' * 5_000}»\n"),
    ("BOOLEAN_WORD", "open: «yes»\n"),
    ("BOOLEAN_WORD", "open: «Off»\n"),
    ("BOOLEAN_WORD", "open: «TRUE»\n"),
    ("BOOLEAN_WORD", "open: «n»\n"),
    ("BOOLEAN_WORD", "«on»: 1\n"),
    ("VALUE_EMPTY", "title: «~»\n"),
    ("VALUE_EMPTY", "title: «null»\n"),
    ("VALUE_EMPTY", "a:\n  - «NULL»\n"),
    ("DATE_SPELLING", "day: «2024-02-30»\n"),
    ("DATE_SPELLING", "day: «0000-01-01»\n"),
    ("DATE_SPELLING", "day: «2024-2-3»\n"),
    ("TIME_USED", "day: «2024-02-03 10:00:00»\n"),
    ("TIME_USED", "day: «2024-02-03T10:00:00Z»\n"),
    ("KEY_TWICE", "a: 1\nb: 2\n«a»: 3\n"),
    ("KEY_TWICE", "x: {a: 1, «\"a\"»: 2}\n"),
    ("KEY_NOT_TEXT", "«2024»: 1\n"),
    ("KEY_NOT_TEXT", "«2024-01-01»: 1\n"),
    ("KEY_NOT_TEXT", "«true»: 1\n"),
    ("KEY_NOT_TEXT", "? «[»a, b]\n: 1\n"),
    ("KEY_NOT_TEXT", "x:\n  ? «{»a: b}\n  : 1\n"),
    ("KEY_NOT_TEXT", "«null»: 1\n"),
    ("ANCHOR_USED", "a: «&x 1»\n"),
    ("ANCHOR_USED", "a: «*»x\n"),
    ("ANCHOR_USED", "a: «&»x [1]\n"),
    ("ANCHOR_USED", "«*x» : 1\n"),
    ("MERGE_KEY", "«<<»: {a: 1}\n"),
    ("TAG_USED", "a: «!!str 5»\n"),
    ("TAG_USED", "a: «!!python/object/apply:os.system [»id]\n"),
    ("TAG_USED", "a: «! five»\n"),
    ("TAG_USED", "a: «!»x {b: c}\n"),
    ("CHARACTER_UNSEEN", "a: pass«\u202e»word\n"),
    ("CHARACTER_UNSEEN", "a: zero«\u200b»width\n"),
    ("CHARACTER_UNSEEN", "a: soft«\u00ad»hyphen\n"),
    ("CHARACTER_UNSEEN", "a: x\nb: y«\x1b»[31m\n"),
    ("CHARACTER_UNSEEN", "a: x«\x00»\n"),
    ("CHARACTER_UNSEEN", "a: x«\u2028»b\n"),
    ("CHARACTER_UNSEEN", "a: x«\r»b\n"),
    ("CHARACTER_UNSEEN", "a: x«\ufeff»\n"),
    ("CHARACTER_UNSEEN", 'a: «"\\e[31m"»\n'),
    ("CHARACTER_UNSEEN", '«"\\0"»: x\n'),
    ("DOCUMENTS_SEVERAL", "a: 1\n«---»\nb: 2\n"),
    ("DIRECTIVE_USED", "«%»YAML 1.1\n---\na: 1\n"),
    ("DIRECTIVE_USED", "«%»TAG ! tag:x,2000:\n---\na: 1\n"),
    ("YAML_SYNTAX", "a: «'»never closed\nb: 1\n"),
    ("YAML_SYNTAX", "a: [1, 2\nb«:» 3\n"),
    ("YAML_SYNTAX", "a: b«:» c\n"),
    ("YAML_SYNTAX", "a:\n«\t»b: 1\n"),
    ("YAML_SYNTAX", "a: 1\n b«:» 2\n"),
    ("YAML_SYNTAX", "a: «@»x\n"),
    ("YAML_SYNTAX", "a: «%»x\n"),
    ("YAML_SYNTAX", "a: «`»x`\n"),
    ("YAML_SYNTAX", "- a\n«b»: 1\n"),
    ("YAML_SYNTAX", "{a: 1}«}»\n"),
    ("YAML_SYNTAX", 'a: "«\\»q"\n'),
    ("YAML_SYNTAX", 'a: "\\u«d800»"\n'),
    ("YAML_SYNTAX", "a: |\n x\n«\t»b\n"),
    ("YAML_SYNTAX", "a:\n  b: 1\n «c»: 2\n"),
    ("YAML_SYNTAX", "a: x\n«»- b\n"),
    ("NESTED_TOO_DEEP", "a: " + "[" * 39 + "«[»" + "]" * 40 + "\n"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text"), REFUSED)
def test_what_is_not_read_alike_everywhere_is_refused_at_its_place(code: str, text: str) -> None:
    wanted = marked(text)
    source = parse(wanted.text.encode(), "x.yaml")

    assert places(source.problems) == [(code, wanted.line, wanted.column)]
    assert has_errors(source.problems)


@pytest.mark.parametrize(("code", "text"), [row for row in REFUSED if row[0] in ("NUMBER_INEXACT", "BOOLEAN_WORD")])
def test_the_whole_word_is_underlined(code: str, text: str) -> None:
    wanted = marked(text)

    assert [problem.width for problem in parse(wanted.text.encode(), "x.yaml").problems] == [wanted.width]


def test_an_empty_value_is_pointed_at_behind_its_colon() -> None:
    assert places(parse(b"a: 1\nb:\nc: 2\n", "x.yaml").problems) == [("VALUE_EMPTY", 2, 3)]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"# only a comment\n", b"---\n", b"---\n...\n", b"\xef\xbb\xbf"])
def test_a_file_without_content_is_refused(content: bytes) -> None:
    source = parse(content, "x.yaml")

    assert [problem.code for problem in source.problems] == ["FILE_EMPTY"]
    assert not source.is_whole


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        ("标题: 北京\n名: ".encode() + "兑".encode("gbk"), 2, 4),
        (b"\xff\xfea\x00", 1, 1),
        (b"\xef\xbb\xbfa: \xff", 1, 4),
        (b"a: 1\r\nb: \xc0\x80", 2, 4),
    ],
)
def test_bytes_that_are_no_text_are_refused_where_they_begin(content: bytes, line: int, column: int) -> None:
    assert places(parse(content, "x.yaml").problems) == [("FILE_NOT_UTF8", line, column)]


def test_a_file_of_a_megabyte_is_read_and_one_byte_more_is_refused() -> None:
    assert parse(b"a: " + b"x" * (BYTES_MOST - 3), "x.yaml").problems == ()
    assert places(parse(b"a: " + b"x" * (BYTES_MOST - 2), "x.yaml").problems) == [("FILE_TOO_LARGE", 1, 1)]


def test_what_cannot_be_opened_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # reading it would never end
    (tmp_path / "large.yaml").write_bytes(b"#" * (BYTES_MOST + 1))
    codes = {
        name: [problem.code for problem in read(tmp_path / name).problems]
        for name in ("", "absent.yaml", "pipe", "large.yaml", "nul\0")
    }

    assert codes == {
        "": ["FILE_UNREADABLE"],
        "absent.yaml": ["FILE_UNREADABLE"],
        "pipe": ["FILE_UNREADABLE"],
        "large.yaml": ["FILE_TOO_LARGE"],
        "nul\0": ["FILE_UNREADABLE"],
    }


def test_all_problems_are_told_at_once() -> None:
    text = "a: 0.2\nb: [yes, ~]\n<<: {c: .5}\n? [x]\n: {d: 1_0}\n2: 3\ne: &x 1\na: 1\n"

    assert places(parse(text.encode(), "x.yaml").problems) == [
        ("NUMBER_INEXACT", 1, 4),
        ("BOOLEAN_WORD", 2, 5),
        ("VALUE_EMPTY", 2, 10),
        ("MERGE_KEY", 3, 1),
        ("NUMBER_INEXACT", 3, 9),
        ("KEY_NOT_TEXT", 4, 3),
        ("NUMBER_SPELLING", 5, 7),
        ("KEY_NOT_TEXT", 6, 1),
        ("ANCHOR_USED", 7, 4),
        ("KEY_TWICE", 8, 1),
    ]


def test_beyond_two_hundred_problems_the_rest_is_not_told() -> None:
    problems = parse(b"- 0.5\n" * 1_000, "x.yaml").problems

    assert len(problems) == 201
    assert places(problems)[-1] == ("PROBLEMS_MANY", 201, 3)


def test_a_billion_laughs_are_refused_and_not_expanded() -> None:
    laughs = "a: &a [ha, ha]\n" + "".join(
        f"{one}: &{one} [{', '.join([f'*{before}'] * 9)}]\n" for before, one in zip("abcdefgh", "bcdefghi", strict=True)
    )
    source = parse(laughs.encode(), "x.yaml")

    assert {problem.code for problem in source.problems} == {"ANCHOR_USED"}
    assert source.data["b"] == ["*a"] * 9


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "{[", "[{a: "])
def test_depth_costs_no_recursion(opening: str) -> None:
    text = opening * (BYTES_MOST // len(opening))

    assert [problem.code for problem in parse(text.encode(), "x.yaml").problems][-1] in (
        "NESTED_TOO_DEEP",
        "KEY_NOT_TEXT",
    )


def test_forty_levels_are_read() -> None:
    assert parse(b"[" * 40 + b"]" * 40, "x.yaml").problems == ()


def test_plain_words_are_what_they_look_like() -> None:
    text = """\
number: 12
below: -3
none: 0
yes_it_is: true
day: 2024-02-29
quarter: 2024Q1
clause: BJ-3.2
quoted: "0.2"
also: 'yes'
version: 1.2.3
folded: >-
  a
  b
empty: ""
equals: =
"""
    assert parse(text.encode(), "x.yaml").data == {
        "number": 12,
        "below": -3,
        "none": 0,
        "yes_it_is": True,
        "day": date(2024, 2, 29),
        "quarter": "2024Q1",
        "clause": "BJ-3.2",
        "quoted": "0.2",
        "also": "yes",
        "version": "1.2.3",
        "folded": "a b",
        "empty": "",
        "equals": "=",
    }


def test_line_ends_of_windows_and_a_byte_order_mark_move_no_place() -> None:
    plain = parse(FORM.encode(), "x.yaml")
    windows = parse(b"\xef\xbb\xbf" + FORM.replace("\n", "\r\n").encode(), "x.yaml")

    assert (windows.data, windows.values, windows.keys) == (plain.data, plain.values, plain.keys)
    assert windows.sha256 != plain.sha256


def test_every_key_and_value_has_its_place_and_what_is_absent_that_of_its_mapping() -> None:
    source = parse(FORM.encode(), "form.yaml")

    assert source.place(("steps", 0, "limit", "days")) == Place(12, 19, 1)
    assert source.place(("steps", 0, "limit"), of_key=True) == Place(12, 5, 5)
    assert source.place(("steps", 0, "limit", "absent")) == source.place(("steps", 0, "limit")) == Place(12, 12, 1)
    assert source.place(("steps", 9)) == source.place(("steps",))
    assert source.place(("absent",)) == Place(2, 1, 1)


def test_a_problem_cites_the_clause_of_the_nearest_row() -> None:
    source = parse(FORM.encode(), "form.yaml")

    assert source.clause(("steps", 0, "limit", "days")) == "BJ-1.1"
    assert source.clause(("alternatives", 0, "steps", 0)) == "BJ-2.2"
    assert source.clause(("titles", "zh")) == ""
    assert source.problem("VALUE_REFUSED", ("steps", 1, "pay"), message="x").clause == "BJ-2.1"


@pytest.mark.parametrize(
    "path", sorted((HERE.parent.parent.parent / "programmes").glob("*/*.yaml")), ids=lambda path: path.name
)
def test_the_shipped_programmes_can_be_read(path: Path) -> None:
    assert read(path).problems == ()
