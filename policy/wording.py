"""Values of a programme in Chinese, as an applicant reads them: 200万元, 20%, 2024年3月31日."""

from datetime import date
from fractions import Fraction

from domain.format.parameters import Parameter, Value
from domain.format.programme import Programme
from domain.money import FEN_PER_UNIT, FEN_PER_YUAN, show

#: Words that a setting may be.
SETTINGS = {
    "inclusive_days": "首尾两日都计",
    "exclusive_days": "首日不计",
    "months": "按月",
    "floor": "舍去尾数",
    "ceiling": "进位",
    "half_up": "四舍五入",
    "half_even": "四舍六入五成双",
    "accepted_on": "受理之年",
    "received_on": "收件之年",
    "signed_on": "合同签订之年",
    "paid_on": "支付批次之年",
    "requested_on": "提出申请之年",
    "voucher_share": "券额乘以已结算部分所占的比例",
    "rate": "已结算部分乘以比例，直至用完",
    "nothing": "不计",
    "contract_share": "按合同中的占比计算",
    "previous_working_day": "之前最近的工作日",
    "next_working_day": "之后最近的工作日",
    "oldest": "最早提出的在前",
    "pro_rata": "按各申请应兑付额的比例",
    "true": "是",
    "false": "否",
}
UNITS = {"fen": "分", "yuan": "元", "wan_yuan": "万元"}
DAY_UNITS = {"working_days": "个工作日", "calendar_days": "日"}
NO_VALUE = "（该日没有规定）"


def day(one: date) -> str:
    """2024年3月31日"""
    return f"{one.year}年{one.month}月{one.day}日"


def days(first: date, last: date) -> str:
    """A range; both ends count."""
    return f"{day(first)}至{day(last)}"


def iso_day(text: str) -> str:
    """A day written 2024-03-31."""
    return day(date.fromisoformat(text))


def money(fen: int) -> str:
    """An amount of whole fen, in the largest unit that shows it exactly."""
    wan = FEN_PER_UNIT["wan_yuan"]
    if fen and fen % wan == 0:
        return f"{fen // wan:,}万元（{fen // FEN_PER_YUAN:,}元）"
    return f"{fen // FEN_PER_YUAN:,}元" if fen % FEN_PER_YUAN == 0 else show(fen).replace("¥", "") + "元"


def ratio(exact: Fraction) -> str:
    """A percentage if it can be written exactly, else the fraction."""
    percent = exact * 100
    for decimals in range(7):
        scaled = percent * 10**decimals
        if scaled.denominator == 1:
            whole, rest = divmod(scaled.numerator, 10**decimals)
            return f"{whole}{f'.{rest:0{decimals}d}' if decimals else ''}%"
    return str(exact)


class Values:
    """The values of one programme on one day, in words."""

    def __init__(self, programme: Programme, on: date):
        """What the file says for `on`; a value that does not hold then is said to be absent."""
        self.programme, self.on = programme, on

    def parameter(self, name: str) -> str:
        """A parameter's value."""
        parameter = self.programme.parameters[name]
        if not parameter.holds_on(self.on):
            return NO_VALUE
        return self._value(parameter, parameter.on(self.on, name))

    def titled(self, name: str) -> str:
        """A parameter's title and value."""
        title = self.title(name)
        return f"{title}{self.parameter(name)}" if title else self.parameter(name)

    def title(self, name: str) -> str:
        """What people call a parameter; empty if the file does not say."""
        title = self.programme.parameters[name].title
        return title.zh if title else ""

    def setting(self, words: str) -> str:
        """A word of the file, or what the parameter that it names says."""
        name = words.removeprefix("parameter.")
        if name != words and not self.programme.parameters[name].holds_on(self.on):
            return NO_VALUE
        return SETTINGS.get(self.chosen(words), self.chosen(words))

    def chosen(self, words: str) -> str:
        """The word as programs know it; empty if there is none on the day."""
        name = words.removeprefix("parameter.")
        if name != words and not self.programme.parameters[name].holds_on(self.on):
            return ""
        return self.programme.setting(words, self.on)

    def amount(self, fen: int) -> str:
        """A number in the unit of what is granted."""
        unit = self.programme.award.unit
        return money(fen) if unit == "fen" else f"{fen:,}{unit}"

    def gist(self, clause: str) -> str:
        """What a clause is about, as the file says it."""
        row = self.programme.clauses[clause]
        return row if isinstance(row, str) else row.gist

    def _value(self, parameter: Parameter, value: Value) -> str:
        match parameter.kind, value:
            case "ratio", Fraction():
                return ratio(value)
            case "money", int():
                return money(value)
            case "flag", bool():
                return "是" if value else "否"
            case "choice", str():
                return parameter.choices[value]
            case "date", str():
                return iso_day(value)
            case "texts", tuple():
                return "、".join(value)
        return str(value)
