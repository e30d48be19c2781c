"""How far a long reading is, on the terminal of whoever waits for it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.output import errors

Reported = Callable[[int, int], None]  # done, whole
Stage = Callable[[str], Reported]


@contextmanager
def stages(json_wanted: bool) -> Iterator[Stage]:
    """Begins a stage, and hears how much of it is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    is_shown = sys.stderr.isatty() and not json_wanted
    with Progress(*columns, console=errors, transient=True, disable=not is_shown, auto_refresh=False) as bar:

        def stage(name: str) -> Reported:
            task = bar.add_task(name, total=None)
            return lambda done, whole: bar.update(task, completed=done, total=whole, refresh=True)

        yield stage
