"""The whole log read in parts, side by side where that is worth a process; the roots that the parts make together."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from audit.scan import PAGE, Part, scan
from audit.side_by_side import parts_of, side_by_side
from proofs.merkle import EMPTY_ROOT, Frontier


def scanned(
    address: str,
    tree_path: Path | None,
    sealed: int,
    head: int,
    sizes: Sequence[int],
    progress: Callable[[int, int], None],
    processes: int,
) -> list[Part]:
    """The parts of the log, read side by side where that is worth a process."""
    parts = parts_of(head, processes)
    # Each part but the last ends with a page, so that the sealed tree is read by whole tiles.
    bounds = [head * part // parts // PAGE * PAGE for part in range(parts)] + [head]

    def work(after: int, upto: int, heard: Callable[[int, int], None]) -> Part:
        done = 0

        def count(events: int) -> None:
            nonlocal done
            done += events
            heard(done, upto - after)

        with _without_gc():
            return scan(address, tree_path, sealed, after, upto, sizes, count)

    return side_by_side(work, bounds, progress)


def roots_of(parts: Sequence[Part]) -> dict[int, bytes]:
    """The root at every size that was asked for, from the parts' subtrees, joined in order."""
    roots = {0: EMPTY_ROOT}
    before = Frontier()
    for part in parts:
        for size, subtrees in part.subtrees.items():
            tree = Frontier(before.size, before.nodes)
            for level, root in subtrees:
                tree.join(root, level)
            roots[size] = tree.root()
        if part.upto not in part.subtrees:
            break  # what follows cannot be placed
        for level, root in part.subtrees[part.upto]:
            before.join(root, level)
    return roots


@contextmanager
def _without_gc() -> Iterator[None]:
    """Rows make no cycles; looking for some among the streams remembered costs a sixth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
