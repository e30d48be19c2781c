"""Business time: the time that rules go by. The machine's in production; in a rehearsal, ahead of it or behind."""

from datetime import datetime, timedelta

from duifu.v1.work_pb2 import BusinessClock


def business_time(now: datetime, clock: BusinessClock) -> datetime:
    """Business time for a clock reading: of `workflow.now()` in a workflow, of the machine at the door."""
    return now + timedelta(seconds=clock.offset_seconds)


def clock_reading(at: datetime, clock: BusinessClock) -> datetime:
    """The clock reading at which business time will be `at`."""
    return at - timedelta(seconds=clock.offset_seconds)
