"""Files of banks and treasuries: what keeps a line of one from becoming the end of a payment."""

from domain.texts.form import Texts

TEXTS: Texts = {
    "PAYMENT_CURRENCY": {
        "zh": ("支付指令 {order} 以 {asked} 支付，文件所述币种为 {said}。", "请与银行或国库核对后取得更正的回单文件。"),
        "en": (
            "Order {order} is in {asked}; the file speaks of {said}.",
            "Ask the bank or treasury for a corrected file.",
        ),
    },
    "PAYMENT_AMOUNT": {
        "zh": (
            "支付指令 {order} 的金额为{ordered_fen}，文件所述为{said_fen}；部分支付不能作为结果。",
            "请与银行或国库核对：全额支付或全额退回后，凭更正的回单文件再次导入。",
        ),
        "en": (
            "Order {order} is for {ordered_fen}; the file says {said_fen}. A payment in part is no end of it.",
            "Ask the bank or treasury; put the file in again once all of it was paid or sent back.",
        ),
    },
    "PAYMENT_PAYEE": {
        "zh": (
            "支付指令 {order} 的收款人户名为“{ordered}”，文件所述为“{said}”。",
            "款项可能付给了他人：请立即与银行或国库核对，勿改动文件。",
        ),
        "en": (
            "Order {order} pays {ordered}; the file says {said}.",
            "The money may have gone to somebody else: ask the bank or treasury at once, and leave the file as it is.",
        ),
    },
    "PAYMENT_ACCOUNT": {
        "zh": (
            "支付指令 {order} 的收款账号为 {ordered}，文件所述为 {said}，两者不同（账号只显示末四位）。",
            "款项可能付给了他人：请立即与银行或国库核对，勿改动文件。",
        ),
        "en": (
            "Order {order} pays into {ordered}; the file says {said}, another one (last four digits shown).",
            "The money may have gone to somebody else: ask the bank or treasury at once, and leave the file as it is.",
        ),
    },
    "BANK_REFERENCE_MISSING": {
        "zh": (
            "支付指令 {order} 的结果为已支付，但没有银行或国库的回单编号，无法核对。",
            "请向银行或国库取得写明回单编号的文件后再导入。",
        ),
        "en": (
            "Order {order} is said to be paid without a reference of the bank or treasury; nobody could check it.",
            "Ask the bank or treasury for a file that names its reference, and put that in.",
        ),
    },
    "ORDER_SET_OFF": {
        "zh": (
            "支付指令 {order} 全额抵扣追回款，本系统未曾送出，不会有国库或银行的结果。",
            "请与银行或国库核对文件所述的是哪一笔。",
        ),
        "en": (
            "Order {order} is wholly set off against what is to be recovered; it never went out from here.",
            "Ask the bank or treasury which payment the file speaks of.",
        ),
    },
    "PAYMENT_NOT_RELEASED": {
        "zh": (
            "支付指令 {order} 尚未放行，本系统未曾送出，文件却已述及。",
            "指令可能未经放行而流出：请立即与银行或国库核对，查明后再导入。",
        ),
        "en": (
            "Order {order} is not released and never went out from here; the file speaks of it all the same.",
            "It may have left the house unsigned: ask the bank or treasury at once, and find out before you go on.",
        ),
    },
    "PAYMENT_TWICE": {
        "zh": (
            "文件对支付指令 {order} 给出了不同的结果，均未记录。",
            "请与银行或国库核对，取得只含一个结果的回单文件。",
        ),
        "en": (
            "The file gives order {order} different ends; none was recorded.",
            "Ask the bank or treasury for a file that gives it one.",
        ),
    },
    "PAYMENT_IN_RECOVERY": {
        "zh": (
            "支付指令 {order} 所付款项已由追回案件 {recovery} 处理，不再按银行退回记账。",
            "请由资金岗在该追回案件中登记缴回。",
        ),
        "en": (
            "What order {order} paid is demanded back in {recovery}; it is not recorded as a return as well.",
            "Let whoever collects record the money as a receipt of that recovery.",
        ),
    },
    "PAYMENT_LATE": {
        "zh": (
            "批次 {cycle} 已结清，支付指令 {order} 的结果已记为 {known}，迟到的结果 {asked} 不再改变账本。",
            "已结清的批次不再变更；请保留文件，按追回或更正另行立案。",
        ),
        "en": (
            "{cycle} is closed with order {order} as {known}; {asked} comes too late to change that.",
            "Nothing closed is reopened: keep the file, and open a case of recovery or correction.",
        ),
    },
}
