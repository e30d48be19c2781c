"""What came in of a recovery, against the bank's other receipts and the payments that it pays back. (F-7)"""

from commands.work import Work
from domain.dates import from_iso
from domain.kinds import RECOVERY
from domain.recovery import Recovery
from domain.refusals import Refused
from domain.single import plain_number
from duifu.v1.recovery_pb2 import RecordRecoveryReceipt
from ledger import streams


def must_count_once(work: Work, recovery: Recovery, command: RecordRecoveryReceipt) -> None:
    """A receipt of the bank counts once over all recoveries, however its number is written."""
    plain = plain_number(command.bank_reference)
    for name in work.streams(streams.RECOVERIES):
        other = work.read(name, RECOVERY)
        for reference in other.receipts:
            if plain_number(reference) == plain:
                raise Refused(
                    "RECOVERY_RECEIPT_USED",
                    recovery.opened.clause,
                    reference=command.bank_reference,
                    known=reference,
                    recovery=other.recovery_id,
                )


def must_follow_payment(work: Work, recovery: Recovery, command: RecordRecoveryReceipt) -> None:
    """What came in is of payments of quarters that had begun to pay. Of a grant no limit depends on the day.

    Raises Refused RECEIPT_BEFORE_PAYMENT.
    """
    if not recovery.opened.voucher_id:
        return
    paid_from = min(from_iso(work.cycle(share.source_id).opened.pay_on) for share in recovery.opened.shares)
    if (received_on := from_iso(command.received_on)) < paid_from:
        raise Refused(
            "RECEIPT_BEFORE_PAYMENT",
            recovery.opened.clause,
            reference=command.bank_reference,
            received_on=received_on,
            paid_from=paid_from,
        )
