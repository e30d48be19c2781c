"""What operators read of a round in the Temporal Web UI."""

from datetime import datetime
from typing import Any

from temporalio.common import SearchAttributeUpdate

from domain import treasury_silence
from domain.money import show
from domain.paying_wording import STANDINGS, round_standing
from domain.quarter_standing import silence_line
from domain.round import Round, Standing
from duifu.v1.work_pb2 import BusinessClock
from workflows.display import AMOUNT_FEN, DUE_AT, IS_OVERDUE, OUTCOME, STAGE, WAITS_ON, mark, updated


def round_attributes(round_: Round) -> list[SearchAttributeUpdate[Any]]:
    """Where the round stands, for the list of workflows."""
    shared_fen = sum(applicant.amount_fen for applicant in round_.applicants.values())
    return [
        STAGE.value_set(round_stage(round_)),
        WAITS_ON.value_set("" if round_.closed else _waits_on(round_)),
        OUTCOME.value_set("已办结" if round_.closed else "办理中"),
        DUE_AT.value_unset() if round_.allocations else DUE_AT.value_set(round_.closes_at),
        AMOUNT_FEN.value_set(shared_fen),
        *([IS_OVERDUE.value_set(bool(treasury_silence.overdue(round_).count))] if round_.silent.due_on else []),
    ]


def round_card(round_: Round, obstacle: str, now: datetime, clock: BusinessClock) -> str:
    """The status card of a round, Markdown: who shares the pool, who gets what from whom, what is objected to."""
    opened = round_.opened
    titles = round_.titles
    lines = [
        f"## {mark(clock)}{opened.programme_title} {opened.round}年度",
        f"**{round_standing(round_)}**",
        "",
        *([f"- **受阻**：{obstacle}"] if obstacle else []),
        f"- 申报 {opened.opens_on} 至 {opened.closes_on}（{opened.clause}）",
        *([f"- 已分配{round_.allocations}次"] if round_.allocations else []),
        *([silence_line(silent)] if (silent := treasury_silence.reported(round_)).orders else []),
    ]
    for applicant in round_.applicants.values():
        parts = "，".join(f"{titles[level]}{show(fen)}" for level, fen in applicant.levels.items())
        standing_now = "已拨付" if round_.is_paid(applicant) else STANDINGS[applicant.standing]
        lines += [f"- {applicant.case_id} {applicant.name}：{standing_now} {parts}".rstrip()]
    for objection in round_.open_objections():
        raised = objection.raised
        lines += [f"- 异议{raised.objection}（{raised.case_id}）：{raised.text}"]
    lines += updated(now, clock)
    return "\n".join(lines)


def round_stage(round_: Round) -> str:
    """The part of its way that a round is on."""
    if round_.closed is not None:
        return "已办结"
    if not round_.allocations:
        return "审核中"
    if round_.orders:
        return "拨付中"
    return "公示中" if round_.standing(Standing.NOTICED) else "拨付审核中"


def _waits_on(round_: Round) -> str:
    if round_.standing(Standing.REVIEWED):
        return "审核单位"
    if to_sign := round_.to_sign():
        return round_.step(to_sign[0].next_step).role_title
    if round_.outstanding():
        return "国库"
    return "公示期" if round_.standing(Standing.NOTICED) else "拨付审核"
