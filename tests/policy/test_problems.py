"""What an author sees: the line, the place underlined, the way out; the same in both languages; nothing to obey."""

import io
import json
import re
from pathlib import Path
from string import Formatter

import pytest
from rich.console import Console

from cli.terminal import harmless
from policy.problem_texts import KINDS, LABELS, TEXTS
from policy.problems import Problem, Severity, as_json, has_errors, in_order, render
from policy.source import parse
from tests.policy.forms import FORM, form_with, problems_of

OBEYED = [chr(code) for code in range(0xD800) if harmless(chr(code)) != chr(code)]

BROKEN = FORM.replace("on_silence: passes", "on_silense: passes").replace('share: "20/100"', "share: 0.2")

IN_ENGLISH = """\
form.yaml:12:42  error KEY_UNKNOWN  The key on_silense has no meaning here.
   |
12 |     limit: {days: 5, unit: working_days, on_silense: passes}
   |                                          ^^^^^^^^^^
  help: Keys known here: days, unit, on_silence, fee. Did you mean on_silence?
  clause: BJ-1.1

form.yaml:16:12  error NUMBER_INEXACT  0.2 is a decimal number, which would be read inexactly.
   |
16 |     share: 0.2
   |            ^^^
  help: Numbers are exact: whole, or quoted decimals and ratios. Quote it: "0.2"; better a ratio, such as "20/100".
  clause: BJ-2.1

2 errors in 1 file.
"""

IN_CHINESE = """\
form.yaml:12:42  错误 KEY_UNKNOWN  键 on_silense 在此处没有含义。
   |
12 |     limit: {days: 5, unit: working_days, on_silense: passes}
   |                                          ^^^^^^^^^^
  办法：此处可用的键：days、unit、on_silence、fee。是否想写 on_silence？
  条款：BJ-1.1

form.yaml:16:12  错误 NUMBER_INEXACT  0.2 是小数，按浮点数读取会失去精确。
   |
16 |     share: 0.2
   |            ^^^
  办法：数值须精确：整数，或加引号的小数、分数。请加引号："0.2"；分数更好，如 "20/100"。
  条款：BJ-2.1

1个文件中有2个错误。
"""


@pytest.mark.parametrize(("language", "expected"), [("en", IN_ENGLISH), ("zh", IN_CHINESE), ("fr", IN_CHINESE)])
def test_problems_read_like_those_of_a_good_compiler(language: str, expected: str) -> None:
    assert render(problems_of(BROKEN), language).plain == expected


def test_the_caret_stands_under_the_place_where_characters_are_wide() -> None:
    lines = render(problems_of(form_with("{zh: 表, en: form}", "{zh: 申请表, EN: form}")), "en").plain.split("\n")

    assert lines[2:4] == ["6 | titles: {zh: 申请表, EN: form}", "  |                      ^^"]


def test_of_a_long_line_the_part_around_the_place_is_shown() -> None:
    (problem,) = parse(("a: [" + "'x', " * 100 + "0.5" + ", 'y'" * 100 + "]\n").encode(), "x.yaml").problems
    shown = render([problem], "en").plain.split("\n")

    assert shown[2].startswith("1 | …")
    assert shown[2].endswith("…")
    assert len(shown[2]) < 110
    assert shown[2][shown[3].index("^") : shown[3].rindex("^") + 1] == "0.5"


def test_nothing_of_a_file_is_taken_as_markup() -> None:
    text = "a: '[bold red]x[/bold red]'\n'[link=http://x]k[/link]': 0.5\n"
    shown = io.StringIO()
    Console(file=shown, width=200, force_terminal=False).print(render(parse(text.encode(), "[i]x.yaml").problems, "en"))

    assert "'[link=http://x]k[/link]': 0.5" in shown.getvalue()
    assert shown.getvalue().startswith("[i]x.yaml:2:28")


def test_what_a_terminal_would_obey_is_written_out() -> None:
    hostile = "".join(OBEYED)
    text = f"{hostile}: 0.5\n'a{hostile}': yes\nb: [{hostile}\n"
    source = parse(text.encode(), f"{hostile}.yaml")
    told = render([*source.problems, source.problem("VALUE_REFUSED", (), message=hostile)], "en").plain

    assert harmless(told) == told
    assert "\\u001b" in told


def test_for_programs_every_problem_is_one_object() -> None:
    found = json.loads(json.dumps(as_json(problems_of(BROKEN), "en")))

    assert found[0] == {
        "file": "form.yaml",
        "line": 12,
        "column": 42,
        "width": 10,
        "severity": "error",
        "code": "KEY_UNKNOWN",
        "path": ["steps", 0, "limit", "on_silense"],
        "asked": "The key on_silense has no meaning here.",
        "allowed": "Keys known here: days, unit, on_silence, fee.",
        "suggestion": "Did you mean on_silence?",
        "clause": "BJ-1.1",
    }
    assert [problem["line"] for problem in found] == [12, 16]


def test_problems_of_several_files_are_in_the_order_of_their_places_and_counted() -> None:
    first, second = parse(b"a: 0.1\nb: yes\n", "a.yaml"), parse(b"x: 1\n", "b.yaml")
    warning = second.problem("VALUE_REFUSED", ("x",), severity=Severity.WARNING, message="odd")
    problems = [warning, *reversed(first.problems), *first.problems]

    assert [(p.name, p.line) for p in in_order(problems)] == [("a.yaml", 1), ("a.yaml", 2), ("b.yaml", 1)]
    assert render(problems, "en").plain.endswith("2 errors and 1 warning in 2 files.\n")
    assert render(problems, "zh").plain.endswith("2个文件中有2个错误、1个警告。\n")
    assert (has_errors(problems), has_errors([warning]), has_errors([])) == (True, False, False)


def test_without_problems_that_is_what_is_said() -> None:
    assert (render([], "en").plain, render([], "zh").plain) == ("No problems.\n", "没有发现问题。\n")


def test_a_long_value_is_quoted_by_its_beginning() -> None:
    (problem,) = parse(f"a: {'9' * 5_000}\n".encode(), "x.yaml").problems

    assert len(problem.asked("en")) < 200


@pytest.mark.parametrize("code", TEXTS)
def test_every_code_says_the_same_in_both_languages(code: str) -> None:
    facts = {
        language: {name for part in parts for _, name, _, _ in Formatter().parse(part) if name}
        for language, parts in TEXTS[code].items()
    }

    assert facts["zh"] == facts["en"]
    assert all(len(parts) == 3 and all(parts) for parts in TEXTS[code].values())
    assert re.fullmatch("[A-Z]+(_[A-Z0-9]+)+", code)


def test_labels_and_kinds_are_in_both_languages() -> None:
    assert all(set(words) == {"zh", "en"} and all(words.values()) for words in [*LABELS.values(), *KINDS.values()])


def test_a_problem_can_be_told_without_its_line() -> None:
    problem = Problem("FILE_EMPTY", (), "x.yaml", 1, 1)

    assert render([problem], "en").plain.startswith("x.yaml:1:1  error FILE_EMPTY  The file is empty.\n  help: ")


def test_every_code_of_the_reader_and_of_the_model_is_provoked_by_a_test() -> None:
    here = Path(__file__).parent
    tested = "".join((here / name).read_text("utf-8") for name in ("test_source.py", "test_model.py"))
    raised = "".join(
        (here.parent.parent / "policy" / name).read_text("utf-8")
        for name in ("scalars.py", "reader.py", "source.py", "model.py")
    )
    codes = set(re.findall('"([A-Z0-9]+(?:_[A-Z0-9]+)+)"', raised)) & set(TEXTS)

    assert len(codes) > 30
    assert sorted(code for code in codes if f'"{code}"' not in tested) == []
