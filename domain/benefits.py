"""What programmes granted to an enterprise: what others look at to exclude or complete it. (BJ-1.4, QD-6.1)"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from google.protobuf.message import Message

from domain.case import Case, UnknownEvent
from domain.dates import from_iso
from duifu.v1.events_pb2 import BenefitGranted
from duifu.v1.facts_pb2 import Application, OtherBenefit

MUNICIPALITIES = ("11", "12", "31", "50")  # 直辖市: a province by its code, a city by its money


@dataclass(frozen=True, slots=True)
class Benefits:
    """Of one enterprise; empty while nothing was granted."""

    granted: Mapping[str, OtherBenefit] = field(default_factory=dict)  # by case


def granted(case: Case, jurisdiction: str, amount_fen: int, on: date) -> BenefitGranted:
    """What a case is granted: a voucher issued, or a grant whose payment is ordered. Payments of a voucher add nothing.

    `jurisdiction` is the code of the programme's place in GB/T 2260.
    """
    benefit = OtherBenefit(
        programme_id=case.plan.programme_id,
        title=case.plan.programme_title,
        level=level_of(jurisdiction),
        uscc=case.applicant_uscc,
        contract_number=case.application.contract.contract_number,
        granted_on=on.isoformat(),
        amount_fen=amount_fen,
        is_compute_subsidy=True,  # every programme here is one
    )
    return BenefitGranted(case_id=case.case_id, benefit=benefit)


def granted_on(known: Benefits, case_id: str, today: date) -> date:
    """The day from which what a case was granted counts: the first on which it was told."""
    told = known.granted.get(case_id)
    return from_iso(told.granted_on) if told else today


def known_to(case: Case, of: Callable[[str], Benefits]) -> Sequence[OtherBenefit]:
    """What other programmes granted to a case's applicant, and to the customers that it serves; `of` whom says what."""
    return of_others(map(of, holders(case.applicant_uscc, case.application)), case.plan.programme_id)


def holders(uscc: str, application: Application) -> list[str]:
    """Whose benefits matter: the applicant's, and those of the customers that it serves. (QD-A17)"""
    customers = (line.customer.uscc for line in application.services)
    return [code for code in dict.fromkeys((uscc, *customers)) if code]


def of_others(known: Iterable[Benefits], programme_id: str) -> Sequence[OtherBenefit]:
    """What programmes other than this one granted."""
    found = (benefit for benefits in known for benefit in benefits.granted.values())
    return [benefit for benefit in found if benefit.programme_id != programme_id]


def level_of(jurisdiction: str) -> str:
    """Who pays, by the place's code in GB/T 2260: "province", "city" or "district"."""
    if jurisdiction.startswith(MUNICIPALITIES):
        return "city" if jurisdiction.endswith("0000") else "district"
    if jurisdiction.endswith("0000"):
        return "province"
    return "city" if jurisdiction.endswith("00") else "district"


def evolve(benefits: Benefits, event: Message) -> Benefits:
    """The enterprise's benefits after one more event."""
    if isinstance(event, BenefitGranted):
        return Benefits({**benefits.granted, event.case_id: event.benefit})
    raise UnknownEvent(type(event).__name__)
