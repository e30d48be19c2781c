"""Who may act, for whom, and what keeps them from it."""

from domain.texts.form import Texts

TEXTS: Texts = {
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
