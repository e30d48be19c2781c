"""Production and rehearsal: the same code, but production's clock is the machine's and nobody can wind it on."""

from datetime import UTC, datetime, timedelta

import pytest

from commands.door import Door
from domain.refusals import Refused
from duifu.v1.commands_pb2 import AdvanceRehearsal
from duifu.v1.work_pb2 import BusinessClock, Progress
from ledger import streams
from tests.builders import OPERATOR, shanghai
from tests.conftest import OpenOffice
from tests.desk import the_rulebook
from tests.office import Office
from tests.workflows.people import TECHNOLOGY, a_claim


@pytest.fixture
async def production(open_office: OpenOffice) -> tuple[Office, str]:
    """A production ledger with a claim from the scheme's days, handed in when the machine's clock showed 2024."""
    office = await open_office()
    then = Door(office.desk.ledger, the_rulebook(), lambda: shanghai("2024-03-01 09:00"))
    now, office.desk.door = office.desk.door, then
    case_id = office.desk.submit(a_claim(), TECHNOLOGY)
    office.desk.door = now
    return office, case_id


async def test_in_production_business_time_is_the_machine_s(production: tuple[Office, str]) -> None:
    office, case_id = production

    await office.settled()
    progress: Progress = await office.handle(case_id).query("progress", result_type=Progress)

    assert progress.clock == BusinessClock()
    assert abs(office.desk.door.business_now() - datetime.now(UTC)) < timedelta(seconds=5)
    # The acceptance desk's and the reviewer's days ran out long ago by the machine's clock.
    assert office.case_topics(case_id) == ["CaseOpened", "StageOpened", "StageLapsed", "StageOpened", "CaseAccepted"]


async def test_nothing_in_production_says_rehearsal(production: tuple[Office, str]) -> None:
    office, case_id = production

    await office.settled()

    entries = list(office.desk.ledger.entries(0))
    assert entries
    assert not any(entry.recorded.envelope.is_rehearsal for entry in entries)
    assert (await office.attributes(case_id))["DuifuRehearsal"] is False
    assert "演练" not in await office.card(case_id)
    assert "演练" not in await office.summary(case_id)
    assert "演练" not in str(office.city.letters(case_id))


async def test_production_time_cannot_be_wound_on(production: tuple[Office, str]) -> None:
    office, _case_id = production
    await office.settled()

    next_month = datetime.now(UTC) + timedelta(days=30)
    with pytest.raises(Refused) as by_hand:
        await office.pass_time(next_month)
    advance = AdvanceRehearsal(business_seconds=int(next_month.timestamp()))
    with pytest.raises(Refused) as by_command:
        office.desk.send(OPERATOR, advance_rehearsal=advance)

    assert by_hand.value.code == "NOT_A_REHEARSAL"
    assert by_command.value.code == "NOT_A_REHEARSAL"
    assert office.topics(streams.DEPLOYMENT) == []


async def test_two_offices_on_one_server_do_not_meet(open_office: OpenOffice) -> None:
    first, second = await open_office("2024-03-01", name="first"), await open_office("2024-05-06", name="second")

    ids = [office.desk.submit(a_claim(), TECHNOLOGY) for office in (first, second)]
    for office in (first, second):
        await office.settled()

    assert ids[0] == ids[1]
    assert "时限至2024-03-08" in await first.card(ids[0])
    assert "时限至2024-05-11" in await second.card(ids[1])
