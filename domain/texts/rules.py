"""A programme and its rules: conditions, answers of sources, amounts, limits, and what a quote is asked."""

from domain.texts.form import Texts

TEXTS: Texts = {
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
}
