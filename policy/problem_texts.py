"""What a problem says, for every code: what was written; what is allowed there; the way out."""

from collections.abc import Mapping

from policy.check_texts import CHECK_TEXTS

# A fact that reads differently in the two languages is such a pair too.
Words = Mapping[str, str]

LABELS: dict[str, Words] = {
    "error": {"zh": "错误", "en": "error"},
    "warning": {"zh": "警告", "en": "warning"},
    "help": {"zh": "办法：", "en": "help: "},
    "clause": {"zh": "条款：", "en": "clause: "},
    "close": {"zh": "是否想写 {close}？", "en": "Did you mean {close}?"},
    "none": {"zh": "没有发现问题。", "en": "No problems."},
}

# What stands at a place, in the words of an officer.
KINDS: dict[str, Words] = {
    "text": {"zh": "文字", "en": "text"},
    "integer": {"zh": "整数", "en": "a whole number"},
    "boolean": {"zh": "true 或 false", "en": "true or false"},
    "date": {"zh": "日期", "en": "a date"},
    "list": {"zh": "列表", "en": "a list"},
    "mapping": {"zh": "一组键和值", "en": "keys with values"},
    "other": {"zh": "其他写法", "en": "something else"},
}

TEXTS: dict[str, dict[str, tuple[str, str, str]]] = {
    "FILE_UNREADABLE": {
        "zh": ("文件不能读取：{message}。", "应为可读的普通文件。", "请核对路径和权限。"),
        "en": (
            "The file cannot be read: {message}.",
            "It must be an ordinary file.",
            "Check its path and permissions.",
        ),
    },
    "FILE_TOO_LARGE": {
        "zh": ("文件超过{most}字节。", "政策文件不得超过{most}字节。", "请删去与政策无关的内容。"),
        "en": (
            "The file has more than {most} bytes.",
            "A programme file has at most {most}.",
            "Take out what is not part of the programme.",
        ),
    },
    "FILE_NOT_UTF8": {
        "zh": ("第{byte}字节起不是UTF-8文字。", "文件须为UTF-8编码。", "请在编辑器中另存为UTF-8。"),
        "en": ("Byte {byte} is not UTF-8 text.", "The file must be UTF-8.", "Save it as UTF-8 in your editor."),
    },
    "FILE_EMPTY": {
        "zh": ("文件没有内容。", "文件须有至少一个键。", "请从现有政策文件开始编写。"),
        "en": ("The file is empty.", "It needs at least one key.", "Start from an existing programme file."),
    },
    "CHARACTER_UNSEEN": {
        "zh": (
            "此处有看不见的字符 {character}。",
            "不得使用控制字符、零宽字符和改变书写方向的字符。",
            "请删除该字符后重新输入此处文字。",
        ),
        "en": (
            "There is a character here that nobody sees: {character}.",
            "Control characters, zero-width ones and those that turn the direction of writing are not allowed.",
            "Delete it and type the place again.",
        ),
    },
    "YAML_SYNTAX": {
        "zh": ("{what}。", "此处须符合YAML写法。", "{way}。"),
        "en": ("{what}.", "The place must be correct YAML.", "{way}."),
    },
    "DOCUMENTS_SEVERAL": {
        "zh": ("此处开始了第二份文档。", "一个文件只有一份文档。", "请删去 --- 行，或分成两个文件。"),
        "en": ("A second document begins here.", "A file has one.", "Delete the line ---, or make it two files."),
    },
    "DIRECTIVE_USED": {
        "zh": ("文件以YAML指令（% 开头的行）开始。", "不使用YAML指令。", "请删去以 % 开头的行。"),
        "en": (
            "The file begins with a YAML directive.",
            "Directives are not used.",
            "Delete the lines that begin with %.",
        ),
    },
    "NESTED_TOO_DEEP": {
        "zh": ("此处嵌套超过{most}层。", "最多嵌套{most}层。", "请减少括号或缩进的层数。"),
        "en": ("This is nested deeper than {most} levels.", "At most {most} are allowed.", "Use fewer levels."),
    },
    "ANCHOR_USED": {
        "zh": (
            "此处使用了引用 {written}。",
            "不使用锚点（&）和别名（*）：每处内容都应在原处可读。",
            "请写出全部内容；以 & 或 * 开头的文字请加引号。",
        ),
        "en": (
            "The reference {written} is used here.",
            "Anchors (&) and aliases (*) are not allowed: every place is to be read where it stands.",
            "Write the content out; quote a text that begins with & or *.",
        ),
    },
    "MERGE_KEY": {
        "zh": ("此处使用了合并键 <<。", "不使用合并键。", "请写出要合并的各键。"),
        "en": ("The merge key << is used here.", "It is not allowed.", "Write the keys out."),
    },
    "TAG_USED": {
        "zh": ("此处使用了标签 {written}。", "不使用以 ! 开头的标签。", "请删去标签；以 ! 开头的文字请加引号。"),
        "en": (
            "The tag {written} is used here.",
            "Tags are not allowed.",
            "Delete it; quote a text that begins with an exclamation mark.",
        ),
    },
    "KEY_NOT_TEXT": {
        "zh": ("此处的键 {written} 不是文字。", "键须为文字。", '请加引号，如 "{written}"，或改用文字键。'),
        "en": ("The key {written} is not text.", "Keys are text.", 'Quote it, as "{written}", or choose another.'),
    },
    "KEY_TWICE": {
        "zh": ("键 {key} 重复，第{first_line}行已有。", "同一组内每个键只写一次。", "请合并两处，或改正其中一个键。"),
        "en": (
            "The key {key} is there twice; first on line {first_line}.",
            "A key is written once in its group.",
            "Merge the two, or correct one of the keys.",
        ),
    },
    "VALUE_EMPTY": {
        "zh": (
            "此处没有值（{written}）。",
            "写出的键须有值；没有“空值”。",
            "请填写；不适用的键请整行删去；若是文字请加引号。",
        ),
        "en": (
            "There is no value here ({written}).",
            "A key that is written has a value; there is no null.",
            "Fill it in, delete the key if it does not apply, or quote it if it is text.",
        ),
    },
    "BOOLEAN_WORD": {
        "zh": (
            "{written} 没有引号，有的程序读作真假，有的读作文字。",
            "真假只写 true 或 false；文字加引号。",
            '请写 true 或 false，或写 "{written}"。',
        ),
        "en": (
            "{written} is without quotes: some programs read it as true or false, others as text.",
            "Only true and false are booleans; text like this is quoted.",
            'Write true or false, or "{written}".',
        ),
    },
    "NUMBER_INEXACT": {
        "zh": (
            "{written} 是小数，按浮点数读取会失去精确。",
            "数值须精确：整数，或加引号的小数、分数。",
            '请加引号："{written}"；分数更好，如 "20/100"。',
        ),
        "en": (
            "{written} is a decimal number, which would be read inexactly.",
            "Numbers are exact: whole, or quoted decimals and ratios.",
            'Quote it: "{written}"; better a ratio, such as "20/100".',
        ),
    },
    "NUMBER_ENDLESS": {
        "zh": ("{written} 不是有限的数。", "数值须有限。", "请写出具体数值；若是文字请加引号。"),
        "en": ("{written} is not a finite number.", "Numbers are finite.", "Write the number; quote it if it is text."),
    },
    "NUMBER_SPELLING": {
        "zh": (
            "{written} 可能被读作八进制、十六进制、时分或带分隔的数。",
            "整数只写数字，不以0开头，不带 + _ : 等符号。",
            '数值请写成普通整数；编号、时间等文字请加引号："{written}"。',
        ),
        "en": (
            "{written} may be read as octal, hexadecimal, hours and minutes, or a number with separators.",
            "A whole number is digits alone, without a leading zero, + _ or :.",
            'Write a plain number; quote text such as codes and times: "{written}".',
        ),
    },
    "NUMBER_TOO_LARGE": {
        "zh": ("{written} 超过64位整数。", "整数须在正负9223372036854775807之间。", "请核对位数；若是编号请加引号。"),
        "en": (
            "{written} does not fit 64 bits.",
            "Whole numbers are between plus and minus 9223372036854775807.",
            "Count the digits; quote it if it is a code.",
        ),
    },
    "DATE_SPELLING": {
        "zh": (
            "{written} 不是有效日期的写法。",
            "日期写作 2024-03-31，且须实有其日。",
            "请改正日期；若是文字请加引号。",
        ),
        "en": (
            "{written} is not a date.",
            "A date is written 2024-03-31, and the day must exist.",
            "Correct it; quote it if it is text.",
        ),
    },
    "TIME_USED": {
        "zh": ("{written} 带有时刻。", "日期不带时刻，写作 2024-03-31。", "请删去时刻；若是文字请加引号。"),
        "en": (
            "{written} has a time of day.",
            "A date has none: 2024-03-31.",
            "Delete the time; quote it if it is text.",
        ),
    },
    "PROBLEMS_MANY": {
        "zh": ("问题超过{most}个，其余未列出。", "一次最多列出{most}个。", "请先改正以上各处，再检查一次。"),
        "en": (
            "There are more than {most} problems; the others are not listed.",
            "At most {most} are told at once.",
            "Mend those above and check again.",
        ),
    },
    "KEY_MISSING": {
        "zh": ("缺少键 {keys}。", "此处必填。", "请补上。"),
        "en": ("Missing: {keys}.", "These keys are required here.", "Add them."),
    },
    "KEY_UNKNOWN": {
        "zh": ("键 {key} 在此处没有含义。", "此处可用的键：{known}。", "请删去，或移到它所属的位置。"),
        "en": (
            "The key {key} has no meaning here.",
            "Keys known here: {known}.",
            "Delete it, or move it where it belongs.",
        ),
    },
    "KEY_MISPLACED": {
        "zh": ("键 {key} 不合此处的写法。", "{allowed}", "请改正该键。"),
        "en": ("The key {key} does not fit here.", "{allowed}", "Correct the key."),
    },
    "VALUE_UNKNOWN": {
        "zh": ("{written} 不是此处可用的值。", "可用的值：{known}。", "请从中选一个。"),
        "en": ("{written} is not known here.", "Known: {known}.", "Choose one of them."),
    },
    "VALUE_KIND": {
        "zh": ("此处写的是{given}：{written}。", "此处应为{expected}。", "{way}"),
        "en": ("This is {given}: {written}.", "The place takes {expected}.", "{way}"),
    },
    "TEXT_FORM": {
        "zh": ("{written} 不合此处的格式。", "格式：{pattern}。", "请按格式填写。"),
        "en": ("{written} does not have the form of this place.", "Form: {pattern}.", "Write it in that form."),
    },
    "TEXT_LENGTH": {
        "zh": ("{written} 的字数不合要求。", "字数：{limit}。", "请增减文字。"),
        "en": ("{written} has not the right length.", "Characters: {limit}.", "Make it longer or shorter."),
    },
    "LIST_LENGTH": {
        "zh": ("此处有{count}项。", "项数：{limit}。", "请增减项目。"),
        "en": ("There are {count} entries here.", "Entries: {limit}.", "Add or take away entries."),
    },
    "ENTRY_TWICE": {
        "zh": ("{written} 重复。", "同一列表内每项只写一次。", "请删去重复的一项。"),
        "en": ("{written} is there twice.", "Each entry is written once.", "Delete the second."),
    },
    "NUMBER_RANGE": {
        "zh": ("{written} 超出范围。", "须{limit}。", "请改正数值。"),
        "en": ("{written} is out of range.", "It must be {limit}.", "Correct it."),
    },
    "VALUE_REFUSED": {
        "zh": ("此处的内容不合要求：{message}", "须满足上述要求。", "请改正此处。"),
        "en": ("This does not hold together: {message}", "What it says must be met.", "Correct the place."),
    },
    **CHECK_TEXTS,
}
