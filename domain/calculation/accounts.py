"""What was used of a limit, for one holder and one period, and what is left of it. (BJ-3.3, BJ-A6, QD-2.4)

An account knows no balance of its own: whoever asks brings what was used, and takes what is used afterwards.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from domain.dates import from_iso
from domain.facts import CaseFacts
from domain.format.programme import Programme
from domain.format.steps import Account, Years
from domain.refusals import Refused
from domain.single import contract_identity, plain_number
from duifu.v1.facts_pb2 import AccountUse, OtherBenefit, SpecialApproval

YEAR = re.compile(r"20[0-9]{2}")
DIGIT = re.compile(r"[0-9]")


class Key(NamedTuple):
    """One account of one holder in one period, "2024", "2024-2026", a round's name or "programme"."""

    account: str
    holder: str
    period: str


#: What was used, in the programme's unit; a key that is absent was not used.
Used = Mapping[Key, int]


def day_of(programme: Programme, name: str, facts: CaseFacts) -> date:
    """The day that decides to which year an amount belongs. (BJ-A7)

    An account that goes by `paid_on` has no such day before there is a payment: until then the day of acceptance.
    Raises Refused PARAMETER_EXPIRED, FACT_MISSING.
    """
    account = programme.accounts[name]
    match programme.setting(account.year_of, facts.received_on):
        case "received_on":
            return facts.received_on
        case "signed_on":
            return _signed_on(account, facts)
        case _:
            return facts.counted_on


def key_of(programme: Programme, name: str, facts: CaseFacts, on: date) -> Key:
    """Where an amount that belongs to the day `on` is counted. Raises Refused FACT_MISSING without a holder."""
    account = programme.accounts[name]
    return Key(name, _holder(programme, account, facts), _period(programme, account, on))


def limit(programme: Programme, name: str, on: date) -> int | None:
    """The most for a holder and the period of the day `on`; None: no limit. Raises Refused PARAMETER_EXPIRED."""
    return _most(programme, programme.accounts[name].limit, on)


def hard_limit(programme: Programme, name: str, on: date) -> int | None:
    """The most even with special approval; None: no limit. Raises Refused PARAMETER_EXPIRED."""
    return _most(programme, programme.accounts[name].hard_limit, on)


def special_approval(programme: Programme, name: str, facts: CaseFacts) -> SpecialApproval | None:
    """The leave to go beyond an account's limit; None: there is none that says by whom and why. (专项批准)"""
    approval = facts.special_approvals.get(name)
    if programme.accounts[name].on_exceed != "special_approval" or approval is None:
        return None
    return approval if approval.approved_by.strip() and approval.reason.strip() else None


def used_of(programme: Programme, name: str, facts: CaseFacts, used: Used, on: date) -> int:
    """What counts against the limit: the account's own use, that of the account under the same limit if the programme
    combines them (BJ-A6), and what other programmes granted that share it.

    Raises Refused PARAMETER_EXPIRED, FACT_MISSING.
    """
    account = programme.accounts[name]
    key = key_of(programme, name, facts, on)
    total = used.get(key, 0)
    if account.combined_with and is_combined(programme, account, on):
        total += used.get(key_of(programme, account.combined_with, facts, on), 0)
    if account.shared_with:
        total += sum(
            benefit.amount_fen
            for benefit in facts.benefits
            if benefit.programme_id in account.shared_with and _counts(benefit, programme, account, key, facts)
        )
    return total


def is_combined(programme: Programme, account: Account, on: date) -> bool:
    """Whether another account is under the same limit on a day. (BJ-A6) Raises Refused PARAMETER_EXPIRED."""
    if account.combined_with is None:
        return False
    return account.combined_if is None or programme.value(account.combined_if, on) is True


def left(programme: Programme, name: str, facts: CaseFacts, used: Used, on: date | None = None) -> int | None:
    """What the limit still allows on the account's day, or on another; None: no limit. Never below nothing.

    Raises Refused PARAMETER_EXPIRED, FACT_MISSING.
    """
    day = on or day_of(programme, name, facts)
    most = limit(programme, name, day)
    return None if most is None else max(0, most - used_of(programme, name, facts, used, day))


def after(
    programme: Programme, used: Used, facts: CaseFacts, counted: Mapping[str, int], on: date | None = None
) -> Used:
    """What is used when so much more is counted in each account, on the account's own day or on `on`, a pay day.

    Raises Refused PARAMETER_EXPIRED, FACT_MISSING.
    """
    grown = dict(used)
    for name, amount in counted.items():
        key = key_of(programme, name, facts, on or day_of(programme, name, facts))
        grown[key] = grown.get(key, 0) + amount
    return grown


def opening(programme: Programme, facts: CaseFacts, uses: Iterable[AccountUse]) -> Used:
    """What was used before, as facts say it; a holder or period left out is the application's own.

    Raises Refused ACCOUNT_UNKNOWN, ACCOUNT_USE_NEGATIVE, ACCOUNT_PERIOD_UNKNOWN, FACT_MISSING, PARAMETER_EXPIRED.
    """
    used: dict[Key, int] = {}
    for use in uses:
        if use.account not in programme.accounts:
            raise Refused("ACCOUNT_UNKNOWN", account=use.account, known="、".join(programme.accounts) or "无")
        account = programme.accounts[use.account]
        if use.amount < 0:
            raise Refused("ACCOUNT_USE_NEGATIVE", account.clause, account=use.account, amount=use.amount)
        holder = use.holder or _holder(programme, account, facts)
        own_period = _period(programme, account, day_of(programme, use.account, facts))
        if use.period and not _is_period(account, use.period, own_period):
            raise Refused(
                "ACCOUNT_PERIOD_UNKNOWN", account.clause, account=use.account, period=use.period, example=own_period
            )
        key = Key(use.account, holder, use.period or own_period)
        used[key] = used.get(key, 0) + use.amount
    return used


def applicant_of(facts: CaseFacts) -> str:
    """Who applies: the unified social credit code, or "register:number" of who has none; empty: not said."""
    applicant = facts.application.applicant
    if applicant.uscc or not applicant.other_identity.number:
        return applicant.uscc
    return f"{applicant.other_identity.register}:{applicant.other_identity.number}"


def contract_numbers(facts: CaseFacts) -> set[str]:
    """The contracts of an application, by their numbers without spaces, hyphens, case and width. (BJ-A9)"""
    application = facts.application
    numbers = [application.contract.contract_number, *(service.contract_number for service in application.services)]
    return {plain_number(number) for number in numbers} - {""}


def _holder(programme: Programme, account: Account, facts: CaseFacts) -> str:
    application = facts.application
    match account.holder:
        case "enterprise":
            name, holder = "application.applicant.uscc", applicant_of(facts)
        case "contract":
            name = "application.contract.contractNumber"
            holder = contract_identity(application.contract) if application.contract.contract_number else ""
        case "project":
            name, holder = "application.projectNumber", application.project_number
        case "supplier":
            name, holder = "application.contract.supplier.uscc", application.contract.supplier.uscc
        case "programme":
            if programme.setting(account.each_applicant, facts.received_on) != "true":
                return programme.programme_id
            name, holder = "application.applicant.uscc", applicant_of(facts)
    if not holder:
        raise Refused("FACT_MISSING", account.clause, name=name)
    return holder


def _period(programme: Programme, account: Account, on: date) -> str:
    match account.period:
        case "calendar_year":
            return str(on.year)
        case "round":
            if programme.setting(account.round_year, on) == "service_year" and account.service_window:
                return str(programme.windows[account.service_window].last.year)
            return programme.round
        case "programme":
            return "programme"
        case Years(years=years, from_year=from_year):
            first = from_year + (on.year - from_year) // years * years
            return f"{first}-{first + years - 1}"


def _is_period(account: Account, period: str, own: str) -> bool:
    """Whether an account that has the period `own` may have this one: rounds are named alike, in other digits."""
    match account.period:
        case "calendar_year":
            return bool(YEAR.fullmatch(period))
        case "round":
            return DIGIT.sub("0", period) == DIGIT.sub("0", own)
        case "programme":
            return period == own
        case Years(years=years, from_year=from_year):
            first = period[:4]
            is_one = YEAR.fullmatch(first) and (int(first) - from_year) % years == 0
            return bool(is_one) and period == f"{first}-{int(first) + years - 1}"


def _most(programme: Programme, parameter: str | None, on: date) -> int | None:
    if parameter is None:
        return None
    most = programme.value(parameter, on)
    return most if isinstance(most, int) else int(programme.number(parameter, on))


def _signed_on(account: Account, facts: CaseFacts) -> date:
    try:
        return from_iso(facts.application.contract.signed_on)
    except ValueError:
        raise Refused("FACT_MISSING", account.clause, name="application.contract.signedOn") from None


def _counts(benefit: OtherBenefit, programme: Programme, account: Account, key: Key, facts: CaseFacts) -> bool:
    """Whether what another programme granted falls to the same holder and period."""
    is_same = benefit.uscc == applicant_of(facts)
    if account.holder == "contract":
        is_same = is_same and is_of_a_contract(benefit, contract_numbers(facts))
    try:
        return is_same and _period(programme, account, from_iso(benefit.granted_on)) == key.period
    except ValueError:
        raise Refused("FACT_MISSING", account.clause, name="benefits.grantedOn") from None


def is_of_a_contract(benefit: OtherBenefit, numbers: set[str]) -> bool:
    """Whether another programme's benefit is tied to one of these contracts."""
    return plain_number(benefit.contract_number) in numbers
