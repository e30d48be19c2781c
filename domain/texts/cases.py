"""A case and its stages: decisions, corrections, deadlines, what a stage brings about, ways back and vetoes."""

from domain.texts.form import Texts

TEXTS: Texts = {
    "CASE_UNKNOWN": {
        "zh": ("没有案件 {case}。", "请核对案件编号，或用 duifu case list 查看。"),
        "en": ("There is no case {case}.", "Check the number, or list the cases with duifu case list."),
    },
    "CASE_CLOSED": {
        "zh": ("案件 {case} 已办结：{summary}", "办结案件不再变更；如有新情况请另行申请。"),
        "en": (
            "Case {case} is closed: {summary}",
            "A closed case is not changed; file a new one if there is reason to.",
        ),
    },
    "STAGE_NOT_OPEN": {
        "zh": ("案件 {case} 当前环节为“{title}”（{stage}），不是 {asked}。", "请办理当前环节。"),
        "en": ("Case {case} is at {stage} ({title}), not at {asked}.", "Act on the stage that is open."),
    },
    "STAGE_NOT_DECIDED": {
        "zh": ("案件 {case} 的“{title}”不由人工决定，正在等待{waits_on}。", "请等待该环节完成。"),
        "en": ("Case {case} waits at {title} for {waits_on}; nobody decides it.", "Wait until that stage is over."),
    },
    "CLAIM_WITH_QUARTER": {
        "zh": (
            "案件 {case} 由批次 {cycle} 系统核验，尚未转人工。",
            "请等待系统核验；如需现在人工办理，请先认领该环节（claimTask）。",
        ),
        "en": (
            "Case {case} is verified by its quarter {cycle}, and no person has it.",
            "Wait for that; or take the stage in hand first, with claimTask, and decide it yourself.",
        ),
    },
    "VERDICT_MISSING": {
        "zh": ("对 {stage} 的决定没有写明通过或不予通过。", "请填写 verdict：VERDICT_PASS 或 VERDICT_REFUSE。"),
        "en": ("The decision on {stage} names no verdict.", "Set verdict to VERDICT_PASS or VERDICT_REFUSE."),
    },
    "REASON_MISSING": {
        "zh": (
            "{title}：须说明理由。",
            "请填写 reason；销毁密钥还须在 legalBasis 写明法律依据。",
        ),
        "en": (
            "{title} needs a reason.",
            "Fill in reason; to destroy a key, also its ground in law as legalBasis.",
        ),
    },
    "REASON_CODE_UNKNOWN": {
        "zh": ("不予通过的原因代码 {asked} 不是本政策的条件。", "可用代码：{known}。"),
        "en": ("{asked} is not a condition of this programme.", "Known codes: {known}."),
    },
    "CORRECTION_NOT_ALLOWED": {
        "zh": ("“{stage}”环节不能要求补正。", "请作出通过或不予通过的决定。"),
        "en": ("Nothing is returned for correction at {stage}.", "Decide to pass or to refuse."),
    },
    "CORRECTION_USED_UP": {
        "zh": (
            "补正以{rounds}次为限，已告知：{items}。",
            "请就现有材料作出决定；确因申请人的答复引起的新问题，须写明 causedBy。",
        ),
        "en": (
            "A case is returned {rounds} time(s) at most; it was told: {items}.",
            "Decide on what is there; if the reply itself made a further list necessary, say so as causedBy.",
        ),
    },
    "CORRECTION_NOT_REPLIED": {
        "zh": (
            "申请人尚未答复案件 {case} 的补正要求，没有可以引起新问题的答复。",
            "请待申请人答复；首次补正请删去 causedBy，一次性列出全部内容。",
        ),
        "en": (
            "The applicant of case {case} has not replied to a correction yet, so no reply caused this list.",
            "Wait for the reply; in a first list leave out causedBy, and list everything.",
        ),
    },
    "CORRECTION_EMPTY": {
        "zh": ("补正通知没有列出任何内容。", "请一次性列出需要补正的全部内容。"),
        "en": ("The correction request lists nothing.", "List everything that is missing, once."),
    },
    "CORRECTION_OTHER_APPLICANT": {
        "zh": ("补正后的申请单位与案件 {case} 的申请单位 {uscc} 不一致。", "补正不得更换申请单位；请另行申请。"),
        "en": ("The correction names another applicant than {uscc} of case {case}.", "File a new claim instead."),
    },
    "CORRECTION_OTHER_VOUCHER": {
        "zh": ("补正后的算力券与案件 {case} 的 {voucher} 不一致。", "补正不得更换算力券；请另行申请。"),
        "en": ("The correction names another voucher than {voucher} of case {case}.", "File a new request instead."),
    },
    "CORRECTION_OF_OTHER_KIND": {
        "zh": ("补正内容与案件 {case} 的种类不符，或没有内容。", "申领案件补交 application，兑付案件补交 redemption。"),
        "en": (
            "The correction is not of the kind of case {case}, or empty.",
            "Give application for a claim, redemption for a request.",
        ),
    },
    "WITHDRAWAL_TOO_LATE": {
        "zh": ("案件 {case} 已到“{title}”，不能撤回。", "如需退回款项请联系主管部门。"),
        "en": ("Case {case} is at {title} and can no longer be withdrawn.", "Ask the authority about returning money."),
    },
    "NO_DEADLINE": {
        "zh": ("案件 {case} 的“{title}”没有未处理的办理时限。", "无需处理。"),
        "en": ("{title} of case {case} has no deadline left to lapse.", "Nothing needs to be done."),
    },
    "NOT_DUE": {
        "zh": ("案件 {case} 的“{title}”时限为 {due_at}，现在是 {at}，尚未届满。", "届满后再处理。"),
        "en": ("{title} of case {case} is due at {due_at}; it is {at}.", "Ask again when it has passed."),
    },
    "STOP_REASON_UNKNOWN": {
        "zh": (
            "“{title}”不能以 {asked} 为由停止计时；办理方案允许的事由：{known}。",
            "请选用允许的事由，或继续计时办理。",
        ),
        "en": (
            "The clock of {title} does not stop for {asked}; the plan allows: {known}.",
            "Give a reason that the plan allows, or let the clock run.",
        ),
    },
    "CLOCK_STOPPED": {
        "zh": (
            "案件 {case} 的“{title}”自{since}起已停止计时（{reason}）。",
            "恢复计时（RestartClock）后再办；其间可以直接作出决定。",
        ),
        "en": (
            "The clock of {title}, case {case}, has stood still since {since} ({reason}).",
            "Restart it first with RestartClock; a decision is possible at any time.",
        ),
    },
    "CLOCK_RUNNING": {
        "zh": ("案件 {case} 的“{title}”正在计时，没有停止。", "无需恢复。"),
        "en": ("The clock of {title}, case {case}, is running.", "Nothing needs to be restarted."),
    },
    "OUTPUT_UNKNOWN": {
        "zh": ("“{title}”没有应办事项 {asked}。", "本环节的事项：{known}。"),
        "en": ("Stage {title} brings about no {asked}.", "It brings about: {known}."),
    },
    "OUTPUT_RECORDED": {
        "zh": ("{output}已登记（文号{number}）。", "每项只登记一次；有误的请退回该环节后重新登记。"),
        "en": (
            "{output} is on record (number {number}).",
            "It is recorded once; to mend it, have the case sent back to this stage.",
        ),
    },
    "OUTPUTS_MISSING": {
        "zh": ("“{title}”尚缺：{missing}，不能通过。", "请先逐项登记（recordOutput），再作决定。"),
        "en": ("Stage {title} lacks: {missing}.", "Record each of them (recordOutput), then decide."),
    },
    "NUMBER_MISSING": {
        "zh": ("登记{output}须填写文号。", "请填写 documentNumber。"),
        "en": ("{output} needs its document number.", "Fill in documentNumber."),
    },
    "EVIDENCE_MISSING": {
        "zh": ("{title}须附文件摘要（SHA-256）。", "请附上文件并填写其摘要。"),
        "en": ("{title} needs a document, by its SHA-256.", "Attach the document and give its digest."),
    },
    "REWORK_NOT_ALLOWED": {
        "zh": ("“{title}”不能退回到 {asked}。", "本环节可以退回到：{allowed}；需申请人补充材料的，请用补正。"),
        "en": (
            "Stage {title} cannot send a case back to {asked}.",
            "It may send it back to: {allowed}; what the applicant must mend is asked for as a correction.",
        ),
    },
    "VETO_NOT_FORESEEN": {
        "zh": ("案件 {case} 所适用的政策没有一票否决。", "请在所办环节作不予通过的决定。"),
        "en": ("The programme of case {case} knows no veto.", "Refuse it in its stage."),
    },
    "VETO_ROLE": {
        "zh": ("岗位 {role} 不能一票否决。", "可以否决的岗位：{needed}。"),
        "en": ("The role {role} may not veto.", "These may: {needed}."),
    },
}
