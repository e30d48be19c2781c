"""The clock of a stage under way: what operators see of a stop, and which timers ring."""

from datetime import datetime
from typing import TypeVar

import pytest
from google.protobuf.message import Message

from domain.dates import SHANGHAI
from duifu.v1.commands_pb2 import RestartClock, StopClock
from duifu.v1.events_pb2 import ClockRestarted, Reminded, StageLapsed
from ledger import streams
from tests.builders import REVIEW, shanghai
from tests.clocked import the_rulebook_with_stops
from tests.conftest import OpenOffice
from tests.office import Office
from tests.workflows.people import TECHNOLOGY, a_claim

M = TypeVar("M", bound=Message)


@pytest.fixture
async def office(open_office: OpenOffice, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A rehearsal from Friday, 1 March 2024, whose reviews may be stopped."""
    monkeypatch.setattr("tests.office.the_rulebook", the_rulebook_with_stops)
    return await open_office("2024-03-01")


async def in_review(office: Office) -> str:
    """A claim whose review is due by the end of 29 March."""
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)
    await office.checked(case_id)
    office.desk.accept(case_id)
    await office.settled()
    return case_id


def stop(office: Office, case_id: str, reason: str = "inspection") -> None:
    office.desk.send(REVIEW, stop_clock=StopClock(case_id=case_id, stage="review", reason=reason))


def restart(office: Office, case_id: str) -> None:
    office.desk.send(REVIEW, restart_clock=RestartClock(case_id=case_id, stage="review"))


def told(office: Office, case_id: str, kind: type[M]) -> list[M]:
    return [event for event in office.desk.events(streams.case(case_id)) if isinstance(event, kind)]


async def test_operators_see_that_a_clock_stands_still_and_how_far_the_deadline_moved(office: Office) -> None:
    case_id = await in_review(office)
    await office.pass_time(shanghai("2024-03-06 09:00"))
    stop(office, case_id)
    await office.settled()
    stopped, card = await office.attributes(case_id), await office.card(case_id)

    await office.pass_time(shanghai("2024-03-08 09:00"))
    restart(office, case_id)
    await office.settled()

    assert "DuifuDueAt" not in stopped
    assert "自2024-03-06起停止计时（现场核查）；已用2个工作日，余18个工作日，恢复计时后顺延（行政许可法45）" in card
    assert "时限至" not in card
    assert (await office.attributes(case_id))["DuifuDueAt"] == datetime(2024, 4, 3, tzinfo=SHANGHAI)
    assert "因停止计时（现场核查），时限已顺延2个工作日" in await office.card(case_id)
    assert "时限至2024-04-02" in (await office.timers(case_id))[-1]


async def test_people_are_reminded_three_days_and_one_day_before_the_deadline_and_then_it_is_overdue(
    office: Office,
) -> None:
    case_id = await in_review(office)

    await office.pass_time(shanghai("2024-03-25 23:59"))
    assert told(office, case_id, Reminded) == []
    await office.pass_time(shanghai("2024-03-26 00:00"))
    card = await office.card(case_id)
    await office.pass_time(shanghai("2024-04-01 09:00"))

    assert "已提醒：余3个工作日" in card
    assert [event.days_left for event in told(office, case_id, Reminded)] == [3, 1]
    assert len(told(office, case_id, StageLapsed)) == 1
    assert (await office.timers(case_id))[-3:] == [
        "审核 时限至2024-03-29，2024-03-26提醒",
        "审核 时限至2024-03-29，2024-03-28提醒",
        "审核 时限至2024-03-29",
    ]


async def test_nothing_rings_while_the_clock_stands_still(office: Office) -> None:
    case_id = await in_review(office)
    stop(office, case_id)

    await office.pass_time(shanghai("2024-05-06 09:00"))
    restart(office, case_id)
    await office.settled()

    assert told(office, case_id, Reminded) == []
    assert told(office, case_id, StageLapsed) == []
    assert (await office.attributes(case_id))["DuifuOverdue"] is False


async def test_a_limited_stop_ends_by_itself_and_the_deadline_moves(office: Office) -> None:
    case_id = await in_review(office)
    await office.pass_time(shanghai("2024-03-07 09:00"))
    stop(office, case_id, "expert_review")
    await office.settled()
    card = await office.card(case_id)

    await office.pass_time(shanghai("2024-03-09 00:00"))

    assert "停止计时至2024-03-08" in card
    assert "审核 停止计时至2024-03-08" in await office.timers(case_id)
    (restarted,) = told(office, case_id, ClockRestarted)
    assert (restarted.restarted_on, restarted.stopped_days) == ("2024-03-09", 2)
    assert [(letter["title"], letter["text"]) for letter in office.city.letters(case_id)][-2:] == [
        ("停止计时告知书", "因专家评审自2024-03-07起停止计时，至2024-03-08，余17个工作日。"),
        ("恢复计时告知书", "2024-03-09恢复计时，顺延2个工作日，时限至2024-04-02。"),
    ]
    assert (await office.attributes(case_id))["DuifuDueAt"] == datetime(2024, 4, 3, tzinfo=SHANGHAI)
