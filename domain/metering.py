"""Delivery beside what was measured and what was agreed: by quantity, within a tolerance of the programme. (BJ-4.5)"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from domain.calculation.apportion import Counting, inside
from domain.dates import Period, from_iso
from domain.money import Exact, exact_text, from_exact_text
from domain.refusals import Refused
from duifu.v1.events_pb2 import (
    DELIVERY_OUTCOME_BEYOND_CONTRACT,
    DELIVERY_OUTCOME_NOT_METERED,
    DELIVERY_OUTCOME_OVER,
    DELIVERY_OUTCOME_SHORT,
    DELIVERY_OUTCOME_WITHIN,
    DeliveryMatch,
    DeliveryOutcome,
)
from duifu.v1.facts_pb2 import Contract, DeliveryProof, MeteredUse, RedemptionRequest

CLAUSE = "BJ-4.5"


@dataclass(frozen=True, slots=True)
class Metering:
    """How a programme holds delivery against its measurement."""

    tolerance: Fraction  # of the delivered quantity, either way
    is_needed: bool  # what nobody measured counts nothing
    clause: str


def must_fit(request: RedemptionRequest, contract: Contract, known: Mapping[str, DeliveryMatch]) -> None:
    """Proofs and metering files name each other, and items of the contract; nothing is delivered twice.

    `known` are the deliveries of the voucher so far, by proof. Raises Refused METERING_MISSING, METERING_UNBOUND,
    CONTRACT_ITEM_UNKNOWN, METERING_OTHER_UNIT, DELIVERED_TWICE.
    """
    files, units = {file.sha256: file for file in request.metering}, {item.name: item.unit for item in contract.items}
    named = {proof.metering_sha256 for proof in request.delivery_proofs}
    for sha256 in files.keys() - named:
        raise Refused("METERING_UNBOUND", CLAUSE, file=sha256[:12])
    seen = dict(known)
    for proof in request.delivery_proofs:
        number = proof.proof_number
        if proof.metering_sha256 and proof.metering_sha256 not in files:
            raise Refused("METERING_MISSING", CLAUSE, number=number, file=proof.metering_sha256[:12])
        if not proof.contract_item:
            continue
        measured = files[proof.metering_sha256].uses if proof.metering_sha256 else ()
        for what, item, unit in ((f"交付凭证 {number}", proof.contract_item, proof.unit), *map(_named, measured)):
            if item not in units:
                raise Refused("CONTRACT_ITEM_UNKNOWN", CLAUSE, what=what, item=item, known="、".join(units))
            if units[item] and unit and unit != units[item]:
                raise Refused("METERING_OTHER_UNIT", CLAUSE, what=what, item=item)
        _must_be_delivered_once(proof, seen)
        seen[number] = _said(proof)


def matches(
    request: RedemptionRequest, contract: Contract, known: Mapping[str, DeliveryMatch], rule: Metering | None
) -> list[DeliveryMatch]:
    """Every proof of a request that states a quantity, or that the programme wants measured, beside the other sides.

    Without a `rule` differences are shown, to the last digit, and everything counts as the proof says.
    """
    found, seen = [], dict(known)
    for proof in request.delivery_proofs:
        if proof.quantity or (rule and rule.is_needed):
            match = _match(proof, request, contract, seen.values(), rule)
            seen[proof.proof_number] = match
            found.append(match)
    return found


def counted(deliveries: Iterable[DeliveryMatch]) -> dict[str, Exact]:
    """Proof -> what of its amount counts."""
    return {match.proof_number: from_exact_text(match.counts_fen) for match in deliveries}


def _match(
    proof: DeliveryProof,
    request: RedemptionRequest,
    contract: Contract,
    known: Iterable[DeliveryMatch],
    rule: Metering | None,
) -> DeliveryMatch:
    match = _said(proof)
    delivered = Fraction(proof.quantity or 0)
    metered = _metered(proof, request)
    agreed = next((item.quantity for item in contract.items if item.name == proof.contract_item), "")
    before = sum(
        (from_exact_text(other.delivered_quantity) for other in known if _is_of_other_proof(other, proof)), Fraction(0)
    )
    tolerance = rule.tolerance if rule else Fraction(0)
    share = Fraction(1)
    if metered is None:
        match.outcome = DELIVERY_OUTCOME_NOT_METERED
        share = Fraction(0) if rule and rule.is_needed else share
    elif metered < delivered * (1 - tolerance):
        match.outcome, share = DELIVERY_OUTCOME_SHORT, metered / delivered
    else:
        is_over = metered > delivered * (1 + tolerance)
        match.outcome = DELIVERY_OUTCOME_OVER if is_over else DELIVERY_OUTCOME_WITHIN
    if agreed and delivered and before + delivered > Fraction(agreed) * (1 + tolerance):
        match.outcome = DELIVERY_OUTCOME_BEYOND_CONTRACT
        share = min(share, max(Fraction(0), Fraction(agreed) - before) / delivered)
    match.metered_quantity = exact_text(metered) if metered is not None else ""
    match.contract_quantity = exact_text(Fraction(agreed)) if agreed else ""
    match.delivered_before = exact_text(before) if before else ""
    match.counts_fen = exact_text(proof.amount_fen * (share if rule else 1))
    return match


def _metered(proof: DeliveryProof, request: RedemptionRequest) -> Exact | None:
    """What was measured of the proof's item on its days; a use that lies partly outside is spread over its days."""
    file = next((file for file in request.metering if file.sha256 == proof.metering_sha256), None)
    if file is None or not proof.quantity:
        return None
    window = Period(from_iso(proof.delivered_from), from_iso(proof.delivered_through))
    uses = (use for use in file.uses if (use.contract_item, use.unit) == (proof.contract_item, proof.unit))
    return sum(
        (
            inside(
                Fraction(use.quantity),
                Period(from_iso(use.starts_on), from_iso(use.ends_on)),
                window,
                Counting.INCLUSIVE_DAYS,
            )
            for use in uses
        ),
        start=Fraction(0),
    )


def _said(proof: DeliveryProof) -> DeliveryMatch:
    return DeliveryMatch(
        proof_number=proof.proof_number,
        contract_item=proof.contract_item,
        unit=proof.unit,
        delivered_from=proof.delivered_from,
        delivered_through=proof.delivered_through,
        delivered_quantity=exact_text(Fraction(proof.quantity or 0)),
        amount_fen=proof.amount_fen,
    )


def _must_be_delivered_once(proof: DeliveryProof, seen: Mapping[str, DeliveryMatch]) -> None:
    """What was measured on a day is delivered by one proof. Raises Refused DELIVERED_TWICE."""
    if not proof.metering_sha256:
        return
    for other in seen.values():
        overlaps = other.delivered_from <= proof.delivered_through and proof.delivered_from <= other.delivered_through
        if overlaps and _is_of_other_proof(other, proof):
            raise Refused(
                "DELIVERED_TWICE",
                CLAUSE,
                number=proof.proof_number,
                other=other.proof_number,
                item=proof.contract_item,
                period=f"{other.delivered_from}至{other.delivered_through}",
            )


def _is_of_other_proof(other: DeliveryMatch, proof: DeliveryProof) -> bool:
    return other.contract_item == proof.contract_item and other.proof_number != proof.proof_number


def _named(use: MeteredUse) -> tuple[str, str, int]:
    return f"计量 {use.starts_on}至{use.ends_on}", use.contract_item, use.unit


#: What an outcome is called.
OUTCOMES: Mapping[DeliveryOutcome.ValueType, str] = {
    DELIVERY_OUTCOME_WITHIN: "相符",
    DELIVERY_OUTCOME_SHORT: "计量少于交付",
    DELIVERY_OUTCOME_OVER: "计量多于交付",
    DELIVERY_OUTCOME_NOT_METERED: "无计量",
    DELIVERY_OUTCOME_BEYOND_CONTRACT: "超出合同数量",
}


def overlapping(uses: Iterable[MeteredUse]) -> Iterator[tuple[int, int]]:
    """Which lines of a metering file, from 0, measure the same item on the same day as an earlier one."""
    rows = list(uses)
    for at, use in enumerate(rows):
        for before, earlier in enumerate(rows[:at]):
            if (
                (use.contract_item, use.unit) == (earlier.contract_item, earlier.unit)
                and use.starts_on <= earlier.ends_on
                and earlier.starts_on <= use.ends_on
            ):
                yield at, before
                break
