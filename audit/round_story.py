"""A round of grants in words: who joined and left, what was shared, shown, objected to, paid. (QD-2.5, QD-A10)"""

from collections.abc import Sequence

from google.protobuf.message import Message

from domain.money import show
from domain.wording import PAYMENTS
from duifu.v1 import events_pb2 as events


def of_round(event: Message) -> str | None:
    """The event in one sentence; None if it is none of a round or of a case in one."""
    match event:
        case events.OutputRecorded():
            number = f"（{event.document_number}）" if event.document_number else ""
            to = f"，送{event.recipient}" if event.recipient else ""
            return f"登记{event.title}{number}{to}（{event.clause}）"
        case events.SentBack():
            return f"内部退回：{event.reason}"
        case events.AmountAllocated():
            return f"第{event.number}次分配：{show(event.amount_fen)}（{_parts(event.trace.levels)}）"
        case events.GrantPaymentChanged():
            status = PAYMENTS.get(event.status, "支付情况未记录")
            return f"{event.title} {status}{show(event.amount_fen)}：{event.explanation}"
    return _of_course(event)


def _of_course(event: Message) -> str | None:
    match event:
        case events.RoundOpened():
            title = f"{event.programme_title}{event.round}年度"
            return f"开立{title}：{event.opens_on}至{event.closes_on}申报（{event.clause}）"
        case events.ApplicantJoined():
            return f"{event.name}申报（{event.case_id}）"
        case events.ApplicantDetermined():
            rate = f"，比例{event.approved_rate}" if event.approved_rate else ""
            return f"案件{event.case_id}核定{show(event.approved_fen)}{rate}，待分配"
        case events.ApplicantReopened():
            return f"案件{event.case_id}重新核定"
        case events.ApplicantLeft():
            code = f"（{event.code}）" if event.code else ""
            return f"案件{event.case_id}退出{code}"
        case events.RoundAllocated():
            until = f"，公示至{event.notice_through_on}" if event.notice_through_on else ""
            why = f"：{event.reason}" if event.reason else ""
            return f"第{event.number}次分配，{len(event.shares)}家{until}（{event.clause}）{why}"
        case events.NoticeClosed():
            return f"公示期满：{'、'.join(event.case_ids)}"
        case events.ObjectionRaised():
            return f"第{event.objection}号异议，对案件{event.case_id}：{event.text}"
        case events.ObjectionSettled():
            outcome = "成立" if event.is_upheld else "不成立"
            return f"第{event.objection}号异议{outcome}：{event.reason}"
        case events.ApplicantCleared():
            return f"案件{event.case_id}通过拨付审核"
    return _of_payment(event)


def _of_payment(event: Message) -> str | None:
    match event:
        case events.GrantOrdered():
            return (
                f"拨付指令{event.order_id}：{event.treasury}于{event.pay_on}"
                f"向案件{event.case_id}支付{show(event.amount_fen)}"
            )
        case events.GrantSettled():
            return f"拨付指令{event.order_id}已支付，国库回单{event.bank_reference}"
        case events.GrantReturned():
            what = "未予放行" if event.withheld_by else "被退回"
            return f"拨付指令{event.order_id}{what}：{event.reason}"
        case events.GrantCameBack():
            after = "更换账户后再次拨付" if event.is_paid_again else "缴回国库，不再拨付"
            return (
                f"拨付指令{event.order_id}结算后于{event.came_back_on}退回{show(event.amount_fen)}：{event.reason}；"
                f"{after}（{event.clause}）"
            )
        case events.RoundClosed():
            left = len(event.left_case_ids)
            return f"本轮办结：{len(event.paid)}家获补助（{_parts(event.paid_by_level)}），退出{left}家"
    return None


def _parts(levels: Sequence[events.LevelAmount]) -> str:
    return "，".join(f"{part.title}{show(part.amount_fen)}" for part in levels)
