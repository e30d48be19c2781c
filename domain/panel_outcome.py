"""What the conclusion of a panel does to its case: it passes the stage, or ends the case."""

from datetime import date

from google.protobuf.message import Message

from domain.calendar import WorkingCalendar
from domain.case import Case
from domain.panel import Panel
from domain.panel_wording import standing
from domain.review import pass_to_next
from duifu.v1.commands_pb2 import VERDICT_PASS, VERDICT_REFUSE
from duifu.v1.events_pb2 import CASE_OUTCOME_REFUSED, CaseClosed, Decided


def carried_to(case: Case, panel: Panel, on: date, calendar: WorkingCalendar) -> list[Message]:
    """The decision of the case's open stage, taken by the panel that has concluded."""
    assert panel.concluded is not None
    row, reason = case.row(panel.convened.stage), standing(panel)
    decided = Decided(
        stage=row.key,
        round=panel.convened.round,
        verdict=VERDICT_PASS if panel.concluded.is_recommended else VERDICT_REFUSE,
        reason=reason,
        decided_by=f"panel:{panel.panel_id}",
        panel_members=sorted(panel.members),
    )
    if panel.concluded.is_recommended:
        return [decided, *pass_to_next(case, row, on, calendar)]
    decided.code, decided.clause = panel.rule.code, row.clause
    closed = CaseClosed(
        outcome=CASE_OUTCOME_REFUSED,
        summary=f"不予通过：{reason}（{panel.rule.code}，{row.clause}）",
        code=panel.rule.code,
        clause=row.clause,
    )
    return [decided, closed]
