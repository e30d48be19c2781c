"""Beijing's file with other readings: the same file, one value of a parameter changed."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from shutil import copy
from tempfile import mkdtemp
from typing import Any

import yaml

from commands.door import Door
from domain.evaluation.edition import Edition
from domain.format.programme import Programme
from policy.rulebook import PROGRAMMES, Rulebook
from policy.source import read
from tests.desk import Desk

BEIJING = PROGRAMMES / "beijing" / "ai-compute-voucher-2023.yaml"

Change = Callable[[dict[str, Any]], None]


def read_as(readings: Mapping[str, Any]) -> dict[str, Any]:
    """The content of the file with these parameters set, on every day on which they have a value."""
    data = read(BEIJING).data
    assert isinstance(data, dict)
    for name, value in readings.items():
        for dated in data["parameters"][name]["values"]:
            assert dated["value"] != value, f"{name} is {value} already"
            dated["value"] = value
    return data


def edition(**readings: Any) -> Edition:
    """The programme under these readings, compiled."""
    return Edition(Programme.of(read_as(readings), "ab" * 32))


def desk_under(desk: Desk, change: Change | None = None, **readings: Any) -> Desk:
    """A desk whose deployment carries out the programme under these readings, read from a file of its own."""
    desk.door = Door(desk.ledger, _rulebook(change, tuple(sorted(readings.items()))), lambda: desk.now)
    return desk


@cache
def _rulebook(change: Change | None, readings: tuple[tuple[str, Any], ...]) -> Rulebook:
    return Rulebook(a_folder(change, **dict(readings)))


def a_folder(change: Change | None = None, **readings: Any) -> Path:
    """A folder of programmes with nothing but this one, under these readings."""
    data = read_as(readings)
    if change:
        change(data)
    folder = Path(mkdtemp())
    copy(PROGRAMMES / "working-days.yaml", folder)
    (folder / "beijing").mkdir()
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    (folder / "beijing" / "switched.yaml").write_text(text, "utf-8")
    return folder
