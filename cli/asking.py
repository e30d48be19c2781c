"""How a command of the terminal reaches the ledger: which deployment, who asks, and the answer."""

import asyncio
import hashlib
import os
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, fields, replace
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from google.protobuf.message import Message

import settings
from cli.output import (
    INTERRUPTED,
    REFUSED,
    Unavailable,
    WrongInput,
    as_json,
    at_home,
    console,
    print_json,
    print_refusal,
)
from commands.door import Door, declared
from domain.refusals import Refused
from duifu.v1.answers_pb2 import Answer, Refusal
from duifu.v1.commands_pb2 import Actor, Command
from front_door import open_door
from ledger.address import is_url
from ledger.personal import impersonal, masked, readable
from ledger.store import LedgerUnavailable
from settings import Settings
from telemetry import logs

R = TypeVar("R")
M = TypeVar("M", bound=Message)


@dataclass(frozen=True)
class Asking:
    """Who asks the ledger for something, and how the answer is wanted."""

    actor_id: str
    actor_name: str
    on_behalf_of: str
    command_id: str
    lang: str
    home: str | None
    json_wanted: bool

    def send(self, command: Command, role: str, uscc: str = "", as_of: str = "") -> None:
        """Send a command to a deployment that exists, and print its answer.

        What may be asked again in the same words, once something else was decided, is asked `as_of` a stream: the
        derived id says at which of its versions.
        """
        door, actor = self.door(), self.actor(role, uscc)
        command.command_id, command.language = self.command_id, self.lang
        if as_of and not self.command_id:
            _sign(command, actor)
            command.command_id += f":{door.ledger.version(as_of)}"
        send(door, command, actor, self.json_wanted)

    def door(self) -> Door:
        """The door of the deployment that was named, if there is one."""
        return open_door(existing_ledger(of_running(self.home)))

    def actor(self, role: str, uscc: str = "") -> Actor:
        """Who acts, as what."""
        return Actor(id=self.actor_id, name=self.actor_name, role=role, uscc=uscc, on_behalf_of=self.on_behalf_of)


def acting(command: Callable[..., R]) -> Callable[..., R]:
    """Adds who acts, the command's id, the language and form of the answer; the command gets them as one `Asking`."""

    @click.option("--actor", "actor_id", required=True, help="Account of the person who acts; declared, not proven.")
    @click.option("--name", "actor_name", default="", help="Name of that person.")
    @click.option("--on-behalf-of", metavar="ACCOUNT", default="", help="Who lent them the role, if somebody did.")
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


def ask(door: Door, command: Command, actor: Actor) -> Answer:
    """Send a command, under an id that follows from its content unless it has one."""
    _sign(command, actor)
    try:
        return door.answer(command, declared(actor))
    except LedgerUnavailable as error:
        raise Unavailable(f"{error}. Send the command again with id {command.command_id}.") from None


def try_out(door: Door, command: Command, actor: Actor) -> Refusal | None:
    """Why a command would be refused now, if it would be; nothing is put on record."""
    _sign(command, actor)
    try:
        door.must_accept(command, declared(actor))
    except Refused as refused:
        return refused.to_message(command.language)
    return None


def _sign(command: Command, actor: Actor) -> None:
    command.actor.CopyFrom(actor)
    if not command.command_id:
        # An id stays readable for good, so nobody may find out a number by trying: it leaves persons' values out.
        content = impersonal(command).SerializeToString(deterministic=True)
        command.command_id = f"cli:{hashlib.sha256(content).hexdigest()[:32]}"


def send(door: Door, command: Command, actor: Actor, json_wanted: bool) -> None:
    """Send a command and print its answer; a refusal ends with exit code 3."""
    answer = ask(door, command, actor)
    if json_wanted:
        print_json(answer)
    else:
        print_answer(answer)
    if answer.HasField("refusal"):
        raise click.exceptions.Exit(REFUSED)


def print_answer(answer: Answer) -> None:
    """A receipt or a refusal in words."""
    if answer.HasField("refusal"):
        print_refusal(answer.refusal)
    else:
        repeat = "（重复命令，未作新的记录）" if answer.receipt.is_repeat else ""
        console.print(
            f"✓ {answer.summary}{repeat}\n  账本位置 {answer.receipt.position}，命令编号 {answer.receipt.command_id}",
            markup=False,
        )


def as_seen(message: M, unmask: bool) -> M:
    """A message as it is shown: masked unless asked for in full."""
    return readable(message) if unmask else masked(message)


def run_to_the_end(work: Coroutine[Any, Any, int]) -> None:
    """Run and end the process at once: the SDK's native threads can abort an interpreter that shuts down."""
    try:
        code = asyncio.run(work)
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
