"""What a limit, other public money and funding levels leave of an amount, and what in kind means."""

import pytest

from domain.money import from_exact_text, yuan
from domain.refusals import Refused
from duifu.v1.facts_pb2 import (
    FactValue,
    SpecialApproval,
)
from tests.builders import BUYER
from tests.domain.calculations import (
    a_step,
    an_account,
    award_of,
    benefit,
    facts,
    money,
    of_steps,
    step_of,
    used_by,
    voucher,
)
from tests.domain.programmes import a_fact, a_parameter, a_programme


def test_a_limit_cuts_what_exceeds_it_and_says_what_was_lost() -> None:
    award = award_of(voucher(), facts(yuan(4_000_000)), used_by(BUYER, "issued", yuan(1_600_000)))

    cut = step_of(award.trace, "voucher")
    assert (award.amount, cut.bound, cut.lost_fen) == (yuan(400_000), True, str(yuan(400_000)))
    assert award.counted == {"issued": yuan(400_000)}


def test_a_limit_that_is_used_up_gives_nothing_with_its_own_code_and_clause() -> None:
    award = award_of(voucher(), facts(yuan(1_000_000)), used_by(BUYER, "issued", yuan(2_000_000)))

    assert award.reason is not None
    assert (award.amount, award.reason.code, award.reason.clause) == (0, "EX_E_CAP", "EX-2")
    assert award.counted == {}


@pytest.mark.parametrize(
    ("on_exceed", "amount", "lost", "deferred"),
    [("truncate", 100, "2000", ""), ("defer", 100, "", "2000"), ("refuse", 0, "12000", "")],
)
def test_what_exceeds_a_limit_is_lost_put_off_or_takes_everything(
    on_exceed: str, amount: int, lost: str, deferred: str
) -> None:
    step = a_step("cap", "grant", value="cost", account="granted")
    accounts = {"granted": an_account(limit="cap", on_exceed=on_exceed)}
    programme = of_steps(step, parameters={"cap": money(100)}, accounts=accounts)

    award = award_of(programme, facts(yuan(120)))

    capped = step_of(award.trace, "grant")
    assert (award.amount, capped.lost_fen, capped.deferred_fen) == (yuan(amount), lost, deferred)
    assert award.deferred == from_exact_text(deferred)


def test_a_soft_limit_yields_to_a_recorded_special_approval_and_the_hard_limit_to_nothing() -> None:
    step = a_step("cap", "grant", value="cost", account="granted")
    accounts = {"granted": an_account(limit="soft", hard_limit="hard", on_exceed="special_approval")}
    programme = of_steps(step, parameters={"soft": money(100), "hard": money(150)}, accounts=accounts)
    approval = SpecialApproval(
        account="granted", approved_by="分管领导", reason="重大项目", document_number="示例〔2024〕1号"
    )
    nameless = SpecialApproval(account="granted", reason="重大项目")

    without = award_of(programme, facts(yuan(200)))
    with_it = award_of(programme, facts(yuan(200), special_approvals={"granted": approval}))
    without_a_name = award_of(programme, facts(yuan(200), special_approvals={"granted": nameless}))

    assert [a.amount for a in (without, with_it, without_a_name)] == [yuan(100), yuan(150), yuan(100)]
    assert "示例〔2024〕1号" in step_of(with_it.trace, "grant").explanation


def test_other_public_money_excludes_or_is_completed_up_to_a_total() -> None:
    completing = a_step(
        "stack", "grant", value="cost", rule="complete", total="parameter.most", code="EX_E_STACK", programmes=["other"]
    )
    excluding = a_step("stack", "grant", value="cost", rule="exclude", code="EX_E_STACK", same="enterprise")
    complete = of_steps(completing, parameters={"most": money(120)})
    number = "ht 2024 001"  # the same contract, written otherwise

    amounts = [
        award_of(complete, facts(yuan(100), benefits=[benefit(yuan(had), contract_number=number)])).amount
        for had in (10, 50, 500)
    ]
    elsewhere = [benefit(yuan(500), contract_number="HT-9"), benefit(yuan(500), programme="third")]

    assert amounts == [yuan(100), yuan(70), 0]
    assert award_of(complete, facts(yuan(100), benefits=elsewhere)).amount == yuan(100)
    excluded = award_of(of_steps(excluding), facts(benefits=elsewhere))
    assert excluded.reason is not None
    assert (excluded.amount, excluded.reason.code) == (0, "EX_E_STACK")
    assert award_of(of_steps(excluding), facts(yuan(100), benefits=[benefit(1, programme="example")])).amount == yuan(
        100
    )


LEVELS = {
    "city": {"title": "市级", "parts": 1, "clause": "EX-3"},
    "district": {"title": "区级", "parts": 1, "clause": "EX-3"},
}


def test_levels_share_to_the_fen_and_pay_together_what_is_granted() -> None:
    uneven = LEVELS | {"state": {"title": "国家", "parts": 5, "clause": "EX-3"}}
    programme = of_steps(a_step("share", "grant", value="cost"), levels=uneven)

    award = award_of(programme, facts(yuan("0.20")))

    assert award.levels == {"city": 2, "district": 2, "state": 14}
    assert award.amount == 18
    assert [(level.level, level.amount_fen) for level in award.trace.levels] == [*award.levels.items()]
    assert step_of(award.trace, "grant").lost_fen == "2"


def test_an_amount_approved_by_hand_that_levels_cannot_share_is_refused_with_the_nearest_below() -> None:
    steps = [a_step("decide", "approved", value="cost"), a_step("share", "grant", value="approved")]
    programme = of_steps(*steps, levels=LEVELS)

    with pytest.raises(Refused) as refused:
        award_of(programme, facts(yuan(2_000_000), approved_fen=yuan("1500000.01")))

    assert refused.value.code == "NOT_DIVISIBLE_BY_LEVELS"
    assert refused.value.facts["lower_fen"] == yuan(1_500_000)


def test_an_approved_amount_that_is_rounded_before_it_is_divided_is_tested_as_it_is_divided() -> None:
    rounded = a_step("round", "whole", value="approved", to={"unit": "yuan", "mode": "floor"})
    steps = [a_step("decide", "approved", value="cost"), rounded, a_step("share", "grant", value="whole")]
    programme = of_steps(*steps, levels=LEVELS)

    award = award_of(programme, facts(yuan(2_000_000), approved_fen=yuan("1500000.01")))

    assert award.levels == {"city": yuan(750_000), "district": yuan(750_000)}


def test_levels_that_pay_whole_yuan_share_no_odd_yuan_that_was_approved() -> None:
    to = {"unit": "yuan", "mode": "floor"}
    steps = [a_step("decide", "approved", value="cost"), a_step("share", "grant", value="approved", to=to)]

    with pytest.raises(Refused, match="NOT_DIVISIBLE_BY_LEVELS") as refused:
        award_of(of_steps(*steps, levels=LEVELS), facts(yuan(2_000_000), approved_fen=yuan(1_500_001)))

    assert refused.value.facts["lower_fen"] == yuan(1_500_000)


def test_what_is_granted_in_kind_keeps_its_own_unit() -> None:
    hours = a_step("take", "hours", expression="fact.card_hours")
    granted = a_step("cap", "grant", value="hours", account="hours")
    programme = a_programme(
        facts={"card_hours": a_fact("integer")},
        parameters={"most": a_parameter("count", 1_000)},
        accounts={"hours": an_account(limit="most")},
        award={
            "benefit": "in_kind", "unit": "卡时", "nothing": "EX_E_NOTHING", "payee": "supplier",
            "steps": [hours, granted],
        },
    )  # fmt: skip
    case = facts()
    case.application.facts["card_hours"].CopyFrom(FactValue(integer=1_200))

    award = award_of(programme, case)

    assert (award.amount, award.trace.unit, award.trace.amount_fen) == (1_000, "卡时", 1_000)
    assert "1000卡时" in step_of(award.trace, "grant").explanation
