"""Where a database is: the path of a SQLite file, or a "postgresql://" URL."""

import os
import re
from pathlib import Path

#: What stands between the user's name and the last "@", wherever a careless password may have its own "/", "?" or "@".
PASSWORD = re.compile(r"(?<=://)([^:@/?#]*):.*(?=@)", re.DOTALL)
PASSWORD_OPTION = re.compile(r"(?<=[?&])((?:ssl)?password=)[^&]*", re.IGNORECASE)


class NoDatabase(ValueError):
    """An address is of a kind that we keep nothing at."""


def is_url(address: Path | str) -> bool:
    """Whether this names a PostgreSQL database. Raises NoDatabase for a URL of another kind."""
    scheme, separator, _ = str(address).partition("://")
    if separator and scheme not in ("postgresql", "postgres"):
        raise NoDatabase(f"{scheme}:// is no database of ours; give the path of a file or a postgresql:// URL")
    return bool(separator)


def would_wait(path: Path | str) -> bool:
    """Whether opening a file could hang: a named pipe waits for somebody to write."""
    return os.path.exists(path) and not os.path.isfile(path)


def shown(address: Path | str) -> str:
    """The address for people: without the password."""
    if not is_url(address):
        return str(address)
    return PASSWORD_OPTION.sub(r"\1***", PASSWORD.sub(r"\1", str(address)))
