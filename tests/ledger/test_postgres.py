"""What only PostgreSQL has to prove: privileges, limits, restarts, and the root that every commit leaves."""

import hashlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from eventsourcing.persistence import PersistenceError, ProgrammingError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import errors

from ledger.address import shown
from ledger.postgres import prepare
from ledger.store import Bookmark, Ledger, LedgerUnavailable, StreamMoved
from tests.ledger.databases import owners, prove, rows_of
from tests.ledger.events import an_event
from tests.postgres import APP, OWNER, Server


@pytest.fixture
def address(postgres_ledger_url: str) -> str:
    return postgres_ledger_url


@pytest.fixture
def app(address: str) -> Iterator[psycopg.Connection]:
    """The application's role with a tool of its own."""
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


@pytest.fixture
def owner(address: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(owners(address), autocommit=True) as connection:
        yield connection


def with_options(address: str, **options: str) -> str:
    """The same address with limits of the test's own."""
    return f"{address}&options=" + "%20".join(f"-c%20{name}%3D{value}" for name, value in options.items())


# Privileges

DENIED = [
    "UPDATE stored_events SET topic = 'x'",
    "UPDATE stored_events SET notification_id = 7",
    "DELETE FROM stored_events",
    "TRUNCATE stored_events",
    "INSERT INTO stored_events SELECT 'b', 1, topic, state, 9, leaf FROM stored_events",
    "COPY stored_events FROM STDIN",
    "BEGIN; LOCK stored_events IN EXCLUSIVE MODE",
    "SELECT * FROM stored_events FOR UPDATE",
    "SELECT * FROM stored_events_head FOR UPDATE",
    "UPDATE stored_events_head SET size = 0",
    "DELETE FROM stored_events_head",
    "INSERT INTO stored_events_head VALUES (false, 0, '{}')",
    "TRUNCATE stored_events_head",
    "UPDATE notification_tracking SET notification_id = 0",
    "DELETE FROM notification_tracking",
    "ALTER TABLE stored_events ADD COLUMN x int",
    "ALTER TABLE stored_events DISABLE TRIGGER ALL",
    "ALTER TABLE stored_events OWNER TO duifu_app",
    "DROP TABLE stored_events",
    "DROP INDEX stored_events_positions",
    "CREATE INDEX ON stored_events (topic)",
    "CREATE RULE r AS ON INSERT TO stored_events DO INSTEAD NOTHING",
    "CREATE TRIGGER t BEFORE INSERT ON stored_events EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE POLICY p ON stored_events USING (false)",
    "CREATE TABLE mine (x int)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA mine",
    "ALTER FUNCTION stored_events_append SECURITY INVOKER",
    "ALTER FUNCTION stored_events_append SET search_path = public",
    "CREATE OR REPLACE FUNCTION stored_events_append(streams text[], versions bigint[], topics text[], states bytea[], "
    "leaves bytea[]) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
    "DROP FUNCTION stored_events_append",
    "SET session_replication_role = replica",
    "SET ROLE postgres",
    "GRANT ALL ON stored_events TO duifu_app",
    "ALTER ROLE duifu_app SUPERUSER",
    "ALTER SYSTEM SET fsync = off",
    "VACUUM FULL stored_events",
]


@pytest.mark.parametrize("statement", DENIED)
def test_the_applications_role_can_append_and_read_and_nothing_else(
    ledger: Ledger, app: psycopg.Connection, statement: str
) -> None:
    ledger.append([an_event("a", 1)])
    Bookmark(ledger, "relay").move(1)
    before = rows_of(ledger.address)

    if statement.startswith(("GRANT", "VACUUM")):
        app.execute(statement.encode())  # a warning, and nothing happens
    else:
        with pytest.raises(errors.InsufficientPrivilege):
            app.execute(statement.encode())

    assert prove(ledger.address) == before
    assert ledger.append([an_event("a", 2)]) == [2]
    assert Bookmark(ledger, "relay").read() == 1


APPEND = "SELECT stored_events_append(%s::text[], %s::bigint[], %s::text[], %s::bytea[], %s::bytea[])"
LEAF = bytes(range(32))


@pytest.mark.parametrize(
    ("streams", "versions", "topics", "states", "leaves"),
    [
        (["a"], [1], ["t"], [b"s"], [None]),
        (["a"], [1], ["t"], [b"s"], [LEAF[:31]]),
        (["a"], [1], ["t"], [b"s"], [LEAF + b"x"]),
        (["a"], [1], ["t"], [b"s"], [LEAF, LEAF]),
        (["a"], [1], ["t"], [b"s"], []),
        (["a", "b"], [1, 1], ["t", "t"], [b"s", b"s"], [LEAF]),
        (["a"], [1, 2], ["t"], [b"s"], [LEAF]),
        ([None], [1], ["t"], [b"s"], [LEAF]),
        (["a"], [0], ["t"], [b"s"], [LEAF]),
        (["a"], [-3], ["t"], [b"s"], [LEAF]),
        (["a"], [1], [None], [b"s"], [LEAF]),
        (["a"], [1], ["t"], [None], [LEAF]),
        (None, None, None, None, None),
        ([], [], [], [], []),
        ([f"s/{n}" for n in range(501)], [1] * 501, ["t"] * 501, [b"s"] * 501, [LEAF] * 501),
    ],
)
def test_who_calls_the_function_by_hand_gives_whole_events_or_none(
    ledger: Ledger,
    app: psycopg.Connection,
    streams: object,
    versions: object,
    topics: object,
    states: object,
    leaves: object,
) -> None:
    ledger.append([an_event("first", 1)])

    with pytest.raises((errors.IntegrityError, errors.InvalidParameterValue, errors.NullValueNotAllowed)):
        app.execute(APPEND, (streams, versions, topics, states, leaves))

    assert ledger.append([an_event("first", 2)]) == [2]
    prove(ledger.address)


def test_who_calls_the_function_by_hand_cannot_say_which_position(ledger: Ledger, app: psycopg.Connection) -> None:
    ledger.append([an_event("a", 1)])

    row = app.execute(APPEND, (["b"], [1], ["t"], [b"s"], [LEAF])).fetchone()
    with pytest.raises(errors.UndefinedFunction):
        app.execute(APPEND.replace("[])", "[], 7)"), (["c"], [1], ["t"], [b"s"], [LEAF]))

    assert row == (1,)  # the position before
    assert [(r.position, r.stream) for r in rows_of(ledger.address)] == [(1, "a"), (2, "b")]


def test_bounds_and_dimensions_of_arrays_do_not_spoil_the_root(ledger: Ledger, app: psycopg.Connection) -> None:
    leaves = f'\'[0:1]={{"\\\\x{LEAF.hex()}","\\\\x{LEAF[::-1].hex()}"}}\''
    app.execute(
        f"SELECT stored_events_append('[5:6]={{a,b}}', '{{{{1}},{{1}}}}', '{{t,t}}', '{{x,y}}', {leaves})".encode()
    )

    head = app.execute("SELECT size, frontier FROM stored_events_head").fetchone()

    assert head is not None
    assert (head[0], head[1][1]) == (2, hashlib.sha256(b"\x01" + LEAF + LEAF[::-1]).digest())


def test_names_of_the_caller_do_not_stand_in_for_ours(
    ledger: Ledger, app: psycopg.Connection, owner: psycopg.Connection
) -> None:
    owner.execute("CREATE SCHEMA theirs AUTHORIZATION duifu_app")  # a careless owner, for something else
    app.execute(
        "CREATE FUNCTION theirs.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT '\\x00'::bytea $$;"
        "CREATE FUNCTION theirs.cardinality(text[]) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;"
        "CREATE FUNCTION theirs.lower(bigint, bigint) RETURNS bigint LANGUAGE sql AS $$ SELECT 0::bigint $$;"
        "CREATE OPERATOR theirs.+ (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = theirs.lower);"
        "CREATE TABLE theirs.stored_events (LIKE public.stored_events);"
        "CREATE TEMP TABLE stored_events (LIKE public.stored_events);"
        "CREATE TEMP TABLE stored_events_head AS SELECT true AS one, 70::bigint AS size, '{}'::bytea[] AS frontier;"
        "CREATE TEMP TABLE notification_tracking (LIKE public.notification_tracking);"
        "SET search_path = theirs, pg_temp, public, pg_catalog"
    )

    two = (["a", "b"], [1, 1], ["t", "t"], [b"s", b"s"], [LEAF, LEAF[::-1]])
    assert app.execute(APPEND.replace("stored", "public.stored", 1), two).fetchone() == (0,)
    app.execute("SELECT public.notification_tracking_move('relay', 2)")

    assert [(r.position, r.stream) for r in rows_of(ledger.address)] == [(1, "a"), (2, "b")]
    head = app.execute("SELECT size, frontier FROM public.stored_events_head").fetchone()
    assert head is not None
    assert (head[0], head[1][1]) == (2, hashlib.sha256(b"\x01" + LEAF + LEAF[::-1]).digest())
    assert Bookmark(ledger, "relay").read() == 2
    for theirs in ("pg_temp.stored_events", "theirs.stored_events", "pg_temp.notification_tracking"):
        assert app.execute(f"SELECT count(*) FROM {theirs}".encode()).fetchone() == (0,)


def test_whoever_has_no_grant_can_neither_append_nor_read(postgres_server: Server, ledger: Ledger) -> None:
    with postgres_server.connected("postgres") as connection:
        connection.execute("CREATE ROLE stranger LOGIN")
    try:
        with psycopg.connect(ledger.address.replace(APP, "stranger"), autocommit=True) as stranger:
            for statement in (
                "SELECT * FROM stored_events",
                "SELECT * FROM stored_events_head",
                "SELECT stored_events_append('{a}', '{1}', '{t}', '{s}', '{x}')",
                "SELECT notification_tracking_move('relay', 7)",
            ):
                with pytest.raises(errors.InsufficientPrivilege):
                    stranger.execute(statement.encode())
    finally:
        with postgres_server.connected("postgres") as connection:
            connection.execute("DROP ROLE stranger")


# Preparation


def test_to_prepare_again_changes_nothing_and_takes_back_what_is_too_much(
    ledger: Ledger, owner: psycopg.Connection, app: psycopg.Connection
) -> None:
    ledger.append([an_event("a", 1)])
    owner.execute(
        "GRANT ALL ON stored_events, stored_events_head TO duifu_app, PUBLIC;"
        "GRANT CREATE ON SCHEMA public TO PUBLIC;"  # as it was before version 15
        "GRANT EXECUTE ON FUNCTION stored_events_append TO PUBLIC"
    )

    prepare(owners(ledger.address), APP)

    for statement in (
        "DELETE FROM stored_events",
        "CREATE TABLE mine (x int)",
        "UPDATE stored_events_head SET size = 0",
    ):
        with pytest.raises(errors.InsufficientPrivilege):
            app.execute(statement.encode())
    assert ledger.append([an_event("a", 2)]) == [2]
    prove(ledger.address)


def test_a_database_of_before_commits_named_what_they_rest_on_is_prepared_anew(
    ledger: Ledger, owner: psycopg.Connection
) -> None:
    arguments = "text[], bigint[], text[], bytea[], bytea[]"
    owner.execute(
        "DROP FUNCTION stored_events_append;"
        f"CREATE FUNCTION stored_events_append({arguments}) RETURNS bigint LANGUAGE sql AS 'SELECT 7::bigint';"
        "GRANT EXECUTE ON FUNCTION stored_events_append TO duifu_app"
    )

    prepare(owners(ledger.address), APP)

    assert ledger.append([an_event("a", 1)]) == [1]
    prove(ledger.address)


def test_a_role_that_could_do_more_is_not_let_in(postgres_server: Server, postgres_url: str) -> None:
    with pytest.raises(ProgrammingError, match="postgres could do more than append and read"):
        prepare(postgres_url, OWNER)

    with pytest.raises(LedgerUnavailable, match="duifu ledger prepare"):
        Ledger(postgres_url)  # all of it or nothing


def test_a_role_that_does_not_exist_is_said(postgres_url: str) -> None:
    with pytest.raises(PersistenceError, match='role "nobody" does not exist'):
        prepare(postgres_url, "nobody")


def test_a_table_of_the_library_is_not_taken_for_a_ledger(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE stored_events (originator_id uuid, originator_version bigint, topic text, state bytea, "
            "notification_id bigserial)"
        )

    with pytest.raises(ProgrammingError, match='column "leaf" does not exist'):
        prepare(postgres_url, APP)


def test_a_database_in_another_encoding_is_not_prepared(postgres_server: Server) -> None:
    name = "in_latin"
    with postgres_server.connected("postgres") as connection:
        connection.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C'".encode()
        )
    try:
        with pytest.raises(ProgrammingError, match="the database must have UTF8, not LATIN1"):
            prepare(postgres_server.url(name), APP)
    finally:
        postgres_server.drop(name)


def test_two_may_prepare_at_once(postgres_url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: prepare(postgres_url, APP), range(4)))

    ledger = Ledger(postgres_url.replace(f"//{OWNER}@", f"//{APP}@"))
    assert ledger.append([an_event("a", 1)]) == [1]
    ledger.close()


# What is said when it does not work


def test_an_unprepared_database_is_refused_with_what_to_do(postgres_url: str) -> None:
    threads = threading.active_count()

    with pytest.raises(
        LedgerUnavailable, match=r"does not exist\. The owner of the database runs duifu ledger prepare"
    ):
        Ledger(postgres_url)

    assert threading.active_count() == threads


def test_a_database_that_does_not_exist_is_said_at_once(address: str) -> None:
    with pytest.raises(LedgerUnavailable, match='database "nowhere" does not exist'):
        Ledger(address.replace(address.split("/")[3].partition("?")[0], "nowhere"))


@pytest.mark.parametrize("url", ["mysql://u@h/db", "file:///ledger.sqlite", "http://h/", "POSTGRESQL://h/db"])
def test_an_address_of_another_kind_is_refused_with_what_is_allowed(url: str) -> None:
    with pytest.raises(ValueError, match="give the path of a file or a postgresql:// URL"):
        Ledger(url)


SECRET = "s3cr3t"
URLS = [
    f"postgresql://u:{SECRET}@127.0.0.1:1/db",
    f"postgres://u:{SECRET}@127.0.0.1:1/db?connect_timeout=1",
    f"postgresql://u:{SECRET}%40@127.0.0.1:1,127.0.0.1:2/db",
    f"postgresql://u:{SECRET}/x@127.0.0.1:1/db",
    f"postgresql://u:{SECRET}#x@127.0.0.1:1/db",
    f"postgresql://u:p?{SECRET}@127.0.0.1:1/db",
    f"postgresql://u:p@{SECRET}@127.0.0.1:1/db",
    f"postgresql://u@127.0.0.1:1/db?password={SECRET}",
    f"postgresql://u@127.0.0.1:1/db?sslmode=disable&password={SECRET}&sslpassword={SECRET}",
    f"postgresql://u:%zz{SECRET}@127.0.0.1:1/db",
]


@pytest.mark.parametrize("url", URLS)
def test_a_password_is_never_shown(
    url: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises((LedgerUnavailable, ValueError)) as error:
        Ledger(url)

    told = [str(error.value), *(record.getMessage() for record in caplog.records), *capfd.readouterr(), shown(url)]
    assert [text for text in told if SECRET in text] == []
    assert "127.0.0.1:1" in shown(url)
    assert "//u" in shown(url)


# Limits and restarts


def test_a_writer_does_not_wait_for_ever_for_whoever_holds_the_head(ledger: Ledger, owner: psycopg.Connection) -> None:
    ledger.append([an_event("a", 1)])
    hurried = Ledger(with_options(ledger.address, lock_timeout="300ms"))
    with owner.transaction():
        owner.execute("SELECT * FROM stored_events_head FOR UPDATE")

        with pytest.raises(LedgerUnavailable, match="lock timeout"):
            hurried.append([an_event("a", 2)])
        assert (hurried.head(), hurried.version("a"), len(list(hurried.entries(0)))) == (1, 1, 1)  # readers do not wait

    assert hurried.append([an_event("a", 2)]) == [2]
    hurried.close()


def test_the_limits_are_those_we_say_and_a_url_may_say_others(ledger: Ledger) -> None:
    def limits(opened: Ledger) -> dict[str, str]:
        with opened.recorder.datastore.get_connection() as connection:  # type: ignore[attr-defined]  # PostgreSQL's
            names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout", "synchronous_commit")
            return {name: next(iter(connection.execute(f"SHOW {name}").fetchone().values())) for name in names}

    other = Ledger(with_options(ledger.address, statement_timeout="7s"))

    assert limits(ledger) == {
        "lock_timeout": "10s",
        "statement_timeout": "30s",
        "idle_in_transaction_session_timeout": "30s",
        "synchronous_commit": "on",
    }
    assert limits(other) == limits(ledger) | {"statement_timeout": "7s"}
    other.close()


def test_a_statement_that_takes_too_long_is_not_repeated(ledger: Ledger, owner: psycopg.Connection) -> None:
    ledger.append([an_event("a", 1)])
    hurried = Ledger(with_options(ledger.address, statement_timeout="300ms"))
    with owner.transaction():
        owner.execute("LOCK stored_events IN ACCESS EXCLUSIVE MODE")

        began = time.monotonic()
        with pytest.raises(LedgerUnavailable, match="statement timeout"):
            hurried.version("a")
        assert time.monotonic() - began < 2.5  # the library would have tried ten times

    assert hurried.version("a") == 1
    hurried.close()


def test_more_threads_than_connections_all_get_their_turn(ledger: Ledger) -> None:
    with ThreadPoolExecutor(60) as threads:
        positions = list(threads.map(lambda n: ledger.append([an_event(f"s/{n}", 1)])[0], range(180)))

    assert sorted(positions) == list(range(1, 181))
    prove(ledger.address)


def test_connections_that_the_server_has_ended_go_unnoticed(ledger: Ledger, owner: psycopg.Connection) -> None:
    for version in range(1, 5):
        owner.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'duifu_app'")
        assert ledger.append([an_event("a", version)]) == [version]
        owner.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'duifu_app'")
        assert ledger.version("a") == version

    prove(ledger.address)


# Any history


@pytest.fixture
def other(ledger: Ledger) -> Iterator[Ledger]:
    """A second writer."""
    opened = Ledger(ledger.address)
    yield opened
    opened.close()


batches = st.lists(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from([0, 0, 0, 0, 0, 0, 1, -1])), min_size=1, max_size=9),
    min_size=1,
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=batches)
def test_whatever_was_appended_or_refused_before_the_root_is_that_of_the_leaves(
    ledger: Ledger, other: Ledger, batches: list[list[tuple[str, int]]]
) -> None:
    before = len(rows_of(ledger.address))  # of the examples before: one history goes on
    versions: dict[str, int] = {}
    for number, batch in enumerate(batches):
        after, events = dict(versions), []
        for stream, slip in batch:  # a slip asks for a version that is taken, or not to be had yet
            after[stream] = after.get(stream, 0) + 1
            events.append(an_event(f"{before}/{stream}", after[stream] + slip, f"{number}"))
        writer = (ledger, other)[number % 2]
        if any(slip for _, slip in batch):
            with pytest.raises(StreamMoved):
                writer.append(events)
        else:
            writer.append(events)
            versions = after

    assert len(prove(ledger.address)) == before + sum(versions.values())
