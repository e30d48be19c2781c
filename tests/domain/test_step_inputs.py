"""What a calculation reads: nothing without a value is taken for nothing, and a broken expression is told."""

from datetime import date

import pytest

from domain.calculation.step_inputs import problems
from domain.cel.expressions import Environment, ExpressionBroken
from domain.money import yuan
from domain.refusals import Refused
from duifu.v1.facts_pb2 import (
    SERVICE_KIND_AI_COMPUTE,
    SERVICE_KIND_STORAGE,
    InvoiceLine,
    ServiceKind,
)
from tests.builders import a_contract, an_application, an_item
from tests.domain.calculations import (
    a_step,
    an_account,
    award_of,
    calculation,
    facts,
    of_steps,
)
from tests.domain.programmes import a_fact, a_parameter, a_programme

A_FIFTH = a_step("multiply", "share", value="cost", by="rate")


def test_a_fact_that_was_not_given_and_a_parameter_that_expired_refuse_the_calculation() -> None:
    taking = a_step("take", "grant", expression="fact.hours")
    needs_fact = of_steps(taking, facts={"hours": a_fact("integer")})
    expired = of_steps(A_FIFTH, parameters={"rate": a_parameter("ratio", "1/5", last=date(2023, 12, 31))})
    in_cel = of_steps(
        a_step("take", "grant", expression="parameter.most"),
        parameters={"most": a_parameter("money", 100, last=date(2023, 12, 31))},
    )

    for programme, code in (
        (needs_fact, "FACT_MISSING"),
        (expired, "PARAMETER_EXPIRED"),
        (in_cel, "PARAMETER_EXPIRED"),
    ):
        for trace in (True, False):
            with pytest.raises(Refused) as refused:
                calculation(programme).ceiling(facts(), trace=trace)
            assert refused.value.code == code


def test_numbers_too_large_for_an_expression_are_refused_and_not_wrapped_around() -> None:
    step = a_step("take", "grant", expression="application.contract.total_fen * 9000000000000")

    with pytest.raises(Refused) as refused:
        calculation(of_steps(step)).ceiling(facts(yuan(10**13)))

    assert refused.value.code == "CALCULATION_FAILED"
    assert "示例take" in refused.value.message("zh")


def test_many_lines_are_calculated_although_one_evaluation_cannot_look_at_so_many() -> None:
    each = "total(application.contract.items.map(i, i.amount_fen))"
    cost = a_step("sum", "cost", lines="application.contract.items", amount=each)
    items = [an_item(1) for _ in range(150)]  # 150 x 150 is beyond the budget of one evaluation
    programme = a_programme(award={"benefit": "grant", "nothing": "EX_E_NOTHING", "steps": [cost]})

    award = award_of(programme, facts(application=an_application(a_contract(items=items))))

    assert award.amount == 150 * 150


def test_every_expression_that_cannot_be_used_is_told_with_its_path() -> None:
    steps = [
        a_step("sum", "a", lines="application.contract.total_fen", amount="line.amount_fen"),
        a_step(
            "sum", "b", lines="application.contract.items", where="line.amount_fen", least_of=["line.nothing", "1"],
            label="line.kind",
        ),
        a_step("take", "c", expression="application.contract.signed_on"),
        a_step("multiply", "d", value="b", rates=[{"when": "1", "by": "rate"}]),
    ]  # fmt: skip
    programme = a_programme(award={"benefit": "grant", "nothing": "EX_E_NOTHING", "steps": steps})
    environment = Environment(programme)

    found = problems(programme, environment)

    assert [path for path, _ in found] == [
        ("award", "steps", 0, "lines"),
        ("award", "steps", 1, "where"),
        ("award", "steps", 1, "least_of", 0),
        ("award", "steps", 1, "label"),
        ("award", "steps", 2, "expression"),
        ("award", "steps", 3, "rates", 0, "when"),
    ]
    assert all(isinstance(error, ExpressionBroken) and error.message for _, error in found)
    with pytest.raises(ExpressionBroken):
        calculation(programme)


A_REDEMPTION = {
    "clause": "EX-4",
    "yearly_cut_off": {"month": 11, "day": 15, "clause": "EX-4"},
    "last_quarter": "2026Q1",
    "needs_ruling_from": "2026Q1",
    "select_clause": "EX-4",
    "window": "whole",
    "account": "paid",
}


def test_an_invoice_line_counts_by_the_programmes_own_rule() -> None:
    rule = 'line.kind == ServiceKind.SERVICE_KIND_AI_COMPUTE || line.name == "算力"'
    programme = a_programme(redemption={**A_REDEMPTION, "select": rule}, accounts={"paid": an_account(counts="paid")})
    counts = calculation(programme).counts

    def line(kind: ServiceKind.ValueType, name: str) -> InvoiceLine:
        return InvoiceLine(kind=kind, name=name, amount_fen=1)

    assert counts(line(SERVICE_KIND_AI_COMPUTE, "租用"), facts())
    assert counts(line(SERVICE_KIND_STORAGE, "算力"), facts())
    assert not counts(line(SERVICE_KIND_STORAGE, "存储"), facts())
    assert not calculation(a_programme()).counts(line(SERVICE_KIND_AI_COMPUTE, "租用"), facts())


@pytest.mark.parametrize("rule", ["line.tax_fen > 0", "[line].exists(each, each.tax_fen > 0)"])
def test_lines_that_differ_in_what_the_rule_reads_are_told_apart(rule: str) -> None:
    programme = a_programme(redemption={**A_REDEMPTION, "select": rule}, accounts={"paid": an_account(counts="paid")})
    counts = calculation(programme).counts

    assert not counts(InvoiceLine(name="租用", amount_fen=100), facts())
    assert counts(InvoiceLine(name="租用", amount_fen=100, tax_fen=6), facts())
    assert not counts(InvoiceLine(name="租用", amount_fen=101), facts())
