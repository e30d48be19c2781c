"""An operator resets a workflow: what is under way begins anew, and nothing that was decided does."""

from uuid import uuid4

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest

from domain.refusals import Refused
from duifu.v1.commands_pb2 import Actor
from duifu.v1.work_pb2 import Progress
from ledger import streams
from tests.builders import ACCEPTANCE, REVIEW, applicant, direction_fits
from tests.office import Office, until
from tests.workflows.people import TECHNOLOGY, a_claim


async def reset(office: Office, case_id: str) -> str:
    """Back to the workflow's first task, as an operator would from the Web UI; returns the new run."""
    handle = office.client.get_workflow_handle(case_id)
    history = await handle.fetch_history()
    first_task = next(
        event.event_id for event in history.events if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    )
    request = ResetWorkflowExecutionRequest(
        namespace=office.client.namespace,
        workflow_execution=WorkflowExecution(workflow_id=case_id),
        reason="operator",
        workflow_task_finish_event_id=first_task,
        request_id=str(uuid4()),
    )
    return (await office.client.workflow_service.reset_workflow_execution(request)).run_id


async def test_a_reset_takes_no_decision_back_repeats_no_letter_and_lets_nobody_in(office: Office) -> None:
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)
    await office.checked(case_id)
    office.desk.accept(case_id)
    await office.settled()
    before = office.desk.events(streams.case(case_id))
    letters = office.city.letters(case_id)
    assert len(letters) == 2

    run_id = await reset(office, case_id)

    handle = office.client.get_workflow_handle(case_id, run_id=run_id)

    async def has_caught_up() -> bool:
        progress: Progress = await handle.query("progress", result_type=Progress)
        return progress.version >= len(before) and progress.is_idle

    await until(has_caught_up, f"the new run of {case_id}")
    assert office.desk.events(streams.case(case_id)) == before
    assert office.city.letters(case_id) == letters
    requester = Actor(id=applicant(TECHNOLOGY).id, role=REVIEW.role)
    with pytest.raises(Refused) as refused:
        office.desk.decide(requester, case_id, "review", findings=[direction_fits()])
    assert refused.value.code == "DUTY_REQUESTER"

    office.desk.review(case_id)

    await until(lambda: office.desk.case(case_id).closed is not None, f"the end of {case_id}")


async def test_a_reset_to_before_the_decision_does_not_let_the_stage_be_decided_twice(office: Office) -> None:
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)
    await office.checked(case_id)
    office.desk.accept(case_id)
    await office.settled()
    await reset(office, case_id)

    with pytest.raises(Refused) as refused:
        office.desk.decide(ACCEPTANCE, case_id, "acceptance")

    assert refused.value.code == "STAGE_NOT_OPEN"
