"""What a decision has read and not written is as it was read when the decision is committed; else it is made again.

Two doors on one ledger, as two processes have them: one decides, and is overtaken before its commit by the other.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from commands.door import Door
from domain.refusals import Refused
from duifu.v1.commands_pb2 import Actor, DelegateRole, DestroySubjectKey, RevokeDelegation
from ledger import streams
from ledger.keys import SubjectKeys
from ledger.store import Ledger
from tests.builders import ACCEPTANCE, PRIVACY, PROGRAMME, a_contract, an_application
from tests.commands.panel_desk import PanelDesk, under_experts
from tests.desk import Desk
from tests.ledger.people import a_contact

ROLE = ACCEPTANCE.role
LENDER = Actor(id="zhao.lei", role=ROLE)
BORROWER = Actor(id="qian.yu", role=ROLE, on_behalf_of="zhao.lei")


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    """A desk with an empty ledger, in each of the two databases."""
    is_file = request.param == "sqlite"
    opened = Desk(tmp_path / "ledger.sqlite" if is_file else request.getfixturevalue("postgres_ledger_url"))
    yield opened
    opened.ledger.close()


@pytest.fixture
def overtaken(desk: Desk) -> Iterator[Callable[[Callable[[Desk], object]], list[int]]]:
    """Whatever the desk decides next is overtaken once by what somebody does at another desk."""
    assert desk.ledger.keys is not None
    with closing(Ledger(desk.ledger.address, desk.ledger.keys)) as other_ledger:
        other = Desk.__new__(Desk)
        other.__dict__ |= desk.__dict__ | {"ledger": other_ledger, "ids": "other"}
        other.door = Door(other_ledger, desk.door.rulebook, lambda: desk.now)

        def overtake(deed: Callable[[Desk], object]) -> list[int]:
            append, tries = desk.ledger.append, list[int]()

            def commit(*how: Any) -> list[int]:
                tries.append(len(tries))
                if len(tries) == 1:
                    deed(other)
                return append(*how)

            desk.ledger.append = commit  # type: ignore[method-assign, assignment]  # the moment between deciding and writing
            return tries

        yield overtake


def named_contact(desk: Desk, account: str, number: str) -> str:
    application = an_application(a_contract(number=number))
    application.contact.CopyFrom(a_contact(account))
    return desk.submit(application)


def lent(desk: Desk) -> None:
    loan = DelegateRole(
        to=BORROWER.id, role=ROLE, programme_id=PROGRAMME, from_on="2024-03-01", through_on="2024-03-04", reason="出差"
    )
    desk.send(LENDER, delegate_role=loan)


Overtaken = Callable[[Callable[[Desk], object]], list[int]]


def test_a_role_that_is_taken_back_while_a_decision_is_made_on_it_decides_nothing(
    desk: Desk, overtaken: Overtaken
) -> None:
    case_id = desk.submit(an_application())
    lent(desk)
    revoked = RevokeDelegation(programme_id=PROGRAMME, to=BORROWER.id, role=ROLE, reason="回岗")
    overtaken(lambda other: other.send(LENDER, revoke_delegation=revoked))

    with pytest.raises(Refused, match="DELEGATION_MISSING"):
        desk.decide(BORROWER, case_id, "acceptance")

    assert desk.case(case_id).decisions == ()


def test_who_becomes_the_applicants_contact_while_deciding_decides_nothing(desk: Desk, overtaken: Overtaken) -> None:
    case_id = desk.submit(an_application())
    overtaken(lambda other: named_contact(other, LENDER.id, "HT-2"))

    with pytest.raises(Refused, match="DUTY_REQUESTER"):
        desk.decide(LENDER, case_id, "acceptance")

    assert desk.case(case_id).decisions == ()


def test_what_was_read_may_grow_without_harm_and_the_decision_is_made_again(desk: Desk, overtaken: Overtaken) -> None:
    case_id = desk.submit(an_application())
    lent(desk)
    further = DelegateRole(
        to="li.na", role=ROLE, programme_id=PROGRAMME, from_on="2024-03-01", through_on="2024-03-04", reason="出差"
    )
    tries = overtaken(lambda other: other.send(LENDER, delegate_role=further))

    desk.decide(BORROWER, case_id, "acceptance")

    assert len(tries) == 2
    assert [decided.decided_by for decided in desk.case(case_id).decisions] == [BORROWER.id]


def test_what_nobody_read_may_grow_and_the_decision_stands_at_the_first_try(desk: Desk, overtaken: Overtaken) -> None:
    case_id = desk.submit(an_application())
    tries = overtaken(lambda other: named_contact(other, "ma.ming", "HT-2"))

    desk.decide(LENDER, case_id, "acceptance")

    assert len(tries) == 1


def test_an_expert_who_is_seated_while_the_destruction_of_the_key_is_decided_keeps_it(
    desk: Desk, overtaken: Overtaken
) -> None:
    panels = PanelDesk(under_experts(desk))
    case_id = panels.accepted(experts=3)
    panels.convene(case_id)
    overtaken(lambda other: PanelDesk(other).draw(case_id))

    with pytest.raises(Refused, match="SUBJECT_ON_PANEL"):
        desk.send(
            PRIVACY, destroy_subject_key=DestroySubjectKey(subject="expert-1", reason="到期", legal_basis="第四十七条")
        )

    keys = desk.ledger.keys
    assert isinstance(keys, SubjectKeys)
    assert keys.all_of("expert-1")[0].secret is not None
    assert desk.events(streams.subject("expert-1")) == []
