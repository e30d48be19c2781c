"""What an audit finds of withdrawn reports of red invoices: sums, reductions and people that do not fit. (F-2)"""

from contextlib import closing
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from google.protobuf.message import Message

from audit.belonging import belonging
from audit.conservation.books import Fault
from audit.entries import stream as entries_of
from audit.fields import fields_of
from audit.story import sentence
from domain.kinds import kind_of
from domain.money import yuan
from duifu.v1 import events_pb2 as events
from duifu.v1 import recovery_pb2 as recovery
from duifu.v1.commands_pb2 import Actor
from ledger.registry import unwrap
from ledger.rows import open_rows
from tests.audit.books import Alter, altered, books_of, conserved_throughout, differences, more, other
from tests.audit.tampering import forged
from tests.builders import SUPPLIER, invoice_number
from tests.commands.recovery_desk import (
    COLLECTOR,
    DECIDER,
    INSPECTOR,
    demand_all,
    paid_voucher,
    receiving,
    refused,
    withdrawing,
)
from tests.commands.test_reversal import reversing
from tests.desk import Desk

REDS = [invoice_number(number) for number in (900, 901)]


@pytest.fixture(scope="module")
def withdrawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two red invoices take back ¥200,000 and ¥100,000; of the first ¥50,000 come in, then both are withdrawn.

    The first recovery closes with what came in; the second wants less for what came in of the first, and then nothing.
    """
    path = tmp_path_factory.mktemp("withdrawn") / "ledger.sqlite"
    desk = Desk(path)
    voucher = paid_voucher(desk)
    desk.at("2024-04-02 09:00")
    for red, fen in zip(REDS, (yuan(1_000_000), yuan(500_000)), strict=True):
        report = reversing(voucher, fen, red_invoice_number=red, evidence_sha256=red[-2:] * 32)
        desk.send(INSPECTOR, report_invoice_reversed=report)
    first = f"{voucher.case_id}-recovery-1"
    demand_all(desk, first)
    desk.send(COLLECTOR, record_recovery_receipt=receiving(first, yuan(50_000)))
    for red in REDS:
        desk.send(DECIDER, withdraw_invoice_reversal=withdrawing(voucher.voucher_id, red))
    desk.pay_for(voucher, yuan(3_000_000))
    desk.settle_quarter("bj-slq-2023-2024Q2")
    desk.ledger.close()
    return path


def test_at_every_position_every_fen_is_in_one_place(withdrawn: Path) -> None:
    conserved_throughout(withdrawn)

    assert differences(withdrawn) == []


def test_it_is_told_and_shown_without_a_field_unnamed_and_goes_with_its_case(withdrawn: Path) -> None:
    invoices = [f"invoice/{SUPPLIER.uscc}/{number}" for number in (invoice_number(1), *REDS)]
    with closing(open_rows(withdrawn)) as rows:
        of_case = belonging(rows, "case/bj-claim-2024-000001")
        names = [*rows.streams("recovery/"), *rows.streams("voucher/"), *invoices]
        told = {name: [entry.event for entry in entries_of(rows, name)] for name in names}

    for name, known in told.items():
        kind = kind_of(name)
        assert kind is not None
        assert all(sentence(event) for event in known)
        assert fields_of(kind.fold(known)) or name.endswith(tuple(REDS))
    sentences = [sentence(event) for known in told.values() for event in known]
    assert any("核减¥150,000.00" in line for line in sentences)
    assert any("不再追回¥50,000.00，另有¥50,000.00随下次申请兑付" in line for line in sentences)
    taken = {type(entry.event) for _, entry in of_case.events}
    assert {recovery.ReversalWithdrawn, recovery.RecoveryReduced, events.InvoiceReleased} <= taken


@pytest.mark.parametrize(
    ("kind", "alter", "fault", "name"),
    [
        pytest.param(recovery.ReversalWithdrawn, more("due_fen"), Fault.CLOSING, "voucher/", id="more is due"),
        pytest.param(recovery.ReversalWithdrawn, more("claw_back_fen"), Fault.CLOSING, "voucher/", id="more is let go"),
        pytest.param(
            recovery.ReversalWithdrawn, more("claw_back_fen", yuan(200_000)), Fault.OVERDRAWN, "voucher/", id="too much"
        ),
        pytest.param(recovery.RecoveryReduced, more("open_fen", -1), Fault.CLOSING, "recovery/", id="less is open"),
        pytest.param(recovery.RecoveryReduced, more("open_fen"), Fault.OVERDRAWN, "recovery/", id="more was open"),
    ],
)
def test_books_that_differ_are_named(
    withdrawn: Path, tmp_path: Path, kind: type[Message], alter: Alter, fault: Fault, name: str
) -> None:
    path = Path(copy(withdrawn, tmp_path))
    altered(path, kind, alter)

    books = books_of(path)

    assert not books.is_conserved
    assert fault in {found.fault for found in books.breaks if found.account.name.startswith(name)}


@pytest.mark.parametrize(
    ("kind", "at", "alter", "path"),
    [
        (recovery.ReversalWithdrawn, 0, other("cumulative_fen", "7"), "cumulative_fen"),
        (recovery.ReversalWithdrawn, 0, more("due_fen", -1), "due_fen"),
        (recovery.ReversalWithdrawn, 0, more("claw_back_fen"), "claw_back_fen"),
        (recovery.ReversalWithdrawn, 1, more("waits_fen"), "waits_fen"),
        (recovery.RecoveryReduced, 0, more("amount_fen", -1), "amount_fen"),
        (recovery.RecoveryReduced, 1, more("open_fen", -1), "open_fen"),
        (recovery.RecoveryReduced, 0, other("red_invoice_number", "x"), ""),
        (recovery.RecoveryWithdrawn, 0, other("reason", "查无实据"), "reason"),
        (recovery.SettlementReversed, 0, lambda event: event.reported_by.append("wang.fang"), "reported_by"),
    ],
)
def test_what_the_rules_do_not_give_is_found(
    withdrawn: Path, tmp_path: Path, kind: type[Message], at: int, alter: Alter, path: str
) -> None:
    ledger = Path(copy(withdrawn, tmp_path))
    position = altered(ledger, kind, alter, at)

    found = differences(ledger)

    assert (found[0].position, found[0].path.partition("[")[0]) == (position, path)


def test_who_reported_it_and_withdraws_it_all_the_same_is_found(withdrawn: Path, tmp_path: Path) -> None:
    ledger = Path(copy(withdrawn, tmp_path))

    def himself(envelope: Any) -> None:
        envelope.actor.id = INSPECTOR.id

    position = forged(ledger, recovery.ReversalWithdrawn, himself)

    found = [one for one in differences(ledger) if one.position == position]
    assert ["RECOVERY_NOT_APART" in str(one.derived) for one in found] == [True]


def test_an_early_report_that_names_nobody_is_as_it_was_and_its_finder_does_not_withdraw_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    voucher = paid_voucher(desk)
    desk.at("2024-04-02 09:00").send(INSPECTOR, report_invoice_reversed=reversing(voucher, yuan(1_000_000)))
    desk.ledger.close()
    forged(
        tmp_path / "ledger.sqlite",
        recovery.SettlementReversed,
        lambda envelope: unwrap(envelope.event).ClearField("reported_by"),
    )

    assert differences(tmp_path / "ledger.sqlite") == []
    later = Desk(tmp_path / "ledger.sqlite", "2024-04-03 09:00", ids="later")
    himself = Actor(id=INSPECTOR.id, name="本人", role=DECIDER.role)
    withdrawal = withdrawing(voucher.voucher_id, REDS[0])
    assert refused(later, himself, withdraw_invoice_reversal=withdrawal).code == "RECOVERY_NOT_APART"
    later.ledger.close()
