"""The steps that limit: what a person approved, what an account has reached or still allows, what others paid."""

from fractions import Fraction

from domain.calculation import accounts
from domain.calculation.working import Working
from domain.format.steps import Account, Cap, Decide, Stack, Tiers
from domain.money import Exact, floor
from domain.refusals import Refused
from duifu.v1.facts_pb2 import OtherBenefit, SpecialApproval


def decide(working: Working, step: Decide) -> Exact:
    """What was approved, if a person set it; never above the value. (BJ-3.2) Raises Refused AMOUNT_ABOVE_CEILING."""
    value, approved = working.value(step.value), working.facts.approved_fen
    if approved is None:
        if working.told is not None:
            working.tell(step, value, "按上限核定", [(step.value, value)])
        return value
    if approved > value:
        raise Refused("AMOUNT_ABOVE_CEILING", step.clause, asked_fen=approved, most_fen=floor(value))
    if working.told is not None:
        reason = working.facts.approval_reason
        detail = f"核定{working.show(approved)}" + (f"，{reason}" if reason else "")
        working.tell(step, approved, detail, [(step.value, value)], lost=value - approved, bound=approved < value)
    return approved


def tiers(working: Working, step: Tiers) -> Exact:
    """Rates by what the account's holder has reached with this value: each slice at its own, or all at the last.

    Raises Refused PARAMETER_EXPIRED, FACT_MISSING.
    """
    value = working.value(step.value)
    day = accounts.day_of(working.programme, step.account, working.facts)
    before = accounts.used_of(working.programme, step.account, working.facts, working.used, day)
    result: Exact = Fraction(0)
    reached: Exact = before
    parts: list[str] = []
    operands: list[tuple[str, Exact]] = [(step.value, value), ("before", before)]
    for tier in step.tiers:
        rate = working.number(tier.by)
        end: Exact = before + value
        if tier.up_to is not None:
            end = min(end, working.number(tier.up_to))
        if step.applies_to == "whole":
            if end < before + value:
                continue
            reached = before
        if end > reached:
            result += (end - reached) * rate
            operands.append((tier.by, rate))
            if working.told is not None:
                parts.append(f"{working.show(end - reached)} × {working.show_number(tier.by, rate)}")
            reached = end
        if step.applies_to == "whole":
            break
    if working.told is not None:
        working.tell(step, result, f"此前累计{working.show(before)}；{' + '.join(parts) or '无'}", operands)
    return result


def cap(working: Working, step: Cap) -> Exact:
    """What the account still allows; the rest is lost, put off, or takes everything with it. (BJ-3.3)

    Raises Refused PARAMETER_EXPIRED, FACT_MISSING.
    """
    programme, account = working.programme, working.programme.accounts[step.account]
    value = working.value(step.value)
    day = accounts.day_of(programme, step.account, working.facts)
    limit = accounts.limit(programme, step.account, day)
    special = ""
    if approval := accounts.special_approval(programme, step.account, working.facts):
        special = _approved(approval)
        hard = accounts.hard_limit(programme, step.account, day)
        limit = None if hard is None or limit is None else max(limit, hard)
    if limit is None:
        if working.told is not None:
            working.tell(step, value, f"{special}不设限额", [(step.value, value)])
        return value
    used = accounts.used_of(programme, step.account, working.facts, working.used, day)
    left = max(0, limit - used)
    allowed: Exact = min(value, left)
    if account.on_exceed == "refuse" and value > left:
        allowed = 0
    over = value - allowed
    is_deferred = account.on_exceed == "defer"
    if is_deferred:
        working.deferred += over
    if value > 0 and allowed == 0:
        working.stop(step, account.code, account.clause, f"{account.title}限额{working.show(limit)}{_exhausted(left)}")
    if working.told is not None:
        detail = f"{special}限额{working.show(limit)}，已用{working.show(used)}，余{working.show(left)}"
        if over > 0:
            detail += f"；{working.show(over)}" + _fate(account)
        working.tell(
            step, allowed, detail, [(step.value, value), ("limit", limit), ("used", used)],
            lost=0 if is_deferred else over, deferred=over if is_deferred else 0, bound=over > 0,
        )  # fmt: skip
    return allowed


def stack(working: Working, step: Stack) -> Exact:
    """Nothing beside other public money, or no more than a total together with it. Raises Refused PARAMETER_EXPIRED."""
    value = working.value(step.value)
    others = [benefit for benefit in working.facts.benefits if _is_other_money(working, step, benefit)]
    had = sum(benefit.amount_fen for benefit in others)
    total = working.value(step.total) if step.total is not None and step.rule == "complete" else None
    if total is None:
        allowed: Exact = 0 if others else value
    else:
        allowed = min(value, max(0, total - had))
    if working.told is None and allowed:
        return allowed
    operands: list[tuple[str, Exact]] = [(step.value, value), ("others", had)]
    if total is None:
        detail = "已获其他政策支持，不再支持" if others else "未获其他政策支持"
    else:
        operands.append((step.total or "", total))
        detail = f"其他政策已支持{working.show(had)}，合计不超过{working.show(total)}"
    if value > 0 and allowed == 0:
        titles = "、".join(dict.fromkeys(benefit.title or benefit.programme_id for benefit in others))
        working.stop(step, step.code, step.clause, f"{detail}（{titles}）")
    working.tell(step, allowed, detail, operands, lost=value - allowed, bound=allowed < value)
    return allowed


def _is_other_money(working: Working, step: Stack, benefit: OtherBenefit) -> bool:
    facts = working.facts
    return (
        benefit.programme_id != working.programme.programme_id
        and (not step.programmes or benefit.programme_id in step.programmes)
        and benefit.uscc == accounts.applicant_of(facts)
        and (step.same == "enterprise" or accounts.is_of_a_contract(benefit, accounts.contract_numbers(facts)))
    )


def _approved(approval: SpecialApproval) -> str:
    number = f"，{approval.document_number}" if approval.document_number else ""
    return f"经{approval.approved_by}专项批准（{approval.reason}{number}），"


def _exhausted(left: int) -> str:
    return "，本次申请超出余额，不予支持" if left else "已用完"


def _fate(account: Account) -> str:
    match account.on_exceed:
        case "defer":
            return "递延"
        case "refuse":
            return "超出余额，不予支持"
        case "special_approval":
            return "未经专项批准或超出最高限额，不再支持"
        case _:
            return "不再发放"
