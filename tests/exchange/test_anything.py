"""Whatever stands in a file, the answer is what it says or a clear no, never an accident."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from functools import cache
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.format.programme import Programme
from domain.refusals import Refused
from exchange import answers
from exchange.applications import from_json, from_workbook, to_workbook
from exchange.attachments import Attachments
from exchange.question_form import ANSWERS, FORMAT, NEEDED
from exchange.questions import open_questions
from exchange.unusable import Unusable
from tests.desk import the_rulebook
from tests.exchange.workbooks import part_of, with_part
from tests.rounds import RoundDesk, a_bid, officer

R = TypeVar("R")

PARTS = (
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/sharedStrings.xml",
    "xl/worksheets/sheet1.xml",
    "xl/worksheets/sheet2.xml",
)
#: What the bytes of a part may become: markup and numbers that mean something else, and noise.
NOISE = st.sampled_from(
    [b"", b"<", b"</c>", b't="b"', b't="e"', b"<f/>", b"-1", b"1E400", b"\x00", b"\xff", b"&#0;", b"A1"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PARTLY = st.dictionaries(st.sampled_from(["applicant", "materials", "services", "attachment", "sha256"]), JSON)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoundDesk]:
    """A desk with one open case."""
    opened = RoundDesk(tmp_path_factory.mktemp("desk") / "ledger.sqlite")
    opened.apply()
    yield opened
    opened.ledger.close()


def said(reading: Callable[[], R]) -> R | None:
    """What a file says; None if it was refused in words of both languages."""
    try:
        return reading()
    except Unusable as refused:
        words = str(refused)
    assert " / " in words
    return None


@cache
def a_workbook() -> tuple[Programme, bytes]:
    """One application in a workbook of its programme."""
    programme = the_rulebook().in_force("qd-slzx", date.max)
    return programme, to_workbook([a_bid(1)], programme)


@settings(max_examples=60)
@given(part=st.sampled_from(PARTS), where=st.integers(0, 1_000), cut=st.integers(0, 30), noise=NOISE)
def test_a_workbook_that_was_tampered_with_is_read_or_refused(part: str, where: int, cut: int, noise: bytes) -> None:
    programme, content = a_workbook()
    xml = part_of(content, part)
    at = where * len(xml) // 1_000
    tampered = with_part(content, part, xml[:at] + noise + xml[at + cut :])

    handed = said(lambda: from_workbook(tampered, programme, Attachments()))

    assert all(" / " in problem for one in handed or () for problem in one.problems)


@settings(max_examples=60)
@given(content=JSON | st.lists(PARTLY))
def test_any_json_is_applications_or_refused(content: Any) -> None:
    handed = said(lambda: from_json(json.dumps(content).encode(), Attachments()))

    assert all(" / " in problem for one in handed or () for problem in one.problems)


@settings(max_examples=60)
@given(changes=st.dictionaries(st.sampled_from([*NEEDED, *ANSWERS, "answers", "more"]), JSON | st.just("clean")))
def test_any_json_is_answers_or_refused(desk: RoundDesk, changes: dict[str, Any]) -> None:
    asked = json.loads(open_questions(desk.ledger, desk.door.rulebook, ()).to_json())
    question = asked["questions"][0] | {"outcome": "clean", "answeredOn": "2024-01-25"}
    content = json.dumps(asked | {"questions": [question | changes]}).encode()

    returned = said(lambda: answers.from_json(content))

    for row in returned.rows if returned else ():
        with suppress(Refused):
            answers.entering(row, "ab" * 32, Attachments(), desk.ledger, officer("district-reviewer"))


@settings(max_examples=40)
@given(content=JSON | st.fixed_dictionaries({"manifest": st.just({"format": FORMAT}), "questions": JSON}))
def test_any_json_is_a_file_of_answers_or_refused(content: Any) -> None:
    said(lambda: answers.from_json(json.dumps(content).encode()))


@settings(max_examples=60)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_refused(content: bytes) -> None:
    for reading in (answers.from_workbook, answers.from_json):
        with pytest.raises(Unusable):
            reading(content)
