"""What enterprises apply for: received by the way that their programme goes. (BJ-4.1, QD-4.1b)"""

from commands import bars, claims, grant_payments, grants, redemptions
from commands.work import Work
from domain import review
from domain.refusals import Refused
from duifu.v1.commands_pb2 import ReplaceBankAccount, SubmitApplication
from duifu.v1.plan_pb2 import CASE_KIND_GRANT_APPLICATION


def submit(work: Work, command: SubmitApplication) -> str:
    """Receive an application; returns the case id. Raises Refused NOT_YOUR_CASE, PROGRAMME_UNKNOWN."""
    application = command.application
    if work.actor.role != review.APPLICANT or work.actor.uscc != application.applicant.uscc:
        raise Refused("NOT_YOUR_CASE", case="（新申请）", uscc=work.actor.uscc or "—")
    programme = work.rulebook.in_force(command.programme_id, work.on)
    work.edition_sha256 = programme.sha256
    bars.must_be_free(work, programme.programme_id, work.actor.uscc)
    if CASE_KIND_GRANT_APPLICATION in programme.stages:
        return grants.receive(work, programme, application)
    return claims.receive(work, programme, application)


def replace_account(work: Work, command: ReplaceBankAccount) -> str:
    """Another account of the same holder, while no payment to the old one is under way."""
    if work.case(command.case_id).is_grant:
        return grant_payments.replace_account(work, command)
    return redemptions.replace_account(work, command)
