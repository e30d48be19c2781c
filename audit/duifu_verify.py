"""duifu-verify: does this evidence bundle prove what it says? Asked offline, with keys that you already have.

    python -I duifu-verify.py BUNDLE.zip --key LOG_KEY --witness WITNESS_KEY [--lang en] [--show]

It needs Python 3.9 or newer and the package `cryptography`; no server, and nothing else of Duifu. A bundle holds
events as they were stored, and for each the hashes that lead to one root over the whole ledger. The ledger's key, and
those of witnesses outside the office, have signed that root. If every line says ✓, these events stood in the ledger at
these positions, byte for byte, when it was signed, and each stream of which it is said runs from version 1 to the
version named without a gap. What no bundle can prove: that what was recorded is true, and that a stream has no later
event: later ones may have been left out.

Read it from top to bottom: each section is one question, and section 9 asks them in order. What is printed about an
event is read from the signed bytes. docs/evidence-bundle.md says the same for who writes another verifier.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
import struct
import sys
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PROVEN, WRONG_USAGE, BROKEN = 0, 2, 3  # exit codes

# --- 1. How findings are kept: every claim holds or does not, and is said in Chinese and in English ---------------


# What a terminal would obey: C0, DEL and C1 (ECMA-48), line separators, and what turns the direction of writing.
OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """One line as it may be printed: evidence can hold anything, such as a line that looks like one of ours."""
    return OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class Broken(Exception):
    """A claim that does not hold, so that nothing that rests on it can be judged: in Chinese and in English."""


class Finding(NamedTuple):
    """One line of the answer. `holds` is None for a remark; `position` is an event's place in the ledger."""

    holds: bool | None
    position: int | None
    zh: str
    en: str


class Report:
    """All findings, in the order in which they were made."""

    def __init__(self) -> None:
        self.subject = ""
        self.findings: list[Finding] = []
        self.failed: set[int] = set()  # positions of events of which a claim does not hold
        self.events: list[dict[str, Any]] = []  # what the signed bytes say

    def claim(self, holds: bool | None, zh: str, en: str, position: int | None = None) -> None:
        """Keep a claim, whether it holds or not."""
        self.findings.append(Finding(holds, position, harmless(zh), harmless(en)))
        if holds is False and position is not None:
            self.failed.add(position)

    def must(self, holds: bool, zh: str, en: str, position: int | None = None) -> None:
        """Keep a claim only if it does not hold."""
        if not holds:
            self.claim(False, zh, en, position)

    @contextmanager
    def question(self, position: int | None = None) -> Iterator[None]:
        """Ask one question; if it cannot be answered, say why and go on with the next."""
        try:
            yield
        except Broken as broken:
            self.claim(False, broken.args[0], broken.args[1], position)

    def failures(self) -> int:
        """How many claims do not hold."""
        return sum(finding.holds is False for finding in self.findings)


def must(holds: bool, zh: str, en: str) -> None:
    """Go on only if this claim holds."""
    if not holds:
        raise Broken(zh, en)


# --- 2. Is it a bundle? One uncompressed ZIP with known names, each once: no bombs, no paths, nothing to unpack ---

BUNDLE_BYTES_MAX = 256 * 1024 * 1024
NUMBER = "[1-9][0-9]{0,18}"
NAMES = re.compile(
    r"manifest\.json|checkpoint|events\.jsonl|schema\.binpb|README\.txt|duifu-verify\.py|temporal/history\.json"
    rf"|proofs/{NUMBER}\.tlog-proof|consistency/{NUMBER}\.txt|programmes/[0-9a-f]{{64}}\.yaml"
)
ZIP_ERRORS = (zipfile.BadZipFile, struct.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError)


def unpack(content: bytes) -> dict[str, bytes]:
    """The files of a bundle by name."""
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            must(sum(e.file_size for e in entries) < len(content), "包内文件大小相符", "the sizes in the ZIP fit")
            for entry in entries:
                name = entry.filename
                must(bool(NAMES.fullmatch(name)), f"{name!a} 属于证据包", f"{name!a} belongs in a bundle")
                must(name not in files, f"{name} 只有一份", f"{name} is there once")
                is_plain = entry.compress_type == zipfile.ZIP_STORED and not entry.flag_bits & 1
                must(is_plain, f"{name} 未压缩未加密", f"{name} is neither compressed nor encrypted")
                files[name] = archive.read(entry)
    except ZIP_ERRORS as error:
        raise Broken(f"ZIP 文件完好（{error}）", f"the ZIP file is sound ({error})") from None
    return files


def file_of(files: dict[str, bytes], name: str) -> bytes:
    """One file that must be there."""
    must(name in files, f"包内有 {name}", f"{name} is in the bundle")
    return files[name]


def read_json(name: str, content: bytes, kinds: dict[str, type]) -> dict[str, Any]:
    """A JSON object in UTF-8 with exactly these keys, each once and of this kind."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError("one key twice")
        return dict(pairs)

    try:
        value = json.loads(content.decode(), object_pairs_hook=once)
        json.dumps(value, ensure_ascii=False).encode()  # half a character, written "\\ud800", is none
    except (ValueError, RecursionError) as error:
        raise Broken(f"{name} 可以读取（{error}）", f"{name} can be read ({error})") from None
    is_so = isinstance(value, dict) and {key: type(inner) for key, inner in value.items()} == kinds
    must(is_so, f"{name} 应当正好有 {', '.join(kinds)}", f"{name} must have exactly {', '.join(kinds)}")
    return dict(value)


# --- 3. Is it what was packed? The manifest lists every file. It is not signed: it shows damage, and proves nothing

FORMAT = "duifu-bundle-1"
MANIFEST = {"format": str, "subject": str, "origin": str, "size": int, "whole": dict, "excerpts": dict, "files": dict}


def read_manifest(files: dict[str, bytes], report: Report) -> dict[str, Any]:
    """What the bundle says of itself, compared with its files in both directions."""
    manifest = read_json("manifest.json", file_of(files, "manifest.json"), MANIFEST)
    must(manifest["format"] == FORMAT, f"包的格式是 {FORMAT}", f"the bundle has the format {FORMAT}")
    digests = {name: {"sha256": sha256(content).hex(), "size": len(content)} for name, content in files.items()}
    del digests["manifest.json"]
    for name in sorted(digests.keys() | manifest["files"].keys()):
        is_same = manifest["files"].get(name) == digests.get(name)
        report.must(is_same, f"{name!a} 与清单相符", f"{name!a} is as the manifest lists it")
    report.subject = manifest["subject"]
    return manifest


# --- 4. Who signed? (c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature; RFC 8032) ---------

LOG, WITNESS = 0x01, 0x04  # kinds of keys: Ed25519, and Ed25519 with the time of signing
VKEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")
SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)")
SCHEMA = re.compile("schema sha256:([0-9a-f]{64})")
HASH_BYTES = 32


class Key(NamedTuple):
    """A public key. Its owner hands it over as name+id+base64(kind || public); the id is derived from the rest."""

    name: str
    id: bytes
    kind: int
    public: bytes


class Checkpoint(NamedTuple):
    """What the log signed: its name, how many events it had, the root over them, the schema that they are read by."""

    origin: str
    size: int
    root: bytes
    schema_sha256: str


def sha256(content: bytes) -> bytes:
    """SHA-256, the only hash here."""
    return hashlib.sha256(content).digest()


def base64(text: str) -> bytes:
    """Base64 in its one canonical spelling. (RFC 4648, section 4)"""
    try:
        content = b64decode(text, validate=True)
    except ValueError:
        content = b""
    must(
        b64encode(content).decode() == text,
        f"须为规范的 base64：{text[:60]!a}",
        f"must be canonical base64: {text[:60]!a}",
    )
    return content


def parse_key(text: str, kind: int) -> Key:
    """A key as handed over; a slip of the pen shows in its id."""
    found = VKEY.fullmatch(text)
    content = base64(found[3]) if found else b""
    what = {LOG: "账本公钥 · a log's public key", WITNESS: "见证方公钥 · a witness's public key"}[kind]
    is_one = found is not None and content[:1] == bytes([kind]) and len(content) == 1 + HASH_BYTES
    name, key_id = (found[1], sha256(found[1].encode() + b"\n" + content)[:4]) if found else ("", b"")
    is_one = is_one and found is not None and found[2] == key_id.hex()
    must(is_one, f"不是{what}", f"{text[:80]!a}")
    return Key(name, key_id, kind, content[1:])


def split_note(note: bytes) -> tuple[str, list[str]]:
    """A signed text with its final newline, and the lines of signatures after the last empty line."""
    text, blank, lines = note.decode("utf-8", "replace").rpartition("\n\n")
    is_note = blank and lines.endswith("\n") and not re.search("[\x00-\x09\x0b-\x1f\ufffd]", text + lines)
    must(bool(is_note), "检查点是签名文本", "the checkpoint is a signed note")
    return text + "\n", lines[:-1].split("\n")


def signed_at(note: bytes, keys: Sequence[Key]) -> dict[Key, int]:
    """Which of `keys` signed; a witness's also says when. Signatures of others are ignored, wrong ones are not."""
    text, lines = split_note(note)
    times: dict[Key, int] = {}
    for line in lines:
        found = SIGNATURE.fullmatch(line)
        content = base64(found[2]) if found else b""
        must(len(content) > 4, f"是签名行：{line[:80]!a}", f"is a line of a signature: {line[:80]!a}")
        for key in keys:
            if found is None or (key.name, key.id) != (found[1], content[:4]):
                continue
            must(key not in times, f"{key.name} 只签名一次", f"{key.name} signed once")
            stamp = content[4:12] if key.kind == WITNESS else b""
            times[key] = int.from_bytes(stamp, "big")
            message = (f"cosignature/v1\ntime {times[key]}\n" if stamp else "") + text
            try:
                signature = content[4 + len(stamp) :]
                Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message.encode())
            except InvalidSignature:
                raise Broken(f"{key.name} 的签名与检查点相符", f"the signature of {key.name} fits") from None
    return times


def read_checkpoint(note: bytes, log: Key) -> Checkpoint:
    """The checkpoint, if the log signed it; before that, no word of it counts."""
    must(log in signed_at(note, [log]), f"检查点有 {log.name} 的签名", f"the checkpoint is signed by {log.name}")
    lines = split_note(note)[0][:-1].split("\n")
    is_one = len(lines) == 4 and lines[0] == log.name and re.fullmatch(NUMBER, lines[1]) and SCHEMA.fullmatch(lines[3])
    must(bool(is_one), "签名文本是该账本的检查点", "the signed text is a checkpoint of that log")
    root = base64(lines[2])
    must(len(root) == HASH_BYTES, "检查点的根是 SHA-256", "the checkpoint's root is a SHA-256")
    return Checkpoint(lines[0], int(lines[1]), root, lines[3][-64:])


def must_be_witnessed(note: bytes, witnesses: Sequence[Key], quorum: int, report: Report) -> None:
    """Enough of the witnesses saw this checkpoint, so that nobody can be shown another ledger."""
    times = signed_at(note, witnesses)
    for witness, seconds in times.items():
        report.claim(True, f"{witness.name} 于 {beijing(seconds)} 见证", f"{witness.name} saw it at {beijing(seconds)}")
    absent = ", ".join(witness.name for witness in witnesses if witness not in times)
    en = f"at least {quorum} witnesses signed: {len(times)} did, not {absent}"
    report.must(len(times) >= quorum, f"至少 {quorum} 方见证：有 {len(times)} 方，缺 {absent}", en)
    if not witnesses:
        en = "no witness was asked for: a log that shows others another history would go unnoticed"
        report.claim(None, "未指定见证方：账本若对他人出示另一份历史，无从发现", en)


def beijing(seconds: int) -> str:
    """A moment on China's clocks."""
    try:
        return datetime.fromtimestamp(seconds, timezone(timedelta(hours=8))).isoformat(" ")
    except (OverflowError, ValueError, OSError):
        return f"{seconds} s"


# --- 5. Is each event in the ledger? (RFC 6962, section 2.1; RFC 9162, section 2.1; c2sp.org/tlog-proof) -----------


class Event(NamedTuple):
    """One event as stored. `previous` is the leaf of the event before it in its stream, 32 zero bytes at the first."""

    position: int  # in the ledger, from 1
    stream: str
    version: int  # in its stream, from 1
    topic: str
    previous: bytes
    state: bytes

    def leaf(self) -> bytes:
        """The event's leaf in the tree: with another byte, name, number or predecessor it would be another leaf."""
        stream, topic = self.stream.encode(), self.topic.encode()
        named = struct.pack(f">H{len(stream)}sQH", len(stream), stream, self.version, len(topic)) + topic
        return sha256(b"\x00" + b"ev1" + named + self.previous + sha256(self.state))


EVENT = {"position": int, "stream": str, "version": int, "topic": str, "previous": str, "state": str}


def read_events(content: bytes) -> list[Event]:
    """The events, in the order of the ledger."""
    events: list[Event] = []
    for number, line in enumerate(content.split(b"\n")[:-1], 1):
        name = f"events.jsonl:{number}"
        row = read_json(name, line, EVENT)
        is_one = 0 < row["version"] < 2**63 and max(len(row["stream"]), len(row["topic"])) < 10_000
        is_one = is_one and bool(re.fullmatch("[0-9a-f]{64}", row["previous"]))
        in_order = row["position"] > (events[-1].position if events else 0)
        must(is_one and in_order, f"{name} 是按位置排列的事件", f"{name} is an event, in the order of positions")
        events.append(Event(**{**row, "previous": bytes.fromhex(row["previous"]), "state": base64(row["state"])}))
    must(content.endswith(b"\n"), "events.jsonl 以换行结束", "events.jsonl ends in a newline")
    return events


def climb(at: int, last: int, old: bytes, new: bytes, hashes: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The roots that a proof leads to, of the tree as it was and as it is; `at` and `last` are places in one level.

    RFC 9162, sections 2.1.3.2 (where only the new root counts) and 2.1.4.2.
    """
    for sibling in hashes:
        must(last > 0 and len(sibling) == HASH_BYTES, "证明中的散列不多", "the proof has no hash too many")
        if at % 2 or at == last:
            old, new = sha256(b"\x01" + sibling + old), sha256(b"\x01" + sibling + new)
            while at and at % 2 == 0:
                at, last = at // 2, last // 2
        else:
            new = sha256(b"\x01" + new + sibling)
        at, last = at // 2, last // 2
    must(last == 0, "证明中的散列不少", "the proof has no hash too few")
    return old, new


def read_hashes(lines: Sequence[str], first: Sequence[str]) -> list[bytes]:
    """The hashes of a proof that must begin with these lines."""
    must(list(lines[: len(first)]) == list(first), f"证明以 {first} 开头", f"the proof begins with {first}")
    return [base64(line) for line in lines[len(first) :]]


def must_be_included(event: Event, proof: bytes, note: bytes, checkpoint: Checkpoint) -> None:
    """The proof leads from the event's leaf, at the event's place, to the signed root."""
    head, _, attached = proof.partition(b"\n\n")
    lines = head.decode("utf-8", "replace").split("\n")
    hashes = read_hashes(lines, ["c2sp.org/tlog-proof@v1", f"index {event.position - 1}"])
    must(attached == note, "证明所附即本包的检查点", "the proof is for the bundle's checkpoint")
    covered = event.position <= checkpoint.size
    must(covered, f"检查点只到位置 {checkpoint.size}", f"the checkpoint covers positions up to {checkpoint.size}")
    _, root = climb(event.position - 1, checkpoint.size - 1, b"", event.leaf(), hashes)
    must(root == checkpoint.root, "事件连同证明导出已签署的根", "event and proof lead to the signed root")


def must_extend(note: bytes, log: Key, now: Checkpoint, files: dict[str, bytes]) -> None:
    """The ledger still begins with the one under the checkpoint that you kept."""
    try:
        kept = read_checkpoint(note, log)
    except Broken as broken:
        raise Broken(f"您保存的检查点：{broken.args[0]}", f"the one you kept: {broken.args[1]}") from None
    must(kept.size <= now.size, "本包不早于您保存的检查点", "the bundle is not older than the checkpoint you kept")
    old, new = kept.root, kept.root
    if kept.size < now.size:
        name = f"consistency/{kept.size}.txt"
        zh = f"包内有 {name}（用 --since-checkpoint 导出）"
        must(name in files, zh, f"{name} is in the bundle (exported with --since-checkpoint)")
        lines = files[name].partition(b"\n\n")[0].decode("utf-8", "replace").split("\n")
        hashes = read_hashes(lines, [f"old {kept.size}"])
        must(bool(hashes), f"{name} 有散列", f"{name} has hashes")
        at, last = kept.size - 1, now.size - 1
        while at % 2:
            at, last = at // 2, last // 2
        first = kept.root if at == 0 else hashes.pop(0)
        old, new = climb(at, last, first, first, hashes)
    zh = f"账本仍以您保存的前 {kept.size} 条记录开头"
    en = f"the ledger still begins with the {kept.size} events under the checkpoint you kept"
    must((old, new) == (kept.root, now.root), zh, en)


# --- 6. Does each stream hang together? ---------------------------------------------------------------------------


def must_be_a_chain(stream: str, events: Sequence[Event], manifest: dict[str, Any], report: Report) -> None:
    """Versions rise with positions, each event names the one before it; from version 1 on there is no gap."""
    earlier: Event | None = None
    for event in events:
        follows = event.version > (earlier.version if earlier else 0)
        if event.version == 1:
            follows = follows and event.previous == bytes(HASH_BYTES)
        elif earlier and event.version == earlier.version + 1:
            follows = follows and event.previous == earlier.leaf()
        zh = f"{stream} 版本 {event.version} 承接前一版本"
        report.must(follows, zh, f"version {event.version} of {stream} follows the one before it", event.position)
        earlier = event
    versions, last = [event.version for event in events], events[-1].position if events else 0
    if stream in manifest["whole"]:
        count = manifest["whole"][stream]
        is_whole = versions == list(range(1, len(versions) + 1)) and len(versions) == count and count > 0
        zh = f"{stream} 从版本 1 至 {count} 连续，末位置 {last}；其后是否还有事件，不能由证据包证明"
        en = f"{stream} runs from version 1 to {count} without a gap, the last at position {last}; whether later ones "
        report.claim(is_whole, zh, en + "exist, a bundle cannot show")
    else:
        is_listed = manifest["excerpts"].get(stream) == versions
        zh = f"{stream} 的版本 {versions} 与清单相符"
        report.must(is_listed, zh, f"the versions {versions} of {stream} are those that the manifest lists")


# --- 7. What do the bytes say? (protobuf.dev/programming-guides/encoding, and google/protobuf/descriptor.proto) ----

BOOL, STRING, MESSAGE, BYTES, ENUM = 8, 9, 11, 12, 14  # FieldDescriptorProto.Type; the others here are numbers
ENVELOPE, KINDS, TIMESTAMP = ".duifu.v1.Envelope", ".duifu.v1.Event", ".google.protobuf.Timestamp"
PERSONAL = 50101  # the option (duifu.v1.personal) of a field
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


class Field(NamedTuple):
    """One field of a message, as the schema describes it."""

    name: str
    kind: int
    is_repeated: bool
    type_name: str  # of a message or an enum
    is_personal: bool  # marked (duifu.v1.personal): printed masked


def wire(content: bytes) -> Iterator[tuple[int, Any]]:
    """The numbered fields of an encoded message as they stand: int for numbers, bytes for everything else."""
    at = 0
    while at < len(content):
        tag, at = varint(content, at)
        if tag & 7 == 0:
            value, at = varint(content, at)
            yield tag >> 3, signed(value)
            continue
        size, at = varint(content, at) if tag & 7 == 2 else ({1: 8, 5: 4}[tag & 7], at)
        at += size
        if at > len(content):
            raise ValueError("a field does not end")
        yield tag >> 3, content[at - size : at]


def packed(content: bytes) -> Iterator[int]:
    """Numbers of one field, written one after the other."""
    at = 0
    while at < len(content):
        value, at = varint(content, at)
        yield signed(value)


def signed(value: int) -> int:
    """A number below zero is written as its two's complement in 64 bits."""
    return value if value < 2**63 else value - 2**64


def varint(content: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, its lowest seven bits first, and where the next byte is."""
    value, shift = content[at], 0
    if value < 0x80:
        return value, at + 1
    value = 0
    while content[at] >= 0x80 and shift < 63:
        value |= (content[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return (value | content[at] << shift) & (2**64 - 1), at + 1


class Schema:
    """The messages that events are made of, from a FileDescriptorSet; each field is read when it is first met."""

    def __init__(self, descriptor_set: bytes, is_masking: bool = True):
        self._is_masking = is_masking
        self._raw: dict[str, bytes] = {}
        self._parts: dict[str, dict[int, bytes]] = {}
        self.fields: dict[tuple[str, int], Field] = {}  # by message and number, as far as they were met
        for _, file in wire(descriptor_set):
            parts = list(wire(file))  # FileDescriptorProto: 2 package, 4 messages, 5 enums
            package = next((value.decode() for number, value in parts if number == 2), "")
            self._keep(f".{package}", [raw for number, raw in parts if number in (4, 5)])

    def _keep(self, scope: str, described: Sequence[bytes]) -> None:
        for raw in described:
            self._raw[f"{scope}.{next(wire(raw))[1].decode()}"] = raw  # a name stands first

    def _described(self, name: str, key: int) -> dict[int, bytes]:
        """The fields of a message or the values of an enum, both of which have the number 2, by their own numbers."""
        if name not in self._raw:
            outer = name.rpartition(".")[0]  # DescriptorProto: 3 messages inside, 4 enums inside
            self._keep(outer, [raw for number, raw in wire(self._raw[outer]) if number in (3, 4)])
        if name not in self._parts:
            parts = [raw for number, raw in wire(self._raw[name]) if number == 2]
            self._parts[name] = {next((value for n, value in wire(raw) if n == key), 0): raw for raw in parts}
        return self._parts[name]

    def field(self, message: str, number: int) -> Field:
        """One field. (FieldDescriptorProto: 1 name, 3 number, 4 label, 5 type, 6 type name, 8 options)"""
        if (message, number) not in self.fields:
            raw = self._described(message, 3).get(number)
            if raw is None:  # of a newer schema
                return Field(f"field {number}", BYTES, True, "", False)
            one = dict(wire(raw))
            is_personal = PERSONAL in dict(wire(one.get(8, b"")))
            found = Field(one[1].decode(), one[5], one[4] == 3, one.get(6, b"").decode(), is_personal)
            self.fields[message, number] = found
        return self.fields[message, number]

    def decode(self, message: str, content: bytes) -> Any:
        """What the bytes say, by the names of the schema. What two parsers could read differently is refused."""
        found: dict[str, Any] = {}
        for number, raw in wire(content):
            field = self.field(message, number)
            if field.is_repeated and isinstance(raw, bytes) and field.kind not in (STRING, MESSAGE, BYTES):
                found.setdefault(field.name, []).extend(self._value(field, one) for one in packed(raw))
                continue
            value = self._value(field, raw)
            if field.is_repeated:
                found.setdefault(field.name, []).extend(value if isinstance(value, list) else [value])
            elif field.name in found:
                raise ValueError(f"{field.name} stands twice")
            else:
                found[field.name] = f"****{value[-4:]}" if field.is_personal and self._is_masking else value
        return beijing(found.get("seconds", 0)) if message == TIMESTAMP else found

    def _value(self, field: Field, raw: Any) -> Any:
        if isinstance(raw, bytes) != (field.kind in (STRING, MESSAGE, BYTES)):
            raise ValueError(f"{field.name} is encoded as something else")
        if isinstance(raw, bytes):
            if field.kind == MESSAGE:
                return self.decode(field.type_name, raw)
            return raw.decode() if field.kind == STRING else b64encode(raw).decode()
        if field.kind == ENUM:
            value = self._described(field.type_name, 2).get(raw)  # EnumValueDescriptorProto: 1 name, 2 number
            return dict(wire(value))[1].decode() if value else raw
        return bool(raw) if field.kind == BOOL else raw


def read_state(schema: Schema, event: Event) -> dict[str, Any]:
    """The envelope of an event; the event inside must be of the kind that the topic says."""
    try:
        envelope: dict[str, Any] = schema.decode(ENVELOPE, event.state)
        types = {field.name: field.type_name for (message, _), field in schema.fields.items() if message == KINDS}
        inside = [types.get(name, name) for name in envelope.get("event", {})]
    except UNREADABLE as error:
        raise Broken(f"事件字节可按消息结构读取（{error}）", f"the schema can read the event ({error})") from None
    is_it = inside == [f".{event.topic}"]
    must(is_it, f"主题 {event.topic} 即内容 {inside}", f"the topic {event.topic} is what is inside, {inside}")
    return envelope


# --- 8. What do the events name? Programme editions, materials, workflows -----------------------------------------


TITLES = ("title", "contract_number", "number", "proof_number", "receipt_number", "check")


def digests(value: Any) -> Iterator[tuple[Any, str, str]]:
    """Every digest in a decoded event: the name of its field, the digest, and what the message around it is called."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, (dict, list)):
            yield from digests(inner)
        elif inner and (key == "sha256" or str(key).endswith("_sha256")):
            yield key, inner, next((str(value[title]) for title in TITLES if value.get(title)), "")


def must_have_editions(files: dict[str, bytes], report: Report) -> None:
    """Every programme edition that an event names is in the bundle unchanged, and no other is."""
    named = [(key, digest) for event in report.events for key, digest, _ in digests(event["state"])]
    wanted = {digest for key, digest in named if key == "edition_sha256"}
    packed = {name[11:75] for name in files if name.startswith("programmes/")}
    for digest in sorted(wanted | packed):
        is_it = digest in wanted and sha256(files.get(f"programmes/{digest}.yaml", b"")).hex() == digest
        zh = f"政策版本 {digest!a} 为事件所依，在包内且未改动"
        report.claim(is_it, zh, f"the programme edition {digest!a} is what events name, and is here unchanged")


def list_materials(folder: Path | None, report: Report) -> None:
    """The materials, answers and letters whose digests events hold; files at hand are compared with them."""
    named: dict[str, int] = {}
    for event in report.events:
        for key, digest, title in digests(event["state"]):
            if key not in ("edition_sha256", "request_sha256", "hmac_sha256") and digest not in named:
                named[digest] = event["position"]
                report.claim(None, f"所记材料 {digest} {title}", f"names sha256 {digest} {title}", event["position"])
    for path in sorted(path for path in folder.rglob("*") if path.is_file()) if folder else ():
        position = named.get(sha256(path.read_bytes()).hex())
        zh = f"{path.name} 是事件所记材料，未改动"
        report.claim(position is not None, zh, f"{path.name} is a material that an event names, unchanged", position)


def must_be_the_workflow(content: bytes, report: Report) -> None:
    """The Temporal history is of a run that events name as their cause. Its content is Temporal's word alone."""
    history = read_json("temporal/history.json", content, {"events": list})
    try:
        started = history["events"][0]["workflowExecutionStartedEventAttributes"]
        resets = [event.get("workflowTaskFailedEventAttributes", {}) for event in history["events"]]
        workflow = started["workflowId"]
        first = started["originalExecutionRunId"]
        named = [first, *(reset.get("newRunId") for reset in resets)]
    except (KeyError, IndexError, TypeError, AttributeError):
        raise Broken("Temporal 历史可以读取", "the Temporal history can be read") from None
    is_named = all(isinstance(text, str) and text for text in (workflow, first))
    must(is_named, "Temporal 历史写明工作流和运行", "the Temporal history names a workflow and a run")
    runs = {run for run in named if isinstance(run, str) and run}  # an event without a cause names none
    causes = [event["state"].get("cause", {}) for event in report.events]
    count = sum(cause.get("workflow_id") == workflow and cause.get("run_id") in runs for cause in causes)
    zh = f"Temporal 历史属于引起事件的运行（{workflow!a}，{count} 个事件）"
    report.claim(count > 0, zh, f"the Temporal history is of a run that events name ({workflow!a}, {count} events)")


# --- 9. The verification: all questions in order ------------------------------------------------------------------


class Pins(NamedTuple):
    """What you bring yourself: keys, and perhaps a checkpoint and files. Nothing in a bundle can replace them."""

    log: Key
    witnesses: Sequence[Key] = ()
    quorum: int = 0
    kept: bytes | None = None
    materials: Path | None = None
    is_masking: bool = True


def verify(content: bytes, pins: Pins) -> Report:
    """Everything that can be asked of a bundle."""
    report = Report()
    with report.question():
        files = unpack(content)
        manifest = read_manifest(files, report)
        note = file_of(files, "checkpoint")
        checkpoint = read_checkpoint(note, pins.log)
        en = f"{pins.log.name} signed that its first {checkpoint.size} events have the root {checkpoint.root.hex()}"
        zh = f"{pins.log.name} 签署：前 {checkpoint.size} 条记录的根为 {checkpoint.root.hex()}"
        report.claim(True, zh, en)
        is_of_it = (manifest["origin"], manifest["size"]) == checkpoint[:2]
        report.must(is_of_it, "清单所述即该检查点", "the manifest is about this checkpoint")
        with report.question():
            must_be_witnessed(note, pins.witnesses, pins.quorum, report)
        with report.question():
            if pins.kept is not None:
                must_extend(pins.kept, pins.log, checkpoint, files)
                report.claim(True, "账本仍以您保存的检查点开头", "the ledger still begins with the checkpoint you kept")
        events = read_events(file_of(files, "events.jsonl"))
        must_be_proven(events, note, checkpoint, files, report)
        must_hang_together(events, manifest, report)
        schema = file_of(files, "schema.binpb")
        is_signed = sha256(schema).hex() == checkpoint.schema_sha256
        report.claim(is_signed, "消息结构即检查点所签", "the schema is the one that the checkpoint names")
        if is_signed:
            read_what_was_signed(schema, pins.is_masking, events, report)
            must_have_editions(files, report)
            list_materials(pins.materials, report)
            with report.question():
                if "temporal/history.json" in files:
                    must_be_the_workflow(files["temporal/history.json"], report)
        zh = "账本不为 README.txt、duifu-verify.py、temporal/ 作证；事件流在末位置之后是否还有事件，不能由证据包证明"
        en = "the ledger does not vouch for README.txt, duifu-verify.py and temporal/; a stream may have later events: "
        report.claim(None, zh, en + "whether it does, a bundle cannot show")
    return report


def must_be_proven(
    events: Sequence[Event], note: bytes, checkpoint: Checkpoint, files: dict[str, bytes], report: Report
) -> None:
    """Each event has its proof, and each proof its event."""
    proofs = {f"proofs/{event.position}.tlog-proof": event for event in events}
    for name in sorted(name for name in files if name.startswith("proofs/") and name not in proofs):
        report.claim(False, f"{name} 有其事件", f"{name} has its event")
    for name, event in proofs.items():
        with report.question(event.position):
            must_be_included(event, file_of(files, name), note, checkpoint)


def must_hang_together(events: Sequence[Event], manifest: dict[str, Any], report: Report) -> None:
    """Every stream that is there or is listed; the bundle's own must be there from version 1 on."""
    streams: dict[str, list[Event]] = {name: [] for name in (*manifest["whole"], *manifest["excerpts"])}
    for event in events:
        streams.setdefault(event.stream, []).append(event)
    is_whole = manifest["subject"] in manifest["whole"]
    report.must(
        is_whole,
        "本包所涉事件流从版本 1 起列入",
        f"{manifest['subject']!a}, which it is about, is there from version 1",
    )
    for stream in sorted(streams):
        must_be_a_chain(stream, streams[stream], manifest, report)


def read_what_was_signed(content: bytes, is_masking: bool, events: Sequence[Event], report: Report) -> None:
    """One line for each event of which everything holds."""
    try:
        schema = Schema(content, is_masking)
    except UNREADABLE as error:
        raise Broken(f"消息结构可以读取（{error}）", f"the schema can be read ({error})") from None
    for event in events:
        with report.question(event.position):
            state = read_state(schema, event)
            report.events.append({**event._asdict(), "previous": event.previous.hex(), "state": state})
            actor = state.get("actor", {})
            line = f"{event.stream}#{event.version} {event.topic} {state.get('business_at', '')} "
            line += f"{actor.get('role', '')}:{actor.get('id', '')}"
            if event.position not in report.failed:
                report.claim(True, line, line, event.position)


# --- 10. The command line -----------------------------------------------------------------------------------------

NO_KEY = (
    "请用 --key 给出账本公钥：取自办理机关公布之处，切勿取自证据包 · "
    "name the log's public key with --key; take it from where the office publishes it, never from a bundle"
)


def keys(given: Sequence[str], kind: int) -> list[Key]:
    """Keys as given on the command line: each the key itself, or a file with one key on each line."""
    texts = [Path(text).read_text("utf-8") if Path(text).is_file() else text for text in given]
    lines = [line.strip() for text in texts for line in text.splitlines()]
    return [parse_key(line, kind) for line in lines if line and not line.startswith("#")]


def print_json(value: Any) -> None:
    """A value as JSON that means the same, and is harmless."""
    print("\n".join(map(harmless, json.dumps(value, ensure_ascii=False, indent=1).split("\n"))))


def print_report(report: Report, lang: str, is_full: bool) -> None:
    """The answer in words."""
    marks = {True: "✓", False: {"zh": "✗ 不成立：", "en": "✗ not so:"}[lang], None: "·"}
    for finding in report.findings:
        at = f"[{finding.position}] " if finding.position else ""
        print(f"{marks[finding.holds]} {at}{finding.zh if lang == 'zh' else finding.en}")
    for event in report.events if is_full else ():
        print_json(event)
    failures, count = report.failures(), len(report.events)
    zh = f"✗ 证据不成立：{failures} 处" if failures else f"✓ 证据成立：{report.subject}，{count} 个事件"
    en = f"✗ BROKEN: {failures} claims" if failures else f"✓ PROVEN: {report.subject}, {count} events"
    print(harmless(zh if lang == "zh" else en))


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask, print, and exit with 0 proven, 2 wrong usage, 3 broken."""
    parser = argparse.ArgumentParser("duifu-verify", description="核验兑付证据包 · Verify an evidence bundle of Duifu.")
    parser.add_argument("bundle", type=Path, help="证据包 · the bundle")
    parser.add_argument("--key", action="append", default=[], help="账本公钥或其文件 · the log's key, or a file of it")
    parser.add_argument("--witness", action="append", default=[], help="见证方公钥，可重复 · a witness's; repeatable")
    parser.add_argument("--quorum", type=int, help="须有几方见证 · witnesses needed; default: all that are given")
    parser.add_argument("--checkpoint", type=Path, help="您保存的检查点 · a checkpoint that you kept")
    parser.add_argument("--materials", type=Path, help="材料文件夹 · a folder of files to compare with the digests")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="语言 · language")
    parser.add_argument("--show", action="store_true", help="显示事件内容 · print what the events say")
    parser.add_argument("--unmasked", action="store_true", help="个人信息不打码 · print personal values in full")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 · print JSON")
    given = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # a terminal set up for another alphabet must not end the program
    try:
        logs, witnesses = keys(given.key, LOG), keys(given.witness, WITNESS)
        quorum = len(witnesses) if given.quorum is None else given.quorum
        must(len(logs) == 1, NO_KEY, "--key")
        is_one_each = len({key.public for key in logs + witnesses}) == len(logs + witnesses)
        must(is_one_each, "同一公钥给出两次", "one key is given twice")
        must(0 <= quorum <= len(witnesses), "见证数超过所给公钥", "--quorum is more than the witnesses given")
        must(given.bundle.stat().st_size <= BUNDLE_BYTES_MAX, "证据包过大", "the bundle is too large")
        kept = given.checkpoint.read_bytes() if given.checkpoint else None
        must(not given.materials or given.materials.is_dir(), "--materials 不是文件夹", "--materials is no folder")
        pins = Pins(logs[0], witnesses, quorum, kept, given.materials, is_masking=not given.unmasked)
        report = verify(given.bundle.read_bytes(), pins)
    except Broken as broken:
        parser.error(harmless(" · ".join(broken.args)))
    except (OSError, UnicodeDecodeError) as error:
        parser.error(str(error))
    if given.json:
        answer = {"proven": not report.failures(), "subject": report.subject, "events": report.events}
        answer["findings"] = [finding._asdict() for finding in report.findings]
        print_json(answer)
    else:
        print_report(report, given.lang, given.show)
    sys.exit(BROKEN if report.failures() else PROVEN)


if __name__ == "__main__":
    main()
