"""What the commands of `duifu audit` share: the ledger opened for reading, and moments as they are asked for."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any, TypeVar

import click

from audit.entries import Entry, EvidenceBroken
from audit.fields import as_json
from audit.moments import AtPosition, Clock, Moment, NoMoment
from audit.replay import Snapshot
from audit.story import clause, sentence
from audit.subjects import NotHere
from cli.asking import existing_ledger, of_running
from cli.output import RefusedHere, Unavailable, WrongInput, console
from cli.terminal import harmless
from duifu.v1.commands_pb2 import Actor, Authentication
from duifu.v1.plan_pb2 import CasePlan
from ledger.rows import Rows, RowsUnavailable, open_rows

R = TypeVar("R")

MINUTE_SECONDS = 60  # a recording that is later than that is worth a word


def by_clock(command: Callable[..., R]) -> Callable[..., R]:
    """Adds `--by`, which clock a time is read on."""
    return click.option(
        "--by",
        "clock",
        type=click.Choice([clock.value for clock in Clock]),
        default=Clock.BUSINESS.value,
        show_default=True,
        help="The clock of times: business time, or the machine's when the event was recorded.",
    )(command)


@contextmanager
def evidence(home: str | None) -> Iterator[Rows]:
    """The ledger's rows, read-only. What is wrong with the question or the evidence ends the command with its code."""
    config = existing_ledger(of_running(home))
    try:
        with closing(open_rows(config.ledger)) as rows:
            yield rows
    except RowsUnavailable as error:
        raise Unavailable(f"{error}. Try again, or name another copy of the ledger with --home.") from None
    except NotHere as error:
        raise RefusedHere(str(error)) from None
    except NoMoment as error:
        raise WrongInput(f"{error}.") from None
    except EvidenceBroken as error:
        raise RefusedHere(
            f"The evidence is broken. {error}. Nothing after this place can be relied on; keep the file as it is."
        ) from None


def written(rows: Rows, end: Moment) -> Moment:
    """The same moment, if it is no position that is still to come. Raises WrongInput."""
    if isinstance(end, AtPosition) and end.position > (head := rows.head()):
        raise WrongInput(
            f"Position {end.position} is not written yet: the ledger ends at position {head}. "
            "Give a position up to that one, or a date written 2024-03-31."
        )
    return end


def say(text: str) -> None:
    """One line of words on standard output."""
    console.print(text, markup=False)


def snapshot(at: Snapshot, end: Moment | None) -> dict[str, Any]:
    """Where a stream stood at a moment, for machines."""
    return {
        "stream": at.stream,
        "asOf": as_of(end),
        "version": at.version,
        "position": at.last.position if at.last else 0,
        "standing": at.standing,
        "lastLeaf": leaf(at.last),
    }


def as_of(end: Moment | None) -> dict[str, Any] | None:
    """A moment for machines; None for the newest state."""
    match end:
        case None:
            return None
        case AtPosition():
            return {"position": end.position}
    return {"before": end.before.isoformat(), "clock": end.clock.value}


def line(entry: Entry, plan: CasePlan, *, own: str) -> str:
    """One event in one line of words. An event of another stream than `own` says of which."""
    at = f"{entry.business_at:%Y-%m-%d %H:%M}"
    if abs((entry.recorded_at - entry.business_at).total_seconds()) > MINUTE_SECONDS:
        at += f"（记录于{entry.recorded_at:%Y-%m-%d %H:%M}）"
    said, rests_on = sentence(entry.event, plan), clause(entry.event, plan)
    if rests_on and f"（{rests_on}）" not in said:
        said += f"（{rests_on}）"
    of = "" if entry.stream == own else f"【{entry.stream}】"
    return f"{entry.version:>4} {entry.position:>6}  {at}  {who(entry.envelope.actor)}  {of}{said}"


def who(actor: Actor) -> str:
    """An actor by account and role; names are for those who may read them."""
    return f"{actor.id}（{actor.role}）"


def told(entry: Entry, plan: CasePlan) -> dict[str, Any]:
    """One event for machines."""
    return {
        "stream": entry.stream,
        "version": entry.version,
        "position": entry.position,
        "topic": entry.topic,
        **attributed(entry),
        "sentence": sentence(entry.event, plan),
        "clause": clause(entry.event, plan),
        "event": as_json(entry.event),
        "leaf": leaf(entry),
    }


def attributed(entry: Entry) -> dict[str, Any]:
    """When an event was, who acted, and by which command."""
    actor = entry.envelope.actor
    return {
        "businessAt": entry.business_at.isoformat(),
        "recordedAt": entry.recorded_at.isoformat(),
        "actor": {
            "id": actor.id,
            "role": actor.role,
            "uscc": actor.uscc,
            "authentication": Authentication.Name(actor.authentication),
        },
        "commandId": entry.envelope.command_id,
    }


def leaf(entry: Entry | None) -> str:
    """The leaf of an event in the log's tree."""
    return f"sha256:{entry.leaf.hex()}" if entry else ""


def print_json_list(items: Iterable[dict[str, Any]]) -> None:
    """One JSON list on standard output, written as its items come."""
    separator = "[\n"
    for item in items:
        sys.stdout.write(separator + harmless(json.dumps(item, ensure_ascii=False, indent=2)))
        separator = ",\n"
    sys.stdout.write("[]\n" if separator == "[\n" else "\n]\n")
