"""A request for payment under the programme of its voucher: what the rules look at, and on what terms it is settled."""

from collections.abc import Mapping, Sequence
from datetime import date

from domain.amount import Terms, countable_days
from domain.dates import from_iso
from domain.evaluation.edition import Edition
from domain.facts import CaseFacts
from domain.metering import Metering
from domain.voucher import Voucher
from duifu.v1.facts_pb2 import Applicant, Application, CheckResult, InvoiceLine, OtherBenefit, RedemptionRequest


def facts_of(
    voucher: Voucher,
    request: RedemptionRequest,
    received_on: date,
    checks: Mapping[str, CheckResult],
    benefits: Sequence[OtherBenefit] = (),
) -> CaseFacts:
    """What the rules look at: the request, and of the application what the voucher still knows of it."""
    applicant = Applicant(uscc=voucher.uscc, name=voucher.holder_name)
    application = Application(applicant=applicant, contract=voucher.contract)
    return CaseFacts(received_on, application, request, checks, benefits)


def terms_of(edition: Edition, facts: CaseFacts, clause: str) -> Terms:
    """The terms on the day of the request; `clause` is that of the stage that assesses. (BJ-A8, BJ-A12, BJ-A21)

    The programme has a redemption. Raises Refused PARAMETER_EXPIRED.
    """
    programme, contract = edition.programme, facts.application.contract
    rule = programme.redemption
    assert rule is not None

    def counts(line: InvoiceLine) -> bool:
        return edition.calculation.counts(line, facts)

    rate = None
    if programme.setting(rule.formula, facts.received_on) == "rate":
        assert rule.rate is not None
        rate = programme.number(rule.rate, from_iso(contract.signed_on))
    measured = None
    if rule.metering is not None:
        measured = Metering(
            tolerance=programme.number(rule.metering.tolerance, facts.received_on),
            is_needed=programme.setting(rule.metering.needed, facts.received_on) == "true",
            clause=rule.metering.clause,
        )
    by_share = programme.setting(rule.invoice_without_items, facts.received_on) == "contract_share"
    return Terms(
        counts=counts,
        window=countable_days(programme.windows[rule.window].days, edition.calculation.not_before(facts)),
        clause=clause,
        settled_clause=programme.clause_of(rule.needs_payment_proof),
        formula_clause=programme.clause_of(rule.formula),
        rate=rate,
        needs_payment_proof=programme.setting(rule.needs_payment_proof, facts.received_on) == "true",
        deducts=programme.pays_supplier,
        metering=measured,
        shared_as=contract if by_share else None,
    )
