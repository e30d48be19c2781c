"""What an audit finds of money that came back: books that differ, amounts that the rules do not give. (F-2, F-7)"""

from contextlib import closing
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from google.protobuf.message import Message

from audit.belonging import belonging
from audit.compared import Decision
from audit.conservation.account import Bucket, Kind
from audit.conservation.books import Fault
from audit.entries import stream as entries_of
from audit.fields import fields_of
from audit.story import sentence
from domain.kinds import kind_of
from domain.money import yuan
from duifu.v1 import recovery_pb2 as recovery
from duifu.v1.recovery_pb2 import ReportInvoiceReversed, WriteOffRecovery
from ledger import streams
from ledger.registry import unwrap
from ledger.rows import open_rows
from tests.audit.books import Alter, altered, books_of, differences, more, other
from tests.audit.tampering import forged
from tests.builders import invoice_number
from tests.commands.recovery_desk import (
    COLLECTOR,
    DECIDER,
    INSPECTOR,
    SHA256,
    demand_all,
    demanded,
    paid_voucher,
    proposing,
    receiving,
)
from tests.desk import Desk


@pytest.fixture(scope="module")
def recovered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a red invoice ¥150,000 come back in time and ¥50,000 are written off; a finding is paid a year later."""
    path = tmp_path_factory.mktemp("recovered") / "ledger.sqlite"
    desk = Desk(path)
    voucher = paid_voucher(desk)
    desk.at("2024-04-02 09:00")
    red = ReportInvoiceReversed(
        voucher_id=voucher.voucher_id,
        invoice_key=invoice_number(1),
        red_invoice_number=invoice_number(900),
        amount_fen=yuan(1_000_000),
        reason="服务中止",
        evidence_sha256=SHA256,
    )
    desk.send(INSPECTOR, report_invoice_reversed=red)
    first = f"{voucher.case_id}-recovery-1"
    demand_all(desk, first)
    desk.send(COLLECTOR, record_recovery_receipt=receiving(first, yuan(150_000)))
    desk.send(COLLECTOR, propose_write_off=proposing(first, yuan(50_000)))
    desk.send(DECIDER, write_off_recovery=WriteOffRecovery(recovery_id=first))
    second = demanded(desk, voucher, yuan(10_000))
    late = receiving(second, yuan(10_000), "SK-2", on="2025-01-06")
    desk.at("2025-01-06 09:00").send(COLLECTOR, record_recovery_receipt=late)
    desk.ledger.close()
    return path


def test_every_fen_that_was_demanded_came_in_or_was_written_off(recovered: Path) -> None:
    books = books_of(recovered)

    assert (books.breaks, books.is_conserved) == ([], True)
    held = [account.held for account in books.accounts if account.pool.kind == Kind.RECOVERY]
    assert [(one[Bucket.RECOVERED], one[Bucket.RELEASED], one[Bucket.FREE]) for one in held] == [
        (yuan(150_000), yuan(50_000), 0),
        (yuan(10_000), 0, 0),
    ]
    (year,) = [account for account in books.accounts if account.pool.kind == Kind.REDEEMING]
    assert (year.held[Bucket.PAID], year.held[Bucket.RECOVERED]) == (yuan(450_000), yuan(150_000))
    assert year.held[Bucket.FREE] == yuan(1_550_000)
    assert differences(recovered) == []


def test_a_recovery_is_told_and_shown_without_a_field_unnamed(recovered: Path) -> None:
    with closing(open_rows(recovered)) as rows:
        for name in rows.streams("recovery/"):
            events = [entry.event for entry in entries_of(rows, name)]
            kind = kind_of(name)
            assert kind is not None
            assert all(sentence(event) for event in events)
            labels = {field.label for field in fields_of(kind.fold(events))}
            assert {"责令追回", "告知", "办结"} <= labels


def test_a_case_is_taken_away_with_its_recoveries_and_what_they_gave_back(recovered: Path) -> None:
    with closing(open_rows(recovered)) as rows:
        of_case = belonging(rows, "case/bj-claim-2024-000001")

    assert {"recovery/bj-claim-2024-000001-recovery-1", "recovery/bj-claim-2024-000001-recovery-2"} <= of_case.whole
    events = [entry.event for _, entry in of_case.events]
    given = [event.amount_fen for event in events if isinstance(event, recovery.RedemptionHeadroomRecovered)]
    assert given == [yuan(150_000)]


@pytest.mark.parametrize(
    ("kind", "alter", "fault", "name"),
    [
        pytest.param(
            recovery.SettlementReversed, more("claw_back_fen"), Fault.CLOSING, "voucher/", id="more is claimed back"
        ),
        pytest.param(recovery.SettlementReversed, more("due_fen"), Fault.CLOSING, "voucher/", id="more stays due"),
        pytest.param(
            recovery.RecoveryReceived, more("amount_fen", yuan(50_001)), Fault.OVERDRAWN, "recovery/", id="above demand"
        ),
        pytest.param(
            recovery.RecoveryReceived, more("restored_fen"), Fault.DISAGREEMENT, "recovery/", id="more for the year"
        ),
        pytest.param(
            recovery.RedemptionHeadroomRecovered, more("amount_fen"), Fault.DISAGREEMENT, "re", id="the year has more"
        ),
        pytest.param(
            recovery.RecoveryWrittenOff, more("amount_fen"), Fault.OVERDRAWN, "recovery/", id="more is written off"
        ),
        pytest.param(recovery.RecoveryDemanded, more("amount_fen"), Fault.CLOSING, "recovery/", id="more demanded"),
        pytest.param(recovery.RecoveryClosed, more("received_fen"), Fault.CLOSING, "recovery/", id="sum of receipts"),
    ],
)
def test_books_that_differ_are_named(
    recovered: Path, tmp_path: Path, kind: type[Message], alter: Alter, fault: Fault, name: str
) -> None:
    path = Path(copy(recovered, tmp_path))
    altered(path, kind, alter)

    books = books_of(path)

    assert not books.is_conserved
    assert fault in {found.fault for found in books.breaks if found.account.name.startswith(name)}


def test_a_voucher_that_was_paid_beyond_its_worth_while_nothing_came_in_is_named(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    voucher = paid_voucher(desk)
    red = ReportInvoiceReversed(
        voucher_id=voucher.voucher_id,
        invoice_key=invoice_number(1),
        red_invoice_number=invoice_number(900),
        amount_fen=yuan(3_000_000),
        reason="服务中止",
        evidence_sha256=SHA256,
    )
    desk.at("2024-04-02 09:00").send(INSPECTOR, report_invoice_reversed=red)
    first = f"{voucher.case_id}-recovery-1"
    demand_all(desk, first)
    desk.send(COLLECTOR, record_recovery_receipt=receiving(first, yuan(600_000)))
    desk.pay_for(voucher, yuan(5_000_000), invoice=2)
    desk.settle_quarter("bj-slq-2023-2024Q2")
    desk.ledger.close()
    honest = books_of(tmp_path / "ledger.sqlite")

    forged(tmp_path / "ledger.sqlite", recovery.RecoveryReceived, lambda e: other("amount_fen", 1)(unwrap(e.event)))

    found = [one for one in books_of(tmp_path / "ledger.sqlite").breaks if one.fault == Fault.OVERDRAWN]
    assert honest.is_conserved
    assert [(one.account.name, one.said_fen, one.held_fen) for one in found] == [
        (f"voucher/{voucher.voucher_id}", yuan(1_600_000) - 1, yuan(1_000_000))
    ]
    assert "超过券面金额¥1,000,000.00" in found[0].text


@pytest.mark.parametrize(
    ("kind", "alter", "decision", "path"),
    [
        (recovery.SettlementReversed, other("cumulative_fen", "7"), Decision.ASSESSMENT, "cumulative_fen"),
        (recovery.SettlementReversed, more("due_fen", -1), Decision.ASSESSMENT, "due_fen"),
        (recovery.RecoveryOpened, more("amount_fen", -1), Decision.RECOVERY, "amount_fen"),
        (recovery.RecoveryOpened, lambda event: more("pay_days")(event.rule), Decision.RECOVERY, "rule"),
        (recovery.RecoveryOpened, lambda event: more("amount_fen")(event.shares[0]), Decision.RECOVERY, "shares"),
        (recovery.RecoveryNoticed, other("heard_until_on", "2024-04-03"), Decision.RECOVERY, "heard_until_on"),
        (recovery.RecoveryDemanded, other("pay_by_on", "2024-04-03"), Decision.RECOVERY, "pay_by_on"),
        (recovery.RecoveryReceived, more("restored_fen", -1), Decision.RECOVERY, "restored_fen"),
        (recovery.RedemptionHeadroomRecovered, more("amount_fen"), Decision.RECOVERY, "amount_fen"),
        (recovery.RecoveryWrittenOff, other("decision_number", "财8号"), Decision.RECOVERY, "decision_number"),
        (recovery.RecoveryClosed, more("written_off_fen"), Decision.RECOVERY, "written_off_fen"),
    ],
)
def test_what_the_rules_do_not_give_is_found_with_its_value(
    recovered: Path, tmp_path: Path, kind: type[Message], alter: Alter, decision: Decision, path: str
) -> None:
    ledger = Path(copy(recovered, tmp_path))
    position = altered(ledger, kind, alter)

    found = differences(ledger)

    assert (found[0].position, found[0].decision, found[0].path.partition("[")[0]) == (position, decision, path)


def test_who_found_it_and_demands_it_all_the_same_is_found(recovered: Path, tmp_path: Path) -> None:
    ledger = Path(copy(recovered, tmp_path))

    def himself(envelope: Any) -> None:
        envelope.actor.id = INSPECTOR.id

    position = forged(ledger, recovery.RecoveryDemanded, himself)

    found = [one for one in differences(ledger) if one.position == position]
    assert ["RECOVERY_NOT_APART" in str(one.derived) for one in found] == [True]


def test_the_stream_of_a_recovery_is_named_by_its_case() -> None:
    assert streams.recovery("c-recovery-1").startswith(streams.recoveries_of("c"))
