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


SIGNING = "signing: {from: 2023-09-01"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('value: "20/100"', "value: 0.2", r"parameters.voucher_rate: value: quote 0.2, so that it stays exact"),
        (
            "signing: {from: 2023-09-01",
            'signing: {from: "2023-09-01"',
            r"windows.signing: from: '2023-09-01' is not a date",
        ),
        ("sets_amount: true", "set_amount: true", r"plans.voucher_claim.review: set_amount is not known here"),
        (
            "task: issue_voucher",
            "task: issue_vouchers",
            r"issuance: task: issue_vouchers is no task",
        ),
        (
            "checks: [enterprise, relation",
            "checks: [enterprises, relation",
            r"no source answers enterprises",
        ),
        ("needs: [relation]", "needs: [relations]", r"conditions.BJ_E_RELATED: no source answers relations"),
        ("at: [request]", "at: [requests]", r"conditions.BJ_E_NO_INVOICE: at: requests is no moment"),
        ("role: review-officer", "rolle: review-officer", r"plans.voucher_claim.review: rolle is not known here"),
    ],
)
def test_a_slip_of_the_pen_is_refused_at_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = changed(tmp_path, old, new)

    with pytest.raises(ProgrammeBroken, match=said):
        load(path)


def test_a_parameter_that_does_not_exist_never_starts(tmp_path: Path) -> None:
    changed(tmp_path, "parameter.term_years_max)", "parameter.term_years)")

    with pytest.raises(RuleBroken, match="BJ_E_TERM: there is no parameter term_years"):
        Rulebook(tmp_path)


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
