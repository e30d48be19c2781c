"""A rehearsal: a ledger whose business clock starts at a chosen date, so that a scheme is lived through in minutes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from google.protobuf.message import Message

from domain.case import UnknownEvent
from domain.dates import start_of
from domain.refusals import Refused
from duifu.v1.events_pb2 import RehearsalAdvanced, RehearsalStarted
from duifu.v1.work_pb2 import BusinessClock

MARK = "【演练】"  # before what is shown of it
MORNING = timedelta(hours=9)  # a rehearsal's first day begins when offices open


@dataclass(frozen=True, slots=True)
class Deployment:
    """What kind of ledger this is. Production, unless its very first event says otherwise."""

    is_rehearsal: bool = False
    offset_seconds: int = 0

    @property
    def clock(self) -> BusinessClock:
        """Business time from the machine's time."""
        return BusinessClock(offset_seconds=self.offset_seconds, is_rehearsal=self.is_rehearsal)


def start(deployment: Deployment, ledger_is_empty: bool, business_date: date, now: datetime) -> list[Message]:
    """Make an empty ledger a rehearsal. `now` is the machine's time. Raises Refused NOT_EMPTY, ALREADY_REHEARSING."""
    if deployment.is_rehearsal:
        raise Refused("ALREADY_REHEARSING")
    if not ledger_is_empty:
        raise Refused("NOT_EMPTY")
    # Rounded up, so that the first day does not begin a moment before nine.
    offset = -_whole_seconds(now - start_of(business_date) - MORNING)
    return [RehearsalStarted(business_date=business_date.isoformat(), offset_seconds=offset)]


def advance(deployment: Deployment, to: datetime, now: datetime) -> list[Message]:
    """Let business time pass to `to`; nothing if it has passed already. Raises Refused NOT_A_REHEARSAL."""
    if not deployment.is_rehearsal:
        raise Refused("NOT_A_REHEARSAL")
    # Rounded up, so that a deadline at `to` has really passed.
    offset = _whole_seconds(to - now) + 1
    return [RehearsalAdvanced(offset_seconds=offset)] if offset > deployment.offset_seconds else []


def evolve(_before: Deployment, event: Message) -> Deployment:
    """The deployment after one more event."""
    if isinstance(event, RehearsalStarted | RehearsalAdvanced):
        return Deployment(is_rehearsal=True, offset_seconds=event.offset_seconds)
    raise UnknownEvent(type(event).__name__)


def _whole_seconds(span: timedelta) -> int:
    return span // timedelta(seconds=1)
