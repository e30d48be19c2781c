"""A circuit breaker: a service that keeps failing is left alone, and one request at a time looks whether it is back."""

import time
from collections.abc import Callable

FAILURES_MAX = 5
PAUSE_SECONDS = 5


class Breaker:
    """For one service, in one process. Requests that run at once may all fail before it opens."""

    def __init__(self, now: Callable[[], float] = time.monotonic):
        """`now` counts seconds."""
        self.failures = 0  # in a row
        self._now, self._looks_again_at = now, 0.0

    def admits(self) -> bool:
        """Whether a request may be made. While the service is down, one in PAUSE_SECONDS may."""
        if self.failures < FAILURES_MAX:
            return True
        if self._now() < self._looks_again_at:
            return False
        self._wait()
        return True

    def succeeded(self) -> None:
        """The service answered."""
        self.failures = 0

    def failed(self) -> None:
        """The service did not answer, or not sensibly."""
        self.failures += 1
        self._wait()

    def _wait(self) -> None:
        self._looks_again_at = self._now() + PAUSE_SECONDS
