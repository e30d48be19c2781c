"""A simulation in words and as JSON."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from cli.auditing import say
from cli.output import print_table
from domain.evaluation.edition import Edition
from domain.money import show
from simulation.change import Change, Pair
from simulation.comparison import Comparison, Exhausted

COLUMNS = ("现行", "模拟", "差额")
NEVER = "未用尽"
WHOLE = "programme"  # the period of a limit that holds once
NAMED_MAX = 10  # cases that differ from the ledger

Shown = Callable[[int], str]


def tell(comparison: Comparison, before: Edition, names: tuple[str, str], top: int) -> None:
    """Tables on standard output."""
    amount = _shown(before)
    rehearsed = "【演练】" if any(change.claim.is_rehearsal for change in comparison.changes) else ""
    say(f"{rehearsed}{before.programme.title.zh}\n  现行：{names[0]}\n  模拟：{names[1]}")
    first, last = comparison.changes[0].counted_on, comparison.changes[-1].counted_on
    say(f"  申请{len(comparison.changes)}件，{first}至{last}受理\n")
    _agreement(comparison, amount)
    rows = [
        ["获支持的申请（件）", *_numbers(comparison.supported, str)],
        ["发放金额", *_numbers(comparison.granted, amount)],
    ]
    if comparison.lapsed != Pair():
        rows.append(["应兑付而无后续批次", *_numbers(comparison.lapsed, show)])
    print_table("总计", ["", *COLUMNS], rows)
    _table("按受理年度的发放金额", "年度", comparison.granted_by_year, amount)
    _table("按批次年度的兑付金额", "年度", comparison.paid_by_year, show)
    _table("按注册区的发放金额", "注册区", comparison.by_district, amount)
    _table("按企业规模的发放金额", "规模", comparison.by_size, amount)
    _table("不予支持的申请（件）", "原因", comparison.refused, str)
    if comparison.exhausted:
        rows = [[_limit(at), _day(at.before), _day(at.after)] for at in comparison.exhausted]
        print_table("总限额用尽之日", ["限额", *COLUMNS[:2]], rows)
    _changes("增加最多", comparison.winners(top), amount)
    _changes("减少最多", comparison.losers(top), amount)
    for words, number in comparison.notes.items():
        say(f"· {words}：{number}件")


def as_dict(comparison: Comparison, before: Edition, after: Edition, top: int) -> dict[str, Any]:
    """For machines. Amounts are whole numbers of `unit`."""
    agreement = comparison.agreement
    return {
        "unit": before.programme.award.unit,
        "before": _edition(before),
        "after": _edition(after),
        "isRehearsal": any(change.claim.is_rehearsal for change in comparison.changes),
        "claims": len(comparison.changes),
        "agreement": {
            "isWhole": agreement.is_whole,
            "claims": agreement.claims,
            "differing": list(agreement.differing),
            "difference": agreement.difference,
            "requests": agreement.requests,
            "differingRequests": list(agreement.differing_requests),
            "differenceFen": agreement.difference_fen,
        },
        "granted": _pair(comparison.granted),
        "supported": _pair(comparison.supported),
        "refused": _pairs(comparison.refused),
        "grantedByYear": _pairs(comparison.granted_by_year),
        "paidByYear": _pairs(comparison.paid_by_year),
        "lapsed": _pair(comparison.lapsed),
        "byDistrict": _pairs(comparison.by_district),
        "bySize": _pairs(comparison.by_size),
        "exhausted": [
            {"account": at.title, "period": at.period, "before": _iso(at.before), "after": _iso(at.after)}
            for at in comparison.exhausted
        ],
        "winners": [_change(change) for change in comparison.winners(top)],
        "losers": [_change(change) for change in comparison.losers(top)],
        "notes": dict(comparison.notes),
    }


def _agreement(comparison: Comparison, amount: Shown) -> None:
    found = comparison.agreement
    compared = f"已办结的申请{found.claims}件、已核定的兑付申请{found.requests}件"
    if found.is_whole:
        say(f"✓ 核对：按现行规则重算，{compared}与账本完全一致\n")
        return
    say(
        f"✗ 核对：按现行规则重算，{compared}中，有{len(found.differing)}件发放金额（相差{amount(found.difference)}）、"
        f"{len(found.differing_requests)}件兑付金额（相差{show(found.difference_fen)}）与账本不一致"
    )
    listed = [*found.differing, *found.differing_requests]
    more = f"等{len(listed)}件" if len(listed) > NAMED_MAX else ""
    say(f"  {'、'.join(listed[:NAMED_MAX])}{more}\n  差额含有规则之外的原因，比较时须扣除\n")


def _table(title: str, group: str, found: Mapping[str, Pair], shown: Shown) -> None:
    if found:
        rows = [[name, *_numbers(pair, shown)] for name, pair in found.items()]
        print_table(title, [group, *COLUMNS], rows)


def _changes(title: str, found: Sequence[Change], shown: Shown) -> None:
    if found:
        columns = ["申请", "企业", *COLUMNS[1:], "原因"]
        rows = [[c.claim.case_id, c.name, *_numbers(c.granted, shown)[1:], c.after.code] for c in found]
        if not any(row[-1] for row in rows):
            columns, rows = columns[:-1], [row[:-1] for row in rows]
        print_table(f"{title}的申请", columns, rows)


def _limit(at: Exhausted) -> str:
    return at.title if at.period == WHOLE else f"{at.title}（{at.period}）"


def _numbers(pair: Pair, shown: Shown) -> list[str]:
    sign = "+" if pair.difference > 0 else ""
    return [shown(pair.before), shown(pair.after), sign + shown(pair.difference)]


def _shown(edition: Edition) -> Shown:
    unit = edition.programme.award.unit
    return show if unit == "fen" else lambda amount: f"{amount}{unit}"


def _day(day: date | None) -> str:
    return day.isoformat() if day else NEVER


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _edition(edition: Edition) -> dict[str, str]:
    programme = edition.programme
    return {"programmeId": programme.programme_id, "edition": programme.edition, "sha256": programme.sha256}


def _pair(pair: Pair) -> dict[str, int]:
    return {"before": pair.before, "after": pair.after, "difference": pair.difference}


def _pairs(found: Mapping[str, Pair]) -> dict[str, dict[str, int]]:
    return {name: _pair(pair) for name, pair in found.items()}


def _change(change: Change) -> dict[str, Any]:
    return {
        "caseId": change.claim.case_id,
        "uscc": change.uscc,
        "acceptedOn": change.counted_on.isoformat(),
        **_pair(change.granted),
        "beforeCode": change.before.code,
        "afterCode": change.after.code,
    }
