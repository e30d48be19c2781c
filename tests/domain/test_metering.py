"""Delivery beside measurement and contract: within the tolerance it counts as it is, else as measured. (BJ-4.5)"""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.metering import OUTCOMES, Metering, matches, must_fit
from domain.money import from_exact_text, yuan
from domain.refusals import Refused
from duifu.v1.events_pb2 import DELIVERY_OUTCOME_SHORT, DeliveryMatch
from duifu.v1.facts_pb2 import (
    COMPUTE_UNIT_CARD_HOURS,
    COMPUTE_UNIT_PFLOPS_HOURS,
    Contract,
    DeliveryProof,
    MeteredUse,
    MeteringFile,
    RedemptionRequest,
)
from tests.builders import a_contract, a_delivery_proof, an_item

FIVE_PERCENT = Metering(Fraction(5, 100), is_needed=False, clause="BJ-4.5")
ITEM, FILE = "智能算力服务", "cd" * 32


def a_measured_contract(quantity: str = "10000") -> Contract:
    item = an_item(yuan(1_000_000))
    item.quantity, item.unit = quantity, COMPUTE_UNIT_CARD_HOURS
    return a_contract(items=[item])


def a_measured_proof(quantity: str = "1000", number: str = "JF-1", fen: int = yuan(100_000)) -> DeliveryProof:
    proof = a_delivery_proof(fen, number=number)  # 2024-02-01 to 2024-02-20
    proof.quantity, proof.unit, proof.contract_item = quantity, COMPUTE_UNIT_CARD_HOURS, ITEM
    proof.metering_sha256 = FILE
    return proof


def a_use(quantity: str, first: str = "2024-02-01", last: str = "2024-02-20") -> MeteredUse:
    return MeteredUse(
        contract_item=ITEM, starts_on=first, ends_on=last, quantity=quantity, unit=COMPUTE_UNIT_CARD_HOURS
    )


def requested(*uses: MeteredUse, proof: DeliveryProof | None = None) -> RedemptionRequest:
    file = MeteringFile(sha256=FILE, source="示例算力平台", uses=uses)
    return RedemptionRequest(delivery_proofs=[proof or a_measured_proof()], metering=[file])


def the_match(
    request: RedemptionRequest, rule: Metering | None = FIVE_PERCENT, quantity: str = "10000"
) -> DeliveryMatch:
    (match,) = matches(request, a_measured_contract(quantity), {}, rule)
    return match


@pytest.mark.parametrize(
    ("measured", "outcome", "counts"),
    [
        ("1000", "相符", 100_000),
        ("950", "相符", 100_000),
        ("949.999", "计量少于交付", Fraction("94999.9")),
        ("1050", "相符", 100_000),
        ("1050.001", "计量多于交付", 100_000),
    ],
)
def test_a_tolerance_includes_its_ends_and_what_is_measured_less_counts_less(
    measured: str, outcome: str, counts: Fraction
) -> None:
    match = the_match(requested(a_use(measured)))

    assert OUTCOMES[match.outcome] == outcome
    assert from_exact_text(match.counts_fen) == counts * 100


def test_what_nobody_measured_counts_unless_it_must_be_measured() -> None:
    proof = a_measured_proof()
    proof.metering_sha256 = ""
    request = RedemptionRequest(delivery_proofs=[proof])

    shown, refused = the_match(request), the_match(request, Metering(Fraction(0), is_needed=True, clause=""))

    assert (OUTCOMES[shown.outcome], shown.counts_fen) == ("无计量", str(yuan(100_000)))
    assert (OUTCOMES[refused.outcome], refused.counts_fen) == ("无计量", "0")


def test_a_file_that_measured_another_item_or_other_days_shows_nothing_of_this_delivery() -> None:
    match = the_match(requested(a_use("1000", "2024-03-01", "2024-03-20")))

    assert (OUTCOMES[match.outcome], match.metered_quantity, match.counts_fen) == ("计量少于交付", "0", "0")


def test_a_use_that_lies_partly_outside_is_spread_over_its_days() -> None:
    assert the_match(requested(a_use("2000", "2024-02-01", "2024-03-11"))).metered_quantity == "1000"


def test_what_is_delivered_beyond_the_contract_counts_up_to_the_contract() -> None:
    match = the_match(requested(a_use("1000")), quantity="900")

    assert OUTCOMES[match.outcome] == "超出合同数量"
    assert match.counts_fen == str(yuan(90_000))


def test_without_a_rule_differences_are_shown_and_everything_counts() -> None:
    match = the_match(requested(a_use("1")), rule=None)

    assert match.outcome == DELIVERY_OUTCOME_SHORT
    assert match.counts_fen == str(yuan(100_000))


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 100))
def test_never_more_counts_than_the_proof_says(measured: int, delivered: int, tolerance: int) -> None:
    uses = [a_use(str(measured))] if measured else []
    rule = Metering(Fraction(tolerance, 100), is_needed=True, clause="")

    counts = from_exact_text(the_match(requested(*uses, proof=a_measured_proof(str(delivered))), rule).counts_fen)

    assert 0 <= counts <= yuan(100_000)
    if measured * 100 < delivered * (100 - tolerance):
        assert counts <= Fraction(yuan(100_000) * measured, delivered)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda r: r.ClearField("metering"), "METERING_MISSING"),
        (lambda r: r.metering.add(sha256="ef" * 32), "METERING_UNBOUND"),
        (lambda r: setattr(r.delivery_proofs[0], "contract_item", "推理服务"), "CONTRACT_ITEM_UNKNOWN"),
        (lambda r: setattr(r.metering[0].uses[0], "contract_item", "推理服务"), "CONTRACT_ITEM_UNKNOWN"),
        (lambda r: setattr(r.delivery_proofs[0], "unit", COMPUTE_UNIT_PFLOPS_HOURS), "METERING_OTHER_UNIT"),
        (lambda r: r.delivery_proofs.append(a_measured_proof(number="JF-2")), "DELIVERED_TWICE"),
    ],
)
def test_proofs_files_and_contract_name_each_other(change: object, code: str) -> None:
    request = requested(a_use("1000"))
    change(request)  # type: ignore[operator]

    with pytest.raises(Refused, match=code):
        must_fit(request, a_measured_contract(), {})


def test_what_an_earlier_request_delivered_is_not_delivered_again_under_another_number() -> None:
    known = {"JF-0": the_match(requested(a_use("1000"), proof=a_measured_proof(number="JF-0")))}

    with pytest.raises(Refused, match="DELIVERED_TWICE"):
        must_fit(requested(a_use("1000")), a_measured_contract(), known)
