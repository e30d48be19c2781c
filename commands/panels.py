"""What a secretary, experts and timers do to a panel; its conclusion decides the case's stage in the same commit."""

from google.protobuf.message import Message

from commands import panel_streams, stages
from commands.work import Work
from domain import experts, panel_outcome, panel_steps
from domain import panel as panels
from domain.case import Case
from domain.panel import Panel
from domain.panel_course import Today
from domain.review import must_hold
from duifu.v1.panel_pb2 import (
    ConvenePanel,
    DeclareInterest,
    DrawPanel,
    LapsePanel,
    OpenSheet,
    RegisterExpert,
    RetireExpert,
    SealSheet,
    SignConclusion,
)
from ledger import streams


def register_expert(work: Work, command: RegisterExpert) -> str:
    """Put somebody into the pool, or renew what is known of them; answers with the pool's stream."""
    work.edition_sha256 = work.rulebook.in_force(command.programme_id, work.on).sha256
    panel_streams.on_pool(work, command.programme_id, experts.register(command, work.actor))
    return streams.experts(command.programme_id)


def retire_expert(work: Work, command: RetireExpert) -> str:
    """Take somebody out of the pool; answers with the pool's stream."""
    pool = panel_streams.pool(work, command.programme_id)
    panel_streams.on_pool(work, command.programme_id, experts.retire(pool, command, work.actor))
    return streams.experts(command.programme_id)


def convene(work: Work, command: ConvenePanel) -> str:
    """Fix who may be drawn, and take the commitment to a seed."""
    case, panel = _open(work, command.case_id)
    pool = panel_streams.pool(work, case.plan.programme_id)
    return _record(work, case, panel_steps.convene(panel, case, pool, command, work.actor, _today(work)))


def draw(work: Work, command: DrawPanel) -> str:
    """Open the seed; seed and beacon give the order."""
    case, panel = _open(work, command.case_id)
    return _record(work, case, panel_steps.draw(panel, command, work.actor, _beacon(work, panel), _today(work)))


def declare(work: Work, command: DeclareInterest) -> str:
    """An expert's declaration, before anything of the case is shown."""
    case, panel = _open_to_expert(work, command.case_id)
    return _record(work, case, panel_steps.declare(panel, command, work.actor, _today(work)))


def seal_sheet(work: Work, command: SealSheet) -> str:
    """The seal of a score sheet."""
    case, panel = _open_to_expert(work, command.case_id)
    return _record(work, case, panel_steps.seal(panel, command, work.actor, _today(work)))


def open_sheet(work: Work, command: OpenSheet) -> str:
    """The sheet behind a seal."""
    case, panel = _open_to_expert(work, command.case_id)
    return _record(work, case, panel_steps.open_sheet(panel, command, work.actor, _today(work)))


def sign(work: Work, command: SignConclusion) -> str:
    """An expert's signature."""
    case, panel = _open_to_expert(work, command.case_id)
    return _record(work, case, panel_steps.sign(panel, command, work.actor, _today(work)))


def lapse(work: Work, command: LapsePanel) -> str:
    """A deadline of the panel passed in silence."""
    case, panel = _open(work, command.case_id)
    events = panel_steps.lapse(panel, work.at, _beacon(work, panel), work.rulebook.calendar)
    return _record(work, case, events)


def _open(work: Work, case_id: str) -> tuple[Case, Panel]:
    case = work.case(case_id)
    return case, panel_streams.panel(work, panels.panel_id(case))


def _open_to_expert(work: Work, case_id: str) -> tuple[Case, Panel]:
    case, panel = _open(work, case_id)
    must_hold(work.actor, case.row(case.any_stage().key))
    return case, panel


def _record(work: Work, case: Case, events: list[Message]) -> str:
    """Write what the panel did; once it has concluded, its case goes on."""
    panel_id = panels.panel_id(case)
    panel_streams.on_panel(work, panel_id, events)
    panel = panel_streams.panel(work, panel_id)
    if panel.concluded is not None:
        work.on_case(case.case_id, panel_outcome.carried_to(case, panel, work.on, work.rulebook.calendar))
        stages.after_stage(work, case)
    return case.case_id


def _today(work: Work) -> Today:
    return Today(work.on, work.rulebook.calendar)


def _beacon(work: Work, panel: Panel) -> str:
    """The leaf of the event that convened the panel; empty before it."""
    if not panel.panel_id:
        return ""
    return work.leaf_of(streams.panel(panel.panel_id), panel.convened_version)
