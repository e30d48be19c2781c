"""Several expressions in one evaluation: each gives what it gives by itself, and says by itself why it fails."""

from datetime import date

import pytest

from domain.cel.at_once import AtOnce
from domain.cel.expressions import Environment, Expression, ExpressionBroken, RuleBroken
from domain.facts import CaseFacts
from domain.refusals import Refused
from tests.builders import an_application
from tests.domain.programmes import a_fact, a_programme

CLAIM = CaseFacts(received_on=date(2024, 6, 10), application=an_application())
TOO_LARGE = "application.contract.total_fen * 9223372036854775807"


def the_deepest(environment: Environment) -> Expression:
    """A list in a list in a list, so deep that the compiler takes no other around it."""
    deepest = environment.compile("1")
    try:
        while True:
            deepest = environment.together([deepest])
    except ExpressionBroken:
        return deepest


def test_what_is_asked_at_once_is_answered_as_if_each_were_asked_alone() -> None:
    environment = Environment(a_programme())
    texts = [
        'application.contract.signed_on > "2024-01-01"',
        "application.contract.items.map(i, i.amount_fen)",
        "1 + 1",
    ]
    parts = [environment.compile(text) for text in texts]
    alone = [environment.value(part, environment.activation(CLAIM)) for part in parts]
    together = environment.activation(CLAIM)

    AtOnce(environment, parts).answer(together)

    assert list(together.answers.values()) == alone
    assert [environment.value(part, together) for part in parts] == alone


def test_where_one_fails_the_others_still_answer_and_it_says_why_itself() -> None:
    environment = Environment(a_programme())
    good, bad = environment.compile("1 + 1"), environment.compile(TOO_LARGE)
    activation = environment.activation(CLAIM)

    AtOnce(environment, [good, bad]).answer(activation)

    assert environment.value(good, activation) == 2
    with pytest.raises(RuleBroken):
        environment.value(bad, activation)


def test_a_fact_that_was_not_given_is_missed_only_by_what_reads_it() -> None:
    environment = Environment(a_programme(facts={"cards": a_fact("integer")}))
    good, needs_cards = environment.compile("1 + 1"), environment.compile("fact.cards > 0")
    activation = environment.activation(CLAIM)

    AtOnce(environment, [good, needs_cards]).answer(activation)

    assert environment.value(good, activation) == 2
    with pytest.raises(Refused) as refused:
        environment.value(needs_cards, activation)
    assert refused.value.code == "FACT_MISSING"


def test_what_together_would_be_nested_too_deep_is_still_answered() -> None:
    environment = Environment(a_programme())
    deepest = the_deepest(environment)
    activation = environment.activation(CLAIM)

    AtOnce(environment, [deepest]).answer(activation)

    assert not activation.answers
    assert environment.value(deepest, activation)
