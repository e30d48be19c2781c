"""A role is lent by who holds it, to somebody else, from day to day, for a year at most; and never lent on."""

from datetime import date

import pytest

from domain import delegation
from domain.case import UnknownEvent
from domain.delegation import Delegations
from domain.refusals import Refused
from duifu.v1.commands_pb2 import Actor, DelegateRole, RevokeDelegation
from duifu.v1.events_pb2 import CaseClosed, RoleDelegated

FRIDAY = date(2024, 3, 1)
ROLE = "review-officer"
ZHAO = Actor(id="zhao.lei", role=ROLE)
QIAN_FOR_ZHAO = Actor(id="qian.yu", role=ROLE, on_behalf_of="zhao.lei")


def a_loan(from_on: str = "2024-03-04", through_on: str = "2024-03-08", to: str = "qian.yu") -> DelegateRole:
    return DelegateRole(
        to=to, role=ROLE, programme_id="bj-slq-2023", from_on=from_on, through_on=through_on, reason="出差"
    )


def taking_back(to: str = "qian.yu") -> RevokeDelegation:
    return RevokeDelegation(to=to, role=ROLE, programme_id="bj-slq-2023", reason="提前返岗")


def lent(*loans: DelegateRole) -> Delegations:
    state = Delegations()
    for loan in loans:
        (event,) = delegation.delegate(loan, ZHAO, FRIDAY)
        state = delegation.evolve(state, event)
    return state


def test_a_loan_says_whose_role_it_is_to_whom_for_what_how_long_and_why() -> None:
    (event,) = delegation.delegate(a_loan(), ZHAO, FRIDAY)

    assert event == RoleDelegated(
        delegator="zhao.lei",
        to="qian.yu",
        role=ROLE,
        programme_id="bj-slq-2023",
        from_on="2024-03-04",
        through_on="2024-03-08",
        reason="出差",
    )


@pytest.mark.parametrize(("from_on", "through_on"), [("2024-03-01", "2024-03-01"), ("2024-03-01", "2025-03-01")])
def test_a_loan_may_begin_today_and_last_for_one_day_or_one_year(from_on: str, through_on: str) -> None:
    assert delegation.delegate(a_loan(from_on, through_on), ZHAO, FRIDAY)


@pytest.mark.parametrize(
    ("loan", "actor", "code"),
    [
        (a_loan(to="zhao.lei"), ZHAO, "DELEGATION_TO_SELF"),
        (a_loan("2024-02-29"), ZHAO, "DELEGATION_IN_PAST"),
        (a_loan("2024-03-01", "2025-03-02"), ZHAO, "DELEGATION_TOO_LONG"),
        (a_loan(), Actor(id="zhao.lei", role="acceptance-officer"), "ROLE_MISMATCH"),
        (a_loan(to="sun.bo"), QIAN_FOR_ZHAO, "DELEGATION_ONWARD"),
    ],
    ids=["to oneself", "from yesterday", "a day more than a year", "of another's role", "of a role on loan"],
)
def test_what_cannot_be_lent(loan: DelegateRole, actor: Actor, code: str) -> None:
    with pytest.raises(Refused, match=code):
        delegation.delegate(loan, actor, FRIDAY)


@pytest.mark.parametrize("day", [date(2024, 3, 4), date(2024, 3, 8)])
def test_a_loan_holds_on_its_first_and_on_its_last_day(day: date) -> None:
    delegation.must_be_lent(lent(a_loan()), QIAN_FOR_ZHAO, day)


@pytest.mark.parametrize("day", [date(2024, 3, 3), date(2024, 3, 9)])
def test_a_day_before_and_a_day_after_it_does_not_and_the_refusal_gives_the_dates(day: date) -> None:
    with pytest.raises(Refused, match="DELEGATION_EXPIRED") as refused:
        delegation.must_be_lent(lent(a_loan()), QIAN_FOR_ZHAO, day)

    assert f"2024-03-04..2024-03-08，今天（{day}）" in refused.value.message("zh")


def test_of_two_loans_each_holds_in_its_own_days_and_neither_between_them() -> None:
    both = lent(a_loan(), a_loan("2024-04-01", "2024-04-05"))

    delegation.must_be_lent(both, QIAN_FOR_ZHAO, date(2024, 3, 8))
    delegation.must_be_lent(both, QIAN_FOR_ZHAO, date(2024, 4, 1))
    with pytest.raises(Refused, match="DELEGATION_EXPIRED"):
        delegation.must_be_lent(both, QIAN_FOR_ZHAO, date(2024, 3, 20))


@pytest.mark.parametrize(
    "actor",
    [
        Actor(id="sun.bo", role=ROLE, on_behalf_of="zhao.lei"),
        Actor(id="qian.yu", role="acceptance-officer", on_behalf_of="zhao.lei"),
    ],
    ids=["somebody else", "another role"],
)
def test_a_loan_is_to_one_person_and_of_one_role(actor: Actor) -> None:
    with pytest.raises(Refused, match="DELEGATION_MISSING"):
        delegation.must_be_lent(lent(a_loan()), actor, date(2024, 3, 4))


def test_what_was_taken_back_is_gone_at_once_and_what_others_were_lent_stays() -> None:
    both = lent(a_loan(), a_loan(to="sun.bo"))
    (revoked,) = delegation.revoke(both, taking_back(), ZHAO)

    left = delegation.evolve(both, revoked)

    assert [loan.to for loan in left.lent] == ["sun.bo"]
    with pytest.raises(Refused, match="DELEGATION_MISSING"):
        delegation.must_be_lent(left, QIAN_FOR_ZHAO, date(2024, 3, 4))
    with pytest.raises(Refused, match="DELEGATION_MISSING"):
        delegation.revoke(left, taking_back(), ZHAO)


def test_the_stream_tells_of_nothing_else() -> None:
    with pytest.raises(UnknownEvent):
        delegation.evolve(Delegations(), CaseClosed())
