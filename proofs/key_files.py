"""Files that keep a signing key: readable by their owner alone, and never written over."""

import os
import stat
import tempfile
from pathlib import Path

FILE_MAX_BYTES = 10_000


class KeyFileRefused(ValueError):
    """A key file cannot be read or written as it should be; says what to do."""


def write(path: Path, key: str) -> None:
    """Keep a key in a new file that only its owner may read. Raises KeyFileRefused if there is a file already."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
        try:
            with os.fdopen(file, "w", encoding="utf-8") as opened:
                opened.write(f"{key}\n")
                opened.flush()
                os.fsync(file)
            os.link(name, path)  # all of the key at once, and never over another
        finally:
            os.unlink(name)
    except OSError as error:
        if path.exists():
            raise KeyFileRefused(
                f"{path} is there already: a key is never written over. Choose another file."
            ) from None
        raise KeyFileRefused(f"{path} cannot be written: {error.strerror}.") from None


def read(path: Path) -> str:
    """The key in a file, without its newline. Raises KeyFileRefused if others may read or change it."""
    try:
        with path.open("rb") as opened:
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
            content = opened.read(FILE_MAX_BYTES)
    except OSError as error:
        raise KeyFileRefused(f"{path} cannot be read: {error.strerror}.") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyFileRefused(
            f"{path} can be used by others than its owner (mode {mode:04o}). "
            f"If nobody has read it: chmod 600 {path}; else make a new key."
        )
    try:
        return content.decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError:
        raise KeyFileRefused(f"{path} is not a key file: it is not text.") from None
