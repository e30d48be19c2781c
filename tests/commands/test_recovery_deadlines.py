"""The deadlines of a recovery ring once, on their day and not before; what has become of it by then counts."""

from collections.abc import Callable

import pytest

from domain.money import yuan
from domain.recovery_deadlines import is_overdue, running
from domain.recovery_letters import owed
from domain.refusals import Refused
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import Letter, RecordRecoveryLetter
from duifu.v1.recovery_pb2 import (
    RECOVERY_DEADLINE_PAYMENT,
    RECOVERY_DEADLINE_STATEMENT,
    LapseRecovery,
    RecoveryDeadline,
    WithdrawRecovery,
)
from ledger import streams
from tests.commands.recovery_desk import (
    COLLECTOR,
    DECIDER,
    INSPECTOR,
    demanded,
    demanding,
    differences,
    found,
    noticing,
    receiving,
    state,
    transferring,
    waiving,
)
from tests.desk import Desk


def ring(desk: Desk, recovery: str, deadline: RecoveryDeadline.ValueType) -> list[str]:
    """Say that a deadline is over; the names of the recovery's events since."""
    desk.system(lapse_recovery=LapseRecovery(recovery_id=recovery, deadline=deadline))
    return [type(event).__name__ for event in desk.events(streams.recovery(recovery))]


def test_the_days_to_be_heard_ring_at_their_end_and_once(desk: Desk, paid: Voucher) -> None:
    recovery = found(desk, paid, yuan(100_000))
    desk.send(INSPECTOR, send_recovery_notice=noticing(recovery))
    with pytest.raises(Refused, match="NOT_DUE"):
        ring(desk.at("2024-04-10 23:59"), recovery, RECOVERY_DEADLINE_STATEMENT)

    for _ in range(2):
        told = ring(desk.at("2024-04-11 00:00"), recovery, RECOVERY_DEADLINE_STATEMENT)
        assert told == ["RecoveryOpened", "RecoveryNoticed", "RecoveryLapsed"]

    (rang,) = state(desk, recovery).lapsed
    assert (rang.due_on, rang.open_fen) == ("2024-04-10", 0)
    assert running(state(desk, recovery)) is None
    desk.send(DECIDER, demand_recovery=demanding(recovery, yuan(100_000)))
    assert differences(desk) == []


def test_the_days_to_pay_ring_with_what_is_open_then_and_it_is_overdue(desk: Desk, paid: Voucher) -> None:
    recovery = demanded(desk, paid, yuan(100_000))
    desk.send(COLLECTOR, record_recovery_receipt=receiving(recovery, yuan(60_000), on="2024-04-02"))
    assert not is_overdue(state(desk, recovery))

    ring(desk.at("2024-04-25 00:00"), recovery, RECOVERY_DEADLINE_PAYMENT)

    (rang,) = state(desk, recovery).lapsed
    assert (rang.due_on, rang.open_fen) == ("2024-04-24", yuan(40_000))
    assert is_overdue(state(desk, recovery))
    assert differences(desk) == []


Meanwhile = Callable[[Desk, str], object]


@pytest.mark.parametrize(
    ("meanwhile", "deadline"),
    [
        pytest.param(
            lambda desk, recovery: desk.send(DECIDER, record_recovery_statement=waiving(recovery)),
            RECOVERY_DEADLINE_STATEMENT,
            id="it was heard",
        ),
        pytest.param(
            lambda desk, recovery: desk.send(
                DECIDER, withdraw_recovery=WithdrawRecovery(recovery_id=recovery, reason="查无实据")
            ),
            RECOVERY_DEADLINE_STATEMENT,
            id="the finding was dropped",
        ),
        pytest.param(
            lambda desk, recovery: desk.send(DECIDER, transfer_recovery=transferring(recovery)),
            RECOVERY_DEADLINE_STATEMENT,
            id="it was handed over",
        ),
        pytest.param(state, RECOVERY_DEADLINE_PAYMENT, id="nothing was demanded"),
    ],
)
def test_what_does_not_run_any_more_does_not_ring(
    desk: Desk, paid: Voucher, meanwhile: Meanwhile, deadline: RecoveryDeadline.ValueType
) -> None:
    recovery = found(desk, paid, yuan(100_000))
    desk.send(INSPECTOR, send_recovery_notice=noticing(recovery))
    meanwhile(desk, recovery)

    assert "RecoveryLapsed" not in ring(desk.at("2024-06-01 00:00"), recovery, deadline)


def test_a_letter_is_owed_of_notice_demand_and_delay_in_the_words_of_its_moment(desk: Desk, paid: Voucher) -> None:
    recovery = demanded(desk, paid, yuan(100_000))
    ring(desk.at("2024-04-25 00:00"), recovery, RECOVERY_DEADLINE_PAYMENT)

    letters = list(owed(state(desk, recovery)))

    assert [letter.template for letter in letters] == ["recovery_notice", "recovery_demand", "recovery_overdue"]
    assert letters[0].words["until"] == "2024-04-10"
    assert (letters[1].words["summary"], letters[1].words["due"]) == ("¥100,000.00", "时限至2024-04-24")
    assert letters[2].words["left"] == "¥100,000.00"
    for _ in range(2):
        sent = Letter(letter_id=letters[0].letter_id, template="recovery_notice")
        desk.system(record_recovery_letter=RecordRecoveryLetter(recovery_id=recovery, letter=sent))
    assert state(desk, recovery).letters == {letters[0].letter_id}
    (kept,) = [event for event in desk.events(streams.recovery(recovery)) if type(event).__name__ == "LetterSent"]
    assert kept is not None
