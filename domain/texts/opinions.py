"""What others say of a stage before it is decided. (会签)"""

from domain.texts.form import Texts

TEXTS: Texts = {
    "OPINION_NOT_ASKED": {
        "zh": ("“{title}”不征求岗位 {role} 的意见。", "本环节征求意见的岗位：{known}。"),
        "en": ("{title} does not ask the role {role} for an opinion.", "It asks: {known}."),
    },
    "OPINION_UNCLEAR": {
        "zh": ("{role}对“{title}”的意见为“{said}”。", "请填写其中之一：{allowed}。"),
        "en": (
            "The opinion of {role} on {title} is {said}.",
            "Set verdict to one of {allowed}; an objection needs a reason.",
        ),
    },
    "OPINION_TWICE": {
        "zh": ("账号 {account} 已经就“{title}”提出另一份意见，一人只提一份。", "请由其他人员提出。"),
        "en": ("{account} had a hand in another opinion on {title}; a person gives one.", "Let somebody else give it."),
    },
    "OPINIONS_FULL": {
        "zh": ("{role}对“{title}”的意见已满{most}份。", "无需再提；已提出意见的人员可以更改自己的意见。"),
        "en": (
            "{most} people of {role} have given their opinions on {title}; that is all.",
            "There is no need for another; who gave one may change it.",
        ),
    },
    "OPINION_TOO_LATE": {
        "zh": ("“{title}”征求意见的{days}日已过，未提出的意见已按约定计算。", "请直接告知该环节的办理人。"),
        "en": (
            "The {days} days for opinions on {title} have passed; silence has been counted as the programme says.",
            "Tell whoever decides the stage.",
        ),
    },
    "OPINION_AMOUNT_MISSING": {
        "zh": (
            "“{title}”核定超过{above_fen}的，由{role}加签；同意时须写明至多同意的金额。",
            "请填写 agreedFen。",
        ),
        "en": (
            "{role} signs {title} too where more than {above_fen} is approved, and says up to which amount.",
            "Fill in agreedFen.",
        ),
    },
    "OPINION_OF_DECIDER": {
        "zh": ("账号 {account} 已就“{title}”提出意见，不得再办理该环节。", "请由另一名同岗位人员办理。"),
        "en": ("{account} gave an opinion on {title}, so does not decide it.", "Ask another holder of the role."),
    },
    "OPINION_AGAINST": {
        "zh": (
            "{role}（{by}）不同意“{title}”通过：{reason}。",
            "请与其协商后由其更改意见，或作出不予通过、退回的决定。",
        ),
        "en": (
            "{role} ({by}) objects to passing {title}: {reason}.",
            "Settle it with them, so that they change their opinion; or refuse, or send it back.",
        ),
    },
    "OPINIONS_MISSING": {
        "zh": ("案件 {case} 的“{title}”尚缺会签意见：{missing}。", "请等待其提出意见（duifu case opine）。"),
        "en": (
            "Consents to {title} of case {case} are missing: {missing}.",
            "Wait until they are given (duifu case opine).",
        ),
    },
    "QUORUM_NOT_REACHED": {
        "zh": ("“{title}”有{present}人参加表决，至少须有{quorum}人。", "请等待其他人员提出意见。"),
        "en": ("{present} have voted on {title}; at least {quorum} must.", "Wait for the others."),
    },
    "CONSENTS_TOO_FEW": {
        "zh": (
            "“{title}”有{present}人参加表决，{consents}人同意，未达到{share}。",
            "请等待其他人员提出意见，或作出不予通过、退回的决定。",
        ),
        "en": (
            "{consents} of {present} consent to {title}, which is less than {share}.",
            "Wait for the others; or refuse, or send it back.",
        ),
    },
    "ENTRY_NOT_MET": {
        "zh": ("案件 {case} 进入“{title}”须先满足：{grounds}。", "请待其满足后再通过本环节。"),
        "en": ("Case {case} enters {title} only once this is met: {grounds}.", "Pass this stage when it is."),
    },
}
