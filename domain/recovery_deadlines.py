"""The two deadlines of a recovery: the last day to be heard, and the last day to pay."""

from dataclasses import dataclass
from datetime import date, datetime

from google.protobuf.message import Message

from domain.dates import end_of, from_iso
from domain.recovery import Recovery, Standing
from domain.refusals import Refused
from duifu.v1.recovery_pb2 import (
    RECOVERY_DEADLINE_PAYMENT,
    RECOVERY_DEADLINE_STATEMENT,
    LapseRecovery,
    RecoveryDeadline,
    RecoveryLapsed,
)

TITLES = {RECOVERY_DEADLINE_STATEMENT: "陈述申辩", RECOVERY_DEADLINE_PAYMENT: "缴回"}


@dataclass(frozen=True, slots=True)
class Deadline:
    """One that runs."""

    kind: RecoveryDeadline.ValueType
    last_on: date

    @property
    def title(self) -> str:
        """What it is for."""
        return TITLES[self.kind]

    @property
    def due_at(self) -> datetime:
        """The end of its last day."""
        return end_of(self.last_on)


def running(recovery: Recovery) -> Deadline | None:
    """The deadline that runs now and has not rung; None: there is none."""
    if recovery.standing is Standing.NOTICED and not recovery.statements:
        assert recovery.notice is not None
        deadline = Deadline(RECOVERY_DEADLINE_STATEMENT, from_iso(recovery.notice.heard_until_on))
    elif recovery.standing is Standing.DEMANDED:
        assert recovery.demand is not None
        deadline = Deadline(RECOVERY_DEADLINE_PAYMENT, from_iso(recovery.demand.pay_by_on))
    else:
        return None
    return None if recovery.rang(deadline.kind) else deadline


def is_overdue(recovery: Recovery) -> bool:
    """The days to pay are over, it rang, and money is open that the office collects."""
    return recovery.standing is Standing.DEMANDED and recovery.rang(RECOVERY_DEADLINE_PAYMENT) is not None


def lapse(recovery: Recovery, command: LapseRecovery, at: datetime) -> list[Message]:
    """Its last day is over; nothing if it does not run any more. Raises Refused NOT_DUE."""
    deadline = running(recovery)
    if deadline is None or deadline.kind != command.deadline:
        return []
    if at < deadline.due_at:
        raise Refused("NOT_DUE", case=recovery.recovery_id, title=deadline.title, due_at=deadline.due_at, at=at)
    lapsed = RecoveryLapsed(deadline=deadline.kind, due_on=deadline.last_on.isoformat(), open_fen=recovery.open_fen)
    return [lapsed]
