"""What was found, and that the enterprise is told and heard: by who finds, and by the enterprise."""

import click

from cli.asking import Asking, acting
from cli.evidence import with_document
from cli.recovery_options import as_role, because, numbered, of_amount, of_recovery, words
from domain.recovery import COMPUTED
from duifu.v1.commands_pb2 import Command
from duifu.v1.recovery_pb2 import (
    OpenRecovery,
    RecordRecoveryStatement,
    RecoveryKind,
    ReportInvoiceReversed,
    SendRecoveryNotice,
    StatementKind,
)
from ledger import streams

KINDS = words(dict(RecoveryKind.items()), "RECOVERY_KIND_")
FOUND = {word: number for word, number in KINDS.items() if number not in COMPUTED}
HEARD = words(dict(StatementKind.items()), "STATEMENT_KIND_")


@click.command("open")
@click.argument("case_id")
@click.option("--as", "finding", type=click.Choice(list(FOUND)), required=True, help="What was found.")
@of_amount
@because
@with_document
@as_role
@acting
def open_(case_id: str, finding: str, amount: int, reason: str, sha256: str, role: str, asking: Asking) -> None:
    """Open a recovery of what was paid on CASE_ID (立案): a claim, a redemption or a grant.

    At most what was paid and is in no other recovery; on a redemption, what that one was paid.
    The answer names the recovery, CASE_ID-recovery-1.

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


@click.command("reversed")
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

    What is due is worked out anew; what was paid beyond it opens a recovery of that amount. A report in error is
    withdrawn by who decides: `duifu recovery reversal-withdrawn`.

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
    asking.send(Command(report_invoice_reversed=reported), role, as_of=streams.voucher(voucher_id))


@click.command("notice")
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


@click.command("statement")
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
