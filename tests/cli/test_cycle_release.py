"""Payments at a terminal: what waits to be signed, the signatures, and an order that is held back."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import main
from domain.money import yuan
from policy.rulebook import Rulebook
from tests.amended import BEIJING, a_folder, signed_before_it_goes_out, under
from tests.desk import Desk

Q1 = "bj-slq-2023-2024Q1"
CHECKER = ("--step", "check", "--role", "payment-checker", "--actor", "sun.yu")
RELEASER = ("--step", "release", "--role", "payment-releaser", "--actor", "qian.bo")


@pytest.fixture
def duifu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command on a ledger with one payment of ¥20,000 that waits to be signed."""
    programmes = a_folder(BEIJING, signed_before_it_goes_out)
    monkeypatch.setenv("DUIFU_PROGRAMMES", str(programmes))
    desk = under(Desk(tmp_path / "ledger.sqlite"), Rulebook(programmes))
    desk.pay_for(desk.voucher_through_the_door(), yuan(100_000))
    desk.freeze(Q1)
    desk.order_payments(Q1)
    desk.ledger.close()
    return lambda *arguments: CliRunner().invoke(main, ["cycle", *arguments, "--home", str(tmp_path)])


def digest(duifu: Callable[..., Result]) -> str:
    (batch,) = json.loads(duifu("batch", Q1, "--json").stdout)
    return str(batch["ordersSha256"])


def test_two_people_sign_what_they_have_seen(duifu: Callable[..., Result]) -> None:
    seen = digest(duifu)
    before = duifu("batch", Q1)

    answers = [duifu("sign", Q1, "--sha256", seen[:8], *who) for who in (CHECKER, RELEASER)]
    after = duifu("batch", Q1)

    assert "第1批：待办1笔¥20,000.00" in before.output
    assert "复核（check，payment-checker）：待签" in before.output
    assert seen in before.output
    assert [answer.exit_code for answer in answers] == [0, 0], [answer.output for answer in answers]
    assert "复核（check，payment-checker）：sun.yu" in after.output
    assert "放行（release，payment-releaser）：qian.bo" in after.output


def test_what_is_not_there_is_not_signed(duifu: Callable[..., Result]) -> None:
    changed = duifu("sign", Q1, "--sha256", "ab" * 4, *CHECKER)
    unknown = duifu("batch", "bj-slq-2023-2030Q1")

    assert (changed.exit_code, unknown.exit_code) == (3, 3)
    assert "BATCH_CHANGED" in changed.output
    assert Q1 in unknown.output


def test_an_order_is_held_back_with_a_reason(duifu: Callable[..., Result]) -> None:
    who = ("--role", "payment-checker", "--actor", "sun.yu")

    done = duifu("withhold", f"{Q1}-00001", "--reason", "账户待核实", *who)
    after = duifu("batch", Q1)

    assert done.exit_code == 0, done.output
    assert "未予放行" in after.output
    assert "第1批：待办0笔" in after.output


def test_what_was_resumed_is_paused_again_for_the_same_reason(duifu: Callable[..., Result]) -> None:
    deeds = ["pause", "resume"] * 2

    told = [duifu(deed, Q1, "--reason", "封账", "--actor", "li.na") for deed in deeds]
    shown = duifu("show", Q1)
    again = [duifu("pause", Q1, "--reason", "封账", "--actor", "li.na") for _ in range(2)]

    assert [one.exit_code for one in told] == [0] * 4, [one.output for one in told]
    assert not any("重复命令" in one.output for one in told)
    assert "暂停拨付" not in shown.output
    assert ([one.exit_code for one in again], "CYCLE_PAUSED" in again[1].output) == ([0, 3], True)
