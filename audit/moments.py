"""Up to when a story is told: a position in the log, or a time by one of its two clocks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from audit.entries import Entry
from domain.dates import SHANGHAI, end_of, from_iso, start_of

_POSITION = re.compile("@?([0-9]+)")
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?:(:\d{2})(\.\d{3}(?:\d{3})?)?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)


class Clock(StrEnum):
    """Which of an event's two times counts."""

    BUSINESS = "business"  # the time that rules go by
    RECORDED = "recorded"  # the machine's


CLOCKS = {Clock.BUSINESS: "业务时间", Clock.RECORDED: "记录时间"}


class NoMoment(ValueError):
    """A text that names no moment."""


@dataclass(frozen=True, slots=True)
class AtPosition:
    """Everything up to and including a log position."""

    position: int

    def includes(self, entry: Entry) -> bool:
        """Whether the event had been written."""
        return entry.position <= self.position

    def __str__(self) -> str:
        return f"账本位置{self.position}"


@dataclass(frozen=True, slots=True)
class AtTime:
    """Everything before an instant."""

    before: datetime
    clock: Clock = Clock.BUSINESS
    said: str = ""  # as it was asked for

    def includes(self, entry: Entry) -> bool:
        """Whether the event had happened, by the clock that counts."""
        return (entry.business_at if self.clock == Clock.BUSINESS else entry.recorded_at) < self.before

    def __str__(self) -> str:
        return f"{CLOCKS[self.clock]}{self.said}"


Moment = AtPosition | AtTime


def moment(text: str, clock: Clock = Clock.BUSINESS) -> Moment:
    """The moment that a text names, at its end. Raises NoMoment.

    "120" and "@120" are log positions. "2024-03-31" is the end of that day and "2024-03-31T15:00" the end of that
    minute, in Shanghai unless an offset is given: a time means everything that is shown with it.
    """
    if found := _POSITION.fullmatch(text):
        return AtPosition(int(found[1]))
    return AtTime(_span(text)[1], clock, text)


def beginning(text: str, clock: Clock = Clock.BUSINESS) -> Moment:
    """The moment just before what a text names begins, so that nothing of it is included. Raises NoMoment."""
    if found := _POSITION.fullmatch(text):
        return AtPosition(int(found[1]) - 1)
    return AtTime(_span(text)[0], clock, text)


def until(entries: Iterable[Entry], end: Moment | None) -> Iterator[Entry]:
    """The entries up to a moment; all without one.

    The first event that is later ends the story, whatever time the ones after it bear: an event was decided on the
    state that the event before it left, and cannot hold before it.
    """
    return takewhile(end.includes, entries) if end else iter(entries)


def _span(text: str) -> tuple[datetime, datetime]:
    """The first instant of a written day, minute or second, and the first after it."""
    try:
        if not (found := _TIME.fullmatch(text)):
            return start_of(from_iso(text)), end_of(from_iso(text))
        day, minute, second, fraction, offset = found.groups(default="")
        at = datetime.fromisoformat(f"{day}T{minute}{second}{fraction}{offset}")
        at = (at if offset else at.replace(tzinfo=SHANGHAI)).astimezone(SHANGHAI)
        return at, at + timedelta(microseconds=1 if fraction else 1_000_000 if second else 60_000_000)
    except (ValueError, OverflowError):
        raise NoMoment(
            f"{text!r} is no moment: write a date (2024-03-31), a time (2024-03-31T15:00) or a log position (@120)"
        ) from None
