"""What comes in, and what never will: by who collects."""

from datetime import date, datetime

import click

from cli.asking import Asking, acting
from cli.evidence import with_document
from cli.recovery_options import DAY, as_role, because, of_amount, of_recovery
from duifu.v1.commands_pb2 import Command
from duifu.v1.recovery_pb2 import ProposeWriteOff, RecordRecoveryReceipt


@click.command("receipt")
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


@click.command("propose-write-off")
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
