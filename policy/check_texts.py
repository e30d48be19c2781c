"""What a problem says that shows only when the parts of a file are held against each other."""

CHECK_TEXTS: dict[str, dict[str, tuple[str, str, str]]] = {
    "NAME_UNKNOWN": {
        "zh": ("{section} 中没有 {name}。", "{section} 中有：{known}。", "请改正名称，或在 {section} 中补上。"),
        "en": ("There is no {name} in {section}.", "{section} has: {known}.", "Correct the name, or add it there."),
    },
    "NAME_UNUSED": {
        "zh": ("{section} 中的 {name} 没有被使用。", "写出的规则应当起作用。", "请在规则中使用，或删去。"),
        "en": ("Nothing uses {name} of {section}.", "What a file says should have an effect.", "Use it or delete it."),
    },
    "PARAMETER_KIND": {
        "zh": ("参数 {name} 的种类是 {kind}。", "此处只能用：{wanted}。", "请改用别的参数，或改正它的 kind。"),
        "en": (
            "The parameter {name} is of kind {kind}.",
            "This place takes: {wanted}.",
            "Use another parameter, or correct its kind.",
        ),
    },
    "STEP_UNKNOWN": {
        "zh": ("没有名为 {name} 的步骤。", "步骤：{known}；参数写作 parameter.名称。", "请改正名称，或补上该步骤。"),
        "en": (
            "There is no step {name}.",
            "Steps: {known}; a parameter is written parameter.name.",
            "Correct the name, or add the step.",
        ),
    },
    "STEP_LATER": {
        "zh": ("步骤 {name} 在此之后才计算。", "只能使用前面的步骤。", "请调整步骤的先后。"),
        "en": ("The step {name} is not calculated yet here.", "A step uses earlier ones.", "Change their order."),
    },
    "ONE_OF_KEYS": {
        "zh": ("{keys} 都写了，或都没有写。", "其中恰好写一个。", "请补上一个，或删去多余的。"),
        "en": (
            "Of {keys} there are none or several.",
            "Exactly one is written.",
            "Add one, or delete what is too much.",
        ),
    },
    "CLAUSE_UNKNOWN": {
        "zh": (
            "clauses 中没有条款 {written}。",
            "引用的条款须在 clauses 中列出。",
            "请改正条款号，或在 clauses 中补上。",
        ),
        "en": (
            "The clause {written} is not listed.",
            "A clause that is cited is a row of clauses.",
            "Correct the number, or add the row.",
        ),
    },
    "CLAUSE_WITHOUT_HOME": {
        "zh": (
            "没有规则引用条款 {written}，也没有写明它在哪里落实。",
            "每一条款都须有着落。",
            "请在落实它的规则中引用，或写 {{gist: …, home: 人工}}。",
        ),
        "en": (
            "No rule cites the clause {written}, and nothing says where it lives.",
            "Every clause has a home.",
            "Cite it where it is carried out, or write {{gist: …, home: 人工}}.",
        ),
    },
    "PERIOD_REVERSED": {
        "zh": ("止日 {last} 早于起日 {first}。", "首日和末日都计入，末日不得早于首日。", "请改正 from 或 through。"),
        "en": (
            "It ends on {last}, before {first}.",
            "The first and the last day both count.",
            "Correct from or through.",
        ),
    },
    "ROWS_OVERLAP": {
        "zh": (
            "{key} 在 {first} 至 {last} 有两行。",
            "名录中同一 key 的各行，日期不得重叠。",
            "请改正 from 或 through，使每一天只有一行。",
        ),
        "en": (
            "{key} has two rows from {first} to {last}.",
            "A key of a table has at most one row on a day.",
            "Correct from or through.",
        ),
    },
    "FREEZES_OVERLAP": {
        "zh": (
            "{first} 至 {last} 另有一段冻结期也暂停 {what}。",
            "同一天的同一事项只由一段冻结期暂停。",
            "请合并两段，或改正 from、through、holds。",
        ),
        "en": (
            "From {first} to {last} another window holds {what} too.",
            "What is held on a day is held by one window.",
            "Join the two, or correct from, through or holds.",
        ),
    },
    "RATIO_ABOVE_ONE": {
        "zh": ("比率 {written} 大于1。", '支持比例一般不大于1：20%写作 "20/100"。', "请核对是否写错。"),
        "en": (
            "The ratio {written} is above 1.",
            'A rate of support seldom is: 20 % is written "20/100".',
            "Make sure that it is meant.",
        ),
    },
    "PARAMETER_GAP": {
        "zh": (
            "参数 {name} 在施行期内的 {days} 没有值。",
            "值不会沿用；没有值的日子，用到它的金额不予计算，条件不予通过。",
            "请补上这些日子的值，或确认这些日子确实用不到它。",
        ),
        "en": (
            "The parameter {name} has no value on {days}, when the programme is in force.",
            "Nothing is carried forward: without a value no amount is granted and no condition passes.",
            "Add a value for these days, or make sure that they are never asked for.",
        ),
    },
    "EDITION_OUTSIDE": {
        "zh": (
            "版本日期 {edition} 不在施行期 {first} 至 {last} 内。",
            "版本自其日期起使用，应在施行期内。",
            "请改正 edition 或 in_force。",
        ),
        "en": (
            "The edition {edition} is not between {first} and {last}, when the programme is in force.",
            "An edition is used from its day on.",
            "Correct edition or in_force.",
        ),
    },
    "TASK_WITHOUT_SYSTEM": {
        "zh": ("{kind} 环节不执行系统任务。", "只有 kind 为 system 的环节有 task。", "请删去 task，或改为 system。"),
        "en": (
            "A stage of kind {kind} has no task.",
            "Only the system does tasks.",
            "Delete it, or make the kind system.",
        ),
    },
    "TASK_ORDER": {
        "zh": (
            "{task} 出现在 {order} 的顺序之外，或重复出现。",
            "每项各一次，依次为：{order}。",
            "请调整环节顺序，或删去重复的环节。",
        ),
        "en": (
            "{task} is out of its order, or there twice.",
            "Once each, in this order: {order}.",
            "Move the stage, or delete the second one.",
        ),
    },
    "CLOCK_MISSING": {
        "zh": (
            "{key} 用于没有时限的环节。",
            "没有时限，就没有可以停止或提醒的计时。",
            "请写明 time_limit 或 due_by，或删去 {key}。",
        ),
        "en": (
            "{key} of a stage without a deadline.",
            "Without one there is no clock to stop or to remind of.",
            "Give it a time_limit or due_by, or delete {key}.",
        ),
    },
    "REMINDER_DAYS": {
        "zh": (
            "时限前{written}日提醒，而时限为{days}日。",
            "提醒须在环节开始之后、时限届满之前。",
            "请写1至{days}之间的数。",
        ),
        "en": (
            "A reminder {written} days before the end of {days} days.",
            "It comes after the stage opens and before it is due.",
            "Write a number from 1 to less than {days}.",
        ),
    },
    "ENTRY_UNTESTED": {
        "zh": (
            "enters_when 用于前一环节不由人工决定的环节。",
            "进入条件在前一环节通过时核对；该环节须由人工决定，且逾期不得视为通过。",
            "请移到人工决定的环节之后，或删去。",
        ),
        "en": (
            "enters_when of a stage that no person's decision leads to.",
            "It is tested when the stage before passes: a person decides that one, and silence does not pass it.",
            "Put it after a stage that a person decides, or delete it.",
        ),
    },
    "CLEAN_PASS": {
        "zh": (
            "passes_when_clean 用于系统不能独自核验的环节。",
            "它是兑付申请（redemption_claim）的第一个环节，由人工决定，有查询（checks），逐项核对条件（tests_eligibility），"
            "不需要意见、产出、停止计时或核定金额，且后一环节是系统核定（assess_redemption）。",
            "请移到该环节，或删去。",
        ),
        "en": (
            "passes_when_clean of a stage that the system cannot verify alone.",
            "It belongs to the first stage of redemption_claim: a decision with checks that tests_eligibility, needs "
            "no opinions, outputs, stops or amount, and is followed by the system stage assess_redemption.",
            "Put it there, or delete it.",
        ),
    },
    "CORRECTION_UNCHECKED": {
        "zh": (
            "correction 用于较后的环节，而环节 {earlier} 已核验了补正前的内容。",
            "补正后案件回到要求补正的环节，较早环节的核验不再进行。",
            "请在 {earlier} 环节要求补正，或把核验移到要求补正的环节。",
        ),
        "en": (
            "correction of a stage after {earlier}, whose checks have looked at what is mended.",
            "After it the case goes on where it was asked for, and checks of earlier stages are not made again.",
            "Let {earlier} ask for it, or move the checks to this stage.",
        ),
    },
    "AMOUNT_NOT_SET": {
        "zh": (
            "above 用于尚无核定金额的环节。",
            "只有核定金额之时或之后，才能按金额决定谁参与。",
            "请移到 sets_amount 的环节或其后，或删去 above。",
        ),
        "en": (
            "above of a stage at which no amount is set yet.",
            "Who takes part above an amount is known once one is set.",
            "Move it to the stage that sets_amount or after it, or delete above.",
        ),
    },
    "STAGE_AFTER_LAST": {
        "zh": ("{kind} 环节之后还有环节。", "按季兑付结束一件申请，应是最后一个环节。", "请移到最后。"),
        "en": (
            "Stages follow one of kind {kind}.",
            "A quarter settles a case; nothing comes after.",
            "Move it to the end.",
        ),
    },
    "PLAN_WITHOUT_END": {
        "zh": ("最后一个环节是 {kind}，办件不会办结。", "此流程最后的环节：{wanted}。", "请补上办结的环节。"),
        "en": (
            "The last stage is of kind {kind}: no case would end.",
            "It ends with: {wanted}.",
            "Add the last stage.",
        ),
    },
    "BLANK_UNKNOWN": {
        "zh": ("文书中的 {{{written}}} 无法填写。", "可填写的有：{known}。", "请改正，或直接写出内容。"),
        "en": ("Nobody fills in {{{written}}}.", "Blanks are: {known}.", "Correct it, or write the content."),
    },
    "LETTER_BRACES": {
        "zh": ("文书中的花括号不成对（{message}）。", "空白写作 {{applicant}}；花括号本身写两次。", "请改正花括号。"),
        "en": (
            "The braces do not match ({message}).",
            "A blank is written {{applicant}}; a brace as such is doubled.",
            "Correct the braces.",
        ),
    },
    "CODE_PREFIX": {
        "zh": (
            "代码 {written} 与项目前缀不符。",
            "写作 {prefix}_E_名称；仅作提示的写作 {prefix}_W_名称。",
            "请改正代码。",
        ),
        "en": (
            "The code {written} has not the prefix of the programme.",
            "Codes are written {prefix}_E_NAME, or {prefix}_W_NAME for a hint.",
            "Correct the code.",
        ),
    },
    "PERSONAL_NUMBER": {
        "zh": (
            "此处有{kind}。",
            "政策文件不含个人信息，联系方式只写单位电话或占位文字。",
            "请改为单位电话或占位文字。",
        ),
        "en": (
            "There is {kind} here.",
            "A programme file holds nothing about people; contacts are offices or placeholders.",
            "Write the number of the office, or a placeholder.",
        ),
    },
    "EXPRESSION_BROKEN": {
        "zh": ("表达式不成立：{message}。", "表达式用CEL书写，名称和类型须与事实相符。", "请改正此处。"),
        "en": (
            "The expression does not hold: {message}.",
            "It is CEL over the facts, with their types.",
            "Correct it.",
        ),
    },
    "FOLDER_EMPTY": {
        "zh": (
            "文件夹中没有政策文件。",
            "政策文件是文件夹中或各城市子文件夹中的 .yaml 文件。",
            "请核对路径，或用 duifu programme new 新建。",
        ),
        "en": (
            "There is no programme file in the folder.",
            "Programmes are .yaml files in it or in its folders of cities.",
            "Check the path, or begin one with duifu programme new.",
        ),
    },
    "FILE_PASSED_OVER": {
        "zh": (
            "系统运行时不读取此文件。",
            "运行时只读取 城市文件夹/名称.yaml。",
            "请移到城市文件夹，以 .yaml 结尾。",
        ),
        "en": (
            "A deployment does not read this file.",
            "It reads <city>/<name>.yaml in its folder of programmes.",
            "Move it into the folder of its city, and let it end in .yaml.",
        ),
    },
    "EDITION_TWICE": {
        "zh": ("{other} 已是 {programme} 的 {edition} 版本。", "同一项目的各版本日期不同。", "请改正 edition 或 id。"),
        "en": (
            "{other} is already the edition {edition} of {programme}.",
            "Editions of one programme have different days.",
            "Correct edition or id.",
        ),
    },
    "PREFIX_CHANGED": {
        "zh": (
            "{programme} 的另一版本 {other} 使用前缀 {prefix}。",
            "同一项目的各版本前缀相同，办件编号才能连续。",
            "请使用同一前缀。",
        ),
        "en": (
            "{other}, another edition of {programme}, has the prefix {prefix}.",
            "All editions of a programme share it, so that case numbers go on.",
            "Use the same prefix.",
        ),
    },
    "PREFIX_TAKEN": {
        "zh": (
            "前缀 {prefix} 已由 {other}（{programme}）使用。",
            "各项目前缀不同，办件编号才不重复。",
            "请改用别的前缀。",
        ),
        "en": (
            "The prefix {prefix} is that of {programme} in {other}.",
            "Programmes have different ones, so that case numbers are unique.",
            "Choose another.",
        ),
    },
    "CALENDAR_DAY": {
        "zh": ("{year}年的 {written} 不能作为{kind}：{why}。", '日期写作 "10-01"，加引号。', "请按当年放假通知改正。"),
        "en": (
            "{written} of {year} is no {kind}: {why}.",
            'Days are written "10-01", quoted.',
            "Correct it by the notice.",
        ),
    },
}
