"""duifu audit: what an auditor asks of a ledger. Reads, never writes."""

import click

from cli.audit_conserve import conserve_command
from cli.audit_export import export_command
from cli.audit_recompute import recompute_command
from cli.audit_refusals import refusals_command
from cli.audit_replay import replay_command
from cli.audit_verify import verify_command

EPILOG = """Exit codes: 0 done, 2 wrong usage or input, 3 refused (what was asked for is not there, or the
evidence is broken), 4 unavailable.
"""


@click.group(epilog=EPILOG)
def audit() -> None:
    """Prove a ledger whole and its money conserved, replay or recompute a case, read refusals, take a case with you.

    Everything here reads the ledger and changes nothing; it needs neither Temporal nor a worker. A copy of the ledger
    is enough: name its folder with --home.
    """


# Each part of an audit is a module of its own.
for command in (
    verify_command,
    replay_command,
    recompute_command,
    conserve_command,
    refusals_command,
    export_command,
):
    audit.add_command(command)
