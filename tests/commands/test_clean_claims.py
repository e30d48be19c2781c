"""A claim that its quarter verifies: clean, it passes and the evidence says on what; else it is a person's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from domain import tasks
from domain.money import yuan
from domain.refusals import Refused
from duifu.v1.commands_pb2 import (
    VERDICT_PASS,
    ClaimFindings,
    ClaimLetter,
    ClaimTask,
    Decide,
    EnterCheck,
    Letter,
    PauseCycle,
    RecordClaimLetters,
    RequestCorrection,
    VerifyClaims,
    WithdrawCase,
)
from duifu.v1.events_pb2 import CASE_OUTCOME_WITHDRAWN, ClaimReferred
from duifu.v1.facts_pb2 import (
    INVOICE_STATUS_VOIDED,
    CheckResult,
    EnterpriseRecord,
    RedemptionRequest,
)
from ledger import streams
from tests.amended import BEIJING, a_rulebook, an_april_without_decisions, under, verified_by_the_quarter
from tests.builders import (
    CYCLE_OFFICER,
    OTHER_BUYER,
    VERIFICATION,
    a_contract,
    a_redemption,
    applicant,
    credit_check,
    enterprise_check,
    invoices_check,
    unavailable,
)
from tests.desk import Desk

Q1 = "bj-slq-2023-2024Q1"
STAGE = "verification"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """An office whose quarters verify their claims; nobody decides from 1 to 7 April 2024."""
    return under(desk, a_rulebook(BEIJING, verified_by_the_quarter, an_april_without_decisions))


@dataclass(frozen=True, slots=True)
class Strange:
    """Something about a claim that a person has to look at."""

    code: str  # of what is told
    results: Callable[[RedemptionRequest], list[CheckResult]] = lambda _request: []  # instead of the clean ones
    paid: int = yuan(100_000)


def test_a_clean_claim_passes_and_the_evidence_says_who_decided_and_on_what(desk: Desk) -> None:
    case_id, request = a_claim(desk)

    verify(desk, case_id, clean(request))

    case, quarter = desk.case(case_id), desk.cycle(Q1)
    (decided,) = case.decisions
    assert case.stage is not None
    assert (case.stage.key, case.due_fen, decided.decided_by) == ("disbursement", yuan(20_000), "duifu")
    assert all(source in decided.reason for source in ("登记信息", "信用记录", "发票查验", "四方核对一致"))
    assert {ground.status for ground in decided.grounds} == {1}
    assert sorted(case.checks) == ["credit", "enterprise", "invoices"]
    assert quarter.claims[case_id].verified_by == ("duifu",)
    assert (quarter.index.verified, quarter.index.referred, len(quarter.index.unverified)) == (1, 0, 0)


@pytest.mark.parametrize(
    "strange",
    [
        pytest.param(Strange("credit", lambda _: [unavailable("credit")]), id="a source that does not answer"),
        pytest.param(Strange("BJ_E_", lambda r: [invoices_check(r, INVOICE_STATUS_VOIDED)]), id="a voided invoice"),
        pytest.param(Strange("BJ_E_", lambda _: [enterprise_check(province="370200")]), id="a condition not met"),
        pytest.param(Strange("CHECK_OF_OTHER", lambda _: [of_another()]), id="an answer about somebody else"),
        pytest.param(Strange("FOUR_WAY", paid=yuan(60_000)), id="less paid than invoiced"),
    ],
)
def test_whatever_is_not_clean_goes_to_a_person_with_the_reason(desk: Desk, strange: Strange) -> None:
    case_id, request = a_claim(desk, paid=strange.paid)

    verify(desk, case_id, {**clean(request), **{result.check: result for result in strange.results(request)}})

    case, referred = desk.case(case_id), told(desk, case_id)
    assert [code for ground in referred.grounds if (code := ground.code).startswith(strange.code)]
    assert referred.reason
    assert not case.decisions
    assert tasks.next_step(case).role == VERIFICATION.role
    assert (desk.cycle(Q1).index.referred, desk.cycle(Q1).index.conducted) == (1, 0)


def test_a_claim_that_comes_to_nothing_is_a_persons_too(desk: Desk) -> None:
    voucher = desk.voucher_through_the_door(a_contract(yuan(100_000)))
    first, request = a_claim(desk, voucher_id=voucher.voucher_id)
    verify(desk, first, clean(request))
    second, another = a_claim(desk, voucher_id=voucher.voucher_id, invoice=2)

    verify(desk, second, clean(another))

    assert [ground.code for ground in told(desk, second).grounds] == ["NOTHING_DUE"]


def test_a_second_run_changes_nothing(desk: Desk) -> None:
    (passed, request), (referred, other) = a_claim(desk), a_claim(desk, invoice=2)
    verify(desk, passed, clean(request))
    verify(desk, referred, {})
    before = desk.ledger.version(streams.case(passed)), desk.ledger.version(streams.case(referred))
    quarter = desk.ledger.version(streams.cycle(Q1))

    verify(desk, passed, {})
    verify(desk, referred, clean(other))

    assert (desk.ledger.version(streams.case(passed)), desk.ledger.version(streams.case(referred))) == before
    assert desk.ledger.version(streams.cycle(Q1)) == quarter


def test_nobody_decides_what_the_quarter_is_to_verify_but_whoever_takes_it_in_hand(desk: Desk) -> None:
    case_id, request = a_claim(desk)
    by_hand: dict[str, Any] = {"result": credit_check(), "reason": "电话核实", "evidence_sha256": "ab" * 32}
    asked: list[dict[str, Any]] = [
        {"decide": Decide(case_id=case_id, stage=STAGE, verdict=VERDICT_PASS)},
        {"request_correction": RequestCorrection(case_id=case_id, stage=STAGE, items=["发票"])},
        {"enter_check": EnterCheck(case_id=case_id, stage=STAGE, **by_hand)},
    ]

    for command in asked:
        with pytest.raises(Refused, match="CLAIM_WITH_QUARTER"):
            desk.send(VERIFICATION, **command)
    desk.send(VERIFICATION, claim_task=ClaimTask(case_id=case_id, stage=STAGE))
    verify(desk, case_id, clean(request))

    case = desk.case(case_id)
    assert case.stage is not None
    assert (case.stage.key, case.stage.claimed_by, case.checks) == (STAGE, VERIFICATION.id, {})
    assert told(desk, case_id).referred_by == VERIFICATION.id
    assert desk.cycle(Q1).index.referred == 1


def test_a_claim_that_is_withdrawn_is_verified_no_more(desk: Desk) -> None:
    case_id, request = a_claim(desk)
    desk.send(applicant(), withdraw_case=WithdrawCase(case_id=case_id))

    verify(desk, case_id, clean(request))

    assert desk.closed_case(case_id).outcome == CASE_OUTCOME_WITHDRAWN
    assert desk.cycle(Q1).verify_at is None


def test_what_a_source_says_on_another_day_is_asked_then(desk: Desk) -> None:
    case_id, request = a_claim(desk)
    desk.at("2024-03-02 00:00")

    findings = ClaimFindings(case_id=case_id, put_off_reason="当日超过查验次数")
    desk.system(verify_claims=VerifyClaims(cycle_id=Q1, claims=[findings]))

    quarter = desk.cycle(Q1)
    assert list(quarter.to_verify(desk.now.date())) == []
    assert (quarter.claims[case_id].verify_on, len(quarter.index.unverified)) == ("2024-03-02", 1)
    verify(desk, case_id, clean(request))
    assert desk.cycle(Q1).index.verified == 1


@pytest.mark.parametrize(("code", "at"), [("CYCLE_PAUSED", "2024-03-02 09:00"), ("FROZEN", "2024-04-02 09:00")])
def test_nothing_is_verified_while_the_quarter_is_paused_or_the_office_holds_still(
    desk: Desk, code: str, at: str
) -> None:
    case_id, request = a_claim(desk)
    if code == "CYCLE_PAUSED":
        desk.send(CYCLE_OFFICER, pause_cycle=PauseCycle(cycle_id=Q1, reason="核查"))
    desk.at(at)

    with pytest.raises(Refused) as refused:
        verify(desk, case_id, clean(request))

    assert refused.value.code == code
    assert desk.case(case_id).is_unverified


def test_a_letter_is_put_on_record_once(desk: Desk) -> None:
    case_id, _ = a_claim(desk)
    sent = RecordClaimLetters(
        cycle_id=Q1,
        letters=[ClaimLetter(case_id=case_id, letter=Letter(letter_id="received", template="received"))] * 2,
    )

    desk.system(record_claim_letters=sent)

    assert [type(event).__name__ for event in desk.events(streams.case(case_id))].count("LetterSent") == 1


def a_claim(
    desk: Desk, *, voucher_id: str = "", invoice: int = 1, paid: int = yuan(100_000)
) -> tuple[str, RedemptionRequest]:
    """A request for ¥20,000 that waits for its quarter's verification."""
    known = [name for name in desk.ledger.streams("voucher/") if not voucher_id]
    voucher_id = voucher_id or (
        known[0].removeprefix("voucher/") if known else desk.voucher_through_the_door().voucher_id
    )
    request = a_redemption(voucher_id, invoice=invoice, paid=paid)
    return desk.request(request), request


def clean(request: RedemptionRequest) -> dict[str, CheckResult]:
    """What the sources say of a claim without a flaw."""
    return {result.check: result for result in (enterprise_check(), credit_check(), invoices_check(request))}


def of_another() -> CheckResult:
    """The registry's record of another enterprise."""
    result = enterprise_check()
    result.enterprise.CopyFrom(EnterpriseRecord(uscc=OTHER_BUYER.uscc, name=OTHER_BUYER.name))
    return result


def verify(desk: Desk, case_id: str, results: dict[str, CheckResult]) -> None:
    """What a page puts on record of one claim."""
    findings = ClaimFindings(case_id=case_id, results=results.values())
    desk.system(verify_claims=VerifyClaims(cycle_id=Q1, claims=[findings]))


def told(desk: Desk, case_id: str) -> ClaimReferred:
    """Why it went to a person."""
    (referred,) = [event for event in desk.events(streams.case(case_id)) if isinstance(event, ClaimReferred)]
    return referred
