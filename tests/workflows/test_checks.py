"""Qingdao's sources on the real server: all asked, asked anew before money is set and moved, or put in by hand."""

from collections import Counter

import pytest

from cli.qingdao_round import GrantRound
from domain.case import Case
from duifu.v1.commands_pb2 import EnterCheck, SubmitApplication
from duifu.v1.events_pb2 import CheckRecorded
from duifu.v1.facts_pb2 import (
    CHECK_OUTCOME_CLEAN,
    CHECK_OUTCOME_UNAVAILABLE,
    OPINION_KIND_CONFORMS,
    CheckResult,
    Opinion,
)
from ledger import streams
from tests.conftest import OpenOffice
from tests.office import Office
from tests.programmes.qingdao import AUTHORITIES, CREDIT_SOURCES
from tests.rounds import PROGRAMME, SHA256, a_bid, officer, operator

UNHEARD = 14  # the operator about whom the court never answers
COURT = "opinion_court"


@pytest.fixture
async def office(open_office: OpenOffice) -> Office:
    """A rehearsal that begins with the window."""
    return await open_office("2024-01-22")


async def applied(office: Office, number: int = 1) -> str:
    submitted = SubmitApplication(programme_id=PROGRAMME, application=a_bid(number))
    case_id = office.desk.send(operator(number), submit_application=submitted).case_id

    def answered(case: Case) -> bool:
        return set(case.checks) == {*CREDIT_SOURCES, *AUTHORITIES, "duplicates"}

    await office.case_until(case_id, answered, "the checks")
    return case_id


def enter(office: Office, case_id: str, check: str) -> None:
    said = CheckResult(check=check, outcome=CHECK_OUTCOME_CLEAN, source="纸质复函")
    said.opinion.CopyFrom(Opinion(kind=OPINION_KIND_CONFORMS, document_number="青法函〔2024〕3号"))
    entered = EnterCheck(
        case_id=case_id, stage="preliminary_review", result=said, evidence_sha256=SHA256, reason="来函为纸质"
    )
    office.desk.send(officer("district-reviewer"), enter_check=entered)


def answers(office: Office, case_id: str) -> list[CheckRecorded]:
    return [event for event in office.desk.events(streams.case(case_id)) if isinstance(event, CheckRecorded)]


async def test_ten_sources_are_asked_when_an_application_comes_in_and_told_by_their_names(office: Office) -> None:
    case_id = await applied(office)

    case = office.desk.case(case_id)
    assert {result.outcome for result in case.checks.values()} == {CHECK_OUTCOME_CLEAN}
    assert {len(result.answer_sha256) for result in case.checks.values()} == {64}
    card = await office.card(case_id)
    assert "- 信用中国：未命中 无记录" in card
    assert "- 公安机关意见：未命中 符合（opinion_police-" in card
    assert "- 项目查重：未命中 无重复" in card


async def test_credit_is_looked_up_anew_before_the_amount_is_set_and_before_money_moves(office: Office) -> None:
    story = GrantRound(office.desk.door, office.client, lambda _line: None)

    await story.play()

    paid = answers(office, story.case_ids[0])
    by_stage = Counter((event.stage, event.round) for event in paid)
    assert by_stage == {
        ("preliminary_review", 1): 10,
        ("city_review", 1): 5,
        ("determination", 1): 5,
        ("release", 1): 5,
    }
    again = {event.result.check for event in paid if event.stage != "preliminary_review"}
    assert again == set(CREDIT_SOURCES)


async def test_an_authority_that_does_not_answer_is_told_and_what_it_wrote_on_paper_is_put_in(office: Office) -> None:
    case_id = await applied(office, UNHEARD)
    away = office.desk.case(case_id).checks[COURT]

    enter(office, case_id, COURT)
    await office.case_until(case_id, lambda case: COURT in case.entered_by, "the entry")

    assert (away.outcome, away.detail) == (CHECK_OUTCOME_UNAVAILABLE, "已征求意见，未回复")
    assert office.desk.case(case_id).counting_checks[COURT].outcome == CHECK_OUTCOME_CLEAN


async def test_an_authority_that_is_back_says_itself_what_somebody_had_put_in(office: Office) -> None:
    office.city.switch_off(COURT)
    case_id = await applied(office)
    enter(office, case_id, COURT)

    office.city.switch_on(COURT)
    case = await office.case_until(case_id, lambda case: COURT not in case.entered_by, "the court's own answer")

    assert case.checks[COURT].source == "consultations/opinion_court"
    told = [event for event in answers(office, case_id) if event.result.check == COURT]
    assert [bool(event.entered_by) for event in told] == [False, True, False]
