"""A panel made again: who could be drawn, who was drawn and seated, and what their sheets come to. (回避)"""

from audit.compared import Comparison, Decision
from audit.remaking import Remaking
from domain import panel_course, panel_steps
from domain.draw import sha256_of
from domain.kinds import CASE, EXPERTS, PANEL
from domain.panel import Panel
from domain.panel_course import Today
from domain.scoring import conclusion_of, conclusion_text
from duifu.v1.panel_pb2 import (
    ConclusionDrawn,
    ConvenePanel,
    DrawPanel,
    ExpertSeated,
    PanelConcluded,
    PanelConvened,
    PanelDrawn,
)
from ledger import streams


def convened(remaking: Remaking, event: PanelConvened) -> None:
    """The whole pool stands there, each with every reason against them."""
    case = remaking.state(streams.case(event.case_id), CASE)
    if (check := remaking.compare_case(Decision.PANEL, case)) is None:
        return
    pool = remaking.state(streams.experts(case.plan.programme_id), EXPERTS)
    asked = ConvenePanel(case_id=event.case_id, seed_sha256=event.seed_sha256)
    actor = remaking.entry.envelope.actor
    (derived,) = panel_steps.convene(_own(remaking), case, pool, asked, actor, _today(remaking))
    check.same_message("", event, derived, event.clause)


def drawn(remaking: Remaking, event: PanelDrawn) -> None:
    """The order follows from the seed, to which somebody was committed, and from a leaf that nobody could choose."""
    panel = _own(remaking)
    if (check := _compare(remaking, panel)) is None:
        return
    entry, beacon = remaking.entry, remaking.leaf_of(remaking.entry.stream, panel.convened_version)
    if event.seed:
        asked = DrawPanel(case_id=panel.convened.case_id, seed=event.seed)
        derived, *_ = panel_steps.draw(panel, asked, entry.envelope.actor, beacon, _today(remaking))
    else:
        derived, *_ = panel_steps.lapse(panel, entry.business_at, beacon, remaking.applied.calendar)
    check.same_message("", event, derived, panel.convened.clause)


def seated(remaking: Remaking, event: ExpertSeated) -> None:
    """The next in the order of the draw takes the seat."""
    panel = _own(remaking)
    if (check := _compare(remaking, panel, is_part=True)) is None:
        return
    assert panel.drawn is not None
    order = list(panel.drawn.order)
    expert_id = next(one for one in order if one not in panel.members and one not in panel.left)
    due_at = _today(remaking).end_of(panel.rule.declare_days)
    derived = ExpertSeated(expert_id=expert_id, place=order.index(expert_id) + 1, due_at=due_at)
    check.same_message("", event, derived, panel.convened.clause)


def conclusion_drawn(remaking: Remaking, event: ConclusionDrawn) -> None:
    """What the open sheets come to by the rule."""
    panel = _own(remaking)
    if (check := _compare(remaking, panel)) is not None:
        conclusion = conclusion_of(panel)
        digest = sha256_of(conclusion_text(conclusion))
        check.same_message("conclusion", event.conclusion, conclusion, panel.convened.clause)
        check.same("conclusion_sha256", event.conclusion_sha256, digest, panel.convened.clause)


def concluded(remaking: Remaking, event: PanelConcluded) -> None:
    """Every seat was taken for which there was somebody, and the conclusion is the one that was drawn."""
    panel = _own(remaking)
    if (check := _compare(remaking, panel)) is None:
        return
    assert panel.drawn is not None
    able = len(panel.drawn.order) - len(panel.left)
    check.same("members", len(panel.members), min(panel.rule.members, able), panel.convened.clause)
    check.same_message("", event, panel_course.concluded(panel), panel.convened.clause)


def _own(remaking: Remaking) -> Panel:
    """The panel whose event this is."""
    return remaking.state(remaking.entry.stream, PANEL)


def _compare(remaking: Remaking, panel: Panel, *, is_part: bool = False) -> Comparison | None:
    case = remaking.state(streams.case(panel.convened.case_id), CASE)
    return remaking.compare_case(Decision.PANEL, case, is_part=is_part)


def _today(remaking: Remaking) -> Today:
    return Today(remaking.on, remaking.applied.calendar)
