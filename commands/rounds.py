"""A round from its window to its end: shared among all, shown to the public, objected to, closed. (QD-2.5, QD-A10)"""

from collections.abc import Sequence

from google.protobuf.message import Message

from commands import benefits
from commands.grants import ALLOCATE, NOTICE, is_before_allocation, tell_round
from commands.work import Work
from domain import duties, public_notice, returns, review, round_decisions
from domain.calculation.award import Award
from domain.case import Case
from domain.evaluation.rounds import award_round
from domain.money import show
from domain.refusals import Refused
from domain.serving import served_grant
from duifu.v1.commands_pb2 import RaiseObjection, SettleObjection
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_REFUSED,
    AmountAllocated,
    CaseClosed,
    GrantShare,
    ObjectionRaised,
    ObjectionSettled,
    RoundAllocated,
    StageOpened,
)
from duifu.v1.plan_pb2 import Stage


def allocate(work: Work, round_id: str) -> str:
    """Share the pool among all that were determined; results that are new or have changed go to the public notice."""
    round_ = work.round(round_id)
    round_decisions.must_be_allocatable(round_, work.at)
    programme = work.rulebook.pinned(round_.opened.edition_sha256)
    pool, sharing = served_grant(programme), round_.sharing
    facts = [benefits.facts_of(work, work.case(applicant.case_id)) for applicant in sharing]
    awards = award_round(work.rulebook.edition(programme), facts)
    shares = [
        round_decisions.share_of(round_, applicant.case_id, award.amount, award.levels)
        for applicant, award in zip(sharing, awards, strict=True)
    ]
    allocated = round_decisions.allocate(
        round_, shares, pool.clause, programme.public_notice, work.on, work.rulebook.calendar
    )
    work.on_round(round_id, [allocated])
    for share, award in zip(shares, awards, strict=True):
        _tell_share(work, allocated, share, award)
    return round_id


def close_notice(work: Work, round_id: str) -> str:
    """The public has had its time: these results stand, and their cases go on."""
    closed = public_notice.close_notice(work.round(round_id), work.at)
    work.on_round(round_id, [closed])
    for case_id in closed.case_ids:
        case = work.case(case_id)
        work.on_case(case_id, review.pass_to_next(case, _row(case, NOTICE), work.on, work.rulebook.calendar))
        tell_round(work, case_id)
    return round_id


def raise_objection(work: Work, command: RaiseObjection) -> str:
    """Keep an objection that was made in writing and by name, while the result is shown."""
    case = _shown_by_actor(work, command.case_id)
    raised = ObjectionRaised(
        case_id=case.case_id,
        objector_id=command.objector_id,
        objector_name=command.objector_name,
        text=command.text,
        evidence_sha256=command.evidence_sha256,
    )
    work.on_round(case.round_id, public_notice.raise_objection(work.round(case.round_id), raised, work.at))
    return case.case_id


def settle_objection(work: Work, command: SettleObjection) -> str:
    """Dismiss an objection, or have the result determined again, unless it is being determined again already."""
    case = _shown_by_actor(work, command.case_id)
    settled = ObjectionSettled(objection=command.objection, is_upheld=command.is_upheld, reason=command.reason)
    work.on_round(case.round_id, public_notice.settle_objection(work.round(case.round_id), case.case_id, settled))
    if command.is_upheld and case.is_open and not is_before_allocation(case):
        sets_amount = next(row.key for row in case.plan.stages if row.sets_amount)
        why = f"异议成立：{command.reason}"
        work.on_case(case.case_id, returns.reopen(case, sets_amount, why, work.on, work.rulebook.calendar))
        tell_round(work, case.case_id)
    return case.case_id


def close(work: Work, round_id: str) -> str:
    """Close the round with one event that names what every level paid to whom."""
    work.on_round(round_id, round_decisions.close(work.round(round_id), work.at))
    return round_id


def _tell_share(work: Work, allocated: RoundAllocated, share: GrantShare, award: Award) -> None:
    """What the case is given; and whether it goes on, is shown to the public again, or ends with nothing."""
    case = work.case(share.case_id)
    given = AmountAllocated(
        round_id=case.round_id, number=allocated.number, amount_fen=share.amount_fen, trace=award.trace
    )
    work.on_case(case.case_id, [given])
    assert case.stage is not None
    if not share.amount_fen:
        assert award.reason is not None
        reason = award.reason
        summary = f"不予补助：{reason.explanation}（{reason.code}，{reason.clause}）"
        closed = CaseClosed(outcome=CASE_OUTCOME_REFUSED, summary=summary, code=reason.code, clause=reason.clause)
        work.on_case(case.case_id, [closed])
    elif case.row(case.stage.key).task == ALLOCATE:
        onward = review.pass_to_next(case, _row(case, ALLOCATE), work.on, work.rulebook.calendar)
        work.on_case(case.case_id, _shown_until(allocated, onward))
    elif case.case_id in allocated.noticed_case_ids:
        why = f"第{allocated.number}次分配后额度变为{show(share.amount_fen)}，重新公示"
        notice = _row(case, NOTICE).key
        again = returns.reopen(case, notice, why, work.on, work.rulebook.calendar)
        work.on_case(case.case_id, _shown_until(allocated, again))
    tell_round(work, case.case_id)


def _shown_until(allocated: RoundAllocated, events: Sequence[Message]) -> Sequence[Message]:
    """The stage of the notice ends when the public may object no more."""
    for event in events:
        if isinstance(event, StageOpened) and allocated.HasField("notice_closes_at"):
            event.due_at.CopyFrom(allocated.notice_closes_at)
    return events


def _shown_by_actor(work: Work, case_id: str) -> Case:
    """A case whose result the actor may show to the public.

    Raises Refused CASE_UNKNOWN, NOT_IN_ROUND, ROLE_MISMATCH, DUTY_REQUESTER, DUTIES_APART.
    """
    case = work.case(case_id)
    if not case.is_grant:
        raise Refused("NOT_IN_ROUND", case=case_id)
    row = _row(case, NOTICE)
    review.must_hold(work.actor, row)
    duties.must_be_free(case, row, duties.accounts_of(work.actor))
    return case


def _row(case: Case, task: str) -> Stage:
    return next(row for row in case.plan.stages if row.task == task)
