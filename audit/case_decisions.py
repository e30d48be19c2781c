"""A case's decisions made again: receipt, verdicts, acceptance, and how it ended."""

from collections.abc import Sequence
from dataclasses import replace

from audit import acting, money_decisions
from audit.compared import Comparison, Decision
from audit.remaking import Remaking
from domain import bars, clean, panel_outcome, requested, review, round_decisions, single
from domain.calculation.award import Draft
from domain.case import Case
from domain.dates import SHANGHAI
from domain.evaluation import settlement
from domain.facts import CaseFacts
from domain.kinds import BARS, CONTRACT, PANEL, RECOVERY, ROUND, VOUCHER
from domain.refusals import Refused
from domain.states import changed
from duifu.v1.commands_pb2 import VERDICT_PASS, Decide
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_CANCELLED,
    CASE_OUTCOME_ISSUED,
    CASE_OUTCOME_PAID,
    CASE_OUTCOME_REFUSED,
    CaseAccepted,
    CaseClosed,
    CaseOpened,
    CorrectionSupplied,
    Decided,
    Ground,
    IssuanceHeld,
)
from duifu.v1.plan_pb2 import CASE_KIND_GRANT_APPLICATION, STAGE_KIND_PANEL, Stage
from ledger import streams


def opened(remaking: Remaking, event: CaseOpened) -> None:
    """The plan is the edition's, nothing ruled the case out at once, and it joined the quarter that was open."""
    plan = event.plan
    check = remaking.compare(Decision.RECEIPT, event.case_id, event.cycle_id, plan.programme_id)
    if check is None:
        return
    applied, on = remaking.applied, remaking.on
    check.same_message("plan", plan, applied.plan(plan, remaking.entry.envelope.is_rehearsal), "")
    check.same("received_on", event.received_on, on.isoformat(), "")
    barred = remaking.state(streams.bar(plan.programme_id, event.applicant_uscc), BARS)
    bars.must_be_free(barred, lambda name: remaking.state(streams.recovery(name), RECOVERY), event.applicant_uscc, on)
    if plan.kind == CASE_KIND_GRANT_APPLICATION:
        at = f"{remaking.entry.business_at.astimezone(SHANGHAI):%H:%M:%S}"
        applied.must_pass_at_once(plan, CaseFacts(on, event.application, received_time=at))
        return
    remaking.test_at_once()
    if event.HasField("application"):
        single.must_be_own(event.application.contract, event.application.applicant.uscc)
        contract = event.application.contract
        claim = remaking.state(streams.contract(single.contract_identity(contract)), CONTRACT)
        single.must_be_unclaimed(claim, contract, plan.programme_id)
        return
    voucher = remaking.state(streams.voucher(event.redemption.voucher_id), VOUCHER)
    check.same("plan.edition_sha256", plan.edition_sha256, voucher.edition_sha256, "BJ-4.6")
    requested.must_fit(voucher, event.redemption, on, pays_supplier=applied.pays_supplier(plan.edition_sha256))
    joins = remaking.joins(plan.edition_sha256, applied.quarter_for(plan.edition_sha256, on))
    check.same("cycle_id", event.cycle_id, joins, applied.redemption(plan.edition_sha256).clause)


def supplied(remaking: Remaking, event: CorrectionSupplied) -> None:
    """What would rule a claim out at submission rules it out when it is mended."""
    case = remaking.case
    if remaking.compare_case(Decision.RECEIPT, case) is None:
        return
    if not case.is_redemption:
        if not case.is_grant:
            single.must_be_own(event.application.contract, event.application.applicant.uscc)
        remaking.applied.must_pass_at_once(case.plan, CaseFacts(case.received_on, event.application))
        return
    voucher = remaking.state(streams.voucher(event.redemption.voucher_id), VOUCHER)
    facts = settlement.facts_of(voucher, event.redemption, remaking.on, {})
    remaking.applied.must_pass_at_once(case.plan, facts)
    pays_supplier = remaking.applied.pays_supplier(case.plan.edition_sha256)
    requested.must_fit(voucher, event.redemption, remaking.on, pays_supplier=pays_supplier)


def decided(remaking: Remaking, event: Decided) -> None:
    """The conditions on what was known, and what they allowed the officer to decide."""
    case = remaking.case
    if (check := remaking.compare_case(Decision.VERDICT, case, event.approved_fen)) is None:
        return
    applied = remaking.applied
    row = case.row(case.at(event.stage).key)
    if row.kind == STAGE_KIND_PANEL:
        panel = remaking.state(streams.panel(event.decided_by.removeprefix("panel:")), PANEL)
        concluded, *_ = panel_outcome.carried_to(case, panel, remaking.on, applied.calendar)
        check.same_message("", event, concluded, row.clause)
        return
    facts = replace(remaking.facts_of(case), today=remaking.on)
    actor = remaking.entry.envelope.actor
    check.same("decided_by", event.decided_by, actor.id, row.clause)
    check.same("on_behalf_of", event.on_behalf_of, actor.on_behalf_of, row.clause)
    if event.decided_by != clean.ACCOUNT:
        acting.compare(remaking, check, case, row)
    is_first = remaking.awaits_test(case.case_id)
    is_all_met = applied.is_all_met(case, facts, event.grounds, is_first)
    if is_first:
        remaking.tested_at_once(case.case_id, is_all_met)
    grounds = event.grounds if is_all_met else applied.grounds(case, facts)
    if not is_all_met:
        _compare_grounds(check, event.grounds, grounds)
    if event.decided_by == clean.ACCOUNT:
        _passed_by_system(remaking, check, case, event, grounds)
        return
    if is_all_met and event.verdict == VERDICT_PASS and _asks_nothing_more(row):
        review.must_hold(actor, row)  # everything is met, and nothing else was decided
        return
    command = Decide(
        case_id=case.case_id,
        stage=event.stage,
        verdict=event.verdict,
        code=event.code,
        reason=event.reason,
        findings=event.findings,
        approved_rate=event.approved_rate,
    )
    most = None
    if row.sets_amount:
        most = applied.most(case, facts, event.approved_rate) if case.is_grant else remaking.ceiling(case)
        if event.verdict == VERDICT_PASS:
            command.approved_fen = event.approved_fen
            if case.is_grant and not event.reason.strip():
                round_ = remaking.state(streams.grant_round(case.round_id), ROUND)
                round_decisions.must_have_one_rate(round_, case.case_id, event.approved_rate, row.clause)
    derived, *_ = review.decide(case, command, actor, grounds, most, remaking.on, applied.calendar)
    assert isinstance(derived, Decided)
    check.same("round", event.round, derived.round, row.clause)
    check.same("clause", event.clause, derived.clause, derived.clause)
    check.same("approved_fen", event.approved_fen, derived.approved_fen, row.clause)
    check.same_trace(event.trace, derived.trace, row.clause)
    said, silent = ([opinion.role for opinion in told.silent_opinions] for told in (event, derived))
    check.same("silent_opinions", said, silent, row.opinions.clause)


def _passed_by_system(
    remaking: Remaking, check: Comparison, case: Case, event: Decided, grounds: Sequence[Ground]
) -> None:
    """The claim was its quarter's to verify, nothing was to be looked at, and the evidence names what it rests on."""
    row, voucher = case.row(event.stage), remaking.state(streams.voucher(case.redemption.voucher_id), VOUCHER)
    check.same("is_with_quarter", case.is_unverified, True, row.clause)
    at_assessment = changed(case, stage=replace(case.any_stage(), key=case.row_after(row.key).key))
    try:
        assessed = money_decisions.assessment(remaking, at_assessment, voucher)
    except Refused as refused:
        check.refused(refused)
        return
    found = clean.anomalies(case, grounds, assessed)
    check.same("grounds", [ground.code for ground in found], [], row.clause)
    if not found:
        derived, *_ = clean.passed(case, event.grounds, remaking.on, remaking.applied.calendar)
        check.same_message("", event, derived, row.clause)


def accepted(remaking: Remaking, event: CaseAccepted) -> None:
    """The ceiling, and the day that says in which year the claim counts."""
    case = remaking.case
    if (check := remaking.compare_case(Decision.ACCEPTANCE, case, event.ceiling_fen)) is None:
        return
    most = remaking.ceiling(case)
    check.same("accepted_on", event.accepted_on, remaking.on.isoformat(), "BJ-A7")
    check.same("ceiling_fen", event.ceiling_fen, most.amount, _last_clause(most))


def held(remaking: Remaking, event: IssuanceHeld) -> None:
    """The claims ahead could still need the same money."""
    case = remaking.case
    if (check := remaking.compare_case(Decision.ISSUANCE, case)) is None:
        return
    granted, limit = remaking.applied.granted(case, remaking.year_of(case))
    check.same("behind_case_ids", list(event.behind_case_ids), list(granted.behind), limit.clause)


def closed(remaking: Remaking, event: CaseClosed) -> None:
    """What was issued or paid in all, or the rule that left nothing."""
    case = remaking.case
    if (check := remaking.compare_case(Decision.OUTCOME, case, event.amount_fen)) is None:
        return
    if event.outcome == CASE_OUTCOME_ISSUED:
        voucher = remaking.state(streams.voucher(event.voucher_id), VOUCHER)
        check.same("amount_fen", event.amount_fen, voucher.face_value_fen, event.clause)
    elif event.outcome == CASE_OUTCOME_PAID:
        check.same("amount_fen", event.amount_fen, _paid_fen(remaking, case), event.clause)
    elif event.outcome == CASE_OUTCOME_CANCELLED:
        _vetoed(remaking, check, case, event)
    elif event.outcome == CASE_OUTCOME_REFUSED and case.allocated and not case.allocated.amount_fen:
        reason = remaking.shared[case.case_id].reason
        check.same("code", event.code, reason.code if reason else "", reason.clause if reason else "")
    elif event.outcome == CASE_OUTCOME_REFUSED and case.stage is not None:
        task = case.row(case.stage.key).task
        if task == "issue_voucher":
            _no_voucher(remaking, check, case, event)
        elif task == "assess_redemption":
            remaking.due_fen.pop(case.case_id, None)
            code = remaking.nothing_due.pop(case.case_id, "")
            check.same("code", event.code, code, case.row(case.stage.key).clause)


def _paid_fen(remaking: Remaking, case: Case) -> int:
    """What was paid in all: by the quarter, or by every level of the round."""
    if not case.is_grant:
        return case.settled_fen
    orders = remaking.state(streams.grant_round(case.round_id), ROUND).orders_of(case.case_id)
    return sum(order.ordered.amount_fen for order in orders if order.result == "settled")


def _vetoed(remaking: Remaking, check: Comparison, case: Case, event: CaseClosed) -> None:
    """Somebody who may, for a ground that the plan names, before money was ordered. (QD-5.3)"""
    rule, role = case.plan.veto, remaking.entry.envelope.actor.role
    check.same("role", role, role if role in rule.roles else "、".join(rule.roles), rule.clause)
    check.same("code", event.code, event.code if event.code in rule.codes else "、".join(rule.codes), rule.clause)
    acting.compare_loan(remaking, check, case)
    round_decisions.must_not_be_ordered(remaking.state(streams.grant_round(case.round_id), ROUND), case.case_id)


def _no_voucher(remaking: Remaking, check: Comparison, case: Case, event: CaseClosed) -> None:
    contract = case.application.contract
    try:
        claim = remaking.state(streams.contract(single.contract_identity(contract)), CONTRACT)
        single.must_be_unclaimed(claim, contract, case.plan.programme_id)
    except Refused as refused:
        check.same("code", event.code, refused.code, refused.clause)
        return
    year = remaking.year_of(case)
    granted, limit = remaking.applied.granted(case, year)
    if limit.cap and not granted.amount_fen and not granted.behind:
        check.same("code", event.code, limit.code, limit.clause)
        return
    reason = remaking.awarded(case, year).reason
    check.same("code", event.code, reason.code if reason else "", reason.clause if reason else limit.clause)


def _last_clause(draft: Draft) -> str:
    return draft.trace.steps[-1].clause if draft.trace and draft.trace.steps else ""


def _asks_nothing_more(row: Stage) -> bool:
    """Whether a pass rests on the conditions alone."""
    return not (row.sets_amount or row.outputs or row.opinions.roles)


def _compare_grounds(check: Comparison, recorded: Sequence[Ground], derived: Sequence[Ground]) -> None:
    for number, (ours, theirs) in enumerate(zip(recorded, derived, strict=False)):
        if ours == theirs:
            continue
        path = f"grounds[{number}]"
        check.same(f"{path}.code", ours.code, theirs.code, theirs.clause)
        check.same(f"{path}.clause", ours.clause, theirs.clause, theirs.clause)
        check.same(f"{path}.status", ours.status, theirs.status, theirs.clause)
    check.same("grounds", len(recorded), len(derived), "")
