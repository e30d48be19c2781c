"""What may become of a quarter before it closes: opened, cut off, ruled on, paid. (BJ-4.3, BJ-A11, BJ-A13)"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from google.protobuf.message import Message

from domain.calendar import WorkingCalendar
from domain.cycle import Cycle, cycle_id
from domain.dates import SHANGHAI, Quarter, end_of, start_of, timestamp
from domain.evaluation.validity import may_end_by
from domain.format.programme import Programme
from domain.quarter_index import ClaimState
from domain.refusals import Refused
from duifu.v1.commands_pb2 import Actor, RemindCycle
from duifu.v1.events_pb2 import (
    CycleConfirmed,
    CycleFrozen,
    CycleOpened,
    CyclePaused,
    CycleReminded,
    CycleResumed,
    Reminder,
)

LISTED = 10  # claims that a refusal names


def open_cycle(programme: Programme, quarter: Quarter, calendar: WorkingCalendar, on: date) -> CycleOpened:
    """The dates of a quarter that opens `on` a day. Money moves after the cut-off, as of a working day. (BJ-A11)

    The programme has a redemption. Raises Refused PARAMETER_EXPIRED, CALENDAR_NOT_ANNOUNCED.
    """
    rule, release = programme.redemption, programme.payments.release
    assert rule is not None
    last = quarter.days.last
    intake = rule.intake(quarter, programme.rolls_over(calendar, last))
    pays_before = programme.setting(rule.pay_day, last) == "previous_working_day"
    pay_on = calendar.on_or_before(last) if pays_before else calendar.on_or_after(last)
    cut_off_at = end_of(intake.last)
    return CycleOpened(
        cycle_id=cycle_id(programme.programme_id, quarter),
        programme_id=programme.programme_id,
        programme_title=programme.title.zh,
        quarter=str(quarter),
        opens_on=intake.first.isoformat(),
        cut_off_on=intake.last.isoformat(),
        cut_off_at=timestamp(cut_off_at),
        as_of_on=last.isoformat(),
        pay_on=pay_on.isoformat(),
        pay_at=timestamp(max(cut_off_at, start_of(pay_on))),
        paying_year=quarter.year,
        awaits_ruling=quarter >= rule.needs_ruling_from,
        lapses_vouchers=may_end_by(programme, intake.last),
        clause=rule.clause,
        reminders=_reminders(rule.remind_days_before, intake.last, on),
        reminder_template=rule.reminder or "",
        release=release.messages() if release else (),
        release_clause=release.clause if release else "",
    )


def _reminders(days_before: Iterable[int], cut_off_on: date, on: date) -> list[Reminder]:
    """On the mornings of these days; of a quarter that opens late, what would be too late is left out."""
    days = {days_left: cut_off_on - timedelta(days=days_left) for days_left in sorted(days_before, reverse=True)}
    return [
        Reminder(days_left=days_left, remind_at=timestamp(start_of(day))) for days_left, day in days.items() if day > on
    ]


def remind(cycle: Cycle, command: RemindCycle, at: datetime) -> list[Message]:
    """People were reminded of the cut-off.

    Raises Refused CYCLE_UNKNOWN, CYCLE_CLOSED, CYCLE_FROZEN, CUT_OFF_REMINDER_UNKNOWN,
    CUT_OFF_REMINDED, CUT_OFF_REMINDER_EARLY.
    """
    must_be_open(cycle)
    clause = cycle.opened.clause
    if cycle.frozen:
        raise Refused("CYCLE_FROZEN", clause, cycle=cycle.cycle_id)
    reminder = next((r for r in cycle.opened.reminders if r.days_left == command.days_left), None)
    if reminder is None:
        raise Refused("CUT_OFF_REMINDER_UNKNOWN", clause, cycle=cycle.cycle_id, days=command.days_left)
    if any(said <= command.days_left for said in cycle.reminded):
        raise Refused("CUT_OFF_REMINDED", clause, cycle=cycle.cycle_id, days=command.days_left)
    if at < (remind_at := reminder.remind_at.ToDatetime(SHANGHAI)):
        raise Refused("CUT_OFF_REMINDER_EARLY", clause, cycle=cycle.cycle_id, remind_at=remind_at, at=at)
    return [CycleReminded(days_left=command.days_left, letters=command.letters, page_sha256=command.page_sha256)]


def freeze(cycle: Cycle, at: datetime) -> list[Message]:
    """No more claims join. Raises Refused CYCLE_UNKNOWN, CYCLE_FROZEN, CUT_OFF_NOT_REACHED."""
    must_be_open(cycle)
    if cycle.frozen:
        raise Refused("CYCLE_FROZEN", cycle.opened.clause, cycle=cycle.cycle_id)
    if at < cycle.cut_off_at:
        raise Refused("CUT_OFF_NOT_REACHED", cycle.opened.clause, cycle=cycle.cycle_id, cut_off=cycle.cut_off_at, at=at)
    return [CycleFrozen(case_ids=[c.case_id for c in cycle.in_order() if c.state != ClaimState.DROPPED])]


def confirm(cycle: Cycle, reason: str) -> list[Message]:
    """The authority rules that this batch is paid. Raises Refused CYCLE_UNKNOWN, NO_RULING_NEEDED, REASON_MISSING."""
    must_be_open(cycle)
    if not cycle.awaits_ruling:
        raise Refused("NO_RULING_NEEDED", "BJ-A13", cycle=cycle.cycle_id)
    if not reason.strip():
        raise Refused("REASON_MISSING", "BJ-A13", title=cycle.cycle_id)
    return [CycleConfirmed(reason=reason)]


def pause(cycle: Cycle, reason: str, actor: Actor) -> list[Message]:
    """Nothing more is ordered or handed to the treasury until somebody resumes it. (暂停拨付)

    Raises Refused CYCLE_UNKNOWN, CYCLE_CLOSED, CYCLE_PAUSED, REASON_MISSING.
    """
    must_be_open(cycle)
    must_not_be_paused(cycle)
    if not reason.strip():
        raise Refused("REASON_MISSING", cycle.opened.clause, title=cycle.cycle_id)
    return [CyclePaused(reason=reason, paused_by=actor.id)]


def resume(cycle: Cycle, reason: str, actor: Actor) -> list[Message]:
    """It goes on where it was. Raises Refused CYCLE_UNKNOWN, CYCLE_CLOSED, CYCLE_NOT_PAUSED, REASON_MISSING."""
    must_be_open(cycle)
    if cycle.paused is None:
        raise Refused("CYCLE_NOT_PAUSED", cycle.opened.clause, cycle=cycle.cycle_id)
    if not reason.strip():
        raise Refused("REASON_MISSING", cycle.opened.clause, title=cycle.cycle_id)
    return [CycleResumed(reason=reason, resumed_by=actor.id)]


def must_not_be_paused(cycle: Cycle) -> None:
    """Nobody has stopped its payments. Raises Refused CYCLE_PAUSED."""
    if cycle.paused is not None:
        reason, paused_by = cycle.paused.reason, cycle.paused.paused_by
        raise Refused("CYCLE_PAUSED", cycle.opened.clause, cycle=cycle.cycle_id, reason=reason, paused_by=paused_by)


def must_be_its_turn(cycle: Cycle, open_quarters: Iterable[Cycle]) -> None:
    """Earlier quarters have dealt with all their claims: what the year still allows is theirs first. (BJ-A17)

    `open_quarters` are those of the programme that are not closed. Raises Refused EARLIER_QUARTER_UNPAID.
    """
    for earlier in earlier_than(cycle, open_quarters):
        if unpaid := sorted((*earlier.index.waiting, *earlier.index.payable)):
            raise Refused(
                "EARLIER_QUARTER_UNPAID",
                "BJ-A17",
                cycle=cycle.cycle_id,
                earlier=earlier.cycle_id,
                claims=listed(unpaid),
            )


def must_be_payable(cycle: Cycle, at: datetime) -> None:
    """Money may move now.

    Raises Refused CYCLE_UNKNOWN, CYCLE_PAUSED, CYCLE_NOT_FROZEN, RULING_MISSING, CLAIMS_NOT_READY, PAY_DAY_NOT_REACHED.
    """
    must_be_open(cycle)
    clause = cycle.opened.clause
    must_not_be_paused(cycle)
    if not cycle.frozen:
        raise Refused("CYCLE_NOT_FROZEN", clause, cycle=cycle.cycle_id)
    if cycle.awaits_ruling:
        raise Refused("RULING_MISSING", "BJ-A13", cycle=cycle.cycle_id)
    if waiting := cycle.waiting_for():
        raise Refused("CLAIMS_NOT_READY", clause, cycle=cycle.cycle_id, claims=listed(waiting))
    if at < cycle.pay_at:
        raise Refused("PAY_DAY_NOT_REACHED", clause, cycle=cycle.cycle_id, pay_on=cycle.opened.pay_on, at=at)


def listed(case_ids: Sequence[str]) -> str:
    """The claims that stand in the way, the first few by name."""
    named = "、".join(case_ids[:LISTED])
    return f"{named} 等{len(case_ids)}笔" if len(case_ids) > LISTED else named


def earlier_than(cycle: Cycle, others: Iterable[Cycle]) -> list[Cycle]:
    """The quarters among `others` that come before this one, in order."""
    return sorted((other for other in others if other.number < cycle.number), key=lambda other: other.number)


def must_be_open(cycle: Cycle) -> None:
    """The quarter is there, and has not closed. Raises Refused CYCLE_UNKNOWN, CYCLE_CLOSED."""
    if not cycle.cycle_id:
        raise Refused("CYCLE_UNKNOWN")
    if cycle.closed is not None:
        raise Refused("CYCLE_CLOSED", cycle.opened.clause, cycle=cycle.cycle_id)
