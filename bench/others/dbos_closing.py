"""DBOS: one workflow, a step for each chunk and phase, which writes its rows in one commit. In a venv of its own."""

import logging

from dbos import DBOS, SetWorkflowID

from bench.closing.contestant import Place
from bench.closing.reckoning import Outcome, chunks
from bench.closing.state_table import Table

table: Table


@DBOS.step()
def assess(first: int, last: int) -> int:
    """Assess a chunk."""
    return table.assess(first, last)


@DBOS.step()
def order(first: int, last: int) -> int:
    """Order the payments of a chunk."""
    return table.order(first, last)


@DBOS.step()
def match(first: int, last: int) -> int:
    """Have the orders of a chunk carried out."""
    return table.match(first, last)


@DBOS.step()
def close() -> Outcome:
    """Put the end of the quarter on record."""
    return table.close()


@DBOS.workflow()
def closing(claims: int) -> Outcome:
    """The phases, one after the other."""
    for phase in (assess, order, match):
        for first, last in chunks(claims):
            phase(first, last)
    return close()


class OnDBOS:
    """In this process; its own tables are beside the rows, in PostgreSQL or in another file."""

    def __init__(self, place: Place):
        self._place = place
        self._count = self._runs = 0

    def setup(self, count: int) -> None:
        """Hand in the claims and launch."""
        global table
        self._count = count
        table = Table(self._place)
        table.admit(count)
        logging.disable(logging.WARNING)
        url = self._place.database or f"sqlite:///{self._place.home}/dbos.sqlite"
        DBOS(config={"name": "bench", "system_database_url": url})
        DBOS.launch()

    def close(self) -> Outcome:
        """One workflow, to its end."""
        self._runs += 1
        with SetWorkflowID(f"2024Q4-{self._runs}"):
            return closing(self._count)

    def again(self) -> Outcome:
        """Another workflow over the same quarter, whose chunks find nothing to do."""
        return self.close()

    def servers(self) -> list[int]:
        """None of its own."""
        return []

    def stop(self) -> None:
        """End its threads."""
        DBOS.destroy()
