"""A suspected crime is handed over: who may, when, what is open then, and what comes in from there. (BJ-5.6)"""

from typing import Any

from audit.conservation.account import Bucket, Kind
from domain.money import yuan
from domain.recovery import Standing
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import Actor
from duifu.v1.recovery_pb2 import WithdrawRecovery, WriteOffRecovery
from tests.amended import BEIJING, a_rulebook, under
from tests.commands.recovery_desk import (
    COLLECTOR,
    DECIDER,
    INSPECTOR,
    barring,
    conserved,
    demanded,
    demanding,
    differences,
    found,
    noticing,
    paid_voucher,
    proposing,
    receiving,
    refused,
    state,
    transferring,
    waiving,
)
from tests.desk import Desk


def held(desk: Desk) -> dict[Bucket, int]:
    """What the account of the one recovery holds, where it holds anything; the books balance, and an audit agrees."""
    books = conserved(desk)
    assert (books.is_conserved, differences(desk)) == (True, [])
    (account,) = [account for account in books.accounts if account.pool.kind is Kind.RECOVERY]
    return {bucket: account.held[bucket] for bucket in Bucket if account.held[bucket]}


def test_what_is_open_of_a_demand_is_handed_over_and_what_comes_in_from_there_is_on_record(
    desk: Desk, paid: Voucher
) -> None:
    recovery = demanded(desk, paid, yuan(100_000))
    desk.send(COLLECTOR, record_recovery_receipt=receiving(recovery, yuan(30_000), "SK-1", "2024-04-02"))

    desk.send(DECIDER, transfer_recovery=transferring(recovery))

    handed_over = state(desk, recovery).transferred
    assert handed_over is not None
    assert (handed_over.amount_fen, handed_over.clause) == (yuan(70_000), "BJ-5.6")
    assert (state(desk, recovery).standing, state(desk, recovery).open_fen) == (Standing.TRANSFERRED, yuan(70_000))
    assert held(desk) == {Bucket.RESERVED: yuan(70_000), Bucket.RECOVERED: yuan(30_000)}

    desk.send(COLLECTOR, record_recovery_receipt=receiving(recovery, yuan(50_000), "FY-1", "2024-04-02"))
    desk.send(COLLECTOR, propose_write_off=proposing(recovery, yuan(20_000)))
    desk.send(DECIDER, write_off_recovery=WriteOffRecovery(recovery_id=recovery))

    assert state(desk, recovery).standing == Standing.CLOSED
    assert held(desk) == {Bucket.RELEASED: yuan(20_000), Bucket.RECOVERED: yuan(80_000)}
    assert desk.year(2024).redeemed_fen == yuan(520_000)  # came back in its budget year (F-7)


def test_a_crime_that_is_suspected_before_anything_is_demanded_is_handed_over_as_it_was_found(
    desk: Desk, paid: Voucher
) -> None:
    recovery = found(desk, paid, yuan(100_000))

    desk.send(DECIDER, transfer_recovery=transferring(recovery))

    assert held(desk) == {Bucket.RESERVED: yuan(100_000)}
    desk.send(COLLECTOR, record_recovery_receipt=receiving(recovery, yuan(100_000), "FY-1", "2024-04-02"))
    closed = state(desk, recovery).closed
    assert closed is not None
    assert (closed.demanded_fen, closed.received_fen) == (yuan(100_000), yuan(100_000))
    assert held(desk) == {Bucket.RECOVERED: yuan(100_000)}


def test_after_it_the_office_demands_and_drops_nothing_and_bars_only_on_what_it_had_demanded(
    desk: Desk, paid: Voucher
) -> None:
    first, second = demanded(desk, paid, yuan(1)), found(desk, paid, yuan(1))
    desk.send(INSPECTOR, send_recovery_notice=noticing(second))
    for recovery in (first, second):
        desk.send(DECIDER, transfer_recovery=transferring(recovery))

    asked: list[tuple[Actor, dict[str, Any]]] = [
        (INSPECTOR, {"send_recovery_notice": noticing(second)}),
        (DECIDER, {"record_recovery_statement": waiving(second)}),
        (DECIDER, {"demand_recovery": demanding(second, yuan(1))}),
        (DECIDER, {"withdraw_recovery": WithdrawRecovery(recovery_id=second, reason="-")}),
        (DECIDER, {"transfer_recovery": transferring(second)}),
    ]
    for actor, kind in asked:
        answer = refused(desk, actor, **kind)
        assert (answer.code, answer.facts["standing"]) == ("RECOVERY_NOT_NOW", "已移送司法机关")
    assert refused(desk, DECIDER, bar_enterprise=barring(second)).code == "BAR_WITHOUT_DEMAND"
    desk.send(DECIDER, bar_enterprise=barring(first))


def test_who_decides_hands_over_and_says_why(desk: Desk, paid: Voucher) -> None:
    recovery = found(desk, paid, yuan(1))

    assert refused(desk, COLLECTOR, transfer_recovery=transferring(recovery)).code == "ROLE_MISMATCH"
    himself = Actor(id=INSPECTOR.id, name="本人", role=DECIDER.role)
    assert refused(desk, himself, transfer_recovery=transferring(recovery)).code == "RECOVERY_NOT_APART"
    assert refused(desk, DECIDER, transfer_recovery=transferring(recovery, reason=" ")).code == "REASON_MISSING"


def test_a_programme_that_does_not_name_it_hands_nothing_over(desk: Desk) -> None:
    silent = under(desk, a_rulebook(BEIJING, without_transfer))
    recovery = found(silent, paid_voucher(silent), yuan(1))

    assert refused(silent, DECIDER, transfer_recovery=transferring(recovery)).code == "TRANSFER_NOT_FORESEEN"


def without_transfer(data: dict[str, Any]) -> None:
    """A programme whose text says nothing of judicial organs."""
    del data["recovery"]["transfer"]
