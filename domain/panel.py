"""A panel of experts from its convening to its signed conclusion, as its events tell it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from google.protobuf.message import Message

from domain.case import Case, UnknownEvent
from domain.dates import SHANGHAI
from domain.refusals import Refused
from duifu.v1.panel_pb2 import (
    RESCORE_REASON_DISPERSION,
    ConclusionDrawn,
    ConclusionSigned,
    ExpertLeft,
    ExpertSeated,
    InterestDeclared,
    PanelConcluded,
    PanelConvened,
    PanelDissolved,
    PanelDrawn,
    PanelFailed,
    PanelRule,
    ScoringReopened,
    SheetOpened,
    SheetsComplete,
    SheetSealed,
)
from duifu.v1.plan_pb2 import STAGE_KIND_PANEL


@dataclass(frozen=True, slots=True)
class Member:
    """An expert who sits on the panel."""

    expert_id: str
    place: int  # in the order of the draw
    due_at: datetime  # of the declaration, then of the sheet
    is_declared: bool = False  # that there is no conflict
    sealed: SheetSealed | None = None  # newest version, of the open scoring
    opened: SheetOpened | None = None
    signed: ConclusionSigned | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """The state of one panel. Empty before it is convened."""

    version: int = 0
    convened: PanelConvened = field(default_factory=PanelConvened)
    convened_version: int = 0  # whose leaf is the beacon
    drawn: PanelDrawn | None = None
    members: Mapping[str, Member] = field(default_factory=dict)  # in the order of the draw
    left: tuple[str, ...] = ()
    scoring: int = 1
    was_dispersed: bool = False  # all have scored again because of it
    complete: SheetsComplete | None = None  # every sheet is in
    conclusion: ConclusionDrawn | None = None
    failed: PanelFailed | None = None
    concluded: PanelConcluded | None = None
    dissolved: PanelDissolved | None = None

    @property
    def panel_id(self) -> str:
        """Also the id of its workflow; empty before it is convened."""
        return self.convened.panel_id

    @property
    def rule(self) -> PanelRule:
        """What it goes by."""
        return self.convened.rule

    @property
    def is_over(self) -> bool:
        """Concluded or dissolved. One that failed is convened anew."""
        return self.concluded is not None or self.dissolved is not None

    @property
    def is_at_work(self) -> bool:
        """Drawn, and neither failed nor over."""
        return self.drawn is not None and self.failed is None and not self.is_over

    @property
    def due_at(self) -> datetime | None:
        """The next deadline, in business time. None: it waits on no time."""
        if not self.panel_id or self.failed is not None or self.is_over:
            return None
        if self.drawn is None:
            return _instant(self.convened)
        if self.conclusion is not None:
            return _instant(self.conclusion)
        if self.complete is not None:
            return _instant(self.complete)
        return min(member.due_at for member in self.members.values() if member.sealed is None)

    def late(self, at: datetime) -> list[str]:
        """Whose sheet or declaration is overdue."""
        members = self.members.values()
        if self.complete is not None:
            return [member.expert_id for member in members if member.opened is None and _instant(self.complete) <= at]
        return [member.expert_id for member in members if member.sealed is None and member.due_at <= at]

    def member(self, expert_id: str) -> Member:
        """Raises Refused PANEL_NOT_DRAWN, NOT_ON_PANEL."""
        if not self.is_at_work:
            raise Refused("PANEL_NOT_DRAWN", self.convened.clause, panel=self.panel_id or "—")
        if expert_id not in self.members:
            raise Refused("NOT_ON_PANEL", self.convened.clause, panel=self.panel_id, expert=expert_id)
        return self.members[expert_id]

    def declared(self, expert_id: str) -> Member:
        """A member to whom the case may be shown. Raises Refused PANEL_NOT_DRAWN, NOT_ON_PANEL, NOT_DECLARED."""
        member = self.member(expert_id)
        if not member.is_declared:
            raise Refused("NOT_DECLARED", self.convened.clause, panel=self.panel_id, expert=expert_id)
        return member


def open_panel(case: Case) -> str:
    """The panel of the open stage, one for each time that such a stage was opened; empty if no panel concludes it."""
    of_panels = {row.key for row in case.plan.stages if row.kind == STAGE_KIND_PANEL}
    if case.stage is None or case.stage.key not in of_panels:
        return ""
    return f"{case.case_id}-panel-{sum(opened.key in of_panels for opened in case.stages)}"


def panel_id(case: Case) -> str:
    """The same, which there must be. Raises Refused CASE_CLOSED, STAGE_NOT_PANEL."""
    stage, named = case.any_stage(), open_panel(case)
    if not named:
        raise Refused("STAGE_NOT_PANEL", case=case.case_id, title=stage.title)
    return named


def evolve(panel: Panel, event: Message) -> Panel:
    """The state after one more event. Only assigns."""
    return replace(_after(panel, event), version=panel.version + 1)


def _after(panel: Panel, event: Message) -> Panel:
    match event:
        case PanelConvened():
            return Panel(convened=event, convened_version=panel.version + 1)
        case PanelDrawn():
            return replace(panel, drawn=event)
        case ExpertSeated():
            member = Member(event.expert_id, event.place, _instant(event))
            return replace(panel, members={**panel.members, event.expert_id: member}, complete=None)
        case InterestDeclared():
            free, due_at = not event.has_conflict, _instant(event)
            return _with(panel, event.expert_id, lambda m: replace(m, is_declared=free, due_at=due_at))
        case ExpertLeft():
            return _without(panel, event.expert_id)
        case SheetSealed():
            return _with(panel, event.expert_id, lambda m: replace(m, sealed=event))
        case SheetsComplete():
            return replace(panel, complete=event)
        case SheetOpened():
            return _with(panel, event.expert_id, lambda m: replace(m, opened=event))
        case ScoringReopened():
            return _reopened(panel, event)
        case ConclusionDrawn():
            return replace(panel, conclusion=event)
        case ConclusionSigned():
            return _with(panel, event.expert_id, lambda m: replace(m, signed=event))
    return _ended(panel, event)


def _ended(panel: Panel, event: Message) -> Panel:
    match event:
        case PanelFailed():
            return replace(panel, failed=event)
        case PanelConcluded():
            return replace(panel, concluded=event)
        case PanelDissolved():
            return replace(panel, dissolved=event)
    raise UnknownEvent(type(event).__name__)


def _with(panel: Panel, expert_id: str, change: Callable[[Member], Member]) -> Panel:
    return replace(panel, members={**panel.members, expert_id: change(panel.members[expert_id])})


def _without(panel: Panel, expert_id: str) -> Panel:
    """A conclusion that rests on somebody's sheet falls with it, and with the conclusion its signatures."""
    staying = {key: replace(m, signed=None) for key, m in panel.members.items() if key != expert_id}
    return replace(panel, members=staying, left=(*panel.left, expert_id), conclusion=None)


def _reopened(panel: Panel, event: ScoringReopened) -> Panel:
    def anew(member: Member) -> Member:
        due_at = _instant(event) if member.is_declared else member.due_at
        return replace(member, due_at=due_at, sealed=None, opened=None)

    return replace(
        panel,
        members={key: anew(member) for key, member in panel.members.items()},
        scoring=event.scoring,
        was_dispersed=panel.was_dispersed or event.reason == RESCORE_REASON_DISPERSION,
        complete=None,
    )


def _instant(
    event: PanelConvened | ExpertSeated | InterestDeclared | SheetsComplete | ScoringReopened | ConclusionDrawn,
) -> datetime:
    return event.due_at.ToDatetime(SHANGHAI)
