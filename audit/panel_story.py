"""The events of a pool of experts and of its panels in one sentence each, for people who check how it was judged."""

from google.protobuf.message import Message

from domain.dates import SHANGHAI
from domain.panel_wording import exclusion
from domain.wording import deadline
from duifu.v1 import panel_pb2 as events
from duifu.v1.panel_pb2 import LEAVE_REASON_SILENT, RESCORE_REASON_DISPERSION


def of_panel(event: Message) -> str | None:
    """What happened; None for an event of something else."""
    match event:
        case events.ExpertRegistered():
            return f"专家{event.expert.expert_id}入库（单位{event.expert.employer_uscc}）"
        case events.ExpertRetired():
            return f"专家{event.expert_id}出库：{event.reason}"
        case events.PanelConvened():
            return _convened(event)
        case events.PanelDrawn():
            seed = f"种子{event.seed}" if event.seed else "种子逾期未揭示"
            return f"抽取：{seed}，信标{event.beacon_sha256}，顺序{'、'.join(event.order)}"
        case events.ExpertSeated():
            return f"专家{event.expert_id}入席（抽取第{event.place}位），声明{_due(event)}"
        case events.InterestDeclared():
            found = f"声明有利害关系：{event.text}" if event.has_conflict else f"声明无利害关系，评分{_due(event)}"
            return f"专家{event.expert_id}{found}"
        case events.ExpertLeft():
            return f"专家{event.expert_id}{'逾期，退出' if event.reason == LEAVE_REASON_SILENT else '回避，退出'}评审组"
    return _of_scoring(event)


def _of_scoring(event: Message) -> str | None:
    match event:
        case events.SheetSealed():
            return f"专家{event.expert_id}密封第{event.scoring}次评分表第{event.version}版 {event.reason}".rstrip()
        case events.SheetsComplete():
            return f"第{event.scoring}次评分表全部密封，开启{_due(event)}"
        case events.SheetOpened():
            return f"专家{event.expert_id}开启第{event.scoring}次评分表：{event.total}分"
        case events.ScoringReopened():
            dispersed = event.reason == RESCORE_REASON_DISPERSION
            why = f"分差{event.dispersion}分超限" if dispersed else "评分表开启后更换专家"
            return f"{why}，全体第{event.scoring}次评分，{_due(event)}"
        case events.ConclusionDrawn():
            found = event.conclusion
            return (
                f"形成评审意见：{'推荐' if found.is_recommended else '不推荐'}，平均{found.mean}分，签署{_due(event)}"
            )
        case events.ConclusionSigned():
            return f"专家{event.expert_id}签署评审意见{f'，不同意见：{event.dissent}' if event.dissent else ''}"
        case events.PanelConcluded():
            silent = f"，{'、'.join(event.silent)}逾期未签署，视为同意" if event.silent else ""
            return f"评审结束：{_found(event.is_recommended)}{silent}"
        case events.PanelFailed():
            return f"在席{event.seated}人，不足{event.quorum}人，须重新召集"
        case events.PanelDissolved():
            return f"评审组解散：{event.reason}"
    return None


def _convened(event: events.PanelConvened) -> str:
    excluded = [
        f"{candidate.expert.expert_id}（{'、'.join(map(exclusion, candidate.exclusions))}）"
        for candidate in event.candidates
        if candidate.exclusions
    ]
    kept_out = f"，回避{'、'.join(excluded)}" if excluded else ""
    able = len(event.candidates) - len(excluded)
    return f"召集评审组：可抽取{able}人{kept_out}，种子的承诺{event.seed_sha256}，揭示{_due(event)}（{event.clause}）"


def _found(is_recommended: bool) -> str:
    return "推荐" if is_recommended else "不推荐"


def _due(
    event: events.PanelConvened
    | events.ExpertSeated
    | events.InterestDeclared
    | events.SheetsComplete
    | events.ScoringReopened
    | events.ConclusionDrawn,
) -> str:
    return deadline(event.due_at.ToDatetime(SHANGHAI))
