"""Panels of experts."""

from domain.texts.form import Texts

TEXTS: Texts = {
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
}
