"""An evidence bundle: one file that proves, without us, what the ledger holds. Its form: docs/evidence-bundle.md"""

import hashlib
import io
import json
import zipfile
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files as package_files
from typing import Any, NamedTuple

from ledger.rows import Row
from proofs.notes import Checkpoint, Note

FORMAT = "duifu-bundle-1"
EARLIEST = (1980, 1, 1, 0, 0, 0)  # of every file in the ZIP: the same content is the same bytes
READABLE_BY_ALL = 0o644 << 16
UNIX = 3


class Proven(NamedTuple):
    """One event with what proves it: the leaf before it in its stream, and the hashes from its leaf to the root."""

    row: Row
    previous: bytes
    hashes: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a bundle."""

    subject: str  # the stream it is about
    note: str  # the checkpoint, signed
    events: Sequence[Proven]  # in order of position
    whole: frozenset[str]  # streams that are there from the first event to the last under the checkpoint
    schema: bytes
    editions: Mapping[str, bytes]  # programme files by sha256
    consistency: Mapping[int, Sequence[bytes]] = field(default_factory=dict)  # proofs by the size of older checkpoints
    history: bytes | None = None  # without payloads


def assemble(contents: Contents) -> bytes:
    """The bundle, a ZIP file without compression. The same contents are the same bytes on every machine."""
    note = contents.note.encode()
    packed = {
        "README.txt": shipped("bundle-readme.txt"),
        "checkpoint": note,
        "duifu-verify.py": shipped("duifu_verify.py"),
        "events.jsonl": b"".join(map(_line, contents.events)),
        "schema.binpb": contents.schema,
    }
    for event in contents.events:
        packed[f"proofs/{event.row.position}.tlog-proof"] = tlog_proof(event, note)
    for digest, edition in contents.editions.items():
        packed[f"programmes/{digest}.yaml"] = edition
    for old_size, hashes in contents.consistency.items():
        packed[f"consistency/{old_size}.txt"] = f"old {old_size}\n{_lines(hashes)}\n".encode() + note
    if contents.history is not None:
        packed["temporal/history.json"] = contents.history
    return _zipped({"manifest.json": _manifest(contents, packed), **packed})


def tlog_proof(event: Proven, note: bytes) -> bytes:
    """One proof as any C2SP tool reads it. (c2sp.org/tlog-proof)"""
    return f"c2sp.org/tlog-proof@v1\nindex {event.row.position - 1}\n{_lines(event.hashes)}\n".encode() + note


@cache
def shipped(name: str) -> bytes:
    """A file of this package that goes into every bundle."""
    return package_files("audit").joinpath(name).read_bytes()


def _line(event: Proven) -> bytes:
    row = event.row
    facts = {
        "position": row.position,
        "stream": row.stream,
        "version": row.version,
        "topic": row.topic,
        "previous": event.previous.hex(),
        "state": b64encode(row.state).decode(),
    }
    return json.dumps(facts, ensure_ascii=False).encode() + b"\n"


def _lines(hashes: Sequence[bytes]) -> str:
    return "".join(f"{b64encode(one).decode()}\n" for one in hashes)


def _manifest(contents: Contents, packed: Mapping[str, bytes]) -> bytes:
    """What is in the bundle, for people, and for whoever copies it."""
    checkpoint = Checkpoint.parse(Note.parse(contents.note).body)
    versions: dict[str, list[int]] = {}
    for event in contents.events:
        versions.setdefault(event.row.stream, []).append(event.row.version)
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "subject": contents.subject,
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "whole": {stream: len(found) for stream, found in versions.items() if stream in contents.whole},
        "excerpts": {stream: found for stream, found in versions.items() if stream not in contents.whole},
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
            for name, content in packed.items()
        },
    }
    return json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _zipped(packed: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(packed):
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.create_system, entry.external_attr = UNIX, READABLE_BY_ALL
            archive.writestr(entry, packed[name], zipfile.ZIP_STORED)
    return target.getvalue()
