"""What a recomputation found, in words and for machines."""

from collections.abc import Iterator, Sequence
from typing import Any

from google.protobuf.json_format import MessageToDict

from audit.compared import Decision, Difference, Tally
from domain.money import show, show_exact
from duifu.v1.events_pb2 import AmountTrace

DECISIONS = {
    "zh": {
        Decision.RECEIPT: "收件",
        Decision.DEADLINE: "时限",
        Decision.VERDICT: "决定",
        Decision.PROCEDURE: "程序",
        Decision.PANEL: "评审",
        Decision.ACCEPTANCE: "受理额度",
        Decision.ISSUANCE: "发放",
        Decision.ASSESSMENT: "核定兑付",
        Decision.PAYMENT: "支付",
        Decision.QUARTER: "批次",
        Decision.ALLOCATION: "分配",
        Decision.ROUND: "轮次",
        Decision.RECOVERY: "追回",
        Decision.OUTCOME: "办结",
    },
    "en": {
        Decision.RECEIPT: "receipts",
        Decision.DEADLINE: "deadlines",
        Decision.VERDICT: "verdicts",
        Decision.PROCEDURE: "procedural steps",
        Decision.PANEL: "steps of panels",
        Decision.ACCEPTANCE: "acceptances",
        Decision.ISSUANCE: "issuances",
        Decision.ASSESSMENT: "assessments",
        Decision.PAYMENT: "payments",
        Decision.QUARTER: "quarters",
        Decision.ALLOCATION: "allocations",
        Decision.ROUND: "rounds",
        Decision.RECOVERY: "recoveries",
        Decision.OUTCOME: "outcomes",
    },
}
#: Whose amounts are money, each counted once.
MONEY = (Decision.ISSUANCE, Decision.ASSESSMENT, Decision.PAYMENT)
TEXTS = {
    "zh": {
        "read": "读取相关事件 {events} 个，重算决定 {decisions} 项：{kinds}",
        "kind": "{title}{count}",
        "amount": "{title}{amount}",
        "and": "，",
        "equal": "✓ 与账本记录一致，差异 0",
        "differs": "✗ 差异 {differences} 处",
        "unlisted": "另有 {count} 处未列出",
        "unanswered": "✗ 无法重算 {count} 项（首个在位置 {position}）：{reason}",
        "value": "记录 {recorded}，按规则 {derived}",
        "recorded": "记录",
        "derived": "规则",
        "progress": "重算",
    },
    "en": {
        "read": "{events} relevant events read, {decisions} decisions made again: {kinds}",
        "kind": "{count} {title}",
        "amount": "{title} {amount}",
        "and": ", ",
        "equal": "✓ equal to what is recorded, 0 differences",
        "differs": "✗ {differences} differences",
        "unlisted": "{count} more are not listed",
        "unanswered": "✗ {count} cannot be made again (the first at position {position}): {reason}",
        "value": "recorded {recorded}, by the rules {derived}",
        "recorded": "recorded",
        "derived": "rules",
        "progress": "recompute",
    },
}


Line = tuple[bool, str]  # whether it tells of something wrong, and the words


def as_words(tally: Tally, listed: Sequence[Difference], lang: str) -> Iterator[Line]:
    """Every listed difference with the calculations behind it, what cannot be made again, and the sum."""
    texts, titles = TEXTS[lang], DECISIONS[lang]
    for difference in sorted(listed, key=lambda one: one.position):
        yield from _difference(difference, lang)
    for one in tally.unanswered.values():
        yield True, texts["unanswered"].format(count=one.decisions, position=one.first_position, reason=one.reason)
    kinds = [
        texts["kind"].format(title=titles[kind], count=tally.decisions[kind])
        for kind in Decision
        if tally.decisions[kind]
    ]
    decisions = sum(tally.decisions.values())
    yield False, texts["read"].format(events=tally.events, decisions=decisions, kinds=texts["and"].join(kinds) or "—")
    amounts = [texts["amount"].format(title=titles[kind], amount=show(tally.amounts_fen[kind])) for kind in MONEY]
    yield False, texts["and"].join(amounts)
    if tally.is_equal:
        yield False, texts["equal"]
        return
    if unlisted := tally.differences - len(listed):
        yield True, texts["unlisted"].format(count=unlisted)
    yield True, texts["differs"].format(differences=tally.differences)


def told(tally: Tally, listed: Sequence[Difference]) -> dict[str, Any]:
    """The same for machines; amounts are in fen, exact ones as "n/d"."""
    return {
        "isEqual": tally.is_equal,
        "events": tally.events,
        "decisions": {kind.value: tally.decisions[kind] for kind in Decision},
        "amountsFen": {kind.value: tally.amounts_fen[kind] for kind in MONEY},
        "differences": [_for_machines(one) for one in sorted(listed, key=lambda one: one.position)],
        "unlistedDifferences": tally.differences - len(listed),
        "cannotRecompute": [
            {"reason": one.reason, "decisions": one.decisions, "firstPosition": one.first_position}
            for one in tally.unanswered.values()
        ],
    }


def _difference(difference: Difference, lang: str) -> Iterator[Line]:
    texts, clause = TEXTS[lang], f"（{difference.clause}）" if difference.clause else ""
    where = f"{difference.position:>6}  {difference.stream}  {DECISIONS[lang][difference.decision]}"
    values = texts["value"].format(
        recorded=_shown(difference.path, difference.recorded), derived=_shown(difference.path, difference.derived)
    )
    yield True, f"✗ {where}{clause}  {difference.path or difference.topic}  {values}"
    for word, trace in (("recorded", difference.recorded_trace), ("derived", difference.derived_trace)):
        for step in trace.steps if trace else ():
            yield True, f"         {texts[word]}  {step.clause} {step.explanation}：{_shown('_fen', step.exact_fen)}"


def _shown(path: str, value: str | int) -> str:
    if path.endswith("_fen"):
        try:
            return show(value) if isinstance(value, int) else show_exact(value)
        except ValueError:
            return str(value)  # what was recorded is no amount
    return str(value)


def _for_machines(difference: Difference) -> dict[str, Any]:
    return {
        "position": difference.position,
        "stream": difference.stream,
        "topic": difference.topic,
        "decision": difference.decision.value,
        "subject": difference.subject,
        "path": difference.path,
        "recorded": difference.recorded,
        "derived": difference.derived,
        "clause": difference.clause,
        "recordedTrace": _trace(difference.recorded_trace),
        "derivedTrace": _trace(difference.derived_trace),
    }


def _trace(trace: AmountTrace | None) -> dict[str, Any] | None:
    return MessageToDict(trace) if trace is not None else None
