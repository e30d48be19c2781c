"""A treasury that does not answer: until when it should have, and that it has not. It changes nothing about money."""

from datetime import date, datetime

from google.protobuf.message import Message

from domain.batches import Batches, Ordered
from domain.calendar import WorkingCalendar
from domain.dates import end_of, from_iso
from domain.refusals import Refused
from domain.release import must_be_known
from domain.sums import Sum
from duifu.v1.commands_pb2 import ReportTreasurySilence
from duifu.v1.events_pb2 import TreasurySilent


def answer_due_on(calendar: WorkingCalendar, handed_in_on: date, working_days: int) -> str:
    """The last day on which an answer is in time; empty where the calendar does not reach so far: nobody rings."""
    try:
        return calendar.after(handed_in_on, working_days).isoformat()
    except Refused:
        return ""


def running(paid_by: Batches[Ordered]) -> str:
    """The next day after which orders without an answer are reported; empty: there is none, or it has rung."""
    days = (day for day, waiting in paid_by.awaited().items() if waiting.count and day > paid_by.silent.due_on)
    return min(days, default="")


def overdue(paid_by: Batches[Ordered]) -> Sum:
    """What was reported, and has no answer still."""
    return _waiting(paid_by, paid_by.silent.due_on)


def reported(paid_by: Batches[Ordered]) -> TreasurySilent:
    """The newest report, as far as it has no answer still; empty before the first."""
    late = overdue(paid_by)
    return TreasurySilent(due_on=paid_by.silent.due_on, orders=late.count, amount_fen=late.fen)


def report(paid_by: Batches[Ordered], command: ReportTreasurySilence, at: datetime) -> list[Message]:
    """The last day is over; nothing if the treasury has answered, or it is on record.

    Raises Refused CYCLE_UNKNOWN, ROUND_UNKNOWN, NOT_DUE.
    """
    must_be_known(paid_by)
    if command.due_on != running(paid_by):
        return []
    if at < (due_at := end_of(from_iso(command.due_on))):
        raise Refused("NOT_DUE", case=paid_by.list_id, title="国库答复", due_at=due_at, at=at)
    late = _waiting(paid_by, command.due_on)
    return [TreasurySilent(due_on=command.due_on, orders=late.count, amount_fen=late.fen)]


def _waiting(paid_by: Batches[Ordered], through_on: str) -> Sum:
    late = [waiting for day, waiting in paid_by.awaited().items() if day <= through_on]
    return Sum(sum(each.count for each in late), sum(each.fen for each in late))
