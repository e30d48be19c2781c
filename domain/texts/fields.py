"""What is wrong with one field of a message, and what is allowed there; by language."""

from collections.abc import Mapping

#: Rule -> language -> what is said after the field's name.
FIELD_TEXTS: Mapping[str, Mapping[str, str]] = {
    rule: {"zh": zh, "en": en}
    for rule, zh, en in (
        # A message as a whole
        ("too_large", "命令有{count}字节，最多{most}字节", "the command has {count} bytes, at most {most} are taken"),
        (
            "asks_nothing",
            "命令没有内容：须写明一种命令，例如 submitApplication",
            "the command asks for nothing: exactly one kind, such as submitApplication, must be set",
        ),
        ("no_sender", "须写明由谁发出", "who sends the command must be said"),
        ("missing", "须填写", "must be filled"),
        ("too_many", "有{count}项，最多{most}项", "{count} entries, at most {most} are taken"),
        # How values are written
        (
            "command_id",
            "须为1至160个字符（A-Z a-z 0-9 . _ : + -），以字母或数字开头",
            "1 to 160 characters of A-Z a-z 0-9 . _ : + -, beginning with a letter or digit",
        ),
        ("too_long", "有{count}个字符，最多{most}个", "{count} characters, at most {most} are taken"),
        (
            "one_line",
            "须写成一行，不得有控制字符和看不见的字符",
            "one line, without control characters and characters that cannot be seen",
        ),
        ("date", "{value!r} 不是日期，须写作 YYYY-MM-DD", "{value!r} is not a date written YYYY-MM-DD"),
        ("time", "{value!r} 不是时刻，须写作 16:59:59", "{value!r} is not a time written 16:59:59"),
        ("rate", "{value!r} 不是比例，须写作 40/100", "{value!r} is not a rate written 40/100"),
        (
            "business_seconds",
            "{value} 不是2000年至2100年的 Unix 时间",
            "{value} is not a Unix time of the years 2000 to 2100",
        ),
        (
            "uscc",
            "{value!r} 不是有效的统一社会信用代码（GB 32100-2015）",
            "{value!r} is not a valid unified social credit code (GB 32100-2015)",
        ),
        ("sha256", "须为64位小写十六进制数字", "64 lower-case hexadecimal digits"),
        (
            "fen",
            "{value} 分；金额须为1至{most}的整数分",
            "{value} fen; amounts are whole fen from 1 to {most}",
        ),
        (
            "quantity",
            "{value!r} 不是数量：须大于0，至多6位小数，如 1234.5",
            "{value!r} is no quantity: above nought, with at most six decimals, such as 1234.5",
        ),
        (
            "quantity_and_unit",
            "数量和单位须同时填写；有计量文件的须填写",
            "quantity and unit come together, and with a metering file",
        ),
        ("measured_twice", "与 {other} 计量的是同一项目的同一日", "measures the same item on the same day as {other}"),
        ("count", "{value}；须为0至{most}的整数", "{value}; a whole number from 0 to {most}"),
        ("choice", "{value} 不是 {known} 之一", "{value} is not one of {known}"),
        ("level", "{value!r} 不是以下之一：{known}", "{value!r} is none of {known}"),
        (
            "account",
            "须为账号：1至80个字符（小写a-z 0-9 . _ : + -），同一人只有一种写法；不得为手机号或身份证号",
            "an account of 1 to 80 characters of a-z 0-9 . _ : + -, in small letters so that nobody has two;"
            " no mobile or identity number",
        ),
        (
            "account_says_who",
            "账号永久可读，不得为手机号或身份证号",
            "an account stays readable for good, so it is no mobile or identity number",
        ),
        ("person_name", "须写成一行，最多{most}个字符", "at most {most} characters in one line"),
        (
            "mobile",
            "须为13至19开头的11位数字，不含空格和国家代码",
            "11 digits that begin with 13 to 19, without spaces or country code",
        ),
        ("email", "须写作 name@example.cn，或不填", "an address such as name@example.cn, or nothing"),
        (
            "invoice_number",
            "须为20位数字（无发票代码），或8位数字加10位、12位发票代码",
            "20 digits without a code, or 8 digits with a code of 10 or 12 digits",
        ),
        ("letter_or_digit", "须含有字母、汉字或数字", "must contain a letter or a digit"),
        # Fields that must agree
        (
            "applicant_code",
            "须填写统一社会信用代码；没有的，填写 otherIdentity 的登记机关和号码",
            "a unified social credit code, or else an otherIdentity with register and number",
        ),
        ("before", "不得早于 {other}", "must not be before {other}"),
        ("before_receipt", "{value!r} 早于 receivedOn {received!r}", "{value!r} is before receivedOn {received!r}"),
        ("more_than", "不得多于 {other}", "must not be more than {other}"),
        ("sum_of_lines", "须等于各行之和", "must equal the sum of the lines"),
        ("sum_of_taxes", "须等于各行税额之和", "must equal the sum of the lines' taxes"),
        ("net_and_tax", "加 taxFen 须等于 totalFen", "must make totalFen together with taxFen"),
        (
            "no_red_invoices",
            "此处不收红字发票：金额以冲减后的蓝字发票为准，请与审计报告一致",
            "no red invoices here: give what they left of the blue ones, as the audit report does",
        ),
        ("sum_of_items", "须等于各项之和", "must equal the sum of the items"),
        ("sum_of_schedule", "各期之和须等于该项的 amountFen", "must add up to the item's amountFen"),
        ("both_days", "startsOn 和 endsOn 须同时填写，且先后有序", "startsOn and endsOn come together, in order"),
        ("entry_order", "有一期的终止日早于起始日", "an entry ends before it starts"),
    )
}
