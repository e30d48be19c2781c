"""How much: a voucher of a fifth, rates, alternatives and fixed amounts, to the fen and every step on record."""

from fractions import Fraction

import pytest

from domain.money import from_exact_text, yuan
from domain.refusals import Refused
from duifu.v1.facts_pb2 import (
    SERVICE_KIND_STORAGE,
    ScheduleEntry,
)
from tests.builders import BUYER, OTHER_SUPPLIER, SUPPLIER, a_contract, an_application, an_item
from tests.domain.calculations import (
    a_step,
    an_account,
    applying,
    award_of,
    calculation,
    exact,
    facts,
    lines_of,
    money,
    of_steps,
    ratio,
    step_of,
    used_by,
    voucher,
)
from tests.domain.programmes import a_programme, a_table

A_FIFTH = a_step("multiply", "share", value="cost", by="rate")
RATE = {"rate": ratio("20/100")}
# The voucher of a fifth: BJ-X1, X3, X5, X9, X11, X39


@pytest.mark.parametrize(
    ("cost", "amount"),
    [
        ("5000000", "1000000"),
        ("1234567.89", "246913.57"),
        ("9999999.99", "1999999.99"),
        ("10000000", "2000000"),
        ("10000000.05", "2000000"),
    ],
)
def test_a_fifth_of_the_compute_is_granted_and_a_share_of_a_fen_is_dropped(cost: str, amount: str) -> None:
    assert award_of(voucher(), applying(cost)).amount == yuan(amount)


def test_only_the_days_inside_the_window_count_and_are_not_rounded_before_the_end() -> None:
    case = applying(signed_on="2025-09-01", starts_on="2025-09-15", ends_on="2026-09-14")

    award = award_of(voucher(), case)

    assert award.amount == yuan("59178.08")
    line = lines_of(award.trace, "eligible")[0]
    assert exact(line) == Fraction(yuan(1_000_000) * 108, 365)
    assert {o.name: o.exact for o in line.operands} == {"amount": "100000000", "days_inside": "108", "days": "365"}
    assert line.clause == "EX-8"


def test_an_itemised_schedule_wins_over_counting_days() -> None:
    months = [("2025-10-01", "2025-10-31"), ("2025-11-01", "2025-11-30"), ("2025-12-01", "2025-12-31"),
              ("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28"), ("2026-03-01", "2026-03-31")]  # fmt: skip
    schedule = [
        ScheduleEntry(starts_on=first, ends_on=last, amount_fen=yuan(100_000 * number))
        for number, (first, last) in enumerate(months, 1)
    ]
    contract = {"signed_on": "2025-09-20", "starts_on": "2025-10-01", "ends_on": "2026-03-31"}

    planned = applying("2100000", items=[an_item(yuan(2_100_000), schedule=schedule)], **contract)
    by_days = applying("2100000", **contract)

    assert award_of(voucher(), planned).amount == yuan(120_000)
    assert award_of(voucher(), by_days).amount == yuan("212307.69")


def test_days_before_the_signature_do_not_count_and_the_trace_says_by_which_clause() -> None:
    case = applying("1840000", signed_on="2024-05-10", starts_on="2024-05-01", ends_on="2024-10-31")

    award = award_of(voucher(), case)

    assert award.amount == yuan(350_000)
    line = lines_of(award.trace, "eligible")[0]
    assert (line.clause, line.lost_fen) == ("EX-20", str(yuan(90_000)))


def test_the_draft_is_the_ceiling_before_anything_was_decided_and_knows_the_base_of_redemptions() -> None:
    draft = calculation(voucher()).ceiling(applying("10000000.05"))

    assert draft.amount == yuan("2000000.01")
    assert draft.base == yuan("10000000.05")
    assert [step.name for step in draft.trace.steps] == ["eligible[1]", "eligible", "share", "ceiling"]
    assert draft.trace.amount_fen == draft.amount


def test_what_does_not_count_stays_on_record_with_nothing_and_its_clause() -> None:
    items = [an_item(yuan(600)), an_item(yuan(400), SERVICE_KIND_STORAGE)]

    award = award_of(voucher(), applying(items=items))

    counted, excluded = lines_of(award.trace, "eligible")
    assert (counted.operation, counted.exact_fen) == ("counted", str(yuan(600)))
    assert (excluded.operation, excluded.exact_fen, excluded.clause) == ("excluded", "0", "EX-10")
    assert from_exact_text(excluded.lost_fen) == yuan(400)
    assert "不属于智能算力" in excluded.explanation
    assert award.amount == yuan(120)


def test_a_line_without_valid_days_is_refused_and_not_counted_as_a_whole() -> None:
    for first, last in (("", "2024-12-31"), ("2024-13-01", "2024-12-31"), ("2024-12-31", "2024-01-01")):
        with pytest.raises(Refused) as refused:
            calculation(voucher()).ceiling(applying(starts_on=first, ends_on=last))
        assert refused.value.code == "LINE_WITHOUT_DAYS"


def test_a_person_may_approve_less_and_never_more() -> None:
    less = facts(yuan(5_000_000), approved_fen=yuan(800_000), approval_reason="预算")

    award = award_of(voucher(), less)

    approved = step_of(award.trace, "approved")
    assert (award.amount, approved.bound, approved.lost_fen) == (yuan(800_000), True, str(yuan(200_000)))
    with pytest.raises(Refused) as refused:
        award_of(voucher(), facts(yuan(5_000_000), approved_fen=yuan("1000000.01")))
    assert refused.value.code == "AMOUNT_ABOVE_CEILING"


def test_a_decision_that_the_calculation_does_not_foresee_is_refused_and_not_passed_over() -> None:
    for decision in ({"approved_fen": 1}, {"approved_rate": Fraction(1, 10)}):
        with pytest.raises(Refused) as refused:
            calculation(of_steps(A_FIFTH)).ceiling(facts(**decision))
        assert refused.value.code == "DECISION_NOT_FORESEEN"


# Rates


def test_a_rate_follows_an_attribute_and_the_first_row_that_applies_counts() -> None:
    by_size = a_step(
        "multiply",
        "grant",
        value="cost",
        rates=[
            {"when": 'application.applicant.registered_district == "110108"', "by": "high", "title": "重点区"},
            {"when": 'application.applicant.industry_code.startsWith("I")', "by": "middle"},
            {"by": "low"},
        ],
    )
    programme = of_steps(by_size, parameters={"high": ratio("1/2"), "middle": ratio("3/10"), "low": ratio("1/10")})

    amounts = {}
    for district, industry in (("110108", "I6513"), ("110101", "I6513"), ("110101", "C3910")):
        case = facts(yuan(100))
        case.application.applicant.registered_district = district
        case.application.applicant.industry_code = industry
        amounts[district, industry] = award_of(programme, case).amount

    assert list(amounts.values()) == [yuan(50), yuan(30), yuan(10)]


def test_a_rate_follows_the_kind_of_supplier_in_a_dated_list() -> None:
    kinds = a_table(
        [
            {"key": SUPPLIER.uscc, "values": {"kind": "public"}},
            {"key": OTHER_SUPPLIER.uscc, "values": {"kind": "other"}},
        ],
        kind="text",
    )
    kind = 'word("providers", application.contract.supplier.uscc, "kind", received_on)'
    step = a_step("multiply", "grant", value="cost", rates=[{"when": f'{kind} == "public"', "by": "rate"}])
    programme = of_steps(step, parameters=RATE, tables={"providers": kinds})

    of_public = award_of(programme, facts(yuan(100)))
    of_other = award_of(programme, facts(application=an_application(a_contract(yuan(100), supplier=OTHER_SUPPLIER))))

    assert of_public.amount == yuan(20)
    assert (of_other.amount, of_other.reason and of_other.reason.code) == (0, "EX_E_NOTHING")


@pytest.mark.parametrize(
    ("applies_to", "before", "amount"),
    [
        ("slice", 0, yuan("0.50") * 100 + yuan("0.20") * 100),  # 100 at 50 %, 100 at 20 %
        ("slice", 100, yuan("0.20") * 200),
        ("slice", 250, yuan("0.20") * 50 + yuan("0.10") * 150),
        ("whole", 0, yuan("0.20") * 200),
        ("whole", 250, yuan("0.10") * 200),
    ],
)
def test_rates_by_the_yearly_total_take_each_slice_or_the_whole(applies_to: str, before: int, amount: int) -> None:
    step = a_step(
        "tiers", "grant", value="cost", account="spent", applies_to=applies_to,
        tiers=[{"up_to": "first", "by": "half"}, {"up_to": "second", "by": "fifth"}, {"by": "tenth"}],
    )  # fmt: skip
    programme = of_steps(
        step,
        parameters={
            "first": money(100), "second": money(300),
            "half": ratio("1/2"), "fifth": ratio("1/5"), "tenth": ratio("1/10"),
        },
        accounts={"spent": an_account(counts="cost")},
    )  # fmt: skip

    award = award_of(programme, facts(yuan(200)), used_by(BUYER, "spent", yuan(before)))

    assert award.amount == amount
    assert award.counted == {"spent": yuan(200)}


@pytest.mark.parametrize(("counts_when", "counted"), [("granted", {}), ("passed", {"spent": yuan(80)})])
def test_what_comes_to_nothing_is_part_of_a_yearly_total_if_the_account_says_so(
    counts_when: str, counted: dict[str, int]
) -> None:
    tiers = [{"up_to": "first", "by": "none"}, {"by": "tenth"}]
    programme = of_steps(
        a_step("tiers", "grant", value="cost", account="spent", tiers=tiers),
        parameters={"first": money(100), "none": ratio("0"), "tenth": ratio("1/10")},
        accounts={"spent": an_account(counts="cost", counts_when=counts_when), "own": an_account()},
    )

    award = award_of(programme, facts(yuan(80)))

    assert award.amount == 0
    assert award.counted == counted


def test_a_tier_ends_with_its_last_fen() -> None:
    tiers = [{"up_to": "first", "by": "half"}, {"by": "tenth"}]
    step = a_step("tiers", "grant", value="cost", account="spent", applies_to="whole", tiers=tiers)
    programme = of_steps(
        step,
        parameters={"first": money(100), "half": ratio("1/2"), "tenth": ratio("1/10")},
        accounts={"spent": an_account(counts="cost")},
    )

    assert award_of(programme, facts(yuan(100))).amount == yuan(50)
    assert award_of(programme, facts(yuan(100) + 10)).amount == yuan(10) + 1


def test_a_lower_rate_may_be_decided_for_the_round_and_never_a_higher_one() -> None:
    step = a_step("multiply", "grant", value="cost", by="rate", decided_rate=True)
    programme = of_steps(step, parameters={"rate": ratio("50/100")})

    award = award_of(programme, facts(yuan(10_000_000), approved_rate=Fraction(40, 100)))

    assert award.amount == yuan(4_000_000)
    assert "40%" in step_of(award.trace, "grant").explanation
    for rate in (Fraction(51, 100), Fraction(-1, 100)):
        with pytest.raises(Refused) as refused:
            award_of(programme, facts(approved_rate=rate))
        assert refused.value.code == "DECIDED_RATE_TOO_HIGH"


def test_a_part_follows_whole_numbers_of_the_facts_and_all_of_it_counts_where_the_whole_is_zero() -> None:
    step = a_step(
        "proportion", "grant", value="cost",
        part="application.contract.total_fen - application.contract.tax_fen", whole="application.contract.total_fen",
    )  # fmt: skip
    case = facts(yuan(106))
    case.application.contract.tax_fen = yuan(6)

    assert award_of(of_steps(step), case).amount == yuan(100)
    case.application.contract.ClearField("total_fen")
    case.application.contract.ClearField("tax_fen")
    assert award_of(of_steps(step), case).amount == yuan(106)


# Alternatives, fixed amounts, minima


def test_the_higher_of_two_alternatives_counts_although_one_gives_nothing() -> None:
    steps = [
        a_step("at_least", "large", value="cost", minimum="floor", code="EX_E_SMALL", otherwise={"zh": "支出不足"}),
        a_step("multiply", "by_cost", value="large", by="rate"),
        a_step("fixed", "flat", parameter="flat"),
        a_step("greatest", "grant", of=["by_cost", "flat"]),
    ]
    programme = of_steps(*steps, parameters=RATE | {"floor": money(1_000), "flat": money(150)})

    assert award_of(programme, facts(yuan(999))).amount == yuan(150)
    assert award_of(programme, facts(yuan(1_000))).amount == yuan(200)


def test_a_one_off_grant_is_a_fixed_amount_whatever_the_contract_costs() -> None:
    programme = of_steps(a_step("fixed", "grant", parameter="flat"), parameters={"flat": money(300_000)})

    assert {award_of(programme, facts(yuan(cost))).amount for cost in (1, 10**6)} == {yuan(300_000)}


def test_below_the_minimum_spend_nothing_is_granted_and_the_code_says_why() -> None:
    step = a_step("at_least", "enough", value="cost", minimum="floor", code="EX_E_SMALL", otherwise={"zh": "支出不足"})
    share = a_step("multiply", "grant", value="enough", by="rate")
    programme = of_steps(step, share, parameters=RATE | {"floor": money(1_000)})

    award = award_of(programme, facts(yuan("999.99")))

    assert award.reason is not None
    assert (award.amount, award.reason.code, award.reason.explanation) == (0, "EX_E_SMALL", "支出不足")
    assert step_of(award.trace, "enough").bound
    assert award_of(programme, facts(yuan(1_000))).amount == yuan(200)


def test_values_are_added_subtracted_and_compared_with_parameters_and_never_below_nothing() -> None:
    steps = [
        a_step("fixed", "own", parameter="own"),
        a_step("subtract", "outside", value="cost", of=["own", "parameter.deducted"]),
        a_step("add", "both", of=["outside", "own"]),
        a_step("least", "grant", of=["both", "parameter.most"]),
    ]
    programme = of_steps(*steps, parameters={"own": money(30), "deducted": money(20), "most": money(1_000)})

    assert award_of(programme, facts(yuan(100))).amount == yuan(80)
    assert award_of(programme, facts(yuan(40))).amount == yuan(30)
    assert award_of(programme, facts(yuan(5_000))).amount == yuan(1_000)


def test_a_line_counts_with_the_least_of_what_proves_it() -> None:
    cost = a_step(
        "sum", "cost", lines="application.contract.items",
        least_of=["line.amount_fen", "application.contract.tax_fen"],
    )  # fmt: skip
    case = facts(yuan(100))
    case.application.contract.tax_fen = yuan(70)

    award = award_of(a_programme(award={"benefit": "grant", "nothing": "EX_E_NOTHING", "steps": [cost]}), case)

    assert award.amount == yuan(70)
    assert [o.exact for o in lines_of(award.trace, "cost")[0].operands] == [str(yuan(100)), str(yuan(70))]


def test_the_ceiling_is_what_is_decided_first_whatever_was_reckoned_between() -> None:
    between = [
        a_step("multiply", "share", value="cost", by="rate"),
        a_step("fixed", "fee", parameter="fee"),
        a_step("decide", "grant", value="share"),
    ]
    at_once = a_step("decide", "grant", value="parameter.fee")
    parameters = {"rate": ratio("20/100"), "fee": money(7)}

    first = calculation(of_steps(*between, parameters=parameters)).ceiling(facts(yuan(100)))
    alone = calculation(
        a_programme(award={"benefit": "grant", "nothing": "EX_E_NOTHING", "steps": [at_once]}, parameters=parameters)
    ).ceiling(facts(yuan(100)))

    assert first.amount == first.value == first.base == yuan(20)
    assert (alone.amount, list(alone.trace.steps)) == (yuan(7), [])
