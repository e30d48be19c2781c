"""What a workflow recorded itself it knows: the relay nudges it only about what it may have missed."""

import pytest
from temporalio.api.enums.v1 import EventType

from commands.door import declared
from duifu.v1.answers_pb2 import Answer
from duifu.v1.commands_pb2 import VERDICT_PASS, Command, Decide
from duifu.v1.events_pb2 import Cause
from ledger import streams
from tests.builders import ACCEPTANCE
from tests.office import Office, until
from tests.workflows.people import TECHNOLOGY, a_claim


@pytest.fixture
async def case_id(office: Office) -> str:
    """A claim whose checks have answered and whose letters are sent; it waits for the acceptance desk."""
    submitted = office.desk.submit(a_claim(), TECHNOLOGY)
    await office.checked(submitted)
    await office.settled()
    return submitted


async def test_a_workflow_is_not_nudged_about_a_decision_that_it_passed_on_and_answered(
    office: Office, case_id: str
) -> None:
    nudges, command = await count_nudges(office, case_id), an_acceptance(case_id)

    await office.handle(case_id).execute_update("command", command, id=command.command_id, result_type=Answer)
    await office.settled()

    assert await count_nudges(office, case_id) == nudges
    assert (await office.attributes(case_id))["DuifuStage"] == "审核"


async def test_an_update_under_another_id_is_nudged_for_as_ever(office: Office, case_id: str) -> None:
    nudges = await count_nudges(office, case_id)

    await office.handle(case_id).execute_update("command", an_acceptance(case_id), id="any", result_type=Answer)
    await office.settled()

    assert await count_nudges(office, case_id) == nudges + 1


async def test_a_decision_whose_update_was_lost_reaches_its_workflow(office: Office, case_id: str) -> None:
    # As it stands when a worker dies between the commit and its answer, and the server with it: the ledger has the
    # decision as passed on by the workflow, and Temporal knows nothing of it.
    run_id = (await office.handle(case_id).describe()).run_id or ""
    cause = Cause(workflow_id=case_id, run_id=run_id)
    office.desk.door.answer(an_acceptance(case_id), declared(ACCEPTANCE), cause)

    async def is_folded() -> bool:
        return (await office.attributes(case_id))["DuifuStage"] == "审核"

    await until(is_folded, "the workflow to hear of the decision")
    assert office.case_topics(case_id).count("Decided") == 1


async def test_a_workflow_is_nudged_about_a_decision_at_the_door_and_not_about_the_letter_that_it_then_sends(
    office: Office, case_id: str
) -> None:
    nudges, letters = await count_nudges(office, case_id), letters_of(office, case_id)

    office.desk.accept(case_id)
    await office.settled()

    assert letters_of(office, case_id) == letters + 1
    assert await count_nudges(office, case_id) == nudges + 1


def an_acceptance(case_id: str) -> Command:
    decide = Decide(case_id=case_id, stage="acceptance", verdict=VERDICT_PASS)
    return Command(command_id="through-the-workflow", actor=ACCEPTANCE, decide=decide)


def letters_of(office: Office, case_id: str) -> int:
    return office.topics_beside(streams.case(case_id)).count("LetterSent")


async def count_nudges(office: Office, case_id: str) -> int:
    signalled = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
    return sum(event.event_type == signalled for event in await office.history(case_id))
