"""The first file of a programme is sound, and never written over another."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.evaluation.edition import Edition
from domain.facts import CaseFacts
from duifu.v1.events_pb2 import ConditionStatus
from duifu.v1.facts_pb2 import CHECK_OUTCOME_CLEAN, CheckResult, CreditListing, CreditRecord
from policy.scaffold import KINDS, Draft, NotWritten, text, write
from settings import SHIPPED_PROGRAMMES
from tests.policy.drafts import checked

WORKING_DAYS = SHIPPED_PROGRAMMES / "working-days.yaml"
FIRST = date(2026, 1, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_file_is_sound_and_says_what_was_asked(kind: str) -> None:
    programme, problems = checked(text(Draft("yuncheng-slq", "云城市", "云城市算力券", FIRST, kind, "990100")))

    assert problems == []
    assert programme is not None
    assert (programme.programme_id, programme.edition, programme.title.zh) == (
        "yuncheng-slq",
        "2026-01-01",
        "云城市算力券",
    )
    assert (programme.jurisdiction.name, programme.jurisdiction.code) == ("云城市", "990100")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("ended", "status"),
    [
        ({}, "NOT_MET"),
        ({"ended_on": "2026-02-28"}, "MET"),
        ({"ended_on": "2026-03-01"}, "NOT_MET"),
        ({"ended_on": "2026-12-31"}, "NOT_MET"),
        ({"repaired_on": "2026-12-31"}, "NOT_MET"),
        ({"repaired_on": "2026-02-28"}, "NEEDS_PERSON"),
    ],
    ids=str,
)
def test_only_a_listing_that_ended_before_the_day_of_receipt_is_harmless(
    kind: str, ended: dict[str, str], status: str
) -> None:
    programme, _ = checked(text(Draft("yuncheng-slq", "云城市", "云城市算力券", FIRST, kind, "990100")))
    assert programme is not None
    listing = CreditListing(list_name="失信被执行人", listed_on="2025-01-01", is_dishonesty=True, **ended)
    record = CheckResult(check="credit", outcome=CHECK_OUTCOME_CLEAN, credit=CreditRecord(listings=[listing]))
    grounds = Edition(programme).rules.grounds("decision", CaseFacts(date(2026, 3, 1), checks={"credit": record}))

    found = next(ground for ground in grounds if ground.code.endswith("_E_CREDIT"))
    assert ConditionStatus.Name(found.status) == f"CONDITION_STATUS_{status}"


@given(
    words=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
    starts_on=st.dates(date(2000, 1, 1), date(2200, 12, 31)),
)
@settings(max_examples=25, deadline=None)
def test_whatever_a_programme_is_called_its_file_is_sound_or_not_written(words: str, starts_on: date) -> None:
    try:
        content = text(Draft("yuncheng-slq", words, words, starts_on))
    except NotWritten:
        return
    programme, problems = checked(content)

    assert problems == []
    assert programme is not None
    assert programme.title.zh == words
    assert json.dumps(words, ensure_ascii=False) in content


@pytest.mark.parametrize(
    "draft",
    [
        Draft("Yuncheng", "云城市", "算力券", FIRST),
        Draft("1x", "云城市", "算力券", FIRST),
        Draft("../x", "云城市", "算力券", FIRST),
        Draft("x" * 41, "云城市", "算力券", FIRST),
        Draft("yuncheng", "", "算力券", FIRST),
        Draft("yuncheng", "云城市", "算力\n券", FIRST),
        Draft("yuncheng", "云城市", "算力\x1b[31m券", FIRST),
        Draft("yuncheng", "云城市", "算力券", FIRST, code="12345"),
        Draft("yuncheng", "云城市", "算力券", date(9998, 1, 1)),
    ],
)
def test_what_no_file_can_be_called_is_refused_in_words(draft: Draft, tmp_path: Path) -> None:
    with pytest.raises(NotWritten) as refused:
        write(draft, tmp_path, (), WORKING_DAYS)

    assert "\x1b" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_prefix_that_another_programme_has_is_not_taken_again() -> None:
    programme, problems = checked(text(Draft("yuncheng-slq", "云城市", "算力券", FIRST), ["yuncheng"]))

    assert problems == []
    assert programme is not None
    assert programme.case_prefix == "yu"


def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    path = write(Draft("yuncheng-slq", "云城市", "算力券", FIRST), tmp_path, (), WORKING_DAYS)
    before = path.read_bytes()

    with pytest.raises(NotWritten, match="已经存在"):
        write(Draft("yuncheng-slq", "雨城市", "算力补助", FIRST), tmp_path, (), WORKING_DAYS)

    assert path.read_bytes() == before


def test_a_new_folder_gets_the_calendar_and_one_that_has_it_keeps_it(tmp_path: Path) -> None:
    write(Draft("yuncheng-slq", "云城市", "算力券", FIRST), tmp_path, (), WORKING_DAYS)
    assert (tmp_path / "working-days.yaml").read_bytes() == WORKING_DAYS.read_bytes()

    (tmp_path / "working-days.yaml").write_text("own", "utf-8")
    write(Draft("yuncheng-slq", "云城市", "算力券", date(2027, 1, 1)), tmp_path, (), WORKING_DAYS)
    assert (tmp_path / "working-days.yaml").read_text("utf-8") == "own"
