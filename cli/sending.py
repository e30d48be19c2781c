"""duifu send: any command to the ledger."""

import click

from cli.asking import existing_ledger, of_running, send
from cli.facts import read_facts
from cli.output import as_json, at_home
from duifu.v1.commands_pb2 import Actor, Command
from front_door import open_door


@click.command("send")
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
