"""How a panel stands, and what it did, in Chinese official terms."""

from collections.abc import Iterable

from domain.panel import Member, Panel
from domain.wording import last_day
from duifu.v1.panel_pb2 import (
    EXCLUSION_KIND_ACTED,
    EXCLUSION_KIND_CUSTOMER,
    EXCLUSION_KIND_EMPLOYEE,
    EXCLUSION_KIND_LEFT,
    EXCLUSION_KIND_OTHER_FIELD,
    EXCLUSION_KIND_SAME_INSTITUTION,
    EXCLUSION_KIND_SHAREHOLDER,
    PanelExclusion,
)

EXCLUSIONS = {
    EXCLUSION_KIND_EMPLOYEE: "申报单位人员",
    EXCLUSION_KIND_SHAREHOLDER: "持有股份",
    EXCLUSION_KIND_CUSTOMER: "客户单位人员",
    EXCLUSION_KIND_SAME_INSTITUTION: "供应方或审计机构人员",
    EXCLUSION_KIND_ACTED: "经办过本案",
    EXCLUSION_KIND_LEFT: "曾退出本评审组",
    EXCLUSION_KIND_OTHER_FIELD: "专业领域不符",
}


def exclusion(found: PanelExclusion) -> str:
    """Why somebody could not be drawn."""
    return f"{EXCLUSIONS.get(found.kind, '回避')}{f'（{found.party_uscc}）' if found.party_uscc else ''}"


def step(panel: Panel) -> str:
    """The step that a panel is on."""
    if not panel.panel_id or panel.failed is not None:
        return "待召集"
    if panel.dissolved is not None:
        return "已解散"
    if panel.concluded is not None:
        return "已形成意见"
    if panel.drawn is None:
        return "待抽取"
    if panel.conclusion is not None:
        return "待签署"
    return "开启评分表" if panel.complete is not None else "声明与评分"


def waits_on(panel: Panel) -> str:
    """The accounts on which it waits, or who else."""
    if panel.is_over:
        return ""
    if not panel.is_at_work:
        return "评审秘书"
    members = panel.members.values()
    if panel.conclusion is not None:
        return _listed(member for member in members if member.signed is None)
    if panel.complete is not None:
        return _listed(member for member in members if member.opened is None)
    return _listed(member for member in members if member.sealed is None)


def standing(panel: Panel) -> str:
    """Where a panel stands, on whom it waits and until when; or what it concluded."""
    if panel.dissolved is not None:
        return f"评审组已解散：{panel.dissolved.reason}"
    if panel.concluded is not None and panel.conclusion is not None:
        found = panel.conclusion.conclusion
        return f"专家评审{'推荐' if found.is_recommended else '不推荐'}：平均{found.mean}分，分差{found.dispersion}分"
    if panel.failed is not None:
        return f"在席{panel.failed.seated}人，不足{panel.failed.quorum}人，待重新召集"
    due = f"，时限至{last_day(panel.due_at)}" if panel.due_at else ""
    return f"{step(panel)}：由{waits_on(panel)}办理{due}"


def _listed(members: Iterable[Member]) -> str:
    return "、".join(member.expert_id for member in members)
