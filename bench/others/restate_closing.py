"""Restate: one handler, a step for each chunk and phase, which writes its rows in one commit. In a venv of its own."""

from contextlib import ExitStack
from datetime import timedelta

import httpx
import restate

from bench.closing.contestant import Place
from bench.closing.reckoning import Outcome, chunks
from bench.closing.state_table import Table
from bench.others.restate_server import a_server

PATIENCE = timedelta(hours=1)
table: Table
# A phase that is slow on a busy machine is not taken for one that hangs.
quarter = restate.VirtualObject("Quarter", inactivity_timeout=PATIENCE, abort_timeout=PATIENCE)


@quarter.handler()
async def close(ctx: restate.ObjectContext, claims: int) -> dict[str, int]:
    """The phases, one after the other."""
    for name, phase in (("assess", assess), ("order", order), ("match", match)):
        for first, last in chunks(claims):
            await ctx.run_typed(f"{name} {first}", phase, first=first, last=last)
    return await ctx.run_typed("close", end)


def assess(first: int, last: int) -> int:
    """Assess a chunk."""
    return table.assess(first, last)


def order(first: int, last: int) -> int:
    """Order the payments of a chunk."""
    return table.order(first, last)


def match(first: int, last: int) -> int:
    """Have the orders of a chunk carried out."""
    return table.match(first, last)


def end() -> dict[str, int]:
    """Put the end of the quarter on record."""
    closed = table.close()
    return {"paid_fen": closed.paid_fen, "deferred_fen": closed.deferred_fen, "claims": closed.claims}


class OnRestate:
    """The service in this process, behind the server, which is asked over HTTP."""

    def __init__(self, place: Place):
        self._place = place
        self._count = self._runs = 0
        self._started = ExitStack()
        self._ingress, self._server = "", 0

    def setup(self, count: int) -> None:
        """Hand in the claims; start server and service."""
        global table
        self._count = count
        table = Table(self._place)
        table.admit(count)
        started = a_server(self._place.restate_server, self._place.home, quarter)
        self._ingress, self._server = self._started.enter_context(started)

    def close(self) -> Outcome:
        """One call, to its answer."""
        self._runs += 1
        headers = {"idempotency-key": str(self._runs)}
        with httpx.Client(timeout=PATIENCE.total_seconds(), trust_env=False) as http:
            answer = http.post(f"{self._ingress}/Quarter/2024Q4/close", json=self._count, headers=headers)
        return Outcome(**answer.raise_for_status().json())

    def again(self) -> Outcome:
        """Another call for the same quarter, whose chunks find nothing to do."""
        return self.close()

    def servers(self) -> list[int]:
        """Restate's."""
        return [self._server]

    def stop(self) -> None:
        """End the server."""
        self._started.close()
