"""While Temporal or every worker is away, the door answers all the same; what it accepted is carried out afterwards."""

import asyncio
from pathlib import Path

import pytest

from cli import rehearsing
from cli.beijing_papers import CENTRE, MANUFACTURER, TECHNOLOGY, Enterprise, a_contract, an_application
from cli.beijing_year import ACCEPTANCE, BEGINS_ON, PROGRAMME
from commands.door import declared
from domain import letters
from duifu.v1.answers_pb2 import Answer
from duifu.v1.commands_pb2 import VERDICT_PASS, Actor, Command, Decide, SubmitApplication
from duifu.v1.facts_pb2 import CHECK_OUTCOME_CLEAN
from duifu.v1.work_pb2 import Progress
from tests.chaos.town import Town, a_town, assert_nothing_is_doubled_or_lost

ANSWER_SECONDS = 1  # the door takes milliseconds; a machine that starts other processes may take longer


@pytest.mark.parametrize("minutes", [0, pytest.param(2, marks=[pytest.mark.soak, pytest.mark.timeout(900)])])
async def test_commands_are_accepted_in_an_outage_and_carried_out_after_it(tmp_path: Path, minutes: int) -> None:
    async with a_town(tmp_path, relay_apart=True) as town:
        rehearsing.begin(town.door, BEGINS_ON)
        first = await submitted(town, TECHNOLOGY, "before")
        await carried_out(town, first)

        async with town.held_down("temporal"):
            second = await submitted(town, TECHNOLOGY, "within")
            await accepted(town, first)
            await accepted(town, second)
            # A relay that dies while it tries must try again: nothing else would ever start the second case.
            await town.until(lambda: town.has_said("relay", "did not take a nudge"), "an attempt of the relay")
            town.kill("relay")
            await asyncio.sleep(minutes * 60)
        await carried_out(town, first, second)

        async with town.held_down("worker", "relay"):
            third = await submitted(town, MANUFACTURER, "within")
            await accepted(town, third)
            await asyncio.sleep(minutes * 60)
        await carried_out(town, third)
        await assert_nothing_is_doubled_or_lost(town)


async def submitted(town: Town, enterprise: Enterprise, when: str) -> str:
    """A claim, in time."""
    contract = a_contract(f"SL-{when}-{enterprise.uscc[-4:]}", enterprise, CENTRE, "500,000")
    submit = SubmitApplication(programme_id=PROGRAMME, application=an_application(enterprise, contract))
    answer = await asked(town, f"{enterprise.uscc}-{when}", enterprise.actor, submit_application=submit)
    return answer.receipt.case_id


async def accepted(town: Town, case_id: str) -> None:
    """The first stage passed, in time."""
    passing = Decide(case_id=case_id, stage="acceptance", verdict=VERDICT_PASS)
    answer = await asked(town, f"{case_id}-accept", ACCEPTANCE, decide=passing)
    assert answer.receipt.next_stage == "review"


async def asked(town: Town, name: str, actor: Actor, **kind: object) -> Answer:
    """An answer with a position in the ledger, in time."""
    command = Command(command_id=f"outage:{name}", actor=actor, **kind)  # type: ignore[arg-type]
    answering = asyncio.to_thread(town.door.answer, command, declared(actor))
    answer = await asyncio.wait_for(answering, ANSWER_SECONDS)
    assert answer.receipt.position > 0, answer.summary
    return answer


async def carried_out(town: Town, *case_ids: str) -> None:
    """The workflows know all that was decided, their checks are answered, their letters sent."""
    for case_id in case_ids:

        async def knows_everything(case_id: str = case_id) -> bool:
            handle = town.client.get_workflow_handle(case_id)
            progress: Progress = await handle.query("progress", result_type=Progress)
            case, version = town.case(case_id)
            return progress.version == version and progress.is_idle and len(case.checks) == 3

        await town.until(knows_everything, f"what {case_id} needs")
        case, _ = town.case(case_id)
        assert {check.outcome for check in case.checks.values()} == {CHECK_OUTCOME_CLEAN}
        assert {letter.letter_id for letter in letters.owed(case)} == case.letters
