"""Cases that name each other: in both streams at once, once each, by officers who have a part in one of them."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from audit.belonging import belonging
from audit.story import sentence
from domain.refusals import Refused
from duifu.v1.commands_pb2 import (
    CASE_RELATION_DUPLICATES,
    CASE_RELATION_SAME_MATTER,
    CASE_RELATION_SUPERSEDES,
    Actor,
    CaseRelation,
    LinkCases,
    UnlinkCases,
    WithdrawCase,
)
from duifu.v1.events_pb2 import CaseLinked, CaseUnlinked
from duifu.v1.work_pb2 import BusinessClock
from ledger import streams
from ledger.rows import open_rows
from tests.builders import ACCEPTANCE, BUYER, REVIEW, a_contract, a_firm, an_application, applicant, officer
from tests.desk import Desk
from tests.rounds import RoundDesk
from tests.rounds import officer as round_officer
from workflows.display import case_card


@pytest.fixture
def cases(desk: Desk) -> tuple[str, str]:
    """A claim that was withdrawn, and the one that takes its place."""
    withdrawn = desk.submit(an_application(a_contract()))
    desk.send(applicant(), withdraw_case=WithdrawCase(case_id=withdrawn))
    return withdrawn, desk.submit(an_application(a_contract()))


def linking(
    case_id: str, other: str, relation: CaseRelation.ValueType = CASE_RELATION_SUPERSEDES, reason: str = "重新申领"
) -> dict[str, Any]:
    return {"link_cases": LinkCases(case_id=case_id, other_case_id=other, relation=relation, reason=reason)}


def unlinking(case_id: str, other: str, reason: str = "登记有误") -> dict[str, Any]:
    return {"unlink_cases": UnlinkCases(case_id=case_id, other_case_id=other, reason=reason)}


def told(desk: Desk, case_id: str) -> list[str]:
    """What the stream of a case says of its links."""
    events = desk.events(streams.case(case_id))
    return [sentence(event) for event in events if isinstance(event, CaseLinked | CaseUnlinked)]


def code_of(desk: Desk, actor: Actor, kind: dict[str, Any]) -> str:
    with pytest.raises(Refused) as refused:
        desk.send(actor, **kind)
    return refused.value.code


def test_both_cases_name_each_other_in_one_commit_though_one_is_closed(desk: Desk, cases: tuple[str, str]) -> None:
    old, new = cases
    before = desk.ledger.head()

    receipt = desk.send(REVIEW, **linking(new, old))

    assert receipt.case_id == new
    commit = [entry.recorded.originator_id for entry in desk.ledger.entries(before)]
    assert commit == [f"command/{receipt.command_id}", streams.case(new), streams.case(old)]
    assert told(desk, new) == [f"关联案件{old}：接续该案件（重新申领）"]
    assert told(desk, old) == [f"关联案件{new}：由该案件接续（重新申领）"]
    card = case_card(desk.case(old), "", desk.now, BusinessClock())
    assert f"- 关联 {new}：由该案件接续（重新申领）" in card.splitlines()


def test_linked_again_nothing_is_added_from_either_side(desk: Desk, cases: tuple[str, str]) -> None:
    old, new = cases
    for first, second in ((old, new), (old, new), (new, old)):
        desk.send(ACCEPTANCE, **linking(first, second, CASE_RELATION_SAME_MATTER))

    assert [len(told(desk, case_id)) for case_id in cases] == [1, 1]


def test_one_relation_holds_between_two_cases_and_its_direction_counts(desk: Desk, cases: tuple[str, str]) -> None:
    old, new = cases
    desk.send(REVIEW, **linking(new, old))

    assert code_of(desk, REVIEW, linking(new, old, CASE_RELATION_DUPLICATES)) == "LINKED_OTHERWISE"
    assert code_of(desk, REVIEW, linking(old, new)) == "LINKED_OTHERWISE"


def test_unlinked_neither_names_the_other_and_they_may_be_linked_anew(desk: Desk, cases: tuple[str, str]) -> None:
    old, new = cases
    desk.send(REVIEW, **linking(old, new))

    desk.send(ACCEPTANCE, **unlinking(new, old))

    assert desk.case(old).links == desk.case(new).links == {}
    assert told(desk, new)[-1] == f"解除与案件{old}的关联：登记有误"
    desk.send(REVIEW, **linking(new, old))
    assert set(desk.case(old).links) == {new}


def test_what_is_refused_to_whoever_links(desk: Desk, cases: tuple[str, str]) -> None:
    old, new = cases

    assert code_of(desk, REVIEW, linking(new, new)) == "LINK_TO_SELF"
    assert code_of(desk, REVIEW, linking(new, "bj-claim-2024-000099")) == "CASE_UNKNOWN"
    assert code_of(desk, REVIEW, linking("bj-claim-2024-000099", new)) == "CASE_UNKNOWN"
    assert code_of(desk, REVIEW, linking(new, old, reason=" ")) == "REASON_MISSING"
    assert code_of(desk, REVIEW, unlinking(new, old, reason="")) == "REASON_MISSING"
    assert code_of(desk, REVIEW, unlinking(new, old)) == "NOT_LINKED"


@pytest.mark.parametrize("role", ["cycle-officer", "applicant", "system", "auditor"])
def test_who_has_no_part_in_either_case_links_nothing(desk: Desk, cases: tuple[str, str], role: str) -> None:
    old, new = cases

    assert code_of(desk, officer(role), linking(new, old)) == "LINK_NOT_YOURS"
    assert code_of(desk, officer(role), unlinking(new, old)) == "LINK_NOT_YOURS"


def test_in_a_round_too_whoever_shows_results_to_the_public_links_and_the_system_does_not(tmp_path: Path) -> None:
    rounds = RoundDesk(tmp_path / "round.sqlite")
    one, other = rounds.apply(1), rounds.apply(2)

    assert code_of(rounds, round_officer("system"), linking(one, other)) == "LINK_NOT_YOURS"
    rounds.send(round_officer("city-notice-officer"), **linking(one, other, CASE_RELATION_SAME_MATTER))

    assert set(rounds.case(other).links) == {one}


@pytest.mark.parametrize("at", [0, 1])
def test_nobody_links_the_cases_of_their_own_enterprise(desk: Desk, at: int) -> None:
    firms = (BUYER, a_firm(5))
    cases = [desk.submit(an_application(a_contract(buyer=firm), firm=firm), firm) for firm in firms]
    one, other = cases[at], cases[1 - at]
    party = Actor(id=applicant().id, role=REVIEW.role)

    assert code_of(desk, party, linking(one, other)) == "DUTY_REQUESTER"


def test_a_linked_case_is_named_in_the_evidence_and_not_included(
    desk: Desk, cases: tuple[str, str], tmp_path: Path
) -> None:
    old, new = cases
    desk.send(REVIEW, **linking(new, old))

    with closing(open_rows(tmp_path / "ledger.sqlite")) as rows:
        kept = belonging(rows, streams.case(new))

    assert streams.case(old) not in {entry.stream for _, entry in kept.events}
    links = [entry.event for _, entry in kept.events if isinstance(entry.event, CaseLinked)]
    assert [linked.other_case_id for linked in links] == [old]
