"""duifu: run a deployment, play a year, file and decide cases, and read what was decided."""

import click

from cli.cases import case
from cli.cycles import cycle
from cli.output import as_json, at_home, existing_ledger, of_running, read_facts, send
from cli.programmes import programme
from cli.running import demo, rehearse, up
from duifu.v1.commands_pb2 import Actor, Command
from worker import main as run_worker
from worker import open_door

EPILOG = """Exit codes: 0 done, 2 wrong usage or input, 3 refused by the ledger (with its reason code), 4 unavailable.

Start here: `duifu demo` plays a Beijing year on the real engines and exits; `duifu demo --stay` keeps the Temporal Web
UI open; `duifu case list` shows the cases.
"""


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
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


for command in (up, demo, rehearse, case, cycle, programme):
    main.add_command(command)


if __name__ == "__main__":
    main()
