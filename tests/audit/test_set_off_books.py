"""What an audit finds of set-offs: orders and recoveries that differ, and parts that the rules do not give. (抵扣)"""

from contextlib import closing
from pathlib import Path
from shutil import copy

import pytest
from google.protobuf.message import Message

from audit.belonging import belonging
from audit.conservation.books import Fault
from audit.entries import stream as entries_of
from audit.fields import fields_of
from audit.story import sentence
from cli.quarter_followed import Followed
from domain.kinds import CYCLE, RECOVERY, SET_OFFS
from domain.money import yuan
from duifu.v1 import events_pb2 as events
from duifu.v1 import recovery_pb2 as recovery
from ledger import streams
from ledger.rows import open_rows
from tests.audit.books import Alter, altered, books_of, conserved_throughout, differences, more, other
from tests.builders import a_contract
from tests.commands.recovery_desk import DECIDER, demanded, paid_voucher, setting_off
from tests.desk import Desk

Q2, Q3 = "bj-slq-2023-2024Q2", "bj-slq-2023-2024Q3"


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """¥100,000 and ¥80,000 are set off: against an order that comes back, then against ¥160,000 whole and ¥30,000."""
    path = tmp_path_factory.mktemp("taken") / "ledger.sqlite"
    desk = Desk(path)
    voucher = paid_voucher(desk)
    desk.send(DECIDER, order_set_off=setting_off(demanded(desk, voucher, yuan(100_000))))
    other_voucher = desk.voucher_through_the_door(a_contract(yuan(1_000_000), number="HT-2"))
    claim = desk.pay_for(other_voucher, yuan(800_000), invoice=2)
    desk.settle_quarter(Q2, returned=[claim])
    desk.send(DECIDER, order_set_off=setting_off(demanded(desk, voucher, yuan(80_000))))
    desk.pay_for(other_voucher, yuan(150_000), invoice=3)
    desk.settle_quarter(Q3)
    desk.ledger.close()
    return path


def test_at_every_position_every_fen_is_in_one_place(taken: Path) -> None:
    conserved_throughout(taken)

    assert differences(taken) == []


def test_what_went_out_is_what_was_due_less_what_was_set_off(taken: Path) -> None:
    with closing(open_rows(taken)) as rows:
        quarter = CYCLE.fold(entry.event for entry in entries_of(rows, f"cycle/{Q3}"))
    desk = Desk(taken, "2024-10-08 09:00", ids="later")
    tally = Followed(desk.ledger, f"cycle/{Q3}").look()
    desk.ledger.close()

    assert quarter.closed is not None
    assert (quarter.closed.paid_fen, quarter.closed.set_off_fen) == (yuan(190_000), yuan(180_000))
    assert tally.set_off_fen == yuan(180_000)


def test_a_set_off_is_told_and_shown_without_a_field_unnamed_and_goes_with_its_case(taken: Path) -> None:
    with closing(open_rows(taken)) as rows:
        told = [entry.event for name in rows.streams("recovery/") for entry in entries_of(rows, name)]
        listed = [entry.event for entry in entries_of(rows, streams.set_offs("bj-slq-2023"))]
        of_case = belonging(rows, "case/bj-claim-2024-000001")

    assert all(sentence(event) for event in (*told, *listed))
    upto_held = [event for event in told if not isinstance(event, recovery.RecoveryClosed)]
    labels = {field.label for field in fields_of(RECOVERY.fold(upto_held))}
    assert any(label.startswith("抵扣") for label in labels)
    assert fields_of(SET_OFFS.fold(listed))
    decided = [entry.event for _, entry in of_case.events if isinstance(entry.event, recovery.SetOffDecided)]
    ordered = [entry.event for _, entry in of_case.events if isinstance(entry.event, events.PaymentOrdered)]
    assert len(decided) == 2
    assert sum(len(order.set_off) > 0 for order in ordered) == 3


def part(fen: int) -> Alter:
    """So much more of an order is set off."""
    return lambda event: more("amount_fen", fen)(event.set_off[0])


@pytest.mark.parametrize(
    ("kind", "at", "alter", "fault"),
    [
        pytest.param(events.PaymentOrdered, 1, part(-1), Fault.DISAGREEMENT, id="the order sets off less"),
        pytest.param(events.PaymentOrdered, 1, part(yuan(100_000)), Fault.OVERDRAWN, id="more than is due"),
        pytest.param(recovery.SetOffHeld, 0, more("amount_fen", -1), Fault.DISAGREEMENT, id="less is held"),
        pytest.param(recovery.SetOffHeld, 0, more("amount_fen"), Fault.OVERDRAWN, id="more than is open is held"),
        pytest.param(recovery.SetOffHeld, 1, more("amount_fen", -1), Fault.DISAGREEMENT, id="less is let go"),
        pytest.param(recovery.SetOffHeld, 1, other("is_released", False), Fault.OVERDRAWN, id="nothing is let go"),
        pytest.param(recovery.RecoveryReceived, 0, more("amount_fen"), Fault.OVERDRAWN, id="more comes in"),
        pytest.param(recovery.RecoveryReceived, 0, other("order_id", "x"), Fault.DISAGREEMENT, id="of another order"),
        pytest.param(events.CycleClosed, 2, more("set_off_fen"), Fault.CLOSING, id="the quarter's sum"),
    ],
)
def test_books_that_differ_are_named(
    taken: Path, tmp_path: Path, kind: type[Message], at: int, alter: Alter, fault: Fault
) -> None:
    path = Path(copy(taken, tmp_path))
    altered(path, kind, alter, at)

    books = books_of(path)

    assert not books.is_conserved
    assert fault in {found.fault for found in books.breaks}


@pytest.mark.parametrize(
    ("kind", "at", "alter", "path"),
    [
        (events.PaymentOrdered, 1, part(-1), "set_off"),
        (events.PaymentSettled, 1, other("is_set_off", False), "is_set_off"),
        (events.PaymentSettled, 1, other("bank_reference", "GK-1"), "bank_reference"),
        (events.VoucherRedeemed, 1, more("set_off_fen"), "set_off_fen"),
        (recovery.SetOffDecided, 0, other("clause", "BJ-9.9"), "clause"),
        (recovery.SetOffDecided, 0, other("agreement_sha256", ""), ""),
        (recovery.SetOffListed, 0, other("uscc", "91110108MAYB000099"), "uscc"),
        (recovery.SetOffHeld, 0, more("amount_fen", -1), "amount_fen"),
        (recovery.SetOffHeld, 1, more("amount_fen", -1), "amount_fen"),
        (recovery.RecoveryReceived, 0, more("restored_fen", -1), "restored_fen"),
        (recovery.RedemptionHeadroomRecovered, 0, more("amount_fen", -1), "amount_fen"),
    ],
)
def test_what_the_rules_do_not_give_is_found(
    taken: Path, tmp_path: Path, kind: type[Message], at: int, alter: Alter, path: str
) -> None:
    ledger = Path(copy(taken, tmp_path))
    position = altered(ledger, kind, alter, at)

    found = differences(ledger)

    assert (found[0].position, found[0].path.partition("[")[0]) == (position, path)
