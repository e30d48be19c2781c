"""One enterprise, one programme, one year: what may still be issued, and what may still be paid. (BJ-3.3, BJ-A6)

Two separate ledgers. Vouchers take their share in the order in which the claims were accepted (BJ-A24): a claim that is
decided early waits while an earlier accepted one could still need the same money.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from google.protobuf.message import Message

from domain.case import UnknownEvent
from domain.states import changed
from duifu.v1.events_pb2 import (
    HeadroomHeld,
    HeadroomIssued,
    HeadroomReleased,
    HeadroomReserved,
    RedemptionHeadroomRestored,
    RedemptionHeadroomReturned,
    RedemptionHeadroomUsed,
)
from duifu.v1.recovery_pb2 import RedemptionHeadroomRecovered


@dataclass(frozen=True)
class EnterpriseYear:
    """Both ledgers of one enterprise and year, in fen."""

    queue: Mapping[str, int] = field(default_factory=dict)  # accepted, undecided case -> ceiling; in order
    held: Mapping[str, int] = field(default_factory=dict)  # decided case that waits -> amount wanted
    issued: Mapping[str, int] = field(default_factory=dict)  # case -> voucher amount
    redeemed: Mapping[str, int] = field(default_factory=dict)  # payment order -> amount
    recovered: Mapping[str, int] = field(default_factory=dict)  # recovery, order -> amount that came back in time (F-7)

    @property
    def issued_fen(self) -> int:
        """All vouchers of the year."""
        return sum(self.issued.values())

    def used_by_vouchers(self, combined: bool) -> int:
        """What counts against the limit on issuing; with one limit for both, payments too. (BJ-A6)"""
        return self.issued_fen + (self.redeemed_fen if combined else 0)

    def used_by_payments(self, combined: bool) -> int:
        """What counts against the limit on redeeming; with one limit for both, vouchers too. (BJ-A6)"""
        return self.redeemed_fen + (self.issued_fen if combined else 0)

    @property
    def ordered_fen(self) -> int:
        """All payments of the year that were ordered and not returned."""
        return sum(self.redeemed.values())

    @property
    def redeemed_fen(self) -> int:
        """What payments use of the limit: what was ordered, less what came back in its budget year. (F-7)"""
        return self.ordered_fen - sum(self.recovered.values())


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


@dataclass(frozen=True, slots=True)
class Cap:
    """The most for one enterprise and year, and whether issuing and redeeming share it. (BJ-3.3, BJ-A6)"""

    most_fen: int
    combined: bool = False
    beyond_fen: int = 0  # more, for this case alone, by a special approval


def grant(year: EnterpriseYear, case_id: str, wanted_fen: int, cap: Cap | None) -> Grant:
    """How much of `wanted_fen` the year still allows this case. Never more than the cap in total, in any order."""
    if cap is None:
        return Grant(wanted_fen)
    usual = cap.most_fen - year.used_by_vouchers(cap.combined)
    left = max(0, usual + cap.beyond_fen)
    ahead = _ahead(year, case_id)
    # Whoever is ahead counts on the usual limit, and a special approval of somebody behind takes nothing from them.
    if left and ahead and wanted_fen > usual - sum(ahead.values()):
        return Grant(0, tuple(ahead))
    return Grant(min(wanted_fen, left))


def resumable(year: EnterpriseYear, cap: Cap | None) -> list[str]:
    """Held cases that need wait no longer, or have nothing to wait for under the usual limit; each asks again."""
    usual = cap and replace(cap, beyond_fen=0)
    return [case_id for case_id, wanted in year.held.items() if not grant(year, case_id, wanted, usual).behind]


def redeemable(year: EnterpriseYear, asked_fen: int, cap: Cap | None) -> int:
    """How much of `asked_fen` may be paid this year. (BJ-3.3)"""
    return asked_fen if cap is None else max(0, min(asked_fen, cap.most_fen - year.used_by_payments(cap.combined)))


def evolve(year: EnterpriseYear, event: Message) -> EnterpriseYear:
    """The ledgers after one more event."""
    match event:
        case HeadroomReserved():
            return changed(year, queue={**year.queue, event.case_id: event.ceiling_fen})
        case HeadroomHeld():
            return changed(year, held={**year.held, event.case_id: event.wanted_fen})
        case HeadroomIssued():
            return changed(_left_queue(year, event.case_id), issued={**year.issued, event.case_id: event.amount_fen})
        case HeadroomReleased():
            return _left_queue(year, event.case_id)
        case RedemptionHeadroomUsed():
            return changed(year, redeemed={**year.redeemed, event.order_id: event.amount_fen})
        case RedemptionHeadroomRestored():
            return changed(year, redeemed=_without(year.redeemed, event.order_id))
        case RedemptionHeadroomRecovered():
            so_far_fen = year.recovered.get(event.recovery_id, 0) + event.amount_fen
            return changed(year, recovered={**year.recovered, event.recovery_id: so_far_fen})
        case RedemptionHeadroomReturned():
            return changed(year, recovered={**year.recovered, event.order_id: event.amount_fen})
    raise UnknownEvent(type(event).__name__)


def without(year: EnterpriseYear, case_id: str) -> EnterpriseYear:
    """The ledgers as if this case had been granted nothing."""
    return changed(year, issued=_without(year.issued, case_id))


def _ahead(year: EnterpriseYear, case_id: str) -> dict[str, int]:
    ahead: dict[str, int] = {}
    for queued, ceiling_fen in year.queue.items():
        if queued == case_id:
            break
        # A held case has been decided: it wants what was approved, no longer its ceiling.
        ahead[queued] = year.held.get(queued, ceiling_fen)
    return ahead


def _left_queue(year: EnterpriseYear, case_id: str) -> EnterpriseYear:
    return changed(year, queue=_without(year.queue, case_id), held=_without(year.held, case_id))


def _without(amounts: Mapping[str, int], key: str) -> dict[str, int]:
    return {k: v for k, v in amounts.items() if k != key}
