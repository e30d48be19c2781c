"""What was used of a limit: whose, in which period, together with what, and what is left."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calculation import accounts
from domain.calculation.accounts import Key
from domain.facts import CaseFacts
from domain.format.programme import Programme
from domain.money import yuan
from domain.refusals import Refused
from domain.single import contract_identity
from duifu.v1.facts_pb2 import AccountUse, OtherIdentity
from tests.builders import BUYER, SUPPLIER, a_contract, an_application
from tests.domain.calculations import RECEIVED_ON, an_account, benefit, facts, money
from tests.domain.programmes import a_parameter, a_programme


def with_accounts(**rows: dict[str, Any]) -> Programme:
    return a_programme(
        accounts=rows,
        round="2024",
        parameters={
            "cap": money(100),
            "combined": a_parameter("flag", True),
            "year_of": a_parameter("choice", "signed_on", choices={"signed_on": "签订", "accepted_on": "受理"}),
        },
    )


def key(programme: Programme, case: CaseFacts, name: str = "a") -> Key:
    return accounts.key_of(programme, name, case, accounts.day_of(programme, name, case))


@pytest.mark.parametrize(
    ("holder", "expected"),
    [
        ("enterprise", BUYER.uscc),
        ("contract", contract_identity(a_contract())),
        ("project", "XM-1"),
        ("supplier", SUPPLIER.uscc),
        ("programme", "example"),
    ],
)
def test_an_account_is_kept_for_the_holder_that_the_file_names(holder: str, expected: str) -> None:
    case = facts()
    case.application.project_number = "XM-1"

    assert key(with_accounts(a=an_account(holder=holder)), case).holder == expected


def test_who_has_no_credit_code_is_known_by_another_register() -> None:
    case = facts()
    case.application.applicant.ClearField("uscc")
    case.application.applicant.other_identity.CopyFrom(OtherIdentity(register="高校实验室编号", number="L-7"))

    assert key(with_accounts(a=an_account()), case).holder == "高校实验室编号:L-7"


def test_an_amount_without_a_holder_is_refused_and_not_counted_for_nobody() -> None:
    with pytest.raises(Refused) as refused:
        key(with_accounts(a=an_account(holder="project")), facts())

    assert (refused.value.code, refused.value.clause) == ("FACT_MISSING", "EX-2")


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("calendar_year", "2024"),
        ("round", "2024"),
        ("programme", "programme"),
        ({"years": 3, "from_year": 2023}, "2023-2025"),
        ({"years": 2, "from_year": 2022}, "2024-2025"),
    ],
)
def test_an_amount_falls_into_the_period_of_its_day(period: Any, expected: str) -> None:
    assert key(with_accounts(a=an_account(period=period)), facts()).period == expected


def test_the_day_of_an_amount_is_the_one_that_the_file_or_its_parameter_names() -> None:
    application = an_application(a_contract(signed_on="2023-12-30"))
    case = CaseFacts(received_on=date(2024, 12, 31), accepted_on=date(2025, 1, 2), application=application)
    programme = with_accounts(
        a=an_account(),
        b=an_account(year_of="received_on"),
        c=an_account(year_of="signed_on"),
        d=an_account(year_of="parameter.year_of"),
    )

    assert [key(programme, case, name).period for name in "abcd"] == ["2025", "2024", "2023", "2023"]
    case.application.contract.signed_on = ""
    with pytest.raises(Refused) as refused:
        key(programme, case, "c")
    assert refused.value.code == "FACT_MISSING"


def test_what_is_left_is_the_limit_less_what_was_used_and_never_below_nothing() -> None:
    programme = with_accounts(a=an_account(limit="cap"), free=an_account())

    def left(used: int) -> int | None:
        return accounts.left(programme, "a", facts(), {Key("a", BUYER.uscc, "2024"): used})

    assert [left(0), left(yuan(40)), left(yuan(100)), left(yuan(101))] == [yuan(100), yuan(60), 0, 0]
    assert accounts.left(programme, "free", facts(), {}) is None


def test_two_accounts_under_one_limit_count_together_only_while_the_flag_says_so() -> None:
    both = an_account(limit="cap", combined_with="b", combined_if="combined")
    programme = with_accounts(a=both, b=an_account(counts="paid", year_of="paid_on"))
    separate = a_programme(
        accounts={"a": both, "b": an_account(counts="paid")},
        parameters={"cap": money(100), "combined": a_parameter("flag", False)},
    )
    used = {Key("a", BUYER.uscc, "2024"): yuan(10), Key("b", BUYER.uscc, "2024"): yuan(30)}

    assert accounts.left(programme, "a", facts(), used) == yuan(60)
    assert accounts.left(separate, "a", facts(), used) == yuan(90)


def test_a_limit_shared_with_another_programme_counts_what_that_one_granted_in_the_same_year() -> None:
    programme = with_accounts(a=an_account(limit="cap", shared_with=["other"]))
    benefits = [
        benefit(yuan(30)),
        benefit(yuan(40), granted_on="2023-12-31"),
        benefit(yuan(50), programme="third"),
        benefit(yuan(60), uscc=SUPPLIER.uscc),
    ]

    assert accounts.left(programme, "a", facts(benefits=benefits), {}) == yuan(70)
    with pytest.raises(Refused) as refused:
        accounts.left(programme, "a", facts(benefits=[benefit(1, granted_on="")]), {})
    assert refused.value.code == "FACT_MISSING"


def test_what_facts_say_of_earlier_use_belongs_to_the_applicant_and_year_unless_they_say_otherwise() -> None:
    programme = with_accounts(a=an_account(), pool=an_account(holder="programme", period="programme"))
    uses = [
        AccountUse(account="a", amount=1),
        AccountUse(account="a", amount=2),
        AccountUse(account="a", holder=SUPPLIER.uscc, period="2023", amount=4),
        AccountUse(account="pool", amount=8),
    ]

    used = accounts.opening(programme, facts(), uses)

    assert used == {
        Key("a", BUYER.uscc, "2024"): 3,
        Key("a", SUPPLIER.uscc, "2023"): 4,
        Key("pool", "example", "programme"): 8,
    }


def test_use_of_an_account_that_is_not_there_or_less_than_nothing_is_refused() -> None:
    programme = with_accounts(a=an_account())

    for use, code in (
        (AccountUse(account="b", amount=1), "ACCOUNT_UNKNOWN"),
        (AccountUse(account="a", amount=-1), "ACCOUNT_USE_NEGATIVE"),
        (AccountUse(account="a", amount=1, period="2024年"), "ACCOUNT_PERIOD_UNKNOWN"),
    ):
        with pytest.raises(Refused) as refused:
            accounts.opening(programme, facts(), [use])
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("kept_by", "right", "wrong"),
    [
        ("calendar_year", ["2023", "2024"], ["abc", "2024年", "24", "1999", "2024-2026", " 2024", "２０２４"]),
        ("round", ["2024", "2023"], ["2024-1", "first"]),
        ("programme", ["programme"], ["2024"]),
        ({"years": 3, "from_year": 2024}, ["2024-2026", "2021-2023"], ["2024", "2025-2027", "2024-2025", "abc"]),
    ],
)
def test_a_use_in_a_period_that_the_account_does_not_have_is_refused_and_not_counted_beside_the_limit(
    kept_by: Any, right: list[str], wrong: list[str]
) -> None:
    programme = with_accounts(a=an_account(period=kept_by))

    for period in right:
        (key,) = accounts.opening(programme, facts(), [AccountUse(account="a", amount=1, period=period)])
        assert key.period == period
    for period in wrong:
        with pytest.raises(Refused) as refused:
            accounts.opening(programme, facts(), [AccountUse(account="a", amount=1, period=period)])
        assert (refused.value.code, refused.value.facts["period"]) == ("ACCOUNT_PERIOD_UNKNOWN", period)


@given(st.lists(st.integers(0, 10**12), max_size=6))
def test_what_is_counted_one_after_the_other_adds_up_and_changes_nothing_else(amounts: list[int]) -> None:
    programme = with_accounts(a=an_account(), b=an_account())
    other = Key("a", SUPPLIER.uscc, "2024")
    used: accounts.Used = {other: 7}

    for amount in amounts:
        before = dict(used)
        grown = accounts.after(programme, used, facts(), {"a": amount})
        assert used == before
        used = grown

    assert used.get(Key("a", BUYER.uscc, "2024"), 0) == sum(amounts)
    assert used[other] == 7
    assert not any(known.account == "b" for known in used)


def test_a_payment_is_counted_on_the_day_of_payment() -> None:
    programme = with_accounts(a=an_account(counts="paid", year_of="paid_on"))

    used = accounts.after(programme, {}, facts(), {"a": 5}, on=date(2025, 3, 31))

    assert used == {Key("a", BUYER.uscc, "2025"): 5}
    assert accounts.day_of(programme, "a", facts()) == RECEIVED_ON
