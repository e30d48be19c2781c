"""Cases that stay open for years: their histories are kept short, and nothing gets lost from one run to the next."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType

from cli.qingdao_round import ROUND_ID, GrantRound
from duifu.v1.commands_pb2 import PauseCycle, ResumeCycle
from duifu.v1.events_pb2 import CASE_OUTCOME_CANCELLED, CASE_OUTCOME_PAID
from tests.builders import CYCLE_OFFICER, shanghai
from tests.office import Office, TemporalServer, an_office, until
from tests.workflows.quarters import Q1, a_request_that_waits
from tests.workflows.test_treasury_answers import one_end, orders_at

EVENTS_MAX = 60  # from here on the server asks for a new run


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    server = TemporalServer(tmp_path, f"limit.historyCount.suggestContinueAsNew={EVENTS_MAX}")
    folder = tmp_path / "office"
    folder.mkdir()
    try:
        async with an_office(server, folder, "2024-01-22") as office:
            yield office
    finally:
        server.stop()


async def test_a_round_goes_through_many_short_runs_and_ends_as_in_one(office: Office) -> None:
    story = GrantRound(office.desk.door, office.client, lambda _line: None)

    await story.play()

    ending = await office.ending(ROUND_ID)
    outcomes = [office.desk.closed_case(case_id).outcome for case_id in story.case_ids]
    assert outcomes == [CASE_OUTCOME_PAID, CASE_OUTCOME_CANCELLED, CASE_OUTCOME_PAID]
    assert ending.outcome == "已办结"
    first = (await office.history(story.case_ids[0]))[0]
    assert first.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED
    assert first.workflow_execution_started_event_attributes.continued_execution_run_id


async def test_a_quarter_goes_on_in_a_new_run_while_its_treasury_is_asked_and_pays_once(office: Office) -> None:
    await office.pass_time(shanghai("2024-03-01 09:00"))
    case_id = await a_request_that_waits(office)
    office.city.edit("settling_seconds: 0", "settling_seconds: 86400")
    passing = asyncio.create_task(office.pass_time(shanghai("2024-04-01 00:00")))
    await until(lambda: orders_at(office), "the order")
    first = await run_of(office)

    while await run_of(office) == first:  # every piece of news is a part of the history
        office.desk.send(CYCLE_OFFICER, pause_cycle=PauseCycle(cycle_id=Q1, reason="与国库核对"))
        await shown(office, "暂停拨付")
        office.desk.send(CYCLE_OFFICER, resume_cycle=ResumeCycle(cycle_id=Q1, reason="已核对"))
        await shown(office, "支付中")
    one_end(office, f"{Q1}-00001")
    ending, quarter = await office.ending(case_id), await office.ending(Q1)
    await passing

    assert (ending.outcome, quarter.outcome) == ("已支付", "已结清")
    assert [order["status"] for order in orders_at(office)] == ["SETTLED"]


async def run_of(office: Office) -> str | None:
    """The newest run of the quarter."""
    return (await office.handle(Q1).describe()).run_id


async def shown(office: Office, stage: str) -> None:
    """Wait until operators see the quarter there."""

    async def is_shown() -> bool:
        return (await office.attributes(Q1))["DuifuStage"] == stage

    await until(is_shown, stage)
