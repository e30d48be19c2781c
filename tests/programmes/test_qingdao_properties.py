"""What holds for every round in Qingdao, whoever applies and with whatever amounts. (QD-2.2 to QD-2.5, QD-A4)"""

from fractions import Fraction
from itertools import pairwise
from math import ceil

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.evaluation.rounds import evaluate_round
from domain.money import yuan
from duifu.v1.events_pb2 import Evaluation
from duifu.v1.facts_pb2 import ServiceContract
from tests.programmes.qingdao import (
    a_case,
    a_customer,
    a_service,
    alone,
    an_application,
    shares,
    the_edition,
    the_round,
)

POOL = yuan("10,000,000.00")
RECOGNISED = st.integers(1, 400) | st.integers(1, 10**10) | st.integers(POOL, 4 * POOL + 400)
ROUNDS = st.lists(RECOGNISED, min_size=1, max_size=6)
#: One whose quarter is more than the pool, or five that together are; and others.
ENOUGH = st.lists(st.integers(4 * POOL + 4, 8 * POOL), min_size=1, max_size=2) | st.lists(
    st.integers(POOL, 4 * POOL), min_size=5, max_size=6
)
OVER_THE_CAP = st.builds(lambda most, rest: [*most, *rest], ENOUGH, st.lists(RECOGNISED, max_size=3)).flatmap(
    st.permutations
)
DAYS = st.sampled_from(["2023-02-21", "2023-02-22", "2023-07-01", "2023-12-31", "2024-01-01"])
AMOUNTS = st.integers(1, 10**9)
FEW = settings(max_examples=60, deadline=None)


def city_shares(recognised: list[int]) -> list[int]:
    """What the city pays each operator of a round."""
    return [city_share(each) for each in the_round(*recognised)]


def city_share(evaluation: Evaluation) -> int:
    return next((level.amount_fen for level in evaluation.amount.levels if level.level == "city"), 0)


def everybody_has_room(recognised: list[int]) -> bool:
    """Whether everybody's quarter takes its part of the pool and a remainder fen on top."""
    return all(ceil(Fraction(POOL * amount, sum(recognised))) <= amount // 4 for amount in recognised)


@FEW
@given(ROUNDS)
def test_the_city_never_pays_more_than_its_pool_and_the_district_pays_the_same(recognised: list[int]) -> None:
    found = [shares(each) for each in the_round(*recognised) if each.amount.levels]

    assert sum(city for city, _ in found) <= POOL
    assert all(city == district for city, district in found)


@FEW
@given(ROUNDS)
def test_nobody_gets_more_than_half_of_the_recognised_amount(recognised: list[int]) -> None:
    for each, amount in zip(the_round(*recognised), recognised, strict=True):
        assert 2 * each.amount.amount_fen <= amount


@FEW
@given(ROUNDS)
def test_a_pool_that_suffices_pays_every_operator_its_quarter_and_one_that_does_not_is_used_up(
    recognised: list[int],
) -> None:
    entitled = [amount // 4 for amount in recognised]

    if sum(entitled) <= POOL:
        assert city_shares(recognised) == entitled
    else:
        assert sum(city_shares(recognised)) == POOL


@FEW
@given(OVER_THE_CAP)
def test_a_pool_that_binds_is_shared_in_proportion_to_less_than_a_fen(recognised: list[int]) -> None:
    """Unless somebody cannot take a part of a fen for want of an own claim: that goes to others. (QD-X26)"""
    quotas = [Fraction(POOL * amount, sum(recognised)) for amount in recognised]

    for paid, amount, quota in zip(city_shares(recognised), recognised, quotas, strict=True):
        assert int(quota) <= paid <= amount // 4
        assert abs(paid - quota) < 1 or not everybody_has_room(recognised)


@FEW
@given(ROUNDS, RECOGNISED)
def test_another_operator_never_raises_a_share_by_more_than_a_fen(recognised: list[int], another: int) -> None:
    without = city_shares(recognised)
    beside = city_shares([*recognised, another])

    assert all(after <= before + 1 for before, after in zip(without, beside, strict=False))


@FEW
@given(OVER_THE_CAP, st.integers(2, 1_000))
def test_a_round_under_the_cap_is_the_same_when_every_amount_is_multiplied(recognised: list[int], by: int) -> None:
    """Who is at the own ceiling can take no remainder fen and may get one when the ceiling rises. (QD-X26)"""
    multiplied = [amount * by for amount in recognised]
    once, more = city_shares(recognised), city_shares(multiplied)

    if everybody_has_room(recognised):
        assert once == more
    else:
        assert sum(once) == sum(more) == POOL
        assert all(abs(before - after) <= len(recognised) for before, after in zip(once, more, strict=True))


@FEW
@given(ROUNDS, st.randoms(use_true_random=False))
def test_the_order_in_which_applications_are_given_is_without_effect(recognised: list[int], random: object) -> None:
    cases = [
        a_case(an_application(a_service(amount, operator=n), operator=n)) for n, amount in enumerate(recognised, 1)
    ]
    shuffled = list(range(len(cases)))
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    in_order = evaluate_round(the_edition(), cases, {})
    mixed = evaluate_round(the_edition(), [cases[at] for at in shuffled], {})

    assert {at: city_share(each) for at, each in zip(shuffled, mixed, strict=True)} == {
        at: city_share(each) for at, each in enumerate(in_order)
    }


@st.composite
def contracts(draw: st.DrawFn) -> ServiceContract:
    """A contract with any dates and amounts, of a customer who may be elsewhere."""
    amount = draw(AMOUNTS)
    return a_service(
        amount,
        draw(st.integers(1, 10**6)),
        customer=a_customer(city=draw(st.sampled_from(["370200", "370100"]))),
        signed_on=draw(DAYS),
        invoiced=draw(st.lists(st.tuples(AMOUNTS, DAYS), max_size=3)),
        received=draw(st.lists(st.tuples(AMOUNTS, DAYS), max_size=3)),
        audited=draw(AMOUNTS),
    )


def recognised_of(service: ServiceContract) -> int:
    """The notice's own words: the least of contract, invoiced, received and audited, each dated in the period."""

    def inside(day: str) -> bool:
        return "2023-02-22" <= day <= "2023-12-31"

    if service.customer.city != "370200" or not inside(service.signed_on):
        return 0
    return min(
        service.amount_fen,
        sum(invoice.total_fen for invoice in service.invoices if inside(invoice.issued_on)),
        sum(receipt.amount_fen for receipt in service.receipts if inside(receipt.paid_on)),
        service.audited_fen,
    )


@FEW
@given(st.lists(contracts(), min_size=1, max_size=4), st.integers(0, 10**9))
def test_what_is_recognised_is_the_least_that_all_papers_show_line_by_line_and_in_the_audit(
    services: list[ServiceContract], confirmed: int
) -> None:
    expected = min(confirmed, sum(map(recognised_of, services)))
    backwards = [*reversed(services)]

    for lines in (services, backwards):
        trace = alone(a_case(an_application(*lines, confirmed=confirmed))).amount
        assert {step.name: step.exact_fen for step in trace.steps}["recognised"] == str(expected)
        assert trace.amount_fen == min(2 * POOL, 2 * (expected // 4))


@FEW
@given(st.lists(contracts(), min_size=1, max_size=4))
def test_every_line_is_in_the_trace_with_its_clause(services: list[ServiceContract]) -> None:
    steps = alone(a_case(an_application(*services))).amount.steps
    lines = [step for step in steps if step.name.startswith("evidenced[")]

    assert len(lines) == len(services)
    for step, service in zip(lines, services, strict=True):
        assert service.contract_number in step.explanation
        assert step.clause == ("QD-2.1c" if service.customer.city != "370200" else "QD-3.2c")


@FEW
@given(RECOGNISED, RECOGNISED)
def test_more_contracts_never_mean_less_money(first: int, second: int) -> None:
    amounts = sorted((first, second))

    paid = [alone(a_case(an_application(a_service(amount)))).amount.amount_fen for amount in amounts]
    assert all(less <= more for less, more in pairwise(paid))
