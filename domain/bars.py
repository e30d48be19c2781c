"""Enterprises that may not apply or redeem under a programme for a time, after what they were paid was demanded back.

What is under way goes on: a bar keeps new applications and redemption requests out, and nothing else. (F-8)
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from google.protobuf.message import Message

from domain.case import UnknownEvent
from domain.dates import add_months, end_of, from_iso
from domain.recovery import Recovery
from domain.recovery_decisions import must_decide, must_say_why
from domain.refusals import Refused
from duifu.v1.commands_pb2 import Actor
from duifu.v1.recovery_pb2 import BarEnterprise, EnterpriseBarred


@dataclass(frozen=True)
class Bars:
    """The bars of one enterprise under one programme, in the order in which they were set."""

    bars: tuple[EnterpriseBarred, ...] = ()

    def on(self, day: date) -> EnterpriseBarred | None:
        """The bar that holds on a day and lasts longest; None: none does."""
        holding = [bar for bar in self.bars if bar.from_on <= day.isoformat() <= bar.through_on]
        return max(holding, key=lambda bar: bar.through_on, default=None)


def must_be_free(bars: Bars, recovery_of: Callable[[str], Recovery], uscc: str, on: date) -> None:
    """The enterprise may apply and redeem today. A bar falls with its recovery, once that is withdrawn.

    Raises Refused ENTERPRISE_BARRED, saying from when it may.
    """
    upheld = Bars(tuple(bar for bar in bars.bars if recovery_of(bar.recovery_id).withdrawn is None))
    if bar := upheld.on(on):
        raise Refused(
            "ENTERPRISE_BARRED",
            bar.clause,
            not_before=end_of(from_iso(bar.through_on)),
            uscc=uscc,
            from_on=bar.from_on,
            through_on=bar.through_on,
            number=bar.document_number,
        )


def bar(recovery: Recovery, bars: Bars, command: BarEnterprise, actor: Actor, on: date) -> list[Message]:
    """Keep the enterprise out from today or a later day; nothing if this bar is on record.

    Raises Refused BAR_NOT_FORESEEN, BAR_WITHOUT_DEMAND, ROLE_MISMATCH, RECOVERY_NOT_APART, REASON_MISSING,
    BAR_PERIOD.
    """
    rule, opened = recovery.opened.rule, recovery.opened
    if not rule.bar_months_max:
        raise Refused("BAR_NOT_FORESEEN", rule.clause, recovery=recovery.recovery_id)
    must_decide(recovery, actor, "限制申报")
    if recovery.demand is None or recovery.withdrawn is not None:
        raise Refused("BAR_WITHOUT_DEMAND", rule.bar_clause, recovery=recovery.recovery_id)
    must_say_why(command.reason, "限制申报", rule.bar_clause)
    barred = EnterpriseBarred(
        recovery_id=recovery.recovery_id,
        case_id=opened.case_id,
        from_on=command.from_on,
        through_on=command.through_on,
        document_number=command.document_number,
        reason=command.reason,
        evidence_sha256=command.evidence_sha256,
        clause=rule.bar_clause,
    )
    if barred in bars.bars:
        return []
    first, last = from_iso(command.from_on), from_iso(command.through_on)
    longest = add_months(first, rule.bar_months_max)
    if first < on or not first <= last <= longest:
        raise Refused("BAR_PERIOD", rule.bar_clause, from_on=first, through_on=last, on=on, months=rule.bar_months_max)
    return [barred]


def evolve(bars: Bars, event: Message) -> Bars:
    """The bars after one more event."""
    if isinstance(event, EnterpriseBarred):
        return Bars((*bars.bars, event))
    raise UnknownEvent(type(event).__name__)
