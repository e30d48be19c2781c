"""Commands whose modules are read when they are asked for."""

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module

import click


class Commands(MutableMapping[str, click.Command]):
    """The commands of a group by name; who writes a programme file waits for neither Temporal nor a database."""

    def __init__(self, places: Mapping[str, str]) -> None:
        """Take the command's name -> "module:name in it"; nothing is read yet."""
        self._places = places
        self._read: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._read:
            module, _, attribute = self._places[name].partition(":")
            self._read[name] = getattr(import_module(module), attribute)
        return self._read[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._read[name] = command

    def __delitem__(self, name: str) -> None:
        del self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
