"""A voucher claim from receipt to issuance. (BJ-3, BJ-4.1, BJ-4.2)"""

from dataclasses import replace
from fractions import Fraction

from commands import benefits, privacy
from commands.work import Work
from domain import headroom, review, single
from domain.calculation.award import Award, Draft
from domain.case import Case
from domain.cut_off import with_cuts
from domain.evaluation import validity
from domain.facts import CaseFacts, of_claim
from domain.field_values import RATE
from domain.format.programme import Programme
from domain.headroom import EnterpriseYear
from domain.kinds import CONTRACT, ENTERPRISE_YEAR, REGISTER, VOUCHER
from domain.money import exact_text, show
from domain.refusals import Refused
from domain.serving import served
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_ISSUED,
    CASE_OUTCOME_REFUSED,
    CaseAccepted,
    CaseClosed,
    CaseOpened,
    CaseRegistered,
    ContractClaimed,
    HeadroomHeld,
    HeadroomIssued,
    HeadroomReleased,
    IssuanceHeld,
    IssuanceResumed,
    VoucherIssued,
)
from duifu.v1.facts_pb2 import Application
from duifu.v1.plan_pb2 import CASE_KIND_VOUCHER_CLAIM, CasePlan
from ledger import streams


def receive(work: Work, programme: Programme, application: Application) -> str:
    """Receive a claim; returns the case id. Refused at once if what the applicant says cannot be supported."""
    served(programme)
    must_be_claimable(work, programme, CaseFacts(work.on, application))
    case_id = next_case_id(work, programme, "claim")
    open_case(work, case_id, programme.plan(CASE_KIND_VOUCHER_CLAIM, work.deployment.is_rehearsal), application)
    return case_id


def open_case(work: Work, case_id: str, plan: CasePlan, application: Application, round_id: str = "") -> None:
    """Receive what an applicant asks for, and open its first stage."""
    opened = CaseOpened(
        case_id=case_id,
        plan=plan,
        received_on=work.on.isoformat(),
        applicant_uscc=application.applicant.uscc,
        applicant_name=application.applicant.name,
        application=application,
        round_id=round_id,
        submitted_by=work.actor.id,
    )
    work.on_case(case_id, review.open_case(opened, work.on, work.rulebook.calendar))
    privacy.name_contact(work, case_id, application)


def must_be_claimable(work: Work, programme: Programme, facts: CaseFacts) -> None:
    """The contract is the applicant's own, can be supported, and no voucher was granted on it."""
    contract = facts.application.contract
    single.must_be_own(contract, facts.application.applicant.uscc)
    work.rulebook.rules(programme).must_pass_at_once("submission", facts)
    claimed = work.read(streams.contract(single.contract_identity(contract)), CONTRACT)
    single.must_be_unclaimed(claimed, contract, programme.programme_id)


def next_case_id(work: Work, programme: Programme, kind: str) -> str:
    """The next number of the register, taken in the same commit: "bj-claim-2024-000123"."""
    register = streams.register(programme.programme_id, kind, work.on.year)
    number = work.read(register, REGISTER).last_number + 1
    case_id = f"{programme.case_prefix}-{kind}-{work.on.year}-{number:06d}"
    work.record(register, REGISTER, [CaseRegistered(case_id=case_id)])
    return case_id


def ceiling_of(work: Work, case: Case, rate: str = "") -> Draft:
    """The most that may be approved, by the edition pinned at receipt; `rate` is one that was decided. (QD-A1)

    Raises Refused RATE_MALFORMED, and what the calculation raises.
    """
    if rate and not RATE.fullmatch(rate):
        raise Refused("RATE_MALFORMED", asked=rate)
    programme = work.rulebook.pinned(case.plan.edition_sha256)
    facts = replace(benefits.facts_of(work, case), approved_fen=None, approved_rate=Fraction(rate) if rate else None)
    return work.rulebook.edition(programme).calculation.ceiling(facts)


def accept(work: Work, case_id: str) -> None:
    """Take the claim's place in the queue of its enterprise and year. (BJ-A24)"""
    case = work.case(case_id)
    most = ceiling_of(work, case)
    work.on_case(case_id, [CaseAccepted(accepted_on=work.on.isoformat(), ceiling_fen=most.amount)])
    accepted = work.case(case_id)
    stream = year_of(work.rulebook.pinned(accepted.plan.edition_sha256), accepted)
    year = work.read(stream, ENTERPRISE_YEAR)
    work.record(stream, ENTERPRISE_YEAR, headroom.reserve(year, case_id, most.amount))


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
        single.must_be_unclaimed(work.read(streams.contract(identity), CONTRACT), contract, programme.programme_id)
    except Refused as refused:
        _close_refused(work, case, refused.message("zh"), refused.code, refused.clause)
        return
    facts, engine = benefits.facts_of(work, case), served(programme)
    stream = year_of(programme, case)
    limit = engine.issuing_limit(facts)
    year = work.read(stream, ENTERPRISE_YEAR)
    granted = headroom.grant(year, case_id, case.approval.approved_fen, limit.cap)
    if granted.behind:
        if granted.behind != case.held_behind:
            work.on_case(case_id, [IssuanceHeld(behind_case_ids=granted.behind)])
            held = HeadroomHeld(case_id=case_id, wanted_fen=case.approval.approved_fen)
            work.record(stream, ENTERPRISE_YEAR, [held])
        return
    if limit.cap and not granted.amount_fen:
        why = Refused(
            "BJ_E_CAP",
            limit.clause,
            year=engine.issuing_day(facts).year,
            cap_fen=limit.cap.most_fen + limit.cap.beyond_fen,
            used_fen=year.used_by_vouchers(limit.cap.combined),
        )
        _close_refused(work, case, why.message("zh"), limit.code, limit.clause)
        return
    calculation = work.rulebook.edition(programme).calculation
    award = calculation.conclude(calculation.ceiling(facts), facts, engine.used(facts, year))
    if award.reason:
        _close_refused(work, case, award.reason.explanation, award.reason.code, award.reason.clause)
        return
    _put_voucher(work, case, programme, identity, award)
    _resume_others(work, case, programme, stream)


def release(work: Work, case: Case) -> None:
    """The claim ended without a voucher: its place in the queue is free for others."""
    programme = work.rulebook.pinned(case.plan.edition_sha256)
    stream = year_of(programme, case)
    if case.case_id in work.read(stream, ENTERPRISE_YEAR).queue:
        work.record(stream, ENTERPRISE_YEAR, [HeadroomReleased(case_id=case.case_id)])
        _resume_others(work, case, programme, stream)


def _put_voucher(work: Work, case: Case, programme: Programme, identity: str, award: Award) -> None:
    voucher_id = case.case_id.replace("-claim-", "-voucher-")
    amount_fen, trace = award.amount, award.trace
    assert trace is not None
    eligible_fen = exact_text(Fraction(award.values[programme.award.base or ""]))
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
        valid_through=validity.valid_through(programme, of_claim(case).counted_on),
    )
    work.record(streams.voucher(voucher_id), VOUCHER, [issued])
    claimed = ContractClaimed(
        contract_identity=identity,
        case_id=case.case_id,
        voucher_id=voucher_id,
        programme_id=programme.programme_id,
    )
    work.record(streams.contract(identity), CONTRACT, [claimed])
    benefits.tell(work, case, programme, amount_fen)
    used = HeadroomIssued(case_id=case.case_id, amount_fen=amount_fen)
    work.record(year_of(programme, case), ENTERPRISE_YEAR, [used])
    closed = CaseClosed(
        outcome=CASE_OUTCOME_ISSUED,
        summary=with_cuts(f"已发放算力券{show(amount_fen)}（{voucher_id}）", trace),
        clause=[step.clause for step in trace.steps if step.bound or step.operation == "decide"][-1],
        voucher_id=voucher_id,
        amount_fen=amount_fen,
        trace=trace,
    )
    work.on_case(case.case_id, [closed])


def _close_refused(work: Work, case: Case, why: str, code: str, clause: str) -> None:
    summary = f"不予发放：{why}（{code}，{clause}）"
    closed = CaseClosed(outcome=CASE_OUTCOME_REFUSED, summary=summary, code=code, clause=clause)
    work.on_case(case.case_id, [closed])
    release(work, case)


def _resume_others(work: Work, case: Case, programme: Programme, stream: str) -> None:
    cap = served(programme).issuing_limit(of_claim(case)).cap
    year: EnterpriseYear = work.read(stream, ENTERPRISE_YEAR)
    edition = work.edition_sha256
    for waiting in headroom.resumable(year, cap):
        if work.case(waiting).held_behind:
            work.on_case(waiting, [IssuanceResumed(released_by_case_id=case.case_id)])
    work.edition_sha256 = edition


def year_of(programme: Programme, case: Case) -> str:
    """The year that the voucher of an accepted claim counts in. (BJ-A7)"""
    on = served(programme).issuing_day(of_claim(case))
    return streams.enterprise_year(case.plan.programme_id, case.applicant_uscc, on.year)
