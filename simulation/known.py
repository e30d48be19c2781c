"""What a ledger knows besides an application: limits used by the same holder, and what other programmes granted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from domain.benefits import Benefits, of_others
from domain.calculation import accounts
from domain.calculation.accounts import Key
from domain.facts import CaseFacts
from domain.format.programme import Programme
from domain.refusals import Refused
from domain.single import contract_identity
from duifu.v1.facts_pb2 import AccountUse, OtherBenefit
from simulation.casebook import Casebook, Ending, Recorded
from simulation.counting import counted


@dataclass(frozen=True, slots=True)
class Known:
    """What goes into the facts. `claimed_by` is the case that was granted a voucher on the same contract, if any."""

    used: Sequence[AccountUse]
    benefits: Sequence[OtherBenefit]
    claimed_by: str


def known_of(casebook: Casebook, programme: Programme, facts: CaseFacts, benefits: Iterable[Benefits] = ()) -> Known:
    """What the ledger knows of an application under `programme`; a case with its number is passed over.

    `benefits` is what the programmes of the ledger granted to the applicant and to the customers that it serves.
    Raises Refused PARAMETER_EXPIRED, FACT_MISSING.
    """
    granted = [claim for claim in casebook.claims if claim.ending == Ending.GRANTED and claim.case_id != facts.case_id]
    own = [claim for claim in granted if claim.programme_id == programme.programme_id]
    used: dict[Key, int] = {}
    holders = _holders(programme, facts)
    for claim in own:
        for key, amount in _uses(programme, claim):
            if holders.get(key.account) == key.holder:
                used[key] = used.get(key, 0) + amount
    return Known(
        [AccountUse(account=k.account, holder=k.holder, period=k.period, amount=used[k]) for k in used],
        of_others(benefits, programme.programme_id),
        next((claim.case_id for claim in own if _same_contract(claim.facts, facts)), ""),
    )


def _holders(programme: Programme, facts: CaseFacts) -> Mapping[str, str]:
    """Account -> its holder for this application; accounts of something it does not have are left out."""
    found = {}
    for name in programme.accounts:
        try:
            found[name] = accounts.key_of(programme, name, facts, facts.counted_on).holder
        except Refused:  # the calculation says so if it needs the holder
            continue
    return found


def _uses(programme: Programme, claim: Recorded) -> Iterator[tuple[Key, int]]:
    """What a granted claim and the payments to it have used."""
    for name, amount in counted(programme, claim.granted, claim.trace).items():
        yield accounts.key_of(programme, name, claim.facts, accounts.day_of(programme, name, claim.facts)), amount
    paying = [name for name, account in programme.accounts.items() if account.counts == "paid"]
    for request in claim.requests:
        for year, amount_fen in request.paid_fen.items():
            for name in paying:
                yield accounts.key_of(programme, name, claim.facts, date(year, 12, 31)), amount_fen


def _same_contract(claim: CaseFacts, facts: CaseFacts) -> bool:
    contract = facts.application.contract
    is_one = bool(contract.contract_number)
    return is_one and contract_identity(claim.application.contract) == contract_identity(contract)
