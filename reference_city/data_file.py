"""Keeps the data file in force: read again when it changes, and the last good reading kept when an edit is broken."""

import logging
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from reference_city.city import City
from reference_city.reading import BrokenCity, read_city

log = logging.getLogger(__name__)

_Stamp: TypeAlias = tuple[int, int, int, int] | None


class DataFile:
    """The data file as it is now, shared by all services."""

    def __init__(self, path: Path) -> None:
        """Read the file for the first time. Raises BrokenCity: there is no last good reading yet."""
        self.path = path
        self._lock = Lock()
        # Stamped before reading, so that an edit during the reading is seen at the next look.
        self._stamp = _stamp(path)
        self._city = read_city(path)
        self._problem = ""

    def look(self) -> tuple[City, str]:
        """The city in force, and what is wrong with the file now ("" if nothing)."""
        with self._lock:
            stamp = _stamp(self.path)
            if stamp != self._stamp:
                self._stamp = stamp
                self._read_again()
            return self._city, self._problem

    @property
    def city(self) -> City:
        """The city in force."""
        return self.look()[0]

    def _read_again(self) -> None:
        try:
            self._city, self._problem = read_city(self.path), ""
        except BrokenCity as broken:
            self._problem = f"{broken} The last good reading stays in force."
            log.warning(self._problem)


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    # An edit within one tick of the clock still changes the size; a replaced file has another inode.
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
