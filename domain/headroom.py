"""One enterprise, one programme, one year: what may still be issued, and what may still be paid. (BJ-3.3, BJ-A6)

Two separate ledgers. Vouchers take their share in the order in which the claims were accepted (BJ-A24): a claim that is
decided early waits while an earlier accepted one could still need the same money.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from google.protobuf.message import Message

from domain.case import UnknownEvent
from duifu.v1.events_pb2 import (
    HeadroomHeld,
    HeadroomIssued,
    HeadroomReleased,
    HeadroomReserved,
    RedemptionHeadroomRestored,
    RedemptionHeadroomUsed,
)


@dataclass(frozen=True)
class EnterpriseYear:
    """Both ledgers of one enterprise and year, in fen."""

    queue: Mapping[str, int] = field(default_factory=dict)  # accepted, undecided case -> ceiling; in order
    held: Mapping[str, int] = field(default_factory=dict)  # decided case that waits -> amount wanted
    issued: Mapping[str, int] = field(default_factory=dict)  # case -> voucher amount
    redeemed: Mapping[str, int] = field(default_factory=dict)  # payment order -> amount

    @property
    def issued_fen(self) -> int:
        """All vouchers of the year."""
        return sum(self.issued.values())

    @property
    def redeemed_fen(self) -> int:
        """All payments of the year that were ordered and not returned."""
        return sum(self.redeemed.values())


@dataclass(frozen=True, slots=True)
class Grant:
    """What a case gets now. `behind` names the earlier cases it must wait for; then `amount_fen` is nothing yet."""

    amount_fen: int
    behind: tuple[str, ...] = ()


def reserve(year: EnterpriseYear, case_id: str, ceiling_fen: int) -> list[Message]:
    """Take a place in the year's queue. A second reservation of the same case changes nothing."""
    if case_id in year.queue or case_id in year.issued:
        return []
    return [HeadroomReserved(case_id=case_id, ceiling_fen=ceiling_fen)]


def grant(year: EnterpriseYear, case_id: str, wanted_fen: int, cap_fen: int) -> Grant:
    """How much of `wanted_fen` the year still allows this case. Never more than the cap in total, in any order."""
    left = max(0, cap_fen - year.issued_fen)
    ahead = _ahead(year, case_id)
    if left and ahead and wanted_fen > left - sum(ahead.values()):
        return Grant(0, tuple(ahead))
    return Grant(min(wanted_fen, left))


def resumable(year: EnterpriseYear, cap_fen: int) -> list[str]:
    """Held cases that need wait no longer."""
    return [case_id for case_id, wanted in year.held.items() if not grant(year, case_id, wanted, cap_fen).behind]


def redeemable(year: EnterpriseYear, asked_fen: int, cap_fen: int) -> int:
    """How much of `asked_fen` may be paid this year. (BJ-3.3)"""
    return max(0, min(asked_fen, cap_fen - year.redeemed_fen))


def evolve(year: EnterpriseYear, event: Message) -> EnterpriseYear:
    """The ledgers after one more event."""
    match event:
        case HeadroomReserved():
            return replace(year, queue={**year.queue, event.case_id: event.ceiling_fen})
        case HeadroomHeld():
            return replace(year, held={**year.held, event.case_id: event.wanted_fen})
        case HeadroomIssued():
            return replace(_left_queue(year, event.case_id), issued={**year.issued, event.case_id: event.amount_fen})
        case HeadroomReleased():
            return _left_queue(year, event.case_id)
        case RedemptionHeadroomUsed():
            return replace(year, redeemed={**year.redeemed, event.order_id: event.amount_fen})
        case RedemptionHeadroomRestored():
            return replace(year, redeemed=_without(year.redeemed, event.order_id))
    raise UnknownEvent(type(event).__name__)


def _ahead(year: EnterpriseYear, case_id: str) -> dict[str, int]:
    ahead: dict[str, int] = {}
    for queued, ceiling_fen in year.queue.items():
        if queued == case_id:
            break
        # A held case has been decided: it wants what was approved, no longer its ceiling.
        ahead[queued] = year.held.get(queued, ceiling_fen)
    return ahead


def _left_queue(year: EnterpriseYear, case_id: str) -> EnterpriseYear:
    return replace(year, queue=_without(year.queue, case_id), held=_without(year.held, case_id))


def _without(amounts: Mapping[str, int], key: str) -> dict[str, int]:
    return {k: v for k, v in amounts.items() if k != key}
