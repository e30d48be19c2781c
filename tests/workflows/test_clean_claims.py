"""A quarter that verifies its claims: who is clean passes without a workflow, a person sees only the rest."""

import asyncio
from contextlib import closing

import pytest
from temporalio.service import RPCError

from audit.compared import Difference
from audit.conservation.conserve import conserve
from audit.recompute import recompute
from domain import tasks
from domain.money import yuan
from domain.payment_answers import Result
from duifu.v1.commands_pb2 import VERDICT_REFUSE, PauseCycle, ResumeCycle
from duifu.v1.events_pb2 import CASE_OUTCOME_PAID, CASE_OUTCOME_REFUSED, ClaimPutOff, ClaimReferred
from ledger import streams
from ledger.rows import open_rows
from policy.rulebook import Rulebook
from tests.amended import BEIJING, a_rulebook, an_april_without_decisions, verified_by_the_quarter
from tests.builders import CYCLE_OFFICER, PROGRAMME, VERIFICATION, invoice_number, shanghai
from tests.conftest import OpenOffice
from tests.exchange.payment_files import csv_of, put_in, the_list
from tests.office import Office, until
from tests.workflows.people import TECHNOLOGY
from tests.workflows.quarters import Q1, told_of_a_return
from tests.workflows.test_redemptions import a_city_redemption, a_voucher

CLEAN = 9
VOIDED, LIMITED = 903, 905  # invoices, to the reference city's platform


def rulebook() -> Rulebook:
    return a_rulebook(BEIJING, verified_by_the_quarter)


@pytest.fixture
async def office(open_office: OpenOffice, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A rehearsal from 1 March 2024, whose quarters verify their claims."""
    monkeypatch.setattr("tests.office.the_rulebook", rulebook)
    return await open_office("2024-03-01")


async def test_clean_claims_are_paid_without_a_workflow_and_a_person_sees_the_rest(office: Office) -> None:
    voucher_id = await a_voucher(office)

    def ask(invoice: int, **how: int) -> str:
        return office.desk.request(a_city_redemption(voucher_id, yuan(40_000), invoice=invoice, **how), TECHNOLOGY)

    clean = [ask(number) for number in range(1, CLEAN + 1)]
    voided, half_paid, limited = ask(VOIDED), ask(50, paid=yuan(20_000)), ask(LIMITED)
    await office.settled()
    waiting = {case_id: tasks.next_step(office.desk.case(case_id)).role for case_id in (clean[0], voided)}
    office.desk.send(CYCLE_OFFICER, pause_cycle=PauseCycle(cycle_id=Q1, reason="核查"))
    await office.pass_time(shanghai("2024-03-02 09:00"))
    paused = len(office.desk.cycle(Q1).index.unverified)
    office.desk.send(CYCLE_OFFICER, resume_cycle=ResumeCycle(cycle_id=Q1, reason="核查完毕"))
    await office.settled()
    card, referred = await office.card(Q1), told(office, voided)
    started = [case_id for case_id in [*clean, voided, half_paid, limited] if await has_workflow(office, case_id)]

    assert (waiting, paused) == ({clean[0]: "", voided: ""}, CLEAN + 3)
    assert [line for line in card.splitlines() if "系统" in line or "转人工" in line] == [
        "- 系统核验通过：9笔",
        "- 转人工：2笔",
        "- 待系统核验：1笔",
    ]
    assert started == [voided, half_paid]
    assert tasks.next_step(office.desk.case(voided)).role == VERIFICATION.role
    assert f"发票 {invoice_number(VOIDED)}：作废" in referred.reason
    assert "四方核对：发票" in told(office, half_paid).reason
    (decided,) = office.desk.case(clean[0]).decisions
    assert (decided.decided_by, len(decided.grounds) > 0) == ("duifu", True)
    assert decided.reason == (
        "系统核验：登记信息未命中（registries/enterprise）；信用记录未命中（registries/credit）；"
        "发票查验未命中（invoices/verifications）；四方核对一致"
    )

    breach = next(ground.code for ground in referred.grounds if ground.code.startswith("BJ_"))
    office.desk.decide(VERIFICATION, voided, "verification", verdict=VERDICT_REFUSE, code=breach, reason="发票作废")
    office.desk.decide(VERIFICATION, half_paid, "verification")
    office.city.edit("status: INVOICE_STATUS_QUERY_LIMIT", "status: INVOICE_STATUS_CONSISTENT")
    office.city.switch_off("invoices")
    passing = asyncio.create_task(office.pass_time(shanghai("2024-03-31 09:00")))
    await until(lambda: asked_in_vain(office), "a page whose source is away")
    office.city.switch_on("invoices")
    await passing
    await office.pass_time(shanghai("2024-04-01 00:00"))
    quarter = await office.ending(Q1)

    put_off = [event for event in office.desk.events(streams.cycle(Q1)) if isinstance(event, ClaimPutOff)]
    assert [(event.case_id, event.verify_on) for event in put_off] == [(limited, "2024-03-02")]
    assert quarter.amount_fen == yuan(8_000) * (CLEAN + 1) + yuan(4_000)
    assert office.desk.closed_case(voided).outcome == CASE_OUTCOME_REFUSED
    assert {office.desk.closed_case(case_id).outcome for case_id in [*clean, half_paid, limited]} == {CASE_OUTCOME_PAID}
    assert not [case_id for case_id in [*clean, limited] if await has_workflow(office, case_id)]
    for case_id in [*clean, half_paid, limited]:
        assert [letter["title"] for letter in office.city.letters(case_id)] == ["收件通知", "办理结果通知书"]
        assert len(office.desk.case(case_id).letters) == 2
    with closing(open_rows(office.config.ledger)) as rows:
        different: list[Difference] = []
        recompute(rows, rulebook(), different.append)
        assert different == []
        assert conserve(rows, rulebook()).paid(PROGRAMME) == (quarter.amount_fen,) * 3
    await a_letter_tells_what_came_back(office, clean[0])


async def a_letter_tells_what_came_back(office: Office, case_id: str) -> None:
    """The quarter is closed, and the next one is months away: the claim has a workflow now."""
    order_id = office.desk.cycle(Q1).claims[case_id].order_id
    order = the_list(office.desk).orders[order_id].ordered
    assert put_in(office.desk, csv_of([(order, Result.RETURNED)])) == ["recorded"]
    case = await told_of_a_return(office, case_id)

    letter = office.city.letters(case_id)[-1]
    assert (letter["title"], "请更换账户" in letter["text"]) == ("款项退回通知书", True)
    assert len(case.letters) == 3
    assert await has_workflow(office, case_id)


async def test_days_without_decisions_pass_before_anything_is_verified(
    open_office: OpenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen = a_rulebook(BEIJING, verified_by_the_quarter, an_april_without_decisions)
    monkeypatch.setattr("tests.office.the_rulebook", lambda: frozen)
    office = await open_office("2024-03-31")
    case_id = office.desk.request(a_city_redemption(await a_voucher(office)), TECHNOLOGY)

    await office.pass_time(shanghai("2024-04-05 09:00"))
    held, card = office.desk.cycle(Q1), await office.card(Q1)
    await office.pass_time(shanghai("2024-04-08 00:00"))
    quarter = await office.ending(Q1)

    assert (held.frozen, len(held.index.unverified)) == (True, 1)
    assert "**受阻**：[FROZEN]" in card
    assert quarter.amount_fen == office.desk.closed_case(case_id).amount_fen == yuan(20_000)
    assert not await has_workflow(office, case_id)


def told(office: Office, case_id: str) -> ClaimReferred:
    """Why a claim went to a person."""
    (referred,) = [event for event in office.desk.events(streams.case(case_id)) if isinstance(event, ClaimReferred)]
    return referred


async def asked_in_vain(office: Office) -> bool:
    """Whether a source was asked by a page that will ask again."""
    pending = (await office.handle(Q1).describe()).raw_description.pending_activities
    return any("SOURCE_UNAVAILABLE" in page.last_failure.message for page in pending)


async def has_workflow(office: Office, case_id: str) -> bool:
    """Whether a workflow of this id was ever started."""
    try:
        await office.handle(case_id).describe()
    except RPCError:
        return False
    return True
