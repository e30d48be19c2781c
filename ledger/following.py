"""A subscription to the log: every event once, in order, without a hole; at the end it waits for what comes next.

The library's SQLite recorder has no subscriptions, and its PostgreSQL one listens for a NOTIFY that our append does not
send: every NOTIFY queues its commit behind a lock of the whole database. So both look at the head, which is one row.
"""

from collections.abc import Sequence
from threading import Event, Thread
from typing import Any

from eventsourcing.persistence import ApplicationRecorder, ListenNotifySubscription, Notification

LOOK_SECONDS = 0.05


class HoleInLog(RuntimeError):
    """The next position is missing: the log was tampered with or is damaged."""

    def __init__(self, expected: int, found: int):
        super().__init__(f"expected position {expected}, found {found}")
        self.expected, self.found = expected, found


class DenseSubscription(ListenNotifySubscription[ApplicationRecorder]):
    """Yields what follows position `gt`, one position after the other. Raises HoleInLog at the first that is missing.

    A recorder returns it from `subscribe`. It cannot pick topics: a filtered log has holes by design.
    """

    def __init__(self, recorder: ApplicationRecorder, gt: int | None = None, topics: Sequence[str] = ()):
        if topics:
            raise ValueError("a subscription that skips topics cannot tell a hole; take all and pass over the rest")
        self._is_over = Event()
        self._position = gt or 0
        super().__init__(recorder, gt)
        self._looking = Thread(target=self._look, name="looks for new events")
        self._looking.start()

    def __next__(self) -> Notification:
        notification = super().__next__()
        if notification.id != self._position + 1:
            self.stop()
            raise HoleInLog(self._position + 1, notification.id)
        self._position = notification.id
        return notification

    def stop(self) -> None:
        """End the iteration."""
        super().stop()
        self._is_over.set()

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        try:
            super().__exit__(*args, **kwargs)
        finally:
            self._looking.join()

    def _look(self) -> None:
        try:
            while not self._is_over.wait(LOOK_SECONDS):
                if (self._recorder.max_notification_id() or 0) > (self._last_notification_id or 0):
                    self._has_been_notified.set()
        except BaseException as error:
            # Whoever iterates is to hear of it: the library's own threads pass theirs on in the same way.
            if self._thread_error is None:
                self._thread_error = error
            self.stop()
