"""How each event changes the open stage of a case: its clock, and who has it in hand. Only assigns."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from google.protobuf.message import Message

from domain.case import CORRECTION, OpenStage, UnknownEvent
from domain.dates import SHANGHAI, from_iso
from duifu.v1.events_pb2 import (
    ClockRestarted,
    ClockStopped,
    Reminded,
    Reminder,
    StageOpened,
    TaskClaimed,
    TaskHandedOver,
    TaskReleased,
)


def opened(event: StageOpened, correction_items: tuple[str, ...]) -> OpenStage:
    """A stage as it begins; a correction asks for what was found missing."""
    return OpenStage(
        event.stage,
        event.round,
        event.title,
        event.waits_on,
        event.due_at.ToDatetime(SHANGHAI) if event.HasField("due_at") else None,
        event.rests_on,
        items=correction_items if event.stage == CORRECTION else (),
        opened_on=from_iso(event.opened_on) if event.opened_on else None,
        reminders=_moments(event.reminders),
    )


def evolve(stage: OpenStage, event: Message) -> OpenStage:
    """The stage after one more event."""
    match event:
        case ClockStopped():
            return replace(stage, stop=event)
        case ClockRestarted():
            due_at = event.due_at.ToDatetime(SHANGHAI) if event.HasField("due_at") else None
            reason = stage.stop.title if stage.stop and event.stopped_days else ""
            return replace(
                stage,
                stop=None,
                due_at=due_at,
                stopped_days=stage.stopped_days + event.stopped_days,
                moved_by=(*stage.moved_by, reason) if reason else stage.moved_by,
                reminders=_moments(event.reminders),
            )
        case Reminded():
            return replace(stage, reminded=stage.reminded | {event.days_left})
        case TaskClaimed():
            return replace(stage, claimed_by=event.by, claimed_on=from_iso(event.claimed_on))
        case TaskHandedOver():
            return replace(stage, claimed_by=event.to, claimed_on=from_iso(event.handed_over_on))
        case TaskReleased():
            return replace(stage, claimed_by="", claimed_on=None)
    raise UnknownEvent(type(event).__name__)


def _moments(reminders: Iterable[Reminder]) -> dict[int, datetime]:
    return {reminder.days_left: reminder.remind_at.ToDatetime(SHANGHAI) for reminder in reminders}
