"""A programme in plain Chinese for those who apply: 办事指南. Every number is the file's own, for one day."""

from collections.abc import Iterator
from datetime import date

from domain.format.conditions import MaterialRule
from domain.format.programme import Programme
from policy.explain_lines import APPLYING, cell, code, condition, numbered, titled
from policy.explain_route import dates, notice, redemption, route
from policy.explain_steps import limit, sentences
from policy.wording import Values, day, days

BENEFITS = {
    "voucher": "算力券，先申领、后兑付",
    "grant": "补助资金",
    "supplier_deduction": "由供给方抵扣",
    "in_kind": "实物",
}
PAYEES = {"applicant": "申请人", "supplier": "供给方"}
TRUST = {"A": "A 本机关制发", "B": "B 工作人员核验", "C": "C 申请人上传", "D": "D 申请人承诺"}


def guide(programme: Programme, on: date) -> str:
    """The guide as Markdown, with the values that hold on a day; what has none then is said to have none."""
    values = Values(programme, on)
    sections = (
        _head(values),
        _conditions(values),
        _materials(values),
        _standard(values),
        _calculation(values),
        dates(values),
        route(values),
        redemption(values),
        notice(values),
        _sanctions(values),
        _recovery(values),
        _readings(values),
        _sources(values),
        _contacts(values),
    )
    return "\n".join(line.replace("\n", " ") for section in sections for line in section)


def _head(values: Values) -> Iterator[str]:
    programme = values.programme
    in_force = programme.in_force
    yield f"# {programme.title.zh}办事指南"
    yield ""
    if not in_force.first <= values.on <= in_force.last:
        when = "尚未施行" if values.on < in_force.first else "已停止施行"
        yield f"**{day(values.on)}本项目{when}（{in_force.clause}），该日不能据此申请。**"
        yield ""
    yield f"主管部门：{programme.authority}。适用地区：{programme.jurisdiction.name}。"
    yield f"施行期：{days(in_force.first, in_force.last)}（{in_force.clause}）。"
    yield f"本指南由{programme.edition}版政策文件生成，所列数值为{day(values.on)}的规定。"
    yield ""


def _conditions(values: Values) -> Iterator[str]:
    programme = values.programme
    rows = [row for row in programme.conditions if APPLYING & set(row.at)]
    yield from titled("支持对象与条件")
    yield "以下条件须同时满足，逐项核对，一次告知全部结果。"
    yield ""
    yield from numbered(condition(values, row) for row in rows)
    required = [rule for rule in programme.facts.values() if rule.must_be_given]
    if required:
        yield "申请时另须填报："
        yield ""
        for rule in required:
            choices = f"，可选：{'、'.join(rule.choices)}" if rule.choices else ""
            yield f"- {rule.title.zh}（{rule.clause}）{choices}"
        yield ""


def _materials(values: Values) -> Iterator[str]:
    if not values.programme.materials:
        return
    yield from titled("申报材料")
    yield "可信等级依照国办函〔2016〕108号；列出的是最低要求。"
    yield ""
    yield "| 材料 | 最低可信等级 | 何时 | 条款 |"
    yield "|---|---|---|---|"
    for row in values.programme.materials:
        if (needed := _needed(values, row)) is not None:
            when = {"decision": "申请时", "redemption": "兑付时"}[row.at]
            yield f"| {cell(row.title.zh)} | {TRUST[row.trust_at_least]} | {when}{needed} | {cell(row.clause)} |"
    yield ""


def _needed(values: Values, row: MaterialRule) -> str | None:
    """Whether a document is asked for on the day; None if not, and empty if always."""
    if row.needed_if is None:
        return ""
    name = row.needed_if.strip().removeprefix("parameter.")
    parameter = values.programme.parameters.get(name)
    if parameter and parameter.kind == "flag" and parameter.holds_on(values.on):
        return "" if parameter.on(values.on, name) is True else None
    return "，视情形"


def _standard(values: Values) -> Iterator[str]:
    programme = values.programme
    yield from titled("支持标准")
    award = programme.award
    yield f"- 支持方式：{BENEFITS[award.benefit]}；收款方：{PAYEES[award.payee]}。"
    limits = {account.limit for account in programme.accounts.values()}
    for name, parameter in programme.parameters.items():
        if parameter.kind in ("ratio", "money") and name not in limits:
            title = parameter.title.zh if parameter.title else values.gist(parameter.clause)
            yield f"- {title}：{values.parameter(name)}（{parameter.clause}）。"
    for name, account in programme.accounts.items():
        if account.limit:
            yield f"- {account.title}：{limit(values, name)}（{account.clause}）。"
    for level in programme.levels.values():
        treasury = f"，由{level.treasury}支付" if level.treasury else ""
        yield f"- {level.title}负担{level.parts}份{treasury}（{level.clause}）。"
    if award.valid_for:
        yield f"- 有效期：{_validity(values)}（{award.valid_for.clause}）。"
    yield ""


def _validity(values: Values) -> str:
    valid_for = values.programme.award.valid_for
    words = []
    if valid_for and valid_for.months:
        words.append(f"自发放起{valid_for.months}个月")
    if valid_for and valid_for.days:
        words.append(f"自发放起{valid_for.days}日")
    if valid_for and valid_for.through:
        words.append(f"至{values.parameter(valid_for.through)}")
    return "，且最晚".join(words)


def _calculation(values: Values) -> Iterator[str]:
    yield from titled("如何计算")
    yield from numbered(sentences(values))
    yield f"结果为零的，不予支持（{values.programme.award.nothing}或所列代码）。"
    yield ""


def _sanctions(values: Values) -> Iterator[str]:
    if not values.programme.sanctions:
        return
    yield from titled("监督与责任")
    for row in values.programme.sanctions:
        barred = f"；{row.bars_years}年内不得申报" if row.bars_years else ""
        yield f"- {row.violation}：{row.consequence}{barred}（{row.clause}）。"
    yield ""


def _recovery(values: Values) -> Iterator[str]:
    row = values.programme.recovery
    if row is None:
        return
    yield from titled("追回")
    yield (
        f"已支付而不应支付的，由{row.finds.title}查明并告知；自告知次日起{row.statement_days}个工作日内可以陈述申辩、"
        f"要求听证（{row.statement_clause}）。"
    )
    demanded = f"由{row.decides.title}责令追回的，自责令次日起{row.pay_days}个工作日内缴回"
    yield f"{demanded}，由{row.collects.title}收取（{row.clause}）。"
    if row.bar:
        yield f"情节严重的，可以限制申领、申报和兑付，最长{row.bar.months_max}个月（{row.bar.clause}）。"
    if row.set_off:
        unless = "，或缴回期限届满" if row.set_off.when == "overdue" else ""
        decides = f"可以由{row.decides.title}决定以后续兑付抵扣（{row.set_off.clause}）"
        yield f"尚待缴回的，经单位书面同意{unless}，{decides}。"
    if row.transfer:
        yield f"涉嫌犯罪的，由{row.decides.title}移送司法机关（{row.transfer.clause}）。"
    yield ""


def _readings(values: Values) -> Iterator[str]:
    rows = [(name, row) for name, row in values.programme.parameters.items() if row.kind not in ("ratio", "money")]
    if not rows:
        return
    yield from titled("执行口径")
    for name, row in rows:
        title = row.title.zh if row.title else values.gist(row.clause)
        value = values.parameter(name)
        yield f"- {title}：{code(value) if row.kind == 'text' else value}（{row.clause}）。"
    yield ""


def _sources(values: Values) -> Iterator[str]:
    yield from titled("依据")
    for source in values.programme.sources:
        parts = [source.issuer, source.number, source.issued_on and day(source.issued_on)]
        told = "，".join(str(part) for part in parts if part)
        yield f"- 《{source.title}》{f'（{told}）' if told else ''}（{source.clause}）"
    yield ""
    yield "| 条款 | 大意 |"
    yield "|---|---|"
    for clause in values.programme.clauses:
        yield f"| {cell(clause)} | {cell(values.gist(clause))} |"
    yield ""


def _contacts(values: Values) -> Iterator[str]:
    if values.programme.contacts:
        yield from titled("联系方式")
        for contact in values.programme.contacts:
            yield f"- {contact.title}：{contact.text}"
        yield ""
