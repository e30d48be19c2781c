"""Recoveries at the door: who finds, decides and collects, a command of each kind, and the way to a demand."""

from contextlib import closing
from typing import Any

import pytest

from audit.compared import Difference
from audit.conservation.conserve import Conserved, conserve
from audit.recompute import recompute
from commands.door import SYSTEM
from domain.kinds import RECOVERY
from domain.money import yuan
from domain.recovery import Recovery, recovery_id
from domain.refusals import Refused
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import Actor, Letter, RecordRecoveryLetter
from duifu.v1.recovery_pb2 import (
    RECOVERY_DEADLINE_STATEMENT,
    RECOVERY_KIND_FALSE_REPORT,
    STATEMENT_KIND_WAIVED,
    BarEnterprise,
    DemandRecovery,
    LapseRecovery,
    OpenRecovery,
    OrderSetOff,
    ProposeWriteOff,
    RecordRecoveryReceipt,
    RecordRecoveryStatement,
    ReportInvoiceReversed,
    RevokeSetOff,
    SendRecoveryNotice,
    TransferRecovery,
    WithdrawInvoiceReversal,
    WithdrawRecovery,
    WriteOffRecovery,
)
from ledger import streams
from ledger.rows import open_rows
from tests.builders import a_contract, officer
from tests.desk import Desk

SHA256 = "ab" * 32
INSPECTOR = officer("inspector")
DECIDER = officer("recovery-officer")
COLLECTOR = officer("fund-officer")
WHOLE = yuan(5_000_000)


def refused(desk: Desk, actor: Actor, **kind: Any) -> Refused:
    """The refusal that somebody gets."""
    with pytest.raises(Refused) as answer:
        desk.send(actor, **kind)
    return answer.value


def examples(case_id: str, voucher_id: str) -> dict[str, tuple[Actor, Any]]:
    """One command of each kind that is well formed."""
    recovery = recovery_id(case_id, 1)
    reversed_ = ReportInvoiceReversed(
        voucher_id=voucher_id,
        invoice_key="24110000000000000001",
        red_invoice_number="24110000000000000099",
        amount_fen=1,
        reason="开票有误",
        evidence_sha256=SHA256,
    )
    return {
        "open_recovery": (INSPECTOR, opening(case_id, 1)),
        "send_recovery_notice": (INSPECTOR, noticing(recovery)),
        "record_recovery_statement": (DECIDER, waiving(recovery)),
        "demand_recovery": (DECIDER, demanding(recovery, 1)),
        "record_recovery_receipt": (COLLECTOR, receiving(recovery, 1)),
        "propose_write_off": (COLLECTOR, proposing(recovery, 1)),
        "write_off_recovery": (DECIDER, WriteOffRecovery(recovery_id=recovery)),
        "bar_enterprise": (DECIDER, barring(recovery)),
        "order_set_off": (DECIDER, setting_off(recovery)),
        "revoke_set_off": (DECIDER, RevokeSetOff(recovery_id=recovery, reason="单位已缴回")),
        "transfer_recovery": (DECIDER, transferring(recovery)),
        "lapse_recovery": (SYSTEM, LapseRecovery(recovery_id=recovery, deadline=RECOVERY_DEADLINE_STATEMENT)),
        "record_recovery_letter": (SYSTEM, RecordRecoveryLetter(recovery_id=recovery, letter=Letter(letter_id="1"))),
        "withdraw_recovery": (DECIDER, WithdrawRecovery(recovery_id=recovery, reason="查无实据")),
        "report_invoice_reversed": (INSPECTOR, reversed_),
        "withdraw_invoice_reversal": (DECIDER, withdrawing(voucher_id, "24110000000000000099")),
    }


def opening(case_id: str, amount_fen: int, **other: Any) -> OpenRecovery:
    said: dict[str, Any] = {"finding": RECOVERY_KIND_FALSE_REPORT, "reason": "交付量虚报", "evidence_sha256": SHA256}
    return OpenRecovery(case_id=case_id, amount_fen=amount_fen, **{**said, **other})


def withdrawing(voucher_id: str, red_invoice_number: str, **other: Any) -> WithdrawInvoiceReversal:
    said: dict[str, Any] = {"reason": "该红字发票属另一合同", "evidence_sha256": SHA256}
    return WithdrawInvoiceReversal(voucher_id=voucher_id, red_invoice_number=red_invoice_number, **{**said, **other})


def noticing(recovery: str) -> SendRecoveryNotice:
    return SendRecoveryNotice(recovery_id=recovery, document_number="告〔2024〕1号", evidence_sha256=SHA256)


def waiving(recovery: str) -> RecordRecoveryStatement:
    return RecordRecoveryStatement(
        recovery_id=recovery, statement=STATEMENT_KIND_WAIVED, reason="书面放弃", evidence_sha256=SHA256
    )


def demanding(recovery: str, amount_fen: int) -> DemandRecovery:
    return DemandRecovery(
        recovery_id=recovery,
        amount_fen=amount_fen,
        document_number="责〔2024〕1号",
        reason="事实清楚",
        evidence_sha256=SHA256,
    )


def receiving(recovery: str, amount_fen: int, reference: str = "SK-1", on: str = "2024-04-01") -> RecordRecoveryReceipt:
    return RecordRecoveryReceipt(
        recovery_id=recovery,
        bank_reference=reference,
        amount_fen=amount_fen,
        received_on=on,
        evidence_sha256=SHA256,
    )


def barring(recovery: str, first: str = "2024-05-01", last: str = "2025-04-30", **other: Any) -> BarEnterprise:
    said: dict[str, Any] = {"document_number": "限〔2024〕1号", "reason": "虚报", "evidence_sha256": SHA256}
    return BarEnterprise(recovery_id=recovery, from_on=first, through_on=last, **{**said, **other})


def setting_off(recovery: str, **other: Any) -> OrderSetOff:
    said: dict[str, Any] = {"document_number": "抵〔2024〕1号", "reason": "单位同意抵扣", "agreement_sha256": SHA256}
    return OrderSetOff(recovery_id=recovery, **{**said, "evidence_sha256": SHA256, **other})


def transferring(recovery: str, **other: Any) -> TransferRecovery:
    said: dict[str, Any] = {"authority": "北京市公安局", "document_number": "移〔2024〕1号", "reason": "涉嫌诈骗"}
    return TransferRecovery(recovery_id=recovery, **{**said, "evidence_sha256": SHA256, **other})


def proposing(recovery: str, amount_fen: int) -> ProposeWriteOff:
    return ProposeWriteOff(
        recovery_id=recovery,
        amount_fen=amount_fen,
        decision_number="财〔2024〕9号",
        reason="企业破产",
        evidence_sha256=SHA256,
    )


def paid_voucher(desk: Desk, amount_fen: int = yuan(3_000_000), number: str = "HT-1") -> Voucher:
    """A voucher of a fifth of five millions, of which a fifth of this amount was paid in the first quarter of 2024."""
    voucher = desk.voucher_through_the_door(a_contract(WHOLE, number=number))
    desk.pay_for(voucher, amount_fen)
    desk.settle_quarter("bj-slq-2023-2024Q1")
    return desk.voucher(voucher.voucher_id)


def found(desk: Desk, voucher: Voucher, amount_fen: int) -> str:
    """A recovery that an inspector opened."""
    return desk.send(INSPECTOR, open_recovery=opening(voucher.case_id, amount_fen)).case_id


def demanded(desk: Desk, voucher: Voucher, amount_fen: int) -> str:
    """A recovery of which all was demanded, after the enterprise waived being heard."""
    recovery = found(desk, voucher, amount_fen)
    demand_all(desk, recovery)
    return recovery


def demand_all(desk: Desk, recovery: str) -> None:
    """What was found is demanded, after the enterprise waived being heard."""
    desk.send(INSPECTOR, send_recovery_notice=noticing(recovery))
    desk.send(DECIDER, record_recovery_statement=waiving(recovery))
    desk.send(DECIDER, demand_recovery=demanding(recovery, state(desk, recovery).opened.amount_fen))


def state(desk: Desk, recovery: str) -> Recovery:
    """How it stands."""
    return RECOVERY.fold(desk.events(streams.recovery(recovery)))


def conserved(desk: Desk) -> Conserved:
    """What every account holds."""
    with closing(open_rows(desk.ledger.address)) as rows:
        return conserve(rows, desk.door.rulebook)


def differences(desk: Desk) -> list[Difference]:
    """What an audit makes otherwise."""
    found_: list[Difference] = []
    with closing(open_rows(desk.ledger.address)) as rows:
        recompute(rows, desk.door.rulebook, found_.append)
    return found_
