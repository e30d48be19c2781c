"""An operator who watches a quarter sees what has come how far, for whom it waits and what keeps it."""

import io
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from cli import cycle_watch
from cli.__main__ import main
from cli.cycle_progress import as_lines, on_screen
from cli.quarter_followed import Followed, Keeps, Look, Watched
from domain.money import yuan
from duifu.v1.commands_pb2 import CloseCycle, ConfirmCycle, PauseCycle, ResumeCycle, WithdrawCase
from duifu.v1.events_pb2 import Envelope, PaymentBatchMade
from ledger import streams
from ledger.mapper import Recorded
from ledger.registry import wrap
from ledger.store import Ledger
from tests.builders import (
    CYCLE_OFFICER,
    OTHER_BUYER,
    PROGRAMME,
    VERIFICATION,
    a_redemption,
    applicant,
    credit_check,
    enterprise_check,
    invoices_check,
)
from tests.desk import Desk

FIRST, SECOND, LAST = (f"{PROGRAMME}-{quarter}" for quarter in ("2024Q1", "2024Q2", "2026Q1"))
FROZEN_ON = "2024-04-01 00:00"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def desk(home: Path) -> Iterator[Desk]:
    """Two vouchers; one claim is assessed and one waits for its verification."""
    desk = Desk(home / "ledger.sqlite", "2024-03-01 09:00")
    first, second = desk.voucher_through_the_door(), desk.voucher_through_the_door(firm=OTHER_BUYER)
    desk.at("2024-03-05 09:00").pay_for(first, yuan(100_000))
    desk.at("2024-03-06 09:00").request(a_redemption(second.voucher_id, buyer=OTHER_BUYER, invoice=2), OTHER_BUYER)
    yield desk
    desk.ledger.close()


def keeps(look: Look) -> list[Keeps]:
    return [reason.keeps for reason in look.reasons]


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["cycle", "watch", *arguments, "--home", str(home)])


def verified(desk: Desk) -> None:
    """The claim that waits is verified and assessed."""
    case_id = "bj-redeem-2024-000002"
    desk.record_checks(
        case_id, enterprise_check(OTHER_BUYER), credit_check(), invoices_check(desk.case(case_id).redemption)
    )
    desk.decide(VERIFICATION, case_id, "verification")
    desk.assess(case_id)


# What keeps it


def test_a_quarter_that_receives_waits_for_its_cut_off_its_claims_and_its_pay_day(desk: Desk) -> None:
    look = Watched(desk.door, FIRST).look()

    assert keeps(look) == [Keeps.CUT_OFF, Keeps.CLAIMS, Keeps.PAY_DAY]
    assert "等待 受理至2024-03-31 24:00截止" in list(as_lines(look))


def test_the_claim_that_is_not_ready_is_named_with_its_stage_and_since_when(desk: Desk) -> None:
    (awaited,) = Watched(desk.door, FIRST).look().awaited

    assert (awaited.case_id, awaited.stage, str(awaited.since)) == ("bj-redeem-2024-000002", "核验", "2024-03-06")
    assert "由市经信局核验岗办理" in awaited.standing


def test_what_keeps_it_goes_away_one_after_the_other(desk: Desk) -> None:
    watched = Watched(desk.door, FIRST)

    desk.freeze(FIRST)
    assert keeps(watched.look()) == [Keeps.CLAIMS, Keeps.ORDERING]
    verified(desk)
    assert keeps(watched.look()) == [Keeps.ORDERING]
    desk.order_payments(FIRST)
    assert keeps(watched.look()) == [Keeps.TREASURY]
    desk.record_results(FIRST)
    assert keeps(watched.look()) == [Keeps.CLOSING]
    desk.system(close_cycle=CloseCycle(cycle_id=FIRST))
    assert keeps(watched.look()) == []


def test_a_pause_is_named_with_its_reason_and_who_said_so(desk: Desk) -> None:
    desk.send(CYCLE_OFFICER, pause_cycle=PauseCycle(cycle_id=FIRST, reason="财政年终封账"))
    paused = Watched(desk.door, FIRST).look()
    desk.send(CYCLE_OFFICER, resume_cycle=ResumeCycle(cycle_id=FIRST, reason="已开账"))

    assert f"暂停拨付：财政年终封账（{CYCLE_OFFICER.id}）" in [reason.text for reason in paused.reasons]
    assert Keeps.PAUSE not in keeps(Watched(desk.door, FIRST).look())


def test_a_cut_off_that_has_come_and_was_not_carried_out_is_said(desk: Desk) -> None:
    desk.at(FROZEN_ON)

    assert "已到截止时间，等待流程冻结" in [reason.text for reason in Watched(desk.door, FIRST).look().reasons]


def test_an_earlier_quarter_that_has_not_dealt_with_its_claims_keeps_the_next(desk: Desk) -> None:
    desk.at("2024-04-02 09:00").pay_for(desk.voucher("bj-voucher-2024-000001"), yuan(50_000), invoice=7)
    watched = Watched(desk.door, SECOND)
    desk.freeze(SECOND)

    (before,) = [reason.text for reason in watched.look().reasons if reason.keeps is Keeps.EARLIER_QUARTER]
    verified(desk)
    desk.freeze(FIRST)
    still = keeps(watched.look())
    desk.order_payments(FIRST)
    after = keeps(watched.look())

    assert before == f"在先批次{FIRST}尚未支付完毕（BJ-A17）"
    assert Keeps.EARLIER_QUARTER in still
    assert Keeps.EARLIER_QUARTER not in after


def test_the_last_batch_waits_for_the_ruling(desk: Desk) -> None:
    desk.at("2025-11-20 09:00").request(a_redemption("bj-voucher-2024-000001", invoice=8))
    watched = Watched(desk.door, LAST)

    before = keeps(watched.look())
    desk.send(CYCLE_OFFICER, confirm_cycle=ConfirmCycle(cycle_id=LAST, reason="局长办公会同意"))

    assert Keeps.RULING in before
    assert Keeps.RULING not in keeps(watched.look())


def test_a_batch_that_has_to_be_signed_is_not_waited_for_at_the_treasury(desk: Desk) -> None:
    verified(desk)
    desk.freeze(FIRST)
    desk.order_payments(FIRST)
    stream = streams.cycle(FIRST)
    first, _ = desk.cycle(FIRST).outstanding()
    made = PaymentBatchMade(batch=1, order_ids=[first.order_id], steps=["check"])
    desk.ledger.append([Recorded(stream, desk.ledger.version(stream) + 1, Envelope(event=wrap(made)))])

    told = {reason.keeps: reason.text for reason in Watched(desk.door, FIRST).look().reasons}

    assert told[Keeps.SIGNATURE] == "支付批次1：1笔¥20,000.00待check"
    assert told[Keeps.TREASURY] == "1笔¥20,000.00待国库结果"


# How much is read


class Counting(Ledger):
    """A ledger that counts what is read of streams."""

    read = 0

    def stream(self, name: str, after_version: int = 0, limit: int | None = None) -> list[Recorded]:
        found = super().stream(name, after_version, limit)
        self.read += len(found)
        return found


def test_each_event_is_read_once_however_often_one_looks(desk: Desk, home: Path) -> None:
    ledger = Counting(home / "ledger.sqlite")
    followed = Followed(ledger, streams.cycle(FIRST))

    followed.look()
    desk.freeze(FIRST)
    followed.look()
    followed.look()
    verified(desk)
    desk.order_payments(FIRST)
    followed.look()
    followed.look()

    assert ledger.read == followed.tally.version == desk.ledger.version(streams.cycle(FIRST))
    ledger.close()


# On a screen


def test_a_screenful_has_bars_steps_sums_and_who_is_waited_for(desk: Desk) -> None:
    screen = Console(width=120, record=True, file=io.StringIO())
    screen.print(on_screen(Watched(desk.door, FIRST).look()))
    shown = screen.export_text()

    assert "1/2" in shown
    assert "━" in shown
    assert "¥20,000.00" in shown  # assessed
    assert "bj-redeem-2024-000002" in shown
    assert "2024-03-06" in shown


# As a command


def test_one_look_in_words(desk: Desk, home: Path) -> None:
    result = run(home, FIRST, "--once")

    assert result.exit_code == 0, result.output
    assert "核定1/2，安排支付0/2，国库结果0/0" in result.output
    assert "  已核定 1笔 ¥20,000.00" in result.output
    assert "等待 已到截止时间，等待流程冻结" in result.output  # by the clock of this machine


def test_a_claim_that_was_withdrawn_is_counted_as_assessed_nowhere(desk: Desk, home: Path) -> None:
    withdrawn = WithdrawCase(case_id="bj-redeem-2024-000002", reason="发票有误")
    desk.send(applicant(OTHER_BUYER), withdraw_case=withdrawn)

    shown = run(home, FIRST, "--once").output

    assert "核定1/1，" in shown
    assert "  已核定 1笔" in shown


def test_one_look_for_machines_counts_in_fen(desk: Desk, home: Path) -> None:
    told: dict[str, Any] = json.loads(run(home, FIRST, "--once", "--json").stdout)

    assert told["steps"]["assessed"] == {"count": 1, "amountFen": yuan(20_000)}
    assert (told["unassessed"], told["ready"], told["isClosed"]) == (1, 1, False)
    assert {"reason": "claims", "text": "1笔申请尚未核定"} in told["keptBy"]
    assert told["oldestUnassessed"][0]["since"] == "2024-03-06"


def test_a_quarter_that_is_not_there_is_refused_with_those_that_are(desk: Desk, home: Path) -> None:
    result = run(home, f"{PROGRAMME}-2031Q1")

    assert result.exit_code == 3
    assert f"Known: {FIRST}" in result.output


def test_without_a_ledger_it_is_unavailable(tmp_path: Path) -> None:
    assert run(tmp_path / "nowhere", FIRST).exit_code == 4


def test_help_teaches_with_examples() -> None:
    assert "\n    duifu cycle watch bj-slq-2023-2024Q4 --once" in run(Path(), "--help").output


@contextmanager
def watching(home: Path) -> Iterator["subprocess.Popen[str]"]:
    """The command in a process of its own, after its first look."""
    command = [sys.executable, "-m", "cli", "cycle", "watch", FIRST, "--every", "0.1", "--home", str(home)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert next(line for line in process.stdout if "核定1/2" in line)
        yield process
    finally:
        process.kill()
        process.communicate()


def test_it_tells_each_change_once_and_ends_by_itself_when_the_quarter_has_closed(
    desk: Desk, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others go on with the quarter while the command waits for its next look."""
    pauses: list[float] = []
    deeds: list[Callable[[], object]] = [
        lambda: None,
        lambda: desk.freeze(FIRST),
        lambda: verified(desk),
        lambda: desk.order_payments(FIRST),
        lambda: None,
        lambda: desk.record_results(FIRST),
        lambda: desk.system(close_cycle=CloseCycle(cycle_id=FIRST)),
    ]

    def others_act(seconds: float) -> None:
        deeds[len(pauses)]()
        pauses.append(seconds)

    monkeypatch.setattr(cycle_watch, "pause", others_act)
    result = run(home, FIRST, "--every", "7")

    assert result.exit_code == 0, result.output
    assert pauses == [7.0] * len(deeds)
    seen = [line for line in result.stdout.splitlines() if "本批次第" in line]
    assert len(seen) == 6  # at first, and after each deed
    assert "  已支付 2笔 ¥40,000.00" in result.stdout
    assert result.stdout.rstrip().endswith("已结清")


def test_ctrl_c_leaves_without_a_word_and_is_no_end_of_the_quarter(desk: Desk, home: Path) -> None:
    with watching(home) as process:
        process.send_signal(signal.SIGINT)
        _, wrong = process.communicate(timeout=60)

    assert (process.returncode, wrong) == (130, "")
