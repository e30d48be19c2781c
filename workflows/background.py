"""Tasks that run beside the stages of a workflow, such as queries and letters."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Background:
    """Tasks that run beside the stages, such as queries and letters."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Start a task once; a second task of the same name is not started."""
        if name not in self._tasks:
            self._tasks[name] = asyncio.create_task(work(), name=name)

    @property
    def under_way(self) -> int:
        """How many tasks have not ended."""
        return sum(not task.done() for task in self._tasks.values())

    async def finish(self, cancel: str) -> None:
        """Wait for all tasks, after cancelling those whose name begins with `cancel`."""
        for name, task in self._tasks.items():
            if name.startswith(cancel):
                task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
