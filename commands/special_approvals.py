"""Leave for one case to go beyond a soft limit: given and revoked before the amount is set. (专项批准)"""

from commands.work import Work
from domain import acting, duties, special_approvals
from duifu.v1.commands_pb2 import ApproveSpecially, RevokeSpecialApproval


def give(work: Work, command: ApproveSpecially) -> str:
    """Whoever the programme names lets the case go beyond the limit; no duty keeps them from it."""
    case = work.case(command.case_id)
    given = special_approvals.give(case, command, work.actor)
    approving = special_approvals.acting(special_approvals.rule_of(case, command.account))
    acting.must_stand_apart(case, approving, duties.accounts_of(work.actor), work.named_in)
    work.on_case(case.case_id, given)
    return case.case_id


def revoke(work: Work, command: RevokeSpecialApproval) -> str:
    """The limit holds again."""
    case = work.case(command.case_id)
    work.on_case(case.case_id, special_approvals.revoke(case, command, work.actor))
    return case.case_id
