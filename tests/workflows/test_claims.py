"""A claim under way: every way it can go, from the door through the running workflow to the last letter."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from itertools import pairwise

import pytest

from domain.dates import SHANGHAI
from domain.money import yuan
from domain.refusals import Refused
from duifu.v1.commands_pb2 import VERDICT_REFUSE, RequestCorrection, SupplyCorrection, WithdrawCase
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_ISSUED,
    CASE_OUTCOME_REFUSED,
    CASE_OUTCOME_WITHDRAWN,
    LetterSent,
    StageLapsed,
)
from duifu.v1.facts_pb2 import CHECK_OUTCOME_CLEAN, CHECK_OUTCOME_HIT, CHECK_OUTCOME_UNAVAILABLE
from duifu.v1.plan_pb2 import ON_SILENCE_ESCALATES, ON_SILENCE_PASSES, ON_SILENCE_WITHDRAWS
from ledger import streams
from tests.builders import ACCEPTANCE, OTHER_BUYER, applicant, shanghai
from tests.office import Office
from tests.workflows.people import PARENT, SUBSIDIARY, TECHNOLOGY, a_claim

OPENED = ["CaseOpened", "StageOpened"]
ACCEPTED = ["Decided", "StageOpened", "CaseAccepted"]
APPROVED = ["Decided", "StageOpened"]
THREE_CHECKS = ["CheckRecorded"] * 3


async def test_an_approved_claim_becomes_a_voucher_and_three_letters(office: Office) -> None:
    case_id = office.desk.submit(a_claim(yuan(1_000_000)), TECHNOLOGY)
    await office.checked(case_id)

    office.desk.accept(case_id)
    await office.settled()
    office.desk.review(case_id)
    ending = await office.ending(case_id)

    assert (ending.outcome, ending.amount_fen, ending.subject_id) == ("已发放", yuan(200_000), case_id)
    assert ending.summary == "已发放算力券¥200,000.00（bj-voucher-2024-000001）"
    assert office.case_topics(case_id) == [*OPENED, *ACCEPTED, *APPROVED, "CaseClosed"]
    assert office.topics_beside(streams.case(case_id)) == THREE_CHECKS + ["LetterSent"] * 3
    assert {letter["title"] for letter in office.city.letters(case_id)} == {"收件通知", "受理通知书", "办理结果通知书"}
    assert office.desk.voucher("bj-voucher-2024-000001").face_value_fen == yuan(200_000)


async def test_operators_read_in_chinese_on_whom_a_case_waits_and_until_when(office: Office) -> None:
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)
    await office.settled()

    attributes = await office.attributes(case_id)
    card = await office.card(case_id)

    assert attributes["DuifuStage"] == "受理"
    assert attributes["DuifuWaitsOn"] == "市经信局受理岗"
    assert attributes["DuifuOutcome"] == "办理中"
    assert attributes["DuifuApplicant"] == TECHNOLOGY.name
    assert attributes["DuifuProgramme"] == "bj-slq-2023"
    assert attributes["DuifuRehearsal"] is True
    assert attributes["DuifuOverdue"] is False
    assert attributes["DuifuDueAt"] == datetime(2024, 3, 9, tzinfo=SHANGHAI)
    assert card.startswith(f"## 【演练】{case_id} {TECHNOLOGY.name}")
    assert "受理：由市经信局受理岗办理，时限至2024-03-08" in card
    assert "下一步：核对材料是否齐全；不全的，一次性告知全部补正内容" in card
    assert "业务时间 2024-03-01 0" in card
    assert set(await office.timers(case_id)) == {"受理 时限至2024-03-08"}
    assert (await office.summary(case_id)).startswith("【演练】北京示例智能科技有限公司 北京市人工智能算力券申领")


async def test_silence_of_the_acceptance_desk_means_acceptance(office: Office) -> None:
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)

    await office.pass_time(shanghai("2024-03-09 00:00"))

    assert office.case_topics(case_id) == [*OPENED, "StageLapsed", "StageOpened", "CaseAccepted"]
    assert lapses(office, case_id) == [("acceptance", ON_SILENCE_PASSES)]
    attributes = await office.attributes(case_id)
    assert (attributes["DuifuStage"], attributes["DuifuWaitsOn"]) == ("审核", "市经信局审核岗")
    assert "审核：由市经信局审核岗办理，时限至2024-04-08" in await office.card(case_id)
    assert (await office.timers(case_id))[-1] == "审核 时限至2024-04-08"
    assert titles(office, case_id) == {"收件通知", "受理通知书"}


async def test_a_corrected_claim_is_checked_again_and_goes_its_way(office: Office) -> None:
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)
    await office.checked(case_id)

    office.desk.send(ACCEPTANCE, request_correction=correction(case_id))
    await office.settled()
    attributes, card = await office.attributes(case_id), await office.card(case_id)
    office.desk.send(
        applicant(TECHNOLOGY), supply_correction=SupplyCorrection(case_id=case_id, application=a_claim(yuan(900_000)))
    )
    await office.checked(case_id)
    office.desk.accept(case_id)
    office.desk.review(case_id)
    ending = await office.ending(case_id)

    assert (attributes["DuifuStage"], attributes["DuifuWaitsOn"]) == ("补正", TECHNOLOGY.name)
    assert "补齐以下全部材料" in card
    assert "  - 缺少分项价格表\n  - 财务制度未盖章" in card
    assert "时限至2024-03-22" in card
    corrected = [*OPENED, "CorrectionRequested", "StageOpened", "CorrectionSupplied", "StageOpened"]
    assert office.case_topics(case_id) == [*corrected, *ACCEPTED, *APPROVED, "CaseClosed"]
    assert office.topics_beside(streams.case(case_id)) == THREE_CHECKS * 2 + ["LetterSent"] * 4
    letter = next(letter for letter in office.city.letters(case_id) if letter["title"] == "补正通知书")
    assert "缺少分项价格表\n财务制度未盖章\n补正时限至2024-03-22，逾期视为放弃" in letter["text"]
    assert ending.amount_fen == yuan(180_000)


async def test_a_correction_that_does_not_come_ends_the_claim(office: Office) -> None:
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)
    await office.checked(case_id)
    office.desk.send(ACCEPTANCE, request_correction=correction(case_id))

    await office.pass_time(shanghai("2024-03-23 00:00"))
    ending = await office.ending(case_id)

    assert office.case_topics(case_id) == [*OPENED, "CorrectionRequested", "StageOpened", "StageLapsed", "CaseClosed"]
    assert lapses(office, case_id) == [("correction", ON_SILENCE_WITHDRAWS)]
    assert office.desk.closed_case(case_id).outcome == CASE_OUTCOME_WITHDRAWN
    assert ending.summary == "补正逾期，视为放弃申请（行政许可法32）"
    assert "补正 时限至2024-03-22" in await office.timers(case_id)
    assert titles(office, case_id) == {"收件通知", "补正通知书", "办理结果通知书"}


async def test_a_review_past_its_deadline_is_escalated_and_can_still_be_decided(office: Office) -> None:
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)
    await office.checked(case_id)
    office.desk.accept(case_id)

    await office.pass_time(shanghai("2024-04-10 00:00"))
    overdue, card = await office.attributes(case_id), await office.card(case_id)
    office.desk.review(case_id)
    ending = await office.ending(case_id)

    assert lapses(office, case_id) == [("review", ON_SILENCE_ESCALATES)]
    assert overdue["DuifuOverdue"] is True
    assert "审核：由市经信局审核岗办理，时限至2024-03-29，已逾期督办" in card
    assert office.case_topics(case_id) == [*OPENED, *ACCEPTED, "StageLapsed", *APPROVED, "CaseClosed"]
    assert ending.outcome == "已发放"
    assert (await office.attributes(case_id))["DuifuOverdue"] is False


async def test_a_related_supplier_cannot_pass_and_is_refused_with_clause_and_letter(office: Office) -> None:
    case_id = office.desk.submit(a_claim(firm=SUBSIDIARY, supplier=PARENT), SUBSIDIARY)
    case = await office.checked(case_id)
    office.desk.accept(case_id)

    passing = refusal_of(lambda: office.desk.review(case_id))
    office.desk.review(case_id, verdict=VERDICT_REFUSE, code="BJ_E_RELATED", reason="供给方为母公司")
    ending = await office.ending(case_id)

    assert case.checks["relation"].outcome == CHECK_OUTCOME_HIT
    assert passing.code == "BJ_E_RELATED"
    assert ending.outcome == "不予通过"
    assert ending.amount_fen == 0
    assert office.desk.closed_case(case_id).clause == "BJ-1.0c"
    assert office.case_topics(case_id) == [*OPENED, *ACCEPTED, "Decided", "CaseClosed"]
    letter = next(letter for letter in office.city.letters(case_id) if letter["title"] == "办理结果通知书")
    assert "供给方为母公司（BJ_E_RELATED，BJ-1.0c）" in letter["text"]


async def test_a_withdrawn_claim_ends_and_frees_its_place(office: Office) -> None:
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)
    await office.checked(case_id)
    office.desk.accept(case_id)

    office.desk.send(applicant(TECHNOLOGY), withdraw_case=WithdrawCase(case_id=case_id, reason="合同取消"))
    ending = await office.ending(case_id)

    assert (ending.outcome, ending.summary) == ("已撤回", "申请人撤回：合同取消")
    assert office.case_topics(case_id) == [*OPENED, *ACCEPTED, "CaseClosed"]
    assert office.topics(year_of(TECHNOLOGY.uscc)) == ["HeadroomReserved", "HeadroomReleased"]


async def test_a_claim_above_what_is_left_of_the_year_is_cut_to_it(office: Office) -> None:
    for worth, number in ((yuan(9_000_000), "HT-1"), (yuan(2_000_000), "HT-2")):
        case_id = office.desk.submit(a_claim(worth, number=number), TECHNOLOGY)
        await office.checked(case_id)
        office.desk.accept(case_id)
        office.desk.review(case_id)
        ending = await office.ending(case_id)

    assert ending.amount_fen == yuan(200_000)
    assert office.desk.year(2024, TECHNOLOGY).issued_fen == yuan(2_000_000)
    assert "余¥200,000.00；¥200,000.00不再发放" in str(office.desk.closed_case(case_id).trace.steps[-1].explanation)


async def test_a_contract_that_was_claimed_meanwhile_earns_no_second_voucher(office: Office) -> None:
    first = office.desk.submit(a_claim(number="HT-2024-007"), TECHNOLOGY)
    second = office.desk.submit(a_claim(number="ht 2024 007"), TECHNOLOGY)
    for case_id in (first, second):
        await office.checked(case_id)
        office.desk.accept(case_id)
        office.desk.review(case_id)
        await office.ending(case_id)

    assert office.desk.closed_case(first).outcome == CASE_OUTCOME_ISSUED
    closed = office.desk.closed_case(second)
    assert (closed.outcome, closed.code) == (CASE_OUTCOME_REFUSED, "BJ_E_CONTRACT_CLAIMED")
    assert first in closed.summary
    assert office.desk.year(2024, TECHNOLOGY).issued_fen == yuan(200_000)


async def test_a_claim_waits_for_an_earlier_one_that_could_need_the_same_money(office: Office) -> None:
    earlier = office.desk.submit(a_claim(yuan(5_000_000), number="HT-1"), TECHNOLOGY)
    later = office.desk.submit(a_claim(yuan(6_000_000), number="HT-2"), TECHNOLOGY)
    for case_id in (earlier, later):
        await office.checked(case_id)
        office.desk.accept(case_id)

    office.desk.review(later)
    await office.case_until(later, lambda case: bool(case.held_behind), "the wait")
    await office.settled()
    waiting, card = await office.attributes(later), await office.card(later)
    office.desk.review(earlier)
    endings = [await office.ending(earlier), await office.ending(later)]

    assert waiting["DuifuWaitsOn"] == "在先案件"
    assert f"额度等待在先受理的案件 {earlier}" in card
    held = ["IssuanceHeld", "IssuanceResumed", "CaseClosed"]
    assert office.case_topics(later) == [*OPENED, *ACCEPTED, *APPROVED, *held]
    assert [ending.amount_fen for ending in endings] == [yuan(1_000_000), yuan(1_000_000)]


async def test_a_source_that_is_away_never_passes_and_is_asked_until_it_is_back(office: Office) -> None:
    office.city.switch_off("credit")
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)
    case = await office.checked(case_id)
    office.desk.accept(case_id)

    refused = refusal_of(lambda: office.desk.review(case_id))
    card = await office.card(case_id)
    office.city.switch_on("credit")
    back = await office.case_until(
        case_id, lambda case: case.checks["credit"].outcome == CHECK_OUTCOME_CLEAN, "credit's answer"
    )
    office.desk.review(case_id)
    ending = await office.ending(case_id)

    assert case.checks["credit"].outcome == CHECK_OUTCOME_UNAVAILABLE
    assert case.checks["credit"].answer_sha256 == ""
    assert "/registries/credit/" in case.checks["credit"].detail
    assert refused.code == "BJ_E_CREDIT"
    assert "：无法查询 /registries/credit/" in card
    assert len(back.checks["credit"].answer_sha256) == 64
    assert ending.outcome == "已发放"
    assert office.topics_beside(streams.case(case_id)).count("CheckRecorded") == 4


async def test_a_letter_that_an_ended_run_delivered_is_recorded_as_it_was_delivered(office: Office) -> None:
    await office.stop_relay()
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)
    letter = {"caseId": case_id, "to": TECHNOLOGY.name, "title": "收件通知", "text": "已收到。"}
    office.city.http.put(f"/letters/{case_id}:letter:received:acceptance:1", json=letter)

    office.start_relay()
    await office.settled()

    sent = [event.letter for event in office.desk.events(streams.case(case_id)) if isinstance(event, LetterSent)]
    assert [letter.text_sha256 for letter in sent] == [sha256("已收到。".encode()).hexdigest()]
    assert [letter["text"] for letter in office.city.letters(case_id)] == ["已收到。"]


async def test_an_enterprise_that_no_register_knows_is_a_hit_and_its_relations_are_unknown(office: Office) -> None:
    case_id = office.desk.submit(a_claim(firm=OTHER_BUYER), OTHER_BUYER)
    case = await office.checked(case_id)

    assert case.checks["enterprise"].outcome == CHECK_OUTCOME_HIT
    assert case.checks["relation"].outcome == CHECK_OUTCOME_UNAVAILABLE
    assert case.checks["credit"].outcome == CHECK_OUTCOME_UNAVAILABLE
    assert case.checks["credit"].detail == "登记机关查无此企业"


async def test_decisions_faster_than_the_workflow_lose_no_check_and_no_letter(office: Office) -> None:
    await office.stop_relay()
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)
    office.desk.accept(case_id)

    office.start_relay()
    await office.checked(case_id)
    await office.settled()

    assert titles(office, case_id) == {"收件通知", "受理通知书"}
    assert office.topics_beside(streams.case(case_id)).count("CheckRecorded") == 3


async def test_every_event_of_a_rehearsal_says_so_and_names_who_caused_it(office: Office) -> None:
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)
    await office.checked(case_id)
    office.desk.accept(case_id)
    office.desk.review(case_id)
    await office.ending(case_id)
    run_id = (await office.handle(case_id).describe()).run_id

    log = [entry.recorded.envelope for entry in office.desk.ledger.entries(0)]
    envelopes = log[2:]  # after the receipt and the event that make the ledger a rehearsal

    assert all(envelope.is_rehearsal for envelope in envelopes)
    assert all(envelope.command_id for envelope in envelopes)
    by_system = [envelope for envelope in envelopes if envelope.actor.role == "system"]
    assert {(envelope.cause.workflow_id, envelope.cause.run_id) for envelope in by_system} == {(case_id, run_id)}
    assert not any(envelope.HasField("cause") for envelope in envelopes if envelope.actor.role != "system")
    assert all(first.business_at.seconds <= second.business_at.seconds for first, second in pairwise(envelopes))


def correction(case_id: str) -> RequestCorrection:
    return RequestCorrection(case_id=case_id, stage="acceptance", items=["缺少分项价格表", "财务制度未盖章"])


def lapses(office: Office, case_id: str) -> list[tuple[str, int]]:
    events = office.desk.events(streams.case(case_id))
    return [(event.stage, event.meaning) for event in events if isinstance(event, StageLapsed)]


def titles(office: Office, case_id: str) -> set[str]:
    return {letter["title"] for letter in office.city.letters(case_id)}


def year_of(uscc: str) -> str:
    return streams.enterprise_year("bj-slq-2023", uscc, 2024)


def refusal_of(attempt: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as refused:
        attempt()
    return refused.value
