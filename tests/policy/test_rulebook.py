"""A deployment starts with programmes that can be carried out, or not at all; each is known by the hash of its file."""

from datetime import date
from pathlib import Path

import pytest

from domain.refusals import Refused
from policy.rulebook import PROGRAMMES, ProgrammeBroken, Rulebook, load

BEIJING = PROGRAMMES / "beijing" / "ai-compute-voucher-2023.yaml"


def changed(folder: Path, old: str, new: str, name: str = "changed") -> Path:
    """The Beijing file with one change."""
    text = BEIJING.read_text("utf-8")
    assert old in text
    path = folder / "beijing" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def test_the_shipped_programmes_are_whole() -> None:
    assert [programme.programme_id for programme in Rulebook().programmes] == ["bj-slq-2023", "qd-slzx"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('value: "20/100"', "value: 0.2", "NUMBER_INEXACT"),
        ("parameter.term_years_max,", "parameter.term_years,", "term_years"),
        ("application.applicant.industry_code.matches", "application.applicant.industry.matches", "industry"),
        (
            "case_letters: {closed: closed, returned: returned}",
            "case_letters: {closed: goodbye, returned: returned}",
            "goodbye",
        ),
        ("已办结：{summary}", "已办结：{mood}", "mood"),
        ("task: issue_voucher", "task: issue_vouchers", "issue_vouchers"),
        ("needs: [relation]", "needs: [relations]", "relations"),
        ("case_prefix: bj", "case_suffix: bj", "case_prefix"),
    ],
)
def test_a_slip_of_the_pen_never_starts_and_is_shown_at_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = changed(tmp_path, old, new)
    line = 1 + path.read_text("utf-8").split(new)[0].count("\n")

    with pytest.raises(ProgrammeBroken, match=said) as broken:
        Rulebook(tmp_path)

    assert any(told.startswith(f"{path}:{line}:") for told in str(broken.value).splitlines()), str(broken.value)


def test_the_same_file_is_the_same_edition_and_a_changed_one_is_another(tmp_path: Path) -> None:
    path = changed(tmp_path, "20/100", "19/100")

    assert load(BEIJING).sha256 == load(BEIJING).sha256
    assert load(path).sha256 != load(BEIJING).sha256


def test_the_newest_edition_that_is_out_is_in_force_and_an_older_one_stays_pinned(tmp_path: Path) -> None:
    old = load(changed(tmp_path, "20/100", "20/100", "2023"))
    new = load(changed(tmp_path, 'edition: "2023-10-11"', 'edition: "2024-07-01"', "2024"))
    rulebook = Rulebook(tmp_path)

    assert rulebook.in_force("bj-slq-2023", date(2024, 6, 30)).sha256 == old.sha256
    assert rulebook.in_force("bj-slq-2023", date(2024, 7, 1)).sha256 == new.sha256
    assert rulebook.pinned(old.sha256).edition == "2023-10-11"


def test_an_edition_that_is_not_at_hand_and_a_programme_that_nobody_wrote_are_refused() -> None:
    rulebook = Rulebook()

    with pytest.raises(Refused, match="EDITION_UNKNOWN"):
        rulebook.pinned("00" * 32)
    with pytest.raises(Refused, match="PROGRAMME_UNKNOWN"):
        rulebook.in_force("sz-2026", date(2026, 1, 1))
