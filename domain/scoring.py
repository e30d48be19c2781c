"""Score sheets, what seals them, and the conclusion that the panel's rule draws from them. Amounts are whole points."""

import re
from collections.abc import Mapping
from fractions import Fraction

from domain.draw import sha256_of
from domain.panel import Panel
from domain.refusals import Refused
from duifu.v1.panel_pb2 import MemberScore, PanelConclusion, PanelRule, ScoreSheet

RATE = re.compile(r"[0-9]{1,9}(/[1-9][0-9]{0,8})?")


def sheet_sha256(panel_id: str, scoring: int, expert_id: str, sheet: ScoreSheet, salt: str) -> str:
    """What seals a sheet: SHA-256 of its lines.

    The first names panel, scoring and expert, so that nobody can hand in somebody else's seal, and holds the salt, so
    that nobody can find the points by trying. One line a criterion follows, "need=25", then the proposed rate, the
    remark.
    """
    scores = [f"{score.criterion}={score.points}" for score in sheet.scores]
    return sha256_of(
        "\n".join([f"{panel_id}/{scoring}/{expert_id}/{salt}", *scores, sheet.proposed_rate, sheet.remark])
    )


def total_of(rule: PanelRule, sheet: ScoreSheet) -> int:
    """The points of a sheet, which has every criterion of the rule once and in order. Raises Refused SHEET_INVALID."""
    asked = [criterion.key for criterion in rule.criteria]
    if [score.criterion for score in sheet.scores] != asked:
        raise Refused(
            "SHEET_INVALID", problem=f"{'、'.join(score.criterion for score in sheet.scores)} ≠ {'、'.join(asked)}"
        )
    for criterion, score in zip(rule.criteria, sheet.scores, strict=True):
        if not 0 <= score.points <= criterion.points:
            raise Refused("SHEET_INVALID", problem=f"{criterion.key}={score.points}（0–{criterion.points}）")
    if sheet.proposed_rate and not RATE.fullmatch(sheet.proposed_rate):
        raise Refused("SHEET_INVALID", problem=f"proposedRate {sheet.proposed_rate}（40/100）")
    return sum(score.points for score in sheet.scores)


def trimmed(totals: Mapping[str, int], each_side: int) -> frozenset[str]:
    """Who does not count: so many of the lowest and of the highest. Among equals, who comes first in `totals`."""
    ranked = sorted(totals, key=lambda expert_id: totals[expert_id])
    return frozenset(ranked[:each_side] + ranked[len(ranked) - each_side :])


def mean(totals: Mapping[str, int], each_side: int) -> Fraction:
    """The exact mean of those that count. There must be more than two times `each_side`."""
    dropped = trimmed(totals, each_side)
    counted = [total for expert_id, total in totals.items() if expert_id not in dropped]
    return Fraction(sum(counted), len(counted))


def dispersion(totals: Mapping[str, int]) -> int:
    """How far the highest total is from the lowest, trimmed or not."""
    return max(totals.values()) - min(totals.values())


def conclusion_of(panel: Panel) -> PanelConclusion:
    """What the rule makes of the sheets, all of which are open."""
    rule = panel.rule
    sheets = {member.expert_id: member.opened for member in panel.members.values() if member.opened}
    totals = {expert_id: opened.total for expert_id, opened in sheets.items()}
    dropped, average, apart = (
        trimmed(totals, rule.trim_each_side),
        mean(totals, rule.trim_each_side),
        dispersion(totals),
    )
    return PanelConclusion(
        panel_id=panel.panel_id,
        case_id=panel.convened.case_id,
        scoring=panel.scoring,
        leader=next(iter(totals)),
        scores=[
            MemberScore(
                expert_id=expert_id,
                total=opened.total,
                is_trimmed=expert_id in dropped,
                proposed_rate=opened.sheet.proposed_rate,
            )
            for expert_id, opened in sheets.items()
        ],
        mean=str(average),
        dispersion=apart,
        is_dispersed=apart > rule.dispersion_max,
        is_recommended=average >= rule.pass_mark,
    )


def conclusion_text(conclusion: PanelConclusion) -> str:
    """The conclusion as it is signed; its SHA-256 is what a signature names."""
    lines = [
        f"评审意见 {conclusion.panel_id} 第{conclusion.scoring}次评分",
        f"案件：{conclusion.case_id}",
        f"组长：{conclusion.leader}",
    ]
    for score in conclusion.scores:
        trim, rate = ("，不计入" if score.is_trimmed else ""), score.proposed_rate
        lines += [f"{score.expert_id}：{score.total}分{trim}{f'，建议比例{rate}' if rate else ''}"]
    apart = "，复评后仍超限" if conclusion.is_dispersed else ""
    lines += [f"平均分：{conclusion.mean}，分差：{conclusion.dispersion}{apart}"]
    return "\n".join([*lines, f"结论：{'推荐' if conclusion.is_recommended else '不推荐'}"])
