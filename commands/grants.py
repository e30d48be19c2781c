"""An application for a grant: received inside its round's window, determined, and told to its round. (QD-4, QD-2.5)"""

from commands import benefits, invoice_uses
from commands.claims import next_case_id, open_case
from commands.work import Work
from domain import duties, round_decisions
from domain.case import Case
from domain.dates import SHANGHAI
from domain.evaluation.rounds import award_round
from domain.facts import CaseFacts
from domain.format.programme import Programme
from domain.refusals import Refused
from domain.round import Applicant, Standing
from domain.serving import WINDOW, served_grant
from duifu.v1.commands_pb2 import VERDICT_PASS, Decide
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_PAID,
    ApplicantCleared,
    ApplicantDetermined,
    ApplicantJoined,
    ApplicantLeft,
    ApplicantReopened,
)
from duifu.v1.facts_pb2 import Application
from duifu.v1.plan_pb2 import CASE_KIND_GRANT_APPLICATION

ALLOCATE, NOTICE, PAY = "allocate_round", "publish_notice", "pay_grant"  # what the round does in its stages


def receive(work: Work, programme: Programme, application: Application) -> str:
    """Receive an application and let it join its round, which the first one opens; returns the case id.

    Raises Refused CONDITIONS_NOT_MET, ACCOUNT_MISSING, PAYEE_NOT_HOLDER, APPLIED_ALREADY, ROUND_ALLOCATED,
    ROUND_CLOSED, INVOICE_USED_ELSEWHERE, INVOICE_IN_GRANT.
    """
    round_ = work.round(round_decisions.round_id(programme))
    if round_.round_id:  # all of a round is served under one edition
        programme = work.rulebook.pinned(round_.opened.edition_sha256)
        work.edition_sha256 = programme.sha256
    served_grant(programme)
    must_be_possible(work, programme, application)
    opened = round_decisions.open_round(programme, WINDOW)
    if not round_.round_id:
        work.on_round(opened.round_id, [opened])
    case_id = next_case_id(work, programme, "grant")
    applicant = application.applicant
    joined = ApplicantJoined(case_id=case_id, uscc=applicant.uscc, name=applicant.name)
    work.on_round(opened.round_id, round_decisions.join(work.round(opened.round_id), joined))
    use_invoices(work, application, case_id)
    plan = programme.plan(CASE_KIND_GRANT_APPLICATION, work.deployment.is_rehearsal)
    open_case(work, case_id, plan, application, opened.round_id)
    return case_id


def must_be_possible(work: Work, programme: Programme, application: Application, case: Case | None = None) -> None:
    """Nothing that was handed in rules it out, and the money would go to the applicant's own account. (F-7)

    A correction is answered after the window; the application was handed in before it closed.
    """
    received_on, at = (case.received_on, "") if case else (work.on, f"{work.at.astimezone(SHANGHAI):%H:%M:%S}")
    facts = CaseFacts(received_on=received_on, received_time=at, application=application)
    work.rulebook.rules(programme).must_pass_at_once("submission", facts)
    clause, holder = programme.award.steps[-1].clause, application.bank_account.holder_name
    if not application.HasField("bank_account"):
        raise Refused("ACCOUNT_MISSING", clause)
    if holder != application.applicant.name:
        raise Refused("PAYEE_NOT_HOLDER", clause, payee=holder, holder=application.applicant.name)


def use_invoices(work: Work, application: Application, case_id: str) -> None:
    """Bind what the applicant charged to its application. Raises Refused INVOICE_USED_ELSEWHERE, INVOICE_IN_GRANT."""
    own = application.applicant.uscc
    used = (each for service in application.services for each in service.invoices if each.seller_uscc == own)
    invoice_uses.use_for_grant(work, used, case_id)


def must_have_one_rate(work: Work, case: Case, command: Decide) -> None:
    """One rate for all of a round, or a reason why not. (QD-A1) Raises Refused RATE_DIFFERS."""
    if command.verdict == VERDICT_PASS and not command.reason.strip():
        clause = case.row(command.stage).clause
        round_decisions.must_have_one_rate(work.round(case.round_id), case.case_id, command.approved_rate, clause)


def tell_round(work: Work, case_id: str) -> None:
    """Tell the round where a case stands now, if that is news to it.

    An amount over which the allocation would stumble is refused now: it would hold up everybody. (QD-X23)
    Raises Refused NOT_DIVISIBLE_BY_LEVELS.
    """
    case = work.case(case_id)
    applicant = work.round(case.round_id).applicants[case_id]
    event = _news(case, applicant)
    if isinstance(event, ApplicantDetermined):
        programme = work.rulebook.pinned(case.plan.edition_sha256)
        award_round(work.rulebook.edition(programme), [benefits.facts_of(work, case)])
    if event:
        work.on_round(case.round_id, [event])


def _news(
    case: Case, applicant: Applicant
) -> ApplicantLeft | ApplicantDetermined | ApplicantCleared | ApplicantReopened | None:
    if case.closed is not None:
        if case.closed.outcome == CASE_OUTCOME_PAID or applicant.standing is Standing.LEFT:
            return None
        return ApplicantLeft(case_id=case.case_id, code=case.closed.code)
    assert case.stage is not None
    task = case.row(case.stage.key).task
    if task == ALLOCATE and applicant.standing is Standing.REVIEWED:
        approval = case.approval
        return ApplicantDetermined(
            case_id=case.case_id, approved_fen=approval.approved_fen, approved_rate=approval.approved_rate
        )
    if task == PAY and applicant.standing is Standing.PUBLISHED:
        requested_by, verified_by = sorted(duties.requesters(case)), duties.decided_by(case)
        return ApplicantCleared(case_id=case.case_id, requested_by=requested_by, verified_by=verified_by)
    if applicant.standing is not Standing.REVIEWED and is_before_allocation(case):
        return ApplicantReopened(case_id=case.case_id)
    return None


def is_before_allocation(case: Case) -> bool:
    """The open stage comes before the shares: the amount is not determined, or is determined anew."""
    assert case.stage is not None
    keys = [row.key for row in case.plan.stages]
    shares = next(row.key for row in case.plan.stages if row.task == ALLOCATE)
    return keys.index(case.row(case.stage.key).key) < keys.index(shares)
