"""A treasury that does not answer in its working days is put on record; about money that changes nothing."""

from contextlib import closing
from pathlib import Path

import pytest

from audit.compared import Difference
from audit.conservation.conserve import conserve
from audit.recompute import recompute
from cli.quarter_followed import Watched
from domain import treasury_silence
from domain.money import yuan
from domain.paying_wording import quarter_standing, round_standing
from domain.quarter_standing import standing_of
from domain.refusals import Refused
from duifu.v1.commands_pb2 import PAYMENT_STATUS_SETTLED, RecordPayment, ReportTreasurySilence
from duifu.v1.events_pb2 import TreasurySilent
from ledger import streams
from ledger.rows import open_rows
from policy.rulebook import Rulebook
from tests.amended import BEIJING, QINGDAO, a_rulebook, signed_before_it_goes_out, under
from tests.commands.test_grant_release import STEPS, sign
from tests.commands.test_release import ordered
from tests.commands.test_release import sign as sign_quarter
from tests.desk import Desk, the_rulebook
from tests.rounds import ROUND_ID, RoundDesk

Q1 = "bj-slq-2023-2024Q1"
DUE_ON = "2024-04-16"  # ten working days after Monday 1 April, without 清明节 and with a Sunday that is worked


def silent(desk: Desk, due_on: str, **paid_by: str) -> list[TreasurySilent]:
    """Report, and read what is on record of it."""
    desk.system(report_treasury_silence=ReportTreasurySilence(due_on=due_on, **paid_by))
    (name,) = paid_by.values()
    stream = streams.cycle(name) if "cycle_id" in paid_by else streams.grant_round(name)
    return [event for event in desk.events(stream) if isinstance(event, TreasurySilent)]


def settle(desk: Desk, order_id: str) -> None:
    """The treasury answers one order of the quarter."""
    settled = RecordPayment(cycle_id=Q1, order_id=order_id, status=PAYMENT_STATUS_SETTLED, bank_reference="GK-1")
    desk.system(record_payment=settled)


def the_evidence_agrees(folder: Path, rulebook: Rulebook) -> None:
    different: list[Difference] = []
    with closing(open_rows(folder / "ledger.sqlite")) as rows:
        found = conserve(rows, rulebook)
        recompute(rows, rulebook, different.append)
    assert (found.breaks, different) == ([], [])


def test_after_its_days_a_quarters_treasury_is_reported_once_until_it_answers(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    first, second = ordered(desk, yuan(100_000), yuan(50_000))
    due_on = treasury_silence.running(desk.cycle(Q1))

    desk.at(f"{due_on} 23:59")
    with pytest.raises(Refused, match="NOT_DUE"):
        silent(desk, due_on, cycle_id=Q1)
    settle(desk, first)
    desk.at("2024-04-20 00:00")
    reported = silent(desk, due_on, cycle_id=Q1), silent(desk, due_on, cycle_id=Q1)
    cycle, look = desk.cycle(Q1), Watched(desk.door, Q1).look()
    standing = standing_of(cycle, 1)
    settle(desk, second)

    assert due_on == DUE_ON
    assert reported[0] == reported[1] == [TreasurySilent(due_on=due_on, orders=1, amount_fen=yuan(10_000))]
    assert quarter_standing(cycle) == f"2024Q1支付中：1笔待国库结果，其中1笔至{due_on}未答复"
    assert [reason.text for reason in look.reasons] == [f"1笔¥10,000.00待国库结果，其中1笔¥10,000.00至{due_on}未答复"]
    assert (standing.answer_due_on, standing.silent.orders) == ("", 1)
    assert treasury_silence.overdue(desk.cycle(Q1)).count == 0
    the_evidence_agrees(tmp_path, the_rulebook())
    desk.ledger.close()


def test_an_order_that_is_signed_first_has_its_days_from_the_last_signature(tmp_path: Path) -> None:
    rulebook = a_rulebook(BEIJING, signed_before_it_goes_out)
    desk = under(Desk(tmp_path / "ledger.sqlite"), rulebook)
    ordered(desk, yuan(100_000))
    before = treasury_silence.running(desk.cycle(Q1))
    desk.at("2024-04-08 09:00")
    for actor, step in STEPS[:2]:
        sign_quarter(desk, actor, step)
    after = treasury_silence.running(desk.cycle(Q1))
    desk.at("2024-04-30 09:00")

    (reported,) = silent(desk, after, cycle_id=Q1)

    assert (before, after) == ("", "2024-04-22")
    assert (reported.orders, reported.amount_fen) == (1, yuan(20_000))
    the_evidence_agrees(tmp_path, rulebook)
    desk.ledger.close()


@pytest.mark.parametrize("is_signed", [False, True])
def test_a_rounds_treasuries_are_reported_as_well(tmp_path: Path, is_signed: bool) -> None:
    rulebook = a_rulebook(QINGDAO, signed_before_it_goes_out) if is_signed else the_rulebook()
    desk = under(RoundDesk(tmp_path / "ledger.sqlite"), rulebook)
    case_id = desk.determined()
    desk.allocate()
    desk.let_notice_pass()
    desk.release(case_id)
    desk.order()
    for actor, step in STEPS if is_signed else ():
        sign(desk, actor, step)
    due_on = treasury_silence.running(desk.round())
    desk.report(f"{ROUND_ID}-city-00001")
    desk.at("2024-03-25 09:00")

    (reported,) = silent(desk, due_on, round_id=ROUND_ID)
    told = round_standing(desk.round())
    desk.pay_all()
    desk.close()

    assert (reported.orders, reported.amount_fen) == (1, yuan(2_500_000))
    assert told == f"2024年度拨付中：1笔待国库结果，其中1笔至{due_on}未答复"
    the_evidence_agrees(tmp_path, rulebook)
    desk.ledger.close()


def test_nothing_is_reported_of_what_is_answered_or_of_nobody(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    (order_id,) = ordered(desk, yuan(100_000))
    due_on = treasury_silence.running(desk.cycle(Q1))
    settle(desk, order_id)
    desk.at("2024-04-30 09:00")

    assert silent(desk, due_on, cycle_id=Q1) == []
    for paid_by, code in (({"cycle_id": "bj-slq-2023-2031Q1"}, "CYCLE_UNKNOWN"), ({"round_id": "x"}, "ROUND_UNKNOWN")):
        with pytest.raises(Refused, match=code):
            silent(desk, due_on, **paid_by)
    desk.ledger.close()
