"""A programme file that could not be carried out is refused when it is read, with the place that is wrong."""

from pathlib import Path

import pytest

from commands.rulebook import PROGRAMMES, ProgrammeBroken, Rulebook, load
from domain.rules import RuleBroken

BEIJING = PROGRAMMES / "beijing" / "ai-compute-voucher-2023.yaml"


def changed(folder: Path, old: str, new: str) -> Path:
    """The Beijing file with one change."""
    text = BEIJING.read_text("utf-8")
    assert old in text
    path = folder / "beijing" / "changed.yaml"
    path.parent.mkdir()
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def test_the_shipped_programmes_are_whole() -> None:
    assert load(BEIJING).programme_id == "bj-slq-2023"


def test_a_letter_that_is_named_and_missing_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, "case_letters: {closed: closed}", "case_letters: {closed: goodbye}")

    with pytest.raises(ProgrammeBroken, match="goodbye is named by a stage or a case and not there"):
        load(path)


def test_a_letter_with_a_blank_that_nobody_fills_in_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, "已办结：{summary}", "已办结：{mood}")

    with pytest.raises(ProgrammeBroken, match=r"letters.closed: \{mood\} cannot be filled in"):
        load(path)


def test_a_file_that_lacks_a_part_names_it(tmp_path: Path) -> None:
    path = changed(tmp_path, "case_prefix: bj", "case_suffix: bj")

    with pytest.raises(ProgrammeBroken, match=r"changed.yaml: KeyError: 'case_prefix'"):
        load(path)


def test_a_condition_about_a_field_that_does_not_exist_never_starts(tmp_path: Path) -> None:
    changed(tmp_path, "application.applicant.industry_code.matches", "application.applicant.industry.matches")

    with pytest.raises(RuleBroken, match=r"BJ_E_INDUSTRY[\s\S]*undefined field 'industry'"):
        Rulebook(tmp_path)


def test_the_same_file_is_the_same_edition_and_a_changed_one_is_another(tmp_path: Path) -> None:
    path = changed(tmp_path, "20/100", "19/100")

    assert load(BEIJING).sha256 == load(BEIJING).sha256
    assert load(path).sha256 != load(BEIJING).sha256
