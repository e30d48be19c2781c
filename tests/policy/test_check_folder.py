"""Files of one folder: each by itself, against each other, and the calendar they share."""

from pathlib import Path

import pytest

from policy import working_days
from policy.folder import check_all
from policy.problems import has_errors
from policy.source import parse
from settings import SHIPPED_PROGRAMMES
from tests.policy.drafts import GRANT, VOUCHER, shown, spoilt

CALENDAR = (SHIPPED_PROGRAMMES / working_days.FILE).read_text("utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as a deployment reads it, with one sound programme."""
    (tmp_path / "yuncheng").mkdir()
    (tmp_path / "yuncheng" / "first.yaml").write_text(VOUCHER, "utf-8")
    (tmp_path / working_days.FILE).write_text(CALENDAR, "utf-8")
    return tmp_path


def codes(*paths: Path) -> list[str]:
    return [problem.code for problem in check_all(paths).problems]


def test_a_sound_folder_has_programmes_and_a_calendar(folder: Path) -> None:
    found = check_all([folder])

    assert found.problems == []
    assert [checked.programme is not None for checked in found.files] == [True, False]
    assert found.files[1].years[0] == 2023


def test_a_folder_without_a_calendar_would_not_start(folder: Path) -> None:
    (folder / working_days.FILE).unlink()

    assert codes(folder) == ["FILE_UNREADABLE"]


def test_a_folder_of_one_city_needs_no_calendar(folder: Path) -> None:
    found = check_all([folder / "yuncheng"])

    assert found.problems == []
    assert [checked.source.name for checked in found.files] == [str(folder / "yuncheng" / "first.yaml")]


def test_a_folder_of_files_is_checked_like_that_of_a_city(folder: Path) -> None:
    (folder / "yuncheng" / "second.yaml").write_text(VOUCHER + "\n# 另一份\n", "utf-8")

    assert codes(folder / "yuncheng") == ["EDITION_TWICE"]


@pytest.mark.parametrize("with_calendar", [False, True], ids=["nothing", "a calendar only"])
def test_a_folder_without_programmes_is_an_error(folder: Path, with_calendar: bool) -> None:
    (folder / "yuncheng" / "first.yaml").unlink()
    if not with_calendar:
        (folder / working_days.FILE).unlink()
    found = check_all([folder])

    assert [problem.code for problem in found.problems] == ["FOLDER_EMPTY"]
    assert has_errors(found.problems)
    assert found.problems[0].name == str(folder)


@pytest.mark.parametrize("place", ["second.yaml", "second.yml", "yuncheng/second.yml", "yuncheng/later/second.yaml"])
def test_a_file_that_a_deployment_would_pass_over_is_checked_and_named(folder: Path, place: str) -> None:
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).write_text(spoilt('edition: "2026-01-01"', 'edition: "2026-07-01"'), "utf-8")
    found = check_all([folder]).problems

    assert [(problem.code, problem.name) for problem in found] == [("FILE_PASSED_OVER", str(folder / place))]
    assert not has_errors(found)

    (folder / place).write_text(spoilt("window: service", "window: servise"), "utf-8")
    assert "NAME_UNKNOWN" in codes(folder)


def test_a_later_edition_lives_beside_the_first(folder: Path) -> None:
    (folder / "yuncheng" / "second.yaml").write_text(spoilt('edition: "2026-01-01"', 'edition: "2026-07-01"'), "utf-8")

    assert codes(folder) == []


def test_two_files_cannot_be_the_same_edition(folder: Path) -> None:
    (folder / "yuncheng" / "second.yaml").write_text(VOUCHER + "\n# 另一份\n", "utf-8")

    found = check_all([folder]).problems

    assert [p.code for p in found] == ["EDITION_TWICE"]
    assert "first.yaml" in found[0].asked("zh")
    assert shown(found[0]) == '"2026-01-01"'


def test_all_editions_of_a_programme_number_their_cases_alike(folder: Path) -> None:
    later = spoilt('edition: "2026-01-01"', 'edition: "2026-07-01"')
    later = later.replace("case_prefix: yuncheng", "case_prefix: yc").replace("YUNCHENG_", "YC_")
    (folder / "yuncheng" / "second.yaml").write_text(later, "utf-8")

    assert codes(folder) == ["PREFIX_CHANGED"]


def test_two_programmes_do_not_share_a_prefix(folder: Path) -> None:
    (folder / "yuncheng" / "second.yaml").write_text(GRANT, "utf-8")

    assert codes(folder) == ["PREFIX_TAKEN"]


def test_files_that_are_broken_are_still_compared(folder: Path) -> None:
    (folder / "yuncheng" / "second.yaml").write_text(spoilt("window: service", "window: servise"), "utf-8")

    assert codes(folder) == ["NAME_UNKNOWN", "EDITION_TWICE"]


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        ('"2026":\n  holidays: ["02-30"]\n  working_weekends: []\n', "CALENDAR_DAY", '"02-30"'),
        ('"2026":\n  holidays: []\n  working_weekends: ["01-05"]\n', "CALENDAR_DAY", '"01-05"'),
        ('"2026":\n  holidays: ["01-04"]\n  working_weekends: ["01-04"]\n', "CALENDAR_DAY", '"01-04"'),
        ('"2026":\n  holidays: [1-1]\n  working_weekends: []\n', "TEXT_FORM", "1-1"),
        ('"2026":\n  holidays: []\n', "KEY_MISSING", None),
        ("2026:\n  holidays: []\n  working_weekends: []\n", "KEY_NOT_TEXT", "2026"),
    ],
)
def test_a_day_that_the_notice_cannot_mean_is_refused_at_its_place(content: str, code: str, place: str | None) -> None:
    calendar, problems = working_days.load(parse(content.encode(), working_days.FILE))

    assert calendar is None
    assert [problem.code for problem in problems] == [code]
    assert place is None or shown(problems[0]) == place
