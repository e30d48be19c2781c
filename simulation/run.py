"""Every recorded claim under one programme, as if it had always been the rule. Nothing is written anywhere."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from domain.calculation import accounts
from domain.calculation.accounts import Key
from domain.calendar import WorkingCalendar
from domain.dates import Quarter
from domain.evaluation import validity
from domain.evaluation.application import Outcome, outcome
from domain.evaluation.edition import Edition
from domain.evaluation.quoting import Holding, redeem, voucher_of
from domain.evaluation.rounds import conclude_round
from domain.facts import CaseFacts
from domain.format.steps import Pool
from domain.money import floor, from_exact_text
from domain.refusals import Refused
from domain.single import contract_identity
from duifu.v1.events_pb2 import AmountTrace, Evaluation, RedemptionQuote
from simulation.casebook import Ending, Recorded

CONTRACT_CLAIMED = "BJ_E_CONTRACT_CLAIMED"  # one claim for each contract is the engine's own rule (BJ-3.4)
#: What a person set has no place in this calculation; the rules alone then say the amount.
NO_PLACE_FOR_DECISION = frozenset({"AMOUNT_ABOVE_CEILING", "DECISION_NOT_FORESEEN"})

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What one claim gets."""

    granted: int  # in the programme's unit
    code: str = ""  # why nothing
    due_fen: Mapping[str, int] = field(default_factory=dict)  # request -> what it is due
    paid_fen: Mapping[int, int] = field(default_factory=dict)  # year of the batch -> what is paid
    lapsed_fen: int = 0  # due, and no batch has room for it


@dataclass(frozen=True)
class Result:
    """What all claims get under one programme."""

    edition: Edition
    claims: Mapping[str, Replayed]  # case -> what it gets
    exhausted: Mapping[Key, date]  # account of the whole programme -> the day of the claim that reached its limit
    set_aside: frozenset[str]  # cases whose amount a person had lowered, which these rules have no place for


@dataclass
class _Running:
    """One run while it goes on."""

    edition: Edition
    used: dict[Key, int] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    exhausted: dict[Key, date] = field(default_factory=dict)
    set_aside: set[str] = field(default_factory=set)
    contracts: set[str] = field(default_factory=set)  # on which something was granted


def run(
    edition: Edition,
    claims: Sequence[Recorded],
    calendar: WorkingCalendar,
    progress: Progress = lambda _done, _all: None,
) -> Result:
    """Grant in the order of acceptance, then pay what was asked for. `progress` hears how many claims are done.

    A claim that a person refused by judgement stays refused. All grants are made before the first payment, so with one
    limit for both (BJ-A6) payments never cut a grant. Raises Refused CALENDAR_NOT_ANNOUNCED, PARAMETER_EXPIRED,
    APPLICATION_TWICE_IN_ROUND, and RuleBroken.
    """
    running = _Running(edition)
    asking = [claim for claim in claims if claim.ending != Ending.REFUSED_BY_JUDGEMENT]
    for claim in claims:
        if claim.ending == Ending.REFUSED_BY_JUDGEMENT:
            running.outcomes[claim.case_id] = Outcome(claim.code, 0, {})
    if edition.calculation.pool is None:
        for number, claim in enumerate(asking, 1):
            _serve(running, claim)
            progress(number, len(asking))
    else:
        _serve_round(running, edition.calculation.pool, asking)
        progress(len(asking), len(asking))
    answers = _redeemed(running, claims, calendar)
    replayed = {claim.case_id: _replayed(running, claim, answers.get(claim.case_id, ())) for claim in claims}
    return Result(edition, replayed, running.exhausted, frozenset(running.set_aside))


def _serve(running: _Running, claim: Recorded) -> None:
    """One claim, with what those before it have left."""
    if _is_claimed(running, claim):
        running.outcomes[claim.case_id] = Outcome(CONTRACT_CLAIMED, 0, {})
        return
    facts, found = _decided(running, claim)
    running.outcomes[claim.case_id] = found
    _use(running, claim, facts, found)
    _watch(running, facts, found)


def _serve_round(running: _Running, pool: Pool, claims: Sequence[Recorded]) -> None:
    """A pool needs all claims at once. (QD-2.4, QD-2.5)"""
    together: list[tuple[Recorded, CaseFacts]] = []
    for claim in claims:
        if _is_claimed(running, claim):
            running.outcomes[claim.case_id] = Outcome(CONTRACT_CLAIMED, 0, {})
            continue
        facts, alone = _decided(running, claim)
        if alone.amount:
            running.contracts |= _contract(running, claim)
        together.append((claim, facts))
    asked: dict[Key, int] = {}
    evaluations, counted, _ = conclude_round(running.edition, [facts for _, facts in together])
    for (claim, facts), evaluation, parts in zip(together, evaluations, counted, strict=True):
        found = Outcome(evaluation.code, 0 if evaluation.code else evaluation.amount.amount_fen, parts)
        running.outcomes[claim.case_id] = found
        _use(running, claim, facts, found)
        _watch(running, facts, found, but=pool.account)
        _ask(running, pool, facts, evaluation, asked)


def _watch(running: _Running, facts: CaseFacts, found: Outcome, but: str = "") -> None:
    """Note the limits of the whole programme that this claim has reached."""
    programme = running.edition.programme
    for name, account in programme.accounts.items():
        if account.holder != "programme" or account.limit is None or name == but:
            continue
        says_no = account.on_exceed == "refuse" and found.code != "" and found.code == account.code
        try:
            if says_no or accounts.left(programme, name, facts, running.used) == 0:
                _reached(running, name, facts)
        except Refused:  # no limit or no day is known for this claim, so it was granted nothing
            continue


def _ask(running: _Running, pool: Pool, facts: CaseFacts, evaluation: Evaluation, asked: dict[Key, int]) -> None:
    """A pool is exhausted by the claim with which more is asked of it than there is; whoever does not pass asks not."""
    account = running.edition.programme.accounts[pool.account]
    if evaluation.code not in ("", account.code, running.edition.programme.award.nothing):
        return
    key = _key(running, pool.account, facts)
    most = accounts.limit(running.edition.programme, pool.account, facts.received_on)
    asked[key] = asked.get(key, 0) + _asked_of(pool, evaluation.amount)
    if most is not None and asked[key] >= most:
        _reached(running, pool.account, facts)


def _asked_of(pool: Pool, trace: AmountTrace) -> int:
    steps = (step for step in trace.steps if step.name == pool.name)
    return sum(
        floor(from_exact_text(operand.exact)) for step in steps for operand in step.operands if operand.name == "asked"
    )


def _decided(running: _Running, claim: Recorded) -> tuple[CaseFacts, Outcome]:
    """What a person set lower stays set, as far as the rules have a place for it."""
    found = outcome(running.edition, claim.facts, running.used)
    if claim.facts.approved_fen is None or found.code not in NO_PLACE_FOR_DECISION:
        return claim.facts, found
    running.set_aside.add(claim.case_id)
    facts = replace(claim.facts, approved_fen=None, approval_reason="")
    return facts, outcome(running.edition, facts, running.used)


def _use(running: _Running, claim: Recorded, facts: CaseFacts, found: Outcome) -> None:
    """The same mapping grows: a copy for each claim would make a long ledger slow."""
    for name, amount in found.counted.items():
        key = _key(running, name, facts)
        running.used[key] = running.used.get(key, 0) + amount
    if found.amount:
        running.contracts |= _contract(running, claim)


def _is_claimed(running: _Running, claim: Recorded) -> bool:
    return not _contract(running, claim).isdisjoint(running.contracts)


def _contract(running: _Running, claim: Recorded) -> set[str]:
    """The contract that only one voucher is granted on; none of a programme without vouchers."""
    contract = claim.facts.application.contract
    is_single = running.edition.programme.award.benefit == "voucher" and contract.contract_number
    return {contract_identity(contract)} if is_single else set()


def _reached(running: _Running, name: str, facts: CaseFacts) -> None:
    running.exhausted.setdefault(_key(running, name, facts), facts.counted_on)


def _key(running: _Running, name: str, facts: CaseFacts) -> Key:
    programme = running.edition.programme
    return accounts.key_of(programme, name, facts, accounts.day_of(programme, name, facts))


def _redeemed(
    running: _Running, claims: Sequence[Recorded], calendar: WorkingCalendar
) -> Mapping[str, Sequence[RedemptionQuote]]:
    """Case -> the answers to its requests, where the programme pays vouchers."""
    asking = [claim for claim in claims if claim.requests]
    if running.edition.programme.redemption is None or not asking:
        return {}
    holdings = [_holding(running, claim) for claim in asking]
    answers = redeem(running.edition, holdings, running.used, calendar)
    return {claim.case_id: answer for claim, answer in zip(asking, answers, strict=True)}


def _holding(running: _Running, claim: Recorded) -> Holding:
    found = running.outcomes[claim.case_id]
    voucher = voucher_of(running.edition, claim.facts, found.amount) if found.amount else None
    requests = [request.asked for request in claim.requests]
    until = validity.valid_through(running.edition.programme, claim.facts.counted_on) if voucher else ""
    return Holding(accounts.applicant_of(claim.facts), voucher, requests, Evaluation(code=found.code), until)


def _replayed(running: _Running, claim: Recorded, answers: Sequence[RedemptionQuote]) -> Replayed:
    found = running.outcomes[claim.case_id]
    due_fen = {request.case_id: answer.due_fen for request, answer in zip(claim.requests, answers, strict=False)}
    paid_fen: dict[int, int] = {}
    for year, amount_fen in _payments(answers):
        paid_fen[year] = paid_fen.get(year, 0) + amount_fen
    lapsed_fen = sum(due_fen.values()) - sum(paid_fen.values())
    return Replayed(found.amount, found.code, due_fen, paid_fen, lapsed_fen)


def _payments(answers: Sequence[RedemptionQuote]) -> Iterator[tuple[int, int]]:
    for answer in answers:
        for payment in answer.payments:
            yield Quarter.parse(payment.quarter).year, payment.amount_fen
