"""Rounds of grants: applying, sharing the pool, the public notice, objections, payment."""

from domain.texts.form import Texts

TEXTS: Texts = {
    "ROUND_UNKNOWN": {
        "zh": ("没有编号为 {round} 的申报轮次，或尚无单位申报。", "请核对编号；首个单位申报时轮次自动开立。"),
        "en": (
            "There is no round {round}, or nobody has applied in it.",
            "Check the number; the first application opens a round.",
        ),
    },
    "ROUND_CLOSED": {
        "zh": ("轮次 {round} 已办结。", "请在下一轮申报；已办结的轮次不再变动。"),
        "en": ("Round {round} is closed.", "Apply in the next round; a closed one is not changed."),
    },
    "ROUND_ALLOCATED": {
        "zh": ("轮次 {round} 已分配额度，不再接受申报。", "请在下一轮申报。"),
        "en": ("The pool of round {round} has been shared; nobody joins it any more.", "Apply in the next round."),
    },
    "APPLIED_ALREADY": {
        "zh": (
            "{uscc} 在轮次 {round} 已有在办申报 {case}。",
            "一家单位同一轮次只能有一件在办申报；需修改的请在补正时更换，或先撤回再申报。",
        ),
        "en": (
            "{uscc} has an open application in round {round}: {case}.",
            "One application at a time: mend it when a correction is asked for, or withdraw it first.",
        ),
    },
    "WINDOW_OPEN": {
        "zh": ("轮次 {round} 的申报期至{closes_on}，现在是 {at}。", "请待申报期结束。"),
        "en": (
            "Round {round} takes applications through {closes_on}; it is {at}.",
            "Wait until the window has closed.",
        ),
    },
    "APPLICANTS_UNDETERMINED": {
        "zh": ("轮次 {round} 尚有未核定的申报：{cases}。", "全部核定或退出后才能分配；请督办这些案件。"),
        "en": (
            "Applications of round {round} are not determined yet: {cases}.",
            "The pool is shared once all are determined or have left; see to these cases.",
        ),
    },
    "ALLOCATION_STANDS": {
        "zh": ("轮次 {round} 的第{number}次分配仍然有效，没有变化。", "无需再办。"),
        "en": ("Allocation {number} of round {round} stands; nothing has changed since.", "Nothing needs to be done."),
    },
    "ALLOCATION_STALE": {
        "zh": ("轮次 {round} 在上次分配后有变化，须先重新分配。", "请待系统重新分配并公示。"),
        "en": (
            "Something has changed in round {round} since it was shared.",
            "Wait until the pool has been shared and shown again.",
        ),
    },
    "GRANTS_ORDERED": {
        "zh": ("轮次 {round} 已发出支付指令。", "已发出的指令不再变动；需追回的另行立案。"),
        "en": (
            "Payments of round {round} are ordered.",
            "Orders are not changed; money is claimed back in a case of its own.",
        ),
    },
    "GRANT_ORDERED": {
        "zh": ("案件 {case} 已发出支付指令 {orders}，不能再撤回或否决。", "已拨付的资金通过追回程序处理。"),
        "en": (
            "Payments to case {case} are ordered: {orders}. It can be neither withdrawn nor vetoed.",
            "Money that was paid is claimed back in a procedure of its own.",
        ),
    },
    "NOTICE_RUNNING": {
        "zh": ("轮次 {round} 没有公示期满且无异议的结果；公示中：{cases}。", "请待公示期满，并先处理异议。"),
        "en": (
            "No result of round {round} has been shown long enough without an open objection; shown now: {cases}.",
            "Wait for the last day of the notice, and settle objections first.",
        ),
    },
    "NOT_IN_NOTICE": {
        "zh": (
            "案件 {case} 在轮次 {round} 中不在公示期内，不能登记异议。",
            "公示期内以书面实名提出；其他时间的反映请作举报办理。",
        ),
        "en": (
            "The result of case {case} in round {round} is not on public notice.",
            "Objections are made in writing and by name while it is; otherwise report it.",
        ),
    },
    "OBJECTION_UNKNOWN": {
        "zh": ("案件 {case} 没有第{objection}号异议。", "请核对异议编号。"),
        "en": ("There is no objection {objection} to case {case}.", "Check the number."),
    },
    "OBJECTION_SETTLED": {
        "zh": ("第{objection}号异议已处理。", "处理结果不再更改；有新证据的请另行登记。"),
        "en": ("Objection {objection} was settled.", "It is not settled twice; with new evidence, raise another."),
    },
    "APPLICANTS_NOT_CLEARED": {
        "zh": ("轮次 {round} 尚有未完成拨付审核的单位：{cases}。", "额度相互关联，须全部完成后一并支付。"),
        "en": (
            "Applicants of round {round} are not cleared for payment yet: {cases}.",
            "Amounts depend on one another, so all are paid together once all are cleared.",
        ),
    },
    "ROUND_NOT_SETTLED": {
        "zh": ("轮次 {round} 尚有未办结的单位：{cases}。", "请待两级均支付后办结。"),
        "en": ("Round {round} has open applications: {cases}.", "Close it once every level has paid all of them."),
    },
    "NOT_IN_ROUND": {
        "zh": ("案件 {case} 不属于按轮次分配的补助。", "异议只针对公示的补助结果。"),
        "en": ("Case {case} is not part of a round.", "Objections are made to results that are on public notice."),
    },
    "ACCOUNT_MISSING": {
        "zh": ("申报未填写收款账户。", "请填写户名与申报单位一致的账户（bankAccount）。"),
        "en": (
            "The application names no account for the money.",
            "Name one that is held by the applicant (bankAccount).",
        ),
    },
    "RATE_MALFORMED": {
        "zh": ("核定比例“{asked}”格式不正确。", "请写成 40/100 的形式；不填即按政策比例。"),
        "en": ("{asked} is not a rate.", "Write it as 40/100, or leave it out for the programme's own."),
    },
    "RATE_DIFFERS": {
        "zh": (
            "本轮 {other} 按{known}核定，本案为{asked}，未说明理由。",
            "同一轮次比例应一致；确需不同的，请在核定理由中说明。",
        ),
        "en": (
            "Case {other} of this round was determined at {known}, this one at {asked}, without a reason.",
            "One rate holds for all of a round; where it must differ, give the reason.",
        ),
    },
}
