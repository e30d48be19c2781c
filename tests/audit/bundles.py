"""A sealed ledger to export from, and hands that take a bundle apart and put it together again."""

import hashlib
import io
import json
import warnings
import zipfile
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from audit import duifu_verify
from audit.duifu_verify import Pins, Report, parse_key
from audit.export import Exported, export
from audit.history import skeleton
from commands.door import SYSTEM
from duifu.v1.commands_pb2 import Letter, RecordLetter
from duifu.v1.events_pb2 import Cause
from ledger.rows import Rows, open_rows
from ledger.sealer import Sealer
from ledger.seals import Sealed, Seals
from proofs.notes import Cosigner, Note, Signer
from tests.audit.histories import CLAIM, a_spring
from tests.desk import Desk
from tests.docs.pages import ROOT

LOG = Signer("duifu.example/log", b"l" * 32)
WITNESSES = (Cosigner("agency.example/one", b"1" * 32), Cosigner("agency.example/two", b"2" * 32))
WITNESSED_AT_SECONDS = 1_711_958_400  # 2024-04-01 16:00 in Beijing
PINS = Pins(
    parse_key(LOG.verifier.vkey(), duifu_verify.LOG),
    [parse_key(witness.verifier.vkey(), duifu_verify.WITNESS) for witness in WITNESSES],
    quorum=2,
)
EDITIONS = {
    hashlib.sha256(path.read_bytes()).hexdigest(): path.read_bytes() for path in (ROOT / "programmes").rglob("*.yaml")
}
RUN = "0190a0a0-0000-7000-8000-000000000001"


@dataclass(frozen=True)
class Office:
    """A ledger and its seals."""

    desk: Desk
    rows: Rows
    seals: Seals

    def seal(self, *witnesses: Cosigner) -> Sealed:
        """A checkpoint over everything so far, cosigned."""
        sealed = Sealer(self.rows, self.seals, LOG).seal()
        assert sealed is not None
        note = Note.parse(sealed.note)
        for witness in witnesses:
            note = note.signed(witness.cosign(note.body, WITNESSED_AT_SECONDS))
        with self.seals.writing():
            self.seals.keep(sealed.size, note.text())
        return Sealed(sealed.size, note.text())

    def export(self, subject: str, **how: object) -> Exported:
        """A bundle about one stream."""
        return export(self.rows, self.seals, subject, EDITIONS, **how)  # type: ignore[arg-type]  # named as there


@contextmanager
def an_office(folder: Path, ids: str = "test") -> Iterator[Office]:
    """The one in a folder, empty at first; `ids` begins each new command's id."""
    desk = Desk(folder / "ledger.sqlite", ids=ids)
    rows, seals = open_rows(desk.ledger.address), Seals(folder / "seals.sqlite")
    with closing(desk.ledger), closing(rows), closing(seals):
        yield Office(desk, rows, seals)


def a_letter_by_its_workflow(desk: Desk) -> None:
    """One event that a run of a workflow caused."""
    letter = Letter(
        letter_id="1", template="received", title="收件通知", text_sha256=hashlib.sha256(b"text").hexdigest()
    )
    command = desk.command(SYSTEM, record_letter=RecordLetter(case_id=CLAIM, letter=letter))
    desk.door.handle(command, SYSTEM, Cause(workflow_id=CLAIM, run_id=RUN))


def a_history(run: str | None = RUN, workflow: str | None = CLAIM) -> bytes:
    """What Temporal writes of that run."""
    started = {"workflowId": workflow, "originalExecutionRunId": run, "input": {"payloads": [{"data": "c2VjcmV0"}]}}
    first = {"eventId": "1", "eventTime": "2024-03-01T01:00:00Z", "eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED"}
    return json.dumps({"events": [{**first, "workflowExecutionStartedEventAttributes": started}]}).encode()


def a_sealed_spring(folder: Path) -> tuple[bytes, bytes]:
    """The bundle of a claim with everything that a bundle can have, and a checkpoint that an auditor kept before."""
    with an_office(folder) as office:
        a_spring(office.desk)
        kept = office.seal()
        a_letter_by_its_workflow(office.desk)
        office.seal(*WITNESSES)
        made = office.export(f"case/{CLAIM}", since=kept.note.encode(), history=skeleton(a_history()))
        return made.content, kept.note.encode()


# Taking bundles apart


class Bundle(dict[str, bytes]):
    """The files of a bundle, to be changed by hand."""

    @classmethod
    def of(cls, content: bytes) -> "Bundle":
        """Unpacked, whatever is in it."""
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return cls({name: archive.read(name) for name in archive.namelist()})

    @property
    def rows(self) -> list[dict[str, object]]:
        """The lines of events.jsonl."""
        return [json.loads(line) for line in self["events.jsonl"].splitlines()]

    @rows.setter
    def rows(self, rows: list[dict[str, object]]) -> None:
        self["events.jsonl"] = b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)

    def with_manifest_to_match(self) -> "Bundle":
        """A forger's work: the manifest lists what is there now."""
        manifest = json.loads(self["manifest.json"])
        with suppress(ValueError):
            versions: dict[str, list[object]] = {}
            for row in self.rows:
                versions.setdefault(str(row["stream"]), []).append(row["version"])
            whole = manifest["whole"].keys() & versions.keys()
            manifest["whole"] = {stream: len(versions[stream]) for stream in whole}
            manifest["excerpts"] = {stream: found for stream, found in versions.items() if stream not in whole}
        manifest["files"] = {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
            for name, content in self.items()
            if name != "manifest.json"
        }
        self["manifest.json"] = json.dumps(manifest).encode()
        return self

    def zipped(self, *twice: str, deflated: Collection[str] = ()) -> bytes:
        """The ZIP file again; the files named in `twice` are put in once more."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of doubles, which are meant
            for name in [*sorted(self), *twice]:
                kind = zipfile.ZIP_DEFLATED if name in deflated else zipfile.ZIP_STORED
                archive.writestr(zipfile.ZipInfo(name), self[name], kind)
        return target.getvalue()


def asked(content: bytes, pins: Pins = PINS) -> Report:
    """What the verifier finds."""
    return duifu_verify.verify(content, pins)


def failures(report: Report) -> list[tuple[int | None, str]]:
    """Position and English sentence of everything that does not hold."""
    return [(finding.position, finding.en) for finding in report.findings if finding.holds is False]
