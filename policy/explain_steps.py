"""How an amount is calculated, each step in one Chinese sentence with its clause."""

from collections.abc import Iterator

from domain.format import steps
from policy.wording import NO_VALUE, UNITS, Values, days

#: What the lists that a sum goes through are called.
LINES = {
    "application.contract.items": "合同的各分项",
    "application.services": "各份服务合同",
    "benefits": "已获得的其他财政资金",
}
HOLDERS = {
    "enterprise": "每个企业",
    "contract": "每份合同",
    "project": "每个项目",
    "supplier": "每个供给方",
    "programme": "全部申请",
}
EACH_APPLICANT = "每个申请单位"
SERVICE_YEAR = "同一服务年度的各轮合计"
PERIODS = {"calendar_year": "每个自然年度", "round": "本轮", "programme": "整个执行期"}
ON_EXCEED = {
    "truncate": "超出部分不再支持",
    "refuse": "超出的不予支持",
    "defer": "超出部分递延",
    "special_approval": "超出的须经专门批准",
}
SHARING = {
    "first_come": "按先后次序，余额不足的不予支持",
    "first_come_partly": "按先后次序，余额不足的支持至用完为止",
    "pro_rata": "总额不足时按比例分配，任何一家不超过自身上限",
}


def sentences(values: Values) -> Iterator[str]:
    """Every step in the order of the calculation."""
    titles = {step.name: step.title for step in values.programme.award.steps}
    for step in values.programme.award.steps:
        yield f"**{step.title}**（{step.clause}）：{_Words(values, titles).of(step)}。"


def limit(values: Values, name: str) -> str:
    """An account and its limit."""
    account = values.programme.accounts[name]
    match account.period:
        case str() as period:
            counted = PERIODS[period]
        case years:
            counted = f"{years.from_year}年起的{years.years}个自然年度"
    holder = HOLDERS[account.holder]
    if account.holder == "programme" and values.chosen(account.each_applicant) == "true":
        holder = EACH_APPLICANT
    if account.period == "round" and values.chosen(account.round_year) == "service_year":
        counted = SERVICE_YEAR
    who = f"{holder}{counted}"
    if account.limit is None:
        return f"{who}累计，不设限额"
    words = f"{who}不超过{values.parameter(account.limit)}，{ON_EXCEED[account.on_exceed]}"
    if account.approved_by:
        words += f"（由{account.approved_by.title}批准）"
    if account.hard_limit:
        words += f"，最高不超过{values.parameter(account.hard_limit)}"
    if account.period == "calendar_year":
        words += f"；计入{values.setting(account.year_of)}"
    return words


class _Words:
    """The sentence of each kind of step."""

    def __init__(self, values: Values, titles: dict[str, str]):
        self._values, self._titles = values, titles

    def of(self, step: steps.AnyStep) -> str:
        """What the step does, without a full stop."""
        match step:
            case steps.Sum():
                return self._sum(step)
            case steps.Take():
                return "取申请和核验所确认的数额"
            case steps.Fixed():
                return f"固定金额{self._values.parameter(step.parameter)}"
            case steps.Multiply():
                return f"{self._operand(step.value)}乘以{self._rates(step)}"
            case steps.Proportion():
                return f"{self._operand(step.value)}按所占比例折算；没有可比的总额时全部计入"
            case steps.Tiers():
                return f"{self._operand(step.value)}按累计额分段计算：{self._tiers(step)}"
            case steps.Least():
                return f"取{self._all(step.of)}中最小的"
            case steps.Greatest():
                return f"取{self._all(step.of)}中最大的"
            case steps.Add():
                return f"{self._all(step.of)}相加"
            case steps.Subtract():
                return f"{self._operand(step.value)}减去{self._all(step.of)}，不低于零"
            case steps.AtLeast():
                least = self._values.parameter(step.minimum)
                return f"{self._operand(step.value)}低于{least}的不予支持（{step.otherwise.zh}，{step.code}）"
            case steps.Round():
                return f"{self._operand(step.value)}{self._rounding(step.to)}"
            case steps.Decide():
                return f"以{self._operand(step.value)}为上限核定；核定得更低的须说明理由"
            case steps.Cap():
                return f"{self._operand(step.value)}，{limit(self._values, step.account)}"
            case steps.Stack():
                return self._stack(step)
            case steps.Share():
                parts = self._levels()
                return f"{self._operand(step.value)}由{parts}负担，各级分别{self._rounding(step.to)}"
            case steps.Pool():
                return self._pool(step)

    def _sum(self, step: steps.Sum) -> str:
        words = [f"把{LINES.get(step.lines, '申请中列明的各项')}相加"]
        if step.least_of:
            words.append(f"每项取{len(step.least_of)}个数额中最小的")
        if step.otherwise:
            words.append(f"不计的：{step.otherwise}" + (f"（{step.where_clause}）" if step.where_clause else ""))
        if step.inside:
            words.append(self._inside(step.inside))
        if step.round_lines:
            words.append(f"每项{self._rounding(step.round_lines)}")
        return "；".join(words)

    def _inside(self, inside: steps.Inside) -> str:
        window = self._values.programme.windows[inside.window]
        first = "有分期明细的按明细，没有的" if inside.schedule else ""
        counting = self._values.setting(inside.counting)
        words = f"只计{days(window.first, window.last)}内的部分，{first}按期间分摊（{counting}）"
        if inside.not_before_clause:
            words += f"；起算日之前的部分按{inside.not_before_clause}处理"
        return words

    def _rates(self, step: steps.Multiply) -> str:
        if step.by:
            words = self._values.titled(step.by)
        else:
            rows = [f"{row.title or self._values.title(row.by)}{self._values.parameter(row.by)}" for row in step.rates]
            words = "：".join(("首个适用的比例", "；".join(rows)))
        return f"{words}，本轮可以核定更低的比例" if step.decided_rate else words

    def _tiers(self, step: steps.Tiers) -> str:
        rows = [
            f"{f'至{self._values.parameter(tier.up_to)}' if tier.up_to else '其余'}{self._values.parameter(tier.by)}"
            for tier in step.tiers
        ]
        return "、".join(rows) + ("，各段分别计算" if step.applies_to == "slice" else "，全部按所达到的一段计算")

    def _rounding(self, to: steps.Rounding) -> str:
        unit = self._values.programme.award.unit
        name = UNITS.get(self._values.chosen(to.unit), NO_VALUE) if unit == "fen" else unit
        kept = f"{name}后{to.decimals}位小数" if to.decimals else name
        return f"保留到{kept}（{self._values.setting(to.mode)}）"

    def _stack(self, step: steps.Stack) -> str:
        same = {"contract": "同一合同", "enterprise": "同一企业"}[step.same]
        which = "、".join(step.programmes) or "其他财政资金"
        if step.rule == "exclude":
            return f"{same}已获得{which}的不予支持（{step.code}）"
        total = self._operand(step.total) if step.total else ""
        return f"{self._operand(step.value)}，与{same}已获得的{which}合计不超过{total}"

    def _pool(self, step: steps.Pool) -> str:
        account = self._values.programme.accounts[step.account]
        most = self._values.parameter(account.limit) if account.limit else "资金总额"
        whose = f"{self._values.programme.levels[step.level].title}资金" if step.level else "资金"
        weight = f"，比例按{self._operand(step.weight)}" if step.weight else ""
        whole = EACH_APPLICANT if self._values.chosen(account.each_applicant) == "true" else "总额"
        return f"{whose}{whole}{most}，{SHARING[step.sharing]}{weight}"

    def _levels(self) -> str:
        levels = self._values.programme.levels.values()
        return "、".join(level.title for level in levels) + "按" + ":".join(str(level.parts) for level in levels)

    def _operand(self, name: str) -> str:
        if name.startswith("parameter."):
            return self._values.titled(name.removeprefix("parameter."))
        return f"“{self._titles[name]}”"

    def _all(self, names: tuple[str, ...]) -> str:
        return "、".join(self._operand(name) for name in names)
