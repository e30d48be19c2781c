"""Batches in order: each pays what its claims are due, oldest first, within the holder's annual limit."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from domain.dates import Quarter
from domain.evaluation.paying import Due, Paid, pay_out
from domain.money import yuan

CAP = yuan(2_000_000)
Q1, Q2, Q4 = Quarter(2024, 1), Quarter(2024, 2), Quarter(2024, 4)
NEXT = Quarter(2025, 1)
LAST = Quarter(2026, 1)

dues = st.lists(
    st.builds(
        Due,
        claim=st.uuids().map(str),
        holder=st.sampled_from(["A", "B", "C"]),
        quarter=st.sampled_from([Q1, Q2, Q4, NEXT, LAST]),
        due_fen=st.integers(1, 3 * CAP),
    ),
    max_size=12,
    unique_by=lambda due: due.claim,
)


def test_a_claim_within_the_limit_is_paid_in_its_own_batch() -> None:
    out = pay_out([Due("c1", "A", Q2, yuan(1_000))], LAST, lambda _: CAP, {})

    assert out.paid == [Paid("c1", Q2, 2024, yuan(1_000), False)]
    assert out.lapsed_fen == {}


def test_what_the_annual_limit_cuts_off_is_paid_in_the_next_years_first_batch() -> None:
    out = pay_out([Due("c1", "A", Q4, yuan(500_000))], LAST, lambda _: CAP, {("A", 2024): yuan(1_900_000)})

    assert out.paid == [Paid("c1", Q4, 2024, yuan(100_000), False), Paid("c1", NEXT, 2025, yuan(400_000), True)]


def test_the_oldest_request_comes_first_when_a_new_year_has_room_again() -> None:
    old, young = Due("old", "A", Q4, CAP), Due("young", "A", NEXT, CAP)

    out = pay_out([old, young], LAST, lambda _: CAP, {("A", 2024): CAP})

    assert out.paid == [Paid("old", NEXT, 2025, CAP, True), Paid("young", LAST, 2026, CAP, True)]


def test_what_no_batch_has_room_for_lapses_after_the_last_one() -> None:
    out = pay_out([Due("c1", "A", LAST, 3 * CAP)], LAST, lambda _: CAP, {})

    assert out.lapsed_fen == {"c1": 2 * CAP}


def test_a_payment_may_count_in_the_year_of_its_request_instead() -> None:
    out = pay_out([Due("c1", "A", NEXT, CAP, counts_in=2024)], LAST, lambda _: CAP, {("A", 2025): CAP})

    assert out.paid == [Paid("c1", NEXT, 2024, CAP, False)]


def test_without_a_limit_everything_is_paid_at_once() -> None:
    out = pay_out([Due("c1", "A", Q1, 9 * CAP)], LAST, lambda _: None, {})

    assert out.paid == [Paid("c1", Q1, 2024, 9 * CAP, False)]
    assert pay_out([Due("c1", "A", Q1, 9 * CAP)], LAST, lambda _: None, {}, lambda _: True) == out


def test_pro_rata_each_gets_its_part_and_the_last_fen_is_not_lost() -> None:
    three = [Due(name, "A", Q4, 100) for name in ("a", "b", "c")]

    out = pay_out(three, Q4, lambda _: 200, {}, lambda _: True)

    assert {paid.claim: paid.amount_fen for paid in out.paid} == {"a": 67, "b": 67, "c": 66}  # ties to the oldest
    assert out.lapsed_fen == {"a": 33, "b": 33, "c": 34}


@given(dues, st.dictionaries(st.tuples(st.sampled_from(["A", "B"]), st.just(2024)), st.integers(0, CAP)), st.booleans())
def test_no_holder_gets_more_than_the_limit_in_a_year_and_no_fen_is_lost(
    claims: list[Due], used: dict[tuple[str, int], int], is_pro_rata: bool
) -> None:
    out = pay_out(claims, LAST, lambda _: CAP, used, lambda _: is_pro_rata)

    by_year: dict[tuple[str, int], int] = defaultdict(int, used)
    by_claim: dict[str, int] = defaultdict(int)
    holder = {due.claim: due.holder for due in claims}
    for paid in out.paid:
        by_year[holder[paid.claim], paid.quarter.year] += paid.amount_fen
        by_claim[paid.claim] += paid.amount_fen
    assert all(total <= CAP for total in by_year.values())
    assert {due.claim: due.due_fen for due in claims} == {
        due.claim: by_claim[due.claim] + out.lapsed_fen.get(due.claim, 0) for due in claims
    }
    assert all(paid.quarter >= next(d.quarter for d in claims if d.claim == paid.claim) for paid in out.paid)
