"""Temporal keeps what it is told until its retention period ends, so it is told nothing of persons."""

import json

from tests.builders import applicant
from tests.ledger.people import PERSON, VALUES, a_contact, held_in
from tests.office import Office
from tests.workflows.people import TECHNOLOGY, a_claim


async def test_a_claim_filed_at_the_door_leaves_no_person_in_temporal_nor_in_a_letter(office: Office) -> None:
    application = a_claim()
    application.contact.CopyFrom(a_contact())
    case_id = office.desk.submit(application, TECHNOLOGY)
    await office.checked(case_id)
    office.desk.accept(case_id)
    await office.settled()
    office.desk.review(case_id)
    await office.ending(case_id)

    history = b"".join(event.SerializeToString() for event in await office.history(case_id))
    beside = [await office.attributes(case_id), await office.card(case_id), office.city.letters(case_id)]
    told = history + json.dumps(beside, ensure_ascii=False, default=str).encode()

    assert held_in(told, [*VALUES, applicant().name, "岗位人员"]) == []
    assert held_in(told, [PERSON, case_id]) == [PERSON, case_id]  # the search finds what is there
