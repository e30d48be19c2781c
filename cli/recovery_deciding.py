"""What becomes of a finding, by who decides: demanded, dropped, handed over; a bar, a confirmed write-off."""

from datetime import date, datetime

import click

from cli.asking import Asking, acting
from cli.evidence import with_document
from cli.recovery_options import DAY, as_role, because, numbered, of_amount, of_recovery
from duifu.v1.commands_pb2 import Command
from duifu.v1.recovery_pb2 import (
    BarEnterprise,
    DemandRecovery,
    OrderSetOff,
    RevokeSetOff,
    TransferRecovery,
    WithdrawInvoiceReversal,
    WithdrawRecovery,
    WriteOffRecovery,
)
from ledger import streams


@click.command("demand")
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


@click.command("withdraw")
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


@click.command("reversal-withdrawn")
@click.argument("voucher_id")
@click.option("--red", "red_invoice_number", required=True, help="Number of the red invoice, as it was reported.")
@because
@with_document
@as_role
@acting
def reversal_withdrawn(
    voucher_id: str, red_invoice_number: str, reason: str, sha256: str, role: str, asking: Asking
) -> None:
    """Withdraw the report of a red invoice of VOUCHER_ID that was put on record in error (撤回发票红冲登记).

    What is due is worked out anew without it, and its recovery wants that much less, or ends. What was paid back
    already is due again with the enterprise's next request. What is right is reported with `duifu recovery reversed`.

    Example: duifu recovery reversal-withdrawn bj-voucher-2024-000001 --red 24112000000000000900
    --reason 该红字发票属另一合同 --file check.pdf --role recovery-officer --actor gao.ming
    """
    withdrawing = WithdrawInvoiceReversal(
        voucher_id=voucher_id, red_invoice_number=red_invoice_number, reason=reason, evidence_sha256=sha256
    )
    asking.send(Command(withdraw_invoice_reversal=withdrawing), role, as_of=streams.voucher(voucher_id))


@click.command("transfer")
@of_recovery
@click.option("--to", "authority", required=True, help="The judicial organ that takes over.")
@numbered
@because
@with_document
@as_role
@acting
def transfer(
    recovery_id: str, authority: str, number: str, reason: str, sha256: str, role: str, asking: Asking
) -> None:
    """Hand a suspected crime over to a judicial organ (移送司法机关); the office collects no more.

    What comes in from there is recorded with `duifu recovery receipt`, as before.

    Example: duifu recovery transfer bj-claim-2024-000001-recovery-1 --to 北京市公安局 --number 移〔2024〕1号
    --reason 涉嫌诈骗 --file transfer.pdf --role recovery-officer --actor gao.ming
    """
    handed_over = TransferRecovery(
        recovery_id=recovery_id, authority=authority, document_number=number, reason=reason, evidence_sha256=sha256
    )
    asking.send(Command(transfer_recovery=handed_over), role)


@click.command("bar")
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


@click.command("set-off")
@of_recovery
@numbered
@because
@with_document
@click.option("--agreement", default="", help="SHA-256 of the document in which the enterprise agrees.")
@as_role
@acting
def set_off(recovery_id: str, number: str, reason: str, sha256: str, agreement: str, role: str, asking: Asking) -> None:
    """Take what is open out of later payments to the enterprise (抵扣), as the programme allows it.

    From the next orders of a quarter on. An order that is settled counts as money that came in; one that comes back
    changes nothing.

    Example: duifu recovery set-off bj-claim-2024-000001-recovery-1 --number 抵〔2024〕1号 --reason 单位书面同意
    --file decision.pdf --agreement 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    --role recovery-officer --actor gao.ming
    """
    ordered = OrderSetOff(
        recovery_id=recovery_id,
        document_number=number,
        reason=reason,
        evidence_sha256=sha256,
        agreement_sha256=agreement,
    )
    asking.send(Command(order_set_off=ordered), role)


@click.command("revoke-set-off")
@of_recovery
@because
@as_role
@acting
def revoke_set_off(recovery_id: str, reason: str, role: str, asking: Asking) -> None:
    """No more payments are set off (撤销抵扣); not while one that is ordered holds a part.

    Example: duifu recovery revoke-set-off bj-claim-2024-000001-recovery-1 --reason 单位另行缴回
    --role recovery-officer --actor gao.ming
    """
    revoking = Command(revoke_set_off=RevokeSetOff(recovery_id=recovery_id, reason=reason))
    asking.send(revoking, role, as_of=streams.recovery(recovery_id))


@click.command("write-off")
@of_recovery
@as_role
@acting
def write_off(recovery_id: str, role: str, asking: Asking) -> None:
    """Confirm the write-off that was proposed (核销); not by who proposed it.

    Example: duifu recovery write-off bj-claim-2024-000001-recovery-1 --role recovery-officer --actor gao.ming
    """
    asking.send(Command(write_off_recovery=WriteOffRecovery(recovery_id=recovery_id)), role)
