"""Cases that name each other, special approvals, and days on which the office holds still."""

from domain.texts.form import Texts

TEXTS: Texts = {
    "LINK_TO_SELF": {
        "zh": ("案件 {case} 不能与自己关联。", "请核对另一案件的编号。"),
        "en": ("Case {case} cannot be linked to itself.", "Check the number of the other case."),
    },
    "LINK_NOT_YOURS": {
        "zh": (
            "岗位 {role} 不参与办理这两个案件，不能设置或解除关联。",
            "请由办理其中一个案件的岗位操作：{needed}。",
        ),
        "en": (
            "The role {role} has no part in either case, so neither links nor unlinks them.",
            "Ask a role that has: {needed}.",
        ),
    },
    "LINKED_OTHERWISE": {
        "zh": (
            "案件 {case} 与 {other} 已有关联：{known}。",
            "两个案件之间只有一种关系；如有变化，请先解除再重新关联。",
        ),
        "en": (
            "Cases {case} and {other} are linked already: {known}.",
            "One relation holds between two cases; unlink them first, then link them anew.",
        ),
    },
    "NOT_LINKED": {
        "zh": ("案件 {case} 与 {other} 没有关联。", "无需解除；请核对编号。"),
        "en": ("Cases {case} and {other} are not linked.", "There is nothing to take back; check the numbers."),
    },
    "SPECIAL_APPROVAL_NOT_FORESEEN": {
        "zh": (
            "本案所依据的政策未规定“{account}”可以专项批准。",
            "可以专项批准的限额：{known}。",
        ),
        "en": (
            "The programme of this case lets nobody approve specially for {account}.",
            "Limits for which somebody may: {known}.",
        ),
    },
    "SPECIAL_APPROVAL_GIVEN": {
        "zh": ("“{title}”已由 {by} 作出专项批准。", "无需重复批准；内容有误的，请先撤销再重新批准。"),
        "en": ("{by} has approved specially for {title} already.", "Revoke that first if it has to be another."),
    },
    "SPECIAL_APPROVAL_MISSING": {
        "zh": ("案件 {case} 的“{title}”没有有效的专项批准。", "无需撤销。"),
        "en": ("No special approval for {title} stands in case {case}.", "There is nothing to revoke."),
    },
    "AMOUNT_SET": {
        "zh": (
            "案件 {case} 的金额已核定为{amount_fen}，不能再作出或撤销专项批准。",
            "专项批准须在核定金额之前；确需改变的，请先退回到核定环节。",
        ),
        "en": (
            "The amount of case {case} is set: {amount_fen}. Special approvals are neither given nor revoked any more.",
            "They come before the amount is set; where it has to change, send the case back to that stage first.",
        ),
    },
    "APPROVER_SETS_AMOUNT": {
        "zh": (
            "“{title}”：账号 {account} 不得既作专项批准又核定金额。",
            "请由另一名人员办理；委托和转交不改变这一要求。",
        ),
        "en": (
            "{title}: {account} may not both approve specially and set the amount.",
            "Ask somebody else; a delegation or a hand-over changes nothing.",
        ),
    },
    "FROZEN": {
        "zh": (
            "“{title}”：{from_on}至{through_on}为冻结期，暂不办理。",
            "请在{through_on}之后办理；提交材料、补正和法定时限照常，系统的支付指令到期后自动继续。",
        ),
        "en": (
            "{title}: from {from_on} through {through_on} this is held.",
            "Do it after {through_on}. What applicants hand in and legal time limits go on; the system's own payment "
            "orders follow by themselves.",
        ),
    },
}
