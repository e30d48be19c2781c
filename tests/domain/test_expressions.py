"""Expressions of a programme: what they may read and do, what is refused when the file is read, and what at use."""

from datetime import date
from typing import Any

import pytest
from cel_expr_python import cel
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.cel.expressions import Environment, ExpressionBroken, RuleBroken, Wanted
from domain.cel.variables import RESERVED
from domain.eligibility.facts_used import facts_used
from domain.facts import CaseFacts
from domain.refusals import Refused
from duifu.v1.facts_pb2 import (
    LEGAL_FORM_COMPANY,
    CheckResult,
    ContractItem,
    EnterpriseRecord,
    FactValue,
    InvoiceLine,
    OtherBenefit,
    Texts,
)
from tests.builders import a_contract, an_application, an_item
from tests.domain.programmes import FIRST, LAST, a_fact, a_parameter, a_programme, a_table, a_window

ON = date(2024, 6, 10)
PROGRAMME = a_programme(
    windows={"signing": a_window(date(2023, 9, 1), date(2025, 12, 31), closes_at="17:00")},
    parameters={
        "rate": a_parameter("ratio", "20/100"),
        "cap": a_parameter("money", "200万元"),
        "years": a_parameter("count", 3),
        "prefix": a_parameter("text", "I65"),
        "fields": a_parameter("texts", ["工业", "医疗"]),
        "strict": a_parameter("flag", True),
        "counting": a_parameter("choice", "strict", choices={"strict": "含首日", "civil_code": "不含首日"}),
        "ends_on": a_parameter("date", "2025-12-31"),
        "gone": a_parameter("count", 1, FIRST, date(2023, 12, 31)),
    },
    facts={
        "cards": a_fact("integer"),
        "price_fen": a_fact("money"),
        "is_new": a_fact("flag"),
        "direction": a_fact("text"),
        "opened_on": a_fact("date"),
        "tags": a_fact("texts"),
    },
    checks={"register": {"answers": "enterprise", "title": "登记信息"}},
    tables={
        "providers": a_table(
            [
                {"key": "P1", "values": {"cards": 500, "batch": "一", "is_public": True}},
                {"key": "P2", "values": {"cards": 100}, "from": FIRST, "through": date(2024, 6, 9)},
                {"key": "P2", "values": {"cards": 200}, "from": date(2024, 6, 10), "through": LAST},
            ],
            cards="number",
            batch="text",
            is_public="flag",
        )
    },
)
GIVEN = {
    "cards": FactValue(integer=8),
    "price_fen": FactValue(integer=1_000),
    "is_new": FactValue(flag=True),
    "direction": FactValue(text="芯片"),
    "opened_on": FactValue(text="2024-01-01"),
    "tags": FactValue(texts=Texts(values=["a", "b"])),
}


def some_facts(on: date = ON, **more: Any) -> CaseFacts:
    """An application of a company that says everything the programme asks."""
    application = an_application(a_contract(items=[an_item(500), an_item(700)]))
    for name, value in GIVEN.items():
        application.facts[name].CopyFrom(value)
    return CaseFacts(on, application, **more)


def value_of(text: str, facts: CaseFacts | None = None) -> Any:
    """What an expression gives for these facts."""
    environment = Environment(PROGRAMME)
    expression = environment.compile(text)
    return environment.value(expression, environment.activation(facts or some_facts()))


def broken(text: str, wanted: Wanted = Wanted.ANYTHING) -> ExpressionBroken:
    """Why an expression is refused when the file is read."""
    with pytest.raises(ExpressionBroken) as refused:
        Environment(PROGRAMME).compile(text, wanted)
    return refused.value


# What can be read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("application.contract.signed_on", "2024-01-10"),
        ("application.applicant.legal_form == LegalForm.LEGAL_FORM_COMPANY", True),
        ("application.contract.items.map(i, i.amount_fen)", [500, 700]),
        ("application.contract.items[1].amount_fen", 700),
        ("application.contract.total_fen", 1_200),
        ("has(application.contract)", True),
        ("has(application.centre)", False),
        ("has(application.contract.supplier.kind)", False),
        ("has(application.contract.signed_on) && application.contract.signed_on > window.signing_from", True),
        ("has(application.contract.items)", True),
        ("application.contract.items.all(i, has(i.schedule))", False),
        ('application.facts["cards"].integer', 8),
        ('"unknown" in application.facts', False),
        ("redemption.invoices.size()", 0),
        ("received_on", "2024-06-10"),
        ("accepted_on", "2024-06-10"),
        ("received_time", ""),
        ("window.signing_from", "2023-09-01"),
        ("window.signing_through", "2025-12-31"),
        ("window.signing_closes_at", "17:00"),
        ("parameter.cap", 200_000_000),
        ("parameter.years", 3),
        ("parameter.prefix", "I65"),
        ('parameter.fields.exists(f, f == "医疗")', True),
        ("parameter.strict", True),
        ("parameter.counting", "strict"),
        ("parameter.ends_on", "2025-12-31"),
        ("fact.cards", 8),
        ("fact.price_fen", 1_000),
        ("fact.is_new", True),
        ("fact.direction", "芯片"),
        ("fact.opened_on", "2024-01-01"),
        ("fact.tags", ["a", "b"]),
        ("register.uscc", ""),
        ("benefits.size()", 0),
        ("ruled_met", []),
    ],
)
def test_every_fact_has_its_name_and_its_type(text: str, value: Any) -> None:
    assert value_of(text) == value


def test_what_depends_on_the_case_is_read_off_it() -> None:
    answer = CheckResult(check="register", enterprise=EnterpriseRecord(uscc="U1"))
    facts = some_facts(
        accepted_on=date(2024, 7, 1),
        received_time="16:59:59",
        checks={"register": answer},
        benefits=[OtherBenefit(amount_fen=5), OtherBenefit(amount_fen=7)],
        ruled_met=frozenset({"EX_B", "EX_A"}),
    )

    assert value_of("accepted_on + received_time", facts) == "2024-07-0116:59:59"
    assert value_of("register.uscc", facts) == "U1"
    assert value_of("total(benefits.map(b, b.amount_fen))", facts) == 12
    assert value_of("ruled_met", facts) == ["EX_A", "EX_B"]


def test_the_line_of_a_selection_has_the_type_that_is_said() -> None:
    environment = Environment(PROGRAMME)
    worth = environment.compile("line.amount_fen + parameter.cap", Wanted.INT, line="duifu.v1.InvoiceLine")

    activation = environment.activation(some_facts(), InvoiceLine(amount_fen=3))

    assert environment.value(worth, activation) == 200_000_003
    assert "line" not in worth.names
    with pytest.raises(ExpressionBroken, match="there is no line"):
        environment.compile("line.amount_fen")


def test_a_parameter_is_the_one_of_the_day_of_receipt() -> None:
    cap = a_parameter("money", 0) | {
        "values": [
            {"from": FIRST, "through": date(2024, 6, 9), "value": 100},
            {"from": date(2024, 6, 10), "through": LAST, "value": 200},
        ]
    }
    environment = Environment(a_programme(parameters={"cap": cap}))
    expression = environment.compile("parameter.cap")
    days = [date(2024, 6, 9), date(2024, 6, 10), date(2024, 6, 9)]

    values = [environment.value(expression, environment.activation(CaseFacts(day))) for day in days]

    assert values == [100, 200, 100]


def test_an_activation_for_some_names_serves_their_expressions_and_fails_for_others() -> None:
    environment = Environment(PROGRAMME)
    signed = environment.compile("application.contract.signed_on + window.signing_from + string(parameter.years)")
    cards = environment.compile("fact.cards")

    activation = environment.activation(CaseFacts(ON, an_application()), names=signed.names)

    assert environment.value(signed, activation) == "2024-01-102023-09-013"
    assert activation.values.keys() == {"application.contract.signed_on", "parameter.fields"}
    with pytest.raises(RuleBroken, match=r"fact\.cards"):
        environment.value(cards, activation)


def test_constants_of_the_day_are_written_out_as_they_are() -> None:
    hostile = "a\"b\\n'字😀\u2028"
    environment = Environment(a_programme(parameters={"word": a_parameter("text", hostile)}))
    text = environment.compile('parameter.word + "parameter.word" // parameter.word\n')

    value = environment.value(text, environment.activation(CaseFacts(ON)))

    assert value == hostile + "parameter.word"


def test_no_check_may_hide_a_fact() -> None:
    for name in sorted(RESERVED):
        with pytest.raises(ValueError, match=name):
            Environment(a_programme(checks={name: {"answers": "credit", "title": "信用"}}))


# Functions


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('years_after("2024-02-29", 1)', "2025-02-28"),
        ('years_after("2024-02-29", -4)', "2020-02-29"),
        ('months_after("2024-01-31", 1)', "2024-02-29"),
        ('days_between("2024-02-01", "2024-02-01")', 1),
        ('days_between("2024-02-01", "2024-03-01")', 30),
        ('days_between("2024-02-02", "2024-02-01")', 0),
        ('term_ends("2024-03-01", 1, "civil_code")', "2025-03-01"),
        ('term_ends("2024-03-01", 1, "strict")', "2025-02-28"),
        ("total([])", 0),
        ("least([3, 1, 2])", 1),
        ("greatest([3, 1, 2])", 3),
        ('listed("providers", "P1", received_on)', True),
        ('listed("providers", "P1", "2019-12-31")', False),
        ('listed("providers", "P9", received_on)', False),
        ('number("providers", "P1", "cards", received_on)', 500),
        ('number("providers", "P1", "is_public", received_on)', 1),
        ('number("providers", "P2", "cards", "2024-06-09")', 100),
        ('number("providers", "P2", "cards", "2024-06-10")', 200),
        ('number("providers", "P9", "cards", received_on)', 0),
        ('word("providers", "P1", "batch", received_on)', "一"),
        ('word("providers", "P2", "batch", received_on)', ""),
        ('"I6513".matches("^I6[45]") && !"C1310".matches("^I6[45]")', True),
        ('matches("I6513", parameter.prefix)', True),
    ],
)
def test_the_functions_of_an_office(text: str, value: Any) -> None:
    assert value_of(text) == value


@given(text=st.text("ab1", max_size=8), pattern=st.text("ab1.*+?|()[]^$", max_size=8))
@settings(max_examples=60, deadline=None)
def test_a_remembered_match_is_the_one_that_cel_finds(text: str, pattern: str) -> None:
    facts = some_facts()
    facts.application.contract.contract_number, facts.application.purpose.field = text, pattern
    remembered = "application.contract.contract_number.matches(application.purpose.field)"

    def found(expression: str) -> Any:
        try:
            return value_of(expression, facts)
        except RuleBroken:
            return "broken"

    assert found(remembered) == found(remembered) == plain_match(text, pattern)


def plain_match(text: str, pattern: str) -> Any:
    """CEL's own `matches`."""
    environment = cel.NewEnv(variables={"text": cel.Type.STRING, "pattern": cel.Type.STRING})
    found = environment.compile("text.matches(pattern)").eval(data={"text": text, "pattern": pattern})
    return "broken" if found.type() == cel.Type.ERROR else found.value()


# What is refused when the file is read


@pytest.mark.parametrize(
    ("text", "says", "place", "unknown"),
    [
        ("application.contrakt.signed_on", "Application has no field contrakt", (1, 13), "contrakt"),
        ("true &&\n  application.contract.signed", "Contract has no field signed", (2, 24), "signed"),
        ("register.province", "EnterpriseRecord has no field province", (1, 10), "province"),
        ("parameter.capp > 1", "there is no parameter.capp", (1, 1), "parameter.capp"),
        ('received_on > "" && window.claim_from > ""', "there is no window.claim_from", (1, 21), "window.claim_from"),
        ("fact.card == 1", "there is no fact.card", (1, 1), "fact.card"),
        ("enterprise.uscc", "there is no enterprise.uscc", (1, 1), "enterprise.uscc"),
        ("1 + yearsafter(received_on, 1)", "there is no function yearsafter", (1, 5), "yearsafter"),
        ('listed("provider", "P1", received_on)', "there is no table provider", (1, 8), "provider"),
        ('number("providers", "P1", "gpus", received_on)', "no column gpus", (1, 27), "gpus"),
        ('word("providers", "P1", "cards", received_on)', "use number", (1, 1), ""),
        ('number("providers", "P1", "batch", received_on)', "use word", (1, 1), ""),
        ('"字" + fact.cards', "+ does not work on (string, int)", (1, 5), ""),
        ("received_on.matches(1)", "matches does not work on", (1, 20), ""),
        ("application.contract.signed_on = 1", "it cannot be read", (1, 32), ""),
        ("received_on ==", "it cannot be read: mismatched input 'the end'", (1, 15), ""),
        ("", "it cannot be read", (1, 1), ""),
        ("1.5 > 1.0", "floating point", (1, 1), ""),
        ("int(double(fact.cards) / double(3)) > 1", "floating point", (1, 5), ""),
        ("application.contract.items.exists(register, register.amount_fen > 0)", "is the name of a fact", (1, 35), ""),
        (
            "application.contract.items.exists(parameter, parameter.amount_fen > 0)",
            "is the name of a fact",
            (1, 35),
            "",
        ),
    ],
)
def test_a_wrong_expression_says_what_is_wrong_and_where(
    text: str, says: str, place: tuple[int, int], unknown: str
) -> None:
    found = broken(text)

    assert says in found.message
    assert (found.line, found.column) == place
    assert found.unknown == unknown
    assert found.message_zh
    assert found.message_zh != found.message


def test_what_was_meant_can_be_suggested() -> None:
    assert "parameter.cap" in broken("parameter.capp").known
    assert "contract" in broken("application.contrakt.signed_on").known
    assert "years_after" in broken("yearsafter(received_on, 1)").known
    assert broken('listed("provider", "P1", received_on)').known == ("providers",)


def test_a_ratio_is_pointed_to_the_steps() -> None:
    found = broken("parameter.rate > 0")

    assert "Apply it in a step: multiply by rate" in found.message
    assert "比例" in found.message_zh


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("received_on", Wanted.BOOL),
        ("fact.cards", Wanted.TEXT),
        ("fact.is_new", Wanted.INT),
        ("uint(1)", Wanted.INT),
        ("fact.tags", Wanted.MESSAGES),
        ("application.contract.items", Wanted.SCHEDULE),
        ("application.contract", Wanted.MESSAGES),
        ("dyn(true)", Wanted.BOOL),
        ("null", Wanted.BOOL),
    ],
)
def test_an_expression_gives_what_its_key_needs_and_nothing_else(text: str, wanted: Wanted) -> None:
    assert f"must give {wanted}" in broken(text, wanted).message


def test_the_lines_of_a_sum_say_what_a_line_is() -> None:
    environment = Environment(PROGRAMME)

    assert environment.compile("application.contract.items", Wanted.MESSAGES).element == "duifu.v1.ContractItem"
    assert environment.compile("application.contract.items[0].schedule", Wanted.SCHEDULE).element == (
        "duifu.v1.ScheduleEntry"
    )


# What could take for ever, or break the compiler


def test_three_comprehensions_inside_one_another_are_refused() -> None:
    two = "application.contract.items.all(i, i.schedule.all(s, s.amount_fen > 0))"
    three = "application.contract.items.all(i, i.schedule.all(s, fact.tags.exists(t, t == s.starts_on)))"

    assert value_of(two) is True
    assert "3 comprehensions" in broken(three).message
    assert broken(three).column == three.index("exists") + 1


def test_what_runs_longer_than_the_budget_is_refused_and_not_run_on() -> None:
    many = some_facts()
    many.application.contract.items.extend(ContractItem(amount_fen=1) for _ in range(200))

    with pytest.raises(RuleBroken, match="budget"):
        value_of("application.contract.items.all(a, application.contract.items.all(b, b.amount_fen > 0))", many)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 4_000,
        "[" * 2_000 + "]" * 2_000,
        "!" * 3_999,
        "1" + "+1" * 1_999,
        "a." * 1_999 + "a",
        '"' * 3_999,
        "true ? " * 500 + "true",
        "x.map(" * 600,
        "\x00",
        "\u202e1",
        "/* */",
        "`",
    ],
)
def test_hostile_text_is_refused_like_any_other(text: str) -> None:
    assert broken(text).message


@given(st.text(max_size=60) | st.text("()[]{}.,\"'?:!&|=+- \nabcdexists_map1", max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_text_whatever_does_more_than_compile_or_be_refused(text: str) -> None:
    environment = Environment(PROGRAMME)
    try:
        expression = environment.compile(text)
        environment.value(expression, environment.activation(some_facts()))
    except (ExpressionBroken, RuleBroken, Refused):
        pass


def test_what_compiles_alone_compiles_beside_others() -> None:
    environment = Environment(PROGRAMME)
    deepest = None
    for depth in range(1, 40):
        try:
            deepest = environment.compile("(" * depth + "1" + ")" * depth + "+ 1" * min(depth, 8))
        except ExpressionBroken:
            break
    assert deepest is not None

    listed = environment.together([deepest] * 3)

    activation = environment.activation(some_facts())
    assert environment.value(listed, activation) == [environment.value(deepest, activation)] * 3


# What fails at use


@pytest.mark.parametrize(
    "text",
    [
        "9223372036854775807 + fact.cards",
        "fact.cards / (fact.cards - 8)",
        "application.contract.items[fact.cards].amount_fen",
        'years_after("2024-02-30", 1)',
        'years_after("20240210", 1)',
        "years_after(received_on, 100000)",
        'term_ends(received_on, 1, "loosely")',
        'application.facts["unknown"].integer',
        "least([])",
        'listed(fact.direction, "P1", received_on)',
        'number("providers", "P1", fact.direction, received_on)',
        'listed("providers", "P1", fact.direction)',
        'received_on.matches(fact.direction + "(")',
        "total([9223372036854775807, fact.cards])",
    ],
)
def test_what_has_no_value_breaks_and_never_gives_one(text: str) -> None:
    with pytest.raises(RuleBroken, match="example: "):
        value_of(text)


@pytest.mark.parametrize("text", ["parameter.gone", "fact.is_new || parameter.gone > 0"])
def test_an_expired_parameter_refuses_the_calculation_even_where_it_would_not_matter(text: str) -> None:
    with pytest.raises(Refused) as refused:
        value_of(text)

    assert (refused.value.code, refused.value.clause) == ("PARAMETER_EXPIRED", "EX-1")
    assert "gone" in refused.value.message("en")
    assert "2024-06-10" in refused.value.message("en")


@pytest.mark.parametrize("given_as", [None, FactValue(), FactValue(text="8"), FactValue(flag=True)])
def test_a_fact_that_was_not_given_as_declared_refuses_the_calculation(given_as: FactValue | None) -> None:
    facts = some_facts()
    del facts.application.facts["cards"]
    if given_as is not None:
        facts.application.facts["cards"].CopyFrom(given_as)

    with pytest.raises(Refused) as refused:
        value_of("true || fact.cards > 0", facts)

    assert (refused.value.code, refused.value.clause) == ("FACT_MISSING", "EX-1")
    assert "cards" in refused.value.message("zh")


# Many at once


TEXTS = [
    "fact.cards",
    "received_on // the day\n",
    "application.contract.items.map(i, [dyn(i.name), dyn(i.amount_fen)])",
    'parameter.strict ? "一" : "二"',
    "fact.tags",
    "parameter.cap",
    "has(application.contract.supplier.kind)",
    "application.contract.signed_on",
]


@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=6))
@settings(max_examples=25, deadline=None)
def test_expressions_together_give_what_each_gives_alone(texts: list[str]) -> None:
    environment = Environment(PROGRAMME)
    parts = [environment.compile(text) for text in texts]
    listed = environment.together(parts)
    activation = environment.activation(some_facts())

    assert environment.value(listed, activation) == [environment.value(part, activation) for part in parts]
    assert listed.names == frozenset().union(*(part.names for part in parts))


# Which facts were used


def test_the_facts_that_an_expression_read_are_named_as_they_stood() -> None:
    environment = Environment(PROGRAMME)
    expression = environment.compile(
        'application.contract.signed_on >= window.signing_from && "application.purpose.field" != "" && '
        "application.contract.items.exists(item, item.amount_fen > parameter.cap) || fact.is_new || "
        "application.applicant.legal_form == LegalForm.LEGAL_FORM_COMPANY || has(application.centre) || "
        'application.applicant.name.startsWith("北") || fact.tags.size() > 1 || '
        'application.contract.items[0].name == ""'
    )

    read = {fact.path: fact.value for fact in facts_used(environment, expression, environment.activation(some_facts()))}

    assert read == {
        "application.contract.signed_on": "2024-01-10",
        "window.signing_from": "2023-09-01",
        "application.contract.items": "2项",
        "parameter.cap": "200000000",
        "fact.is_new": "true",
        "application.applicant.legal_form": "LEGAL_FORM_COMPANY",
        "application.centre": "0项",
        "application.applicant.name": some_facts().application.applicant.name,
        "fact.tags": "2项",
    }


def test_a_fact_without_a_value_is_not_named_as_read() -> None:
    environment = Environment(PROGRAMME)
    expression = environment.compile("parameter.gone > 0 || fact.cards > 0")

    read = facts_used(environment, expression, environment.activation(CaseFacts(ON)))

    assert list(read) == []


def test_an_enum_without_a_name_is_shown_as_its_number() -> None:
    environment = Environment(PROGRAMME)
    expression = environment.compile("application.applicant.legal_form == 1")
    facts = some_facts()
    assert facts.application.applicant.legal_form == LEGAL_FORM_COMPANY
    facts.application.applicant.legal_form = 77  # type: ignore[assignment]  # from a newer version

    (read,) = facts_used(environment, expression, environment.activation(facts))

    assert read.value == "77"
