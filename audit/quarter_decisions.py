"""A quarter's decisions made again: its days, its cut-off, who ruled on it or paused it, and the sums."""

from audit.compared import Comparison, Decision
from audit.folded import Quarter
from audit.remaking import Remaking
from domain import cycle_closing, cycle_decisions
from duifu.v1.commands_pb2 import RemindCycle
from duifu.v1.events_pb2 import (
    CycleClosed,
    CycleConfirmed,
    CycleFrozen,
    CycleOpened,
    CyclePaused,
    CycleReminded,
    CycleResumed,
    FiguresBroughtForward,
)


def opened(remaking: Remaking, event: CycleOpened) -> None:
    """The days on which requests join, the cut-off, and the day of payment. (BJ-4.3, BJ-A11)"""
    check = remaking.compare(Decision.QUARTER, event.cycle_id, event.cycle_id, event.programme_id)
    if check is not None:
        derived = remaking.applied.opened(event, remaking.entry.envelope.edition_sha256, remaking.on)
        check.same_message("", event, derived, derived.clause)


def frozen(remaking: Remaking, event: CycleFrozen) -> None:
    """It was cut off in time, with everybody who had joined."""
    quarter = remaking.own_quarter
    if (check := comparing(remaking, quarter, quarter.opened.cycle_id)) is not None:
        (derived,) = cycle_decisions.freeze(quarter.whole(), remaking.entry.business_at)
        check.same_message("", event, derived, quarter.opened.clause)


def reminded(remaking: Remaking, event: CycleReminded) -> None:
    """People were reminded when the quarter says, and once. The letters are the office's word."""
    quarter = remaking.own_quarter
    if comparing(remaking, quarter, quarter.opened.cycle_id, is_part=True) is not None:
        command = RemindCycle(days_left=event.days_left, letters=event.letters, page_sha256=event.page_sha256)
        cycle_decisions.remind(quarter.whole(), command, remaking.entry.business_at)


def brought_forward(remaking: Remaking, event: FiguresBroughtForward) -> None:
    """The opening figures are those with which the quarter before closed."""
    quarter = remaking.own_quarter
    if (check := comparing(remaking, quarter, quarter.opened.cycle_id, is_part=True)) is not None:
        before = remaking.quarter(event.from_cycle_id)
        if before.is_closed:
            derived = cycle_closing.bring_forward(before.whole(), quarter.whole())
            check.same_message("", event, derived, quarter.opened.clause)
        else:
            check.same("from_cycle_id", event.from_cycle_id, "", quarter.opened.clause)


def confirmed(remaking: Remaking, event: CycleConfirmed) -> None:
    """A ruling was needed, and gives its reason. (BJ-A13)"""
    quarter = remaking.own_quarter
    if comparing(remaking, quarter, quarter.opened.cycle_id) is not None:
        cycle_decisions.confirm(quarter.whole(), event.reason)


def paused(remaking: Remaking, event: CyclePaused) -> None:
    """It was not paused already, and there is a reason; from now on nothing may be ordered. (暂停拨付)"""
    quarter = remaking.own_quarter
    if (check := comparing(remaking, quarter, quarter.opened.cycle_id)) is not None:
        actor = remaking.entry.envelope.actor
        (derived,) = cycle_decisions.pause(quarter.whole(), event.reason, actor)
        check.same_message("", event, derived, quarter.opened.clause)
    quarter.may_pay = False


def resumed(remaking: Remaking, event: CycleResumed) -> None:
    """It was paused, and there is a reason."""
    quarter = remaking.own_quarter
    if (check := comparing(remaking, quarter, quarter.opened.cycle_id)) is not None:
        actor = remaking.entry.envelope.actor
        (derived,) = cycle_decisions.resume(quarter.whole(), event.reason, actor)
        check.same_message("", event, derived, quarter.opened.clause)


def closed(remaking: Remaking, event: CycleClosed) -> None:
    """Every claim and the sums."""
    quarter = remaking.own_quarter
    if (check := comparing(remaking, quarter, quarter.opened.cycle_id)) is not None:
        (derived,) = cycle_closing.close(quarter.whole())
        cycle_closing.must_close_in_order(quarter.whole(), remaking.open_quarters(quarter.opened.programme_id))
        check.same_message("", event, derived, quarter.opened.clause)


def comparing(
    remaking: Remaking, quarter: Quarter, subject: str, amount_fen: int = 0, *, is_part: bool = False
) -> Comparison | None:
    """The decision on a quarter or on one of its claims, if it is wanted. Raises Refused EDITION_UNKNOWN."""
    opened = quarter.opened
    decision = Decision.QUARTER if subject == opened.cycle_id else Decision.PAYMENT
    found = remaking.compare(decision, subject, opened.cycle_id, opened.programme_id, amount_fen, is_part=is_part)
    if found is not None:
        remaking.applied.must_know(remaking.applied.edition_of(opened))
        if by := remaking.entry.envelope.edition_sha256:
            remaking.applied.must_know(by)
    return found
