"""Whatever does not fit the model is told, all at once, at its place, in words and with a way out."""

from datetime import date
from typing import Literal, get_args

import pytest
from pydantic_core.core_schema import ErrorType

from policy.model import CODES, EXPECTED, close, validate
from policy.problem_texts import TEXTS
from policy.source import parse
from tests.policy.forms import FORM, Form, Row, form_with, marked, places, problems_of

# Code, what is written instead of what, and the suggestion.
MISTAKES = [
    ("KEY_MISSING", "{days: 5, unit: working_days,", "«{»days: 5,", "Add them."),
    ("KEY_UNKNOWN", "on_silence: passes", "«on_silense»: passes", "Did you mean on_silence?"),
    ("KEY_UNKNOWN", "open: true", "«is_open»: true", "Did you mean open?"),
    ("KEY_UNKNOWN", "share: \"20/100\"", "«wait»: 1", "Delete it, or move it where it belongs."),
    ("KEY_UNKNOWN", "pay: 100\n", "pay: 100\n    «pai»: 1\n", "Did you mean pay?"),
    ("KEY_MISPLACED", "{zh: 表, en: form}", "{«ZH»: 表, en: form}", "Correct the key."),
    ("KEY_MISPLACED", "applicant: 申请人", "«aplicant»: 申请人", "Did you mean applicant?"),
    ("VALUE_UNKNOWN", "unit: working_days", "unit: «working_day»", "Did you mean working_days?"),
    ("VALUE_UNKNOWN", "unit: working_days", "unit: «weeks»", "Choose one of them."),
    ("VALUE_UNKNOWN", "- kind: wait", "- kind: «wiat»", "Did you mean wait?"),
    ("VALUE_UNKNOWN", "period:\n  hours: 8\n  per: day", "period: «yaer»", "Did you mean year?"),
    ("VALUE_UNKNOWN", "per: day", "per: «dya»", "Did you mean day?"),
    ("VALUE_KIND", "days: 5", "days: «\"5\"»", "Take the quotation marks away: 5."),
    ("VALUE_KIND", "days: 5", "days: «true»", "Write what the place takes."),
    ("VALUE_KIND", "format: 1\nfrom: 2024-01-01", "format: «true»\nfrom: 2024-01-01", "Write what the place takes."),
    ("VALUE_KIND", "open: true", "open: «\"true\"»", "Take the quotation marks away: true."),
    ("VALUE_KIND", "open: true", "open: «1»", "Write what the place takes."),
    ("VALUE_KIND", "from: 2024-01-01", "from: «\"2024-01-01\"»", "Take the quotation marks away: 2024-01-01."),
    ("VALUE_KIND", "from: 2024-01-01", "from: «1.1.2024»", "Write 2024-03-31, without quotation marks."),
    ("VALUE_KIND", "from: 2024-01-01", "from: «2024»", "Write 2024-03-31, without quotation marks."),
    ("VALUE_KIND", "clause: BJ-2.1", "clause: «2»", 'Quote it: "2".'),
    ("VALUE_KIND", "clause: BJ-2.1", "clause: «2024-01-01»", 'Quote it: "2024-01-01".'),
    ("VALUE_KIND", "clause: BJ-2.1", "clause: «true»", 'Quote it: "true".'),
    ("VALUE_KIND", "limit: {days: 5, unit: working_days, on_silence: passes}", "limit: «5»",
     "Write key: value on the lines below, indented."),
    ("VALUE_KIND", "[{kind: pay, clause: BJ-2.2, pay: 7}]", "«BJ-2»", "Put it in brackets: [BJ-2]."),
    ("VALUE_KIND", "[{kind: pay, clause: BJ-2.2, pay: 7}]", "[«7»]", "Write key: value on the lines below, indented."),
    ("VALUE_KIND", "value: [a, b]", "value: [a, «2»]", 'Quote it: "2".'),
    ("VALUE_KIND", "hours: 8", "hours: «eight»", "Write what the place takes."),
    ("VALUE_KIND", "value: [a, b]", "value: «{»a: b}", "Write what the place takes."),
    ("TEXT_FORM", "share: \"20/100\"", "share: «20%»", "Write it in that form."),
    ("TEXT_LENGTH", "en: form}", "en: «\"\"»}", "Make it longer or shorter."),
    ("TEXT_LENGTH", "en: form}", "en: «a form of an office»}", "Make it longer or shorter."),
    ("LIST_LENGTH", "[{kind: pay, clause: BJ-2.2, pay: 7}]", "«[»]", "Add or take away entries."),
    ("LIST_LENGTH", "[{kind: pay, clause: BJ-2.2, pay: 7}]",
     "«[»{kind: pay, clause: a, pay: 7}" + ", {kind: pay, clause: a, pay: 7}" * 3 + "]", "Add or take away entries."),
    ("NUMBER_RANGE", "days: 5", "days: «0»", "Correct it."),
    ("NUMBER_RANGE", "days: 5", "days: «366»", "Correct it."),
    ("NUMBER_RANGE", "days: 5", "fee: «7», days: 5", "Correct it."),
    ("VALUE_REFUSED", "format: 1\nfrom: 2024-01-01\nthrough: 2024-12-31",
     "«format»: 1\nfrom: 2024-01-01\nthrough: 2124-12-31", "Correct the place."),
]  # fmt: skip


@pytest.mark.parametrize(("code", "old", "new", "suggestion"), MISTAKES)
def test_a_mistake_is_told_at_its_place_with_a_way_out(code: str, old: str, new: str, suggestion: str) -> None:
    wanted = marked(form_with(old, new))
    (problem,) = problems_of(wanted.text)

    assert places([problem]) == [(code, wanted.line, wanted.column)]
    assert problem.suggestion("en") == suggestion


def test_all_mistakes_are_told_at_once_and_once() -> None:
    text = FORM.replace("days: 5", 'days: "5"').replace("pay: 100", "pya: 100").replace("open: true", "open: 0.5")

    assert sorted(places(problems_of(text))) == [
        ("KEY_MISSING", 13, 5),
        ("KEY_UNKNOWN", 15, 5),
        ("NUMBER_INEXACT", 5, 7),
        ("VALUE_KIND", 12, 19),
    ]


def test_all_keys_that_a_mapping_lacks_are_one_problem() -> None:
    (problem,) = problems_of("format: 1\n")

    assert problem.asked("en") == "Missing: from, through, steps."


@pytest.mark.parametrize("whole", ["5\n", "[a, b]\n", "text\n", "2024-01-01\n", "true\n", '""\n'])
def test_a_file_that_is_no_mapping_is_refused(whole: str) -> None:
    assert places(problems_of(whole)) == [("VALUE_KIND", 1, 1)]


def test_a_row_without_its_kind_says_which_key_is_missing() -> None:
    (problem,) = problems_of(form_with("kind: pay, clause: BJ-2.2", "clause: BJ-2.2"))

    assert (problem.code, problem.facts["keys"]) == ("KEY_MISSING", ["kind"])


def test_of_a_place_for_one_thing_or_another_the_one_that_was_meant_is_explained() -> None:
    as_mapping = problems_of(form_with("hours: 8", "hours: eight"))
    as_word = problems_of(form_with("value: [a, b]", "value: nothing"))
    lacking = problems_of(form_with("  per: day\n", ""))

    assert places(as_mapping) == [("VALUE_KIND", 18, 10)]
    assert [(problem.code, problem.allowed("en")) for problem in as_word] == [("VALUE_UNKNOWN", "Known: none.")]
    assert [(problem.code, problem.facts["keys"]) for problem in lacking] == [("KEY_MISSING", ["per"])]


def test_what_reading_refused_is_not_told_again_in_other_words() -> None:
    assert places(problems_of(form_with("days: 5", "days: 0.5"))) == [("NUMBER_INEXACT", 12, 19)]
    assert places(problems_of(form_with("pay: 100", "<<: {pay: 100}"))) == [("MERGE_KEY", 15, 5)]


def test_a_validators_own_code_has_our_words_and_its_exact_place(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("止于{end}。", "先起后止。", "请改正。"), ("It ends on {end}.", "The end comes last.", "Correct it.")
    monkeypatch.setitem(TEXTS, "ENDS_FIRST", dict(zip(("zh", "en"), words, strict=True)))
    (problem,) = problems_of(form_with("through: 2024-12-31", "through: 2023-12-31"))

    assert places([problem]) == [("ENDS_FIRST", 4, 10)]
    assert (problem.asked("zh"), problem.asked("en")) == ("止于2023-12-31。", "It ends on 2023-12-31.")


def test_a_validators_code_that_has_no_words_of_ours_is_told_in_its_own() -> None:
    (problem,) = problems_of(form_with("through: 2024-12-31", "through: 2023-12-31"))

    assert places([problem]) == [("VALUE_REFUSED", 4, 10)]
    assert problem.asked("en") == "This does not hold together: ends first"


def test_a_good_file_becomes_the_model_and_nothing_is_converted() -> None:
    form, problems = validate(parse(FORM.encode(), "form.yaml"), Form)

    assert problems == []
    assert form is not None
    assert form.model_dump(by_alias=True)["steps"][1] == {
        "kind": "pay",
        "clause": "BJ-2.1",
        "pay": 100,
        "share": "20/100",
    }


def test_a_file_whose_reading_stopped_is_not_held_against_the_model() -> None:
    form, problems = validate(parse(b"a: [", "form.yaml"), Form)

    assert form is None
    assert [problem.code for problem in problems] == ["YAML_SYNTAX"]


def test_beyond_two_hundred_mistakes_the_rest_is_not_told() -> None:
    problems = problems_of(FORM + "".join(f"key_{number}: 1\n" for number in range(1_000)))

    assert len(problems) == 201
    assert problems[-1].code == "PROBLEMS_MANY"


def test_the_nearest_word_is_suggested_and_a_far_one_is_not() -> None:
    assert close("on_silense", ["days", "on_silence", "unit"]) == "on_silence"
    assert close("colour", ["days", "on_silence", "unit"]) == ""
    assert close("x" * 100_000, ["days"]) == ""


class OneNumber(Row):
    one: int


class OneFlag(Row):
    one: bool


class OneText(Row):
    one: str


class OneDay(Row):
    one: date


class OneFixed(Row):
    one: Literal[1]


class OneTrue(Row):
    one: Literal[True]


class OneMapping(Row):
    one: dict[str, int]


@pytest.mark.parametrize("written", ["1", "true", '"1"', '"2024-01-01"', "2024-01-01", "{a: 1}", "[1]"])
@pytest.mark.parametrize(
    ("model", "fitting"),
    [
        (OneNumber, {"1"}),
        (OneFlag, {"true"}),
        (OneText, {'"1"', '"2024-01-01"'}),
        (OneDay, {"2024-01-01"}),
        (OneFixed, {"1"}),
        (OneTrue, {"true"}),
        (OneMapping, {"{a: 1}"}),
    ],
)
def test_no_kind_of_value_passes_for_another(model: type[Row], fitting: set[str], written: str) -> None:
    found, problems = validate(parse(f"one: {written}\n".encode(), "x.yaml"), model)

    assert (found is not None) == (written in fitting)
    assert places(problems) == [] if written in fitting else places(problems)[0][1:] == (1, 6)


def test_pydantic_still_calls_its_errors_as_we_translate_them() -> None:
    translated = set(EXPECTED) | set(CODES) | {"missing", "extra_forbidden", "union_tag_invalid", "union_tag_not_found"}

    assert translated - set(get_args(ErrorType)) == set()
