"""The places of a file by pattern: `*` is every key of a mapping and every row of a list."""

from collections.abc import Iterator, Mapping
from typing import Any

from policy.problems import Path


def places(data: Any, pattern: str) -> Iterator[tuple[Path, Any]]:
    """Every place that fits a pattern such as "plans.*.*.checks.*", with what it holds."""
    yield from _places(data, tuple(pattern.split(".")), ())


def texts(data: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text of the file."""
    if isinstance(data, str):
        yield path, data
    for step, below in _rows(data):
        yield from texts(below, (*path, step))


def rows(data: Any, path: Path = ()) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every mapping of the file."""
    if isinstance(data, dict):
        yield path, data
    for step, below in _rows(data):
        yield from rows(below, (*path, step))


def section(data: Any, name: str) -> Mapping[str, Any]:
    """A mapping of the file by its key; empty if there is none."""
    found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def _places(data: Any, pattern: tuple[str, ...], path: Path) -> Iterator[tuple[Path, Any]]:
    if not pattern:
        yield path, data
        return
    for step, below in _rows(data):
        if pattern[0] in ("*", step):
            yield from _places(below, pattern[1:], (*path, step))


def _rows(data: Any) -> Iterator[tuple[str | int, Any]]:
    match data:
        case dict():
            yield from data.items()
        case list():
            yield from enumerate(data)
