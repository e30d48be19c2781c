"""The ledger in PostgreSQL: one function appends, in one round trip; who may call it can change nothing else.

Commits are numbered under the lock of one row, so positions are dense, in the order of commits, and a rollback gives
its numbers back. The same row keeps the frontier of the RFC 6962 tree, so every commit has a root. No table is locked:
VACUUM and ANALYZE run beside the writers.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from select import POLLIN, poll
from typing import Any, cast
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    AggregateRecorder,
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProcessRecorder,
    ProgrammingError,
    StoredEvent,
    Tracking,
)
from eventsourcing.postgres import (
    ConnectionPool,
    PostgresApplicationRecorder,
    PostgresDatastore,
    PostgresFactory,
    PostgresTrackingRecorder,
)
from eventsourcing.utils import Environment, retry
from psycopg import Connection, Cursor
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import LockNotAvailable, QueryCanceled
from psycopg.rows import DictRow, dict_row, tuple_row
from psycopg.sql import SQL, Identifier, Literal
from psycopg_pool import PoolTimeout

from ledger import chain
from ledger.address import shown
from ledger.arrays import Blobs, Numbers, Texts, register
from ledger.recorder import LeafedRecorder

URL = "LEDGER_URL"
VERSION_MAX = 2**63 - 1
CONNECTIONS_MAX = 40  # of one process
WAIT_SECONDS = 10.0  # for a connection

#: A statement that waits longer has lost its turn; a connection that is silent longer is dead. A URL may say otherwise.
LIMITS = {
    "options": "-c lock_timeout=10s -c statement_timeout=30s -c idle_in_transaction_session_timeout=30s",
    "tcp_user_timeout": "15000",
    "connect_timeout": "10",
}

CREATE_EVENTS = SQL(
    "CREATE TABLE IF NOT EXISTS {events} ("
    'originator_id text COLLATE "C" NOT NULL, '
    "originator_version bigint NOT NULL CHECK (originator_version > 0), "
    "topic text NOT NULL, "
    "state bytea NOT NULL, "
    "notification_id bigint NOT NULL CHECK (notification_id > 0), "
    "leaf bytea NOT NULL CHECK (octet_length(leaf) = 32), "
    "PRIMARY KEY (originator_id, originator_version)) "
    "WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02)"
)
CREATE_POSITIONS = SQL("CREATE UNIQUE INDEX IF NOT EXISTS {positions} ON {events} (notification_id)")
CREATE_HEAD = SQL(
    # Room on the page for its own next version: updating it touches no index and leaves nothing behind.
    "CREATE TABLE IF NOT EXISTS {head} ("
    "one boolean PRIMARY KEY CHECK (one), size bigint NOT NULL, frontier bytea[] NOT NULL) WITH (fillfactor = 20)"
)
FILL_HEAD = SQL("INSERT INTO {head} VALUES (true, 0, '{{}}') ON CONFLICT DO NOTHING")

#: As it was before it looked at what a commit rests on: two of one name would be ambiguous.
DROP_APPEND = SQL("DROP FUNCTION IF EXISTS {append}(text[], bigint[], text[], bytea[], bytea[])")
#: `frontier[k]` is the complete subtree of 2**(k-1) leaves, if `size` has that bit.
CREATE_APPEND = SQL(
    """
    CREATE OR REPLACE FUNCTION {append}(
        streams text[], versions bigint[], topics text[], states bytea[], leaves bytea[],
        resting_on text[] DEFAULT '{{}}', as_read bigint[] DEFAULT '{{}}') RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
        count CONSTANT bigint := cardinality(streams);
        base bigint;
        nodes bytea[];
        hash bytea;
        place bigint;
        rest bigint;
        level int;
        single bytea; -- nodes[1], which changes with every second leaf
    BEGIN
        IF count = 0 OR count > {most} THEN
            RAISE EXCEPTION 'an append holds 1 to {most} events, not %', count USING ERRCODE = '22023';
        END IF;
        -- Locked until the commit: whoever commits first has the lower positions, and a rollback gives them back.
        SELECT size, frontier INTO base, nodes FROM {head} FOR UPDATE;
        IF EXISTS (
            SELECT FROM unnest(resting_on, as_read) AS r(s, v)
            JOIN {events} ON originator_id = s AND originator_version = v + 1
        ) THEN
            RAISE unique_violation USING MESSAGE = 'a stream that this rests on has grown';
        END IF;
        INSERT INTO {events} (originator_id, originator_version, topic, state, notification_id, leaf)
            SELECT s, v, t, b, base + nr, l
            FROM unnest(streams, versions, topics, states, leaves) WITH ORDINALITY AS e(s, v, t, b, l, nr);
        place := base;
        single := nodes[1];
        -- Elements in the order of unnest, whatever bounds and dimensions an array comes with.
        FOREACH hash IN ARRAY leaves LOOP
            IF place & 1 = 0 THEN
                single := hash;
            ELSE
                hash := sha256('\\x01'::bytea || single || hash);
                rest := place >> 1;
                level := 2;
                WHILE rest & 1 = 1 LOOP
                    hash := sha256('\\x01'::bytea || nodes[level] || hash);
                    rest := rest >> 1;
                    level := level + 1;
                END LOOP;
                nodes[level] := hash;
            END IF;
            place := place + 1;
        END LOOP;
        nodes[1] := single;
        UPDATE {head} SET size = base + count, frontier = nodes;
        RETURN base;
    END $$
    """
)
CREATE_BOOKMARKS = SQL(
    "CREATE TABLE IF NOT EXISTS {bookmarks} (application_name text PRIMARY KEY, notification_id bigint NOT NULL)"
)
CREATE_MOVE = SQL(
    """
    CREATE OR REPLACE FUNCTION {move}(follower text, place bigint) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        INSERT INTO {bookmarks} AS b VALUES (follower, place)
        ON CONFLICT (application_name) DO UPDATE SET notification_id = place WHERE b.notification_id < place
        RETURNING notification_id
    $$
    """
)


def environment(url: str) -> dict[str, str]:
    """What the library's factory needs to know of a database. Nothing is created but by `prepare`."""
    return {URL: url, "ORIGINATOR_ID_TYPE": "text", "CREATE_TABLE": "n"}


#: Before version 15 everybody may create things in `public`, and a database may give away more by default.
REVOKE = SQL(
    "REVOKE ALL ON FUNCTION {append}, {move} FROM {whom}; REVOKE ALL ON {events}, {head}, {bookmarks} FROM {whom}; "
    "REVOKE CREATE ON SCHEMA {schema} FROM {whom}"
)
GRANT = SQL(
    "GRANT USAGE ON SCHEMA {schema} TO {role}; GRANT EXECUTE ON FUNCTION {append}, {move} TO {role}; "
    "GRANT SELECT ON {events}, {head}, {bookmarks} TO {role}"
)
#: What a role must not have, through whatever it is a member of.
EXCESS = SQL(
    "SELECT rolsuper OR pg_has_role({name}, (SELECT relowner FROM pg_class WHERE oid = {table}::regclass), 'MEMBER') "
    "OR has_schema_privilege({name}, {in_schema}, 'CREATE') OR EXISTS (SELECT FROM unnest({tables}::text[]) AS t "
    "WHERE has_table_privilege({name}, t, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')) AS is_too_much "
    "FROM pg_roles WHERE rolname = {name}"
)


def connection_parameters(url: str) -> dict[str, Any]:
    """What a URL says, and LIMITS where it says nothing else. Raises ValueError, which does not quote a password."""
    try:
        said = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        said = {"port": "none"}
    # Parts of a password with a "/" or "@" of its own end up here, and in messages of libpq.
    if "@" in str(said.get("host", "")) or not str(said.get("port", "0")).replace(",", "0").isdecimal():
        raise ValueError(
            f"{shown(url)} cannot be read as a URL; write postgresql://user:password@host:port/database, and in the "
            "password %3A %2F %3F %23 %40 %25 for : / ? # @ %"
        ) from None
    options = f"{LIMITS['options']} {said.get('options') or ''}".strip()
    return {**LIMITS, **said, "options": options}


def is_alive(connection: Connection[Any]) -> bool:
    """Whether the server has not closed its end. Asks it only if there is something to read."""
    looking = poll()
    looking.register(connection.fileno(), POLLIN)
    try:
        if looking.poll(0):
            ConnectionPool.check_connection(connection)
    except psycopg.OperationalError:
        return False
    return True


class LedgerDatastore(PostgresDatastore):
    """Connections that are looked at before they are given out, so that a server's restart goes unnoticed."""

    def __init__(self, url: str):
        super().__init__("", "", "", "", "", originator_id_type="text")
        self.pool = ConnectionPool(
            connection_class=Connection[DictRow],
            kwargs={**connection_parameters(url), "autocommit": True, "row_factory": dict_row},
            min_size=1,  # one that is used again and again has what it needs at hand
            max_size=CONNECTIONS_MAX,
            open=False,
            configure=register,
            timeout=WAIT_SECONDS,
            reconnect_timeout=WAIT_SECONDS,  # pauses double: after a long outage nobody waits minutes for the next try
        )

    @contextmanager
    def get_connection(self) -> Iterator[Connection[DictRow]]:
        """A connection that commits each statement. Raises eventsourcing.persistence.PersistenceError.

        The library repeats whatever fails with OperationalError, ten times. What has waited as long as it may already
        is a DatabaseError here.
        """
        try:
            while True:
                with super().get_connection() as connection:
                    if is_alive(connection):
                        yield connection
                        return
                    connection.close()  # the pool makes a new one; its own check would pause for seconds
        except OperationalError as error:
            if isinstance(error.__cause__, PoolTimeout | LockNotAvailable | QueryCanceled):
                raise DatabaseError(str(error)) from error
            raise


class LedgerRecorder(LeafedRecorder, PostgresApplicationRecorder):
    """Appends through the function above; reads as the library does."""

    _position = "notification_id"

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str = "stored_events"):
        super().__init__(datastore, events_table_name=events_table_name)
        names = {
            "events": Identifier(datastore.schema, events_table_name),
            "positions": Identifier(f"{events_table_name}_positions"),
            "head": Identifier(datastore.schema, f"{events_table_name}_head"),
            "schema": Identifier(datastore.schema),
            "append": Identifier(datastore.schema, f"{events_table_name}_append"),
            "most": Literal(500),
        }
        self.names = names
        creation = (CREATE_EVENTS, CREATE_POSITIONS, CREATE_HEAD, FILL_HEAD, DROP_APPEND, CREATE_APPEND)
        self.sql_create_statements = [statement.format(**names) for statement in creation]
        # Binary arrays: the bytes travel as they are. Bytes, because psycopg would compose the statement each time.
        self.append_statement = (
            SQL(
                "SELECT {append}(%b::text[], %b::bigint[], %b::text[], %b::bytea[], %b::bytea[], "
                "%b::text[], %b::bigint[]) AS base"
            )
            .format(**names)
            .as_bytes()
        )
        self.max_notification_id_statement = SQL("SELECT nullif(size, 0) AS max FROM {head}").format(**names)
        self.select_events_statements = {
            desc: SQL(
                "SELECT * FROM {events} WHERE originator_id = %s AND originator_version > %s "
                "AND originator_version <= %s ORDER BY originator_version {order} LIMIT %s"
            )
            .format(order=SQL("DESC" if desc else "ASC"), **names)
            .as_bytes()
            for desc in (False, True)
        }
        self._tails = chain.Tails()

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, resting_on: Mapping[str, int] | None = None, **_: Any
    ) -> Sequence[int]:
        """Write all events or none, and return their positions. Raises IntegrityError, also if a stream has grown.

        Not repeated when the connection breaks: whether it took place is told by the command's receipt.
        """
        if not stored_events:
            return []
        leaves, newest = chain.leaves(stored_events, self.leaf_of)
        read = {name: version for name, version in (resting_on or {}).items() if "\0" not in name}  # none can grow
        columns = (
            Texts([str(event.originator_id) for event in stored_events]),
            Numbers([event.originator_version for event in stored_events]),
            Texts([event.topic for event in stored_events]),
            Blobs([event.state for event in stored_events]),
            Blobs(leaves),
            Texts(list(read)),
            Numbers(list(read.values())),
        )
        with self.datastore.get_connection() as connection:
            row = connection.execute(self.append_statement, columns, prepare=True).fetchone()
        assert row is not None
        self._tails.remember(newest)
        return range(row["base"] + 1, row["base"] + 1 + len(stored_events))

    @retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Events of one stream, as the library does; the newest leaf seen is remembered for the next append."""
        if "\0" in str(originator_id):
            return []  # no such name can be stored
        values = (originator_id, -1 if gt is None else gt, VERSION_MAX if lte is None else lte, limit)
        with self.datastore.get_connection() as connection:
            rows = connection.execute(self.select_events_statements[desc], values, prepare=True).fetchall()
        if rows:
            newest = rows[0 if desc else -1]
            self._tails.remember({newest["originator_id"]: (newest["originator_version"], bytes(newest["leaf"]))})
        return [
            StoredEvent(row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"]))
            for row in rows
        ]

    def select_streams(self, names: Collection[str]) -> Sequence[StoredEvent]:
        """The events of all these streams, stream by stream and in order; their newest leaves are remembered."""
        statement = SQL(
            "SELECT originator_id, originator_version, topic, state, leaf FROM {events} "
            "WHERE originator_id = ANY(%s) ORDER BY originator_id, originator_version"
        ).format(**self.names)
        storable = Texts(name for name in names if "\0" not in name)
        with self.datastore.get_connection() as connection:
            rows = connection.cursor(row_factory=tuple_row).execute(statement, (storable,), prepare=True).fetchall()
        self._tails.remember({stream: (version, leaf) for stream, version, _, _, leaf in rows})
        return [StoredEvent(*row[:4]) for row in rows]

    def streams_like(self, prefix: str) -> Sequence[str]:
        """Names of the streams that begin with `prefix`, sorted."""
        statement = SQL(
            "SELECT originator_id FROM {events} WHERE originator_id >= %s AND originator_id < %s "
            "AND originator_version = 1 ORDER BY originator_id"
        ).format(**self.names)
        if "\0" in prefix:
            return []
        with self.datastore.get_connection() as connection:
            rows = connection.execute(statement, (prefix, prefix + "\U0010ffff")).fetchall()
        return [row["originator_id"] for row in rows]

    def _one(self, column: str, stream: str, version: int) -> Any:
        statement = SQL(
            "SELECT {column} AS found FROM {events} WHERE originator_id = %s AND originator_version = %s"
        ).format(column=Identifier(column), **self.names)
        if "\0" in stream:
            return None
        with self.datastore.get_connection() as connection:
            row = connection.execute(statement, (stream, version), prepare=True).fetchone()
        return row["found"] if row else None


class FollowerRecorder(PostgresTrackingRecorder):
    """How far each follower of the log has come; moved by a function, like everything here."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any):
        super().__init__(datastore, **kwargs)
        names = {
            "bookmarks": Identifier(datastore.schema, self.tracking_table_name),
            "move": Identifier(datastore.schema, f"{self.tracking_table_name}_move"),
        }
        self.names = names
        self.sql_create_statements = [CREATE_BOOKMARKS.format(**names), CREATE_MOVE.format(**names)]
        self.insert_tracking_statement = SQL("SELECT {move}(%s, %s) AS moved").format(**names)

    def create_table(self) -> None:
        """Create what is missing; older layouts of the library's table never existed here."""
        with self.datastore.transaction(commit=True) as cursor:
            for statement in self.sql_create_statements:
                cursor.execute(statement, prepare=False)

    def _insert_tracking(self, curs: Cursor[DictRow], tracking: Tracking) -> None:
        place = (tracking.application_name, tracking.notification_id)
        row = curs.execute(self.insert_tracking_statement, place, prepare=True).fetchone()
        if row is None or row["moved"] is None:
            raise IntegrityError(f"{tracking.application_name} is already at {tracking.notification_id} or beyond")


class LedgerFactory(PostgresFactory):
    """Builds the parts above from `environment`."""

    application_recorder_class = LedgerRecorder
    tracking_recorder_class = FollowerRecorder

    def __init__(self, env: Any):
        # The five parameters that the library knows are not all that a URL says (port, TLS, …).
        unused = dict.fromkeys(("POSTGRES_DBNAME", "POSTGRES_HOST", "POSTGRES_USER", "POSTGRES_PASSWORD"), "")
        super().__init__(Environment("", dict(env) | unused))
        must_be_reachable(env[URL])
        self.datastore = LedgerDatastore(env[URL])

    def process_recorder(self) -> ProcessRecorder:
        """The library's would write events past the log."""
        raise NotImplementedError("a follower keeps a bookmark, and writes events through the ledger")

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """The library's would keep snapshots, which nothing proves."""
        raise NotImplementedError(f"{purpose}: no snapshot stands in for events; a view may be kept beside them")


def must_be_reachable(url: str) -> None:
    """Connect once, because a pool does not say why it cannot. Raises OperationalError, ProgrammingError."""
    try:
        psycopg.connect(**connection_parameters(url)).close()
    except psycopg.OperationalError as error:
        raise OperationalError(str(error)) from error


def prepare(owner_url: str, role: str | None = None) -> None:
    """Create the ledger's tables and functions as their owner, and let `role` append and read, and nothing else.

    All of it or nothing; may be repeated. Raises eventsourcing.persistence.PersistenceError if the database refuses, or
    if the role could do more all the same.
    """
    factory = LedgerFactory(Environment("", environment(owner_url)))
    try:
        events = cast(LedgerRecorder, factory.application_recorder())
        bookmarks = cast(FollowerRecorder, factory.tracking_recorder())
        names = {**events.names, **bookmarks.names, "role": Identifier(role or ""), "name": Literal(role)}
        with factory.datastore.transaction(commit=True) as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7250438)")  # two may prepare at once
            cursor.execute("SHOW server_encoding")
            (encoding,) = (cursor.fetchone() or {}).values()
            if encoding != "UTF8":
                raise ProgrammingError(f"names and texts are Chinese too: the database must have UTF8, not {encoding}")
            for statement in (*events.sql_create_statements, *bookmarks.sql_create_statements):
                cursor.execute(statement, prepare=False)
            cursor.execute(SQL("SELECT leaf FROM {events} LIMIT 0").format(**names))  # a table of the library has none
            cursor.execute(REVOKE.format(whom=SQL("PUBLIC"), **names))
            if role:
                cursor.execute(REVOKE.format(whom=Identifier(role), **names))
                cursor.execute(GRANT.format(**names))
                _must_not_exceed(cursor, role, names)
    finally:
        factory.close()


def _must_not_exceed(cursor: Cursor[DictRow], role: str, names: dict[str, Any]) -> None:
    tables = [names[table].as_string() for table in ("events", "head", "bookmarks")]
    asked = EXCESS.format(in_schema=Literal("public"), table=Literal(tables[0]), tables=Literal(tables), **names)
    row = cursor.execute(asked).fetchone()
    if row is None or row["is_too_much"]:
        raise ProgrammingError(
            f"{role} could do more than append and read: it is a superuser, the owner, a member of a role that may "
            "write, or may create things in the schema. Give the application a role of its own."
        )
