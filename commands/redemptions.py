"""A redemption claim from request to its place in a quarter. (BJ-4.4, BJ-4.5, BJ-4.6)"""

from commands import bars, benefits, invoice_uses, paper_uses, recoveries
from commands.claims import next_case_id
from commands.quarters import open_quarter
from commands.work import Work
from domain import amount, duties, invoices, requested, review, single
from domain import voucher as vouchers
from domain.case import Case
from domain.evaluation import reversal, settlement
from domain.facts import CaseFacts
from domain.format.programme import Programme
from domain.kinds import CASE, INVOICE, VOUCHER
from domain.lapsing import must_be_its_holder, must_be_valid
from domain.quarter_index import ClaimState
from domain.refusals import Refused
from domain.serving import served
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import ReplaceBankAccount, RequestRedemption
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_REFUSED,
    CLAIM_PAYMENT_STATUS_ORDERED,
    AmountDetermined,
    BankAccountReplaced,
    CaseClosed,
    CaseOpened,
    ClaimAdmitted,
    ClaimAssessed,
    ClaimDropped,
    RedemptionAssessed,
)
from duifu.v1.facts_pb2 import Invoice, RedemptionRequest
from duifu.v1.plan_pb2 import CASE_KIND_REDEMPTION_CLAIM, Stage
from ledger import streams


def request(work: Work, command: RequestRedemption) -> str:
    """Receive a request and let it join its quarter; returns the case id."""
    asked = command.request
    voucher = voucher_of(work, asked.voucher_id)
    must_be_its_holder(voucher, work.actor)
    programme = work.rulebook.pinned(voucher.edition_sha256)
    work.edition_sha256 = programme.sha256
    bars.must_be_free(work, programme.programme_id, voucher.uscc)
    rule = served(programme).redemption
    quarter = rule.quarter_for(work.on, programme.rolls_over(work.rulebook.calendar, work.on))
    if valid_for := programme.award.valid_for:
        must_be_valid(voucher, valid_for.clause, work.on)
    case_id = next_case_id(work, programme, "redeem")
    must_be_possible(work, programme, asked, case_id)
    joined = open_quarter(work, programme, quarter)
    if joined is None:
        raise Refused("REDEMPTION_ENDED", rule.clause, last_quarter=rule.last_quarter, requested_on=work.on)
    opened = CaseOpened(
        case_id=case_id,
        plan=programme.plan(CASE_KIND_REDEMPTION_CLAIM, work.deployment.is_rehearsal),
        received_on=work.on.isoformat(),
        applicant_uscc=voucher.uscc,
        applicant_name=voucher.holder_name,
        redemption=asked,
        cycle_id=joined.cycle_id,
        submitted_by=work.actor.id,
    )
    work.on_case(case_id, review.open_case(opened, work.on, work.rulebook.calendar))
    is_with_quarter = work.case(case_id).is_with_quarter
    admitted = ClaimAdmitted(
        case_id=case_id,
        voucher_id=voucher.voucher_id,
        uscc=voucher.uscc,
        requested_by=_requesters(work, voucher),
        is_with_quarter=is_with_quarter,
        verify_on=work.on.isoformat() if is_with_quarter else "",
    )
    work.on_cycle(joined.cycle_id, [admitted])
    return case_id


def _requesters(work: Work, voucher: Voucher) -> list[str]:
    """Who asks for the money, and who stood on the enterprise's side when it got the voucher."""
    claim = work.read(streams.case(voucher.case_id), CASE)
    return sorted(duties.requesters(claim).union(duties.accounts_of(work.actor)))


def must_be_possible(work: Work, programme: Programme, asked: RedemptionRequest, case_id: str) -> None:
    """The request is complete, about this voucher, and its invoices serve no other. Binds them to the voucher."""
    voucher = voucher_of(work, asked.voucher_id)
    facts = settlement.facts_of(voucher, asked, work.on, {})
    work.rulebook.rules(programme).must_pass_at_once("request", facts)
    requested.must_fit(voucher, asked, work.on, pays_supplier=programme.pays_supplier)
    invoice_uses.use_for_voucher(work, asked.invoices, voucher.voucher_id, case_id)
    paper_uses.hand_in(work, voucher, asked, case_id)
    for blue in invoices.blue(asked):
        _must_come_with_its_red_ones(work, voucher, asked, blue)
    for red in invoices.red(asked):
        _net_off(work, voucher, asked, red, case_id)
    terms = settlement.terms_of(work.rulebook.edition(programme), facts, "")
    amount.must_leave_what_was_used(voucher.invoices, asked, terms)


def _net_off(work: Work, voucher: Voucher, asked: RedemptionRequest, red: Invoice, case_id: str) -> None:
    """A red invoice takes back of a blue one of this request, or of an earlier one that is assessed. (F-2)"""
    key = invoices.key_of_reversed(red)
    reversal.must_take_from_one(voucher, invoices.key_of(red), key)
    stream = streams.invoice(red.seller_uscc, key)
    binding = work.read(stream, INVOICE)
    here = next((blue for blue in invoices.blue(asked) if invoices.key_of(blue) == key), None)
    total_fen = here.total_fen if here else binding.total_fen
    reversed_now = single.reverse_invoice(binding, red, voucher.voucher_id, case_id, total_fen)
    for earlier in binding.case_ids:
        if earlier != case_id and _waits(work, voucher, earlier):
            raise Refused("RED_INVOICE_UNDER_WAY", "BJ-4.5", number=red.number, blue=red.reverses.number, case=earlier)
    work.record(stream, INVOICE, reversed_now)


def _must_come_with_its_red_ones(work: Work, voucher: Voucher, asked: RedemptionRequest, blue: Invoice) -> None:
    """What is known to reverse an invoice was assessed with it, or is handed in again: nobody is paid past it. (F-2)

    Raises Refused RED_INVOICE_UNDER_WAY, RED_INVOICE_LEFT_OUT.
    """
    key = invoices.key_of(blue)
    counted = voucher.invoices[key].numbers if key in voucher.invoices else frozenset()
    here = {invoices.key_of(red) for red in invoices.red(asked)}
    binding = work.read(streams.invoice(blue.seller_uscc, key), INVOICE)
    for red, amount_fen in binding.reversed_by.items():
        earlier = binding.reversed_in[red]
        if amount.red_name(red) in counted or red in here:
            continue
        if _waits(work, voucher, earlier):
            raise Refused("RED_INVOICE_UNDER_WAY", "BJ-4.5", number=red, blue=blue.number, case=earlier)
        raise Refused(
            "RED_INVOICE_LEFT_OUT", "BJ-4.5", number=red, blue=blue.number, amount_fen=amount_fen, case=earlier
        )


def _waits(work: Work, voucher: Voucher, case_id: str) -> bool:
    """Whether a claim of a voucher is still to be assessed."""
    return case_id not in voucher.assessed and work.case(case_id).is_open


def assess(work: Work, case_id: str) -> None:
    """Work out what is due of the voucher and hand the claim to its quarter; nothing due ends it."""
    case = work.case(case_id)
    voucher = voucher_of(work, case.redemption.voucher_id)
    assert case.stage is not None
    row = case.row(case.stage.key)
    assessed = assessment(work, case, row)
    work.record(streams.voucher(voucher.voucher_id), VOUCHER, [assessed])
    if not assessed.due_fen:
        refused = vouchers.nothing_due(voucher, case_id, assessed, row.clause)
        summary = f"不予兑付：{refused.message('zh')}"
        closed = CaseClosed(outcome=CASE_OUTCOME_REFUSED, summary=summary, code=refused.code, clause=row.clause)
        work.on_case(case_id, [closed])
        drop(work, work.case(case_id))
        return
    determined = AmountDetermined(amount_fen=assessed.due_fen, trace=assessed.trace)
    onward = review.pass_to_next(case, row, work.on, work.rulebook.calendar)
    work.on_case(case_id, [determined, *onward])
    ready = ClaimAssessed(case_id=case_id, due_fen=assessed.due_fen, verified_by=duties.decided_by(case))
    work.on_cycle(case.cycle_id, [ready])


def assessment(work: Work, case: Case, row: Stage) -> RedemptionAssessed:
    """What a claim adds to what is due of its voucher, in the stage of this row."""
    voucher = voucher_of(work, case.redemption.voucher_id)
    edition = work.rulebook.edition(work.rulebook.pinned(case.plan.edition_sha256))
    terms = settlement.terms_of(edition, facts_of(work, case), row.clause)
    recovered_fen = recoveries.received_fen(work, voucher.case_id) if voucher.claw_back_fen else 0
    return vouchers.assess(voucher, case.case_id, case.redemption, terms, recovered_fen)


def facts_of(work: Work, case: Case) -> CaseFacts:
    """What the rules look at in a request."""
    voucher = voucher_of(work, case.redemption.voucher_id)
    known = benefits.known_of(work, case)
    return settlement.facts_of(voucher, case.redemption, case.received_on, case.checks, known)


def drop(work: Work, case: Case) -> None:
    """The claim ended before payment; its quarter need not wait for it."""
    claim = work.cycle(case.cycle_id).claims[case.case_id]
    assert case.closed is not None
    if claim.state == ClaimState.ADMITTED:
        work.on_cycle(case.cycle_id, [ClaimDropped(case_id=case.case_id, code=case.closed.code)])


def replace_account(work: Work, command: ReplaceBankAccount) -> str:
    """Another account of whoever is paid, while no payment is under way."""
    case = work.case(command.case_id)
    review.must_be_applicant(work.actor, case)
    if not case.is_owed_again:
        case.any_stage()
    if not case.is_redemption:
        raise Refused("NO_ACCOUNT", case=case.case_id)
    voucher = voucher_of(work, case.redemption.voucher_id)
    pays_supplier = work.rulebook.pinned(voucher.edition_sha256).pays_supplier
    requested.must_be_paid_to(voucher, command.bank_account.holder_name, pays_supplier=pays_supplier)
    if case.payment is not None and case.payment.status == CLAIM_PAYMENT_STATUS_ORDERED:
        raise Refused("ACCOUNT_IN_PAYMENT", case=case.case_id)
    work.on_case(case.case_id, [BankAccountReplaced(bank_account=command.bank_account)])
    return case.case_id


def voucher_of(work: Work, voucher_id: str) -> Voucher:
    """An issued voucher. Raises Refused VOUCHER_UNKNOWN."""
    voucher = work.read(streams.voucher(voucher_id), VOUCHER)
    if not voucher.voucher_id:
        raise Refused("VOUCHER_UNKNOWN", voucher=voucher_id)
    return voucher
