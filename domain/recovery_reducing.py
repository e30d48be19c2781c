"""Which recoveries want less once a red invoice is taken off the record, and which of them are over with that. (F-2)

First goes what the voucher is to pay back and no computed finding has, because typed ones want those payments. Then
what the red invoice itself had found, then other red invoices' findings, then contracts that ended, the newest first.
"""

from collections.abc import Iterator, Sequence

from google.protobuf.message import Message

from domain.recovery import COMPUTED, Recovery
from domain.recovery_collecting import closing, must_not_be_held
from duifu.v1.recovery_pb2 import (
    RECOVERY_KIND_INVOICE_REVERSED,
    RecoveryReduced,
    RecoveryWithdrawn,
    ReversalWithdrawn,
    SettlementReversed,
)


def reductions(
    known: Sequence[Recovery], claw_back_fen: int, reversed_: SettlementReversed, withdrawn: ReversalWithdrawn
) -> Iterator[tuple[Recovery, RecoveryReduced]]:
    """What each recovery of the case is reduced by. `claw_back_fen` is the voucher's before the withdrawal.

    Of a recovery that goes which is still to come in, then what was never demanded or was written off.
    Raises Refused SET_OFF_HELD.
    """

    def turn(recovery: Recovery) -> tuple[bool, bool]:
        opened = recovery.opened
        is_of_another = opened.evidence_sha256 != reversed_.evidence_sha256
        return opened.finding != RECOVERY_KIND_INVOICE_REVERSED, is_of_another

    computed = [recovery for recovery in reversed(known) if recovery.opened.finding in COMPUTED]
    nobodys_fen = claw_back_fen - sum(recovery.found_fen for recovery in computed)
    left_fen = max(0, withdrawn.claw_back_fen - nobodys_fen)
    for recovery in sorted(computed, key=turn):
        if amount_fen := min(left_fen, recovery.found_fen - recovery.received_fen):
            must_not_be_held(recovery)
            left_fen -= amount_fen
            reduced = RecoveryReduced(
                amount_fen=amount_fen,
                open_fen=min(amount_fen, recovery.left_fen),
                red_invoice_number=withdrawn.red_invoice_number,
                reason=withdrawn.reason,
                evidence_sha256=withdrawn.evidence_sha256,
                clause=withdrawn.clause,
            )
            yield recovery, reduced


def ending(recovery: Recovery) -> list[Message]:
    """The end of a recovery that was reduced, once nothing of it is left; withdrawn, if nothing ever came of it."""
    if recovery.is_over or recovery.left_fen:
        return []
    if recovery.received_fen or recovery.written_off_fen:
        return closing(recovery)
    return [RecoveryWithdrawn(reason=recovery.reduced[-1].reason)]
