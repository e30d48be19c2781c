"""How much a voucher may be worth and how much of it is due: exact, never above, and V in the end. (BJ-3.2, BJ-4.6)"""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from domain import voucher
from domain.amount import Terms
from domain.calculation.award import Draft
from domain.dates import Period
from domain.facts import CaseFacts
from domain.invoices import invoice_key
from domain.money import from_exact_text, yuan
from domain.voucher import Voucher, assess
from duifu.v1.events_pb2 import RedemptionAssessed, VoucherIssued
from duifu.v1.facts_pb2 import (
    SERVICE_KIND_AI_COMPUTE,
    SERVICE_KIND_STORAGE,
    Application,
    Contract,
    InvoiceLine,
    RedemptionRequest,
    ScheduleEntry,
    ServiceKind,
)
from tests.builders import a_bank_receipt, a_contract, a_delivery_proof, an_invoice, an_item
from tests.desk import the_rulebook

PROGRAMME = the_rulebook().in_force("bj-slq-2023", date(2024, 3, 1))
CALCULATION = the_rulebook().edition(PROGRAMME).calculation
FEN = st.integers(1, 10**12)
YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))
TERMS = Terms(lambda line: line.kind == SERVICE_KIND_AI_COMPUTE, YEAR, "BJ-4.6")


def ceiling_of(contract: Contract) -> Draft:
    return CALCULATION.ceiling(CaseFacts(date(2024, 3, 1), Application(contract=contract)))


# The ceiling


@given(st.lists(st.tuples(FEN, st.sampled_from(ServiceKind.values()[1:])), min_size=1, max_size=5))
def test_a_voucher_is_never_worth_more_than_a_fifth_of_the_compute(
    rows: list[tuple[int, ServiceKind.ValueType]],
) -> None:
    most = ceiling_of(a_contract(items=[an_item(fen, kind) for fen, kind in rows]))

    compute = sum(fen for fen, kind in rows if kind == SERVICE_KIND_AI_COMPUTE)
    assert most.trace is not None
    assert most.base == compute
    assert 5 * most.amount <= compute < 5 * (most.amount + 1)
    assert most.trace.amount_fen == most.amount == from_exact_text(most.trace.steps[-1].exact_fen)


def test_every_item_is_named_in_the_trace_with_the_clause_that_counts_or_excludes_it() -> None:
    items = [an_item(yuan(100)), an_item(yuan(900), SERVICE_KIND_STORAGE)]

    most = ceiling_of(a_contract(items=items))

    assert most.trace is not None
    steps = [(step.operation, step.clause, step.exact_fen) for step in most.trace.steps]
    assert steps == [
        ("counted", "BJ-3.8", "10000"),
        ("excluded", "BJ-1.0d", "0"),
        ("sum", "BJ-3.8", "10000"),
        ("proportion", "BJ-A15", "10000"),
        ("multiply", "BJ-3.2", "2000"),
        ("round", "BJ-3.2", "2000"),
    ]


def test_an_item_with_days_of_its_own_is_counted_by_them() -> None:
    items = [an_item(yuan(100), starts_on="2025-12-31", ends_on="2026-01-03"), an_item(yuan(100))]

    most = ceiling_of(a_contract(items=items, starts_on="2025-12-01", ends_on="2025-12-31"))

    assert most.base == yuan(25) + yuan(100)


def test_a_schedule_is_cut_by_the_days_of_each_of_its_entries() -> None:
    schedule = [
        ScheduleEntry(starts_on="2025-12-01", ends_on="2025-12-31", amount_fen=yuan(60)),
        ScheduleEntry(starts_on="2025-12-31", ends_on="2026-01-01", amount_fen=yuan(40)),
    ]

    most = ceiling_of(a_contract(items=[an_item(yuan(100), schedule=schedule)], ends_on="2026-01-31"))

    assert most.base == yuan(60) + yuan(20)


def test_days_before_the_signature_and_outside_the_scheme_count_nothing() -> None:
    inside = a_contract(signed_on="2023-08-01", starts_on="2023-08-31", ends_on="2023-09-01")
    never = a_contract(signed_on="2025-12-31", starts_on="2026-01-01", ends_on="2026-12-30")

    assert ceiling_of(inside).base == yuan(500_000)
    assert ceiling_of(never).amount == 0


# What is due


def a_voucher(face: int, eligible: Fraction) -> Voucher:
    issued = VoucherIssued(voucher_id="v", face_value_fen=face, eligible_fen=str(eligible), contract=a_contract())
    return voucher.evolve(Voucher(), issued)


def a_part(settled: int, invoice: int) -> RedemptionRequest:
    return RedemptionRequest(
        voucher_id="v",
        invoices=[an_invoice(settled, invoice)],
        delivery_proofs=[a_delivery_proof(settled, invoice)],
        bank_receipts=[a_bank_receipt(settled, invoice)],
    )


def redeem(given: Voucher, requests: Sequence[RedemptionRequest]) -> tuple[Voucher, list[RedemptionAssessed]]:
    assessed = []
    for number, request in enumerate(requests):
        event = assess(given, f"case {number}", request, TERMS)
        given = voucher.evolve(given, event)
        assessed.append(event)
    return given, assessed


@st.composite
def vouchers(draw: st.DrawFn) -> Voucher:
    eligible = Fraction(draw(FEN), draw(st.integers(1, 366)))
    face = draw(st.integers(0, int(eligible / 5)))
    assume(face > 0)
    return a_voucher(face, eligible)


@given(vouchers(), st.lists(FEN, min_size=1, max_size=8))
def test_the_dues_add_up_to_the_voucher_when_everything_is_settled_and_never_exceed_it(
    given_: Voucher, parts: list[int]
) -> None:
    rest = max(1, -(-given_.eligible_fen.numerator // given_.eligible_fen.denominator) - sum(parts))

    after, assessed = redeem(given_, [a_part(fen, n) for n, fen in enumerate([*parts, rest])])

    assert all(event.due_fen >= 0 for event in assessed)
    assert sum(event.due_fen for event in assessed) == after.due_fen == given_.face_value_fen
    assert after.cumulative_fen == given_.eligible_fen


@given(vouchers(), st.lists(FEN, min_size=1, max_size=8))
def test_what_is_due_is_the_share_of_what_is_settled(given_: Voucher, parts: list[int]) -> None:
    after, _ = redeem(given_, [a_part(fen, n) for n, fen in enumerate(parts)])

    settled = min(given_.eligible_fen, Fraction(sum(parts)))
    exact = given_.face_value_fen * settled / given_.eligible_fen
    assert 0 <= exact - after.due_fen < 1


@given(vouchers(), st.lists(FEN, min_size=2, max_size=6), st.booleans())
def test_splitting_an_invoice_changes_no_total(given_: Voucher, parts: list[int], in_one_request: bool) -> None:
    split = [a_part(fen, n) for n, fen in enumerate(parts)]
    if in_one_request:
        together = RedemptionRequest(voucher_id="v")
        for part in split:
            together.MergeFrom(part)
        split = [together]

    whole, _ = redeem(given_, [a_part(sum(parts), 99)])
    pieces, _ = redeem(given_, split)

    assert pieces.due_fen == whole.due_fen


@given(
    vouchers(),
    st.lists(st.tuples(FEN, FEN, FEN), min_size=1, max_size=6),
)
def test_one_invoice_is_due_for_the_least_of_what_is_invoiced_delivered_and_paid(
    given_: Voucher, steps: list[tuple[int, int, int]]
) -> None:
    requests = []
    for number, (_, delivered, paid) in enumerate(steps):
        request = a_part(steps[0][0], 1)
        request.delivery_proofs[0].CopyFrom(a_delivery_proof(delivered, 1, number=f"D{number}"))
        request.bank_receipts[0].CopyFrom(a_bank_receipt(paid, 1, number=f"R{number}"))
        requests += [request, request]  # handing the same papers in again adds nothing

    after, assessed = redeem(given_, requests)

    least = min(steps[0][0], sum(delivered for _, delivered, _ in steps), sum(paid for _, _, paid in steps))
    assert after.cumulative_fen == min(given_.eligible_fen, Fraction(least))
    assert all(again.due_fen == 0 for again in assessed[1::2])


def test_an_invoice_counts_the_lines_for_compute_only() -> None:
    request = a_part(yuan(100), 1)
    request.invoices[0].lines.add().CopyFrom(InvoiceLine(kind=SERVICE_KIND_STORAGE, name="存储", amount_fen=yuan(50)))
    request.bank_receipts[0].amount_fen = request.delivery_proofs[0].amount_fen = yuan(150)

    after, _ = redeem(a_voucher(yuan(200), Fraction(yuan(1_000))), [request])

    assert after.due_fen == yuan(20)


def test_the_trace_of_a_claim_ends_with_what_is_due() -> None:
    _, (event,) = redeem(a_voucher(yuan(100), Fraction(yuan(700))), [a_part(yuan(100), 1)])

    assert [step.name for step in event.trace.steps] == ["base", "cumulative", "due"]
    assert (event.due_fen, event.trace.amount_fen) == (1_428, 1_428)


def test_an_older_invoice_is_known_by_code_and_number() -> None:
    assert invoice_key("", "24112000000000000001") == "24112000000000000001"
    assert invoice_key("011002300211", "00000903") == "011002300211-00000903"
