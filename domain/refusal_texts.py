"""What a refusal says, for every code: what was asked and what the rule allows; then the way forward."""

TEXTS: dict[str, dict[str, tuple[str, str]]] = {
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
    "PROGRAMME_UNKNOWN": {
        "zh": ("没有编号为 {programme} 的政策。", "现有政策：{known}。"),
        "en": ("There is no programme {programme}.", "Known programmes: {known}."),
    },
    "PROGRAMME_NOT_SERVED": {
        "zh": (
            "本系统尚不能办理政策 {programme}：尚不支持其文件中的 {part}。",
            "请按主管部门公布的渠道申报；可用 duifu quote 试算。",
        ),
        "en": (
            "The programme {programme} cannot be carried out here yet: {part} of its file is beyond the engine.",
            "File it where its authority says; duifu quote shows what it would give.",
        ),
    },
    "EDITION_UNKNOWN": {
        "zh": (
            "找不到摘要为 {sha256} 的政策版本，无法按原版本办理。",
            "请恢复该版本的政策文件；已受理案件不得改用其他版本。",
        ),
        "en": (
            "The programme edition {sha256} that was pinned is not at hand.",
            "Restore that edition's file; an accepted case never moves to another edition.",
        ),
    },
    "PARAMETER_EXPIRED": {
        "zh": ("参数 {name} 在 {day} 没有有效值。", "政策参数不得自动沿用；请由政策制定部门发布该日有效的数值。"),
        "en": (
            "Parameter {name} has no value on {day}.",
            "Values are never carried forward; the authority must publish one for that day.",
        ),
    },
    "CALENDAR_NOT_ANNOUNCED": {
        "zh": (
            "{day} 所在年度的工作日安排尚未公布（已载入至{last_year}年）。",
            "请在 programmes/working-days.yaml 载入国务院办公厅通知。",
        ),
        "en": (
            "Working days of the year of {day} are not announced; the calendar ends with {last_year}.",
            "Load the next notice into programmes/working-days.yaml.",
        ),
    },
    "CONDITIONS_NOT_MET": {
        "zh": (
            "不满足支持条件：{grounds}。",
            "不满足的条件请更正材料后重新提交；缺查询结果的请待查询完成；需人工认定的请附认定意见。",
        ),
        "en": (
            "Conditions stand in the way: {grounds}.",
            "Correct what is not met and file again, wait for evidence, or add a person's finding where one is needed.",
        ),
    },
    "BJ_E_CONTRACT_CLAIMED": {
        "zh": (
            "合同 {number} 已由案件 {case} 申领算力券 {voucher}，同一合同仅能申领一次。",
            "如需兑付请凭该算力券申请；其他合同可另行申领。",
        ),
        "en": (
            "Contract {number} was claimed by case {case} (voucher {voucher}); a contract is claimed once.",
            "Redeem that voucher, or claim on another contract.",
        ),
    },
    "CONTRACT_OTHER_BUYER": {
        "zh": ("合同 {number} 的买方 {buyer} 不是申报单位 {uscc}。", "请凭本单位签订的合同申领。"),
        "en": (
            "Contract {number} is bought by {buyer}, not by the applicant {uscc}.",
            "Claim on a contract of your own.",
        ),
    },
    "NOTHING_DUE": {
        "zh": (
            "案件 {case} 本次没有应兑付金额：开票、交付、付款中最小者新增{base}，累计计入{cumulative}，"
            "应兑付总额向下取整到分后仍为{due_fen}。",
            "补齐交付或付款后可凭同一发票再次申请；累计已达合同可计金额的，本券不再有应兑付金额。",
        ),
        "en": (
            "Case {case} adds nothing that is due: min(invoiced, delivered, paid) grows by {base} to {cumulative} in "
            "all, and what that releases, rounded down to the fen, is still {due_fen}.",
            "Ask again with the same invoice when more is delivered or paid, unless the whole contract is settled.",
        ),
    },
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
    "WRONG_CASE": {
        "zh": ("本流程办理 {subject}，收到的命令针对 {asked}。", "请把命令发给相应案件的流程，或直接提交。"),
        "en": (
            "This workflow conducts {subject}; the command is about {asked}.",
            "Send it to the workflow of that case.",
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
    "VERDICT_MISSING": {
        "zh": ("对 {stage} 的决定没有写明通过或不予通过。", "请填写 verdict：VERDICT_PASS 或 VERDICT_REFUSE。"),
        "en": ("The decision on {stage} names no verdict.", "Set verdict to VERDICT_PASS or VERDICT_REFUSE."),
    },
    "REASON_MISSING": {
        "zh": (
            "{title}：不予通过、低于上限核定、录入查询结果、裁定或销毁密钥须说明理由。",
            "请填写 reason；销毁密钥还须在 legalBasis 写明法律依据。",
        ),
        "en": (
            "{title}: a refusal, a lower amount, an answer put in by hand, a ruling or a destroyed key needs a reason.",
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
        "zh": ("补正以{rounds}次为限，已告知：{items}。", "请就现有材料作出决定；不得再次要求补正。"),
        "en": ("A case is returned {rounds} time(s) at most; it was told: {items}.", "Decide on what is there."),
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
    "AMOUNT_ABOVE_CEILING": {
        "zh": ("核定{asked_fen}，超过上限{most_fen}。", "请核定不超过上限的金额。"),
        "en": ("{asked_fen} was approved; the ceiling is {most_fen}.", "Approve no more than the ceiling."),
    },
    "AMOUNT_NOT_POSITIVE": {
        "zh": ("核定{asked_fen}；上限为{most_fen}，金额须大于零。", "金额应大于零；不予支持的请作出不予通过的决定。"),
        "en": (
            "{asked_fen} was approved of at most {most_fen}; an amount must be positive.",
            "Refuse the claim if nothing is granted.",
        ),
    },
    "AMOUNT_NOT_ASKED": {
        "zh": ("“{title}”环节不核定金额。", "请去掉 approvedFen。"),
        "en": ("Stage {title} sets no amount.", "Leave approvedFen out."),
    },
    "NOT_DIVISIBLE_BY_LEVELS": {
        "zh": (
            "核定{amount_fen}不能由各级按{ratio}分尽；金额须为{step_fen}的整数倍。",
            "请改为{step_fen}的整数倍；不超过原金额的最接近数额为{lower_fen}。",
        ),
        "en": (
            "{amount_fen} was approved; levels that pay {ratio} can share only multiples of {step_fen}.",
            "Approve a multiple of {step_fen}; the nearest below is {lower_fen}.",
        ),
    },
    "DECISION_NOT_FORESEEN": {
        "zh": ("给出了 {decided}，但本政策的计算中没有该核定环节。", "请去掉 {decided}。"),
        "en": ("{decided} was given, but the calculation of this programme has no place for it.", "Leave it out."),
    },
    "DECIDED_RATE_TOO_HIGH": {
        "zh": ("核定比例为{asked}，政策规定不超过{most}。", "请核定不超过{most}的比例。"),
        "en": ("A rate of {asked} was decided; the policy allows at most {most}.", "Decide a rate of at most {most}."),
    },
    "LINE_WITHOUT_DAYS": {
        "zh": (
            "“{step}”有一项的起止日期为 {dates}，不是有效的期间。",
            "请补充或更正该项及其付款计划的起止日期。",
        ),
        "en": (
            "A line of {step} runs {dates}, which is no period of days.",
            "Give the first and last day of the line, and of each entry of its schedule.",
        ),
    },
    "CALCULATION_FAILED": {
        "zh": ("按现有事实无法计算“{step}”：{reason}。", "请核对所填事实；如无误，请政策制定部门检查该步骤的表达式。"),
        "en": (
            "{step} cannot be calculated from these facts: {reason}.",
            "Check the facts; if they are right, the programme's author must mend the expression of that step.",
        ),
    },
    "ACCOUNT_UNKNOWN": {
        "zh": ("本政策没有名为 {account} 的限额账户。", "现有账户：{known}。"),
        "en": ("The programme has no account {account}.", "Its accounts: {known}."),
    },
    "ACCOUNT_USE_NEGATIVE": {
        "zh": ("账户 {account} 的已用数额为 {amount}，不能小于零。", "请填写已用数额，不使用负数。"),
        "en": ("The use of account {account} is {amount}, less than nothing.", "State what was used; zero or more."),
    },
    "ACCOUNT_PERIOD_UNKNOWN": {
        "zh": (
            "账户 {account} 没有名为 {period} 的期间。",
            "请按 {example} 的写法填写；不填即为本申请所属的期间。",
        ),
        "en": (
            "Account {account} has no period {period}.",
            "Write it like {example}, or leave it out for the period of the application.",
        ),
    },
    "ACCOUNT_USE_CONTRADICTORY": {
        "zh": (
            "账户 {account}（{holder}，{period}）的已用数额在两份事实中不一致：一份为 {least}，另一份为 {most}。",
            "请查明已用数额，并在各份事实中填写同一数额。",
        ),
        "en": (
            "Two of the facts contradict each other about account {account} ({holder}, {period}): {least} was used, "
            "and {most}.",
            "Find out what was used and state the same in all of them.",
        ),
    },
    "NAME_NOT_OF_PROGRAMME": {
        "zh": ("事实中 {place} 的 {name} 不是本政策的名称。", "可用的名称：{known}。"),
        "en": ("{name} under {place} of the facts is no name of the programme.", "Its names: {known}."),
    },
    "CHECK_OF_OTHER": {
        "zh": (
            "查询 {check} 的结果是关于 {named} 的，而申请单位的统一社会信用代码为 {uscc}。",
            "请按申请单位的统一社会信用代码重新查询，并使用该结果。",
        ),
        "en": (
            "The answer to {check} is about {named}; the applicant's code is {uscc}.",
            "Query the source again by the applicant's code, and give that answer.",
        ),
    },
    "CHECK_UNKNOWN": {
        "zh": ("本案没有名为 {asked} 的查询。", "可用的名称：{known}。"),
        "en": ("This case has no check {asked}.", "Its checks: {known}."),
    },
    "CHECK_ANSWERED": {
        "zh": (
            "{title}已由来源答复（{source}，{queried_at}），不能人工录入。",
            "请按来源的答复办理；对答复有疑问的，请向来源核实更正，更正后将重新查询。",
        ),
        "en": (
            "The source of {title} has answered itself ({source}, {queried_at}); nothing is put in by hand.",
            "Go by that answer; if it is wrong, have it corrected at the source, where it is asked again.",
        ),
    },
    "ANSWER_OF_OTHER_KIND": {
        "zh": (
            "{title}须有来源的实际答复，类型为 {needed}，录入的是 {given}。",
            "请在 result 填写 {needed}，outcome 为命中或未命中；没有答复的无需录入。",
        ),
        "en": (
            "{title} is answered by {needed}, with an outcome that is clean or a hit; given was {given}.",
            "Fill in {needed} in result; what has no answer yet is not put in.",
        ),
    },
    "ANSWER_FROM_FUTURE": {
        "zh": ("{title}的查询时间{queried_at}晚于现在{at}。", "请填写实际查询的时间。"),
        "en": ("{title} is said to be queried at {queried_at}, which is after {at}.", "Give the time of the query."),
    },
    "CHECK_TWICE": {
        "zh": (
            "查询 {check} 的结果出现两次：{first} 和 {second}。",
            "请只保留据以办理的一次结果，通常是最近一次。",
        ),
        "en": (
            "The answer to {check} is there twice: {first} and {second}.",
            "Keep the one that counts, as a rule the newest.",
        ),
    },
    "CONTRACT_TWICE_IN_QUOTE": {
        "zh": ("合同 {number} 出现在两份事实中，同一合同仅能申领一次。", "请只保留其中一份事实。"),
        "en": ("Contract {number} is in two of the facts; a contract is claimed once.", "Keep one of them."),
    },
    "REDEMPTION_BEFORE_GRANT": {
        "zh": (
            "兑付申请于 {requested_on} 提出，早于申领的受理日期 {held_from}，当时尚无算力券。",
            "请在申领受理、算力券发放之后提出兑付申请。",
        ),
        "en": (
            "The request is of {requested_on}, before the claim was accepted on {held_from}: there was no voucher yet.",
            "Ask after the claim is accepted and the voucher issued.",
        ),
    },
    "APPLICATION_TWICE_IN_ROUND": {
        "zh": ("本轮中编号 {key} 出现两次，无法确定分配次序。", "请为每份申请给出不同的案件编号。"),
        "en": ("{key} occurs twice in the round, so that ties cannot be settled.", "Give each a case id of its own."),
    },
    "FACT_MISSING": {
        "zh": ("缺少计算所需的事实 {name}。", "请补充该事实后重试。"),
        "en": ("The fact {name} is needed and was not given.", "Give it and try again."),
    },
    "BJ_E_CAP": {
        "zh": (
            "{year}年度申领限额{cap_fen}已用{used_fen}，本案没有可发放的额度。",
            "本合同的一次申领机会未使用，可在下一自然年度申领。",
        ),
        "en": (
            "The cap of {year}, {cap_fen}, has {used_fen} issued; nothing is left for this case.",
            "The contract's single claim is not used up; it may be filed next year.",
        ),
    },
    "VOUCHER_UNKNOWN": {
        "zh": ("没有算力券 {voucher}。", "请核对券号。"),
        "en": ("There is no voucher {voucher}.", "Check the number."),
    },
    "VOUCHER_EXPIRED": {
        "zh": ("有效期至 {valid_through}，{requested_on} 提出的申请已过有效期。", "请咨询主管部门。"),
        "en": ("It was valid through {valid_through}; the request is of {requested_on}.", "Ask the authority."),
    },
    "REDEMPTION_ENDED": {
        "zh": ("最后一个兑付批次为 {last_quarter}，{requested_on} 提出的申请没有可进入的批次。", "请咨询主管部门。"),
        "en": ("The last batch is {last_quarter}; a request of {requested_on} joins none.", "Ask the authority."),
    },
    "PAYEE_NOT_HOLDER": {
        "zh": ("收款户名 {payee} 与券持有单位 {holder} 不一致。", "请填写与登记名称一致的本单位账户。"),
        "en": ("The account is held by {payee}, the voucher by {holder}.", "Name an account of the holder itself."),
    },
    "PAYEE_NOT_SUPPLIER": {
        "zh": ("收款户名 {payee} 与供给方 {supplier} 不一致。", "本政策结算给供给方，请填写供给方账户。"),
        "en": ("The account is held by {payee}, not by the supplier {supplier}.", "Name an account of the supplier."),
    },
    "INVOICE_OTHER_PARTY": {
        "zh": (
            "发票 {number} 的购方为 {buyer}、销方为 {seller}，而合同的购方为 {holder}、供给方为 {supplier}。",
            "请提交合同双方之间的发票。",
        ),
        "en": (
            "Invoice {number} is from {seller} to {buyer}; the contract's parties are {supplier} and {holder}.",
            "Hand in invoices between the parties.",
        ),
    },
    "INVOICE_USED_ELSEWHERE": {
        "zh": ("发票 {number} 已用于算力券 {voucher}。", "同一发票只能用于一张算力券。"),
        "en": ("Invoice {number} already serves voucher {voucher}.", "An invoice serves one voucher only."),
    },
    "RECEIPT_OTHER_PARTY": {
        "zh": (
            "付款凭证 {number} 的付款方为 {payer}、收款方为 {payee}，而合同的购方为 {holder}、供给方为 {supplier}。",
            "请提交合同双方之间的付款凭证。",
        ),
        "en": (
            "Receipt {number} is of {payer} paying {payee}; by the contract {holder} pays {supplier}.",
            "Hand in receipts between the parties.",
        ),
    },
    "PROOF_WITHOUT_INVOICE": {
        "zh": ("凭证 {number} 所指发票 {invoice} 不在本次申请中。", "请一并提交该发票，或更正凭证。"),
        "en": (
            "Proof {number} is about invoice {invoice}, which is not in the request.",
            "Add the invoice or mend the proof.",
        ),
    },
    "NOT_YET_HAPPENED": {
        "zh": ("{what} 的日期 {day} 晚于收件日 {received_on}。", "交付、开票、付款完成后再申请。"),
        "en": ("{what} is dated {day}, after the day of receipt {received_on}.", "Ask when it has happened."),
    },
    "QUARTER_MALFORMED": {
        "zh": ("{quarter} 不是季度。", "季度写作 2024Q1。"),
        "en": ("{quarter} is not a quarter.", "Write a quarter as 2024Q1."),
    },
    "CYCLE_UNKNOWN": {
        "zh": ("没有这个兑付批次。", "请核对批次编号；批次在第一笔申请加入时开立。"),
        "en": ("There is no such redemption cycle.", "Check its id; a cycle opens with its first claim."),
    },
    "CYCLE_CLOSED": {
        "zh": ("批次 {cycle} 已结清。", "已结清的批次不再变更。"),
        "en": ("Cycle {cycle} is closed.", "Nothing closed is reopened."),
    },
    "CYCLE_FROZEN": {
        "zh": ("批次 {cycle} 已截止。", "新的申请进入下一批次。"),
        "en": ("Cycle {cycle} is frozen.", "New requests join the next one."),
    },
    "CUT_OFF_NOT_REACHED": {
        "zh": ("批次 {cycle} 于 {cut_off} 截止，现在是 {at}。", "截止后再冻结。"),
        "en": ("Cycle {cycle} is cut off at {cut_off}; it is {at}.", "Freeze it then."),
    },
    "CYCLE_NOT_FROZEN": {
        "zh": ("批次 {cycle} 尚未截止。", "截止后再支付和结清。"),
        "en": ("Cycle {cycle} is not frozen.", "Pay and close it after its cut-off."),
    },
    "RULING_MISSING": {
        "zh": ("批次 {cycle} 待主管部门确认。", "主管部门确认（ConfirmCycle）后支付。"),
        "en": ("Cycle {cycle} waits for a ruling of the authority.", "Confirm it with ConfirmCycle."),
    },
    "NO_RULING_NEEDED": {
        "zh": ("批次 {cycle} 无需确认或已确认。", "无需处理。"),
        "en": ("Cycle {cycle} needs no ruling, or has it.", "Nothing needs to be done."),
    },
    "CLAIMS_NOT_READY": {
        "zh": ("批次 {cycle} 尚有未核定的申请：{claims}。", "请先完成核验。"),
        "en": ("Cycle {cycle} waits for the verification of {claims}.", "Verify them first."),
    },
    "PAY_DAY_NOT_REACHED": {
        "zh": ("批次 {cycle} 于 {pay_on} 起支付，现在是 {at}。", "到期后再支付。"),
        "en": ("Cycle {cycle} pays from {pay_on}; it is {at}.", "Order the payments then."),
    },
    "CYCLE_NOT_SETTLED": {
        "zh": ("批次 {cycle} 尚有未结清的申请：{claims}。", "待全部支付有结果后结清。"),
        "en": ("Cycle {cycle} has claims without an end: {claims}.", "Close it when every payment is answered."),
    },
    "ORDER_UNKNOWN": {
        "zh": ("批次 {cycle} 没有支付指令 {order}。", "请核对指令编号。"),
        "en": ("Cycle {cycle} has no payment order {order}.", "Check the order id."),
    },
    "PAYMENT_RESULT_CONFLICT": {
        "zh": (
            "支付指令 {order} 的结果已记为 {known}，与本次 {asked} 不一致。",
            "请与国库核对；账本不改写已记录的结果。",
        ),
        "en": (
            "Order {order} is on record as {known}, not {asked}.",
            "Ask the treasury; a recorded result is never rewritten.",
        ),
    },
    "ACCOUNT_IN_PAYMENT": {
        "zh": ("案件 {case} 的款项正在支付，暂不能更换账户。", "待支付结果返回后再更换。"),
        "en": ("A payment of case {case} is under way.", "Replace the account when its result is known."),
    },
    "NO_ACCOUNT": {
        "zh": ("案件 {case} 是申领案件，没有收款账户。", "请在兑付案件中更换账户。"),
        "en": ("Case {case} claims a voucher; it has no bank account.", "Replace the account of a redemption case."),
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
    "EXPERT_UNKNOWN": {
        "zh": ("专家库 {programme} 中没有专家 {expert}。", "请核对账号；已出库的专家无需再办。"),
        "en": ("{expert} is not in the pool of {programme}.", "Check the account; who has left the pool stays out."),
    },
    "STAGE_NOT_PANEL": {
        "zh": ("案件 {case} 现处于“{title}”，该环节不由专家评审组办理。", "请待案件进入专家评审环节后再办。"),
        "en": ("Case {case} is at {title}, which no panel concludes.", "Wait until it has come to a panel of experts."),
    },
    "PANEL_CONVENED": {
        "zh": ("评审组 {panel} 已召集，不得重新召集。", "请继续该评审组的工作；在席人数不足时方可重新召集。"),
        "en": (
            "Panel {panel} is convened already, and nobody convenes it again to draw others.",
            "Go on with it; it is convened anew only when fewer than its quorum are left.",
        ),
    },
    "PANEL_NOT_CONVENED": {
        "zh": ("案件 {case} 的评审组尚未召集。", "请先召集评审组并提交种子的承诺。"),
        "en": ("No panel is convened for case {case}.", "Convene one first, with the commitment to a seed."),
    },
    "PANEL_DRAWN": {
        "zh": ("评审组 {panel} 已完成抽取。", "抽取只进行一次；任何人可用 duifu panel verify 核验。"),
        "en": ("Panel {panel} is drawn already.", "It is drawn once; duifu panel verify checks how."),
    },
    "PANEL_NOT_DRAWN": {
        "zh": ("评审组 {panel} 未在工作：尚未抽取，或在席人数不足。", "请待评审秘书召集并完成抽取。"),
        "en": (
            "Panel {panel} is not at work: it is not drawn yet, or too few are left.",
            "Wait until the secretary has convened it and opened the seed.",
        ),
    },
    "POOL_TOO_SMALL": {
        "zh": ("专家库{pool}人中可抽取的有{able}人，评审组需{needed}人。", "请补充与本案无利害关系的专家后再召集。"),
        "en": (
            "Of {pool} experts in the pool {able} may be drawn; the panel has {needed}.",
            "Register more experts who have nothing to do with the case, then convene it.",
        ),
    },
    "SEED_MISMATCH": {
        "zh": ("种子的SHA-256与召集时的承诺 {committed} 不符。", "请提交召集时所承诺的种子，原样64个字符。"),
        "en": (
            "The seed's SHA-256 is not the commitment {committed}.",
            "Open the seed that was committed to, as it was.",
        ),
    },
    "NOT_ON_PANEL": {
        "zh": ("{expert} 不在评审组 {panel} 的席上。", "请由在席专家办理；已退出的专家不得继续参与。"),
        "en": ("{expert} does not sit on panel {panel}.", "Its members act; who has left it takes no further part."),
    },
    "NOT_DECLARED": {
        "zh": (
            "{expert} 尚未就评审组 {panel} 的案件声明有无利害关系，不得查阅案件内容和评分。",
            "请先提交利害关系声明。",
        ),
        "en": (
            "{expert} has not declared interests to panel {panel}; nothing of the case is shown before that.",
            "Declare a conflict, or that there is none.",
        ),
    },
    "DECLARATION_GIVEN": {
        "zh": ("{expert} 已向评审组 {panel} 声明无利害关系。", "无需重复声明；此后发现利害关系的，可随时声明回避。"),
        "en": (
            "{expert} has declared to panel {panel} that there is no conflict.",
            "Nothing more is needed; a conflict that is found later may be declared at any time.",
        ),
    },
    "CONFLICT_UNNAMED": {
        "zh": ("声明有利害关系的，须写明类别和情况；声明无利害关系的，不填类别。", "请补充后重新声明。"),
        "en": (
            "A conflict is declared with its kinds and what it is; who has none names no kind.",
            "Complete the declaration and send it again.",
        ),
    },
    "SCORING_OTHER": {
        "zh": ("本次为第{scoring}次评分，所提交的是第{asked}次评分的评分表。", "请按第{scoring}次评分重新填写。"),
        "en": (
            "Scoring {scoring} is open; the sheet is for scoring {asked}.",
            "Fill in a sheet for scoring {scoring}.",
        ),
    },
    "SHEETS_COMPLETE": {
        "zh": ("评审组 {panel} 的评分表已全部密封，不得更换。", "请开启已密封的评分表。"),
        "en": ("Every sheet of panel {panel} is sealed; none is changed any more.", "Open the sheet that was sealed."),
    },
    "SHEETS_NOT_COMPLETE": {
        "zh": ("评审组 {panel} 尚有 {missing} 未密封评分表，此前不得开启。", "请待全部评分表密封后开启。"),
        "en": ("{missing} of panel {panel} have not sealed their sheets yet.", "Open yours when all are sealed."),
    },
    "SHEET_OPENED": {
        "zh": ("{expert} 在评审组 {panel} 的评分表已开启。", "无需重复开启。"),
        "en": ("The sheet of {expert} on panel {panel} is open already.", "Nothing more is needed."),
    },
    "SHEET_MISMATCH": {
        "zh": ("评分表的SHA-256为 {found}，与密封时的 {sealed} 不符。", "请提交密封时的评分表和随机数，一字不改。"),
        "en": (
            "The sheet's SHA-256 is {found}; {sealed} was sealed.",
            "Open the very sheet that was sealed, with its salt.",
        ),
    },
    "SHEET_INVALID": {
        "zh": ("评分表不符合评分标准：{problem}。", "请按评分标准逐项、按顺序打分；已密封的无效评分表视为未评分。"),
        "en": (
            "The sheet does not follow the criteria: {problem}.",
            "Score every criterion once and in order; an invalid sheet that is sealed counts as silence.",
        ),
    },
    "NO_CONCLUSION": {
        "zh": ("评审组 {panel} 尚未形成评审意见。", "请待全部评分表开启后签署。"),
        "en": ("Panel {panel} has no conclusion yet.", "Sign it when every sheet is open."),
    },
    "CONCLUSION_SIGNED": {
        "zh": ("{expert} 已签署评审组 {panel} 的评审意见。", "无需重复签署。"),
        "en": ("{expert} has signed the conclusion of panel {panel}.", "Nothing more is needed."),
    },
    "CONCLUSION_OTHER": {
        "zh": ("所签署的评审意见 {asked} 不是现行的 {known}。", "请核对现行评审意见后签署其摘要。"),
        "en": ("The conclusion {asked} is not the one that stands, {known}.", "Read that one, and sign its digest."),
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
    "DUTY_REQUESTER": {
        "zh": (
            "账号 {account} 是案件 {at} 申请人一方的经办人或联系人，应当回避，不得办理案件 {case}。",
            "请由与申请单位无关的其他人员办理。",
        ),
        "en": (
            "{account} handed in or is the contact of case {at} for the applicant, so decides nothing in case {case}.",
            "Let somebody act who has nothing to do with the applicant.",
        ),
    },
    "DUTIES_APART": {
        "zh": (
            "{duty}：账号 {account} 已以{acted_as}办理本案的“{stage}”，不得再以{role}办理。",
            "请由未以上述岗位办理过本案的其他人员办理；委托、转交和催办都不改变这一要求。",
        ),
        "en": (
            "{duty}: {account} acted in this case as {acted_as}, in the stage {stage}, so may not act as {role}.",
            "Ask somebody who has not; a delegation, a hand-over or an overdue deadline changes nothing.",
        ),
    },
    "TASK_CLAIMED_BY_OTHER": {
        "zh": (
            "“{title}”已由 {by} 于{since}认领。",
            "请由认领人办理、转交或释放；同岗位人员也可说明理由后释放。",
        ),
        "en": (
            "{by} took the stage {title} in hand on {since}.",
            "Let them decide it, hand it over or release it; another holder of the role may release it with a reason.",
        ),
    },
    "TASK_NOT_CLAIMED": {
        "zh": ("“{title}”没有人认领。", "无需释放或转交；可直接认领或办理。"),
        "en": ("Nobody has taken the stage {title} in hand.", "Claim it or decide it; there is nothing to give back."),
    },
    "DELEGATION_TO_SELF": {
        "zh": ("不能授权给自己（{account}）。", "请授权给其他人员。"),
        "en": ("{account} cannot delegate to themselves.", "Name somebody else."),
    },
    "DELEGATION_IN_PAST": {
        "zh": ("授权自{from_on}起，早于今天（{today}）。", "授权不得追溯；请从今天或以后起算。"),
        "en": ("The delegation begins on {from_on}, before today, {today}.", "Begin it today or later."),
    },
    "DELEGATION_TOO_LONG": {
        "zh": ("授权自{from_on}至{through_on}，超过一年。", "最长至{last}；到期后可重新授权。"),
        "en": (
            "The delegation from {from_on} through {through_on} is longer than a year.",
            "It may last through {last}; then give it anew.",
        ),
    },
    "DELEGATION_ONWARD": {
        "zh": (
            "岗位 {role} 由 {delegator} 授权行使，不得转授权。",
            "请由 {delegator} 本人授权。",
        ),
        "en": (
            "The role {role} is lent by {delegator}; who has it on loan does not lend it on.",
            "Let {delegator} lend it themselves.",
        ),
    },
    "DELEGATION_MISSING": {
        "zh": (
            "{delegator} 没有将岗位 {role} 授权给 {account}，或已经撤回，或不适用于该政策和事项。",
            "请由 {delegator} 先授权，或由其本人办理。",
        ),
        "en": (
            "{delegator} has not lent the role {role} to {account}, or took it back, or not for what this is about.",
            "Let {delegator} delegate it first, or act themselves.",
        ),
    },
    "DELEGATION_EXPIRED": {
        "zh": (
            "{delegator} 将岗位 {role} 授权给 {account} 的期间为{periods}，今天（{today}）不在其内。",
            "请由 {delegator} 重新授权，或由其本人办理。",
        ),
        "en": (
            "{delegator} lent the role {role} to {account} for {periods}; today is {today}.",
            "Let {delegator} delegate it anew, or act themselves.",
        ),
    },
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
    "ENTERED_BY_SELF": {
        "zh": (
            "“{title}”所依据的查询结果由 {account} 人工录入，录入人不得办理该环节。",
            "请由另一名同岗位人员办理；来源恢复后的答复会取代录入的结果。",
        ),
        "en": (
            "{account} put in by hand an answer that stage {title} rests on, and does not decide it.",
            "Ask another holder of the role; an answer of the source itself takes the place of what was put in.",
        ),
    },
}
