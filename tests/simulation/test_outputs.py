"""The table and the picture of a simulation can be opened by anybody, and say what the comparison says."""

import csv
import io
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ledger.rows import Rows
from pictures.drawing import SPACE, Drawing
from simulation.comparison import Comparison
from simulation.picture import draw
from simulation.table import HEAD, as_csv, harmless
from tests.simulation.seasons import CUT, RATE, compared, edition, rules, with_budget

NAMES = ("现行.yaml", "<改后> & 测试.yaml")


@pytest.fixture
def comparison(season: Rows, tmp_path: Path) -> Comparison:
    return compared(season, rules(tmp_path, RATE))


def rows_of(comparison: Comparison) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(comparison).removeprefix("\ufeff"))))


def picture(comparison: Comparison, after: Path) -> str:
    return draw(comparison, edition(), edition(after), NAMES)


def test_the_table_has_a_row_for_each_claim_and_adds_up(comparison: Comparison) -> None:
    rows = rows_of(comparison)

    assert tuple(rows[0]) == HEAD
    assert [row["case_id"] for row in rows] == [change.claim.case_id for change in comparison.changes]
    assert sum(int(row["difference_fen"]) for row in rows) == comparison.granted.difference
    (cut,) = (row for row in rows if row["case_id"] == CUT)
    assert (cut["after_fen"], cut["difference_fen"], cut["after_code"]) == ("0", "-20000000", "BJ_E_CAP")


def test_the_table_begins_with_the_mark_by_which_spreadsheets_know_chinese(comparison: Comparison) -> None:
    assert as_csv(comparison).encode().startswith(b"\xef\xbb\xbfcase_id,")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_is_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_a_district_that_somebody_wrote_as_a_formula_is_text(comparison: Comparison) -> None:
    change = comparison.changes[0]
    change.claim.facts.application.applicant.registered_district = "=HYPERLINK(1)"

    assert rows_of(replace(comparison, changes=[change]))[0]["district"] == "'=HYPERLINK(1)"


def test_the_picture_is_whole_by_itself(comparison: Comparison, tmp_path: Path) -> None:
    drawn = picture(comparison, rules(tmp_path, RATE))
    root = ElementTree.fromstring(drawn.encode())

    assert root.tag == f"{{{SPACE}}}svg"
    assert {element.tag.removeprefix(f"{{{SPACE}}}") for element in root.iter()} <= {
        "svg", "title", "text", "line", "path", "rect",
    }  # fmt: skip
    assert drawn.count("http") == 1  # the name of SVG itself
    assert "@import" not in drawn


def test_the_picture_names_both_rules_and_the_limit(season: Rows, tmp_path: Path) -> None:
    budget = rules(tmp_path, *with_budget(210_000_000))
    words = ["".join(e.itertext()) for e in ElementTree.fromstring(picture(compared(season, budget), budget)).iter()]

    assert "模拟：<改后> & 测试.yaml" in words
    assert "模拟总限额210万元" in words
    assert {"110105", "110108", "未说明", "2024"} <= set(words)


def test_the_same_comparison_is_drawn_the_same(comparison: Comparison, tmp_path: Path) -> None:
    after = rules(tmp_path, RATE)

    assert picture(comparison, after) == picture(comparison, after)


def test_a_column_is_as_high_as_its_amount(comparison: Comparison, tmp_path: Path) -> None:
    """Of the year's two columns, 250万 and 260万 on the same scale."""
    root = ElementTree.fromstring(picture(comparison, rules(tmp_path, RATE)).encode())
    columns = [e for e in root.iter(f"{{{SPACE}}}rect") if e.get("width") == "50"]
    before, after = (int(column.get("height", "0")) for column in columns[:2])

    assert after == 220  # the highest takes all the room there is
    assert before == 220 * 250 // 260 + 1  # to the pixel, as levels are rounded down from above


def test_a_picture_of_nothing_is_refused(comparison: Comparison) -> None:
    with pytest.raises(ValueError, match="nothing"):
        draw(replace(comparison, changes=[]), edition(), edition(), NAMES)


def test_characters_that_xml_has_no_place_for_are_left_out() -> None:
    sheet = Drawing(10, 10, "a\x00b")
    sheet.text(0, 0, "c\x1bd\ud800")

    assert "".join(ElementTree.fromstring(sheet.as_text().encode()).itertext()).split() == ["a", "b", "c", "d"]
