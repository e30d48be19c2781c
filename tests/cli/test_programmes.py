"""Programme files at the terminal: checked like a compiler, explained, begun; exit codes that a script can act on."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import COMMANDS, main
from domain.dates import civil_date
from domain.format.programme import Programme
from policy.schema import json_schema
from settings import SHIPPED_PROGRAMMES
from tests.policy.drafts import VOUCHER, spoilt

BEIJING = SHIPPED_PROGRAMMES / "beijing" / "ai-compute-voucher-2023.yaml"


@pytest.fixture
def draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A programme file, seen from its folder."""
    monkeypatch.chdir(tmp_path)
    path = Path("draft.yaml")
    path.write_text(VOUCHER, "utf-8")
    return path


def programme(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["programme", *map(str, arguments)])


def test_what_is_shipped_is_sound_and_shown_with_its_hash() -> None:
    result = programme("check")

    assert result.exit_code == 0, result.output
    assert "bj-slq-2023" in result.output
    assert "working-days.yaml：2023至2026年" in result.output


def test_a_mistake_is_shown_with_line_caret_clause_and_suggestion(draft: Path) -> None:
    draft.write_text(spoilt("on_silence: passes", "on_silence: pass"), "utf-8")

    result = programme("check", draft, "--lang", "en")
    line = next(n for n, text in enumerate(draft.read_text("utf-8").split("\n"), 1) if "on_silence: pass}" in text)

    assert result.exit_code == 2
    assert f"draft.yaml:{line}:" in result.output
    assert "^^^^" in result.output
    assert "Did you mean passes?" in result.output
    assert "clause: 三(一)" in result.output
    assert "1 error in 1 file." in result.output


def test_a_warning_does_not_fail_unless_it_should(draft: Path) -> None:
    draft.write_text(spoilt('edition: "2026-01-01"', 'edition: "2025-12-31"'), "utf-8")

    assert programme("check", draft).exit_code == 0
    assert programme("check", draft, "--strict").exit_code == 2


@pytest.mark.parametrize("where", [".", "city"])
def test_a_folder_with_files_of_programmes_is_checked(draft: Path, where: str) -> None:
    folder = Path(where)
    folder.mkdir(exist_ok=True)
    draft.rename(folder / "draft.yaml")
    assert programme("check", folder).exit_code == 0
    assert "yuncheng-slq" in programme("check", folder).output

    (folder / "draft.yaml").write_text(spoilt("by: voucher_rate", "by: voucher_rates"), "utf-8")
    result = programme("check", folder)

    assert result.exit_code == 2
    assert "NAME_UNKNOWN" in result.output


def test_a_folder_without_programmes_is_not_sound(draft: Path) -> None:
    Path("empty").mkdir()

    for asked in ("empty", "."):
        draft.unlink(missing_ok=True)
        result = programme("check", asked)
        assert result.exit_code == 2
        assert "FOLDER_EMPTY" in result.output
        assert "没有政策文件" in result.output


def test_programs_get_files_hashes_and_problems_as_json(draft: Path) -> None:
    draft.write_text(spoilt("by: voucher_rate", "by: voucher_rates"), "utf-8")

    result = programme("check", draft, "--json", "--lang", "en")
    said = json.loads(result.stdout)

    assert result.exit_code == 2
    assert said["files"] == [{"file": "draft.yaml", "sha256": said["files"][0]["sha256"], "sound": False}]
    assert [(p["code"], p["severity"]) for p in said["problems"]] == [("NAME_UNKNOWN", "error")]


def test_what_a_file_holds_never_reaches_the_terminal_as_a_command(draft: Path) -> None:
    draft.write_text(spoilt("title: {zh: ", "title: {zh: \x1b[2J"), "utf-8")

    result = programme("check", draft)

    assert result.exit_code == 2
    assert "\x1b[2J" not in result.output


def test_the_schema_is_that_of_programme_files() -> None:
    assert json.loads(programme("schema").stdout) == json_schema(Programme)


def test_a_new_programme_is_sound_and_never_replaces_another(draft: Path) -> None:
    begin = (
        "new",
        "hailin-slq",
        "--city",
        "海林市",
        "--title",
        "海林市算力券",
        "--from",
        "2026-01-01",
        "--folder",
        "draft",
    )

    first, checked, second = programme(*begin), programme("check", "draft", "--strict"), programme(*begin)

    assert first.exit_code == 0, first.output
    assert checked.exit_code == 0, checked.output
    assert second.exit_code == 2
    assert "已经存在" in second.output


def test_two_new_programmes_of_one_city_have_different_case_numbers(draft: Path) -> None:
    begin = ("--city", "海林市", "--title", "海林市算力券", "--from", "2026-01-01", "--folder", "draft")
    programme("new", "hailin-slq", *begin)
    programme("new", "hailin-bz", *begin, "--kind", "grant")

    assert programme("check", "draft", "--strict").exit_code == 0


@pytest.mark.parametrize("arguments", [("--from", "2026-02-30"), ("--code", "12"), ("--city", "\x07")])
def test_what_no_file_can_say_is_refused_in_words(draft: Path, arguments: tuple[str, str]) -> None:
    result = programme("new", "hailin-slq", "--city", "海林市", "--title", "海林市算力券", *arguments)

    assert result.exit_code == 2
    assert not Path("programmes").exists()


def test_a_guide_for_applicants_is_told_for_a_day() -> None:
    result = programme("explain", BEIJING, "--on", "2024-03-01")

    assert result.exit_code == 0, result.output
    assert "# 北京市人工智能算力券办事指南" in result.output
    assert "补贴比例上限：20%（BJ-3.2）" in result.output


@pytest.mark.parametrize(
    ("years", "day"),
    [((2001, 2002), "2002年12月31日"), ((2098, 2099), "2098年1月1日")],
    ids=["past", "to come"],
)
def test_without_a_day_the_nearest_in_force_is_told(draft: Path, years: tuple[int, int], day: str) -> None:
    first, last = years
    content = VOUCHER.replace("2028", str(last + 1)).replace("2027", str(last)).replace("2026", str(first))
    draft.write_text(content, "utf-8")

    result = programme("explain", draft)

    assert result.exit_code == 0, result.output
    assert f"所列数值为{day}的规定" in result.output
    assert "（该日没有规定）" not in result.output
    assert "施行（五(一)），该日不能" not in result.output


def test_without_a_day_a_programme_in_force_is_told_for_today(draft: Path) -> None:
    draft.write_text(VOUCHER.replace("2027", "2098").replace("2028", "2099").replace("2026", "2001"), "utf-8")
    before, result, after = (civil_date(datetime.now(UTC)), programme("explain", draft), civil_date(datetime.now(UTC)))

    assert any(f"所列数值为{day.year}年{day.month}月{day.day}日的规定" in result.output for day in (before, after))


def test_a_broken_file_is_not_explained(draft: Path) -> None:
    draft.write_text(spoilt("by: voucher_rate", "by: voucher_rates"), "utf-8")

    result = programme("explain", draft)

    assert result.exit_code == 2
    assert "NAME_UNKNOWN" in result.output


def test_who_writes_a_programme_waits_for_neither_temporal_nor_a_database() -> None:
    program = (
        "import sys\n"
        "from cli.__main__ import main\n"
        f"main(['programme', 'check', {str(BEIJING)!r}], standalone_mode=False)\n"
        "print(sorted({'temporalio', 'eventsourcing', 'psycopg', 'sqlite3'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_where_the_table_says(name: str) -> None:
    assert main.commands[name].name == name
