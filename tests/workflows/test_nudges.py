"""News may come twice, late, out of order, forged or not at all: ledger and outcome are those of a quiet run."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from random import Random
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError
from temporalio.service import RPCError

from commands import deployment
from domain.money import yuan
from duifu.v1.work_pb2 import BusinessClock, Nudge, Progress, WorkflowStart
from ledger import streams
from relay import FOLLOWER, Relay
from tests.builders import VERIFICATION, a_redemption, shanghai
from tests.conftest import OpenOffice
from tests.office import TASK_QUEUE, Office, until
from tests.workflows.people import CENTRE, TECHNOLOGY, a_claim

CLAIM, VOUCHER = "bj-claim-2024-000001", "bj-voucher-2024-000001"
REDEMPTION, QUARTER = "bj-redeem-2024-000001", "bj-slq-2023-2024Q1"
FORGED = 2**62

Outline = dict[str, tuple[list[str], list[str]]]
Disturbance = Callable[[Office, str], Awaitable[None]]

_quiet: Outline = {}


async def the_story(office: Office, meanwhile: Disturbance) -> Outline:
    """A voucher claimed, redeemed and paid. `meanwhile` happens after each step, to the workflow that is concerned."""
    office.desk.submit(a_claim(), TECHNOLOGY)
    await meanwhile(office, CLAIM)
    await office.checked(CLAIM)
    office.desk.accept(CLAIM)
    await meanwhile(office, CLAIM)
    office.desk.review(CLAIM)
    await meanwhile(office, CLAIM)
    await office.case_until(CLAIM, lambda case: case.closed is not None, "the end")
    office.desk.request(a_redemption(VOUCHER, yuan(100_000), buyer=TECHNOLOGY, supplier=CENTRE), TECHNOLOGY)
    await meanwhile(office, REDEMPTION)
    await office.checked(REDEMPTION)
    office.desk.decide(VERIFICATION, REDEMPTION, "verification")
    await meanwhile(office, QUARTER)
    await office.pass_time(shanghai("2024-04-01 00:00"))
    endings = [await office.ending(subject) for subject in (CLAIM, REDEMPTION, QUARTER)]
    assert [ending.amount_fen for ending in endings] == [yuan(200_000), yuan(20_000), yuan(20_000)]
    return office.outline()


@pytest.fixture
async def quiet(open_office: OpenOffice) -> Outline:
    """What the ledger holds after the story, told once without any disturbance."""
    if not _quiet:
        _quiet.update(await the_story(await open_office("2024-03-01", name="quiet"), nothing))
    return _quiet


async def nothing(_office: Office, _subject_id: str) -> None:
    """No disturbance."""


async def repeated(office: Office, subject_id: str) -> None:
    """The same news five times at once."""
    head = office.desk.ledger.head()
    await asyncio.gather(*(nudge(office, subject_id, head) for _ in range(5)))


async def reordered(office: Office, subject_id: str) -> None:
    """News of every position there ever was, shuffled."""
    positions = list(range(1, office.desk.ledger.head() + 1))
    Random(office.desk.ledger.head()).shuffle(positions)
    await nudge(office, subject_id, *positions[:20])


async def forged(office: Office, subject_id: str) -> None:
    """News of a position that the ledger will never reach, and of one that cannot be."""
    await nudge(office, subject_id, FORGED, -FORGED, FORGED)


async def late(office: Office, subject_id: str) -> None:
    """Old news comes while the relay is down; then the relay tells everything at once."""
    await office.stop_relay()
    if await exists(office, subject_id):
        await nudge(office, subject_id, 1)
    office.start_relay()


async def lost(office: Office, subject_id: str) -> None:
    """The relay forgets how far it was, and begins with the first event again."""
    await office.stop_relay()
    forget_the_bookmark(office)
    office.start_relay()


async def doubled(office: Office, subject_id: str) -> None:
    """A second relay follows the same log from its beginning, and is cut off somewhere."""
    forget_the_bookmark(office)
    second = asyncio.create_task(Relay(office.desk.ledger, office.client, TASK_QUEUE).run())
    await until(lambda: exists(office, subject_id), f"the workflow of {subject_id}")
    second.cancel()


async def terminated(office: Office, subject_id: str) -> None:
    """Somebody ends the workflow by force; the next news starts it again."""
    await until(lambda: exists(office, subject_id), f"the workflow of {subject_id}")
    with suppress(RPCError):  # it has ended by itself
        await office.handle(subject_id).terminate("a test")
    await lost(office, subject_id)


@pytest.mark.parametrize("meanwhile", [repeated, reordered, forged, late, lost, doubled, terminated])
async def test_whatever_happens_to_the_news_the_ledger_is_the_same(
    open_office: OpenOffice, quiet: Outline, meanwhile: Disturbance
) -> None:
    office = await open_office("2024-03-01")

    disturbed = await the_story(office, meanwhile)

    assert disturbed == quiet


async def test_a_forged_nudge_says_nothing_and_leaves_the_workflow_at_rest(office: Office) -> None:
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)
    await office.settled()
    before, attributes = office.desk.ledger.head(), await office.attributes(case_id)

    await nudge(office, case_id, FORGED)
    await office.settled()
    office.desk.accept(case_id)
    await office.settled()

    assert attributes["DuifuStage"] == "受理"
    assert office.desk.ledger.head() > before
    assert (await office.attributes(case_id))["DuifuStage"] == "审核"


STRANGE: dict[str, list[Any]] = {
    "nothing": [],
    "two things": [Nudge(position=1), Nudge(position=2)],
    "a sentence": ["账本有新记录"],
    "a list": [[1, 2]],
    "null": [None],
    "a position that is no number": [{"position": "here"}],
    "an unknown field": [{"nonsense": 1}],
    "another message": [WorkflowStart(summary="伪造")],
    "bytes": [b"\xff\xfe"],
}


async def test_no_signal_of_a_stranger_stops_a_case(office: Office) -> None:
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)
    await office.settled()

    for args in STRANGE.values():
        await office.handle(case_id).signal("nudge", args=args)
    await office.handle(case_id).signal("a signal that nobody knows", "x")
    office.desk.accept(case_id)
    await office.settled()

    assert (await office.attributes(case_id))["DuifuStage"] == "审核"
    failed = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    assert not [event for event in await office.history(case_id) if event.event_type == failed]


async def test_a_terminated_workflow_starts_again_with_the_next_news_and_catches_up(office: Office) -> None:
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)
    await office.checked(case_id)
    await office.settled()
    await office.pass_time(shanghai("2024-03-07 09:00"))
    first = await office.handle(case_id).describe()

    await office.handle(case_id).terminate("a test")
    office.desk.accept(case_id)
    await office.settled()
    second = await office.handle(case_id).describe()
    await office.pass_time(shanghai("2024-04-10 00:00"))
    office.desk.review(case_id)
    ending = await office.ending(case_id)

    assert first.run_id != second.run_id
    assert second.status == WorkflowExecutionStatus.RUNNING
    assert ending.outcome == "已发放"
    assert office.case_topics(case_id)[-4:] == ["StageLapsed", "Decided", "StageOpened", "CaseClosed"]
    assert office.topics_beside(streams.case(case_id)) == ["CheckRecorded"] * 3 + ["LetterSent"] * 3


async def test_a_workflow_that_somebody_starts_for_a_case_that_is_not_there_does_nothing(office: Office) -> None:
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)
    await office.settled()
    before = office.desk.ledger.head()

    start = WorkflowStart(summary="伪造", subject_id="bj-claim-2024-999999", clock=BusinessClock(is_rehearsal=True))
    forgery = await office.client.start_workflow("Case", start, id="bj-claim-2024-999999", task_queue=TASK_QUEUE)

    async def is_idle() -> bool:
        progress: Progress = await forgery.query("progress", result_type=Progress)
        return progress.is_idle

    await until(is_idle, "the forged workflow at rest")
    assert office.desk.ledger.head() == before
    assert office.desk.case(case_id).is_open


async def test_a_second_workflow_for_the_same_case_changes_nothing(office: Office) -> None:
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)
    await office.checked(case_id)
    start = WorkflowStart(summary="另一条", subject_id=case_id, clock=deployment.current(office.desk.ledger).clock)
    twin = await office.client.start_workflow("Case", start, id="a-twin", task_queue=TASK_QUEUE)

    office.desk.accept(case_id)
    office.desk.review(case_id)
    await office.ending(case_id)
    await nudge(office, twin.id, office.desk.ledger.head())
    with suppress(WorkflowFailureError):  # it fails if it comes to speak for the case, which it may not
        await office.ending(twin.id)

    assert office.case_topics(case_id)[-2:] == ["StageOpened", "CaseClosed"]
    assert office.topics_beside(streams.case(case_id)) == ["CheckRecorded"] * 3 + ["LetterSent"] * 3


async def nudge(office: Office, subject_id: str, *positions: int) -> None:
    """Signals of a raw client, one after another, as soon as there is somebody to tell."""
    await until(lambda: exists(office, subject_id), f"the workflow of {subject_id}")
    with suppress(RPCError):  # it has ended meanwhile, and needs no news
        for position in positions:
            await office.handle(subject_id).signal("nudge", Nudge(position=position))


async def exists(office: Office, subject_id: str) -> bool:
    try:
        await office.handle(subject_id).describe()
    except RPCError:
        return False
    return True


def forget_the_bookmark(office: Office) -> None:
    with closing(sqlite3.connect(office.config.ledger)) as ledger, ledger:
        ledger.execute("DELETE FROM tracking WHERE application_name = ?", (FOLLOWER,))


async def test_a_quarter_goes_before_single_cases_and_no_district_before_another(office: Office) -> None:
    claim = a_claim()
    claim.applicant.registered_district = "110108"
    office.desk.submit(claim, TECHNOLOGY)
    office.desk.request(a_redemption(office.desk.voucher_through_the_door().voucher_id, yuan(100_000)))
    await office.settled()

    async def priority_of(subject: str) -> tuple[int, str]:
        described = await office.client.get_workflow_handle(subject).describe()
        priority = described.raw_description.workflow_execution_info.priority
        return priority.priority_key, priority.fairness_key

    assert await priority_of(CLAIM) == (3, "110108")
    assert await priority_of(QUARTER) == (2, "bj-slq-2023")
