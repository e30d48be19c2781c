"""The events of registers, vouchers and quarters in one sentence each: who holds what, and what was paid."""

from google.protobuf.message import Message

from domain import four_way, set_off
from domain.money import show, show_exact
from domain.orders import payable_fen
from duifu.v1 import events_pb2 as events


def of_money(event: Message) -> str | None:
    """Registers, contracts, invoices, vouchers and annual head-room; None for an event of something else."""
    match event:
        case events.CaseRegistered():
            return f"登记案件编号{event.case_id}"
        case events.BenefitGranted():
            title, amount_fen = event.benefit.title, event.benefit.amount_fen
            return f"供其他政策核对：{title}已支持{show(amount_fen)}（案件{event.case_id}，{event.benefit.granted_on}）"
        case events.ContractClaimed():
            return f"合同的唯一一次申领由案件{event.case_id}使用（{event.voucher_id}）"
        case events.InvoiceBound():
            total = f"（价税合计{show(event.total_fen)}）" if event.total_fen else ""
            served = f"算力券{event.voucher_id}" if event.voucher_id else "本案申报"
            return f"发票{total}由案件{event.case_id}用于{served}"
        case events.PaperHandedIn():
            return f"凭证{event.number}由案件{event.case_id}提交"
        case events.InvoiceReversed():
            return f"红字发票{event.red_key}冲减{show(event.amount_fen)}（案件{event.case_id}）"
        case events.InvoiceReversalWithdrawn():
            return f"红字发票{event.red_key}的登记有误，不再冲减（案件{event.case_id}）"
        case events.InvoiceReleased():
            return f"发票登记有误，不再用于算力券{event.voucher_id}（案件{event.case_id}）"
        case events.VoucherIssued():
            eligible = show_exact(event.eligible_fen)
            return (
                f"向{event.holder_name}发放算力券{event.voucher_id}：券面金额{show(event.face_value_fen)}，"
                f"核定依据{eligible}（案件{event.case_id}，{event.issued_on}）"
            )
        case events.RedemptionAssessed():
            base, so_far = show_exact(event.base_fen), show_exact(event.cumulative_fen)
            match = "".join(f"；{line}" for line in four_way.told(event))
            return f"案件{event.case_id}核定应兑付{show(event.due_fen)}：本次基数{base}，累计{so_far}{match}"
        case events.VoucherRescaled():
            return _rescaled(event)
        case events.VoucherRedeemed():
            parts = f"，其中抵扣{show(event.set_off_fen)}" if event.set_off_fen else ""
            return f"案件{event.case_id}兑付{show(event.amount_fen)}{parts}（{event.cycle_id}）"
        case events.VoucherLapsed():
            return f"有效期至{event.valid_through}，尚未申请的{show(event.lapsed_fen)}失效（{event.clause}）"
        case events.PaymentCameBack():
            after = f"由{event.to_cycle_id}再次支付" if event.to_cycle_id else "缴回国库，不再支付"
            return (
                f"支付指令{event.order_id}结算后于{event.came_back_on}退回{show(event.amount_fen)}：{event.reason}；"
                f"{after}{_file(event.evidence_sha256)}（{event.clause}）"
            )
        case events.HeadroomReserved():
            return f"案件{event.case_id}排入年度发放额度，上限{show(event.ceiling_fen)}"
        case events.HeadroomHeld():
            return f"案件{event.case_id}已核定{show(event.wanted_fen)}，等待在先案件"
        case events.HeadroomIssued():
            return f"案件{event.case_id}使用年度发放额度{show(event.amount_fen)}"
        case events.HeadroomReleased():
            return f"案件{event.case_id}未发放，让出年度发放额度的排位"
        case events.RedemptionHeadroomUsed():
            return f"支付指令{event.order_id}使用年度兑付额度{show(event.amount_fen)}"
        case events.RedemptionHeadroomRestored():
            return f"支付指令{event.order_id}被退回，恢复年度兑付额度{show(event.amount_fen)}"
        case events.RedemptionHeadroomReturned():
            return f"支付指令{event.order_id}当年退回，年度兑付额度可再用{show(event.amount_fen)}"
    return None


def of_quarter(event: Message) -> str | None:
    """A redemption cycle from its opening to its close; None for an event of something else."""
    match event:
        case events.CycleOpened():
            return (
                f"开立{event.programme_title}{event.quarter}兑付批次：{event.opens_on}至{event.cut_off_on}受理，"
                f"{event.pay_on}起支付（{event.clause}）"
            )
        case events.ClaimAdmitted():
            if event.carried_from_cycle_id:
                return f"案件{event.case_id}由{event.carried_from_cycle_id}转入{show(event.carried_fen)}"
            return f"案件{event.case_id}加入批次（{event.voucher_id}）"
        case events.ClaimPutOff():
            return f"案件{event.case_id}推迟至{event.verify_on}日终核验：{event.reason}"
        case events.ClaimReferred():
            return f"案件{event.case_id}转人工核验：{event.reason}"
        case events.ClaimAssessed():
            return f"案件{event.case_id}待支付{show(event.due_fen)}"
        case events.ClaimDropped():
            code = f"（{event.code}）" if event.code else ""
            return f"案件{event.case_id}退出批次{code}"
        case events.CycleFrozen():
            return f"截止冻结，共{len(event.case_ids)}笔申请"
        case events.CycleReminded():
            return f"提醒：{event.days_left}天后截止，已送达{event.letters}封"
        case events.FiguresBroughtForward():
            return (
                f"承接{event.from_cycle_id}：结转{event.claims}笔{show(event.carried_fen)}，"
                f"本年已支付{show(event.paid_in_year_fen)}，累计已支付{show(event.paid_fen)}"
            )
        case events.CycleConfirmed():
            return f"主管部门确认：{event.reason}"
        case events.CyclePaused():
            return f"{event.paused_by}暂停拨付：{event.reason}"
        case events.CycleResumed():
            return f"{event.resumed_by}恢复拨付：{event.reason}"
        case events.PaymentOrdered():
            parts = set_off.told(event)
            paid_out = f"，{parts}，实付{show(payable_fen(event))}" if parts else ""
            return (
                f"支付指令{event.order_id}：{event.pay_on}向案件{event.case_id}支付{show(event.amount_fen)}{paid_out}"
            )
        case events.ClaimDeferred():
            later = _onward(event.to_cycle_id) or "，无后续批次，失效"
            return f"案件{event.case_id}递延{show(event.amount_fen)}{later}（{event.clause}）"
        case events.PaymentBatchMade():
            return f"第{event.batch}批支付待签：{len(event.order_ids)}笔{show(event.amount_fen)}"
        case events.PaymentBatchSigned():
            return (
                f"第{event.batch}批支付“{event.title}”已签：{show(event.amount_fen)}（摘要{event.orders_sha256[:8]}）"
            )
        case events.TreasurySilent():
            return f"{event.orders}笔{show(event.amount_fen)}至{event.due_on}国库未答复"
        case events.PaymentSettled():
            if event.is_set_off:
                return f"支付指令{event.order_id}全额抵扣{event.bank_reference}，未经国库支付"
            return f"支付指令{event.order_id}已支付，国库回单{event.bank_reference}{_file(event.evidence_sha256)}"
        case events.PaymentReturned():
            later = _onward(event.to_cycle_id) or "，无后续批次，失效"
            what = "未予放行" if event.withheld_by else "被退回"
            return f"支付指令{event.order_id}{what}：{event.reason}{later}{_file(event.evidence_sha256)}"
        case events.VouchersSwept():
            more = "" if event.is_last else "，尚未办完"
            return f"有效期届满失效：至{event.last_voucher_id or '—'}，{event.lapsed}张{show(event.lapsed_fen)}{more}"
        case events.CycleClosed():
            return (
                f"批次结清：支付{len(event.paid)}笔{show(event.paid_fen)}，"
                f"递延{len(event.deferred)}笔{show(event.deferred_fen)}，"
                f"退回{len(event.returned)}笔{show(event.returned_fen)}，"
                f"结转{len(event.carried)}笔{show(event.carried_fen)}，退出{len(event.dropped_case_ids)}笔"
                + (f"；支付中抵扣{show(event.set_off_fen)}" if event.set_off_fen else "")
            )
    return None


def _rescaled(event: events.VoucherRescaled) -> str:
    eligible, worth = show_exact(event.eligible_fen), show(event.face_value_fen)
    told = f"合同终止或减价，重新核定：券额{worth}，核定依据{eligible}，失效{show(event.lapsed_fen)}"
    back = f"，应追回{show(event.claw_back_fen)}" if event.claw_back_fen else ""
    settled = f"，累计结算{show_exact(event.cumulative_fen)}，累计应兑付{show(event.due_fen)}"
    return f"{told}{settled}{back}（{event.clause}）：{event.reason}"


def _file(sha256: str) -> str:
    """The file that says so, if it came in one."""
    return f"（回单文件sha256:{sha256[:12]}）" if sha256 else ""


def _onward(cycle_id: str) -> str:
    return f"，转入{cycle_id}" if cycle_id else ""
