"""Decisions about money made again: vouchers, what a claim is due, and both annual ledgers of an enterprise."""

from itertools import count, takewhile

from audit.compared import Decision
from audit.remaking import Remaking
from domain import benefits, lapsing
from domain.case import Case
from domain.kinds import BENEFITS, CASE, RECOVERY, VOUCHER
from domain.money import exact_text
from domain.orders import set_off_fen
from domain.recovery import recovery_id
from domain.voucher import Voucher, nothing_due
from duifu.v1.commands_pb2 import RescaleVoucher
from duifu.v1.events_pb2 import (
    AmountDetermined,
    AmountTrace,
    BenefitGranted,
    HeadroomHeld,
    HeadroomIssued,
    HeadroomReserved,
    RedemptionAssessed,
    RedemptionHeadroomRestored,
    RedemptionHeadroomUsed,
    VoucherIssued,
    VoucherLapsed,
    VoucherRedeemed,
    VoucherRescaled,
)
from ledger import streams


def issued(remaking: Remaking, event: VoucherIssued) -> None:
    """The voucher is worth what was approved and what the year had left. (BJ-3.2, BJ-3.3)"""
    case = remaking.state(streams.case(event.case_id), CASE)
    if (check := remaking.compare_case(Decision.ISSUANCE, case, event.face_value_fen)) is None:
        return
    year = remaking.year_of(case)
    granted, limit = remaking.applied.granted(case, year)
    award = remaking.awarded(case, year)
    trace = award.trace or AmountTrace()
    bound = next((step.clause for step in trace.steps if step.bound), limit.clause)
    traces = (event.trace, trace)
    check.same("behind_case_ids", [], list(granted.behind), limit.clause)
    check.same("face_value_fen", event.face_value_fen, award.amount, bound, traces)
    check.same("eligible_fen", event.eligible_fen, exact_text(remaking.applied.base_of(case, award)), bound, traces)
    check.same("edition_sha256", event.edition_sha256, case.plan.edition_sha256, "")
    check.same("uscc", event.uscc, case.applicant_uscc, "")
    if event.valid_through:  # it was not always on record
        check.same("valid_through", event.valid_through, remaking.applied.valid_through(case), "")
    check.same("contract", event.contract, case.application.contract, "")
    check.same_trace(event.trace, trace, bound)


def assessed(remaking: Remaking, event: RedemptionAssessed) -> None:
    """What is settled and was not used before, and the part of the voucher that it makes due. (BJ-4.6)"""
    case = remaking.state(streams.case(event.case_id), CASE)
    if (check := remaking.compare_case(Decision.ASSESSMENT, case, event.due_fen)) is None:
        return
    voucher = remaking.state(remaking.entry.stream, VOUCHER)
    derived = assessment(remaking, case, voucher)
    remaking.due_fen[case.case_id] = derived.due_fen
    if not derived.due_fen:
        remaking.nothing_due[case.case_id] = nothing_due(voucher, case.case_id, derived, "").code
    if event == derived:  # nearly always, and known at once
        return
    clause, traces = derived.trace.steps[-1].clause, (event.trace, derived.trace)
    check.same("due_fen", event.due_fen, derived.due_fen, clause, traces)
    check.same("base_fen", event.base_fen, derived.base_fen, derived.trace.steps[0].clause, traces)
    check.same("cumulative_fen", event.cumulative_fen, derived.cumulative_fen, clause, traces)
    check.same("uses", list(event.uses), list(derived.uses), clause)
    if event.lines:  # earlier versions kept no match
        check.same("deliveries", list(event.deliveries), list(derived.deliveries), clause)
        check.same("lines", list(event.lines), list(derived.lines), clause)
    check.same_trace(event.trace, derived.trace, clause)


def assessment(remaking: Remaking, case: Case, voucher: Voucher) -> RedemptionAssessed:
    """What a claim adds to what is due of its voucher."""
    recovered_fen = _recovered_fen(remaking, voucher.case_id) if voucher.claw_back_fen else 0
    return remaking.applied.assessed(case, voucher, remaking.facts_of(case), recovered_fen)


def _recovered_fen(remaking: Remaking, case_id: str) -> int:
    """What had come in of a case's payments, over all its recoveries."""
    names = (streams.recovery(recovery_id(case_id, number)) for number in count(1))
    known = takewhile(lambda recovery: recovery.recovery_id, (remaking.state(name, RECOVERY) for name in names))
    return sum(recovery.received_fen for recovery in known)


def determined(remaking: Remaking, event: AmountDetermined) -> None:
    """The case says what the voucher does."""
    case = remaking.case
    if (check := remaking.compare_case(Decision.ASSESSMENT, case, is_part=True)) is None:
        return
    clause = event.trace.steps[-1].clause if event.trace.steps else ""
    check.same("amount_fen", event.amount_fen, remaking.due_fen.get(case.case_id, 0), clause)


def rescaled(remaking: Remaking, event: VoucherRescaled) -> None:
    """What remains of a voucher whose contract ended early, and what must be paid back. (BJ-A18)"""
    voucher = remaking.state(remaking.entry.stream, VOUCHER)
    case = remaking.state(streams.case(voucher.case_id), CASE)
    if (check := remaking.compare_case(Decision.ASSESSMENT, case)) is None:
        return
    row = next(row for row in case.plan.stages if row.sets_amount)
    check.same("role", remaking.entry.envelope.actor.role, row.role, row.clause)
    asked = RescaleVoucher(
        voucher_id=voucher.voucher_id,
        contract=event.contract,
        reason=event.reason,
        evidence_sha256=event.evidence_sha256,
    )
    facts, year = remaking.facts_of(case), remaking.year_of(case)
    derived = remaking.applied.rescaled(facts, year, voucher, asked, remaking.on)
    check.same_message("", event, derived, derived.clause)


def redeemed(remaking: Remaking, event: VoucherRedeemed) -> None:
    """What was paid of the voucher is what was ordered."""
    voucher = remaking.state(remaking.entry.stream, VOUCHER)
    check = remaking.compare(Decision.PAYMENT, event.case_id, event.cycle_id, voucher.programme_id, is_part=True)
    if check is not None:
        quarter = remaking.quarter(event.cycle_id)
        clause = quarter.opened.clause
        check.same("amount_fen", event.amount_fen, quarter.ordered_fen(event.case_id), clause)
        order = quarter.order_of(event.case_id)
        check.same("set_off_fen", event.set_off_fen, set_off_fen(order.ordered) if order else 0, clause)


def lapsed(remaking: Remaking, event: VoucherLapsed) -> None:
    """What nobody asked for of a voucher by its last day. (BJ-A13)"""
    voucher, opened = remaking.state(remaking.entry.stream, VOUCHER), remaking.quarter(event.cycle_id).opened
    check = remaking.compare(Decision.ISSUANCE, voucher.case_id, event.cycle_id, voucher.programme_id, is_part=True)
    if check is not None:
        clause = remaking.applied.valid_for_clause(remaking.applied.edition_of(opened))
        check.same_message("", event, lapsing.lapsed(voucher, opened, clause) or VoucherLapsed(), clause)


def benefited(remaking: Remaking, event: BenefitGranted) -> None:
    """Other programmes are told what the case was granted, and by whose money. (BJ-1.4, QD-6.1)"""
    case = remaking.state(streams.case(event.case_id), CASE)
    if (check := remaking.compare_case(Decision.OUTCOME, case, is_part=True)) is not None:
        if case.is_grant:
            amount_fen = case.allocated.amount_fen if case.allocated else 0
        elif case.closed:  # its voucher was rescaled (BJ-A18)
            amount_fen = remaking.state(streams.voucher(case.closed.voucher_id), VOUCHER).face_value_fen
        else:
            amount_fen = remaking.awarded(case, remaking.year_of(case)).amount
        on = benefits.granted_on(remaking.state(remaking.entry.stream, BENEFITS), case.case_id, remaking.on)
        derived = benefits.granted(case, remaking.applied.jurisdiction(case), amount_fen, on)
        check.same_message("", event, derived, "")


def reserved(remaking: Remaking, event: HeadroomReserved) -> None:
    """The place in the queue is as large as the ceiling. (BJ-A24)"""
    case = remaking.state(streams.case(event.case_id), CASE)
    if (check := remaking.compare_case(Decision.ACCEPTANCE, case, is_part=True)) is not None:
        check.same("ceiling_fen", event.ceiling_fen, remaking.ceiling(case).amount, "BJ-A24")


def held(remaking: Remaking, event: HeadroomHeld) -> None:
    """A claim that waits wants what was approved."""
    case = remaking.state(streams.case(event.case_id), CASE)
    if (check := remaking.compare_case(Decision.ISSUANCE, case, is_part=True)) is not None:
        check.same("wanted_fen", event.wanted_fen, case.approval.approved_fen, "BJ-A24")


def used_for_issuing(remaking: Remaking, event: HeadroomIssued) -> None:
    """The year gives what the voucher is worth."""
    case = remaking.state(streams.case(event.case_id), CASE)
    if (check := remaking.compare_case(Decision.ISSUANCE, case, is_part=True)) is not None:
        year = remaking.year_of(case)
        award = remaking.awarded(case, year)
        check.same("amount_fen", event.amount_fen, award.amount, remaking.applied.granted(case, year)[1].clause)


def used_for_paying(remaking: Remaking, event: RedemptionHeadroomUsed | RedemptionHeadroomRestored) -> None:
    """The year gives, or gets back, what was ordered."""
    cycle_id = event.order_id.rpartition("-")[0]
    if not remaking.reads(cycle_id):
        return
    quarter = remaking.quarter(cycle_id)
    order = quarter.orders.get(event.order_id)
    case_id = order.ordered.case_id if order else ""
    opened = quarter.opened
    check = remaking.compare(Decision.PAYMENT, case_id, opened.cycle_id, opened.programme_id, is_part=True)
    if check is not None:
        check.same("amount_fen", event.amount_fen, order.ordered.amount_fen if order else 0, opened.clause)
