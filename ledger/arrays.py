"""The columns of a batch as binary arrays of PostgreSQL, written in one go; psycopg itself looks at every element."""

from struct import Struct
from typing import Any, ClassVar

from psycopg import Connection
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEADER = Struct(">iiIii").pack  # dimensions, whether there are nulls, type of the elements, their number, first index
_LENGTH = Struct(">i").pack
_NUMBER = Struct(">q").pack


class Texts(list[str]):
    """A text[]."""


class Numbers(list[int]):
    """A bigint[]."""


class Blobs(list[bytes]):
    """A bytea[]."""


class _ArrayDumper(Dumper):
    format = Format.BINARY
    element: ClassVar[int]  # the type's number in PostgreSQL

    def dump(self, obj: Any) -> Buffer:
        parts = [_HEADER(1, 0, self.element, len(obj), 1)]
        for item in self.encoded(obj):
            parts += (_LENGTH(len(item)), item)
        return b"".join(parts)

    def encoded(self, items: Any) -> list[bytes]:
        """The elements as PostgreSQL takes them."""
        raise NotImplementedError


class _TextsDumper(_ArrayDumper):
    oid, element = 1009, 25

    def encoded(self, items: Texts) -> list[bytes]:
        return [item.encode() for item in items]


class _NumbersDumper(_ArrayDumper):
    oid, element = 1016, 20

    def encoded(self, items: Numbers) -> list[bytes]:
        return [_NUMBER(item) for item in items]


class _BlobsDumper(_ArrayDumper):
    oid, element = 1001, 17

    def encoded(self, items: Blobs) -> list[bytes]:
        return items


def register(connection: Connection[Any]) -> None:
    """Teach a connection these columns."""
    for kind, dumper in ((Texts, _TextsDumper), (Numbers, _NumbersDumper), (Blobs, _BlobsDumper)):
        connection.adapters.register_dumper(kind, dumper)
