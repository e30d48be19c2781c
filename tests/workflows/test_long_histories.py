"""Cases that stay open for years: their histories are kept short, and nothing gets lost from one run to the next."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType

from cli.qingdao_round import ROUND_ID, GrantRound
from duifu.v1.events_pb2 import CASE_OUTCOME_CANCELLED, CASE_OUTCOME_PAID
from tests.office import Office, TemporalServer, an_office

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
