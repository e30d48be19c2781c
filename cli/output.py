"""What the command prints: people's words, or JSON; and its exit codes."""

import asyncio
import hashlib
import json
import os
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, fields, replace
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click
import yaml
from google.protobuf import json_format
from google.protobuf.message import Message
from rich import box
from rich.table import Table
from rich.text import Text

import settings
from cli.terminal import HarmlessConsole, harmless
from commands.door import Door, declared
from domain.refusals import Refused, sentence
from duifu.v1.answers_pb2 import Refusal
from duifu.v1.commands_pb2 import Actor, Command
from ledger.address import is_url
from ledger.personal import impersonal, masked, readable
from ledger.store import LedgerUnavailable
from settings import Settings
from telemetry import logs
from worker import open_door

OK, USAGE, REFUSED, UNAVAILABLE = 0, 2, 3, 4

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=Message)

console = HarmlessConsole(highlight=False, soft_wrap=True)
errors = HarmlessConsole(stderr=True, highlight=False, soft_wrap=True)


class Ending(click.ClickException):
    """An end of the program with words on standard error, which may quote what was found."""

    def format_message(self) -> str:
        """See ClickException."""
        return harmless(self.message)


class WrongInput(Ending):
    """What was given cannot be used; says what can."""

    exit_code = USAGE


class RefusedHere(Ending):
    """The ledger, or its lack of what was asked for, says no."""

    exit_code = REFUSED


class Unavailable(Ending):
    """A part that is needed does not answer."""

    exit_code = UNAVAILABLE


def as_json(command: Callable[P, R]) -> Callable[P, R]:
    """Adds `--json`."""
    return click.option("--json", "json_wanted", is_flag=True, help="Print JSON instead of words.")(command)


def unmasking(command: Callable[P, R]) -> Callable[P, R]:
    """Adds `--unmask`."""
    words = "Names, numbers and accounts in full, for who needs to know; default: masked."
    return click.option("--unmask", is_flag=True, help=words)(command)


def as_seen(message: M, unmask: bool) -> M:
    """A message as it is shown: masked unless asked for in full."""
    return readable(message) if unmask else masked(message)


def at_home(command: Callable[P, R]) -> Callable[P, R]:
    """Adds `--home`."""
    return click.option("--home", help="Folder of the deployment [default: .duifu].")(command)


@dataclass(frozen=True)
class Asking:
    """Who asks the ledger for something, and how the answer is wanted."""

    actor_id: str
    actor_name: str
    command_id: str
    lang: str
    home: str | None
    json_wanted: bool

    def send(self, command: Command, role: str, uscc: str = "") -> None:
        """Send a command to a deployment that exists, and print its answer."""
        config = existing_ledger(of_running(self.home))
        command.command_id, command.language = self.command_id, self.lang
        actor = Actor(id=self.actor_id, name=self.actor_name, role=role, uscc=uscc)
        send(open_door(config), command, actor, self.json_wanted)


def acting(command: Callable[..., R]) -> Callable[..., R]:
    """Adds who acts, the command's id, the language and form of the answer; the command gets them as one `Asking`."""

    @click.option("--actor", "actor_id", required=True, help="Account of the person who acts; declared, not proven.")
    @click.option("--name", "actor_name", default="", help="Name of that person.")
    @click.option(
        "--command-id", default="", help="Default: derived from the content, so that a repeat changes nothing."
    )
    @click.option(
        "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Language of answers."
    )
    @at_home
    @as_json
    @wraps(command)
    def with_asking(*args: Any, **kwargs: Any) -> R:
        who = Asking(**{field.name: kwargs.pop(field.name) for field in fields(Asking)})
        return command(*args, asking=who, **kwargs)

    return with_asking


def configuration(home: str | None) -> Settings:
    """Settings from the environment, with the folder given on the command line. Quiet logs: answers are printed."""
    try:
        config = settings.from_environment()
    except ValueError as error:
        raise WrongInput(str(error)) from None
    logs.configure(config.log_style, os.environ.get("DUIFU_LOG_LEVEL", "WARNING"))
    return replace(config, home=Path(home).absolute()) if home else config


def of_running(home: str | None) -> Settings:
    """The same, with the addresses at which the deployment in that folder listens."""
    return configuration(home).as_it_runs()


def existing_ledger(config: Settings) -> Settings:
    """The same settings, if there is a ledger to read."""
    if not is_url(config.ledger) and not Path(config.ledger).exists():
        raise Unavailable(
            f"There is no ledger at {config.ledger}. Start a deployment with `duifu up` or play one with "
            "`duifu demo`, or name its folder with --home."
        )
    return config


def read_facts(path: str, message: M) -> M:
    """Fill a message from a JSON or YAML file, "-" for standard input. Raises WrongInput naming what is wrong."""
    text = sys.stdin.read() if path == "-" else Path(path).read_text("utf-8")
    try:
        # Scalars are read as written: a date stays text, an invoice number keeps its leading zeros.
        content = yaml.load(text, yaml.BaseLoader)  # noqa: S506 (the base loader builds only text, lists and dicts)
        json_format.ParseDict(_typed(content), message)
    except (yaml.YAMLError, json_format.ParseError) as error:
        raise WrongInput(f"{path} is not a {message.DESCRIPTOR.full_name}: {error}") from None
    return message


def send(door: Door, command: Command, actor: Actor, json_wanted: bool) -> None:
    """Send a command and print its answer; a refusal ends with exit code 3."""
    command.actor.CopyFrom(actor)
    if not command.command_id:
        # An id stays readable for good, so nobody may find out a number by trying: it leaves persons' values out.
        content = impersonal(command).SerializeToString(deterministic=True)
        command.command_id = f"cli:{hashlib.sha256(content).hexdigest()[:32]}"
    try:
        answer = door.answer(command, declared(actor))
    except LedgerUnavailable as error:
        raise Unavailable(f"{error}. Send the command again with id {command.command_id}.") from None
    if json_wanted:
        print_json(answer)
    elif answer.HasField("refusal"):
        print_refusal(answer.refusal)
    else:
        repeat = "（重复命令，未作新的记录）" if answer.receipt.is_repeat else ""
        console.print(
            f"✓ {answer.summary}{repeat}\n  账本位置 {answer.receipt.position}，命令编号 {answer.receipt.command_id}",
            markup=False,
        )
    if answer.HasField("refusal"):
        raise click.exceptions.Exit(REFUSED)


def print_refusal(refusal: Refusal) -> None:
    """A refusal in words, on standard error."""
    clause = f"（{refusal.clause}）" if refusal.clause else ""
    errors.print(f"✗ [{refusal.code}]{clause} {refusal.message}", markup=False)
    errors.print(f"  → {refusal.way_forward}", markup=False)


def refused(error: Refused) -> RefusedHere:
    """A refusal outside of a command, as an end of the program."""
    return RefusedHere(sentence(error.to_message("zh")))


def print_json(value: Message | list[Any] | dict[str, Any]) -> None:
    """One JSON document on standard output."""
    content = json_format.MessageToDict(value) if isinstance(value, Message) else value
    sys.stdout.write(harmless(json.dumps(content, ensure_ascii=False, indent=2)) + "\n")


def print_table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """A table on standard output. The first column is never broken: it is what people copy."""
    table = Table(title=Text(harmless(title), "table.title"), title_justify="left", box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column == columns[0])
    for row in rows:
        table.add_row(*(Text(harmless(cell)) for cell in row))
    console.print(table)


def link(config: Settings, workflow_id: str) -> str:
    """Where a case or a quarter is shown in the Temporal Web UI."""
    return f"{config.web_ui_url}/namespaces/{config.namespace}/workflows/{workflow_id}"


def run_to_the_end(work: Coroutine[Any, Any, int]) -> None:
    """Run and end the process at once: the SDK's native threads can abort an interpreter that shuts down."""
    code = asyncio.run(work)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _typed(content: Any) -> Any:
    """Give booleans back their type: protobuf JSON takes numbers as text, but not truth."""
    match content:
        case dict():
            return {key: _typed(value) for key, value in content.items()}
        case list():
            return [_typed(value) for value in content]
        case "true" | "false":
            return content == "true"
    return content
