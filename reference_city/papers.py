"""What the city receives and keeps: orders and letters, and how orders end."""

import time
from dataclasses import dataclass

from reference_city.city import Record


class OtherContent(Exception):
    """A paper with this id was received before and said something else."""

    def __init__(self, kind: str, paper_id: str, fields: list[str]) -> None:
        super().__init__(
            f"The {kind} {paper_id} was received before with another {', '.join(fields)}. "
            "Repeat what was sent first, or use a new id."
        )


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper as received; `received_ms` counts milliseconds since 1970 UTC."""

    id: str
    content: Record
    received_ms: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an order ended, which is final."""

    status: str
    reason: str


def now_ms() -> int:
    """Now, in milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000
