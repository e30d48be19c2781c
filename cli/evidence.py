"""A document beside a command: its digest is sent, never the document."""

from collections.abc import Callable
from functools import wraps
from hashlib import file_digest
from pathlib import Path
from typing import Any, TypeVar

import click

R = TypeVar("R")


def with_document(command: Callable[..., R]) -> Callable[..., R]:
    """Adds `--file` and `--sha256`, of which at most one is said; the command gets the digest as `sha256`."""

    @click.option(
        "--file",
        "document",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="The document; only its digest is sent.",
    )
    @click.option("--sha256", metavar="HEX", default="", help="Its digest, where the document itself is not at hand.")
    @wraps(command)
    def with_digest(*args: Any, document: Path | None, sha256: str, **kwargs: Any) -> R:
        if document and sha256:
            raise click.UsageError("say at most one of --file and --sha256")
        return command(*args, sha256=_digest(document) if document else sha256, **kwargs)

    return with_digest


def _digest(document: Path) -> str:
    with document.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()
