"""duifu: run a deployment, play a year, file and decide cases, and read what was decided."""

import click

from cli.late import Commands

EPILOG = """Exit codes: 0 done, 2 wrong usage or input, 3 refused by the ledger (with its reason code), 4 unavailable,
130 broken off with Ctrl-C, but 0 for what runs until it is stopped (up, demo, views run, worker).

Start here: `duifu demo` plays a Beijing year on the real engines and exits; `duifu demo --stay` keeps the Temporal Web
UI open; `duifu case list` shows the cases.
"""

#: Command -> its module and its name there.
COMMANDS = {
    "audit": "cli.audit:audit",
    "case": "cli.cases:case",
    "cycle": "cli.cycles:cycle",
    "demo": "cli.running:demo",
    "exchange": "cli.exchange:exchange",
    "inbox": "cli.inbox:inbox",
    "ledger": "cli.ledger:ledger",
    "panel": "cli.panels:panel",
    "payments": "cli.payments:payments",
    "privacy": "cli.privacy:privacy",
    "programme": "cli.programmes:programme",
    "quote": "cli.quote:quote_command",
    "recovery": "cli.recovery:recovery",
    "rehearse": "cli.running:rehearse",
    "round": "cli.rounds:round_",
    "send": "cli.sending:send_command",
    "simulate": "cli.simulate:simulate_command",
    "up": "cli.running:up",
    "views": "cli.views:views",
    "witness": "cli.witness:witness",
    "worker": "cli.working:worker",
}


class Duifu(click.Group):
    """A database that does not answer is an answer too, whichever command asked it."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; see `endings` for what its code says when something went wrong."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            from cli.output import INTERRUPTED

            raise click.exceptions.Exit(INTERRUPTED) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            from cli.endings import ending  # a command that touches no database does not wait for their modules

            if known := ending(error):
                raise known from None
            raise


@click.group(
    cls=Duifu,
    commands=Commands(COMMANDS),
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="duifu")
def main() -> None:
    """Duifu 兑付: administers public compute-power programmes on an event-sourced ledger and Temporal."""


if __name__ == "__main__":
    main()
