"""duifu recovery: money that was paid and has to come back, from the finding to the last receipt. (追回)"""

import click

from cli import recovery_collecting, recovery_deciding, recovery_finding, recovery_reading

#: In the order in which a recovery goes.
COMMANDS = (
    recovery_finding.open_,
    recovery_finding.reversed_,
    recovery_deciding.reversal_withdrawn,
    recovery_finding.notice,
    recovery_finding.statement,
    recovery_deciding.demand,
    recovery_collecting.receipt,
    recovery_collecting.propose_write_off,
    recovery_deciding.write_off,
    recovery_deciding.set_off,
    recovery_deciding.revoke_set_off,
    recovery_deciding.transfer,
    recovery_deciding.withdraw,
    recovery_deciding.bar,
    recovery_reading.list_,
    recovery_reading.show_recovery,
)


@click.group()
def recovery() -> None:
    """Take back money that was paid (追回): finding, notice, statement, demand, receipts, write-off, transfer.

    Three roles take part, which the programme names: who finds, who decides, who collects. Nobody decides who found, or
    who decided, verified or signed for what was paid. What a contract that ended or a red invoice takes back is
    computed and opens by itself: see `duifu recovery reversed`.
    """


for command in COMMANDS:
    recovery.add_command(command)
