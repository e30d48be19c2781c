"""Whatever a file holds: never a traceback, never a wrong place, never a value that passes for another."""

import copy
import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cli.terminal import harmless
from policy.model import validate
from policy.problems import Problem, as_json, has_errors, render
from policy.reader import PROBLEMS_MOST
from policy.scalars import Misread, read_plain
from policy.schema import json_schema
from policy.source import BYTES_MOST, Source, parse
from tests.policy.forms import FORM, Form

SCHEMA = Draft202012Validator(json_schema(Form))
GOOD = parse(FORM.encode(), "form.yaml").data

# What YAML is made of, so that random text is nearly YAML.
PIECES = st.sampled_from(
    ["a", "b: ", "- ", "\n", "  ", "\t", "{", "}", "[", "]", ", ", ": ", "? ", "&a ", "*a", "!x ", "!!int ", "|", ">-",
     "'", '"', "#", "%", "@", "`", "---\n", "...\n", "<<: ", "0x1", "1:2", "0.5", "~", "yes", "2024-01-01", "\\", "\r",
     "\r\n", "\0", "\u202e", "\ufeff", "\u2028", "\x85", "北京", "\U0001f600", "=", "%YAML 1.1\n"]
)  # fmt: skip
WORDS = st.text(st.sampled_from("0123456789+-_.:eExobaftrunyslANIFTZ~=<> /Qq"), min_size=1, max_size=12)
LEAVES = st.one_of(
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.booleans(),
    st.dates(),
    st.text(st.characters(codec="utf-8"), max_size=12),
    WORDS,
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def must_be_told(source: Source, problems: list[Problem]) -> None:
    """Every problem has a place inside the file and can be told in both languages to people and to programs."""
    assert len(problems) <= 3 * PROBLEMS_MOST + 3
    for problem in problems:
        assert 1 <= problem.line <= max(1, len(source.lines))
        assert 1 <= problem.column <= len(source.lines[problem.line - 1]) + 1
        assert problem.width >= 1
    for language in ("zh", "en"):
        told = render(problems, language).plain
        assert harmless(told) == told
        json.dumps(as_json(problems, language))


def must_hold_together(content: bytes) -> Form | None:
    source = parse(content, "form.yaml")
    form, problems = validate(source, Form)
    must_be_told(source, problems)
    assert (form is None) == has_errors(problems)
    return form


def as_written(value: Any) -> Any:
    """With the kind of each value beside it, since 1 == True; tuples as lists."""
    match value:
        case dict():
            return {key: as_written(row) for key, row in value.items()}
        case list() | tuple():
            return [as_written(row) for row in value]
    return type(value).__name__, value


@settings(deadline=None)
@given(st.binary(max_size=300))
@example(b"\xff")
def test_any_bytes(content: bytes) -> None:
    must_hold_together(content)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text_that_is_nearly_yaml(text: str) -> None:
    must_hold_together(text.encode())


@settings(deadline=None)
@given(TREES, st.booleans())
def test_what_is_written_as_yaml_is_read_as_it_was_meant_or_refused(tree: Any, in_one_line: bool) -> None:
    written = yaml.safe_dump(tree, allow_unicode=True, default_flow_style=in_one_line, sort_keys=False)
    source = parse(written.encode(), "x.yaml")

    must_be_told(source, list(source.problems))
    if not source.problems:
        assert as_written(source.data) == as_written(tree)


@settings(deadline=None)
@given(WORDS)
@example("1_0")
@example("0o17")
@example("1e3")
@example("12:30")
@example("No")
@example("=")
def test_a_word_that_some_yaml_reads_as_something_else_is_no_text(word: str) -> None:
    """YAML 1.1 by PyYAML's own resolver; the core schema of YAML 1.2 by its own expressions."""
    by_1_1 = yaml.SafeLoader("").resolve(yaml.ScalarNode, word, (True, False))  # type: ignore[no-untyped-call]
    by_1_2 = yaml_1_2_kind(word)
    try:
        value = read_plain(word)
    except Misread:
        return
    if isinstance(value, str):
        assert by_1_1 in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:value", "tag:yaml.org,2002:merge")
        assert by_1_2 == "str"
    else:
        assert value == yaml.safe_load(word)
        assert type(value) is type(yaml.safe_load(word))


def yaml_1_2_kind(word: str) -> str:
    """Chapter 10.3.2 of YAML 1.2.2."""
    rows = {
        "null": r"null|Null|NULL|~|",
        "bool": r"true|True|TRUE|false|False|FALSE",
        "int": r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+",
        "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN",
    }
    return next((kind for kind, pattern in rows.items() if re.fullmatch(pattern, word)), "str")


@settings(deadline=None)
@given(TREES, st.booleans())
def test_every_place_is_that_of_another_parser(tree: Any, in_one_line: bool) -> None:
    """PyYAML's own scanner is another program than libyaml, which we read with."""
    written = yaml.safe_dump({"a": tree}, allow_unicode=True, default_flow_style=in_one_line, sort_keys=False)
    source = parse(written.encode(), "x.yaml")
    if source.problems:
        return
    marks = dict(places_of(yaml.compose(written, yaml.SafeLoader)))

    assert {path: (place.line, place.column) for path, place in source.values.items()} == marks


def places_of(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], tuple[int, int]]]:
    yield path, (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from places_of(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from places_of(value, (*path, index))


def paths_of(tree: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    rows = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, row in rows:
        yield from paths_of(row, (*path, step))


@st.composite
def mutations(draw: st.DrawFn) -> Any:
    """The good form with one or two nodes deleted, repeated, renamed, moved or replaced."""
    tree = copy.deepcopy(GOOD)
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from([path for path in paths_of(tree) if path]))
        holder = tree
        for step in path[:-1]:
            holder = holder[step]
        last = path[-1]
        match draw(st.sampled_from(["delete", "repeat", "rename", "move", "replace"])):
            case "delete":
                del holder[last]
            case "repeat" if isinstance(holder, list) and isinstance(last, int):
                holder.insert(last, copy.deepcopy(holder[last]))
            case "rename" if isinstance(holder, dict):
                holder[draw(st.sampled_from(["first", "kind", "wait", "Zh", "", f"{last}x"]))] = holder.pop(last)
            case "move":
                source = tree
                for step in draw(st.sampled_from(list(paths_of(tree)))):
                    source = source[step]
                holder[last] = copy.deepcopy(source)
            case _:
                holder[last] = draw(
                    st.sampled_from([0, 1, 5, True, False, "5", "", "wait", [], {}, date(2024, 2, 29), "2024-02-29"])
                )
        if not isinstance(tree, dict) or not tree:
            break
    return tree


@settings(max_examples=300, deadline=None)
@given(mutations())
def test_of_a_changed_file_nothing_is_taken_that_does_not_fit(tree: Any) -> None:
    """What is accepted says exactly what the file said, and an independent validator with the schema accepts it too."""
    form = must_hold_together(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False).encode())
    as_json_says = json.loads(json.dumps(tree, default=date.isoformat))

    if form is not None:
        assert as_written(form.model_dump(by_alias=True, exclude_unset=True)) == as_written(tree)
        assert [error.message for error in SCHEMA.iter_errors(as_json_says)] == []


@settings(deadline=None)
@given(st.data())
def test_a_file_with_a_part_of_its_text_cut_or_doubled(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(FORM)))
    end = data.draw(st.integers(start, min(len(FORM), start + 80)))
    times = data.draw(st.sampled_from([0, 2, 3]))
    form = must_hold_together((FORM[:start] + FORM[start:end] * times + FORM[end:]).encode())

    if form is not None:
        text = FORM[:start] + FORM[start:end] * times + FORM[end:]
        assert as_written(form.model_dump(by_alias=True, exclude_unset=True)) == as_written(yaml.safe_load(text))


HUGE = {
    "brackets": "[" * BYTES_MOST,
    "dashes": "- " * (BYTES_MOST // 2),
    "question marks": "? " * (BYTES_MOST // 2),
    "nested keys": "\n".join(" " * depth + "a:" for depth in range(1_300)),
    "one quotation mark": '"' + "x" * (BYTES_MOST - 1),
    "quotation marks": "'" * BYTES_MOST,
    "exclamation marks": "!" * BYTES_MOST,
    "anchors": "&a " * (BYTES_MOST // 3),
    "colons": ":" * BYTES_MOST,
    "unseen": "\x01" * BYTES_MOST,
    "line feeds": "\n" * BYTES_MOST,
    "carriage returns": "\r" * BYTES_MOST,
    "tabs": "\t" * BYTES_MOST,
    "one number": "1" * BYTES_MOST,
    "one key": "x" * (BYTES_MOST - 3) + ": 1",
    "nearly a number": "1_" * (BYTES_MOST // 2) + "x",
    "nearly a time": "1:" * (BYTES_MOST // 2) + "x",
    "nearly a date": "2024-01-01 " + " 1" * 400_000,
    "escapes": '"' + "\\x41" * 240_000 + '"',
    "one entry many times": "x: 1\n" * 190_000,
    "many unknown keys": "".join(f"k{number}: 1\n" for number in range(70_000)),
    "many wrong rows": "steps: [" + "5, " * 300_000 + "]",
    "many numbers": "[" + "1," * 490_000 + "]",
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE)
def test_a_megabyte_of_anything_is_answered(text: str) -> None:
    must_hold_together(text.encode()[:BYTES_MOST])
