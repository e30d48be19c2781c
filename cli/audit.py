"""duifu audit: what an auditor asks of a ledger. Reads, never writes."""

import click

from cli.late import Commands

EPILOG = """Exit codes: 0 done, 2 wrong usage or input, 3 refused (what was asked for is not there, or the
evidence is broken), 4 unavailable.
"""


#: Each part of an audit is a module of its own.
PARTS = {
    "conserve": "cli.audit_conserve:conserve_command",
    "export": "cli.audit_export:export_command",
    "recompute": "cli.audit_recompute:recompute_command",
    "refusals": "cli.audit_refusals:refusals_command",
    "replay": "cli.audit_replay:replay_command",
    "verify": "cli.audit_verify:verify_command",
}


@click.group(commands=Commands(PARTS), epilog=EPILOG)
def audit() -> None:
    """Prove a ledger whole and its money conserved, replay or recompute a case, read refusals, take a case with you.

    Everything here reads the ledger and changes nothing; it needs neither Temporal nor a worker. A copy of the ledger
    is enough: name its folder with --home.
    """
