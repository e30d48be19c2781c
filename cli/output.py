"""What the command prints: people's words, or JSON; and its exit codes."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click
from google.protobuf import json_format
from google.protobuf.message import Message
from rich import box
from rich.table import Table
from rich.text import Text

from cli.terminal import HarmlessConsole, harmless
from domain.refusals import Refused, sentence
from duifu.v1.answers_pb2 import Refusal
from settings import Settings

OK, USAGE, REFUSED, UNAVAILABLE = 0, 2, 3, 4
INTERRUPTED = 130  # as a shell says of a program that was stopped with Ctrl-C

P = ParamSpec("P")
R = TypeVar("R")

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


def at_home(command: Callable[P, R]) -> Callable[P, R]:
    """Adds `--home`."""
    return click.option("--home", help="Folder of the deployment [default: .duifu].")(command)


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


def write_file(path: Path, content: str) -> None:
    """A file in UTF-8, its lines ended as they are. Raises WrongInput if it cannot be written."""
    try:
        path.write_text(content, "utf-8", newline="")
    except OSError as error:
        raise WrongInput(f"{path} cannot be written: {error.strerror}") from None


def link(config: Settings, workflow_id: str) -> str:
    """Where a case or a quarter is shown in the Temporal Web UI."""
    return f"{config.web_ui_url}/namespaces/{config.namespace}/workflows/{workflow_id}"
