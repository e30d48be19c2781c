"""Answers grow old while a case is under way, and sources are away for days: nobody has to ask, and nothing passes."""

from collections import Counter

import pytest
from temporalio.api.enums.v1 import EventType

from activities import breaker
from cli import rehearsing
from domain.dates import SHANGHAI, civil_date
from domain.refusals import Refused
from domain.wording import standing
from duifu.v1.commands_pb2 import VERDICT_PASS, Decide, EnterCheck, SubmitApplication
from duifu.v1.events_pb2 import CheckRecorded
from duifu.v1.facts_pb2 import CHECK_OUTCOME_CLEAN, CHECK_OUTCOME_HIT, CHECK_OUTCOME_UNAVAILABLE
from ledger import streams
from tests.builders import shanghai
from tests.conftest import OpenOffice
from tests.office import Office
from tests.programmes.qingdao import CREDIT_SOURCES, credit
from tests.rounds import PROGRAMME, SHA256, a_bid, officer, operator

SOURCE = "credit_china"
LISTED, BLACKLIST = 11, "environment_credit"  # an operator on this source's list
SCHEDULED = EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
AWAY, CLEAN, HIT = CHECK_OUTCOME_UNAVAILABLE, CHECK_OUTCOME_CLEAN, CHECK_OUTCOME_HIT


@pytest.fixture
async def office(open_office: OpenOffice, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A rehearsal that begins with the window, on Monday, 22 January 2024, and does not wait long for who is away."""
    monkeypatch.setattr(rehearsing, "AWAY_PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(breaker, "PAUSE_SECONDS", 0)  # of the machine's clock, by which hours pass in a moment here
    return await open_office("2024-01-22")


async def applied(office: Office, number: int = 1) -> str:
    submitted = SubmitApplication(programme_id=PROGRAMME, application=a_bid(number))
    case_id = office.desk.send(operator(number), submit_application=submitted).case_id
    await office.case_until(case_id, lambda case: len(case.checks) == 10, "the answers")
    return case_id


def passing(case_id: str) -> Decide:
    return Decide(case_id=case_id, stage="preliminary_review", verdict=VERDICT_PASS)


def must_not_pass(office: Office, case_id: str) -> str:
    with pytest.raises(Refused, check=lambda error: error.code == "QD_E_VETO") as refused:
        office.desk.send(officer("district-reviewer"), decide=passing(case_id))
    return refused.value.message("zh")


def told(office: Office, case_id: str, check: str = "") -> list[CheckRecorded]:
    events = office.desk.events(streams.case(case_id))
    answers = [event for event in events if isinstance(event, CheckRecorded)]
    return [event for event in answers if check in ("", event.result.check)]


def days(answers: list[CheckRecorded]) -> list[str]:
    return [civil_date(event.result.queried_at.ToDatetime(SHANGHAI)).isoformat() for event in answers]


async def test_answers_that_grow_old_in_an_open_review_are_asked_for_anew_and_all_stay_on_record(
    office: Office,
) -> None:
    case_id = await applied(office)

    await office.pass_time(shanghai("2024-02-21 23:59"))
    before, card = days(told(office, case_id)), await office.card(case_id)
    await office.pass_time(shanghai("2024-03-25 09:00"))

    assert Counter(before) == {"2024-01-22": 10}
    assert "- 信用中国：未命中 无记录（有效至2024-02-21）" in card
    assert "- 项目查重：未命中 无重复\n" in card, "what never grows old says no day"
    assert Counter(days(told(office, case_id))) == {"2024-01-22": 10, "2024-02-22": 5, "2024-03-24": 5}
    assert {event.result.check for event in told(office, case_id)[10:]} == set(CREDIT_SOURCES)
    assert (await office.timers(case_id))[-1] == "区级初审 查询结果有效至2024-04-23，期满重新查询"
    office.desk.send(officer("district-reviewer"), decide=passing(case_id))
    assert standing(office.desk.case(case_id)).startswith("函告区财政")


async def test_what_no_open_stage_goes_by_is_not_asked_for_anew(office: Office) -> None:
    case_id = await applied(office)
    office.desk.send(officer("district-reviewer"), decide=passing(case_id))

    await office.pass_time(shanghai("2024-03-25 09:00"))

    assert Counter(days(told(office, case_id))) == {"2024-01-22": 10}
    assert "有效" not in "".join(await office.timers(case_id))


async def test_a_source_that_is_away_when_its_answer_grows_old_is_asked_until_it_is_back(office: Office) -> None:
    case_id = await applied(office)
    await office.pass_time(shanghai("2024-02-21 09:00"))
    office.city.switch_off(SOURCE)

    await office.pass_time(shanghai("2024-02-23 09:00"))
    why, card = must_not_pass(office, case_id), await office.card(case_id)
    office.city.switch_on(SOURCE)
    await office.pass_time(shanghai("2024-02-23 12:00"))

    assert "信用中国" in why
    assert "- 信用中国：无法查询" in card
    answers = told(office, case_id, SOURCE)
    assert [event.result.outcome for event in answers] == [CLEAN, AWAY, CLEAN]
    assert days(answers) == ["2024-01-22", "2024-02-22", "2024-02-23"]
    assert Counter(days(told(office, case_id)))["2024-02-22"] == 5, "the others answered when they were asked"
    office.desk.send(officer("district-reviewer"), decide=passing(case_id))


async def test_credit_sources_away_for_three_working_days_hold_a_case_that_goes_on_by_itself_afterwards(
    office: Office,
) -> None:
    sources = (SOURCE, BLACKLIST)
    office.city.switch_off(", ".join(sources))
    case_id = await applied(office)

    questions = []
    for day in ("2024-01-23", "2024-01-24", "2024-01-25"):
        await office.pass_time(shanghai(f"{day} 09:00"))
        must_not_pass(office, case_id)
        questions.append([event for event in await office.history(case_id) if event.event_type == SCHEDULED])
    card, waiting = await office.card(case_id), await office.handle(case_id).describe()
    office.city.switch_on(", ".join(sources))
    await office.pass_time(shanghai("2024-01-25 11:00"))

    assert card.count("无法查询") == len(sources)
    pauses = [tried.current_retry_interval.seconds for tried in waiting.raw_description.pending_activities]
    assert pauses == [2 * 60 * 60] * len(sources), "what the Web UI says of the next try"
    for source in sources:
        assert [event.result.outcome for event in told(office, case_id, source)] == [AWAY, CLEAN]
        assert days(told(office, case_id, source)) == ["2024-01-22", "2024-01-25"]
    assert len({len(asked) for asked in questions}) == 1, "asking on costs no history"
    office.desk.send(officer("district-reviewer"), decide=passing(case_id))
    await office.settled()
    assert "函告区财政" in await office.card(case_id)


async def test_what_was_put_in_while_a_source_was_away_yields_to_the_source_that_says_otherwise(
    office: Office,
) -> None:
    office.city.switch_off(BLACKLIST)
    case_id = await applied(office, LISTED)
    await office.pass_time(shanghai("2024-01-23 09:00"))
    entered = EnterCheck(
        case_id=case_id,
        stage="preliminary_review",
        result=credit(BLACKLIST, queried_on="2024-01-22"),
        evidence_sha256=SHA256,
        reason="网站截图",
    )
    office.desk.send(officer("district-reviewer", 2), enter_check=entered)
    by_hand = office.desk.case(case_id).checks[BLACKLIST].outcome

    office.city.switch_on(BLACKLIST)
    await office.pass_time(shanghai("2024-01-23 12:00"))

    case = office.desk.case(case_id)
    assert (by_hand, case.checks[BLACKLIST].outcome) == (CLEAN, HIT)
    assert not case.entered_by
    assert [event.result.outcome for event in told(office, case_id, BLACKLIST)] == [AWAY, CLEAN, HIT]
    assert [bool(event.entered_by) for event in told(office, case_id, BLACKLIST)] == [False, True, False]
    assert "- 山东省企业环境信用评价：命中 青岛市环境信用黑名单" in await office.card(case_id)
    must_not_pass(office, case_id)
