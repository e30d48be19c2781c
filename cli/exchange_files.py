"""Files that are handed in or written: by their ending, bounded, with a clear no."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from cli.exchanged import UNNAMED, Item
from cli.output import WrongInput
from exchange.attachments import Attachments, found_in
from exchange.unpacking import read_bounded
from exchange.unusable import Unusable

R = TypeVar("R")

WORKBOOK, JSON = ".xlsx", ".json"

handed_in = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
with_attachments = click.option(
    "--attachments",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the documents that the file names; only their digests are sent.",
)


def form_of(file: Path) -> str:
    """WORKBOOK or JSON, by the file's ending."""
    ending = file.suffix.lower()
    if ending not in (WORKBOOK, JSON):
        raise WrongInput(f"{file}：须为 .xlsx 或 .json 文件 / the name must end with .xlsx or .json")
    return ending


def read_file(file: Path, reading: Callable[[bytes], R]) -> R:
    """What a file says. Raises WrongInput for one that cannot be read at all."""
    try:
        return reading(read_bounded(file))
    except Unusable as problem:
        raise WrongInput(f"{file}：{problem}") from None


def write_file(file: Path, content: bytes) -> None:
    """Write a file. Raises WrongInput where that is not possible."""
    try:
        file.write_bytes(content)
    except OSError as error:
        raise WrongInput(f"{file} 无法写入 / cannot be written: {error.strerror}") from None


def documents_in(folder: Path | None, file: Path) -> Attachments:
    """The documents that came with a file, which may lie among them. Raises WrongInput for too many."""
    try:
        return found_in(folder, besides=file)
    except Unusable as problem:
        raise WrongInput(f"{folder}：{problem}") from None


def left_over(attachments: Attachments) -> list[Item]:
    """The documents that nothing named. Raises WrongInput for one that cannot be read."""
    try:
        return [Item(f"附件 {name}", outcome=UNNAMED) for name in attachments.unnamed()]
    except Unusable as problem:
        raise WrongInput(str(problem)) from None
