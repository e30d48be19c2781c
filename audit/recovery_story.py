"""The events of a recovery, and of what it changes elsewhere, in one sentence each. (BJ-5.5, F-2, F-7)"""

from google.protobuf.message import Message

from domain import recovery_deadlines
from domain.money import show, show_exact
from duifu.v1 import recovery_pb2 as recovery

FINDINGS = {
    recovery.RECOVERY_KIND_FALSE_REPORT: "虚报",
    recovery.RECOVERY_KIND_FRAUD: "骗取",
    recovery.RECOVERY_KIND_MISUSE: "挪用",
    recovery.RECOVERY_KIND_BRIBERY: "贿赂",
    recovery.RECOVERY_KIND_CONTRACT_ENDED: "合同终止",
    recovery.RECOVERY_KIND_INVOICE_REVERSED: "发票红冲",
    recovery.RECOVERY_KIND_OVERPAID: "多付",
    recovery.RECOVERY_KIND_OTHER: "其他",
}
STATEMENTS = {
    recovery.STATEMENT_KIND_STATEMENT: "陈述申辩",
    recovery.STATEMENT_KIND_HEARING: "听证",
    recovery.STATEMENT_KIND_WAIVED: "放弃陈述申辩",
}


def of_recovery(event: Message) -> str | None:
    """What was found, demanded, received or written off; None for an event of something else."""
    match event:
        case recovery.RecoveryOpened():
            finding = FINDINGS.get(event.finding, "事由未记录")
            return (
                f"立案追回（{finding}）：{event.name}应追回{show(event.amount_fen)}，{event.reason}（{event.clause}）"
            )
        case recovery.RecoveryNoticed():
            return f"告知书{event.document_number}已送达，陈述申辩至{event.heard_until_on}（{event.clause}）"
        case recovery.RecoveryStatementTaken():
            said = STATEMENTS.get(event.statement, "陈述申辩")
            return f"{said}：{event.reason}（{event.taken_by}登记）"
        case recovery.RecoveryDemanded():
            return (
                f"责令追回{show(event.amount_fen)}（{event.document_number}），"
                f"{event.pay_by_on}前缴回：{event.reason}（{event.clause}）"
            )
        case recovery.RecoveryReceived():
            again = f"，其中{show(event.restored_fen)}恢复当年限额" if event.restored_fen else ""
            if event.order_id:
                return f"{event.received_on}以支付指令{event.order_id}抵扣{show(event.amount_fen)}{again}"
            return f"{event.received_on}缴回{show(event.amount_fen)}，回单{event.bank_reference}{again}"
        case recovery.SetOffDecided():
            if event.is_revoked:
                return f"撤销抵扣：{event.reason}（{event.clause}）"
            agreed = f"（单位同意书sha256:{event.agreement_sha256[:12]}）" if event.agreement_sha256 else ""
            return f"决定以后续兑付抵扣（{event.document_number}）{agreed}：{event.reason}（{event.clause}）"
        case recovery.SetOffHeld():
            if event.is_released:
                return f"支付指令{event.order_id}未付成，{show(event.amount_fen)}不再抵扣，仍待缴回"
            return f"支付指令{event.order_id}将抵扣{show(event.amount_fen)}，待其支付"
        case recovery.SetOffListed():
            return f"{event.recovery_id}列入抵扣（{event.uscc}）"
        case recovery.WriteOffProposed():
            return f"提请核销{show(event.amount_fen)}（{event.decision_number}）：{event.reason}"
        case recovery.RecoveryWrittenOff():
            return f"核销{show(event.amount_fen)}（{event.decision_number}）"
        case recovery.RecoveryTransferred():
            return (
                f"移送{event.authority}（{event.document_number}），移交待追回{show(event.amount_fen)}："
                f"{event.reason}（{event.clause}）"
            )
        case recovery.RecoveryLapsed():
            left = f"，尚待缴回{show(event.open_fen)}" if event.open_fen else ""
            return f"{recovery_deadlines.TITLES.get(event.deadline, '追回')}期限{event.due_on}届满{left}"
        case recovery.RecoveryReduced():
            is_all_open = event.open_fen == event.amount_fen
            left = "" if is_all_open else f"（其中待缴回的{show(event.open_fen)}，其余未责令或已核销）"
            return (
                f"红字发票{event.red_invoice_number}的登记已撤回，核减{show(event.amount_fen)}{left}："
                f"{event.reason}（{event.clause}）"
            )
        case recovery.RecoveryWithdrawn():
            return f"撤销追回：{event.reason}"
        case recovery.RecoveryClosed():
            received, written_off = show(event.received_fen), show(event.written_off_fen)
            return f"追回办结：责令{show(event.demanded_fen)}，缴回{received}，核销{written_off}"
        case recovery.RedemptionHeadroomRecovered():
            by = event.bank_reference or f"抵扣{event.order_id}"
            return f"{event.recovery_id}当年缴回（{by}），恢复年度兑付额度{show(event.amount_fen)}"
        case recovery.EnterpriseBarred():
            days = f"{event.from_on}至{event.through_on}（{event.document_number}，{event.recovery_id}）"
            return f"限制申报{days}：{event.reason}（{event.clause}）"
        case recovery.SettlementReversed():
            return _reversed(event)
        case recovery.ReversalWithdrawn():
            return _reversal_withdrawn(event)
    return None


def _reversed(event: recovery.SettlementReversed) -> str:
    back = f"，应追回{show(event.claw_back_fen)}" if event.claw_back_fen else ""
    return (
        f"红字发票{event.red_invoice_number}冲减发票{event.invoice_key} {show(event.amount_fen)}："
        f"该发票尚计{show_exact(event.base_fen)}，累计结算{show_exact(event.cumulative_fen)}，"
        f"累计应兑付{show(event.due_fen)}{back}（{event.clause}）"
    )


def _reversal_withdrawn(event: recovery.ReversalWithdrawn) -> str:
    back = f"，不再追回{show(event.claw_back_fen)}" if event.claw_back_fen else ""
    waits = f"，另有{show(event.waits_fen)}随下次申请兑付" if event.waits_fen else ""
    return (
        f"撤回红字发票{event.red_invoice_number}冲减发票{event.invoice_key} {show(event.amount_fen)}的登记："
        f"该发票计{show_exact(event.base_fen)}，累计结算{show_exact(event.cumulative_fen)}，"
        f"累计应兑付{show(event.due_fen)}{back}{waits}，{event.reason}（{event.clause}）"
    )
