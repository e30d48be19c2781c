"""What somebody could do to a bundle who can change every file in it, and how the verifier names it."""

import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace as changed
from hashlib import sha256
from typing import Any

from proofs.notes import Cosigner, Note, Signer
from tests.audit.bundles import LOG, RUN, WITNESSED_AT_SECONDS, WITNESSES, Bundle, a_history
from tests.audit.histories import CLAIM

Tamper = Callable[[Bundle], object]
SUBJECT = f"case/{CLAIM}"


def rewritten(line: int, **fields: object) -> Tamper:
    """One event of events.jsonl says something else."""

    def tamper(bundle: Bundle) -> None:
        rows = bundle.rows
        rows[line] |= fields
        bundle.rows = rows

    return tamper


def replaced(name: str, old: bytes, new: bytes) -> Tamper:
    """Some bytes of a file are others; every file whose name fits."""

    def tamper(bundle: Bundle) -> None:
        names = [one for one in bundle if re.fullmatch(name, one)]
        assert any(old in bundle[one] for one in names)
        bundle.update({one: bundle[one].replace(old, new, 1) for one in names})

    return tamper


def checkpoint_line(number: int, text: str) -> Tamper:
    """A line of the checkpoint is another, in the bundle and in every proof."""

    def tamper(bundle: Bundle) -> None:
        lines = bundle["checkpoint"].decode().split("\n")
        lines[number] = text
        with_checkpoint("\n".join(lines).encode())(bundle)

    return tamper


def with_checkpoint(note: bytes) -> Tamper:
    """Another checkpoint, in the bundle and in every proof."""

    def tamper(bundle: Bundle) -> None:
        for name, content in bundle.items():
            bundle[name] = content.replace(bundle["checkpoint"], note) if name.startswith("proofs/") else content
        bundle["checkpoint"] = note

    return tamper


def note_of(bundle: Bundle) -> Note:
    return Note.parse(bundle["checkpoint"])


def signed_by(*signers: Signer | Cosigner) -> Tamper:
    """The same checkpoint, signed by these alone."""

    def tamper(bundle: Bundle) -> None:
        note = changed(note_of(bundle), signatures=())
        for signer in signers:
            if isinstance(signer, Signer):
                note = note.signed(signer.sign(note.body))
            else:
                note = note.signed(signer.cosign(note.body, WITNESSED_AT_SECONDS))
        with_checkpoint(note.text().encode())(bundle)

    return tamper


def resigned(bundle: Bundle) -> None:
    """The log's own key signs something else, which witnesses have not seen."""
    body = note_of(bundle).body.replace("schema sha256:", "schema sha256:ab")
    with_checkpoint(Note(body, (LOG.sign(body),)).text().encode())(bundle)


def signed_with_a_schema_that_is_none(bundle: Bundle) -> None:
    """The log's own key names a schema that nobody can read."""
    bundle["schema.binpb"] = b"\x0a\xff"
    origin, size, root, _, _ = note_of(bundle).body.split("\n")
    body = f"{origin}\n{size}\n{root}\nschema sha256:{sha256(bundle['schema.binpb']).hexdigest()}\n"
    with_checkpoint(Note(body, (LOG.sign(body),)).text().encode())(bundle)


def signed_without_a_root(bundle: Bundle) -> None:
    """The log's own key signs a root that is none."""
    origin, size, _, line, _ = note_of(bundle).body.split("\n")
    body = f"{origin}\n{size}\nYWJj\n{line}\n"
    with_checkpoint(Note(body, (LOG.sign(body),)).text().encode())(bundle)


def signed_twice(bundle: Bundle) -> None:
    """The log's line stands there twice, and is right."""
    note = note_of(bundle)
    with_checkpoint(f"{note.text()}{LOG.sign(note.body).text()}\n".encode())(bundle)


def swapped(bundle: Bundle) -> None:
    rows = bundle.rows
    rows[3]["state"], rows[4]["state"] = rows[4]["state"], rows[3]["state"]
    rows[3]["topic"], rows[4]["topic"] = rows[4]["topic"], rows[3]["topic"]
    bundle.rows = rows


def swapped_places(bundle: Bundle) -> None:
    rows = bundle.rows
    rows[3]["position"], rows[4]["position"] = rows[4]["position"], rows[3]["position"]
    bundle.rows = [*rows[:3], rows[4], rows[3], *rows[5:]]


def moved_to(position: int) -> Tamper:
    """The last event stands elsewhere, and so does its proof."""

    def tamper(bundle: Bundle) -> None:
        rows = bundle.rows
        old = int(str(rows[-1]["position"]))
        proof = bundle.pop(f"proofs/{old}.tlog-proof")
        bundle[f"proofs/{position}.tlog-proof"] = proof.replace(
            b"index %d\n" % (old - 1), b"index %d\n" % (position - 1)
        )
        bundle.rows = [*rows[:-1], {**rows[-1], "position": position}]

    return tamper


def twice(**fields: object) -> Tamper:
    """The third event stands there twice, the first time perhaps with something else in it."""

    def tamper(bundle: Bundle) -> None:
        rows = bundle.rows
        bundle.rows = [*rows[:2], {**rows[2], **fields}, *rows[2:]]

    return tamper


def dropped(version: int) -> Tamper:
    """An event of the case is gone, and its proof."""

    def tamper(bundle: Bundle) -> None:
        (gone,) = [row for row in bundle.rows if (row["stream"], row["version"]) == (SUBJECT, version)]
        bundle.rows = [row for row in bundle.rows if row != gone]
        del bundle[f"proofs/{gone['position']}.tlog-proof"]

    return tamper


def added(bundle: Bundle) -> None:
    """One more event of the case, with the proof of another."""
    rows = bundle.rows
    last = [row for row in rows if row["stream"] == SUBJECT][-1]
    new: dict[str, Any] = {**last, "position": 5000, "version": int(str(last["version"])) + 1}
    bundle.rows = [*rows, new]
    bundle["proofs/5000.tlog-proof"] = bundle[f"proofs/{last['position']}.tlog-proof"]


def other_size(bundle: Bundle) -> None:
    """The manifest is about a smaller ledger."""
    manifest = json.loads(bundle["manifest.json"])
    bundle["manifest.json"] = json.dumps(manifest | {"size": manifest["size"] - 1}).encode()


def proof_lines(change: Callable[[list[str]], object]) -> Tamper:
    """The proof of the third event is another."""

    def tamper(bundle: Bundle) -> None:
        name = "proofs/3.tlog-proof"
        head, blank, note = bundle[name].decode().partition("\n\n")
        lines = head.split("\n")
        change(lines)
        bundle[name] = ("\n".join(lines) + blank + note).encode()

    return tamper


ANOTHER_HASH = b64encode(b"x" * 32).decode()
OTHER_LOG = Signer("duifu.example/log", b"o" * 32)
OTHER_WITNESS = Cosigner(WITNESSES[1].name, b"o" * 32)
NO_ROOT = "event and proof lead to the signed root"
UNSIGNED = "the checkpoint is signed by duifu.example/log"
SPOILT = "the signature of duifu.example/log fits"

#: What is changed, and what the verifier says and at which position.
FORGERIES: dict[str, tuple[Tamper, int | None, str]] = {
    "a stream's name": (rewritten(2, stream="case/bj-claim-2024-000009"), 3, NO_ROOT),
    "a version": (rewritten(2, version=7), 3, NO_ROOT),
    "a topic": (rewritten(2, topic="duifu.v1.CaseClosed"), 3, NO_ROOT),
    "a previous leaf": (rewritten(2, previous="ab" * 32), 3, NO_ROOT),
    "an event's bytes": (rewritten(2, state=b64encode(b"\x0a\x00").decode()), 3, NO_ROOT),
    "a position": (rewritten(-1, position=4000), 4000, "proofs/4000.tlog-proof is in the bundle"),
    "a position beyond the checkpoint": (
        moved_to(4000),
        4000,
        "the checkpoint covers positions up to …",
    ),
    "two events swapped": (swapped, 4, NO_ROOT),
    "two places swapped": (swapped_places, 4, NO_ROOT),
    "first event dropped": (dropped(1), None, f"{SUBJECT} runs from version 1 to 15 without a gap, …"),
    "event dropped from the middle": (
        dropped(5),
        None,
        f"{SUBJECT} runs from version 1 to 15 without a gap, …",
    ),
    "event added": (added, 5000, "the proof begins with …"),
    "a proof's hash changed": (proof_lines(lambda lines: lines.__setitem__(2, ANOTHER_HASH)), 3, NO_ROOT),
    "a proof's hash missing": (proof_lines(list.pop), 3, "the proof has no hash too few"),
    "a proof's hash too many": (
        proof_lines(lambda lines: lines.append(ANOTHER_HASH)),
        3,
        "the proof has no hash too many",
    ),
    "a proof's hash cut": (
        proof_lines(lambda lines: lines.__setitem__(2, "YWJj")),
        3,
        "the proof has no hash too many",
    ),
    "a proof's hash spelt otherwise": (
        proof_lines(lambda lines: lines.__setitem__(2, lines[2].replace("=", "") + "=" * 2)),
        3,
        "must be canonical base64: …",
    ),
    "a proof's index": (
        proof_lines(lambda lines: lines.__setitem__(1, "index 3")),
        3,
        "the proof begins with …",
    ),
    "a proof's form": (proof_lines(lambda lines: lines.pop(0)), 3, "the proof begins with …"),
    "a proof's extra data": (
        proof_lines(lambda lines: lines.insert(1, "extra YWJj")),
        3,
        "the proof begins with …",
    ),
    "a proof for another checkpoint": (
        replaced(r"proofs/3\..*", b"schema sha256:", b"schema sha256:0"),
        3,
        "the proof is for the bundle's checkpoint",
    ),
    "a proof removed": (lambda bundle: bundle.pop("proofs/3.tlog-proof"), 3, "proofs/3.tlog-proof is in the bundle"),
    "a proof without an event": (
        lambda bundle: bundle.update({"proofs/4999.tlog-proof": b"c2sp.org/tlog-proof@v1\n"}),
        None,
        "proofs/4999.tlog-proof has its event",
    ),
    "the checkpoint's origin": (checkpoint_line(0, "duifu.example/other"), None, SPOILT),
    "the checkpoint's size": (checkpoint_line(1, "9999"), None, SPOILT),
    "the checkpoint's root": (checkpoint_line(2, ANOTHER_HASH), None, SPOILT),
    "the checkpoint's schema": (checkpoint_line(3, f"schema sha256:{'ab' * 32}"), None, SPOILT),
    "one more extension line": (checkpoint_line(3, f"schema sha256:{'ab' * 32}\nmore"), None, SPOILT),
    "the log's signature": (checkpoint_line(5, LOG.sign("other\n").text()), None, SPOILT),
    "the log's signature twice": (
        replaced("checkpoint", b"\n\n", b"\n\n" + LOG.sign("other\n").text().encode() + b"\n"),
        None,
        SPOILT,
    ),
    "the log's line twice, and right": (signed_twice, None, "duifu.example/log signed once"),
    "a root that is none": (signed_without_a_root, None, "the checkpoint's root is a SHA-256"),
    "another key of the same name": (signed_by(OTHER_LOG, *WITNESSES), None, UNSIGNED),
    "no log's signature": (signed_by(*WITNESSES), None, UNSIGNED),
    "a checkpoint of something else": (resigned, None, "the signed text is a checkpoint of that log"),
    "a line that is no signature": (checkpoint_line(6, "— nobody"), None, "is a line of a signature: …"),
    "a signature without a key id": (checkpoint_line(6, "— nobody AAAA"), None, "is a line of a signature: …"),
    "no signature at all": (with_checkpoint(b"duifu.example/log\n1\n"), None, "the checkpoint is a signed note"),
    "a control character": (replaced("checkpoint", b"\n\n", b"\n\r\n\n"), None, "the checkpoint is a signed note"),
    "a witness's signature missing": (
        signed_by(LOG, WITNESSES[0]),
        None,
        "at least 2 witnesses signed: 1 did, not agency.example/two",
    ),
    "a witness of the same name": (
        signed_by(LOG, WITNESSES[0], OTHER_WITNESS),
        None,
        "at least 2 witnesses signed: 1 did, not agency.example/two",
    ),
    "a witness's signature": (
        checkpoint_line(6, WITNESSES[0].cosign("other\n", 5).text()),
        None,
        "the signature of agency.example/one fits",
    ),
    "the schema": (
        replaced(r"schema\.binpb", b"case_id", b"case_ID"),
        None,
        "the schema is the one that the checkpoint names",
    ),
    "a schema that is none": (signed_with_a_schema_that_is_none, None, "the schema can be read …"),
    "the schema removed": (lambda bundle: bundle.pop("schema.binpb"), None, "schema.binpb is in the bundle"),
    "a programme": (
        replaced(r"programmes/.*", b"clause", b"Clause"),
        None,
        "the programme edition … is what events name, and is here unchanged",
    ),
    "a programme removed": (
        lambda bundle: bundle.pop(next(name for name in bundle if name.startswith("programmes/"))),
        None,
        "the programme edition … is what events name, and is here unchanged",
    ),
    "a programme added": (
        lambda bundle: bundle.update({f"programmes/{sha256(b'').hexdigest()}.yaml": b""}),
        None,
        f"the programme edition '{sha256(b'').hexdigest()}' is what events name, and is here unchanged",
    ),
    "a history of another run": (
        lambda bundle: bundle.update({"temporal/history.json": a_history("another-run")}),
        None,
        f"the Temporal history is of a run that events name ('{CLAIM}', 0 events)",
    ),
    "a history of another workflow": (
        lambda bundle: bundle.update({"temporal/history.json": a_history(RUN, "another")}),
        None,
        "the Temporal history is of a run that events name ('another', 0 events)",
    ),
    "a history of no workflow": (
        lambda bundle: bundle.update({"temporal/history.json": a_history(RUN, None)}),
        None,
        "the Temporal history names a workflow and a run",
    ),
    "a history of no run": (
        lambda bundle: bundle.update({"temporal/history.json": a_history(None)}),
        None,
        "the Temporal history names a workflow and a run",
    ),
    "a history of no workflow and no run": (
        lambda bundle: bundle.update({"temporal/history.json": a_history(None, None)}),
        None,
        "the Temporal history names a workflow and a run",
    ),
    "a history of a workflow and a run without names": (
        lambda bundle: bundle.update({"temporal/history.json": a_history("", "")}),
        None,
        "the Temporal history names a workflow and a run",
    ),
    "a history that is none": (
        lambda bundle: bundle.update({"temporal/history.json": b'{"events": [3]}'}),
        None,
        "the Temporal history can be read",
    ),
    "the format": (
        replaced(r"manifest\.json", b"duifu-bundle-1", b"duifu-bundle-2"),
        None,
        "the bundle has the format duifu-bundle-1",
    ),
    "the manifest's size": (other_size, None, "the manifest is about this checkpoint"),
    "the manifest's subject": (
        replaced(r"manifest\.json", f'"subject": "{SUBJECT}"'.encode(), b'"subject": "case/another"'),
        None,
        "'case/another', which it is about, is there from version 1",
    ),
    "a file that does not belong": (
        lambda bundle: bundle.update({"notes.txt": b""}),
        None,
        "'notes.txt' belongs in a bundle",
    ),
    "a path out of the bundle": (
        lambda bundle: bundle.update({"../proofs/3.tlog-proof": b""}),
        None,
        "'../proofs/3.tlog-proof' belongs in a bundle",
    ),
    "an event twice": (twice(), None, "events.jsonl:4 is an event, in the order of positions"),
    "an event twice, the first of them forged": (
        twice(version=2),
        None,
        "events.jsonl:4 is an event, in the order of positions",
    ),
    "an event at no position": (
        rewritten(0, position=0),
        None,
        "events.jsonl:1 is an event, in the order of positions",
    ),
    "an event without a version": (
        rewritten(2, version=0),
        None,
        "events.jsonl:3 is an event, in the order of positions",
    ),
    "a version beyond all numbers": (
        rewritten(2, version=2**64),
        None,
        "events.jsonl:3 is an event, in the order of positions",
    ),
    "a previous leaf that is none": (
        rewritten(2, previous="ab"),
        None,
        "events.jsonl:3 is an event, in the order of positions",
    ),
    "a name without end": (
        rewritten(2, topic="x" * 70_000),
        None,
        "events.jsonl:3 is an event, in the order of positions",
    ),
    "an event that is no JSON": (
        replaced(r"events\.jsonl", b'{"position"', b'"position"'),
        None,
        "events.jsonl:1 can be read …",
    ),
    "an event with a key twice": (
        replaced(r"events\.jsonl", b'{"position"', b'{"position": 1, "position"'),
        None,
        "events.jsonl:1 can be read …",
    ),
    "an event with one more key": (
        replaced(r"events\.jsonl", b'{"position"', b'{"seen": true, "position"'),
        None,
        "events.jsonl:1 must have exactly …",
    ),
    "half a character": (
        replaced(r"events\.jsonl", b'"stream": "', b'"stream": "\\ud800'),
        None,
        "manifest.json can be read …",
    ),
    "no events": (lambda bundle: bundle.update({"events.jsonl": b""}), None, "events.jsonl ends in a newline"),
    "no checkpoint": (lambda bundle: bundle.pop("checkpoint"), None, "checkpoint is in the bundle"),
}
