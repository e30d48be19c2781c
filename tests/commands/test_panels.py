"""A panel at the door: what an auditor can check of the draw, who is refused what, and what its conclusion does."""

from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from commands import deployment, panel_streams
from commands.door import SYSTEM, declared
from commands.work import Work
from domain.draw import sha256_of, verify_draw
from domain.refusals import Refused
from duifu.v1.commands_pb2 import VERDICT_PASS, VERDICT_REFUSE, Actor, Decide, DestroySubjectKey, WithdrawCase
from duifu.v1.events_pb2 import CASE_OUTCOME_REFUSED, CommandRefused, Decided
from duifu.v1.panel_pb2 import (
    ConvenePanel,
    DeclareInterest,
    DrawPanel,
    Expert,
    LapsePanel,
    OpenSheet,
    PanelDrawn,
    RegisterExpert,
    RetireExpert,
    SealSheet,
    SignConclusion,
)
from ledger import streams
from ledger.keys import SubjectKeys
from ledger.registry import unwrap
from ledger.store import Ledger
from tests.builders import BUYER, PRIVACY, PROGRAMME, REVIEW, SUPPLIER, an_application, applicant
from tests.commands.panel_desk import SECRETARY_ACTOR, PanelDesk, expert, under_experts
from tests.desk import Desk
from tests.domain.panels import SALT, SEED, a_sheet, an_expert

PANEL = "bj-claim-2024-000001-panel-1"
STREAM = f"panel/{PANEL}"


@pytest.fixture
def panels(desk: Desk) -> PanelDesk:
    """Experts judge what was accepted on 1 March 2024."""
    return PanelDesk(under_experts(desk))


# The draw


def test_the_draw_can_be_checked_from_the_ledger_alone(panels: PanelDesk) -> None:
    case_id = panels.drawn()
    panel = panels.panel(case_id)
    beacon = panels.desk.ledger.leaf_of(STREAM, 1).hex()

    assert panel.drawn is not None
    assert panel.drawn.beacon_sha256 == beacon
    assert verify_draw(panel.convened, panel.drawn, beacon) == []
    assert panels.desk.events(STREAM)[0] == panel.convened


def test_the_same_seed_and_pool_give_another_order_where_the_ledger_wrote_something_else(tmp_path: Path) -> None:
    orders = []
    for at in ("2024-03-01 09:00", "2024-03-01 09:01"):
        panels = PanelDesk(under_experts(Desk(tmp_path / f"{at[-2:]}.sqlite", at)))
        drawn = panels.panel(panels.drawn()).drawn
        assert drawn is not None
        orders.append((drawn.seed, sorted(drawn.order), list(drawn.order)))

    assert orders[0][:2] == orders[1][:2]
    assert orders[0][2] != orders[1][2]


def test_whom_the_parties_of_the_case_exclude_is_not_in_the_order(panels: PanelDesk) -> None:
    excluded = [
        an_expert(20, employer=BUYER.uscc),
        an_expert(21, shares=[BUYER.uscc]),
        an_expert(22, employer=SUPPLIER.uscc),
        Expert(expert_id="u-applicant", name="申报人", employer_uscc=SUPPLIER.uscc),
        Expert(expert_id="u-acceptance-officer", name="岗位人员", employer_uscc=an_expert(1).employer_uscc),
    ]
    panels.register(excluded)

    case_id = panels.drawn()

    drawn = panels.panel(case_id).drawn
    assert drawn is not None
    assert not {one.expert_id for one in excluded} & set(drawn.order)
    assert len(drawn.order) == 6


def test_an_experts_name_is_readable_only_with_the_persons_key(panels: PanelDesk, tmp_path: Path) -> None:
    panels.drawn()
    panels.desk.ledger.close()

    rows = b"".join(file.read_bytes() for file in tmp_path.glob("ledger.sqlite*"))

    assert "某专家".encode() not in rows
    reopened = Ledger(tmp_path / "ledger.sqlite", SubjectKeys(tmp_path / "subject-keys.sqlite"))
    (first, *_) = reopened.stream(streams.experts(PROGRAMME))
    assert first.envelope.event.expert_registered.expert.name == "某专家"
    reopened.close()


def test_two_experts_who_act_at_once_are_both_heard(panels: PanelDesk) -> None:
    case_id = panels.drawn()
    members, together = panels.members(case_id), Barrier(3)
    refused: list[Refused] = []

    def declare(expert_id: str) -> None:
        command = panels.desk.command(
            expert(expert_id), f"declare-{expert_id}", declare_interest=DeclareInterest(case_id=case_id)
        )
        together.wait()
        try:
            panels.desk.door.handle(command, declared(expert(expert_id)))
        except Refused as error:
            refused.append(error)

    threads = [Thread(target=declare, args=(expert_id,)) for expert_id in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert refused == []
    assert all(member.is_declared for member in panels.panel(case_id).members.values())


# What the conclusion does


def test_a_recommended_case_goes_on_in_the_commit_that_concludes_the_panel(panels: PanelDesk) -> None:
    case_id = panels.scored(60, 61, 62)
    *rest, last = panels.members(case_id)
    for expert_id in rest:
        panels.sign(case_id, expert_id)

    receipt = panels.sign(case_id, last, dissent="保留意见")

    stream = streams.case(case_id)
    decided = [event for event in panels.desk.events(stream) if isinstance(event, Decided)][-1]
    assert (decided.decided_by, decided.verdict) == (f"panel:{PANEL}", VERDICT_PASS)
    assert receipt.next_stage == "review"
    stage = panels.desk.case(case_id).stage
    assert stage is not None
    assert stage.key == "review"
    positions = [panels.desk.ledger.position_of(name, panels.desk.ledger.version(name)) for name in (STREAM, stream)]
    assert all(receipt.position < position <= receipt.position + 4 for position in positions)


def test_a_case_that_is_not_recommended_ends_and_gives_back_what_it_held(panels: PanelDesk) -> None:
    case_id = panels.scored(30, 31, 32)

    panels.ring(case_id)

    closed = panels.desk.closed_case(case_id)
    assert (closed.outcome, closed.code) == (CASE_OUTCOME_REFUSED, "BJ_E_DIRECTION")
    assert panels.desk.case(case_id).decisions[-1].verdict == VERDICT_REFUSE
    assert panels.desk.year(2024).queue == {}


def test_silence_at_every_step_still_ends_the_panel(panels: PanelDesk) -> None:
    case_id = panels.convened()

    rings = 0
    while panels.panel(case_id).due_at is not None:
        panels.ring(case_id)
        rings += 1

    assert rings <= 1 + 6
    assert panels.panel(case_id).failed is not None
    drawn = next(event for event in panels.desk.events(STREAM) if isinstance(event, PanelDrawn))
    assert drawn.seed == ""


def test_a_repeated_step_changes_nothing(panels: PanelDesk) -> None:
    case_id = panels.drawn()
    first = panels.members(case_id)[0]
    command = panels.desk.command(expert(first), "declare-once", declare_interest=DeclareInterest(case_id=case_id))
    panels.desk.door.handle(command, declared(expert(first)))
    before = panels.desk.versions()

    again = panels.desk.door.handle(command, declared(expert(first)))

    assert again.is_repeat
    assert panels.desk.versions() == before


# What is refused

Asked = tuple[Actor, dict[str, Any]]
Situation = Callable[[PanelDesk], Asked]
ATTEMPTS: list[Any] = []


def refused_with(code: str, clause: str = "BJ-4.2") -> Callable[[Situation], Situation]:
    """Register a situation and what somebody asks in it; the door must refuse with this code and clause."""

    def register(situation: Situation) -> Situation:
        ATTEMPTS.append(pytest.param(situation, code, clause, id=situation.__name__))
        return situation

    return register


@refused_with("EXPERT_UNKNOWN", "")
def retiring_who_is_not_in_the_pool(_: PanelDesk) -> Asked:
    retired = RetireExpert(programme_id=PROGRAMME, expert_id="expert-1", reason="退休")
    return SECRETARY_ACTOR, {"retire_expert": retired}


@refused_with("ROLE_MISMATCH", "")
def registering_without_being_the_secretary(_: PanelDesk) -> Asked:
    return REVIEW, {"register_expert": RegisterExpert(programme_id=PROGRAMME, expert=an_expert(1))}


@refused_with("ROLE_MISMATCH")
def declaring_without_being_an_expert(panels: PanelDesk) -> Asked:
    return REVIEW, {"declare_interest": DeclareInterest(case_id=panels.drawn())}


@refused_with("STAGE_NOT_PANEL", "")
def convening_before_the_case_is_there(panels: PanelDesk) -> Asked:
    case_id = panels.desk.submit(an_application())
    return SECRETARY_ACTOR, {"convene_panel": ConvenePanel(case_id=case_id, seed_sha256=sha256_of(SEED))}


@refused_with("STAGE_NOT_DECIDED", "")
def deciding_in_the_place_of_the_panel(panels: PanelDesk) -> Asked:
    return expert("expert-1"), {
        "decide": Decide(case_id=panels.drawn(), stage="experts", verdict=VERDICT_PASS),
    }


@refused_with("POOL_TOO_SMALL")
def convening_out_of_too_small_a_pool(panels: PanelDesk) -> Asked:
    case_id = panels.accepted(experts=2)
    return SECRETARY_ACTOR, {"convene_panel": ConvenePanel(case_id=case_id, seed_sha256=sha256_of(SEED))}


@refused_with("PANEL_CONVENED")
def convening_again_after_a_draw(panels: PanelDesk) -> Asked:
    return SECRETARY_ACTOR, {"convene_panel": ConvenePanel(case_id=panels.drawn(), seed_sha256=sha256_of("77" * 32))}


@refused_with("PANEL_NOT_CONVENED", "")
def drawing_without_a_commitment(panels: PanelDesk) -> Asked:
    return SECRETARY_ACTOR, {"draw_panel": DrawPanel(case_id=panels.accepted(), seed=SEED)}


@refused_with("SEED_MISMATCH")
def drawing_by_another_seed(panels: PanelDesk) -> Asked:
    return SECRETARY_ACTOR, {"draw_panel": DrawPanel(case_id=panels.convened(), seed="77" * 32)}


@refused_with("PANEL_DRAWN")
def drawing_twice(panels: PanelDesk) -> Asked:
    return SECRETARY_ACTOR, {"draw_panel": DrawPanel(case_id=panels.drawn(), seed=SEED)}


@refused_with("PANEL_NOT_DRAWN")
def declaring_before_the_draw(panels: PanelDesk) -> Asked:
    return expert("expert-1"), {"declare_interest": DeclareInterest(case_id=panels.convened())}


@refused_with("NOT_ON_PANEL")
def declaring_without_a_seat(panels: PanelDesk) -> Asked:
    return expert("expert-99"), {"declare_interest": DeclareInterest(case_id=panels.drawn())}


@refused_with("CONFLICT_UNNAMED")
def declaring_a_conflict_without_saying_which(panels: PanelDesk) -> Asked:
    case_id = panels.drawn()
    return expert(panels.members(case_id)[0]), {"declare_interest": DeclareInterest(case_id=case_id, has_conflict=True)}


@refused_with("DECLARATION_GIVEN")
def declaring_twice(panels: PanelDesk) -> Asked:
    case_id = panels.drawn()
    first = panels.members(case_id)[0]
    panels.declare(case_id, first)
    return expert(first), {"declare_interest": DeclareInterest(case_id=case_id)}


@refused_with("NOT_DECLARED")
def sealing_before_declaring(panels: PanelDesk) -> Asked:
    case_id = panels.drawn()
    sealed = SealSheet(case_id=case_id, scoring=1, sheet_sha256=sha256_of("sheet"))
    return expert(panels.members(case_id)[0]), {"seal_sheet": sealed}


@refused_with("SCORING_OTHER")
def sealing_for_another_scoring(panels: PanelDesk) -> Asked:
    case_id = panels.drawn()
    first = panels.members(case_id)[0]
    panels.declare(case_id, first)
    return expert(first), {"seal_sheet": SealSheet(case_id=case_id, scoring=2, sheet_sha256=sha256_of("sheet"))}


@refused_with("REASON_MISSING")
def sealing_another_version_without_a_reason(panels: PanelDesk) -> Asked:
    case_id = panels.drawn()
    first = panels.members(case_id)[0]
    panels.declare(case_id, first)
    panels.seal(case_id, first, a_sheet(60))
    return expert(first), {"seal_sheet": SealSheet(case_id=case_id, scoring=1, sheet_sha256=sha256_of("sheet"))}


@refused_with("SHEETS_COMPLETE")
def sealing_when_all_are_in(panels: PanelDesk) -> Asked:
    case_id = panels.scored(60, 61, 62)
    sealed = SealSheet(case_id=case_id, scoring=1, sheet_sha256=sha256_of("sheet"), reason="改")
    return expert(panels.members(case_id)[0]), {"seal_sheet": sealed}


@refused_with("SHEETS_NOT_COMPLETE")
def opening_while_one_is_missing(panels: PanelDesk) -> Asked:
    case_id = panels.drawn()
    first = panels.members(case_id)[0]
    panels.declare(case_id, first)
    panels.seal(case_id, first, a_sheet(60))
    return expert(first), {"open_sheet": OpenSheet(case_id=case_id, scoring=1, sheet=a_sheet(60), salt=SALT)}


def all_sealed(panels: PanelDesk) -> tuple[str, str]:
    """A case whose sheets, of 60 points each, are in; and its first member."""
    case_id = panels.drawn()
    for expert_id in panels.members(case_id):
        panels.declare(case_id, expert_id)
    for expert_id in panels.members(case_id):
        panels.seal(case_id, expert_id, a_sheet(60))
    return case_id, panels.members(case_id)[0]


@refused_with("SHEET_MISMATCH")
def opening_another_sheet(panels: PanelDesk) -> Asked:
    case_id, first = all_sealed(panels)
    return expert(first), {"open_sheet": OpenSheet(case_id=case_id, scoring=1, sheet=a_sheet(61), salt=SALT)}


@refused_with("SHEET_OPENED")
def opening_twice(panels: PanelDesk) -> Asked:
    case_id, first = all_sealed(panels)
    panels.open(case_id, first, a_sheet(60))
    return expert(first), {"open_sheet": OpenSheet(case_id=case_id, scoring=1, sheet=a_sheet(60), salt=SALT)}


@refused_with("SHEET_INVALID", "")
def opening_a_sheet_without_a_criterion(panels: PanelDesk) -> Asked:
    case_id = panels.drawn()
    short = a_sheet(40)
    short.scores.pop()
    for expert_id in panels.members(case_id):
        panels.declare(case_id, expert_id)
        panels.seal(case_id, expert_id, short)
    opened = OpenSheet(case_id=case_id, scoring=1, sheet=short, salt=SALT)
    return expert(panels.members(case_id)[0]), {"open_sheet": opened}


@refused_with("NO_CONCLUSION")
def signing_before_there_is_anything_to_sign(panels: PanelDesk) -> Asked:
    case_id, first = all_sealed(panels)
    return expert(first), {"sign_conclusion": SignConclusion(case_id=case_id, conclusion_sha256=sha256_of("x"))}


@refused_with("CONCLUSION_OTHER")
def signing_something_else(panels: PanelDesk) -> Asked:
    case_id = panels.scored(60, 61, 62)
    signed = SignConclusion(case_id=case_id, conclusion_sha256=sha256_of("x"))
    return expert(panels.members(case_id)[0]), {"sign_conclusion": signed}


@refused_with("CONCLUSION_SIGNED")
def signing_twice(panels: PanelDesk) -> Asked:
    case_id = panels.scored(60, 61, 62)
    first, conclusion = panels.members(case_id)[0], panels.panel(case_id).conclusion
    assert conclusion is not None
    panels.sign(case_id, first)
    signed = SignConclusion(case_id=case_id, conclusion_sha256=conclusion.conclusion_sha256, dissent="改")
    return expert(first), {"sign_conclusion": signed}


@refused_with("NOT_DUE", "")
def lapsing_before_the_time(panels: PanelDesk) -> Asked:
    return SYSTEM, {"lapse_panel": LapsePanel(case_id=panels.convened())}


@refused_with("NO_DEADLINE", "")
def lapsing_what_waits_on_no_time(panels: PanelDesk) -> Asked:
    return SYSTEM, {"lapse_panel": LapsePanel(case_id=panels.accepted())}


@refused_with("ROLE_RESERVED", "")
def lapsing_as_an_expert(panels: PanelDesk) -> Asked:
    return expert("expert-1"), {"lapse_panel": LapsePanel(case_id=panels.convened())}


@refused_with("SUBJECT_ON_PANEL", "")
def destroying_the_key_of_an_expert_who_sits(panels: PanelDesk) -> Asked:
    seated = panels.members(panels.drawn())[0]
    return PRIVACY, {"destroy_subject_key": DestroySubjectKey(subject=seated, reason="到期", legal_basis="第四十七条")}


@pytest.mark.parametrize(("situation", "code", "clause"), ATTEMPTS)
def test_a_refused_attempt_is_kept_and_changes_nothing(
    panels: PanelDesk, situation: Situation, code: str, clause: str
) -> None:
    actor, kind = situation(panels)
    command = panels.desk.command(actor, **kind)
    before, head = panels.desk.versions(), panels.desk.ledger.head()

    with pytest.raises(Refused) as refused:
        panels.desk.door.handle(command, SYSTEM if actor is SYSTEM else declared(actor))

    assert (refused.value.code, refused.value.clause) == (code, clause)
    assert panels.desk.versions() == before
    (kept,) = panels.desk.ledger.entries(head)
    attempt = unwrap(kept.recorded.envelope.event)
    assert isinstance(attempt, CommandRefused)
    assert attempt.code == code
    for language in ("zh", "en"):
        told = refused.value.to_message(language)
        assert told.message
        assert told.way_forward
        assert "{" not in told.message + told.way_forward


@pytest.mark.parametrize(
    "command",
    [
        {"register_expert": RegisterExpert(programme_id=PROGRAMME, expert=Expert(expert_id="13800138000", name="甲"))},
        {"register_expert": RegisterExpert(programme_id=PROGRAMME, expert=an_expert(1, employer="无"))},
        {"register_expert": RegisterExpert(programme_id=PROGRAMME, expert=an_expert(1, shares=["无"]))},
        {"convene_panel": ConvenePanel(case_id="bj-claim-2024-000001", seed_sha256="种子")},
        {"draw_panel": DrawPanel(case_id="bj-claim-2024-000001", seed="种子")},
        {"open_sheet": OpenSheet(case_id="bj-claim-2024-000001", scoring=1, sheet=a_sheet(60), salt="盐")},
        {"seal_sheet": SealSheet(case_id="bj-claim-2024-000001", sheet_sha256=sha256_of("x"))},
    ],
)
def test_what_is_malformed_leaves_no_trace(panels: PanelDesk, command: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        panels.desk.send(SECRETARY_ACTOR, **command)

    assert refused.value.code == "MALFORMED"
    assert panels.desk.ledger.head() == 0


# When the case leaves the stage


def test_a_panel_whose_case_stays_where_it_is_goes_on(panels: PanelDesk) -> None:
    desk, case_id = panels.desk, panels.drawn()
    work = Work(desk.door.kept, desk.door.rulebook, SYSTEM, desk.now, deployment.current(desk.ledger))

    panel_streams.dissolve(work, desk.case(case_id))

    assert work.events == []


def test_a_withdrawn_case_dissolves_its_panel_in_the_same_commit(panels: PanelDesk) -> None:
    case_id = panels.drawn()

    panels.desk.send(applicant(), withdraw_case=WithdrawCase(case_id=case_id, reason="不再需要"))

    panel = panels.panel_of(PANEL)
    assert panel.dissolved is not None
    assert panel.dissolved.reason == "申请人撤回：不再需要"
    assert panel.due_at is None
