"""A round: who shares a pool with whom, in which order, and what who does not pass leaves to the others."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calculation.accounts import Key
from domain.evaluation.application import evaluate
from domain.evaluation.edition import Edition
from domain.evaluation.rounds import evaluate_round
from domain.facts import CaseFacts
from domain.money import yuan
from domain.refusals import Refused
from duifu.v1.events_pb2 import Evaluation
from duifu.v1.facts_pb2 import (
    CUSTOMER_KIND_ENTERPRISE,
    CUSTOMER_KIND_UNIVERSITY,
    Application,
    AuditReport,
    BankReceipt,
    Customer,
    Invoice,
    ServiceContract,
)
from tests.builders import a_firm
from tests.domain.calculations import a_step, an_account, an_edition, facts, money, of_steps, ratio, step_of
from tests.domain.programmes import a_condition, a_programme, a_window

POOL = {"pool": an_account(holder="programme", period="round", limit="pool", code="EX_E_POOL")}
LEVELS = {
    "city": {"title": "市级", "parts": 1, "clause": "EX-3"},
    "district": {"title": "区级", "parts": 1, "clause": "EX-3"},
}


def pooled(sharing: str, worth: int = 100, **pool: Any) -> Edition:
    """Everybody asks for the contract's cost of a pool of so many yuan."""
    step = a_step("pool", "grant", value="cost", account="pool", sharing=sharing, **pool)
    only = [a_condition('application.purpose.field != "不符"')]
    return an_edition(step, accounts=POOL, parameters={"pool": money(worth)}, round="2024", conditions=only)


def asking(*wanted: int) -> list[CaseFacts]:
    return [
        facts(yuan(amount), firm=a_firm(number), case_id=f"case-{number:02d}")
        for number, amount in enumerate(wanted, 1)
    ]


def amounts(evaluations: list[Evaluation]) -> list[int]:
    return [evaluation.amount.amount_fen for evaluation in evaluations]


# The pool of a city, shared by operators: QD-X1, X3, X5, X7, X9, X11, X13, X15


def operators(**changes: Any) -> Edition:
    """Half of what is proven, shared 1:1 by two levels, of which the city has ten million yuan a year."""
    evidenced = a_step(
        "sum", "evidenced", lines="application.services",
        where='line.customer.city == "370200"', where_clause="EX-21", otherwise="客户不在本市",
        least_of=[
            "line.amount_fen",
            "total(line.invoices.filter(i, i.issued_on >= window.evidence_from"
            " && i.issued_on <= window.evidence_through).map(i, i.total_fen))",
            "total(line.receipts.filter(r, r.paid_on >= window.evidence_from"
            " && r.paid_on <= window.evidence_through).map(r, r.amount_fen))",
        ],
    )  # fmt: skip
    steps = [
        evidenced,
        a_step("take", "audited", expression="application.audit_report.confirmed_fen"),
        a_step("least", "recognised", of=["evidenced", "audited"]),
        a_step("multiply", "subsidy", value="recognised", by="rate", decided_rate=True),
        a_step("share", "entitlement", value="subsidy"),
        a_step(
            "pool", "allocated", value="entitlement", account="pool", sharing="pro_rata", weight="recognised",
            level="city",
        ),
    ]  # fmt: skip
    data: dict[str, Any] = {
        "windows": {"evidence": a_window(date(2023, 2, 22), date(2023, 12, 31))},
        "parameters": {"rate": ratio("50/100"), "pool": money(10_000_000)},
        "accounts": POOL,
        "levels": LEVELS,
        "round": "2024",
        "award": {"benefit": "grant", "nothing": "EX_E_NOTHING", "steps": steps},
    }
    return Edition(a_programme(**data | changes))


def served(worth: str, city: str = "370200", kind: int = CUSTOMER_KIND_ENTERPRISE, late: str = "0") -> ServiceContract:
    """A contract with invoice and receipt; `late` of it was invoiced and paid after the period."""
    fen, late_fen = yuan(worth), yuan(late)
    parts = [(fen - late_fen, "2023-06-01"), (late_fen, "2024-01-05")]
    return ServiceContract(
        customer=Customer(city=city, kind=kind),  # type: ignore[arg-type]
        amount_fen=fen,
        invoices=[Invoice(total_fen=part, issued_on=day) for part, day in parts if part],
        receipts=[BankReceipt(amount_fen=part, paid_on=day) for part, day in parts if part],
    )


def operator(*services: ServiceContract, number: int = 1, audited: str = "", **more: Any) -> CaseFacts:
    confirmed = yuan(audited) if audited else sum(service.amount_fen for service in services)
    application = Application(services=services, audit_report=AuditReport(confirmed_fen=confirmed))
    application.applicant.uscc = a_firm(number).uscc
    return CaseFacts(received_on=date(2024, 1, 25), application=application, case_id=f"case-{number}", **more)


@pytest.mark.parametrize(
    ("case", "each"),
    [
        (operator(served("30000000")), "7500000"),
        (operator(served("50000000")), "10000000"),
        (operator(served("5000000"), served("3000000", late="1000000")), "1750000"),
        (operator(served("4000000"), served("2000000", "370100"), served("1000000", kind=CUSTOMER_KIND_UNIVERSITY)),
         "1250000"),
        (operator(served("9000000"), audited="8765432.10"), "2191358.02"),
        (operator(served("10000000"), approved_rate=Fraction(40, 100)), "2000000"),
    ],
)  # fmt: skip
def test_an_operator_alone_gets_half_of_what_is_proven_from_both_levels_alike(case: CaseFacts, each: str) -> None:
    evaluation = evaluate(operators(), case)

    assert {level.level: level.amount_fen for level in evaluation.amount.levels} == {
        "city": yuan(each), "district": yuan(each),
    }  # fmt: skip
    assert evaluation.amount.amount_fen == 2 * yuan(each)
    assert evaluation.code == ""


@pytest.mark.parametrize(
    ("recognised", "each"),
    [
        (("30000000", "20000000"), ("6000000", "4000000")),
        (("12345678.90", "23456789.01", "34567890.12"), ("1754386.26", "3333333.76", "4912279.98")),
    ],
)
def test_a_pool_that_does_not_suffice_is_shared_in_proportion_to_the_fen(
    recognised: tuple[str, ...], each: tuple[str, ...]
) -> None:
    cases = [operator(served(worth), number=number) for number, worth in enumerate(recognised, 1)]

    evaluations = evaluate_round(operators(), cases)

    assert [evaluation.amount.levels[0].amount_fen for evaluation in evaluations] == list(map(yuan, each))
    assert amounts(evaluations) == [2 * yuan(share) for share in each]
    assert sum(evaluation.amount.levels[0].amount_fen for evaluation in evaluations) == yuan(10_000_000)
    assert all(step_of(evaluation.amount, "allocated").bound for evaluation in evaluations)
    assert evaluate_round(operators(), cases[::-1])[::-1] == evaluations


def test_an_earlier_round_of_the_same_year_has_used_its_part_of_the_pool() -> None:
    used = {Key("pool", "example", "2024"): yuan(4_000_000)}

    evaluation = evaluate(operators(), operator(served("30000000")), used)

    assert evaluation.amount.levels[0].amount_fen == yuan(6_000_000)


def test_nobody_recognised_means_no_allocation_and_no_division_by_zero() -> None:
    evaluations = evaluate_round(operators(), [operator(number=1), operator(number=2)])

    assert amounts(evaluations) == [0, 0]
    assert {evaluation.code for evaluation in evaluations} == {"EX_E_NOTHING"}


# First come, and who does not pass


@pytest.mark.parametrize(
    ("sharing", "expected"),
    [("first_come", [60, 0, 0]), ("first_come_partly", [60, 40, 0]), ("pro_rata", [40, 40, 20])],
)
def test_a_pool_is_shared_as_the_file_says(sharing: str, expected: list[int]) -> None:
    evaluations = evaluate_round(pooled(sharing), asking(60, 60, 30))

    assert amounts(evaluations) == [yuan(amount) for amount in expected]
    assert [evaluation.code for evaluation in evaluations] == ["" if amount else "EX_E_POOL" for amount in expected]


def test_first_come_is_by_the_day_of_acceptance_the_time_and_the_case_and_not_by_the_order_given() -> None:
    late, early, first = asking(60, 60, 60)
    days = [(late, date(2024, 3, 2), ""), (early, date(2024, 3, 1), "10:00:01"), (first, date(2024, 3, 1), "10:00:00")]
    cases = [replace(case, accepted_on=day, received_time=at) for case, day, at in days]

    assert amounts(evaluate_round(pooled("first_come_partly"), cases)) == [0, yuan(40), yuan(60)]


def test_who_does_not_pass_takes_nothing_of_the_pool_and_sees_what_is_left() -> None:
    for sharing in ("first_come", "pro_rata"):
        failing, passing = asking(80, 70)
        failing.application.purpose.field = "不符"

        evaluations = evaluate_round(pooled(sharing), [failing, passing])

        assert amounts(evaluations)[1] == yuan(70)
        assert (evaluations[0].code, evaluations[1].code) == ("EX_E_CONDITION", "")
        assert amounts(evaluations)[0] in (0, yuan(30))


def test_two_applications_that_nothing_tells_apart_cannot_share_a_pool() -> None:
    one = facts(yuan(60))

    with pytest.raises(Refused) as refused:
        evaluate_round(pooled("pro_rata"), [one, one])

    assert refused.value.code == "APPLICATION_TWICE_IN_ROUND"


def test_an_enterprises_own_limit_is_taken_before_the_pool_is_shared() -> None:
    steps = [
        a_step("cap", "own", value="cost", account="own"),
        a_step("pool", "grant", value="own", account="pool", sharing="pro_rata"),
    ]
    programme = of_steps(
        *steps,
        accounts=POOL | {"own": an_account(limit="own")},
        parameters={"pool": money(100), "own": money(50)},
        round="2024",
    )
    of_one = [facts(yuan(40), case_id="case-1"), facts(yuan(40), case_id="case-2")]
    of_another = facts(yuan(40), firm=a_firm(7), case_id="case-3")

    evaluations = evaluate_round(Edition(programme), [*of_one, of_another])

    assert amounts(evaluations) == [yuan(40), yuan(10), yuan(40)]


WANTED = st.lists(st.integers(1, 200), min_size=1, max_size=6)


@given(WANTED, st.sampled_from(["first_come", "first_come_partly", "pro_rata"]), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_a_pool_gives_no_more_than_it_has_and_nobody_more_than_asked_in_any_order(
    wanted: list[int], sharing: str, order: Any
) -> None:
    edition, cases = pooled(sharing), asking(*wanted)
    shuffled = list(range(len(cases)))
    order.shuffle(shuffled)

    evaluations = evaluate_round(edition, cases)
    again = evaluate_round(edition, [cases[at] for at in shuffled])

    assert [again[shuffled.index(at)] for at in range(len(cases))] == evaluations
    assert sum(amounts(evaluations)) <= yuan(100)
    assert all(0 <= got <= yuan(most) for got, most in zip(amounts(evaluations), wanted, strict=True))
    if sharing != "first_come" and sum(wanted) >= 100:
        assert sum(amounts(evaluations)) == yuan(100)


# Why a pool gives nothing


@pytest.mark.parametrize("sharing", ["first_come", "first_come_partly", "pro_rata"])
def test_what_rounding_takes_before_it_is_asked_of_a_pool_is_not_the_pools_fault(sharing: str) -> None:
    edition = pooled(sharing, to={"unit": "yuan", "mode": "floor"})

    (little,) = evaluate_round(edition, [facts(99, case_id="case")])

    assert (little.code, little.amount.amount_fen) == ("EX_E_NOTHING", 0)
    assert "¥0.99取整后为零" in little.explanation


@pytest.mark.parametrize("sharing", ["first_come_partly", "pro_rata"])
def test_a_pool_that_has_less_than_it_may_pay_says_what_it_has(sharing: str) -> None:
    edition = pooled(sharing, to={"unit": "yuan", "mode": "floor"})
    case = facts(yuan(5), case_id="case")
    used = {Key("pool", edition.programme.programme_id, "2024"): yuan(100) - 50}

    (late,) = evaluate_round(edition, [case], used)

    assert (late.code, late.amount.amount_fen) == ("EX_E_POOL", 0)
    assert "余¥0.50，不足以分配" in late.explanation
