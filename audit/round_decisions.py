"""A round's decisions made again: its window, who shares the pool and how, objections, orders, the sums. (QD-2.5)"""

from audit import acting
from audit.compared import Comparison, Decision
from audit.remaking import Remaking
from domain import public_notice, round_decisions
from domain.kinds import CASE, ROUND
from domain.round import Round
from duifu.v1.events_pb2 import (
    AmountAllocated,
    ApplicantDetermined,
    ApplicantJoined,
    ApplicantLeft,
    GrantOrdered,
    GrantPaymentChanged,
    NoticeClosed,
    ObjectionRaised,
    ObjectionSettled,
    RoundAllocated,
    RoundClosed,
    RoundOpened,
)
from ledger import streams


def opened(remaking: Remaking, event: RoundOpened) -> None:
    """The window and who pays, by the edition under which all of it is served."""
    check = remaking.compare(Decision.ROUND, event.round_id, "", event.programme_id)
    if check is not None:
        check.same_message("", event, remaking.applied.round_opened(event.edition_sha256), event.clause)


def joined(remaking: Remaking, event: ApplicantJoined) -> None:
    """One open application of an operator, and none once the pool was shared."""
    round_ = _own(remaking)
    if _compare(remaking, round_, Decision.RECEIPT, event.case_id, is_part=True) is not None:
        round_decisions.join(round_, event)


def determined(remaking: Remaking, event: ApplicantDetermined) -> None:
    """The round says what the case does."""
    round_, case = _own(remaking), remaking.state(streams.case(event.case_id), CASE)
    if (check := _compare(remaking, round_, Decision.VERDICT, event.case_id, is_part=True)) is not None:
        check.same("approved_fen", event.approved_fen, case.approval.approved_fen, round_.opened.clause)
        check.same("approved_rate", event.approved_rate, case.approval.approved_rate, round_.opened.clause)


def left(remaking: Remaking, event: ApplicantLeft) -> None:
    """Who leaves has been refused, vetoed or has withdrawn."""
    round_, case = _own(remaking), remaking.state(streams.case(event.case_id), CASE)
    if (check := _compare(remaking, round_, Decision.OUTCOME, event.case_id, is_part=True)) is not None:
        check.same("code", event.code, case.closed.code if case.closed else "—", round_.opened.clause)


def allocated(remaking: Remaking, event: RoundAllocated) -> None:
    """The pool is shared again among the same cases, by the same edition; who is new or changed is shown. (QD-A10)"""
    round_ = _own(remaking)
    total_fen = sum(share.amount_fen for share in event.shares)
    check = _compare(remaking, round_, Decision.ALLOCATION, round_.round_id, total_fen)
    sharing = round_.sharing
    cases = [remaking.state(streams.case(applicant.case_id), CASE) for applicant in sharing]
    facts = [remaking.facts_of(case) for case in cases]
    awards = remaking.applied.shared(round_.opened.edition_sha256, facts)
    remaking.shared = {case.case_id: award for case, award in zip(cases, awards, strict=True)}
    if check is None:
        return
    round_decisions.must_be_allocatable(round_, remaking.entry.business_at)
    shares = [
        round_decisions.share_of(round_, case_id, award.amount, award.levels)
        for case_id, award in remaking.shared.items()
    ]
    pool, rule = remaking.applied.pool(round_.opened.edition_sha256)
    derived = round_decisions.allocate(round_, shares, pool.clause, rule, remaking.on, remaking.applied.calendar)
    check.same_message("", event, derived, pool.clause)


def told_share(remaking: Remaking, event: AmountAllocated) -> None:
    """The case says what the round does, with every step."""
    case = remaking.case
    if (check := remaking.compare_case(Decision.ALLOCATION, case, is_part=True)) is not None:
        award = remaking.shared[case.case_id]
        assert award.trace is not None
        clause = award.trace.steps[-1].clause
        check.same("amount_fen", event.amount_fen, award.amount, clause, (event.trace, award.trace))
        check.same_trace(event.trace, award.trace, clause)


def notice_closed(remaking: Remaking, event: NoticeClosed) -> None:
    """The public has had its time, and no objection is open."""
    round_ = _own(remaking)
    if (check := _compare(remaking, round_, Decision.ROUND, round_.round_id)) is not None:
        derived = public_notice.close_notice(round_, remaking.entry.business_at)
        check.same_message("", event, derived, round_.opened.clause)


def objected(remaking: Remaking, event: ObjectionRaised) -> None:
    """The result was being shown."""
    round_ = _own(remaking)
    if (check := _compare(remaking, round_, Decision.ROUND, event.case_id, is_part=True)) is not None:
        (derived,) = public_notice.raise_objection(round_, event, remaking.entry.business_at)
        assert isinstance(derived, ObjectionRaised)
        check.same("objection", event.objection, derived.objection, round_.opened.clause)
        _by_whoever_shows(remaking, check, event.case_id)


def objection_settled(remaking: Remaking, event: ObjectionSettled) -> None:
    """It was open, and the answer gives a reason."""
    round_ = _own(remaking)
    case_id = round_.objections[event.objection].raised.case_id
    if (check := _compare(remaking, round_, Decision.ROUND, case_id, is_part=True)) is not None:
        public_notice.settle_objection(round_, case_id, event)
        _by_whoever_shows(remaking, check, case_id)


def ordered(remaking: Remaking, event: GrantOrdered) -> None:
    """Each level's part, once, to the applicant's own account; again only what came back. (QD-2.3, F-7)"""
    round_, case = _own(remaking), remaking.state(streams.case(event.case_id), CASE)
    if (check := _compare(remaking, round_, Decision.PAYMENT, event.case_id, event.amount_fen)) is None:
        return
    if not round_.orders:
        round_decisions.must_be_orderable(round_)
    clause = round_.opened.clause
    known = (o for o in round_.orders_of(event.case_id) if o.ordered.level == event.level)
    before = {o.result for o in known if not round_.is_due_again(o)}
    check.same("level", sorted(before - {"returned", "withheld"}), [], clause)
    amount_fen = round_.applicants[event.case_id].levels.get(event.level, 0)
    pay_on = remaking.applied.calendar.on_or_after(remaking.on)
    derived = round_decisions.order(round_, event.level, amount_fen, case, pay_on)
    for name in ("amount_fen", "order_id", "treasury", "uscc", "payee", "pay_on"):
        check.same(name, getattr(event, name), getattr(derived, name), clause)


def told_payment(remaking: Remaking, event: GrantPaymentChanged) -> None:
    """The case says what the round does."""
    case = remaking.case
    if (check := remaking.compare_case(Decision.PAYMENT, case, is_part=True)) is not None:
        round_ = remaking.state(streams.grant_round(case.round_id), ROUND)
        order = round_.orders[event.order_id]
        check.same("level", event.level, order.ordered.level, round_.opened.clause)
        check.same("amount_fen", event.amount_fen, order.ordered.amount_fen, round_.opened.clause)


def closed(remaking: Remaking, event: RoundClosed) -> None:
    """Who was paid what by which level."""
    round_ = _own(remaking)
    if (check := _compare(remaking, round_, Decision.ROUND, round_.round_id)) is not None:
        (derived,) = round_decisions.close(round_, remaking.entry.business_at)
        check.same_message("", event, derived, round_.opened.clause)


def _by_whoever_shows(remaking: Remaking, check: Comparison, case_id: str) -> None:
    """By somebody who may show the result to the public."""
    case = remaking.state(streams.case(case_id), CASE)
    row = next(row for row in case.plan.stages if row.task == "publish_notice")
    acting.compare_role(remaking, check, case, row)


def _own(remaking: Remaking) -> Round:
    """The round whose event this is."""
    return remaking.state(remaking.entry.stream, ROUND)


def _compare(
    remaking: Remaking, round_: Round, decision: Decision, subject: str, amount_fen: int = 0, *, is_part: bool = False
) -> Comparison | None:
    opened_by = round_.opened
    found = remaking.compare(decision, subject, "", opened_by.programme_id, amount_fen, is_part=is_part)
    if found is not None:
        remaking.applied.must_know(opened_by.edition_sha256)
    return found
