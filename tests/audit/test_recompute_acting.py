"""Who decided, what a stage brought about, where a case was sent back and who was drawn: made again from the ledger."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from shutil import copy

import pytest
from google.protobuf.message import Message

from audit.compared import Decision, Difference
from audit.recompute import recompute_about
from duifu.v1 import events_pb2 as events
from duifu.v1 import panel_pb2 as panels
from duifu.v1.commands_pb2 import Actor, ClaimTask, DelegateRole, ReturnForRework
from duifu.v1.events_pb2 import Envelope
from ledger import streams
from ledger.registry import unwrap
from ledger.rows import Row, open_rows
from tests.audit.books import Alter, altered, more, other
from tests.audit.tampering import forge, forged
from tests.audit.test_recompute import made_again
from tests.builders import a_contract, an_application
from tests.desk import Desk, the_rulebook
from tests.ledger.people import a_contact
from tests.rounds import PROGRAMME, RoundDesk, officer, operator

FIRST = "qd-grant-2024-000001"
LENDER = officer("city-approver", 2)
BORROWER = Actor(id="city-approver.3", role="city-approver", on_behalf_of=LENDER.id)
REWORK = ReturnForRework(case_id=FIRST, stage="recommendation", to_stage="preliminary_review", reason="重新核对")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two applications up to the round: one reworked and decided under a loan, the other at a rate of its own."""
    path = tmp_path_factory.mktemp("acted") / "ledger.sqlite"
    desk = RoundDesk(path)
    approver = officer("district-approver")
    first, second = desk.apply(1), desk.apply(2)
    desk.bring_to(first, "recommendation")
    desk.send(approver, return_for_rework=REWORK)
    for case_id in (first, second):
        desk.bring_to(case_id, "determination")
    days = {"from_on": "2024-01-25", "through_on": "2024-01-26"}
    loan = DelegateRole(to=BORROWER.id, role="city-approver", programme_id=PROGRAMME, reason="出差", **days)
    desk.send(LENDER, delegate_role=loan)
    desk.answer(first)
    desk.send(BORROWER, claim_task=ClaimTask(case_id=first, stage="determination"))
    desk.decide(BORROWER, first, "determination")
    desk.pass_stage(second, approved_rate="40/100", reason="部分合同另行处理")
    desk.ledger.close()
    return path


@pytest.fixture
def ledger(whole: Path, tmp_path: Path) -> Path:
    """A copy of it, to be forged."""
    return Path(copy(whole, tmp_path))


def differences(path: Path) -> list[Difference]:
    with closing(open_rows(path)) as rows:
        return made_again(rows)[1]


def test_what_went_in_at_the_door_is_what_the_rules_give(whole: Path) -> None:
    with closing(open_rows(whole)) as rows:
        tally, found = made_again(rows)
        about_first: list[Difference] = []
        alone = recompute_about(rows, the_rulebook(), about_first.append, streams.case(FIRST))

    assert (found, about_first) == ([], [])
    assert tally.is_equal
    assert (tally.decisions[Decision.PROCEDURE], tally.decisions[Decision.PANEL]) == (12, 8)
    assert (alone.decisions[Decision.PROCEDURE], alone.decisions[Decision.PANEL]) == (7, 4)


def another_letter(event: events.OutputRecorded) -> None:
    event.text = event.text.replace("青高新函", "青高新密")


def another_first(event: panels.PanelDrawn) -> None:
    event.order[0], event.order[1] = event.order[1], event.order[0]


def one_expert_less(event: panels.PanelConvened) -> None:
    del event.candidates[0]


def another_finding(event: panels.ConclusionDrawn) -> None:
    event.conclusion.is_recommended = False


@pytest.mark.parametrize(
    ("kind", "alter", "decision", "path"),
    [
        pytest.param(events.OutputRecorded, another_letter, Decision.PROCEDURE, "text", id="a letter's words"),
        pytest.param(
            events.OutputRecorded, other("sha256", "cd" * 32), Decision.PROCEDURE, "sha256", id="a letter's digest"
        ),
        pytest.param(events.OutputRecorded, other("recipient", "别处"), Decision.PROCEDURE, "recipient", id="to whom"),
        pytest.param(
            events.SentBack, other("from_stage", "determination"), Decision.PROCEDURE, "from_stage", id="from"
        ),
        pytest.param(events.Decided, other("decided_by", "somebody"), Decision.VERDICT, "decided_by", id="decider"),
        pytest.param(events.Decided, other("on_behalf_of", "li.na"), Decision.VERDICT, "on_behalf_of", id="for whom"),
        pytest.param(panels.PanelConvened, one_expert_less, Decision.PANEL, "candidates", id="hidden from the draw"),
        pytest.param(panels.PanelDrawn, another_first, Decision.PANEL, "order[0]", id="order of the draw"),
        pytest.param(
            panels.PanelDrawn, other("beacon_sha256", "00" * 32), Decision.PANEL, "beacon_sha256", id="beacon"
        ),
        pytest.param(panels.ExpertSeated, more("place"), Decision.PANEL, "place", id="place"),
        pytest.param(
            panels.ConclusionDrawn, another_finding, Decision.PANEL, "conclusion.is_recommended", id="what sheets say"
        ),
    ],
)
def test_whatever_was_altered_is_found(
    ledger: Path, kind: type[Message], alter: Alter, decision: Decision, path: str
) -> None:
    position = altered(ledger, kind, alter)

    assert (position, decision, path) in [(one.position, one.decision, one.path) for one in differences(ledger)]


def refused(path: Path, position: int, decision: Decision) -> str:
    """What the rules refuse at a position."""
    (found,) = [one for one in differences(path) if (one.position, one.decision, one.path) == (position, decision, "")]
    return str(found.derived)


def by(account: str) -> Callable[[Envelope], None]:
    """The same deed, done by another account."""

    def alter(envelope: Envelope) -> None:
        envelope.actor.id = account
        if isinstance(event := unwrap(envelope.event), events.Decided):
            event.decided_by = account

    return alter


def position_of(path: Path, stage: str) -> int:
    """How many decisions were made before the first of a stage."""
    with closing(open_rows(path)) as rows:
        told = [row for row in rows.scan() if row.topic == events.Decided.DESCRIPTOR.full_name]
    return next(n for n, row in enumerate(told) if Envelope.FromString(row.state).event.decided.stage == stage)


def test_who_had_acted_in_a_role_that_is_kept_apart_is_found(ledger: Path) -> None:
    at = forged(ledger, events.Decided, by("district-reviewer.1"), position_of(ledger, "city_review"))

    assert "[QD_E_DUTIES]" in refused(ledger, at, Decision.VERDICT)


def test_who_handed_the_application_in_is_found(ledger: Path) -> None:
    at = forged(ledger, events.Decided, by(operator(1).id))

    assert "[DUTY_REQUESTER]" in refused(ledger, at, Decision.VERDICT)


def test_who_was_the_applicants_contact_in_another_case_is_found(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ledger.sqlite")
    named = an_application(a_contract(number="HT-1"))
    named.contact.CopyFrom(a_contact("ma.ming"))
    desk.submit(named)
    desk.accepted_case(an_application(a_contract(number="HT-2")))
    desk.ledger.close()

    at = forged(tmp_path / "ledger.sqlite", events.Decided, by("ma.ming"))

    assert "[DUTY_REQUESTER]" in refused(tmp_path / "ledger.sqlite", at, Decision.VERDICT)


def test_a_decision_under_a_loan_that_had_ended_is_found(ledger: Path) -> None:
    altered(ledger, events.RoleDelegated, other("through_on", "2024-01-24"))

    assert [one for one in differences(ledger) if str(one.derived).startswith("[DELEGATION_EXPIRED]")]


def test_a_decision_for_somebody_who_lent_nothing_is_found(ledger: Path) -> None:
    altered(ledger, events.RoleDelegated, other("to", "somebody.else"))

    assert [one for one in differences(ledger) if str(one.derived).startswith("[DELEGATION_MISSING]")]


def test_a_decision_on_what_somebody_else_had_in_hand_is_found(ledger: Path) -> None:
    altered(ledger, events.TaskClaimed, other("by", "city-approver.9"))

    assert [one for one in differences(ledger) if str(one.derived).startswith("[TASK_CLAIMED_BY_OTHER]")]


def test_a_decision_by_whoever_put_its_evidence_in_is_found(ledger: Path) -> None:
    with closing(open_rows(ledger)) as rows:
        topics = [row.topic for row in rows.scan()]
    answers = topics[: topics.index(events.Decided.DESCRIPTOR.full_name)].count(
        events.CheckRecorded.DESCRIPTOR.full_name
    )

    altered(ledger, events.CheckRecorded, other("entered_by", "district-reviewer.1"), answers - 1)

    assert [one for one in differences(ledger) if str(one.derived).startswith("[ENTERED_BY_SELF]")]


def test_another_rate_without_a_reason_is_found(ledger: Path) -> None:
    at = altered(ledger, events.Decided, other("reason", ""), -1)

    assert "[RATE_DIFFERS]" in refused(ledger, at, Decision.VERDICT)


def test_a_way_back_that_the_plan_does_not_know_is_found(ledger: Path) -> None:
    at = altered(ledger, events.SentBack, other("to_stage", "finance_notice"))

    assert "[REWORK_NOT_ALLOWED]" in refused(ledger, at, Decision.PROCEDURE)


def test_a_seed_to_which_nobody_was_committed_is_found(ledger: Path) -> None:
    at = altered(ledger, panels.PanelDrawn, other("seed", "77" * 32))

    assert "[SEED_MISMATCH]" in refused(ledger, at, Decision.PANEL)


def test_a_seat_given_to_somebody_else_is_found_though_all_the_rest_fits(ledger: Path) -> None:
    with closing(open_rows(ledger)) as rows:
        drawn = next(row for row in rows.scan() if row.topic == panels.PanelDrawn.DESCRIPTOR.full_name)
    order = Envelope.FromString(drawn.state).event.panel_drawn.order
    seated, passed_over = order[0].encode(), order[-1].encode()
    assert len(seated) == len(passed_over)

    def instead(row: Row) -> bytes:
        is_later = row.stream == drawn.stream and row.version > drawn.version
        return row.state.replace(seated, passed_over) if is_later else row.state

    forge(ledger, instead)

    told = [(one.topic, one.path, one.recorded) for one in differences(ledger) if one.stream == drawn.stream]
    assert (panels.ExpertSeated.DESCRIPTOR.full_name, "expert_id", order[-1]) in told
