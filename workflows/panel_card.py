"""What operators read of a panel in the Temporal Web UI."""

from datetime import datetime
from typing import Any

from temporalio.common import SearchAttributeUpdate

from domain.panel import Panel
from domain.panel_wording import standing, step, waits_on
from domain.wording import last_day
from duifu.v1.panel_pb2 import PanelConvened
from duifu.v1.work_pb2 import BusinessClock
from workflows.display import DUE_AT, OUTCOME, STAGE, WAITS_ON, mark, updated


def summary(applicant_name: str) -> str:
    """The line that introduces a panel."""
    return f"{applicant_name} 专家评审"


def introduction(convened: PanelConvened) -> str:
    """What a panel is about, Markdown; it does not change."""
    return f"- 案件：{convened.case_id}\n- 依据：{convened.clause}"


def panel_attributes(panel: Panel) -> list[SearchAttributeUpdate[Any]]:
    """Where a panel stands, for the list of workflows. Dates are business time."""
    return [
        STAGE.value_set(step(panel)),
        WAITS_ON.value_set(waits_on(panel)),
        OUTCOME.value_set(standing(panel) if panel.is_over else "办理中"),
        DUE_AT.value_set(panel.due_at) if panel.due_at else DUE_AT.value_unset(),
    ]


def panel_card(panel_id: str, panel: Panel, obstacle: str, now: datetime, clock: BusinessClock) -> str:
    """The status card, Markdown: on whom the panel waits, until when, and who sits on it. It shows no points."""
    lines = [f"## {mark(clock)}{panel_id} {panel.convened.applicant_name}".rstrip()]
    lines += [f"**{standing(panel)}**", "", *([f"- **受阻**：{obstacle}"] if obstacle else [])]
    for member in panel.members.values():
        lines += [
            f"- {member.expert_id}（第{member.place}位）：{_of_member(member.is_declared, member.sealed is not None)}"
        ]
    lines += [f"- {expert_id}：已退出" for expert_id in panel.left]
    if panel.due_at:
        lines += [f"- 时限至{last_day(panel.due_at)}（业务时间）"]
    return "\n".join([*lines, *updated(now, clock)])


def _of_member(is_declared: bool, is_sealed: bool) -> str:
    if not is_declared:
        return "待声明"
    return "评分表已密封" if is_sealed else "待评分"
