"""A panel under way: a child of its case that rings the experts' deadlines, whatever happens to the case's workflow."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType, ParentClosePolicy
from temporalio.client import WorkflowExecutionStatus

from commands.door import Door
from duifu.v1.commands_pb2 import Letter, RecordLetter, WithdrawCase
from duifu.v1.panel_pb2 import ExpertLeft
from duifu.v1.work_pb2 import Progress
from tests.builders import applicant, shanghai
from tests.commands.panel_desk import PanelDesk, under_experts
from tests.domain.panels import an_expert
from tests.office import Office, TemporalServer, an_empty_office, names, until
from tests.workflows.people import TECHNOLOGY, a_claim
from worker import running_worker

CASE = "bj-claim-2024-000001"
PANEL = f"{CASE}-panel-1"


@asynccontextmanager
async def an_office_with_experts(temporal: TemporalServer, folder: Path) -> AsyncIterator[Office]:
    """A rehearsal from 1 March 2024, a Friday, under a programme whose second stage is a panel's."""
    async with an_empty_office(temporal, folder, "2024-03-01") as office:
        rulebook = under_experts(office.desk).door.rulebook
        office.desk.door = Door(office.desk.ledger, rulebook)
        async with running_worker(office.config, office.client, Door(office.desk.ledger, rulebook)):
            office.start_relay()
            try:
                yield office
            finally:
                await office.stop_relay()


@pytest.fixture
async def office(temporal_server: TemporalServer, tmp_path: Path) -> AsyncIterator[Office]:
    async with an_office_with_experts(temporal_server, tmp_path) as opened:
        yield opened


@pytest.fixture
async def panels(office: Office) -> PanelDesk:
    """Six experts in the pool, and a case that waits for its panel, which is under way."""
    panels = PanelDesk(office.desk)
    panels.register([an_expert(number) for number in range(6)])
    office.desk.submit(a_claim(), TECHNOLOGY)
    await office.checked(CASE)
    office.desk.accept(CASE)
    await until(lambda: is_running(office, PANEL), "the panel's workflow")
    return panels


async def test_the_panel_is_a_child_of_its_case_and_outlives_its_workflow(office: Office, panels: PanelDesk) -> None:
    first_run = await office.history(CASE)
    panels.convene(CASE)
    panels.draw(CASE)

    await office.handle(CASE).terminate("an operator's slip")
    letter = Letter(letter_id=f"{CASE}:by-hand", title="说明")
    office.desk.system(record_letter=RecordLetter(case_id=CASE, letter=letter))  # the next nudge starts it again
    await until(lambda: has(office, EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED), "the second run")
    panels.score(CASE, 60, 61, 62)
    for expert_id in panels.members(CASE):
        panels.sign(CASE, expert_id)

    (initiated,) = [
        event.start_child_workflow_execution_initiated_event_attributes
        for event in first_run
        if event.event_type == EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED
    ]
    assert initiated.workflow_id == PANEL
    assert initiated.parent_close_policy == ParentClosePolicy.PARENT_CLOSE_POLICY_ABANDON
    assert (await office.ending(PANEL)).summary == "专家评审推荐：平均61分，分差2分"
    await until(lambda: shows(office, "审核", CASE), "the review on the case's card")
    assert office.desk.case(CASE).decisions[-1].decided_by == f"panel:{PANEL}"


async def test_a_panel_is_drawn_scored_and_signed_and_its_case_goes_on(office: Office, panels: PanelDesk) -> None:
    await until(lambda: shows(office, "待召集"), "the panel's first card")
    waiting = await office.attributes(PANEL)
    panels.convene(CASE)
    panels.draw(CASE)
    await until(lambda: shows(office, "声明与评分"), "the draw on the card")
    declaring, card = await office.attributes(PANEL), await office.card(PANEL)

    panels.score(CASE, 60, 61, 62)
    for expert_id in panels.members(CASE):
        panels.sign(CASE, expert_id)
    ending = await office.ending(PANEL)

    assert waiting["DuifuWaitsOn"] == "评审秘书"
    assert "DuifuDueAt" in declaring
    assert "待声明" in card
    assert "【演练】" in card
    assert ending.outcome == "已形成意见"
    await office.case_until(CASE, lambda case: case.stage is not None and case.stage.key == "review", "the review")


async def test_silence_is_replaced_when_the_panels_own_deadline_rings(office: Office, panels: PanelDesk) -> None:
    panels.convene(CASE)
    panels.draw(CASE)
    first, *others = panels.members(CASE)
    for expert_id in others:
        panels.declare(CASE, expert_id)

    await office.pass_time(shanghai("2024-03-06 00:00"))  # two working days after Friday, 1 March

    left = [event for event in office.desk.events(f"panel/{PANEL}") if isinstance(event, ExpertLeft)]
    assert [event.expert_id for event in left] == [first]
    assert first not in panels.members(CASE)
    assert len(panels.members(CASE)) == 3
    assert any("声明与评分 时限" in timer for timer in await office.timers(PANEL))


async def test_a_seed_that_is_held_back_and_experts_who_stay_silent_still_come_to_an_end(
    office: Office, panels: PanelDesk
) -> None:
    panels.convene(CASE)

    await office.pass_time(shanghai("2024-04-01 00:00"))

    panel = panels.panel(CASE)
    assert panel.failed is not None
    progress = await office.handle(PANEL).query("progress", result_type=Progress)
    assert progress.summary == "在席0人，不足2人，待重新召集"
    assert len([name for name in names(office.desk.events(f"panel/{PANEL}")) if name == "PanelDrawn"]) == 1


async def test_a_case_that_ends_takes_its_panel_with_it(office: Office, panels: PanelDesk) -> None:
    office.desk.send(applicant(TECHNOLOGY), withdraw_case=WithdrawCase(case_id=CASE, reason="不再需要"))

    ending = await office.ending(PANEL)

    assert ending.summary == "评审组已解散：申请人撤回：不再需要"


async def is_running(office: Office, subject_id: str) -> bool:
    """Whether a workflow of this id is under way."""
    found = [one async for one in office.client.list_workflows(f'WorkflowId = "{subject_id}"')]
    return any(one.status == WorkflowExecutionStatus.RUNNING for one in found)


async def shows(office: Office, step: str, subject_id: str = PANEL) -> bool:
    """Whether operators see the panel, or the case, at a step."""
    return (await office.attributes(subject_id)).get("DuifuStage") == step


async def has(office: Office, kind: EventType.ValueType) -> bool:
    """Whether the newest run of the case's workflow has an event of this kind."""
    return any(event.event_type == kind for event in await office.history(CASE))
