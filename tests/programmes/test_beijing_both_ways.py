"""Beijing's claims evaluated on record and without: the quick way grants the same, and refuses with the same code."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calculation.accounts import Key
from domain.evaluation.application import evaluate, outcome
from domain.evaluation.edition import Edition
from domain.facts import CaseFacts
from domain.money import yuan
from duifu.v1.facts_pb2 import SERVICE_KIND_AI_COMPUTE, SERVICE_KIND_STORAGE, OtherBenefit, ScheduleEntry
from tests.builders import BUYER, PROGRAMME, a_contract, an_application, an_item, clean_checks
from tests.desk import the_rulebook

EDITION = Edition(the_rulebook().in_force(PROGRAMME, date(2024, 1, 2)))
RULED = frozenset({"BJ_E_DIRECTION", "BJ_E_INDUSTRY", "BJ_W_FIELD_OTHER"})
DAYS = st.dates(date(2023, 8, 1), date(2026, 2, 1))
#: What most claims have, and now and then something else.
MOSTLY = st.integers(0, 9).map(lambda drawn: drawn > 0)


@st.composite
def claims(draw: st.DrawFn) -> CaseFacts:
    """Claims that mostly pass, with whatever may be wrong with them."""
    received = draw(DAYS)
    first = draw(DAYS)
    last = first + timedelta(days=draw(st.integers(-1, 400)))
    items = [
        an_item(
            draw(st.integers(1, 10**10)),
            SERVICE_KIND_AI_COMPUTE if draw(MOSTLY) else SERVICE_KIND_STORAGE,
            starts_on="" if draw(MOSTLY) else (first + timedelta(days=3)).isoformat(),
            schedule=[]
            if draw(MOSTLY)
            else [ScheduleEntry(starts_on=first.isoformat(), ends_on=first.isoformat(), amount_fen=7)],
        )
        for _ in range(draw(st.integers(1, 3)))
    ]
    signed = min(received, first) if draw(MOSTLY) else draw(DAYS)
    contract = a_contract(
        signed_on=signed.isoformat(), starts_on=first.isoformat(), ends_on=last.isoformat(), items=items
    )
    application = an_application(contract)
    application.applicant.industry_code = draw(st.sampled_from(["I6513", "C13", "C4320", "I64", "I6311", "C44", ""]))
    application.purpose.field = draw(st.sampled_from(["工业", "医疗", "农业", ""]))
    if not draw(MOSTLY):
        application.facts.clear()
    if not draw(MOSTLY):
        del application.materials[draw(st.integers(0, len(application.materials) - 1))]
    checks = {check.check: check for check in clean_checks()}
    if not draw(MOSTLY):
        del checks[draw(st.sampled_from(sorted(checks)))]
    other = OtherBenefit(
        programme_id="other", level="city", is_compute_subsidy=draw(st.booleans()), uscc=BUYER.uscc,
        contract_number=draw(st.sampled_from([contract.contract_number, "HT-OTHER"])),
        amount_fen=draw(st.sampled_from([1, 10**10])),
    )  # fmt: skip
    return CaseFacts(
        received_on=received,
        application=application,
        checks=checks,
        benefits=() if draw(MOSTLY) else (other,),
        approved_fen=None if draw(MOSTLY) else draw(st.integers(1, 10**9)),
        ruled_met=RULED if draw(MOSTLY) else frozenset(),
    )


@settings(max_examples=300, deadline=None)
@given(claims(), st.sampled_from([0, yuan(1_999_999), yuan(2_000_000)]))
def test_the_quick_way_grants_what_the_way_on_record_grants(claim: CaseFacts, issued: int) -> None:
    used = {Key("issued", BUYER.uscc, str(year)): issued for year in (2023, 2024, 2025, 2026)}

    on_record, quick = evaluate(EDITION, claim, used), outcome(EDITION, claim, used)

    assert quick.code == on_record.code
    assert quick.amount == (0 if on_record.code else on_record.amount.amount_fen)


@settings(max_examples=50, deadline=None)
@given(claims(), claims())
def test_a_claim_comes_to_the_same_whatever_was_evaluated_before_it(claim: CaseFacts, before: CaseFacts) -> None:
    first = evaluate(EDITION, claim)
    evaluate(EDITION, before)
    outcome(EDITION, before)

    assert evaluate(EDITION, claim) == first
