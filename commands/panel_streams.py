"""The streams of a pool and of a panel, for commands about them and for whatever takes a case away from its panel."""

from collections.abc import Iterable

from google.protobuf.message import Message

from commands.work import Work
from domain import panel as panels
from domain.case import Case
from domain.experts import Pool
from domain.kinds import EXPERTS, PANEL
from domain.panel import Panel
from duifu.v1.panel_pb2 import PanelConcluded, PanelDissolved
from ledger import streams


def pool(work: Work, programme_id: str) -> Pool:
    """Who may be drawn in a programme."""
    return work.read(streams.experts(programme_id), EXPERTS)


def on_pool(work: Work, programme_id: str, events: Iterable[Message]) -> None:
    """Add events to a pool."""
    work.record(streams.experts(programme_id), EXPERTS, events)


def panel(work: Work, panel_id: str) -> Panel:
    """A panel; empty if it was not convened."""
    return work.read(streams.panel(panel_id), PANEL)


def on_panel(work: Work, panel_id: str, events: Iterable[Message]) -> None:
    """Add events to a panel."""
    work.record(streams.panel(panel_id), PANEL, events)


def seating(work: Work, account: str) -> list[str]:
    """The panels at work on which this person sits."""
    under_way = work.streams_under_way(streams.PANELS, PanelConcluded, PanelDissolved)
    seen = (work.read(name, PANEL) for name in under_way)
    return [panel.panel_id for panel in seen if panel.is_at_work and account in panel.members]


def dissolve(work: Work, before: Case) -> None:
    """The case has left the stage it was in `before`, or has ended: a panel that was to conclude it is over."""
    case, panel_id = work.case(before.case_id), panels.open_panel(before)
    if not panel_id or panels.open_panel(case) == panel_id or panel(work, panel_id).is_over:
        return
    assert before.stage is not None
    reason = case.closed.summary if case.closed else f"案件已离开“{before.stage.title}”"
    on_panel(work, panel_id, [PanelDissolved(case_id=case.case_id, reason=reason)])
