"""The views: rows written together with how far they go, one generation after another, read at one moment."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eventsourcing.persistence import InterfaceError, OperationalError, ProgrammingError, Tracking

from ledger.address import shown
from views import tables
from views.recorders import ViewRecorder, open_recorder
from views.rows import Row
from views.tables import of_generation

WAIT_SECONDS = 0.02  # between two looks
BUILDING, CURRENT, RETIRED = "building", "current", "retired"

_GENERATIONS = (
    "CREATE TABLE IF NOT EXISTS view_generations ("
    "generation BIGINT PRIMARY KEY, "
    "state TEXT NOT NULL CHECK (state IN ('building', 'current', 'retired')), "
    "schema_sha256 TEXT NOT NULL)",
    "CREATE UNIQUE INDEX IF NOT EXISTS view_generation_current ON view_generations (state) WHERE state = 'current'",
)


class NoViews(RuntimeError):
    """Nothing was ever built here."""

    def __init__(self) -> None:
        super().__init__("There are no views yet. Build them with: duifu views rebuild")


class ViewsUnavailable(RuntimeError):
    """A database did not answer. What was not written is made again from the log."""


class OtherSchema(RuntimeError):
    """The views were built by other code: their tables, or what their rows say, are not what this version makes."""

    def __init__(self, generation: int):
        super().__init__(
            f"Generation {generation} of the views was built by another version of Duifu. Readers may go on using it. "
            "Build the next one beside it, and switch, with: duifu views rebuild"
        )


class Overtaken(RuntimeError):
    """Somebody else moved these views first, or switched to others. Nothing was written; look again where they are."""


class NotSoFar(RuntimeError):
    """The next generation is behind the current one: a switch now would take rows away from readers."""

    def __init__(self, position: int, wanted: int):
        super().__init__(f"the next generation is at {position}, the current one at {wanted}")
        self.wanted = wanted


@dataclass(frozen=True, slots=True)
class Generation:
    """One set of tables, and how far it is."""

    number: int
    state: str
    schema_sha256: str
    position: int

    @property
    def is_of_this_version(self) -> bool:
        """Whether this code may write to it."""
        return self.schema_sha256 == tables.schema_sha256()


@dataclass(frozen=True, slots=True)
class Reading:
    """Rows, and the position of the log that all of them are of."""

    generation: int
    position: int
    rows: list[dict[str, Any]]


def follower(generation: int) -> str:
    """The name under which a generation's position is tracked."""
    return f"views-g{generation}"


class Views:
    """The read models in one database. Safe to share between threads; several processes may use the same one."""

    def __init__(self, address: Path | str):
        """`address` is the path of a SQLite file, made if missing, or a "postgresql://" URL."""
        self.recorder: ViewRecorder = open_recorder(address)
        with self.recorder.lock_to_create(), self.recorder.writing() as cursor:
            for statement in _GENERATIONS:
                self.recorder.put(cursor, statement)

    def close(self) -> None:
        """Give the connections back."""
        self.recorder.close()

    # Write

    def record(self, generation: int, rows: Iterable[Row], after: int, upto: int) -> None:
        """Put the rows that the events after position `after` made, up to `upto`: all of it, once, or nothing.

        Raises Overtaken if the generation is not at `after`, or was retired.
        """
        with self.recorder.writing() as cursor:
            at = self._tracked(cursor, generation, locked=True)
            state = self._state(cursor, generation)
            if at != after or state not in (BUILDING, CURRENT):
                raise Overtaken(f"generation {generation} is {state or 'gone'}, at {at} and not at {after}")
            for row in rows:
                statement = of_generation(tables.UPSERTS[type(row)], generation)
                self.recorder.put(cursor, statement, tables.values_of(row))
            self.recorder.track(cursor, Tracking(follower(generation), upto))

    # Generations

    def generations(self) -> list[Generation]:
        """Every generation that has tables, oldest first."""
        with self.recorder.reading() as cursor:
            return list(self._generations(cursor))

    def current(self) -> Generation:
        """The generation that readers see. Raises NoViews."""
        for one in self.generations():
            if one.state == CURRENT:
                return one
        raise NoViews

    def position(self, generation: int) -> int:
        """The last position that a generation takes in."""
        return self.recorder.max_tracking_id(follower(generation)) or 0

    def begin(self) -> int:
        """The generation to build: one that this version began, or a new one. Asked under the lease "rebuild"."""
        with self.recorder.writing() as cursor:
            known = list(self._generations(cursor))
            for one in known:
                if one.state == BUILDING and one.is_of_this_version:
                    return one.number
            for one in known:
                if one.state == BUILDING:
                    self._drop(cursor, one.number)
            number = max((one.number for one in known), default=0) + 1
            for statement in tables.CREATE:
                self.recorder.put(cursor, of_generation(statement, number))
            values = {"generation": number, "schema": tables.schema_sha256()}
            statement = "INSERT INTO view_generations VALUES (:generation, 'building', :schema)"
            self.recorder.put(cursor, statement, values)
            return number

    def switch(self, generation: int) -> None:
        """Let readers see this generation from now on, the other one no longer. Raises NotSoFar."""
        with self.recorder.writing() as cursor:
            current = next((one.number for one in self._generations(cursor) if one.state == CURRENT), None)
            if current is not None:
                shown = self._tracked(cursor, current, locked=True)
                position = self._tracked(cursor, generation, locked=True)
                if position < shown:
                    raise NotSoFar(position, shown)
                self._become(cursor, current, RETIRED)
            self._become(cursor, generation, CURRENT)
            for statement in tables.STABLE:
                self.recorder.put(cursor, of_generation(statement, generation))

    def drop_retired(self) -> list[int]:
        """Remove the tables that readers no longer see; gives the generations."""
        with self.recorder.writing() as cursor:
            retired = [one.number for one in self._generations(cursor) if one.state == RETIRED]
            for number in retired:
                self._drop(cursor, number)
            return retired

    # Read

    def read(self, query: str, values: Mapping[str, Any] | None = None) -> Reading:
        """Rows of the current generation, all of one moment; in `query`, `{g}` stands for the generation.

        Raises NoViews.
        """
        try:
            return self._read(query, values or {})
        except ProgrammingError:
            # PostgreSQL drops a table under a reader who found out its name a moment ago. Once more, with the new name.
            return self._read(query, values or {})

    def wait(self, position: int, timeout_seconds: float) -> None:
        """Return when readers see a position; a first build is waited for. Raises NoViews, TimeoutError."""
        deadline = time.monotonic() + timeout_seconds
        # Not the library's wait: it looks at one name, and a switch meanwhile would leave that name behind for good.
        while not any(one.state == CURRENT and one.position >= position for one in self._begun()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the views have not come to position {position}")
            time.sleep(WAIT_SECONDS)

    def _begun(self) -> list[Generation]:
        begun = self.generations()
        if not begun:
            raise NoViews
        return begun

    def _read(self, query: str, values: Mapping[str, Any]) -> Reading:
        with self.recorder.reading() as cursor:
            found = self.recorder.ask(cursor, "SELECT generation FROM view_generations WHERE state = 'current'")
            if not found:
                raise NoViews
            generation = int(found[0]["generation"])
            position = self._tracked(cursor, generation)
            rows = self.recorder.ask(cursor, of_generation(query, generation), values)
        flags = tables.flags()
        typed = [{name: bool(value) if name in flags else value for name, value in row.items()} for row in rows]
        return Reading(generation, position, typed)

    def _generations(self, cursor: Any) -> Iterator[Generation]:
        rows = self.recorder.ask(cursor, "SELECT * FROM view_generations ORDER BY generation")
        for row in rows:
            number = int(row["generation"])
            yield Generation(number, row["state"], row["schema_sha256"], self._tracked(cursor, number))

    def _state(self, cursor: Any, generation: int) -> str:
        query = "SELECT state FROM view_generations WHERE generation = :generation"
        found = self.recorder.ask(cursor, query, {"generation": generation})
        return str(found[0]["state"]) if found else ""

    def _become(self, cursor: Any, generation: int, state: str) -> None:
        statement = "UPDATE view_generations SET state = :state WHERE generation = :generation"
        self.recorder.put(cursor, statement, {"state": state, "generation": generation})

    def _tracked(self, cursor: Any, generation: int, locked: bool = False) -> int:
        return self.recorder.tracked(cursor, follower(generation), locked)

    def _drop(self, cursor: Any, generation: int) -> None:
        for statement in tables.DROP:
            self.recorder.put(cursor, of_generation(statement, generation))
        values = {"generation": generation, "name": follower(generation)}
        self.recorder.put(cursor, "DELETE FROM view_generations WHERE generation = :generation", values)
        forget = f"DELETE FROM {self.recorder.tracking_table} WHERE application_name = :name"  # noqa: S608 (our own table name)
        self.recorder.put(cursor, forget, values)


@contextmanager
def opened(address: Path | str) -> Iterator[Views]:
    """The views, for the length of a block. Raises ViewsUnavailable if a database stops answering in it."""
    try:
        views = Views(address)
        try:
            yield views
        finally:
            views.close()
    except (InterfaceError, OperationalError) as error:
        raise ViewsUnavailable(f"{shown(address)}: {error}") from error


def question(name: str, wanted: Mapping[str, Any], *conditions: str) -> tuple[str, dict[str, Any]]:
    """A query of one view and its values: rows whose columns are as wanted, None for any, in the order of their key.

    `name` and `conditions` are text of ours; what people asked for goes into the values alone.
    """
    values = {column: value for column, value in wanted.items() if value is not None}
    clauses = [*(f"{column} = :{column}" for column in values), *conditions]
    where = f" WHERE {' AND '.join(clauses)}" if clauses else ""
    return f"SELECT * FROM {name}{{g}}{where} ORDER BY {tables.ORDER[name]}", values  # noqa: S608 (see above)
