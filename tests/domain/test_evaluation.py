"""One application evaluated whole: conditions, amount, reason and validity; nothing is granted on what is not known."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calculation.accounts import Key
from domain.evaluation.application import evaluate, outcome
from domain.evaluation.edition import Edition
from domain.facts import CaseFacts
from domain.money import from_exact_text, yuan
from duifu.v1.events_pb2 import (
    CONDITION_STATUS_MET,
    CONDITION_STATUS_NEEDS_EVIDENCE,
    CONDITION_STATUS_NEEDS_PERSON,
    Evaluation,
)
from duifu.v1.facts_pb2 import SERVICE_KIND_AI_COMPUTE, SERVICE_KIND_STORAGE, ServiceKind
from tests.builders import BUYER, a_contract, an_application, an_item
from tests.domain.calculations import (
    a_step,
    an_account,
    an_edition,
    applying,
    exact,
    facts,
    lines_of,
    money,
    step_of,
    used_by,
    voucher,
)
from tests.domain.programmes import a_condition, a_fact, a_parameter

VOUCHER = Edition(voucher())
COST = a_step("add", "grant", of=["cost"])
FEN = st.integers(1, 10**12)


def both_ways(edition: Edition, case: CaseFacts, used: Any = None) -> Evaluation:
    """With every step on record; the quick way comes to the same."""
    evaluation = evaluate(edition, case, used or {})
    quick = outcome(edition, case, used or {})
    assert quick.code == evaluation.code
    assert quick.amount == (0 if evaluation.code else evaluation.amount.amount_fen)
    return evaluation


def test_an_evaluation_says_which_edition_on_which_day_and_what_is_granted() -> None:
    evaluation = both_ways(VOUCHER, facts(yuan(5_000_000)))

    assert (evaluation.version, evaluation.programme_id, evaluation.edition) == (1, "example", "2024-01-01")
    assert evaluation.edition_sha256 == VOUCHER.programme.sha256
    assert (evaluation.evaluated_on, evaluation.code) == ("2024-03-01", "")
    assert evaluation.amount.amount_fen == yuan(1_000_000)
    assert evaluation.amount.steps[-1].name == "voucher"


def test_the_first_condition_that_fails_is_the_reason_and_the_amount_that_would_follow_is_shown() -> None:
    conditions = [
        a_condition("true", "EX_E_FIRST"),
        a_condition('application.purpose.field == "航天"', "EX_E_SECOND", clause="EX-1"),
        a_condition("false", "EX_E_THIRD"),
    ]
    edition = an_edition(COST, conditions=conditions)

    evaluation = both_ways(edition, facts(yuan(100)))

    assert (evaluation.code, evaluation.clause, evaluation.explanation) == ("EX_E_SECOND", "EX-1", "不符合示例条件")
    assert [ground.code for ground in evaluation.grounds] == ["EX_E_FIRST", "EX_E_SECOND", "EX_E_THIRD"]
    assert evaluation.amount.amount_fen == yuan(100)
    assert evaluation.valid_through == ""


def test_a_condition_tested_at_two_moments_is_told_once() -> None:
    edition = an_edition(COST, conditions=[a_condition("true"), a_condition("true", "EX_E_LATE", at=["decision"])])

    assert [g.code for g in evaluate(edition, facts()).grounds] == ["EX_E_CONDITION", "EX_E_LATE"]


def test_a_person_rules_where_a_person_is_needed_and_nowhere_else() -> None:
    asks = a_condition("true", "EX_W_ASK", person_if="true", person={"zh": "须人工认定"})
    unanswered = a_condition("fact.size > 0", "EX_E_SIZE")
    edition = an_edition(COST, conditions=[asks, unanswered], facts={"size": a_fact("integer")})
    nobody = both_ways(edition, facts())
    ruled = both_ways(edition, facts(ruled_met=frozenset({"EX_W_ASK", "EX_E_SIZE"})))

    assert [g.status for g in nobody.grounds] == [CONDITION_STATUS_NEEDS_PERSON, CONDITION_STATUS_NEEDS_EVIDENCE]
    assert [g.status for g in ruled.grounds] == [CONDITION_STATUS_MET, CONDITION_STATUS_NEEDS_EVIDENCE]
    assert (nobody.code, ruled.code) == ("EX_E_SIZE", "EX_E_SIZE")  # a person may rule; what is missing must be found
    assert "经人工认定" in ruled.grounds[0].explanation


def test_a_calculation_without_a_value_is_refused_by_its_clause_and_grants_nothing() -> None:
    edition = an_edition(
        a_step("multiply", "grant", value="cost", by="rate"),
        parameters={"rate": a_parameter("ratio", "1/5", last=date(2023, 12, 31))},
    )

    evaluation = both_ways(edition, facts())

    assert (evaluation.code, evaluation.clause) == ("PARAMETER_EXPIRED", "EX-1")
    assert "2024-03-01" in evaluation.explanation
    assert not evaluation.HasField("amount")


def test_a_limit_that_is_used_up_is_the_reason_with_every_condition_met() -> None:
    evaluation = both_ways(VOUCHER, facts(), used_by(BUYER, "issued", yuan(2_000_000)))

    assert (evaluation.code, evaluation.clause) == ("EX_E_CAP", "EX-2")
    assert evaluation.amount.amount_fen == 0


@pytest.mark.parametrize(
    ("valid_for", "through"),
    [
        ({"months": 1}, "2024-02-29"),
        ({"days": 30}, "2024-03-01"),
        ({"through": "last"}, "2024-12-31"),
        ({"months": 24, "through": "last"}, "2024-12-31"),
    ],
)
def test_what_is_granted_is_valid_from_the_day_that_counts(valid_for: dict[str, Any], through: str) -> None:
    award = {"benefit": "voucher", "nothing": "EX_E_NOTHING", "valid_for": {"clause": "EX-1"} | valid_for}
    steps = [a_step("fixed", "grant", parameter="flat")]
    edition = an_edition(
        award=award | {"steps": steps}, parameters={"flat": money(1), "last": a_parameter("date", "2024-12-31")}
    )

    evaluation = both_ways(edition, facts(accepted_on=date(2024, 1, 31), received_on=date(2024, 1, 10)))

    assert evaluation.valid_through == through


def test_a_validity_that_has_expired_refuses_what_would_be_granted() -> None:
    award = {"benefit": "voucher", "nothing": "EX_E_NOTHING", "valid_for": {"clause": "EX-1", "through": "last"}}
    last = a_parameter("date", "2024-12-31", last=date(2023, 12, 31))
    edition = an_edition(
        award=award | {"steps": [a_step("fixed", "grant", parameter="flat")]},
        parameters={"flat": money(1), "last": last},
    )

    assert evaluate(edition, facts()).code == "PARAMETER_EXPIRED"


# What holds whatever the facts


def case_of(rows: list[tuple[int, ServiceKind.ValueType]]) -> CaseFacts:
    return facts(application=an_application(a_contract(items=[an_item(fen, kind) for fen, kind in rows])))


ROWS = st.lists(st.tuples(FEN, st.sampled_from(ServiceKind.values()[1:])), min_size=1, max_size=5)
USED = st.integers(0, 3 * 10**8)


@given(ROWS, USED)
@settings(max_examples=60)
def test_every_fen_of_the_lines_is_counted_or_accounted_for_and_no_cap_is_exceeded(
    rows: list[tuple[int, ServiceKind.ValueType]], used: int
) -> None:
    case = case_of(rows)
    case.application.contract.starts_on, case.application.contract.ends_on = "2025-09-15", "2026-09-14"

    trace = evaluate(VOUCHER, case, {Key("issued", BUYER.uscc, "2024"): used}).amount

    lines = lines_of(trace, "eligible")
    assert sum(exact(line) + from_exact_text(line.lost_fen) for line in lines) == sum(fen for fen, _ in rows)
    assert exact(step_of(trace, "eligible")) == sum(exact(line) for line in lines)
    assert 0 <= trace.amount_fen <= max(0, yuan(2_000_000) - used)
    assert 5 * trace.amount_fen <= exact(step_of(trace, "eligible"))


@given(ROWS, st.permutations(range(5)))
@settings(max_examples=40)
def test_the_order_of_the_lines_changes_nothing(
    rows: list[tuple[int, ServiceKind.ValueType]], order: list[int]
) -> None:
    shuffled = [rows[at] for at in order if at < len(rows)]

    assert outcome(VOUCHER, case_of(rows)) == outcome(VOUCHER, case_of(shuffled))


@given(st.integers(2, 10**9), st.data())
@settings(max_examples=40)
def test_splitting_a_line_in_two_never_changes_the_amount(fen: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(1, fen - 1))
    for lines in ([fen], [part, fen - part]):
        case = case_of([(line, SERVICE_KIND_AI_COMPUTE) for line in lines])
        case.application.contract.starts_on, case.application.contract.ends_on = "2025-09-15", "2026-09-14"
        assert outcome(VOUCHER, case).amount == min(yuan(2_000_000), fen * 108 // (365 * 5))


@given(FEN, FEN, USED)
@settings(max_examples=40)
def test_a_dearer_contract_is_never_granted_less(one: int, other: int, used: int) -> None:
    before = {Key("issued", BUYER.uscc, "2024"): used}
    less, more = sorted((one, other))

    assert outcome(VOUCHER, facts(less), before).amount <= outcome(VOUCHER, facts(more), before).amount


@given(ROWS, USED)
@settings(max_examples=20)
def test_the_same_facts_give_the_same_evaluation_byte_by_byte(
    rows: list[tuple[int, ServiceKind.ValueType]], used: int
) -> None:
    before = {Key("issued", BUYER.uscc, "2024"): used}

    first = both_ways(VOUCHER, case_of(rows), before)

    assert first == evaluate(Edition(voucher()), case_of(rows), before)


def test_an_application_that_counts_nothing_gives_nothing_and_says_so() -> None:
    evaluation = both_ways(VOUCHER, applying(items=[an_item(yuan(1), SERVICE_KIND_STORAGE)]))

    assert (evaluation.code, evaluation.amount.amount_fen) == ("EX_E_NOTHING", 0)
    assert "eligible" in [step.name for step in evaluation.amount.steps]


def test_a_yearly_limit_serves_the_claims_of_an_enterprise_one_after_the_other() -> None:
    used: Any = {}
    amounts = []
    for million in (3, 5, 4, 1):
        case = facts(yuan(million * 1_000_000))
        granted = outcome(VOUCHER, case, used)
        amounts.append(granted.amount)
        used = {Key("issued", BUYER.uscc, "2024"): sum(amounts)}

    assert amounts == [yuan(600_000), yuan(1_000_000), yuan(400_000), 0]
    assert granted.code == "EX_E_CAP"


def test_what_a_programme_does_not_limit_is_granted_whole() -> None:
    free = an_edition(a_step("cap", "grant", value="cost", account="free"), accounts={"free": an_account()})

    assert both_ways(free, facts(yuan(10**9))).amount.amount_fen == yuan(10**9)
