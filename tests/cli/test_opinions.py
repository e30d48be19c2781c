"""Opinions at a terminal: given, changed, refused, and seen by whoever decides."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import main
from domain.case import Case
from duifu.v1.work_pb2 import BusinessClock
from tests.commands.joint import DIRECTOR, FINANCE, MEMBERS, a_joint_desk, hear_others, in_review, opine
from tests.desk import Desk
from tests.programmes.switching import a_folder
from workflows.display import case_card

Duifu = Callable[..., Result]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk that rehearses by the machine's own clock, as the terminal does, and hears others."""
    opened = a_joint_desk(Desk(tmp_path / "ledger.sqlite").at(datetime.now(UTC)).rehearse_from("2024-03-01"))
    yield opened
    opened.ledger.close()


@pytest.fixture
def duifu(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Duifu:
    """Runs the command on the desk's folder, under the desk's programme."""
    monkeypatch.setenv("DUIFU_PROGRAMMES", str(a_folder(hear_others)))
    return lambda *arguments: CliRunner().invoke(main, [*arguments, "--home", str(tmp_path)], terminal_width=200)


def card(case: Case) -> str:
    return case_card(case, "", datetime(2024, 3, 1, tzinfo=UTC), BusinessClock())


def test_an_opinion_is_given_and_stands_on_the_card_and_in_the_story(desk: Desk, duifu: Duifu) -> None:
    case_id = in_review(desk)
    said = ("case", "opine", case_id, "object", "--stage", "review", "--reason", "年度预算不足")

    result = duifu(*said, "--role", FINANCE.role, "--actor", FINANCE.id)

    assert result.exit_code == 0, result.output
    assert "- 市财政局（会签）：1/1 he.jing不同意" in card(desk.case(case_id))
    assert "年度预算不足" in duifu("case", "show", case_id).stdout


def test_who_signs_above_an_amount_says_in_yuan_up_to_how_much(desk: Desk, duifu: Duifu) -> None:
    case_id = in_review(desk)
    who = ("--stage", "review", "--role", DIRECTOR.role, "--actor", DIRECTOR.id)

    without, wrong, right = (
        duifu("case", "opine", case_id, "consent", *who, *amount)
        for amount in ((), ("--agreed-yuan", "a lot"), ("--agreed-yuan", "200000.00"))
    )

    assert (without.exit_code, wrong.exit_code, right.exit_code) == (3, 2, 0)
    assert "OPINION_AMOUNT_MISSING" in without.output
    assert "write an amount in yuan" in wrong.output
    assert desk.case(case_id).opinions[-1].agreed_fen == 20_000_000


def test_what_waits_on_a_role_that_is_only_heard_is_in_its_inbox_until_it_has_spoken(desk: Desk, duifu: Duifu) -> None:
    case_id = in_review(desk)
    opine(desk, MEMBERS[0], case_id)
    assert duifu("views", "rebuild").exit_code == 0
    board = ("inbox", "--role", MEMBERS[0].role)

    for_all, for_who_spoke, for_finance = (
        duifu(*board),
        duifu(*board, "--account", MEMBERS[0].id),
        duifu("inbox", "--role", FINANCE.role),
    )

    assert case_id in for_all.stdout
    assert case_id not in for_who_spoke.stdout
    assert case_id in for_finance.stdout
