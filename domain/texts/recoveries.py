"""Money that has to come back, and red invoices."""

from domain.texts.form import Texts

TEXTS: Texts = {
    "RECOVERY_UNKNOWN": {
        "zh": ("没有追回案件 {recovery}。", "请核对编号；清单见 duifu recovery list。"),
        "en": ("There is no recovery {recovery}.", "Check its id; duifu recovery list names them."),
    },
    "RECOVERY_NOT_FORESEEN": {
        "zh": (
            "案件 {case} 所依据的政策版本（{programme}）没有规定追回程序。",
            "请在政策文件中增加 recovery 一节；适用旧版本的案件请另行处理。",
        ),
        "en": (
            "The edition of {programme} that case {case} goes by does not say how money is taken back.",
            "Add a section recovery to the programme file; cases of an earlier edition are dealt with outside.",
        ),
    },
    "RECOVERY_COMPUTED": {
        "zh": (
            "案件 {case}：合同终止、发票红冲应追回的金额由系统计算，不能填写。",
            "合同终止或减价请重新核定券额（RescaleVoucher），发票红冲请用 duifu recovery reversed，追回随之立案。",
        ),
        "en": (
            "Case {case}: what a contract that ended or a red invoice takes back is computed, nobody types it.",
            "Rescale the voucher (RescaleVoucher), or report the red invoice (duifu recovery reversed).",
        ),
    },
    "COMPUTED_FINDING_STANDS": {
        "zh": (
            "追回案件 {recovery} 的金额由合同终止或发票红冲计算得出，不能撤销。",
            "红冲登记有误的，撤回登记（duifu recovery reversal-withdrawn）；否则请听取陈述申辩后责令追回，"
            "确实无法追回的，办理核销。",
        ),
        "en": (
            "Recovery {recovery} was computed from a contract that ended or a red invoice; it is not withdrawn.",
            "If the red invoice was reported in error, withdraw the report (duifu recovery reversal-withdrawn). Else"
            " hear the enterprise and demand what is due; what cannot come in is written off.",
        ),
    },
    "RECOVERY_ABOVE_PAID": {
        "zh": (
            "案件 {case} 已支付且未在其他追回中的金额为{available_fen}，不能追回{asked_fen}。",
            "请核对金额：尚未支付的不需要追回；涉及券的其他兑付的，按该兑付或发券案件立案。",
        ),
        "en": (
            "Of case {case}, {available_fen} was paid and is in no other recovery; {asked_fen} cannot be recovered.",
            "Check the amount: what was not paid needs no recovery. For other payments of the voucher, name their"
            " redemptions, or the claim for all of them.",
        ),
    },
    "RECOVERY_NOT_NOW": {
        "zh": (
            "追回案件 {recovery} 现为“{standing}”，不能办理“{title}”。",
            "“{title}”须在“{allowed}”时办理。",
        ),
        "en": (
            "Recovery {recovery} is {standing}; {title} is not possible now.",
            "It is possible while it is {allowed}.",
        ),
    },
    "RECOVERY_NOT_APART": {
        "zh": ("{account} 已参与“{did}”，不得办理“{title}”。", "请由未参与的人员办理；委托不改变这一要求。"),
        "en": (
            "{account} took part in {did}, so may not do {title}.",
            "Ask somebody who did not; a delegation changes nothing.",
        ),
    },
    "STATEMENT_OPEN": {
        "zh": (
            "追回案件 {recovery} 的陈述申辩期至 {until}，期内尚未收到陈述或放弃声明。",
            "请登记陈述、听证或放弃声明，或在期满后责令追回。",
        ),
        "en": (
            "In recovery {recovery} the enterprise may be heard through {until}; it has neither spoken nor waived it.",
            "Record a statement, a hearing or a waiver, or demand after that day.",
        ),
    },
    "RECOVERY_ABOVE_FINDING": {
        "zh": (
            "追回案件 {recovery} 查明{found_fen}，责令追回{asked_fen}超出所查明的金额。",
            "请核对金额，或另行立案。",
        ),
        "en": (
            "Recovery {recovery} found {found_fen}; {asked_fen} is more than that.",
            "Check the amount, or open another recovery for the rest.",
        ),
    },
    "RECOVERY_ABOVE_OPEN": {
        "zh": ("追回案件 {recovery} 尚待缴回{open_fen}，{asked_fen}超出该金额。", "请核对金额；多缴的请退还缴款单位。"),
        "en": (
            "Of recovery {recovery} {open_fen} is open; {asked_fen} is more than that.",
            "Check the amount; what was paid beyond it goes back to who paid.",
        ),
    },
    "RECEIPT_CONFLICT": {
        "zh": (
            "回单 {reference} 已登记：{known_on} 收到{known_fen}，与本次{asked_fen}不一致。",
            "请核对回单号、日期和金额；账本不改写已登记的回单。",
        ),
        "en": (
            "Receipt {reference} is on record with {known_fen} of {known_on}, not with this {asked_fen}.",
            "Check reference, day and amount; what is on record is never rewritten.",
        ),
    },
    "RECOVERY_RECEIPT_USED": {
        "zh": (
            "回单 {reference} 即已登记在追回案件 {recovery} 的回单 {known}。",
            "一张回单只登记一次；请核对回单号，一笔款项缴回两案的请分别取得回单。",
        ),
        "en": (
            "Receipt {reference} is receipt {known}, on record in recovery {recovery}.",
            "A receipt counts once; check its number, and get one for each recovery that a transfer pays.",
        ),
    },
    "RECEIPT_BEFORE_PAYMENT": {
        "zh": (
            "回单 {reference} 的日期{received_on}早于首次支付日{paid_from}。",
            "请核对回单日期；它决定额度退回的年度。",
        ),
        "en": (
            "Receipt {reference} is of {received_on}, before anything was paid from {paid_from} on.",
            "Check its day, which says to what year's limit the money goes back.",
        ),
    },
    "WRITE_OFF_NOT_PROPOSED": {
        "zh": ("追回案件 {recovery} 没有待确认的核销。", "请先由资金岗提请核销（duifu recovery propose-write-off）。"),
        "en": (
            "Nobody has proposed to write anything off in recovery {recovery}.",
            "Who collects proposes it first: duifu recovery propose-write-off.",
        ),
    },
    "ENTERPRISE_BARRED": {
        "zh": (
            "单位 {uscc} 自{from_on}至{through_on}被限制申报（{number}），期间不能申领、申报或申请兑付。",
            "已受理的事项照常办理；请在{through_on}之后申请。",
        ),
        "en": (
            "Enterprise {uscc} may not apply or redeem from {from_on} through {through_on} (document {number}).",
            "What is under way goes on; apply after {through_on}.",
        ),
    },
    "BAR_NOT_FORESEEN": {
        "zh": (
            "追回案件 {recovery} 所依据的政策版本没有规定限制申报。",
            "请在政策文件的 recovery 一节增加 bar。",
        ),
        "en": (
            "The edition that recovery {recovery} goes by lets nobody be kept from applying.",
            "Add bar to the section recovery of the programme file.",
        ),
    },
    "BAR_WITHOUT_DEMAND": {
        "zh": ("追回案件 {recovery} 尚未责令追回，不能限制申报。", "请先责令追回（duifu recovery demand）。"),
        "en": ("In recovery {recovery} nothing is demanded yet, so nobody is barred.", "Demand the money back first."),
    },
    "BAR_PERIOD": {
        "zh": (
            "{from_on}至{through_on}不是可以限制申报的期间：须自{on}或之后开始，最长{months}个月。",
            "请更正起止日期。",
        ),
        "en": (
            "{from_on} to {through_on} is no time for a bar: it begins on {on} or later, for {months} months at most.",
            "Correct the days.",
        ),
    },
    "TRANSFER_NOT_FORESEEN": {
        "zh": (
            "追回案件 {recovery} 所依据的政策版本没有规定移送司法机关。",
            "请在政策文件的 recovery 一节增加 transfer；已立案的请另行移送。",
        ),
        "en": (
            "The edition that recovery {recovery} goes by hands nothing over to judicial organs.",
            "Add transfer to the section recovery of the programme file; what is open is handed over outside.",
        ),
    },
    "SET_OFF_NOT_FORESEEN": {
        "zh": (
            "追回案件 {recovery} 不能抵扣：其政策版本没有规定，或追回的不是兑付款，或兑付款付给供给方。",
            "请由单位缴回；要抵扣的，请在政策文件的 recovery 一节增加 set_off。",
        ),
        "en": (
            "Recovery {recovery} is not set off: the edition is silent, it is of a grant, or suppliers are paid.",
            "Have the money paid back; or add set_off to the section recovery of the programme file.",
        ),
    },
    "SET_OFF_NOT_AGREED": {
        "zh": (
            "追回案件 {recovery} 的单位没有同意抵扣。",
            "请登记单位的书面同意；政策文件允许逾期抵扣的，缴回期限{pay_by}届满后也可以。",
        ),
        "en": (
            "The enterprise has not agreed that recovery {recovery} is set off.",
            "Record its agreement; where the programme lets you, wait until {pay_by}, its last day to pay, is over.",
        ),
    },
    "SET_OFF_NOT_ORDERED": {
        "zh": ("追回案件 {recovery} 没有抵扣决定。", "无需撤销。"),
        "en": ("Nobody has ordered that recovery {recovery} is set off.", "There is nothing to revoke."),
    },
    "SET_OFF_HELD": {
        "zh": (
            "追回案件 {recovery} 中{held_fen}待支付指令 {orders} 抵扣，只余{open_fen}可办。",
            "请在余额内办理，或待该指令支付、退回后再办。",
        ),
        "en": (
            "Of recovery {recovery} {held_fen} is held by {orders}, to be set off; {open_fen} is left.",
            "Keep to what is left, or wait until those orders are settled or have come back.",
        ),
    },
    "INVOICE_NOT_COUNTED": {
        "zh": ("发票 {invoice} 没有计入算力券 {voucher}。", "请核对发票代码和号码；未计入的发票红冲不影响本券。"),
        "en": (
            "Invoice {invoice} was not counted for voucher {voucher}.",
            "Check code and number; reversing an invoice that was not counted changes nothing here.",
        ),
    },
    "RED_INVOICE_COUNTED": {
        "zh": (
            "红字发票 {number} 已在算力券 {voucher} 中冲减发票 {invoice}。",
            "一张红字发票只冲减一张蓝字发票；请核对号码。",
        ),
        "en": (
            "Red invoice {number} already takes from invoice {invoice} of voucher {voucher}.",
            "A red invoice reverses one blue one; check the numbers.",
        ),
    },
    "REVERSAL_ABOVE_INVOICE": {
        "zh": ("发票 {invoice} 尚未红冲的可计金额为{left_fen}，不能红冲{asked_fen}。", "请核对红字发票的金额。"),
        "en": (
            "Of invoice {invoice}, {left_fen} that counts is not reversed; {asked_fen} is more than that.",
            "Check the amount of the red invoice.",
        ),
    },
    "REVERSAL_CONFLICT": {
        "zh": (
            "红字发票 {number} 已登记：冲减发票 {invoice} {known_fen}。",
            "请核对；登记有误的，先撤回登记（duifu recovery reversal-withdrawn）。",
        ),
        "en": (
            "Red invoice {number} is on record: it takes {known_fen} from invoice {invoice}.",
            "Check it; if it was reported in error, withdraw that report first (duifu recovery reversal-withdrawn).",
        ),
    },
    "REVERSAL_UNKNOWN": {
        "zh": (
            "算力券 {voucher} 没有登记红字发票 {number}，或其登记已撤回。",
            "请核对红字发票号码，登记见 duifu audit replay {voucher}；随申请提交的红字发票不是登记。",
        ),
        "en": (
            "Nobody reported red invoice {number} for voucher {voucher}, or that report was withdrawn.",
            "Check its number; duifu audit replay {voucher} shows reports. What a request hands in is none.",
        ),
    },
    "REVERSAL_HANDED_IN": {
        "zh": (
            "案件 {case} 的申请提交了冲减发票 {blue} 的红字发票 {number}，其登记不能撤回。",
            "申请尚在办理的，请单位先撤回该申请；已核定的，该红字发票成立，请按其办理。",
        ),
        "en": (
            "The request of case {case} hands in red invoice {number} of invoice {blue}; the report is not withdrawn.",
            "The enterprise may withdraw a request that is under way; once it is assessed the red invoice stands.",
        ),
    },
}
