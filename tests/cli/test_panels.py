"""What experts and whoever distrusts a draw get at a terminal."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import main
from domain import panel_steps
from domain.experts import candidates
from tests.commands.panel_desk import PanelDesk, under_experts
from tests.desk import Desk
from tests.domain.panels import SALT, a_sheet

Duifu = Callable[..., Result]
CASE = "bj-claim-2024-000001"


@pytest.fixture
def panels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PanelDesk]:
    """A deployment in a folder, under a programme with a panel."""
    desk = under_experts(Desk(tmp_path / "ledger.sqlite"))
    monkeypatch.setenv("DUIFU_PROGRAMMES", str(desk.door.rulebook._folder))
    yield PanelDesk(desk)
    desk.ledger.close()


@pytest.fixture
def duifu(tmp_path: Path) -> Duifu:
    """Runs the command on that folder."""
    return lambda *arguments: CliRunner().invoke(main, [*arguments, "--home", str(tmp_path)])


def test_an_honest_draw_is_verified(panels: PanelDesk, duifu: Duifu) -> None:
    panels.drawn()

    result = duifu("panel", "verify", CASE)

    assert result.exit_code == 0, result.output
    assert "抽取无误" in result.output


def test_an_expert_who_was_left_out_of_the_pool_is_found(
    panels: PanelDesk, duifu: Duifu, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel_steps, "candidates", lambda pool, convened: candidates(pool, convened)[1:])
    panels.drawn()

    result = duifu("panel", "verify", CASE)

    assert result.exit_code == 3
    assert "不是召集时的整个专家库" in result.output


def test_nothing_is_shown_before_a_declaration(panels: PanelDesk, duifu: Duifu) -> None:
    case_id = panels.drawn()
    first = panels.members(case_id)[0]

    before = duifu("panel", "sheet", case_id, "--actor", first)
    panels.declare(case_id, first)
    after = duifu("panel", "sheet", case_id, "--actor", first)

    assert before.exit_code == 3
    assert "NOT_DECLARED" in before.output
    assert "application" not in before.output
    shown = json.loads(after.stdout)
    assert [score["criterion"] for score in shown["sheet"]["scores"]] == ["need", "works"]
    assert "contact" not in shown["application"]
    assert "bankAccount" not in shown["application"]


def test_a_sheet_is_sealed_and_opened_from_a_file(panels: PanelDesk, duifu: Duifu, tmp_path: Path) -> None:
    case_id = panels.drawn()
    members = panels.members(case_id)
    for expert_id in members:
        panels.declare(case_id, expert_id)
    for expert_id in members[1:]:
        panels.seal(case_id, expert_id, a_sheet(60))
    sheet = tmp_path / "sheet.yaml"
    sheet.write_text("scores: [{criterion: need, points: 30}, {criterion: works, points: 40}]\nremark: 可行\n", "utf-8")

    sealed = duifu("panel", "seal", case_id, str(sheet), "--salt", SALT, "--actor", members[0])
    opened = duifu("panel", "open", case_id, str(sheet), "--salt", SALT, "--actor", members[0])
    shown = duifu("panel", "show", case_id)

    assert (sealed.exit_code, opened.exit_code) == (0, 0), sealed.output + opened.output
    assert f"专家{members[0]}开启第1次评分表：70分" in "".join(shown.output.split())
