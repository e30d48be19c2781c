"""duifu recovery: money that was paid and has to come back, from the finding to the last receipt. (追回)"""

from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

import click

from cli.amounts import Yuan
from cli.asking import Asking, acting
from cli.evidence import with_document
from cli.recovery_reading import list_, show_recovery
from domain.recovery import COMPUTED
from duifu.v1.commands_pb2 import Command
from duifu.v1.recovery_pb2 import (
    BarEnterprise,
    DemandRecovery,
    OpenRecovery,
    ProposeWriteOff,
    RecordRecoveryReceipt,
    RecordRecoveryStatement,
    RecoveryKind,
    ReportInvoiceReversed,
    SendRecoveryNotice,
    StatementKind,
    WithdrawRecovery,
    WriteOffRecovery,
)

R = TypeVar("R")


def _words(kinds: dict[str, int], prefix: str) -> dict[str, int]:
    """Names of an enum as people type them."""
    return {name.removeprefix(prefix).lower().replace("_", "-"): number for name, number in kinds.items() if number}


FOUND = {word: number for word, number in _words(dict(RecoveryKind.items()), "RECOVERY_KIND_").items()
         if number not in COMPUTED}  # fmt: skip
HEARD = _words(dict(StatementKind.items()), "STATEMENT_KIND_")
DAY = click.DateTime(["%Y-%m-%d"])

of_recovery = click.argument("recovery_id")
as_role = click.option("--role", required=True, help="Your role, which the programme's recovery section names.")
because = click.option("--reason", required=True, help="Why, in one sentence; it is on record for good.")
numbered = click.option("--number", required=True, help="Number of the document (文号).")


def of_amount(command: Callable[..., R]) -> Callable[..., R]:
    """Adds `--amount`."""
    return click.option("--amount", type=Yuan(), required=True, help="In yuan, such as 100000.00.")(command)


@click.group()
def recovery() -> None:
    """Take back money that was paid (追回): finding, notice, statement, demand, receipts, write-off.

    Three roles take part, which the programme names: who finds, who decides, who collects. Nobody decides who found, or
    who decided, verified or signed for what was paid. What a contract that ended or a red invoice takes back is
    computed and opens by itself: see `duifu recovery reversed`.
    """


@recovery.command("open")
@click.argument("case_id")
@click.option("--as", "finding", type=click.Choice(list(FOUND)), required=True, help="What was found.")
@of_amount
@because
@with_document
@as_role
@acting
def open_(case_id: str, finding: str, amount: int, reason: str, sha256: str, role: str, asking: Asking) -> None:
    """Open a recovery of what was paid on CASE_ID (立案): a claim, a redemption or a grant.

    At most what was paid and is in no other recovery. The answer names the recovery, CASE_ID-recovery-1.

    Example: duifu recovery open bj-claim-2024-000001 --as false-report --amount 100000 --reason 交付量虚报
    --file report.pdf --role inspector --actor li.jian
    """
    opened = OpenRecovery(
        case_id=case_id,
        finding=RecoveryKind.ValueType(FOUND[finding]),
        amount_fen=amount,
        reason=reason,
        evidence_sha256=sha256,
    )
    asking.send(Command(open_recovery=opened), role)


@recovery.command("notice")
@of_recovery
@numbered
@with_document
@as_role
@acting
def notice(recovery_id: str, number: str, sha256: str, role: str, asking: Asking) -> None:
    """Record that the enterprise was told what was found, and that it may be heard (告知); its days run from today.

    Example: duifu recovery notice bj-claim-2024-000001-recovery-1 --number 告〔2024〕1号 --file notice.pdf
    --role inspector --actor li.jian
    """
    told = SendRecoveryNotice(recovery_id=recovery_id, document_number=number, evidence_sha256=sha256)
    asking.send(Command(send_recovery_notice=told), role)


@recovery.command("statement")
@of_recovery
@click.option("--as", "statement", type=click.Choice(list(HEARD)), required=True, help="How it was heard.")
@because
@with_document
@click.option("--role", required=True, help="applicant, for the enterprise itself; or the role that decides.")
@click.option("--uscc", default="", help="Of the enterprise, where it speaks for itself.")
@acting
def statement(recovery_id: str, statement: str, reason: str, sha256: str, role: str, uscc: str, asking: Asking) -> None:
    """Record a statement, a hearing, or that the enterprise waives both (陈述申辩、听证、放弃).

    Example: duifu recovery statement bj-claim-2024-000001-recovery-1 --as waived --reason 书面放弃 --file waiver.pdf
    --role recovery-officer --actor gao.ming
    """
    taken = RecordRecoveryStatement(
        recovery_id=recovery_id,
        statement=StatementKind.ValueType(HEARD[statement]),
        reason=reason,
        evidence_sha256=sha256,
    )
    asking.send(Command(record_recovery_statement=taken), role, uscc)


@recovery.command("demand")
@of_recovery
@of_amount
@numbered
@because
@with_document
@as_role
@acting
def demand(recovery_id: str, amount: int, number: str, reason: str, sha256: str, role: str, asking: Asking) -> None:
    """Demand the money back (责令追回): at most what was found, once the enterprise was heard or its days are over.

    Example: duifu recovery demand bj-claim-2024-000001-recovery-1 --amount 100000 --number 责〔2024〕1号
    --reason 事实清楚 --file demand.pdf --role recovery-officer --actor gao.ming
    """
    demanded = DemandRecovery(
        recovery_id=recovery_id, amount_fen=amount, document_number=number, reason=reason, evidence_sha256=sha256
    )
    asking.send(Command(demand_recovery=demanded), role)


@recovery.command("receipt")
@of_recovery
@of_amount
@click.option("--reference", required=True, help="The bank's reference; one reference counts once.")
@click.option("--on", "received_on", type=DAY, required=True, help="Day on which the money came in, 2024-04-20.")
@with_document
@as_role
@acting
def receipt(
    recovery_id: str, amount: int, reference: str, received_on: datetime, sha256: str, role: str, asking: Asking
) -> None:
    """Record money that came in (缴回), in parts if need be; the last part closes the recovery.

    What was paid in the same budget year may be paid again in it; what comes in later goes to the treasury (F-7).

    Example: duifu recovery receipt bj-claim-2024-000001-recovery-1 --amount 60000 --reference SK-20240420-01
    --on 2024-04-20 --file receipt.pdf --role fund-officer --actor qian.duo
    """
    received = RecordRecoveryReceipt(
        recovery_id=recovery_id,
        bank_reference=reference,
        amount_fen=amount,
        received_on=date.isoformat(received_on.date()),
        evidence_sha256=sha256,
    )
    asking.send(Command(record_recovery_receipt=received), role)


@recovery.command("propose-write-off")
@of_recovery
@of_amount
@click.option("--number", required=True, help="Number of the decision that lets the money go.")
@because
@with_document
@as_role
@acting
def propose_write_off(
    recovery_id: str, amount: int, number: str, reason: str, sha256: str, role: str, asking: Asking
) -> None:
    """Propose to write a part off (提请核销), on a decision of whoever may waive public money. Somebody else confirms.

    Example: duifu recovery propose-write-off bj-claim-2024-000001-recovery-1 --amount 40000 --number 财〔2024〕9号
    --reason 企业破产 --file decision.pdf --role fund-officer --actor qian.duo
    """
    proposed = ProposeWriteOff(
        recovery_id=recovery_id, amount_fen=amount, decision_number=number, reason=reason, evidence_sha256=sha256
    )
    asking.send(Command(propose_write_off=proposed), role)


@recovery.command("write-off")
@of_recovery
@as_role
@acting
def write_off(recovery_id: str, role: str, asking: Asking) -> None:
    """Confirm the write-off that was proposed (核销); not by who proposed it.

    Example: duifu recovery write-off bj-claim-2024-000001-recovery-1 --role recovery-officer --actor gao.ming
    """
    asking.send(Command(write_off_recovery=WriteOffRecovery(recovery_id=recovery_id)), role)


@recovery.command("withdraw")
@of_recovery
@because
@as_role
@acting
def withdraw(recovery_id: str, reason: str, role: str, asking: Asking) -> None:
    """The finding is not upheld (撤销追回); possible until something is demanded.

    Example: duifu recovery withdraw bj-claim-2024-000001-recovery-1 --reason 查无实据 --role recovery-officer
    --actor gao.ming
    """
    asking.send(Command(withdraw_recovery=WithdrawRecovery(recovery_id=recovery_id, reason=reason)), role)


@recovery.command("bar")
@of_recovery
@click.option("--from", "from_on", type=DAY, required=True, help="First day of the bar, today or later.")
@click.option("--through", "through_on", type=DAY, required=True, help="Its last day.")
@numbered
@because
@with_document
@as_role
@acting
def bar(
    recovery_id: str,
    from_on: datetime,
    through_on: datetime,
    number: str,
    reason: str,
    sha256: str,
    role: str,
    asking: Asking,
) -> None:
    """Keep the enterprise from applying and redeeming for a time (限制申报), once money was demanded.

    At most as long as the programme allows. What is under way goes on.

    Example: duifu recovery bar bj-claim-2024-000001-recovery-1 --from 2024-05-01 --through 2025-04-30
    --number 限〔2024〕1号 --reason 虚报 --file decision.pdf --role recovery-officer --actor gao.ming
    """
    barred = BarEnterprise(
        recovery_id=recovery_id,
        from_on=date.isoformat(from_on.date()),
        through_on=date.isoformat(through_on.date()),
        document_number=number,
        reason=reason,
        evidence_sha256=sha256,
    )
    asking.send(Command(bar_enterprise=barred), role)


@recovery.command("reversed")
@click.argument("voucher_id")
@click.option("--invoice", "invoice_key", required=True, help="The blue invoice: its number, or code-number.")
@click.option("--red", "red_invoice_number", required=True, help="Number of the red invoice (红字发票).")
@of_amount
@because
@with_document
@as_role
@acting
def reversed_(
    voucher_id: str,
    invoice_key: str,
    red_invoice_number: str,
    amount: int,
    reason: str,
    sha256: str,
    role: str,
    asking: Asking,
) -> None:
    """A red invoice nets off one that VOUCHER_ID was redeemed on, wholly or in part (发票红冲).

    What is due is worked out anew; what was paid beyond it opens a recovery of that amount.

    Example: duifu recovery reversed bj-voucher-2024-000001 --invoice 24112000000000000001
    --red 24112000000000000900 --amount 1000000 --reason 服务中止 --file red.pdf --role inspector --actor li.jian
    """
    reported = ReportInvoiceReversed(
        voucher_id=voucher_id,
        invoice_key=invoice_key,
        red_invoice_number=red_invoice_number,
        amount_fen=amount,
        reason=reason,
        evidence_sha256=sha256,
    )
    asking.send(Command(report_invoice_reversed=reported), role)


for reading in (list_, show_recovery):
    recovery.add_command(reading)
