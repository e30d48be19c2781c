"""Keeping the views up with the log: following it, building the next generation beside it, switching."""

from collections.abc import Callable
from threading import Lock

from ledger.store import Ledger
from views.projection import Runner
from views.store import NotSoFar, NoViews, OtherSchema, Overtaken, Views

TELL_SECONDS = 0.1  # between two looks at how far a build is

Told = Callable[[int, int], None]  # position, head


class LogTooShort(RuntimeError):
    """The views know positions that the ledger does not have."""

    def __init__(self, position: int, head: int):
        super().__init__(
            f"The views are at position {position}, the ledger ends at {head}: it was cut, put back from an older "
            "copy, or is another one. Find out which (duifu audit verify) before you build new views in another place."
        )


class Follower:
    """Keeps the current generation up with the log, and goes over to the next one after a switch."""

    def __init__(self, views: Views, ledger: Ledger):
        self._views, self._ledger = views, ledger
        self._lock, self._is_over = Lock(), False
        self._runner: Runner | None = None

    def run(self, told: Told = lambda _position, _head: None) -> None:
        """Follow until `stop`; where nothing was built yet, build first.

        Raises Busy if another process follows, OtherSchema, LogTooShort, HoleInLog.
        """
        with self._views.recorder.lease("follow"):
            try:
                self._views.current()
            except NoViews:
                rebuild(self._views, self._ledger, told)
            while not self._is_over:
                self._follow()

    def stop(self) -> None:
        """End `run`, from another thread."""
        with self._lock:
            self._is_over = True
            if self._runner is not None:
                self._runner.stop()

    def _follow(self) -> None:
        current = self._views.current()
        if not current.is_of_this_version:
            raise OtherSchema(current.number)
        must_reach(self._ledger, current.position)
        try:
            with Runner(self._views, current.number, self._ledger) as runner:
                with self._lock:
                    self._runner = runner
                    if self._is_over:
                        runner.stop()
                runner.run_forever()
        except Overtaken:
            return  # switched, or a build of this generation has just ended
        finally:
            with self._lock:
                self._runner = None


def rebuild(views: Views, ledger: Ledger, told: Told = lambda _position, _head: None, *, switch: bool = True) -> int:
    """Build the next generation beside the current one, or go on where a build was broken off; gives its number.

    Ends when it has come to the head of the log and, if `switch`, readers see it. Raises Busy if another process
    builds, HoleInLog, LogTooShort.
    """
    with views.recorder.lease("rebuild"):
        # A ledger that ends before what readers see could never be switched to.
        must_reach(ledger, max((one.position for one in views.generations()), default=0))
        generation = views.begin()
        goal, is_done = ledger.head(), False
        try:
            with Runner(views, generation, ledger) as runner:
                while not is_done:
                    position = views.position(generation)
                    told(position, max(goal, position))
                    if position < goal:
                        runner.run_forever(TELL_SECONDS)
                        continue
                    try:
                        is_done = not switch or _switched(views, generation)
                    except NotSoFar as behind:
                        goal = behind.wanted
        except Overtaken:
            if not is_done:
                raise
            # The follower of the former generation has gone over to this one while we were leaving.
        return generation


def must_reach(ledger: Ledger, position: int) -> None:
    """Raises LogTooShort if the log ends before a position that is known."""
    head = ledger.head()
    if head < position:
        raise LogTooShort(position, head)


def _switched(views: Views, generation: int) -> bool:
    views.switch(generation)
    return True
