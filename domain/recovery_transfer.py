"""A crime is suspected: a judicial organ takes over, and the office collects no more. (BJ-5.6, 国务院令310号)

What comes in from there is recorded as before, and what never will is written off.
"""

from google.protobuf.message import Message

from domain.recovery import Recovery, Standing
from domain.recovery_collecting import must_not_be_held
from domain.recovery_decisions import must_decide, must_say_why, must_stand
from domain.refusals import Refused
from duifu.v1.commands_pb2 import Actor
from duifu.v1.recovery_pb2 import RecoveryTransferred, TransferRecovery


def transfer(recovery: Recovery, command: TransferRecovery, actor: Actor) -> list[Message]:
    """Hand over what is open of the demand; before a demand, what was found.

    Raises Refused TRANSFER_NOT_FORESEEN, RECOVERY_NOT_NOW, ROLE_MISMATCH, RECOVERY_NOT_APART, REASON_MISSING,
    SET_OFF_HELD.
    """
    rule = recovery.opened.rule
    if not rule.transfer_clause:
        raise Refused("TRANSFER_NOT_FORESEEN", rule.clause, recovery=recovery.recovery_id)
    must_stand(recovery, "移送司法机关", Standing.FOUND, Standing.NOTICED, Standing.DEMANDED)
    must_decide(recovery, actor, "移送司法机关")
    must_say_why(command.reason, "移送司法机关", rule.transfer_clause)
    must_not_be_held(recovery)
    transferred = RecoveryTransferred(
        authority=command.authority,
        document_number=command.document_number,
        reason=command.reason,
        evidence_sha256=command.evidence_sha256,
        amount_fen=recovery.left_fen,
        clause=rule.transfer_clause,
    )
    return [transferred]
