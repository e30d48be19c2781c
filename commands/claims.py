"""A voucher claim from receipt to issuance. (BJ-3, BJ-4.1, BJ-4.2)"""

from commands import privacy
from commands.work import Work
from domain import amount, headroom, review, single
from domain.amount import Ceiling
from domain.case import Case
from domain.headroom import EnterpriseYear
from domain.kinds import CONTRACT, ENTERPRISE_YEAR, REGISTER, VOUCHER
from domain.money import exact_text, show
from domain.programme import Programme
from domain.refusals import Refused
from domain.rules import CaseFacts
from duifu.v1.commands_pb2 import SubmitApplication
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_ISSUED,
    CASE_OUTCOME_REFUSED,
    CONDITION_STATUS_NEEDS_EVIDENCE,
    CONDITION_STATUS_NOT_MET,
    CaseAccepted,
    CaseClosed,
    CaseOpened,
    CaseRegistered,
    ContractClaimed,
    Ground,
    HeadroomHeld,
    HeadroomIssued,
    HeadroomReleased,
    IssuanceHeld,
    IssuanceResumed,
    VoucherIssued,
)
from duifu.v1.plan_pb2 import CASE_KIND_VOUCHER_CLAIM
from ledger import streams


def submit(work: Work, command: SubmitApplication) -> str:
    """Receive a claim; returns the case id. Refused at once if what the applicant says cannot be supported."""
    application = command.application
    applicant = application.applicant
    if work.actor.role != review.APPLICANT or work.actor.uscc != applicant.uscc:
        raise Refused("NOT_YOUR_CASE", case="（新申请）", uscc=work.actor.uscc or "—")
    programme = work.rulebook.in_force(command.programme_id, work.on)
    work.edition_sha256 = programme.sha256
    must_be_claimable(work, programme, CaseFacts(work.on, application))
    case_id = next_case_id(work, programme, "claim")
    opened = CaseOpened(
        case_id=case_id,
        plan=programme.plan(CASE_KIND_VOUCHER_CLAIM, work.deployment.is_rehearsal),
        received_on=work.on.isoformat(),
        applicant_uscc=applicant.uscc,
        applicant_name=applicant.name,
        application=application,
    )
    work.on_case(case_id, review.open_case(opened, work.on, work.rulebook.calendar))
    privacy.name_contact(work, case_id, application)
    return case_id


def must_be_claimable(work: Work, programme: Programme, facts: CaseFacts) -> None:
    """The contract is the applicant's own, can be supported, and no voucher was granted on it."""
    uscc, contract = facts.application.applicant.uscc, facts.application.contract
    if contract.buyer_uscc != uscc:
        raise Refused("CONTRACT_OTHER_BUYER", number=contract.contract_number, buyer=contract.buyer_uscc, uscc=uscc)
    must_pass_at_once(work, programme, "submission", facts)
    single.must_be_unclaimed(work.read(streams.contract(single.contract_identity(contract)), CONTRACT), contract)


def must_pass_at_once(work: Work, programme: Programme, at: str, facts: CaseFacts) -> None:
    """What the sender says already rules it out: refuse with every ground, so that all is mended in one round."""
    against: list[Ground] = [
        ground
        for ground in work.rulebook.rules(programme).grounds(at, facts)
        if ground.status in (CONDITION_STATUS_NOT_MET, CONDITION_STATUS_NEEDS_EVIDENCE)
    ]
    if against:
        raise Refused("CONDITIONS_NOT_MET", grounds=against)


def next_case_id(work: Work, programme: Programme, kind: str) -> str:
    """The next number of the register, taken in the same commit: "bj-claim-2024-000123"."""
    register = streams.register(programme.programme_id, kind, work.on.year)
    number = work.read(register, REGISTER).last_number + 1
    case_id = f"{programme.case_prefix}-{kind}-{work.on.year}-{number:06d}"
    work.record(register, REGISTER, [CaseRegistered(case_id=case_id)])
    return case_id


def ceiling_of(work: Work, case: Case) -> Ceiling:
    """The most the voucher of this claim may be worth, by the edition pinned at receipt."""
    programme = work.rulebook.pinned(case.plan.edition_sha256)
    counts = work.rulebook.rules(programme).counts
    return amount.ceiling(programme, case.application.contract, counts, case.received_on)


def accept(work: Work, case_id: str) -> None:
    """Take the claim's place in the queue of its enterprise and year. (BJ-A24)"""
    case = work.case(case_id)
    most = ceiling_of(work, case)
    work.on_case(case_id, [CaseAccepted(accepted_on=work.on.isoformat(), ceiling_fen=most.ceiling_fen)])
    stream = _year_stream(work.case(case_id))
    year = work.read(stream, ENTERPRISE_YEAR)
    work.record(stream, ENTERPRISE_YEAR, headroom.reserve(year, case_id, most.ceiling_fen))


def issue(work: Work, case_id: str) -> None:
    """Issue the voucher, use the contract's single claim and the year's head-room: together or not at all.

    Waits for earlier accepted claims where they could need the same money; closes the case as refused where the
    contract was claimed meanwhile or nothing is left of the year's cap.
    """
    case = work.case(case_id)
    programme = work.rulebook.pinned(case.plan.edition_sha256)
    contract = case.application.contract
    identity = single.contract_identity(contract)
    try:
        single.must_be_unclaimed(work.read(streams.contract(identity), CONTRACT), contract)
    except Refused as refused:
        _close_refused(work, case, refused)
        return
    stream = _year_stream(case)
    assert case.accepted_on is not None
    cap_fen = int(programme.number("issue_cap_fen", case.accepted_on))
    year = work.read(stream, ENTERPRISE_YEAR)
    granted = headroom.grant(year, case_id, case.approval.approved_fen, cap_fen)
    if granted.behind:
        if granted.behind != case.held_behind:
            work.on_case(case_id, [IssuanceHeld(behind_case_ids=granted.behind)])
            held = HeadroomHeld(case_id=case_id, wanted_fen=case.approval.approved_fen)
            work.record(stream, ENTERPRISE_YEAR, [held])
        return
    if not granted.amount_fen:
        clause = programme.parameters["issue_cap_fen"].clause
        used = {"cap_fen": cap_fen, "used_fen": year.issued_fen}
        _close_refused(work, case, Refused("BJ_E_CAP", clause, (), year=case.accepted_on.year, **used))
        return
    _put_voucher(work, case, programme, identity, granted.amount_fen)
    _resume_others(work, case, programme, stream)


def release(work: Work, case: Case) -> None:
    """The claim ended without a voucher: its place in the queue is free for others."""
    programme = work.rulebook.pinned(case.plan.edition_sha256)
    stream = _year_stream(case)
    if case.case_id in work.read(stream, ENTERPRISE_YEAR).queue:
        work.record(stream, ENTERPRISE_YEAR, [HeadroomReleased(case_id=case.case_id)])
        _resume_others(work, case, programme, stream)


def _put_voucher(work: Work, case: Case, programme: Programme, identity: str, amount_fen: int) -> None:
    voucher_id = case.case_id.replace("-claim-", "-voucher-")
    approval = case.approval
    trace = approval.trace
    if amount_fen < approval.approved_fen:
        clause = programme.parameters["issue_cap_fen"].clause
        trace = amount.with_step(trace, "headroom", clause, f"年度限额仅余{show(amount_fen)}，其余不再发放", amount_fen)
    eligible_fen = exact_text(ceiling_of(work, case).eligible_fen)
    issued = VoucherIssued(
        voucher_id=voucher_id,
        case_id=case.case_id,
        programme_id=programme.programme_id,
        uscc=case.applicant_uscc,
        holder_name=case.applicant_name,
        face_value_fen=amount_fen,
        eligible_fen=eligible_fen,
        issued_on=work.on.isoformat(),
        trace=trace,
        contract=case.application.contract,
        edition_sha256=programme.sha256,
    )
    work.record(streams.voucher(voucher_id), VOUCHER, [issued])
    claimed = ContractClaimed(contract_identity=identity, case_id=case.case_id, voucher_id=voucher_id)
    work.record(streams.contract(identity), CONTRACT, [claimed])
    used = HeadroomIssued(case_id=case.case_id, amount_fen=amount_fen)
    work.record(_year_stream(case), ENTERPRISE_YEAR, [used])
    closed = CaseClosed(
        outcome=CASE_OUTCOME_ISSUED,
        summary=f"已发放算力券{show(amount_fen)}（{voucher_id}）",
        clause=trace.steps[-1].clause,
        voucher_id=voucher_id,
        amount_fen=amount_fen,
        trace=trace,
    )
    work.on_case(case.case_id, [closed])


def _close_refused(work: Work, case: Case, refused: Refused) -> None:
    summary = f"不予发放：{refused.message('zh')}（{refused.code}，{refused.clause}）"
    closed = CaseClosed(outcome=CASE_OUTCOME_REFUSED, summary=summary, code=refused.code, clause=refused.clause)
    work.on_case(case.case_id, [closed])
    release(work, case)


def _resume_others(work: Work, case: Case, programme: Programme, stream: str) -> None:
    assert case.accepted_on is not None
    cap_fen = int(programme.number("issue_cap_fen", case.accepted_on))
    year: EnterpriseYear = work.read(stream, ENTERPRISE_YEAR)
    edition = work.edition_sha256
    for waiting in headroom.resumable(year, cap_fen):
        if work.case(waiting).held_behind:
            work.on_case(waiting, [IssuanceResumed(released_by_case_id=case.case_id)])
    work.edition_sha256 = edition


def _year_stream(case: Case) -> str:
    assert case.accepted_on is not None
    return streams.enterprise_year(case.plan.programme_id, case.applicant_uscc, case.accepted_on.year)
