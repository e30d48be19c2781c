"""The desk of the commands' tests, for programmes that are carried out through the door."""

from tests.commands.conftest import desk  # noqa: F401 (a fixture)
