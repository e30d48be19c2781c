"""Parts of the log that are worked on side by side, each in a process of its own."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from itertools import pairwise
from typing import Any, TypeVar

LOOK_SECONDS = 0.2
WORTH_IT_FROM = 20_000  # events; for fewer, a second process costs more than it saves

P = TypeVar("P")
Progress = Callable[[int, int], None]  # hears how many positions of how many were read
Work = Callable[[int, int, Progress], P]  # on the positions after one up to another


def parts_of(head: int, processes: int) -> int:
    """Into how many parts a log of so many events is cut, for so many processes."""
    return processes if head >= WORTH_IT_FROM else 1


def side_by_side(work: Work[P], bounds: Sequence[int], progress: Progress) -> list[P]:
    """What `work` gives for each part between two of the `bounds`, in order; one part alone is done in this process.

    The processes are forked, so that nothing is compiled again: `work` opens its own connections, and gives what can be
    pickled. What it raises is raised here.
    """
    parts = list(pairwise(bounds))
    if len(parts) == 1:
        return [work(*parts[0], progress)]
    context = multiprocessing.get_context("fork")
    done = context.RawArray("q", len(parts))  # each is written by one process alone
    with ProcessPoolExecutor(len(parts), context, _start, (done, work)) as pool:
        futures = [pool.submit(_do, number, *part) for number, part in enumerate(parts)]
        waiting = set(futures)
        while waiting:
            _, waiting = wait(waiting, timeout=LOOK_SECONDS)
            progress(sum(done), bounds[-1] - bounds[0])
        return [future.result() for future in futures]


_done: Any  # an array of how many positions were read of each part
_work: Work[Any]


def _start(done: Any, work: Work[Any]) -> None:
    global _done, _work
    _done, _work = done, work


def _do(number: int, after: int, upto: int) -> Any:
    def progress(done: int, _all: int) -> None:
        _done[number] = done

    return _work(after, upto, progress)
