"""When, by whom and how long: the dates and the way of a case in the guide for applicants."""

from collections.abc import Iterator

from domain.format.freeze import HELD, FreezeRow
from domain.format.opinions import OpinionsRow
from domain.format.route import StageRow, TimeLimitRow
from policy.explain_lines import APPLYING, cell, condition, numbered, titled
from policy.wording import DAY_UNITS, Values, day, days

SILENCE = {"passes": "逾期未办结的视为通过", "withdraws": "逾期未办的视为放弃", "escalates": "逾期的予以督办"}
PLANS = {"voucher_claim": "申领", "redemption_claim": "兑付", "grant_application": "申报"}


def dates(values: Values) -> Iterator[str]:
    """Windows, the cut-off of each year, how long each stage takes, and when the office holds still."""
    yield from titled("时间")
    yield "首日和末日都计入；未注明时刻的，截至末日24时。"
    yield ""
    yield "| 期间 | 自 | 至 | 条款 |"
    yield "|---|---|---|---|"
    for window in values.programme.windows.values():
        closes = "" if window.closes_at == "24:00" else f" {window.closes_at}"
        cells = (
            window.title or values.gist(window.clause),
            day(window.first),
            day(window.last) + closes,
            window.clause,
        )
        yield f"| {' | '.join(cell(words) for words in cells)} |"
    yield ""
    if values.programme.redemption:
        cut_off = values.programme.redemption.yearly_cut_off
        yield f"- 每年兑付申请截止：{cut_off.month}月{cut_off.day}日（{cut_off.clause}）。"
    for kind, stages in values.programme.plans.items():
        limits = [f"{stage.title}{_length(stage.time_limit)}" for stage in stages if stage.time_limit]
        if limits:
            yield f"- {PLANS[kind]}各环节时限：{'、'.join(limits)}。"
    yield from (f"- {freeze(row)}" for row in values.programme.freezes)
    yield ""


def freeze(row: FreezeRow) -> str:
    """A range of days on which the office holds still."""
    held = "、".join(HELD[what] for what in row.holds)
    why = row.clause or row.reason
    return f"冻结期：{days(row.first, row.last)}{row.title}，暂停{held}；提交材料和法定时限照常（{why}）。"


def route(values: Values) -> Iterator[str]:
    """Every stage: who, what, how long, and what silence means."""
    yield from titled("办理流程")
    for kind, stages in values.programme.plans.items():
        yield f"### {PLANS[kind]}"
        yield ""
        yield from numbered(_stage(values, stage) for stage in stages)


def redemption(values: Values) -> Iterator[str]:
    """How vouchers are paid, and what is tested then."""
    rule = values.programme.redemption
    if rule is None:
        return
    cut_off, window = rule.yearly_cut_off, values.programme.windows[rule.window]
    rolls = values.setting(cut_off.rolls_over_holidays)
    yield from titled("兑付")
    yield f"- 按季兑付（{rule.clause}）；季度末日逢休息日的，支付日为{values.setting(rule.pay_day)}。"
    yield f"- 每年{cut_off.month}月{cut_off.day}日以后提出的，归入下一年第一个批次（{cut_off.clause}）。"
    yield f"- 截止日逢休息日顺延：{rolls}。"
    yield f"- 最后批次：{rule.last_quarter}；自{rule.needs_ruling_from}起的批次须经主管部门确认。"
    yield f"- 只计{days(window.first, window.last)}内交付、且属于支持范围的部分（{rule.select_clause}）。"
    yield f"- 金额：{values.setting(rule.formula)}；须提供付款凭证：{values.setting(rule.needs_payment_proof)}。"
    if rule.metering:
        needed, clause = values.setting(rule.metering.needed), rule.metering.clause
        yield f"- 计量少于交付数量，偏差超过{values.parameter(rule.metering.tolerance)}的，按计量计（{clause}）。"
        yield f"- 须有计量数据：{needed}（{clause}）。"
    yield f"- 计入{values.setting(rule.counts_in)}；递延的，{values.setting(rule.deferred_first)}兑付。"
    yield ""
    rows = [row for row in values.programme.conditions if not APPLYING & set(row.at)]
    if rows:
        yield "兑付时还核对："
        yield ""
        yield from numbered(condition(values, row) for row in rows)


def notice(values: Values) -> Iterator[str]:
    """How long results are shown to the public."""
    shown = values.programme.public_notice
    if shown:
        first = "计入" if shown.first_day_counts else "不计入"
        yield from titled("公示")
        yield f"支付前公示{shown.days}{DAY_UNITS[shown.unit]}，公示首日{first}（{shown.clause}）。"
        yield ""


def _stage(values: Values, stage: StageRow) -> str:
    words = [f"**{stage.title}**（{stage.role_title}，{stage.clause}）：{stage.guidance}"]
    if stage.checks:
        words.append(f"查询：{'、'.join(values.programme.checks[name].title for name in stage.checks)}")
    if stage.passes_when_clean:
        words.append("当日结束时由系统核验，查询未命中、条件满足、四方核对一致的直接通过，其余转人工")
    if stage.time_limit:
        words.append(f"时限{_length(stage.time_limit)}，{SILENCE[stage.time_limit.on_silence]}")
    if stage.due_by:
        words.append(f"至迟{day(values.programme.windows[stage.due_by].last)}，{SILENCE['escalates']}")
    if correction := stage.correction:
        length, silence = _length(correction.time_limit), SILENCE[correction.time_limit.on_silence]
        words.append(
            f"材料不全的，至多{correction.title}{correction.rounds_max}次，时限{length}，{silence}（{correction.clause}）"
        )
    if stage.opinions:
        words.append(_opinions(stage.opinions))
    if stage.enters_when:
        words.append(f"进入本环节须先满足：{'、'.join(stage.enters_when)}")
    if stage.applicant_may_withdraw:
        words.append("申请人可以撤回")
    return "。".join(words) + "。"


def _opinions(rule: OpinionsRow) -> str:
    parts = {"required": "须同意", "counted": "表决", "observing": "列席"}
    roles = [
        f"{row.role_title}{row.people}人{f'（超过{row.above}的）' if row.above else ''}{parts[row.part]}"
        for row in rule.roles
    ]
    carried = [f"至少{rule.quorum}人参加表决"] if rule.quorum else []
    carried += [f"其中{rule.consent_share}以上同意"] if rule.consent_share else []
    silence = {"consents": "同意", "abstains": "弃权"}
    carried += [f"{rule.days}日内未提出意见的视为{silence[rule.on_silence]}"] if rule.on_silence else []
    return f"{rule.title}（{rule.clause}）：{'，'.join([*roles, *carried])}"


def _length(limit: TimeLimitRow) -> str:
    return f"{limit.days}{DAY_UNITS[limit.unit]}"
