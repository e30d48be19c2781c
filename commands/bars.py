"""Enterprises that are kept from applying and redeeming for a time. (F-8)"""

from commands import recoveries
from commands.work import Work
from domain import bars
from domain.kinds import BARS, RECOVERY
from duifu.v1.recovery_pb2 import BarEnterprise
from ledger import streams


def bar(work: Work, command: BarEnterprise) -> str:
    """Keep the enterprise of a recovery out for a time. Raises RECOVERY_UNKNOWN, and what `bars.bar` raises."""
    recovery = recoveries.acted_on(work, command.recovery_id)
    stream = streams.bar(recovery.opened.programme_id, recovery.opened.uscc)
    work.record(stream, BARS, bars.bar(recovery, work.read(stream, BARS), command, work.actor, work.on))
    return recovery.recovery_id


def must_be_free(work: Work, programme_id: str, uscc: str) -> None:
    """The enterprise may apply and redeem under a programme today. Raises Refused ENTERPRISE_BARRED."""
    known = work.read(streams.bar(programme_id, uscc), BARS)
    bars.must_be_free(known, lambda name: work.read(streams.recovery(name), RECOVERY), uscc, work.on)
