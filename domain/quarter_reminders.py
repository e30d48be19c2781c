"""When a quarter reminds of its cut-off, and when it has to be seen to before that."""

from collections.abc import Collection
from datetime import datetime

from domain.dates import SHANGHAI
from duifu.v1.events_pb2 import CycleOpened, Reminder


def to_remind(opened: CycleOpened, reminded: Collection[int], at: datetime) -> Reminder | None:
    """The reminder whose moment has come, of several the last; those of before it are in vain then.

    `reminded` are the days before the cut-off for which it is on record.
    """
    said = min(reminded, default=None)
    due = [reminder for reminder in opened.reminders if reminder.remind_at.ToDatetime(SHANGHAI) <= at]
    nearest = min(due, key=lambda reminder: reminder.days_left, default=None)
    return nearest if nearest and (said is None or nearest.days_left < said) else None


def next_moment(opened: CycleOpened, at: datetime) -> datetime:
    """The next reminder after a moment, or the cut-off."""
    moments = (reminder.remind_at.ToDatetime(SHANGHAI) for reminder in opened.reminders)
    return min((moment for moment in moments if moment > at), default=opened.cut_off_at.ToDatetime(SHANGHAI))
