"""At the terminal: cases that name each other, special approvals, and days on which the office holds still."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import main
from duifu.v1.commands_pb2 import OpenCycle, WithdrawCase
from tests.amended import (
    BEIJING,
    LEADER_ROLE,
    a_folder,
    a_rulebook,
    a_spring_without_payments,
    a_yearly_limit_that_yields,
    an_april_without_decisions,
    under,
)
from tests.builders import CYCLE_OFFICER, PROGRAMME, REVIEW, a_contract, an_application, applicant
from tests.desk import Desk

Duifu = Callable[..., Result]
ZHAO = ("--role", REVIEW.role, "--actor", "zhao.lei")
LEADER = ("--role", LEADER_ROLE, "--actor", "mayor.li")


@pytest.fixture
def duifu(tmp_path: Path) -> Duifu:
    """Runs the command on the test's folder."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--home", str(tmp_path)])

    return run


def rehearsing(tmp_path: Path, business_date: str) -> Desk:
    """A desk that rehearses by the machine's own clock, as the terminal does."""
    return Desk(tmp_path / "ledger.sqlite").at(datetime.now(UTC)).rehearse_from(business_date)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = rehearsing(tmp_path, "2024-03-01")
    yield opened
    opened.ledger.close()


def test_two_cases_are_linked_shown_and_unlinked(desk: Desk, duifu: Duifu) -> None:
    old = desk.submit(an_application(a_contract()))
    desk.send(applicant(), withdraw_case=WithdrawCase(case_id=old))
    new = desk.submit(an_application(a_contract()))

    linked = duifu("case", "link", new, old, "--as", "supersedes", "--reason", "重新申领", *ZHAO)
    shown = duifu("case", "show", old)
    unlinked = duifu("case", "unlink", old, new, "--reason", "登记有误", *ZHAO)

    assert (linked.exit_code, unlinked.exit_code) == (0, 0)
    assert f"关联 {new}：由该案件接续（重新申领）" in shown.stdout
    assert desk.case(new).links == {}


def test_what_is_not_linked_is_refused_with_the_way_forward(desk: Desk, duifu: Duifu) -> None:
    case_id = desk.submit(an_application(a_contract()))

    refused = duifu("case", "link", case_id, case_id, "--as", "other", "--reason", "-", *ZHAO, "--lang", "en")

    assert refused.exit_code == 3
    assert "[LINK_TO_SELF]" in refused.stderr
    assert "Check the number of the other case." in refused.stderr


def test_a_special_approval_is_given_shown_and_revoked(
    duifu: Duifu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, desk: Desk
) -> None:
    monkeypatch.setenv("DUIFU_PROGRAMMES", str(a_folder(BEIJING, a_yearly_limit_that_yields)))
    (tmp_path / "approval.pdf").write_bytes(b"%PDF")
    under(desk, a_rulebook(BEIJING, a_yearly_limit_that_yields))
    case_id = desk.submit(an_application(a_contract()))
    approval = ("case", "approve-specially", case_id, "--account", "issued", "--reason", "国家重大项目", *LEADER)

    without = duifu(*approval)
    given = duifu(*approval, "--number", "京政函〔2024〕1号", "--file", str(tmp_path / "approval.pdf"))
    shown = duifu("case", "show", case_id)
    revoked = duifu("case", "revoke-special", case_id, "--account", "issued", "--reason", "批文撤回", *LEADER)

    assert "[EVIDENCE_MISSING]" in without.stderr
    assert (given.exit_code, revoked.exit_code) == (0, 0)
    assert "专项批准 年度申领：市政府（mayor.li）国家重大项目 京政函〔2024〕1号（BJ-3.3）" in shown.stdout
    assert desk.case(case_id).special_approvals == {}


def test_the_inbox_tells_what_is_held_today(duifu: Duifu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUIFU_PROGRAMMES", str(a_folder(BEIJING, an_april_without_decisions)))
    desk = rehearsing(tmp_path, "2024-04-03")
    desk.submit(an_application(a_contract()))
    assert duifu("views", "rebuild").exit_code == 0

    told = duifu("inbox", "--role", "acceptance-officer", "--json")

    window = "冻结期 bj-slq-2023 年初系统切换（数据迁移）：2024-04-01至2024-04-07暂停审批决定"
    assert json.loads(told.stdout)["freezes"] == [window]


def test_a_quarter_tells_that_its_payments_are_held(duifu: Duifu, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUIFU_PROGRAMMES", str(a_folder(BEIJING, a_spring_without_payments)))
    desk.send(CYCLE_OFFICER, open_cycle=OpenCycle(programme_id=PROGRAMME, quarter="2024Q1"))

    shown = duifu("cycle", "show", "bj-slq-2023-2024Q1")

    assert "国库封账（财政部门通知）：2024-01-15至2024-04-15暂停支付指令" in shown.stdout.replace("\n", "")
