"""Money that was paid and has to come back: what was found, demanded, received and written off. (BJ-5.5)"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from google.protobuf.message import Message

from domain.case import UnknownEvent
from domain.states import changed
from duifu.v1.events_pb2 import LetterSent
from duifu.v1.recovery_pb2 import (
    RECOVERY_KIND_CONTRACT_ENDED,
    RECOVERY_KIND_INVOICE_REVERSED,
    RecoveryClosed,
    RecoveryDeadline,
    RecoveryDemanded,
    RecoveryLapsed,
    RecoveryNoticed,
    RecoveryOpened,
    RecoveryReceived,
    RecoveryReduced,
    RecoveryStatementTaken,
    RecoveryTransferred,
    RecoveryWithdrawn,
    RecoveryWrittenOff,
    SetOffDecided,
    SetOffHeld,
    WriteOffProposed,
)

#: Findings whose amount follows from a voucher. Nobody types it.
COMPUTED = frozenset({RECOVERY_KIND_CONTRACT_ENDED, RECOVERY_KIND_INVOICE_REVERSED})


class Standing(StrEnum):
    """How far a recovery has come."""

    NONE = "none"
    FOUND = "found"
    NOTICED = "noticed"
    DEMANDED = "demanded"
    TRANSFERRED = "transferred"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


TITLES = {
    Standing.NONE: "未立案",
    Standing.FOUND: "已立案，待告知",
    Standing.NOTICED: "已告知，待陈述申辩或责令追回",
    Standing.DEMANDED: "已责令追回，待缴回",
    Standing.TRANSFERRED: "已移送司法机关",
    Standing.WITHDRAWN: "已撤销",
    Standing.CLOSED: "已办结",
}


@dataclass(frozen=True)
class Recovery:
    """The state of one recovery. Empty before its finding."""

    opened: RecoveryOpened = field(default_factory=RecoveryOpened)
    found_fen: int = 0  # less what turned out not to be owed
    claimed_fen: int = 0  # what it wants back: what was demanded, before that what was found; nothing once withdrawn
    notice: RecoveryNoticed | None = None
    noticed_fen: int = 0  # what was found, when the enterprise was told
    statements: tuple[RecoveryStatementTaken, ...] = ()
    demand: RecoveryDemanded | None = None
    receipts: Mapping[str, RecoveryReceived] = field(default_factory=dict)  # by bank reference, or payment order
    set_off: SetOffDecided | None = None  # that stands
    to_set_off: Mapping[str, int] = field(default_factory=dict)  # by payment order that has not ended, fen
    proposed: WriteOffProposed | None = None  # waits to be confirmed
    written_off_fen: int = 0
    reduced: tuple[RecoveryReduced, ...] = ()
    transferred: RecoveryTransferred | None = None
    lapsed: tuple[RecoveryLapsed, ...] = ()
    letters: frozenset[str] = frozenset()  # ids of those that were delivered
    withdrawn: RecoveryWithdrawn | None = None
    closed: RecoveryClosed | None = None

    @property
    def recovery_id(self) -> str:
        """For instance "bj-claim-2024-000001-recovery-1"."""
        return self.opened.recovery_id

    @property
    def standing(self) -> Standing:
        """How far it has come."""
        if not self.recovery_id:
            return Standing.NONE
        if self.withdrawn is not None:
            return Standing.WITHDRAWN
        if self.closed is not None:
            return Standing.CLOSED
        if self.transferred is not None:
            return Standing.TRANSFERRED
        if self.demand is not None:
            return Standing.DEMANDED
        return Standing.NOTICED if self.notice is not None else Standing.FOUND

    @property
    def is_over(self) -> bool:
        """Nothing more is to come of it."""
        return self.standing in (Standing.WITHDRAWN, Standing.CLOSED)

    @property
    def received_fen(self) -> int:
        """What came in."""
        return sum(receipt.amount_fen for receipt in self.receipts.values())

    @property
    def set_off_fen(self) -> int:
        """What of it came in by being set off against payments."""
        return sum(receipt.amount_fen for receipt in self.receipts.values() if receipt.order_id)

    @property
    def left_fen(self) -> int:
        """What it wants back, and neither came in nor was written off."""
        return self.claimed_fen - self.received_fen - self.written_off_fen

    @property
    def open_fen(self) -> int:
        """What is left of what was demanded or handed over."""
        return 0 if self.demand is None and self.transferred is None else self.left_fen

    @property
    def held_fen(self) -> int:
        """What of the open part payment orders hold, to be set off with their settlement."""
        return sum(self.to_set_off.values())

    @property
    def unheld_fen(self) -> int:
        """What is open and held by no payment order."""
        return self.open_fen - self.held_fen

    def rang(self, deadline: RecoveryDeadline.ValueType) -> RecoveryLapsed | None:
        """What was said when a deadline had passed; None: it has not, or nothing was to come in any more."""
        return next((event for event in self.lapsed if event.deadline == deadline), None)


def recovery_id(case_id: str, number: int) -> str:
    """The business key of the n-th recovery of a case, from 1."""
    return f"{case_id}-recovery-{number}"


def reference(receipt: RecoveryReceived) -> str:
    """What a receipt is known by: the bank's reference, or the payment against which it was set off."""
    return receipt.bank_reference or receipt.order_id


def evolve(recovery: Recovery, event: Message) -> Recovery:
    """The recovery after one more event."""
    match event:
        case RecoveryOpened():
            return changed(recovery, opened=event, found_fen=event.amount_fen, claimed_fen=event.amount_fen)
        case RecoveryNoticed():
            return changed(recovery, notice=event, noticed_fen=recovery.found_fen)
        case RecoveryStatementTaken():
            return changed(recovery, statements=(*recovery.statements, event))
        case RecoveryDemanded():
            return changed(recovery, demand=event, claimed_fen=event.amount_fen)
        case RecoveryReceived():
            held = {order_id: fen for order_id, fen in recovery.to_set_off.items() if order_id != event.order_id}
            return changed(recovery, receipts={**recovery.receipts, reference(event): event}, to_set_off=held)
        case SetOffDecided():
            return changed(recovery, set_off=None if event.is_revoked else event)
        case SetOffHeld():
            others = {order_id: fen for order_id, fen in recovery.to_set_off.items() if order_id != event.order_id}
            mine = {} if event.is_released else {event.order_id: event.amount_fen}
            return changed(recovery, to_set_off={**others, **mine})
        case WriteOffProposed():
            return changed(recovery, proposed=event)
        case RecoveryWrittenOff():
            return changed(recovery, proposed=None, written_off_fen=recovery.written_off_fen + event.amount_fen)
        case RecoveryTransferred():
            return changed(recovery, transferred=event)
        case RecoveryReduced():
            return changed(
                recovery,
                reduced=(*recovery.reduced, event),
                found_fen=recovery.found_fen - event.amount_fen,
                claimed_fen=recovery.claimed_fen - event.open_fen,
                proposed=None,
            )
        case RecoveryLapsed():
            return changed(recovery, lapsed=(*recovery.lapsed, event))
        case LetterSent():
            return changed(recovery, letters=recovery.letters | {event.letter.letter_id})
        case RecoveryWithdrawn():
            return changed(recovery, withdrawn=event, claimed_fen=0)
        case RecoveryClosed():
            return changed(recovery, closed=event)
    raise UnknownEvent(type(event).__name__)
