"""A mistake inside an expression is shown where it stands in the file, however the file quotes or folds the text."""

import pytest

from policy.expression_places import place_within
from policy.source import parse

WRITTEN = [
    pytest.param("a: one && wrong && two\n", (1, 11), id="plain"),
    pytest.param("a: 'one && wrong && two'\n", (1, 12), id="single quotes"),
    pytest.param('a: "one && wrong && two"\n', (1, 12), id="double quotes"),
    pytest.param("a: 'x == ''y'' && wrong'\n", (1, 19), id="doubled quotes"),
    pytest.param('a: "x == \\"y\\" && wrong"\n', (1, 19), id="escaped quotes"),
    pytest.param("a: >-\n  one &&\n  wrong && two\n", (3, 3), id="folded"),
    pytest.param("a: |\n  one &&\n    wrong && two\n", (3, 5), id="literal"),
    pytest.param("a: one &&\n  wrong && two\n", (2, 3), id="plain over two lines"),
    pytest.param("b: 1\na: '中文 && wrong'\n", (2, 11), id="wide characters"),
    pytest.param("a:\n  - one && wrong\n", (2, 12), id="in a list"),
]


@pytest.mark.parametrize(("written", "place"), WRITTEN)
def test_the_place_is_that_of_the_character_in_the_file(written: str, place: tuple[int, int]) -> None:
    source = parse(written.encode(), "a.yaml")
    path = ("a", 0) if isinstance(source.data["a"], list) else ("a",)
    text = source.data["a"][0] if len(path) > 1 else source.data["a"]
    line = text[: text.index("wrong")].count("\n") + 1
    column = text.index("wrong") - text.rfind("\n", 0, text.index("wrong"))

    found = place_within(source, path, text, line, column)

    assert (found.line, found.column, found.width) == (*place, len("wrong"))


@pytest.mark.parametrize(("line", "column"), [(0, 0), (1, 0), (1, 1_000), (7, 1)])
def test_a_place_outside_of_the_text_is_the_text_itself(line: int, column: int) -> None:
    source = parse(b"a: one\n", "a.yaml")

    assert place_within(source, ("a",), "one", line, column) == source.place(("a",))


def test_what_an_escape_hides_is_shown_at_the_whole_text() -> None:
    source = parse(b'a: "\\x41 wrong"\n', "a.yaml")

    assert place_within(source, ("a",), "A wrong", 1, 3) == source.place(("a",))
