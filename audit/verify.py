"""Is the ledger what it was? The whole log against itself, the sealer's tree, every checkpoint and the witnesses."""

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from audit.scan import Finding
from audit.scanned import roots_of, scanned
from ledger.rows import Rows, RowsDamaged, SQLiteRows, open_rows
from ledger.seals import Seals, SealsDamaged
from proofs.notes import Note, NoteRefused, Trusted, Verifier, trusted


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the auditor believes: keys got from their owners, never from the ledger's side."""

    log: Verifier
    witnesses: Sequence[Verifier] = ()
    quorum: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an audit found. The ledger is whole if there are no findings."""

    events: int  # read
    head: int  # newest position
    root: bytes | None  # over all of them; None if positions are missing
    sealed: int  # so many events are vouched for: by the last checkpoint that holds before the first finding
    witnessed: int  # and the newest that enough witnesses signed
    witnesses: tuple[tuple[str, int], ...]  # who signed that one, and when, in seconds since 1970
    checkpoints: int  # compared
    findings: tuple[Finding, ...] = ()  # in order of position
    unlisted: int = 0  # further ones

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


@dataclass(slots=True)
class Believed:
    """Checkpoints whose signatures hold, by size; and what is wrong with the others."""

    roots: dict[int, bytes] = field(default_factory=dict)
    witnessed: int = 0
    witnesses: tuple[tuple[str, int], ...] = ()
    findings: list[Finding] = field(default_factory=list)


def verify(
    address: str,
    seals_path: Path | None,
    trust: Trust | None,
    kept: Iterable[str] = (),
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    processes: int | None = None,
    at_least: int = 0,
    thorough: bool = False,
) -> Verdict:
    """Check everything. Without `trust`, checkpoints cannot be believed and only what lies in the files is compared.

    `kept` are checkpoints from elsewhere, as texts: an auditor's own, a witness's. A believed one must cover `at_least`
    so many events. `progress` hears how many events of all were read. `thorough` has SQLite check its file, too; on
    PostgreSQL it changes nothing. Raises RowsUnavailable, SealsUnavailable.
    """
    # What was signed is read before the log is: a log that grows meanwhile only has more.
    memory = _remembered(seals_path)
    believed = _believed([*memory.checkpoints, *kept], trust)
    findings = [*memory.findings, *believed.findings]
    rows = open_rows(address)
    try:
        frontier = rows.frontier()
    except RowsDamaged as error:
        frontier = None
        findings.append(Finding("head", 0, f"计数行无法读取：{error}"))
    head = rows.head()
    findings += [Finding("table", 0, f"事件表与账本所建的不同：{odd}") for odd in rows.oddities()]
    if thorough:
        findings += _self_check(rows)
    tree_path = seals_path if memory.size and not memory.findings else None
    if tree_path and (odd := _tree_finding(tree_path, memory.size, believed.roots)):
        findings.append(odd)
        tree_path = None  # it accuses nobody
    if memory.size > head:
        findings.append(Finding("sealed", head + 1, _cut_back(head, memory.size), memory.size))
    sizes = sorted({size for size in believed.roots if 0 < size <= head} | ({frontier.size} if frontier else set()))
    sealed = min(memory.size, head) if tree_path else 0
    parts = scanned(address, tree_path, sealed, head, sizes, progress, processes or os.cpu_count() or 1)
    if (extra := rows.count(head) - sum(part.events for part in parts)) != 0:
        findings.append(Finding("table", 0, f"另有{extra}行不在日志的位置上"))
    rows.close()
    roots = roots_of(parts)
    findings += [finding for part in parts for finding in part.findings]
    findings += _against_checkpoints(believed.roots, roots, head)
    if frontier is not None and (frontier.size > head or frontier.root() != roots.get(frontier.size)):
        text = f"计数行记有{frontier.size}个事件，其根与事件的根不同"
        findings.append(Finding("head", min(frontier.size, head), text))
    vouched = _vouched(believed.roots, roots, findings)
    if trust is not None and vouched < max(at_least, min(head, 1)) and not findings:
        text = f"应至少证明{at_least or 1}个事件，检查点只证明到位置{vouched}"
        findings.append(Finding("checkpoint", vouched + 1, text))
    return Verdict(
        events=sum(part.events for part in parts),
        head=head,
        root=roots.get(head),
        sealed=vouched,
        witnessed=believed.witnessed if believed.witnessed <= vouched else 0,
        witnesses=believed.witnesses if believed.witnessed <= vouched else (),
        checkpoints=len(believed.roots),
        findings=tuple(sorted(findings, key=lambda finding: (finding.position, finding.kind))),
        unlisted=sum(part.unlisted for part in parts),
    )


@dataclass(slots=True)
class Memory:
    """What the sealer's file holds."""

    checkpoints: list[str] = field(default_factory=list)
    size: int = 0  # leaves of the tree
    findings: list[Finding] = field(default_factory=list)


def _remembered(seals_path: Path | None) -> Memory:
    memory = Memory()
    if seals_path is None:
        return memory
    try:
        with closing(Seals(seals_path, read_only=True)) as seals:
            memory.size = seals.size()
            memory.checkpoints = [sealed.note for sealed in seals.all()]
    except SealsDamaged as error:
        memory.findings.append(Finding("sealed", 0, f"封存文件已损坏：{error}"))
    return memory


def _self_check(rows: Rows) -> list[Finding]:
    """What SQLite says of its file: an index whose entries were exchanged has neither too many nor too few."""
    if not isinstance(rows, SQLiteRows):
        return []
    try:
        told = [str(text) for (text,) in rows.query("PRAGMA integrity_check")]
    except RowsDamaged as error:
        told = [str(error)]
    return [Finding("file", 0, f"数据库自检：{'；'.join(text.splitlines())}") for text in told if text != "ok"]


def _believed(texts: Iterable[str], trust: Trust | None) -> Believed:
    believed = Believed()
    if trust is None:
        return believed
    for text in texts:
        try:
            checked = trusted(Note.parse(text), trust.log, trust.witnesses)
        except NoteRefused as error:
            believed.findings.append(Finding("checkpoint", 0, f"一个检查点不可采信：{error}"))
            continue
        _believe(checked, believed, trust.quorum)
    if believed.witnessed == 0 and trust.quorum:
        text = f"没有检查点具有{len(trust.witnesses)}个见证方中{trust.quorum}个的签名"
        believed.findings.append(Finding("witness", 0, text))
    return believed


def _believe(checked: Trusted, believed: Believed, quorum: int) -> None:
    size, root = checked.checkpoint.size, checked.checkpoint.root
    if believed.roots.setdefault(size, root) != root:
        text = f"对{size}个事件签了两个不同的根：该账本对不同的人出示过不同的历史"
        believed.findings.append(Finding("checkpoint", size, text))
    if checked.witnessed and len(checked.witnessed) >= quorum and size > believed.witnessed:
        believed.witnessed, believed.witnesses = size, checked.witnessed


def _against_checkpoints(believed: dict[int, bytes], roots: dict[int, bytes], head: int) -> list[Finding]:
    """The first checkpoint that does not fit says between which positions history was changed."""
    good = 0
    for size, root in sorted(believed.items()):
        if size > head:
            return [Finding("root", head + 1, _cut_back(head, size), size)]
        if roots.get(size) != root:
            text = f"前{size}个事件不是检查点所签的；前{good}个是"
            return [Finding("root", good + 1, text, size)]
        good = size
    return []


def _tree_finding(tree_path: Path, size: int, believed: dict[int, bytes]) -> Finding | None:
    """What is wrong with the sealer's own tree, by the checkpoints signed over it."""
    signed = [at for at in believed if at <= size]
    try:
        with closing(Seals(tree_path, read_only=True)) as seals:
            wrong = [at for at in sorted(signed) if seals.root(at) != believed[at]]
    except SealsDamaged as error:
        return Finding("sealed", 0, f"封存文件已损坏：{error}")
    return Finding("sealed", 0, f"封存树的前{wrong[0]}个叶不是检查点所签的") if wrong else None


def _vouched(believed: dict[int, bytes], roots: dict[int, bytes], findings: Iterable[Finding]) -> int:
    """Up to where checkpoints vouch for the log: the last one that holds before the first thing that is wrong."""
    first = min((finding.position for finding in findings if finding.position), default=None)
    vouched = 0
    for size, root in sorted(believed.items()):
        if roots.get(size) != root or (first is not None and size >= first):
            break
        vouched = size
    return vouched


def _cut_back(head: int, size: int) -> str:
    return f"账本有{head}个事件，而{size}个已经封存：末尾被截去"
