"""Conditions, materials and declared facts: what is unknown never passes, and nothing hides anything else."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.case import is_answered
from domain.cel.expressions import Environment, RuleBroken
from domain.eligibility import findings
from domain.eligibility.rules import Moments, Rules
from domain.eligibility.tested import problems
from domain.facts import CaseFacts
from domain.format.programme import Programme
from duifu.v1.events_pb2 import (
    CONDITION_STATUS_MET,
    CONDITION_STATUS_NEEDS_EVIDENCE,
    CONDITION_STATUS_NEEDS_PERSON,
    CONDITION_STATUS_NOT_MET,
    Ground,
)
from duifu.v1.facts_pb2 import (
    CHECK_OUTCOME_CLEAN,
    CHECK_OUTCOME_HIT,
    CHECK_OUTCOME_UNAVAILABLE,
    TRUST_LEVEL_A_ISSUED,
    TRUST_LEVEL_B_VERIFIED,
    TRUST_LEVEL_C_UPLOADED,
    TRUST_LEVEL_D_DECLARED,
    TRUST_LEVEL_UNSPECIFIED,
    Application,
    CheckResult,
    Contract,
    CreditRecord,
    FactValue,
    Material,
    Purpose,
    RedemptionRequest,
    Relation,
    Texts,
    TrustLevel,
)
from tests.builders import credit_check, relation_check, unavailable
from tests.domain.programmes import FIRST, a_condition, a_fact, a_material, a_parameter, a_programme

MET, NOT_MET, NEEDS_EVIDENCE, NEEDS_PERSON = (
    CONDITION_STATUS_MET,
    CONDITION_STATUS_NOT_MET,
    CONDITION_STATUS_NEEDS_EVIDENCE,
    CONDITION_STATUS_NEEDS_PERSON,
)
UNSTATED, A, B, C, D = (
    TRUST_LEVEL_UNSPECIFIED,
    TRUST_LEVEL_A_ISSUED,
    TRUST_LEVEL_B_VERIFIED,
    TRUST_LEVEL_C_UPLOADED,
    TRUST_LEVEL_D_DECLARED,
)
ON = date(2024, 6, 10)
CREDIT = {"credit": {"answers": "credit", "title": "信用记录"}}


def the_rules(programme: Programme) -> Rules:
    """Its rules, compiled."""
    return Rules(programme, Environment(programme))


def grounds(programme: Programme, facts: CaseFacts, at: Moments = "decision") -> list[Ground]:
    """How everything stands."""
    return the_rules(programme).grounds(at, facts)


def only(programme: Programme, facts: CaseFacts, at: Moments = "decision") -> Ground:
    """How the only ground stands."""
    (found,) = grounds(programme, facts, at)
    return found


def about(field: str) -> CaseFacts:
    """An application on a field of use."""
    return CaseFacts(ON, Application(purpose=Purpose(field=field)))


def stating(**facts: FactValue) -> CaseFacts:
    """An application with facts of the programme's own."""
    return CaseFacts(ON, Application(facts=facts))


def checked(*results: CheckResult, **more: Any) -> CaseFacts:
    """Nothing but answers of sources."""
    return CaseFacts(ON, checks={result.check: result for result in results}, **more)


# How a condition stands


FIELD = a_condition(
    'application.purpose.field != ""',
    person_if='application.purpose.field == "其他"',
    person={"zh": "由人工认定"},
    note_if='application.purpose.field == "气象"',
    note={"zh": "请留意"},
    shows="application.purpose.field",
)


@pytest.mark.parametrize(
    ("field", "status", "explanation"),
    [
        ("工业", MET, "工业"),
        ("气象", MET, "请留意（气象）"),
        ("其他", NEEDS_PERSON, "由人工认定（其他）"),
        ("", NOT_MET, "不符合示例条件"),
    ],
)
def test_a_condition_is_met_or_not_or_for_a_person_and_says_why(field: str, status: int, explanation: str) -> None:
    ground = only(a_programme(conditions=[FIELD]), about(field))

    assert (ground.status, ground.explanation) == (status, explanation)
    assert (ground.code, ground.clause, ground.title) == ("EX_E_CONDITION", "EX-1", "示例条件")
    assert [(fact.path, fact.value) for fact in ground.facts] == [("application.purpose.field", field)]


def test_a_person_is_asked_and_the_note_waits() -> None:
    both = FIELD | {"note_if": "true"}

    assert only(a_programme(conditions=[both]), about("其他")).status == NEEDS_PERSON


def test_conditions_are_tested_at_their_moments_and_at_several_once() -> None:
    rows = [
        a_condition("true", "EX_A", at=["submission"]),
        a_condition("true", "EX_B", at=["submission", "decision"]),
        a_condition("true", "EX_C", at=["redemption"]),
    ]
    rules = the_rules(a_programme(conditions=rows))
    at: dict[Moments, list[str]] = {
        moment: [g.code for g in rules.grounds(moment, CaseFacts(ON))]
        for moment in ("submission", "decision", "redemption", "request", ("submission", "decision"))
    }

    assert at == {
        "submission": ["EX_A", "EX_B"],
        "decision": ["EX_B"],
        "redemption": ["EX_C"],
        "request": [],
        ("submission", "decision"): ["EX_A", "EX_B"],
    }


# What is unknown


@pytest.mark.parametrize(
    "answer",
    [
        None,
        unavailable("credit"),
        CheckResult(check="credit", outcome=CHECK_OUTCOME_UNAVAILABLE, credit=CreditRecord()),
        CheckResult(check="credit", outcome=CHECK_OUTCOME_CLEAN),
        CheckResult(check="credit", outcome=CHECK_OUTCOME_CLEAN, relation=Relation()),
        CheckResult(check="credit", credit=CreditRecord()),
    ],
)
def test_a_source_that_has_not_answered_needs_evidence_whatever_the_condition_says(answer: CheckResult | None) -> None:
    programme = a_programme(checks=CREDIT, conditions=[a_condition("true", needs=["credit"], shows='"为真"')])
    facts = checked(*([answer] if answer else []))

    ground = only(programme, facts)

    assert (ground.status, ground.explanation) == (NEEDS_EVIDENCE, "尚无查询结果：信用记录")
    assert not is_answered(answer, "credit")
    assert not the_rules(programme).passes("decision", facts)


def test_a_check_may_have_a_name_of_its_own() -> None:
    programme = a_programme(
        checks={"district_credit": {"answers": "credit", "title": "区信用记录"}},
        conditions=[a_condition("district_credit.listings.size() == 0", needs=["district_credit"])],
    )
    answer = CheckResult(check="district_credit", outcome=CHECK_OUTCOME_HIT, credit=CreditRecord())
    wrong = CheckResult(check="district_credit", outcome=CHECK_OUTCOME_CLEAN, relation=Relation())

    assert only(programme, checked(answer)).status == MET
    assert only(programme, checked(wrong)).explanation == "尚无查询结果：区信用记录"
    assert is_answered(wrong)
    assert not is_answered(wrong, "credit")


@pytest.mark.parametrize(
    ("queried_at", "today", "status"),
    [
        (datetime(2024, 6, 1, tzinfo=UTC), date(2024, 7, 1), MET),
        (datetime(2024, 6, 1, tzinfo=UTC), date(2024, 7, 2), NEEDS_EVIDENCE),
        (datetime(2024, 5, 31, 16, tzinfo=UTC), date(2024, 7, 1), MET),  # 00:00 on 1 June in Shanghai
        (datetime(2024, 5, 31, 15, 59, tzinfo=UTC), date(2024, 7, 1), NEEDS_EVIDENCE),
        (datetime(2024, 5, 11, tzinfo=UTC), None, MET),  # against the day of receipt, 10 June
        (datetime(2024, 5, 10, tzinfo=UTC), None, NEEDS_EVIDENCE),
        (None, None, NEEDS_EVIDENCE),
    ],
)
def test_an_answer_grows_old(queried_at: datetime | None, today: date | None, status: int) -> None:
    programme = a_programme(
        checks={"credit": CREDIT["credit"] | {"valid_days": 30}}, conditions=[a_condition("true", needs=["credit"])]
    )
    answer = credit_check()
    if queried_at is not None:
        answer.queried_at.FromDatetime(queried_at)
    facts = checked(answer, today=today)

    ground = only(programme, facts)

    assert ground.status == status
    assert ("已过有效期" in ground.explanation) == (status == NEEDS_EVIDENCE)
    assert the_rules(programme).passes("decision", facts) == (status == MET)


def test_what_an_unanswered_source_would_have_said_is_not_among_the_facts() -> None:
    programme = a_programme(
        checks=CREDIT | {"relation": {"answers": "relation", "title": "关联关系"}},
        conditions=[
            a_condition('credit.listings.size() == 0 && received_on > ""', needs=["credit", "relation"]),
        ],
    )

    ground = only(programme, checked(relation_check()))

    assert ground.explanation == "尚无查询结果：信用记录"
    assert [fact.path for fact in ground.facts] == ["received_on"]


def test_a_number_that_has_expired_passes_nobody() -> None:
    programme = a_programme(
        parameters={"most": a_parameter("count", 3, FIRST, date(2024, 6, 9))},
        conditions=[a_condition("true || parameter.most > 1"), a_condition("true", "EX_OTHER")],
    )
    before, after = CaseFacts(date(2024, 6, 9)), CaseFacts(date(2024, 6, 10))

    assert [ground.status for ground in grounds(programme, before)] == [MET, MET]
    assert [ground.status for ground in grounds(programme, after)] == [NEEDS_EVIDENCE, MET]
    assert grounds(programme, after)[0].explanation == "政策参数在该日无有效值：most"
    assert not the_rules(programme).passes("decision", after)


def test_a_fact_that_was_not_given_needs_evidence_only_where_it_is_used() -> None:
    programme = a_programme(
        facts={"cards": a_fact("integer", title={"zh": "加速卡数"})},
        conditions=[
            a_condition("true || fact.cards > 1"),
            a_condition("true", "EX_OTHER"),
            a_condition("true", "EX_SHOWN", shows="string(fact.cards)"),
        ],
    )

    found = grounds(programme, CaseFacts(ON))

    assert [ground.status for ground in found] == [NEEDS_EVIDENCE, MET, MET]
    assert found[0].explanation == "尚未提供事实：加速卡数（cards）"
    assert found[2].explanation == ""


def test_a_condition_that_fails_on_the_facts_passes_nobody_and_hides_no_other() -> None:
    bad = "years_after(application.contract.signed_on, 1) > received_on"
    programme = a_programme(conditions=[a_condition(bad), a_condition("false", "EX_OTHER"), FIELD | {"code": "EX_F"}])

    found = grounds(programme, about("工业"))

    assert [ground.status for ground in found] == [NEEDS_EVIDENCE, NOT_MET, MET]
    assert found[0].explanation.startswith("现有事实无法判断")
    assert found[2].explanation == "工业"
    assert not the_rules(a_programme(conditions=[a_condition(bad)])).passes("decision", about("工业"))


# Declared facts


KINDS = a_programme(
    facts={
        "cards": a_fact("integer", must_be_given=True, title={"zh": "加速卡数"}),
        "price_fen": a_fact("money"),
        "direction": a_fact("text", choices=["芯片", "模型"]),
        "opened_on": a_fact("date"),
        "is_new": a_fact("flag"),
        "tags": a_fact("texts"),
    }
)
CARDS = FactValue(integer=8)


def test_facts_as_they_are_declared_are_no_ground() -> None:
    facts = stating(
        cards=CARDS,
        price_fen=FactValue(integer=10**15),
        direction=FactValue(text="芯片"),
        opened_on=FactValue(text="2024-02-29"),
        is_new=FactValue(flag=False),
        tags=FactValue(texts=Texts()),
    )

    assert grounds(KINDS, facts, "submission") == []
    assert the_rules(KINDS).passes("submission", facts)


@pytest.mark.parametrize(
    ("given_facts", "code", "says"),
    [
        ({}, "E_FACT_MISSING", "须提供加速卡数，类型为整数"),
        ({"cards": FactValue()}, "E_FACT_VALUE", "须为整数"),
        ({"cards": FactValue(text="8")}, "E_FACT_VALUE", "须为整数"),
        ({"cards": FactValue(integer=10**15 + 1)}, "E_FACT_VALUE", "超出范围"),
        ({"cards": CARDS, "price_fen": FactValue(integer=-1)}, "E_FACT_VALUE", "超出范围"),
        ({"cards": CARDS, "direction": FactValue(text="其他")}, "E_FACT_VALUE", "只能是：芯片、模型"),
        ({"cards": CARDS, "opened_on": FactValue(text="2023-02-29")}, "E_FACT_VALUE", "须为日期"),
        ({"cards": CARDS, "opened_on": FactValue(text="2024-2-1")}, "E_FACT_VALUE", "须为日期"),
        ({"cards": CARDS, "gpus": FactValue(integer=8)}, "E_FACT_UNKNOWN", "没有事实gpus"),
    ],
)
@pytest.mark.parametrize("at", ["submission", "decision", ("submission", "decision")])
def test_a_fact_that_is_not_as_declared_is_refused(
    at: Moments, given_facts: dict[str, FactValue], code: str, says: str
) -> None:
    ground = only(KINDS, stating(**given_facts), at)

    assert (ground.status, ground.code) == (NOT_MET, code)
    assert says in ground.explanation
    assert not the_rules(KINDS).passes(at, stating(**given_facts))


def test_every_wrong_fact_is_named_at_once() -> None:
    wrong = stating(price_fen=FactValue(text="1"), gpus=FactValue(integer=8))

    assert [g.code for g in grounds(KINDS, wrong)] == ["E_FACT_MISSING", "E_FACT_UNKNOWN", "E_FACT_VALUE"]


# Materials


@pytest.mark.parametrize("wanted", "ABCD")
@pytest.mark.parametrize("handed_in", [None, UNSTATED, A, B, C, D])
def test_a_material_is_trusted_enough_or_evidence_is_needed(
    wanted: str, handed_in: TrustLevel.ValueType | None
) -> None:
    programme = a_programme(material_code="EX_E_MATERIAL", materials=[a_material(trust_at_least=wanted)])
    handed = [] if handed_in is None else [Material(kind="contract", trust_level=handed_in)]
    facts = CaseFacts(ON, Application(materials=[*handed, Material(kind="another", trust_level=A)]))
    enough = handed_in is not None and 1 <= handed_in <= "ABCD".index(wanted) + 1

    ground = only(programme, facts)

    assert (ground.code, ground.clause, ground.title) == ("EX_E_MATERIAL", "EX-1", "材料：合同")
    assert ground.status == (MET if enough else NEEDS_EVIDENCE)
    assert (f"须提供合同，可信等级不低于{wanted}级" in ground.explanation) == (not enough)
    assert the_rules(programme).passes("decision", facts) == enough


def test_the_best_of_several_copies_counts() -> None:
    programme = a_programme(materials=[a_material(trust_at_least="B")])
    copies = [Material(kind="contract", trust_level=level) for level in (D, B, UNSTATED, C)]

    assert only(programme, CaseFacts(ON, Application(materials=copies))).status == MET


def test_materials_are_asked_for_at_the_decision_or_before_money_and_never_at_submission() -> None:
    programme = a_programme(materials=[a_material("contract"), a_material("invoice", at="redemption")])
    at_the_request = CaseFacts(ON, redemption=RedemptionRequest(materials=[Material(kind="invoice", trust_level=D)]))

    assert grounds(programme, CaseFacts(ON), "submission") == []
    assert [g.status for g in grounds(programme, CaseFacts(ON), ("submission", "decision"))] == [NEEDS_EVIDENCE]
    assert only(programme, CaseFacts(ON), "redemption").status == NEEDS_EVIDENCE
    assert only(programme, at_the_request, "redemption").status == MET


@pytest.mark.parametrize(
    ("needed_if", "status"),
    [
        ('application.purpose.field == "工业"', NEEDS_EVIDENCE),
        ('application.purpose.field != "工业"', None),
        ("parameter.gone", NEEDS_EVIDENCE),
        ("years_after(application.contract.signed_on, 1) > received_on", NEEDS_EVIDENCE),
    ],
)
def test_a_material_may_be_needed_in_some_cases_and_is_where_nobody_knows(needed_if: str, status: int | None) -> None:
    programme = a_programme(
        parameters={"gone": a_parameter("flag", False, FIRST, FIRST)}, materials=[a_material(needed_if=needed_if)]
    )

    found = grounds(programme, about("工业"))

    assert [ground.status for ground in found] == ([] if status is None else [status])
    assert the_rules(programme).passes("decision", about("工业")) == (status is None)


# Both ways of asking agree


EVERYTHING = a_programme(
    parameters={
        "most": a_parameter("count", 3, FIRST, date(2024, 6, 30)),
        "pattern": a_parameter("text", "^工"),
    },
    checks=CREDIT,
    facts={"cards": a_fact("integer", must_be_given=True), "direction": a_fact("text", choices=["芯片", "模型"])},
    materials=[a_material(trust_at_least="C"), a_material("report", needed_if="fact.cards > 3")],
    conditions=[
        a_condition("application.purpose.field.matches(parameter.pattern)", "EX_A", at=["submission"]),
        FIELD | {"code": "EX_B"},
        a_condition("fact.cards <= parameter.most", "EX_C", person_if="fact.cards == 3", person={"zh": "人工"}),
        a_condition("credit.listings.size() == 0", "EX_D", needs=["credit"]),
        a_condition(
            'application.contract.signed_on == "" || years_after(application.contract.signed_on, 1) > received_on',
            "EX_E",
            shows="fact.direction",
        ),
        a_condition('fact.direction == "芯片"', "EX_F", at=["decision"]),
    ],
)
CASES = st.builds(
    lambda on, field, signed_on, cards, direction, levels, answers, ruled: CaseFacts(
        on,
        Application(
            purpose=Purpose(field=field),
            contract=Contract(signed_on=signed_on),
            facts={name: value for name, value in (("cards", cards), ("direction", direction)) if value is not None},
            materials=[Material(kind=kind, trust_level=level) for kind, level in levels],
        ),
        checks={"credit": answers} if answers else {},
        ruled_met=ruled,
    ),
    on=st.sampled_from([ON, date(2024, 7, 1)]),
    field=st.sampled_from(["工业", "其他", "气象", ""]),
    signed_on=st.sampled_from(["", "2024-01-01", "2020-01-01", "2024-13-01"]),
    cards=st.sampled_from([None, FactValue(integer=1), FactValue(integer=3), FactValue(integer=4), FactValue()]),
    direction=st.sampled_from([None, FactValue(text="芯片"), FactValue(text="模型"), FactValue(text="其他")]),
    levels=st.lists(st.tuples(st.sampled_from(["contract", "report"]), st.sampled_from([A, C, D])), max_size=3),
    answers=st.sampled_from([None, credit_check(), unavailable("credit")]),
    ruled=st.frozensets(st.sampled_from(["EX_B", "EX_C", "EX_D"])),
)
RULES = the_rules(EVERYTHING)


@given(facts=CASES, at=st.sampled_from(["submission", "decision", ("submission", "decision")]))
@settings(max_examples=300, deadline=None)
def test_the_fast_answer_is_the_one_that_the_grounds_give(facts: CaseFacts, at: Moments) -> None:
    found = RULES.grounds(at, facts)

    cleared = [g.status == MET or (g.status == NEEDS_PERSON and g.code in facts.ruled_met) for g in found]

    assert RULES.passes(at, facts) == all(cleared)


@given(facts=CASES)
@settings(max_examples=100, deadline=None)
def test_every_condition_stands_as_if_it_were_the_only_one(facts: CaseFacts) -> None:
    together = {g.code: g for g in RULES.grounds("decision", facts) if g.code.startswith("EX_")}

    for code, rules in ALONE.items():
        assert [g for g in rules.grounds("decision", facts) if g.code == code] == [together[code]]


@given(claims=st.lists(CASES, min_size=2, max_size=6))
@settings(max_examples=100, deadline=None)
def test_what_was_written_down_for_one_claim_changes_nothing_for_another(claims: list[CaseFacts]) -> None:
    among_others = [RULES.grounds("decision", facts) for facts in claims]

    for facts, grounds_among_others in zip(claims, among_others, strict=True):
        findings.found.cache_clear()
        assert RULES.grounds("decision", facts) == grounds_among_others


LATE = 'years_after(application.contract.signed_on, 1) > "2025-01-01"'


@pytest.mark.parametrize(
    "part", [{"person_if": LATE, "person": {"zh": "人工"}}, {"note_if": LATE, "note": {"zh": "请留意"}}]
)
def test_nothing_passes_where_the_facts_do_not_say_whether_a_person_must_rule_or_a_note_is_due(
    part: dict[str, Any],
) -> None:
    programme = a_programme(conditions=[a_condition("true", "EX_A", **part)])
    on = {
        day: CaseFacts(ON, Application(contract=Contract(signed_on=day)), ruled_met=frozenset({"EX_A"}))
        for day in ("2024-06-01", "someday")
    }

    passes = {day: the_rules(programme).passes("decision", facts) for day, facts in on.items()}

    assert passes == {"2024-06-01": True, "someday": False}
    assert only(programme, on["someday"]).status == NEEDS_EVIDENCE


def test_what_a_condition_only_shows_keeps_nobody_from_passing_where_it_is_missing() -> None:
    programme = a_programme(
        parameters={"gone": a_parameter("text", "x", FIRST, FIRST)},
        facts={"remark": a_fact("text")},
        conditions=[
            a_condition("true", "EX_A", shows="fact.remark"),
            a_condition("true", "EX_B", shows="parameter.gone"),
        ],
    )

    found, passes = grounds(programme, CaseFacts(ON)), the_rules(programme).passes("decision", CaseFacts(ON))

    assert ([ground.status for ground in found], passes) == ([MET, MET], True)


def alone(code: str) -> Rules:
    """The same programme with one of its conditions."""
    rows = tuple(row for row in EVERYTHING.conditions if row.code == code)
    return the_rules(EVERYTHING.model_copy(update={"conditions": rows}))


ALONE = {row.code: alone(row.code) for row in EVERYTHING.conditions if "decision" in row.at}


def test_an_application_without_a_flaw_passes_both_ways() -> None:
    facts = CaseFacts(
        ON,
        Application(
            purpose=Purpose(field="工业"),
            facts={"cards": FactValue(integer=1), "direction": FactValue(text="芯片")},
            materials=[Material(kind="contract", trust_level=C)],
        ),
        checks={"credit": credit_check()},
    )
    at = ("submission", "decision")

    assert RULES.passes(at, facts)
    assert {ground.status for ground in RULES.grounds(at, facts)} == {MET}


def test_what_is_done_to_one_ground_does_not_show_in_the_next() -> None:
    facts = about("工业")
    for ground in RULES.grounds("decision", facts):
        ground.status = NEEDS_PERSON
        del ground.facts[:]

    assert RULES.grounds("decision", facts) == the_rules(EVERYTHING).grounds("decision", facts)


# A programme that is wrong


def test_every_broken_expression_is_named_with_its_place_in_the_file() -> None:
    programme = a_programme(
        conditions=[a_condition("nothing"), FIELD | {"shows": "1", "person_if": "2"}],
        materials=[a_material(needed_if="received_on")],
    )

    found = problems(programme, Environment(programme))

    assert [path for path, _ in found] == [
        ("conditions", 0, "met"),
        ("conditions", 1, "person_if"),
        ("conditions", 1, "shows"),
        ("materials", 0, "needed_if"),
    ]
    with pytest.raises(RuleBroken, match="example: EX_E_CONDITION: there is no nothing"):
        the_rules(programme)


def test_a_condition_cannot_need_a_check_that_nobody_makes() -> None:
    with pytest.raises(RuleBroken, match="EX_E_CONDITION: there is no check credit"):
        the_rules(a_programme(conditions=[a_condition("true", needs=["credit"])]))
