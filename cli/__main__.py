"""duifu: run a deployment, play a year, file and decide cases, and read what was decided."""

import click

from cli.audit import audit
from cli.cases import case
from cli.cycles import cycle
from cli.ledger import ledger
from cli.output import (
    RefusedHere,
    Unavailable,
    WrongInput,
    as_json,
    at_home,
    existing_ledger,
    of_running,
    read_facts,
    send,
)
from cli.privacy import privacy
from cli.programmes import programme
from cli.running import demo, rehearse, up
from cli.views import views
from cli.witness import witness
from duifu.v1.commands_pb2 import Actor, Command
from ledger.address import NoDatabase
from ledger.encryption import PersonalDataDamaged
from ledger.rows import RowsUnavailable
from ledger.seals import SealsUnavailable
from ledger.store import LedgerUnavailable
from worker import main as run_worker
from worker import open_door

EPILOG = """Exit codes: 0 done, 2 wrong usage or input, 3 refused by the ledger (with its reason code), 4 unavailable.

Start here: `duifu demo` plays a Beijing year on the real engines and exits; `duifu demo --stay` keeps the Temporal Web
UI open; `duifu case list` shows the cases.
"""


class Duifu(click.Group):
    """A database that does not answer is an answer too, whichever command asked it."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command: 4 for what cannot be reached, 2 for what cannot be meant, 3 for what was altered."""
        try:
            return super().invoke(ctx)
        except (LedgerUnavailable, RowsUnavailable, SealsUnavailable) as error:
            raise Unavailable(f"{error}. Nothing was done; try again.") from None
        except NoDatabase as error:
            raise WrongInput(str(error)) from None
        except PersonalDataDamaged as error:
            raise RefusedHere(f"The ledger was tampered with or is damaged. {error}. See: duifu audit verify") from None


@click.group(
    cls=Duifu, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(package_name="duifu")
def main() -> None:
    """Duifu 兑付: administers public compute-power programmes on an event-sourced ledger and Temporal."""


@main.command()
@click.option("--without-relay", is_flag=True, help="Another process runs the relay.")
@click.option("--only-relay", is_flag=True, help="Run only the relay.")
def worker(without_relay: bool, only_relay: bool) -> None:
    """Run a worker with its relay against TEMPORAL_ADDRESS, until Ctrl-C."""
    run_worker(with_relay=not without_relay, with_worker=not only_relay)


@main.command("send")
@click.argument("command_file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--actor", "actor_id", default="", help="Account of the person who acts; default: the file's actor.")
@click.option("--name", "actor_name", default="", help="Name of that person; default: the file's.")
@click.option("--role", default="", help="Role of that person; default: the file's.")
@click.option("--uscc", default="", help="Enterprise acted for, if an applicant acts; default: the file's.")
@click.option("--command-id", default="", help="Default: the file's, or derived from the content.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of the answer; default: the file's, or zh.")
@at_home
@as_json
def send_command(
    command_file: str,
    actor_id: str,
    actor_name: str,
    role: str,
    uscc: str,
    command_id: str,
    lang: str | None,
    home: str | None,
    json_wanted: bool,
) -> None:
    """Send COMMAND_FILE, any duifu.v1.Command as JSON or YAML ("-" reads standard input).

    Example: duifu send docs/examples/command.json
    """
    command = read_facts(command_file, Command())
    command.command_id = command_id or command.command_id
    command.language = lang or command.language
    command.actor.MergeFrom(Actor(id=actor_id, name=actor_name, role=role, uscc=uscc))
    send(open_door(existing_ledger(of_running(home))), command, command.actor, json_wanted)


for command in (up, demo, rehearse, case, cycle, audit, privacy, programme, ledger, views, witness):
    main.add_command(command)


if __name__ == "__main__":
    main()
