"""duifu cycle watch: where a quarter stands, while it moves."""

from collections.abc import Callable, Iterable, Iterator
from time import sleep as pause

import click
from rich.live import Live

from cli.asking import existing_ledger, of_running
from cli.cycle_known import unknown_cycle
from cli.cycle_progress import as_dict, as_lines, on_screen
from cli.output import as_json, at_home, console, print_json
from cli.progress import stages
from cli.quarter_followed import Look, Watched
from front_door import open_door
from ledger import streams


@click.command("watch")
@click.argument("cycle_id")
@click.option("--once", is_flag=True, help="Look once, and end.")
@click.option(
    "--every", "seconds", type=click.FloatRange(min=0.1), default=1.0, show_default=True, help="Seconds between looks."
)
@at_home
@as_json
def watch(cycle_id: str, once: bool, seconds: float, home: str | None, json_wanted: bool) -> None:
    """Watch CYCLE_ID: what has come to which step, for whom it waits, and what keeps it.

    Shows how many claims joined, were assessed, dropped, ordered, answered by the treasury, put off and returned, with
    their sums; the oldest claims that are not ready; when the quarter is cut off and pays. Reads the ledger alone, each
    time only what is new. Ends when the quarter has closed. Ctrl-C leaves earlier and changes nothing.

    Where the output is no terminal, what is seen is printed again each time that it has changed; with --json as one
    JSON document each time, amounts in fen.

    \b
    Examples:
      duifu cycle watch bj-slq-2023-2024Q4
      duifu cycle watch bj-slq-2023-2024Q4 --once
      duifu cycle watch bj-slq-2023-2024Q4 --json --every 10

    Exit codes: 0 the quarter has closed, or was looked at --once; 3 there is no such quarter; 4 unavailable; 130 left
    with Ctrl-C.
    """
    door = open_door(existing_ledger(of_running(home)))
    if not door.ledger.version(streams.cycle(cycle_id)):
        raise unknown_cycle(cycle_id, door.ledger.streams(streams.CYCLES))
    watched = Watched(door, cycle_id)
    looks = _looks(watched, once, seconds)
    with stages(json_wanted) as stage:
        watched.catch_up(stage("读取批次"))
    if json_wanted:
        _each_change(looks, lambda look: print_json(as_dict(look)))
    elif console.is_terminal and not once:
        with Live(console=console, auto_refresh=False) as live:
            for look in looks:
                live.update(on_screen(look), refresh=True)
    else:
        _each_change(looks, _say)


def _looks(watched: Watched, once: bool, seconds: float) -> Iterator[Look]:
    """What is seen, again and again until the quarter has closed."""
    while True:
        look = watched.look()
        yield look
        if once or look.tally.closed is not None:
            return
        pause(seconds)


def _each_change(looks: Iterable[Look], tell: Callable[[Look], None]) -> None:
    """Tell of a look if anything but the time of day is other than at the one before."""
    before = None
    for look in looks:
        seen = as_dict(look) | {"businessTime": None}
        if seen != before:
            tell(look)
        before = seen


def _say(look: Look) -> None:
    for line in as_lines(look):
        console.print(line, markup=False)
