"""Refused attempts: who asked for what, and which rule said no. A refusal is evidence too."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from audit.entries import Entry, EvidenceBroken, checked
from audit.moments import Moment
from audit.related import ATTEMPTS
from duifu.v1.commands_pb2 import Actor
from duifu.v1.events_pb2 import CommandRefused
from ledger.rows import Rows


@dataclass(frozen=True, slots=True)
class Attempt:
    """One command that was refused, for one reason."""

    entry: Entry
    refused: CommandRefused

    @property
    def actor(self) -> Actor:
        """Who asked."""
        return self.entry.envelope.actor


@dataclass(frozen=True, slots=True)
class Sought:
    """Which attempts are wanted; what is left empty does not matter."""

    case_id: str = ""
    actor_id: str = ""
    code: str = ""
    clause: str = ""
    since: Moment | None = None  # as `moments.beginning` gives it: what it includes is too early
    until: Moment | None = None

    def matches(self, attempt: Attempt) -> bool:
        """Whether everything that was said fits."""
        refused, asked = attempt.refused, (self.case_id, self.actor_id, self.code, self.clause)
        found = (refused.case_id, attempt.actor.id, refused.code, refused.clause)
        return (
            all(wanted in ("", there) for wanted, there in zip(asked, found, strict=True))
            and not (self.since and self.since.includes(attempt.entry))
            and not (self.until and not self.until.includes(attempt.entry))
        )


EVERYTHING = Sought()


def attempts(rows: Rows, sought: Sought = EVERYTHING) -> Iterator[Attempt]:
    """The attempts that are sought, in order of the log, one at a time. Raises EvidenceBroken."""
    for row in rows.like(ATTEMPTS):
        entry = checked(rows, row)
        if not isinstance(entry.event, CommandRefused):
            raise EvidenceBroken(
                f"Position {entry.position}: {entry.topic} is no refused attempt, but in {entry.stream}"
            )
        attempt = Attempt(entry, entry.event)
        if sought.matches(attempt):
            yield attempt


def counted(found: Iterable[Attempt]) -> list[tuple[str, str, int]]:
    """How often each code was given to each actor: code, actor id, times; most first."""
    times = Counter((attempt.refused.code, attempt.actor.id) for attempt in found)
    return [(code, actor_id, count) for (code, actor_id), count in sorted(times.items(), key=lambda t: (-t[1], t[0]))]
