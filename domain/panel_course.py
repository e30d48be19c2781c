"""How a panel goes on by itself: what follows from an event at once, and who takes the seat of somebody who leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from domain.calendar import WorkingCalendar
from domain.draw import eligible, in_order, sha256_of
from domain.legal_clock import due_at
from domain.panel import Panel, evolve
from domain.scoring import conclusion_of, conclusion_text
from duifu.v1.panel_pb2 import (
    RESCORE_REASON_DISPERSION,
    RESCORE_REASON_REPLACEMENT,
    ConclusionDrawn,
    ExpertLeft,
    ExpertSeated,
    LeaveReason,
    PanelConcluded,
    PanelDrawn,
    PanelFailed,
    RescoreReason,
    ScoringReopened,
    SheetsComplete,
)
from duifu.v1.plan_pb2 import DAY_UNIT_WORKING_DAYS, TimeLimit


@dataclass(frozen=True, slots=True)
class Today:
    """The business date, and the calendar by which deadlines are counted from it."""

    on: date
    calendar: WorkingCalendar

    def end_of(self, working_days: int) -> Timestamp | None:
        """The end of the n-th working day from today. Raises Refused CALENDAR_NOT_ANNOUNCED."""
        return due_at(TimeLimit(days=working_days, unit=DAY_UNIT_WORKING_DAYS), self.on, self.calendar)


def settled(panel: Panel, events: Sequence[Message], today: Today) -> list[Message]:
    """These events, and whatever the rule makes of them at once."""
    told = list(events)
    while follows := _what_follows(reduce(evolve, told, panel), today):
        told.append(follows)
    return told


def _what_follows(panel: Panel, today: Today) -> Message | None:
    members = panel.members.values()
    if not panel.is_at_work:
        return None
    if len(members) < panel.rule.quorum:
        return PanelFailed(seated=len(members), quorum=panel.rule.quorum)
    if panel.conclusion is not None:
        return concluded(panel) if all(member.signed for member in members) else None
    if panel.complete is None:
        is_complete, due = all(member.sealed for member in members), today.end_of(panel.rule.open_days)
        return SheetsComplete(scoring=panel.scoring, due_at=due) if is_complete else None
    return _finding(panel, today) if all(member.opened for member in members) else None


def _finding(panel: Panel, today: Today) -> Message:
    """The conclusion of the open sheets; or, the first time that they lie too far apart, another scoring."""
    conclusion = conclusion_of(panel)
    if conclusion.is_dispersed and not panel.was_dispersed:
        return _reopened(panel, RESCORE_REASON_DISPERSION, today, conclusion.dispersion)
    digest = sha256_of(conclusion_text(conclusion))
    return ConclusionDrawn(conclusion=conclusion, conclusion_sha256=digest, due_at=today.end_of(panel.rule.sign_days))


def drawn_by(panel: Panel, seed: str, beacon_sha256: str, today: Today) -> list[Message]:
    """The order that a seed and the beacon give, and who sits first."""
    order = in_order(eligible(panel.convened), seed, beacon_sha256)
    drawn = PanelDrawn(seed=seed, beacon_sha256=beacon_sha256, order=order)
    return [drawn, *_seated(order, order[: panel.rule.members], panel, today)]


def leave(panel: Panel, expert_ids: Sequence[str], reason: LeaveReason.ValueType, today: Today) -> list[Message]:
    """They leave, and as many of the order follow. Nobody scores after having seen others: then all score again."""
    assert panel.drawn is not None
    order = list(panel.drawn.order)
    free = [expert_id for expert_id in order if expert_id not in panel.members and expert_id not in panel.left]
    newcomers = free[: len(expert_ids)]
    events: list[Message] = [ExpertLeft(expert_id=expert_id, reason=reason) for expert_id in expert_ids]
    events += _seated(order, newcomers, panel, today)
    if newcomers and any(member.opened for member in panel.members.values()):
        events.append(_reopened(panel, RESCORE_REASON_REPLACEMENT, today))
    return events


def _seated(order: Sequence[str], expert_ids: Sequence[str], panel: Panel, today: Today) -> list[Message]:
    due = today.end_of(panel.rule.declare_days)
    return [ExpertSeated(expert_id=one, place=order.index(one) + 1, due_at=due) for one in expert_ids]


def _reopened(panel: Panel, reason: RescoreReason.ValueType, today: Today, dispersion: int = 0) -> Message:
    due = today.end_of(panel.rule.score_days)
    return ScoringReopened(scoring=panel.scoring + 1, reason=reason, dispersion=dispersion, due_at=due)


def concluded(panel: Panel) -> Message:
    """The end of a panel whose conclusion is drawn; who has not signed it agrees."""
    assert panel.conclusion is not None
    return PanelConcluded(
        is_recommended=panel.conclusion.conclusion.is_recommended,
        conclusion_sha256=panel.conclusion.conclusion_sha256,
        silent=[member.expert_id for member in panel.members.values() if member.signed is None],
    )
