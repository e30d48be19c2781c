"""A case's special approvals made again: by the role that the plan names, before the amount was set. (专项批准)"""

from audit import acting
from audit.compared import Decision
from audit.remaking import Remaking
from domain import special_approvals
from duifu.v1.commands_pb2 import ApproveSpecially, RevokeSpecialApproval
from duifu.v1.events_pb2 import SpecialApprovalGiven, SpecialApprovalRevoked


def given(remaking: Remaking, event: SpecialApprovalGiven) -> None:
    """Somebody who may, for a limit that the plan names, with a reason and a document."""
    case = remaking.case
    if (check := remaking.compare_case(Decision.VERDICT, case)) is None:
        return
    command = ApproveSpecially(
        case_id=case.case_id,
        account=event.account,
        reason=event.reason,
        document_number=event.document_number,
        evidence_sha256=event.evidence_sha256,
    )
    (derived,) = special_approvals.give(case, command, remaking.entry.envelope.actor)
    check.same_message("", event, derived, event.clause)
    rule = special_approvals.rule_of(case, event.account)
    acting.compare_apart(remaking, check, case, special_approvals.acting(rule))


def revoked(remaking: Remaking, event: SpecialApprovalRevoked) -> None:
    """Revoked by the same role, before the amount was set."""
    case = remaking.case
    if (check := remaking.compare_case(Decision.VERDICT, case)) is None:
        return
    command = RevokeSpecialApproval(case_id=case.case_id, account=event.account, reason=event.reason)
    (derived,) = special_approvals.revoke(case, command, remaking.entry.envelope.actor)
    check.same_message("", event, derived, "")
    acting.compare_loan(remaking, check, case)
