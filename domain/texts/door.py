"""What the one door says of any command: its shape, its sender, the deployment it came to."""

from domain.texts.form import Texts

TEXTS: Texts = {
    "MALFORMED": {
        "zh": ("命令格式有误：{problems}。", "按提示修改后重新提交；本次未作任何记录。"),
        "en": (
            "The command is malformed: {problems}.",
            "Mend it as described and send it again; nothing was recorded.",
        ),
    },
    "COMMAND_ID_REUSED": {
        "zh": (
            "命令编号 {command_id} 已用于另一内容的命令。",
            "内容不同的命令请使用新的编号；要得到原答复，请原样重发。",
        ),
        "en": (
            "Command id {command_id} was already used for a command with other content.",
            "Use a new id for other content; send the original unchanged to get its answer again.",
        ),
    },
    "LEDGER_BUSY": {
        "zh": ("账本繁忙，{attempts}次尝试均被并发写入抢先。", "请用同一命令编号重发；已生效的命令不会重复执行。"),
        "en": (
            "The ledger is busy: {attempts} attempts were overtaken by other writers.",
            "Send it again with the same command id; nothing is ever executed twice.",
        ),
    },
    "COMMIT_TOO_LARGE": {
        "zh": (
            "该命令需一次记入{events}条事件，一次最多记入{most}条，因此未予执行。",
            "请减少一次办理的数量，分批提交；系统自身的任务请联系运维人员。",
        ),
        "en": (
            "The command would record {events} events in one commit; at most {most} are allowed, so it was not done.",
            "Ask for less at a time, in several commands; for a task of the system itself, call its operator.",
        ),
    },
    "ROLE_RESERVED": {
        "zh": ("命令 {kind} 只能由系统内部发出，{actor} 不能发出。", "请使用面向岗位或申请人的命令。"),
        "en": ("{kind} is sent by the system itself; {actor} may not send it.", "Use the commands for your own role."),
    },
    "ROLE_MISMATCH": {
        "zh": ("“{title}”由岗位 {needed} 办理，当前岗位为 {role}。", "请由 {needed} 岗位的人员办理。"),
        "en": (
            "Stage {title} is for the role {needed}; you act as {role}.",
            "Ask somebody who holds the role {needed}.",
        ),
    },
    "NOT_YOUR_CASE": {
        "zh": ("案件 {case} 不属于单位 {uscc}，或当前身份不是申请人。", "请以该案申请单位的身份提交。"),
        "en": (
            "Case {case} does not belong to {uscc}, or you do not act as an applicant.",
            "Act for the case's applicant.",
        ),
    },
    "WRONG_CASE": {
        "zh": ("本流程办理 {subject}，收到的命令针对 {asked}。", "请把命令发给相应案件的流程，或直接提交。"),
        "en": (
            "This workflow conducts {subject}; the command is about {asked}.",
            "Send it to the workflow of that case.",
        ),
    },
    "NOT_A_REHEARSAL": {
        "zh": (
            "本账本是正式账本，业务时间就是机器时间，不能推进。",
            "演练须在新的空账本上用 duifu up --rehearse-from 日期 开始。",
        ),
        "en": (
            "This ledger is in production: business time is the machine's time.",
            "Rehearse on a new, empty ledger: duifu up --rehearse-from DATE.",
        ),
    },
    "ALREADY_REHEARSING": {
        "zh": ("本账本已经是演练账本。", "可用 duifu rehearse --until 推进业务时间。"),
        "en": ("This ledger is a rehearsal already.", "Let time pass with duifu rehearse --until."),
    },
    "NOT_EMPTY": {
        "zh": ("账本已有正式记录，不能改为演练。", "演练须使用新的空账本。"),
        "en": ("The ledger holds production records and cannot become a rehearsal.", "Use a new, empty ledger."),
    },
    "SUBJECT_UNKNOWN": {
        "zh": ("没有这个账号的个人信息密钥。", "请核对账号；账号不是姓名或手机号。"),
        "en": (
            "There is no key of a person with this account.",
            "Check it; an account is neither a name nor a number.",
        ),
    },
    "SUBJECT_KEY_DESTROYED": {
        "zh": (
            "账号 {subject} 的第{generation}代密钥已决定销毁，此后没有新的个人信息。",
            "无需再办；可用 duifu privacy show 查看。",
        ),
        "en": (
            "The destruction of key {generation} of {subject} is on record, and no value came in since.",
            "Nothing needs to be done; duifu privacy show tells how it stands.",
        ),
    },
    "SUBJECT_IN_OPEN_CASE": {
        "zh": (
            "账号 {subject} 是在办案件 {cases} 的联系人，办结前仍需使用其个人信息。",
            "请待案件办结，或由申请人在补正时更换联系人后再办。",
        ),
        "en": (
            "{subject} is the contact of open cases, which need the values until they end: {cases}.",
            "Wait until they are closed, or let a correction name another contact.",
        ),
    },
    "SUBJECT_ON_PANEL": {
        "zh": (
            "账号 {subject} 是评审组 {panels} 的在席专家，评审结束前仍需使用其个人信息。",
            "请待评审结束；本人不再参加的，由其声明回避、退出评审组后再办。",
        ),
        "en": (
            "{subject} sits on panels that are at work and need the values until they end: {panels}.",
            "Wait until they end, or let the expert declare a conflict and leave the panel.",
        ),
    },
}
