"""What a quote is asked must be one question, of one programme, before it is answered."""

from collections.abc import Iterator, Sequence

from domain.calculation import accounts
from domain.calculation.accounts import Used
from domain.case import must_be_about
from domain.facts import CaseFacts
from domain.format.programme import Programme
from domain.refusals import Refused
from domain.single import contract_identity, must_be_own
from duifu.v1.facts_pb2 import Facts


def must_be_answerable(programme: Programme, asked: Sequence[Facts]) -> None:
    """The facts speak of this programme, of contracts of the applicants' own, and of each case and contract once.

    Who has no unified social credit code signs under that of another, so that no buyer can be compared.
    Raises Refused NAME_NOT_OF_PROGRAMME, CHECK_TWICE, CHECK_OF_OTHER, CONTRACT_OTHER_BUYER, APPLICATION_TWICE_IN_ROUND,
    CONTRACT_TWICE_IN_QUOTE.
    """
    for facts in asked:
        _must_know_every_name(programme, facts)
        _must_answer_once_of_the_applicant(facts)
        if facts.application.HasField("contract") and facts.application.applicant.uscc:
            must_be_own(facts.application.contract, facts.application.applicant.uscc)
    if twice := _first_twice([facts.case_id for facts in asked]):
        raise Refused("APPLICATION_TWICE_IN_ROUND", key=twice)
    if programme.award.benefit != "voucher":
        return
    contracts = [facts.application.contract for facts in asked if facts.application.contract.contract_number]
    identities = [contract_identity(contract) for contract in contracts]
    if twice := _first_twice(identities):
        raise Refused("CONTRACT_TWICE_IN_QUOTE", number=contracts[identities.index(twice)].contract_number)


def opening_of_all(programme: Programme, asked: Sequence[Facts], facts: Sequence[CaseFacts]) -> Used:
    """What all messages say was used before. What two of them say of one account must agree.

    Raises Refused ACCOUNT_USE_CONTRADICTORY, and whatever `accounts.opening` raises.
    """
    used: dict[accounts.Key, int] = {}
    for message, known in zip(asked, facts, strict=True):
        for key, amount in accounts.opening(programme, known, message.used).items():
            if used.setdefault(key, amount) != amount:
                raise Refused(
                    "ACCOUNT_USE_CONTRADICTORY",
                    programme.accounts[key.account].clause,
                    account=key.account,
                    holder=key.holder,
                    period=key.period,
                    least=min(used[key], amount),
                    most=max(used[key], amount),
                )
    return used


def _must_know_every_name(programme: Programme, facts: Facts) -> None:
    codes = [condition.code for condition in programme.conditions]
    for place, name, known in _names(programme, facts, codes):
        if name not in known:
            raise Refused("NAME_NOT_OF_PROGRAMME", place=place, name=name, known="、".join(known) or "—")


def _must_answer_once_of_the_applicant(facts: Facts) -> None:
    lists = [("checks", facts.checks)]
    lists += [(f"redemptions[{at}].checks", asked.checks) for at, asked in enumerate(facts.redemptions)]
    for place, results in lists:
        at_first: dict[str, int] = {}
        for at, result in enumerate(results):
            first = at_first.setdefault(result.check, at)
            if first != at:
                raise Refused("CHECK_TWICE", check=result.check, first=f"{place}[{first}]", second=f"{place}[{at}]")
            if facts.application.applicant.uscc:
                must_be_about(result, facts.application.applicant.uscc)


def _names(programme: Programme, facts: Facts, codes: Sequence[str]) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Where a name of the programme is used, the name, and those that there are."""
    checks, limits = list(programme.checks), list(programme.accounts)
    for result in facts.checks:
        yield "checks.check", result.check, checks
    for redemption in facts.redemptions:
        for result in redemption.checks:
            yield "redemptions.checks.check", result.check, checks
    for approval in facts.special_approvals:
        yield "specialApprovals.account", approval.account, limits
    for code in facts.ruled_met:
        yield "ruledMet", code, codes


def _first_twice(values: Sequence[str]) -> str:
    """The first value that was there before; empty values are none, and empty: none."""
    return next((value for at, value in enumerate(values) if value and value in values[:at]), "")
