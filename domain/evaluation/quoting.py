"""What a programme would give to applicants, from the application to the last payment, without any case."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domain import requested
from domain import voucher as vouchers
from domain.calculation import accounts
from domain.calculation.accounts import Key, Used
from domain.calendar import WorkingCalendar
from domain.dates import Quarter, from_iso
from domain.evaluation import settlement
from domain.evaluation.asked import must_be_answerable, opening_of_all
from domain.evaluation.edition import Edition
from domain.evaluation.paying import Due, Paid, pay_out
from domain.evaluation.rounds import conclude_round
from domain.evaluation.together import later_of, left_of, tell_order
from domain.facts import CaseFacts, from_message
from domain.format.redeeming import RedemptionRule
from domain.money import exact_text
from domain.refusals import Refused
from domain.voucher import Voucher
from duifu.v1.events_pb2 import (
    Evaluation,
    QuarterAmount,
    RedemptionQuote,
    VoucherIssued,
)
from duifu.v1.facts_pb2 import Facts, OtherBenefit, RedemptionOn


@dataclass(frozen=True)
class Holding:
    """A voucher and the requests to have it paid; without a voucher, why there is none."""

    holder: str  # whose annual limit payments use
    voucher: Voucher | None
    requests: Sequence[RedemptionOn]
    refusal: Evaluation = field(default_factory=Evaluation)
    valid_through: str = ""  # the last day on which a request is taken; empty: not limited
    held_from: str = ""  # the first day on which a request is taken; empty: not limited
    benefits: Sequence[OtherBenefit] = ()  # what other programmes granted


@dataclass(frozen=True, slots=True)
class _Request:
    """One request, and the answer that is being filled in."""

    at: int  # whose holding
    number: int
    asked: RedemptionOn
    answer: RedemptionQuote

    @property
    def claim(self) -> str:
        return f"{self.at}-{self.number}"


def quote(edition: Edition, asked: Sequence[Facts], calendar: WorkingCalendar) -> list[Evaluation]:
    """One evaluation for each facts message, in the same order; limits and pools serve all of them.

    What a message says was used before counts for its own applicant. Requests are assessed in the order of their days.
    Raises Refused for what makes the whole question unanswerable: FACT_MISSING, PARAMETER_EXPIRED,
    CALENDAR_NOT_ANNOUNCED, and whatever `must_be_answerable` and `opening_of_all` raise.
    """
    programme, facts = edition.programme, [from_message(message) for message in asked]
    must_be_answerable(programme, asked)
    evaluations, _, used = conclude_round(edition, facts, opening_of_all(programme, asked, facts))
    tell_order(facts, evaluations)
    for known, evaluation in zip(facts, evaluations, strict=True):
        evaluation.left.extend(left_of(programme, known, used))
        if later := later_of(edition, known, evaluation, used):
            evaluation.later.CopyFrom(later)
    if programme.redemption is None:
        return evaluations
    holdings = []
    for message, known, evaluation in zip(asked, facts, evaluations, strict=True):
        granted = 0 if evaluation.code else evaluation.amount.amount_fen
        voucher = voucher_of(edition, known, granted) if granted else None
        holder, until, since = accounts.applicant_of(known), evaluation.valid_through, known.counted_on.isoformat()
        holdings.append(Holding(holder, voucher, message.redemptions, evaluation, until, since, known.benefits))
    for evaluation, answers in zip(evaluations, redeem(edition, holdings, used, calendar), strict=True):
        evaluation.redemptions.extend(answers)
    return evaluations


def voucher_of(edition: Edition, facts: CaseFacts, face_value_fen: int) -> Voucher:
    """The voucher that is issued on an application."""
    applicant = facts.application.applicant
    issued = VoucherIssued(
        voucher_id=facts.case_id or "quote",
        case_id=facts.case_id,
        programme_id=edition.programme.programme_id,
        uscc=applicant.uscc,
        holder_name=applicant.name,
        face_value_fen=face_value_fen,
        eligible_fen=exact_text(edition.calculation.ceiling(facts, trace=False).base),
        contract=facts.application.contract,
        edition_sha256=edition.programme.sha256,
    )
    return vouchers.evolve(Voucher(), issued)


def redeem(
    edition: Edition, holdings: Sequence[Holding], used: Used, calendar: WorkingCalendar
) -> list[list[RedemptionQuote]]:
    """What every request of every holding would be paid, and when; in the order given.

    Raises Refused CALENDAR_NOT_ANNOUNCED, PARAMETER_EXPIRED, and ValueError for a programme without redemptions.
    """
    rule = edition.programme.redemption
    if rule is None:
        raise ValueError(f"{edition.programme.programme_id} pays no vouchers out")
    requests = [
        _Request(at, number, one, RedemptionQuote(requested_on=one.requested_on))
        for at, holding in enumerate(holdings)
        for number, one in enumerate(holding.requests)
    ]
    held = {at: holding.voucher for at, holding in enumerate(holdings) if holding.voucher is not None}
    dues: list[Due] = []
    for request in sorted(requests, key=lambda request: request.asked.requested_on):
        if request.at not in held:
            _nothing_to_redeem(request.answer, holdings[request.at].refusal)
            continue
        try:
            _must_be_valid(edition, rule, holdings[request.at], request.asked.requested_on)
            known = holdings[request.at].benefits
            held[request.at], due = _assess(edition, rule, held[request.at], request, known, calendar)
            dues.append(due)
        except Refused as refused:
            # What every voucher must fit is written with Beijing's numbers, which mean nothing in another file.
            is_cited = refused.clause in edition.programme.clauses
            request.answer.code, request.answer.clause = refused.code, refused.clause if is_cited else rule.clause
            request.answer.explanation = refused.message("zh")
            request.answer.grounds.extend(refused.grounds)
    before = _paid_before(edition, rule, used, {due.holder for due in dues})
    answers = {request.claim: request.answer for request in requests}
    out = pay_out(
        dues,
        rule.last_quarter,
        lambda quarter: _limit(edition, rule, quarter),
        before,
        lambda quarter: edition.programme.setting(rule.deferred_first, quarter.days.last) == "pro_rata",
    )
    for paid in out.paid:
        _add_payment(answers[paid.claim], paid, rule)
    found: list[list[RedemptionQuote]] = [[] for _ in holdings]
    for request in requests:
        found[request.at].append(request.answer)
    return found


def _nothing_to_redeem(answer: RedemptionQuote, evaluation: Evaluation) -> None:
    answer.code, answer.clause = evaluation.code, evaluation.clause
    answer.explanation = f"未发放算力券：{evaluation.explanation}"


def _must_be_valid(edition: Edition, rule: RedemptionRule, holding: Holding, requested_on: str) -> None:
    if requested_on < holding.held_from:
        raise Refused("REDEMPTION_BEFORE_GRANT", rule.clause, held_from=holding.held_from, requested_on=requested_on)
    valid_for = edition.programme.award.valid_for
    if valid_for and holding.valid_through and requested_on > holding.valid_through:
        raise Refused(
            "VOUCHER_EXPIRED", valid_for.clause, valid_through=holding.valid_through, requested_on=requested_on
        )


def _assess(
    edition: Edition,
    rule: RedemptionRule,
    voucher: Voucher,
    request: _Request,
    benefits: Sequence[OtherBenefit],
    calendar: WorkingCalendar,
) -> tuple[Voucher, Due]:
    """The voucher afterwards and what is due. Raises Refused for whatever stands against the request."""
    programme, on = edition.programme, from_iso(request.asked.requested_on)
    checks = {result.check: result for result in request.asked.checks}
    facts = settlement.facts_of(voucher, request.asked.request, on, checks, benefits)
    # What sources say is asked for before money moves; without their answers only the request itself is tested.
    edition.rules.must_pass_at_once(("request", "redemption") if checks else ("request",), facts)
    requested.must_fit(voucher, request.asked.request, on, pays_supplier=programme.pays_supplier)
    quarter = rule.quarter_for(on, programme.rolls_over(calendar, on))
    terms = settlement.terms_of(edition, facts, _clause(edition, rule))
    assessed = vouchers.assess(voucher, request.claim, request.asked.request, terms)
    request.answer.due_fen = assessed.due_fen
    request.answer.trace.CopyFrom(assessed.trace)
    if not assessed.due_fen:
        raise vouchers.nothing_due(voucher, voucher.voucher_id, assessed, rule.clause)
    of_request = programme.setting(rule.counts_in, on) == "requested_on"
    due = Due(request.claim, voucher.uscc, quarter, assessed.due_fen, on.year if of_request else None)
    return vouchers.evolve(voucher, assessed), due


def _clause(edition: Edition, rule: RedemptionRule) -> str:
    """The clause of the stage that assesses, as in a case."""
    rows = edition.programme.plans.get("redemption_claim", ())
    return next((row.clause for row in rows if row.task == "assess_redemption"), rule.clause)


def _limit(edition: Edition, rule: RedemptionRule, quarter: Quarter) -> int | None:
    return accounts.limit(edition.programme, rule.account, quarter.days.last)


def _paid_before(edition: Edition, rule: RedemptionRule, used: Used, holders: set[str]) -> dict[tuple[str, int], int]:
    """What counts against the limit of each holder and year before the first payment. (BJ-A6)"""
    programme = edition.programme
    account = programme.accounts[rule.account]
    names = {rule.account}
    if account.combined_with:
        names.add(account.combined_with)
    total: dict[tuple[str, int], int] = {}
    for key, amount in used.items():
        if key.account in names and key.holder in holders and _is_combined(edition, rule, key):
            place = (key.holder, int(key.period))
            total[place] = total.get(place, 0) + amount
    return total


def _is_combined(edition: Edition, rule: RedemptionRule, key: Key) -> bool:
    """Whether this account counts: it is the limit's own, or the programme puts both under one limit that year."""
    account = edition.programme.accounts[rule.account]
    if key.account == rule.account or account.combined_if is None:
        return True
    return edition.programme.value(account.combined_if, Quarter(int(key.period), 1).days.first) is True


def _add_payment(answer: RedemptionQuote, paid: Paid, rule: RedemptionRule) -> None:
    answer.payments.append(
        QuarterAmount(
            quarter=str(paid.quarter),
            counts_in_year=paid.counts_in,
            amount_fen=paid.amount_fen,
            deferred=paid.was_deferred,
        )
    )
    answer.awaits_ruling |= paid.quarter >= rule.needs_ruling_from
