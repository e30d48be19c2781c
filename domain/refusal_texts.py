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
            "{title}：不予通过、低于上限核定、裁定或销毁密钥须说明理由。",
            "请填写 reason；销毁密钥还须在 legalBasis 写明法律依据。",
        ),
        "en": (
            "{title}: a refusal, a lower amount, a ruling or the destruction of a key needs a reason.",
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
            "核定{amount_fen}不能由各级按{ratio}分担到分；金额须为{step_fen}的整数倍。",
            "请改为{step_fen}的整数倍；不超过原金额的最接近数额为{lower_fen}。",
        ),
        "en": (
            "{amount_fen} was approved; levels that pay {ratio} can share only multiples of {step_fen} to the fen.",
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
}
