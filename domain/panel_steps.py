"""Who may do what on a panel, and what follows. Each function decides one command; nothing here writes.

Silence never stops a panel: a seed that is not opened leaves the draw to the beacon, who does not declare, score or
open is replaced by the next in the order of the draw, and who does not sign agrees.
"""

from datetime import datetime

from google.protobuf.message import Message

from domain.calendar import WorkingCalendar
from domain.case import Case
from domain.dates import civil_date
from domain.draw import eligible, sha256_of
from domain.experts import Pool, acted, candidates, must_be_secretary, parties
from domain.panel import Panel, panel_id
from domain.panel_course import Today, concluded, drawn_by, leave, settled
from domain.refusals import Refused
from domain.scoring import sheet_sha256, total_of
from duifu.v1.commands_pb2 import Actor
from duifu.v1.panel_pb2 import (
    LEAVE_REASON_RECUSED,
    LEAVE_REASON_SILENT,
    ConclusionSigned,
    ConvenePanel,
    DeclareInterest,
    DrawPanel,
    InterestDeclared,
    OpenSheet,
    PanelConvened,
    SealSheet,
    SheetOpened,
    SheetSealed,
    SignConclusion,
)


def convene(panel: Panel, case: Case, pool: Pool, command: ConvenePanel, actor: Actor, today: Today) -> list[Message]:
    """Fix who may be drawn and take the commitment to a seed. A panel that failed is convened anew.

    Raises Refused STAGE_NOT_PANEL, ROLE_MISMATCH, PANEL_CONVENED, POOL_TOO_SMALL.
    """
    named, stage = panel_id(case), case.any_stage()
    row = case.row(stage.key)
    must_be_secretary(actor, row.title)
    if panel.panel_id and panel.failed is None:
        raise Refused("PANEL_CONVENED", row.clause, panel=panel.panel_id)
    convened = PanelConvened(
        panel_id=named,
        case_id=case.case_id,
        stage=stage.key,
        round=stage.round,
        programme_id=case.plan.programme_id,
        applicant_name=case.applicant_name,
        rule=row.panel,
        clause=row.clause,
        seed_sha256=command.seed_sha256,
        parties=parties(case),
        acted=acted(case),
        left=sorted({*panel.convened.left, *panel.left}),
        due_at=today.end_of(row.panel.open_days),
    )
    convened.candidates.extend(candidates(pool, convened))
    able = len(eligible(convened))
    if able < row.panel.members:
        raise Refused("POOL_TOO_SMALL", row.clause, able=able, pool=len(pool.experts), needed=row.panel.members)
    return [convened]


def draw(panel: Panel, command: DrawPanel, actor: Actor, beacon_sha256: str, today: Today) -> list[Message]:
    """Open the seed and seat the first of the order.

    Raises Refused ROLE_MISMATCH, PANEL_NOT_CONVENED, PANEL_DRAWN, SEED_MISMATCH.
    """
    must_be_secretary(actor, panel.panel_id)
    if not panel.panel_id or panel.failed is not None:
        raise Refused("PANEL_NOT_CONVENED", case=command.case_id)
    if panel.drawn is not None:
        raise Refused("PANEL_DRAWN", panel.convened.clause, panel=panel.panel_id)
    if sha256_of(command.seed) != panel.convened.seed_sha256:
        raise Refused("SEED_MISMATCH", panel.convened.clause, committed=panel.convened.seed_sha256)
    return drawn_by(panel, command.seed, beacon_sha256, today)


def declare(panel: Panel, command: DeclareInterest, actor: Actor, today: Today) -> list[Message]:
    """An expert declares a conflict, and is replaced; or none, and may see the case.

    Raises Refused PANEL_NOT_DRAWN, NOT_ON_PANEL, DECLARATION_GIVEN, CONFLICT_UNNAMED.
    """
    member, clause = panel.member(actor.id), panel.convened.clause
    if bool(command.kinds) != command.has_conflict or (command.has_conflict and not command.text.strip()):
        raise Refused("CONFLICT_UNNAMED", clause)
    declared = InterestDeclared(
        expert_id=actor.id,
        has_conflict=command.has_conflict,
        kinds=command.kinds,
        text=command.text,
        due_at=today.end_of(panel.rule.score_days),
    )
    if command.has_conflict:
        return settled(panel, [declared, *leave(panel, [actor.id], LEAVE_REASON_RECUSED, today)], today)
    if member.is_declared:
        raise Refused("DECLARATION_GIVEN", clause, panel=panel.panel_id, expert=actor.id)
    return [declared]


def seal(panel: Panel, command: SealSheet, actor: Actor, today: Today) -> list[Message]:
    """Take the seal of a sheet that nobody can read yet; the last one closes the scoring.

    Raises Refused PANEL_NOT_DRAWN, NOT_ON_PANEL, NOT_DECLARED, SCORING_OTHER, SHEETS_COMPLETE, REASON_MISSING.
    """
    member = panel.declared(actor.id)
    _must_be_open_scoring(panel, command.scoring)
    if panel.complete is not None:
        raise Refused("SHEETS_COMPLETE", panel.convened.clause, panel=panel.panel_id)
    version = member.sealed.version + 1 if member.sealed else 1
    if (version > 1 or panel.scoring > 1) and not command.reason.strip():
        raise Refused("REASON_MISSING", panel.convened.clause, title=f"评分表第{version}版")
    sealed = SheetSealed(
        expert_id=actor.id,
        scoring=panel.scoring,
        version=version,
        sheet_sha256=command.sheet_sha256,
        reason=command.reason,
    )
    return settled(panel, [sealed], today)


def open_sheet(panel: Panel, command: OpenSheet, actor: Actor, today: Today) -> list[Message]:
    """Show the sheet behind a seal, once every seal is in.

    Raises Refused PANEL_NOT_DRAWN, NOT_ON_PANEL, NOT_DECLARED, SCORING_OTHER, SHEETS_NOT_COMPLETE, SHEET_OPENED,
    SHEET_MISMATCH, SHEET_INVALID.
    """
    member, clause = panel.declared(actor.id), panel.convened.clause
    _must_be_open_scoring(panel, command.scoring)
    if panel.complete is None or member.sealed is None:
        missing = "、".join(one.expert_id for one in panel.members.values() if one.sealed is None)
        raise Refused("SHEETS_NOT_COMPLETE", clause, panel=panel.panel_id, missing=missing)
    if member.opened is not None:
        raise Refused("SHEET_OPENED", clause, panel=panel.panel_id, expert=actor.id)
    found = sheet_sha256(panel.panel_id, panel.scoring, actor.id, command.sheet, command.salt)
    if found != member.sealed.sheet_sha256:
        raise Refused("SHEET_MISMATCH", clause, sealed=member.sealed.sheet_sha256, found=found)
    opened = SheetOpened(
        expert_id=actor.id,
        scoring=panel.scoring,
        sheet=command.sheet,
        salt=command.salt,
        total=total_of(panel.rule, command.sheet),
    )
    return settled(panel, [opened], today)


def sign(panel: Panel, command: SignConclusion, actor: Actor, today: Today) -> list[Message]:
    """Confirm the conclusion by its digest, with one's dissent if there is any; the last signature ends the panel.

    Raises Refused PANEL_NOT_DRAWN, NOT_ON_PANEL, NO_CONCLUSION, CONCLUSION_SIGNED, CONCLUSION_OTHER.
    """
    member, clause = panel.member(actor.id), panel.convened.clause
    if panel.conclusion is None:
        raise Refused("NO_CONCLUSION", clause, panel=panel.panel_id)
    if member.signed is not None:
        raise Refused("CONCLUSION_SIGNED", clause, panel=panel.panel_id, expert=actor.id)
    if command.conclusion_sha256 != panel.conclusion.conclusion_sha256:
        asked = command.conclusion_sha256
        raise Refused("CONCLUSION_OTHER", clause, asked=asked, known=panel.conclusion.conclusion_sha256)
    signed = ConclusionSigned(
        expert_id=actor.id, conclusion_sha256=command.conclusion_sha256, dissent=command.dissent.strip()
    )
    return settled(panel, [signed], today)


def lapse(panel: Panel, at: datetime, beacon_sha256: str, calendar: WorkingCalendar) -> list[Message]:
    """A deadline of the panel rang: say what silence means. Raises Refused NO_DEADLINE, NOT_DUE."""
    title, today = f"评审组{panel.panel_id}", Today(civil_date(at), calendar)
    if panel.due_at is None:
        raise Refused("NO_DEADLINE", case=panel.convened.case_id, title=title)
    if at < panel.due_at:
        raise Refused("NOT_DUE", case=panel.convened.case_id, title=title, due_at=panel.due_at, at=at)
    if panel.drawn is None:
        return drawn_by(panel, "", beacon_sha256, today)
    if panel.conclusion is not None:
        return [concluded(panel)]
    return settled(panel, leave(panel, panel.late(at), LEAVE_REASON_SILENT, today), today)


def _must_be_open_scoring(panel: Panel, scoring: int) -> None:
    if scoring != panel.scoring:
        raise Refused("SCORING_OTHER", panel.convened.clause, asked=scoring, scoring=panel.scoring)
