"""What a quote is not asked: of others' contracts, of one contract twice, with facts that contradict each other."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.calendar import WorkingCalendar
from domain.evaluation import quoting
from domain.evaluation.asked import must_be_answerable
from domain.evaluation.edition import Edition
from domain.format.programme import Programme
from domain.money import yuan
from domain.refusals import Refused
from domain.wellformed import problems_of_facts
from duifu.v1.events_pb2 import Evaluation
from duifu.v1.facts_pb2 import (
    AccountUse,
    Applicant,
    CheckResult,
    Contract,
    Facts,
    OtherIdentity,
    RedemptionOn,
    RedemptionRequest,
    SpecialApproval,
)
from policy.rulebook import calendar_beside
from tests.builders import (
    BUYER,
    OTHER_BUYER,
    OTHER_SUPPLIER,
    SUPPLIER,
    a_bank_receipt,
    a_contract,
    a_redemption,
    an_application,
    an_invoice,
    clean_checks,
    enterprise_check,
)

BEIJING = Path(__file__).parents[2] / "programmes" / "beijing" / "ai-compute-voucher-2023.yaml"


@cache
def edition() -> Edition:
    return Edition(Programme.of(yaml.safe_load(BEIJING.read_text("utf-8")), "0" * 64))


@cache
def calendar() -> WorkingCalendar:
    return calendar_beside(BEIJING)


def facts(
    contract: Contract | None = None, *, case_id: str = "", used: int = 0, accepted_on: str = "", **more: Any
) -> Facts:
    return Facts(
        application=an_application(contract),
        received_on="2024-01-15",
        accepted_on=accepted_on,
        checks=clean_checks(),
        ruled_met=["BJ_E_DIRECTION"],
        case_id=case_id,
        used=[AccountUse(account="issued", amount=used)] if used else [],
        **more,
    )


def quote(*asked: Facts) -> Sequence[Evaluation]:
    return quoting.quote(edition(), asked, calendar())


def refusal(*asked: Facts) -> Refused:
    with pytest.raises(Refused) as refused:
        quote(*asked)
    return refused.value


def request(day: str, asked: RedemptionRequest | None = None) -> RedemptionOn:
    return RedemptionOn(requested_on=day, request=asked or a_redemption("v", yuan(100_000)))


# Redemptions


@pytest.mark.parametrize(
    ("accepted_on", "requested_on", "code"),
    [
        ("2024-03-20", "2024-03-19", "REDEMPTION_BEFORE_GRANT"),
        ("2024-03-20", "2024-03-20", ""),
        ("", "2024-01-14", "REDEMPTION_BEFORE_GRANT"),
    ],
)
def test_nothing_is_paid_of_a_voucher_before_the_claim_for_it_was_accepted(
    accepted_on: str, requested_on: str, code: str
) -> None:
    asked = a_redemption("v", yuan(100_000), period=("2024-01-05", "2024-01-10"), on="2024-01-12")

    (answer,) = quote(facts(accepted_on=accepted_on, redemptions=[request(requested_on, asked)]))

    (redemption,) = answer.redemptions
    assert (redemption.code, bool(redemption.payments)) == (code, not code)


def test_an_invoice_of_others_is_refused_with_its_own_parties_and_those_of_the_contract() -> None:
    asked = a_redemption("v", yuan(100_000))
    asked.invoices[0].CopyFrom(an_invoice(yuan(100_000), seller=OTHER_SUPPLIER))

    (answer,) = quote(facts(redemptions=[request("2024-03-20", asked)]))

    assert answer.redemptions[0].code == "INVOICE_OTHER_PARTY"
    for party in (BUYER, SUPPLIER, OTHER_SUPPLIER):
        assert party.uscc in answer.redemptions[0].explanation


def test_a_payment_between_others_is_refused_with_its_own_parties_and_those_of_the_contract() -> None:
    asked = a_redemption("v", yuan(100_000))
    asked.bank_receipts[0].CopyFrom(a_bank_receipt(yuan(100_000), payer=OTHER_BUYER))

    (answer,) = quote(facts(redemptions=[request("2024-03-20", asked)]))

    assert answer.redemptions[0].code == "RECEIPT_OTHER_PARTY"
    for party in (BUYER, SUPPLIER, OTHER_BUYER):
        assert party.uscc in answer.redemptions[0].explanation


def test_less_than_a_fen_is_refused_as_too_little_and_not_as_nothing_settled() -> None:
    (answer,) = quote(facts(redemptions=[request("2024-03-20", a_redemption("v", 4))]))

    (redemption,) = answer.redemptions
    assert redemption.code == "NOTHING_DUE"
    assert "新增¥0.04，累计计入¥0.04，应兑付总额向下取整到分后仍为¥0.00" in redemption.explanation


def test_the_same_invoice_again_is_refused_as_nothing_new() -> None:
    (answer,) = quote(facts(redemptions=[request("2024-03-20"), request("2024-03-21")]))

    assert [redemption.code for redemption in answer.redemptions] == ["", "NOTHING_DUE"]
    assert "新增¥0.00，累计计入¥100,000.00" in answer.redemptions[1].explanation


# Whose and how often


def test_a_contract_of_another_buyer_is_refused_as_at_the_door() -> None:
    refused = refusal(facts(a_contract(buyer=OTHER_BUYER)))

    assert refused.code == "CONTRACT_OTHER_BUYER"
    assert OTHER_BUYER.uscc in refused.message("zh")


def test_who_has_no_credit_code_is_compared_with_no_buyer() -> None:
    asked = facts()
    asked.application.applicant.CopyFrom(Applicant(other_identity=OtherIdentity(register="高校实验室编号", number="7")))

    must_be_answerable(edition().programme, [asked])


@pytest.mark.parametrize("number", ["HT-1", "ht 1", "ＨＴ－１"])
def test_one_contract_is_not_worth_two_vouchers(number: str) -> None:
    first = facts(a_contract(number="HT-1"), case_id="a")
    second = facts(a_contract(number=number), case_id="b")

    assert refusal(first, second).code == "CONTRACT_TWICE_IN_QUOTE"


def test_one_case_is_not_asked_for_twice() -> None:
    first, second = (facts(a_contract(number=number), case_id="a") for number in "12")

    assert refusal(first, second).code == "APPLICATION_TWICE_IN_ROUND"


# What sources said


def test_an_answer_of_the_register_about_another_enterprise_is_none_about_the_applicant() -> None:
    about_other = [enterprise_check(OTHER_BUYER), *clean_checks()[1:]]
    of_claim, of_request = facts(), facts(redemptions=[RedemptionOn(requested_on="2024-03-20", checks=about_other)])
    del of_claim.checks[:]
    of_claim.checks.extend(about_other)

    for refused in (refusal(of_claim), refusal(of_request)):
        assert refused.code == "CHECK_OF_OTHER"
        assert all(uscc in refused.message("zh") for uscc in (OTHER_BUYER.uscc, BUYER.uscc))


def test_of_two_answers_of_one_source_none_silently_wins() -> None:
    twice = facts()
    twice.checks.append(enterprise_check(province="120000"))
    asked_twice = facts(redemptions=[RedemptionOn(requested_on="2024-03-20", checks=[enterprise_check()] * 2)])

    assert "checks[0] 和 checks[3]" in refusal(twice).message("zh")
    assert "redemptions[0].checks[0] 和 redemptions[0].checks[1]" in refusal(asked_twice).message("zh")
    assert {refusal(twice).code, refusal(asked_twice).code} == {"CHECK_TWICE"}


# What was used


def test_facts_that_contradict_each_other_about_a_limit_are_refused_in_either_order() -> None:
    first = facts(a_contract(number="1"), case_id="a", used=yuan(1_900_000))
    second = facts(a_contract(number="2"), case_id="b", used=yuan(100))

    refusals = [refusal(first, second), refusal(second, first)]

    assert [refused.code for refused in refusals] == ["ACCOUNT_USE_CONTRADICTORY"] * 2
    assert refusals[0].message("zh") == refusals[1].message("zh")
    assert all(str(amount) in refusals[0].message("zh") for amount in (yuan(1_900_000), yuan(100)))


def test_facts_that_agree_about_a_limit_are_counted_once_whatever_their_order() -> None:
    first = facts(a_contract(yuan(5_000_000), number="1"), case_id="a", used=yuan(1_500_000))
    second = facts(a_contract(yuan(5_000_000), number="2"), case_id="b", used=yuan(1_500_000))
    silent = facts(a_contract(yuan(5_000_000), number="2"), case_id="b")

    for other in (second, silent):
        granted = [[answer.amount.amount_fen for answer in quote(*asked)] for asked in ((first, other), (other, first))]
        assert granted == [[yuan(500_000), 0], [0, yuan(500_000)]]


# Names and days


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (Facts(ruled_met=["BJ_E_DIRECTOIN"]), "BJ_E_DIRECTOIN"),
        (Facts(special_approvals=[SpecialApproval(account="isued")]), "isued"),
        (Facts(checks=[CheckResult(check="enterprize")]), "enterprize"),
        (Facts(redemptions=[RedemptionOn(checks=[CheckResult(check="invoyces")])]), "invoyces"),
    ],
)
def test_a_name_that_the_programme_does_not_have_is_refused_by_name(said: Facts, name: str) -> None:
    asked = facts()
    asked.MergeFrom(said)

    refused = refusal(asked)

    assert (refused.code, refused.facts["name"]) == ("NAME_NOT_OF_PROGRAMME", name)


def test_nothing_is_accepted_before_it_was_received() -> None:
    assert list(problems_of_facts(facts(accepted_on="2024-01-15"))) == []
    [problem] = problems_of_facts(facts(accepted_on="2024-01-14"))
    assert problem.message("en") == "acceptedOn: '2024-01-14' is before receivedOn '2024-01-15'"
    assert problem.message("zh") == "acceptedOn: '2024-01-14' 早于 receivedOn '2024-01-15'"


@pytest.mark.parametrize("mark", ["\n", "\r", "\u2028", "\x1b", "\u200b", "\u202e", "\x00", "\ufeff"])
def test_a_name_is_one_line_in_which_everything_can_be_seen(mark: str) -> None:
    asked = facts()
    asked.application.applicant.name = f"示例企业{mark}结果：¥2,000,000.00"
    asked.application.contract.contract_number = f"HT{mark}1"

    problems = list(problems_of_facts(asked))

    assert [problem.where for problem in problems] == [
        "application.applicant.name",
        "application.contract.contractNumber",
    ]
    assert not any(mark in problem.message(language) for problem in problems for language in ("zh", "en"))
