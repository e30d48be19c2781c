"""duifu audit verify: is the ledger what it was?"""

import sys
from datetime import datetime
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from audit.scan import Finding
from audit.verify import Trust, Verdict
from audit.verify import verify as verify_ledger
from cli.asking import configuration, existing_ledger
from cli.output import REFUSED, RefusedHere, WrongInput, as_json, at_home, console, errors, print_json
from domain.dates import SHANGHAI
from ledger.address import is_url, shown
from ledger.rows import RowsDamaged
from proofs.notes import NoteRefused, Verifier
from settings import Settings

KINDS = {
    "bytes": "内容被改",
    "checkpoint": "检查点不可信",
    "file": "文件不一致",
    "head": "计数行不符",
    "position": "位置不连续",
    "root": "与检查点不符",
    "sealed": "与封存不符",
    "stream": "版本不连续",
    "table": "表被改动",
    "witness": "见证不足",
}


@click.command("verify")
@click.option("--key", help="The log's public key, or a file with it; an auditor gets it from its owner beforehand.")
@click.option("--witness", "witnesses", multiple=True, help="A witness's public key, or a file; may be repeated.")
@click.option(
    "--quorum", type=click.IntRange(0), help="How many witnesses must have signed a checkpoint [default: all given]."
)
@click.option(
    "--checkpoint",
    "kept",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint kept elsewhere, by you or a witness; may be repeated.",
)
@click.option("--at-least", type=click.IntRange(0), default=0, help="A checkpoint must vouch for so many events.")
@click.option(
    "--thorough",
    is_flag=True,
    help="Also have SQLite check its own file (PRAGMA integrity_check): every index entry against its row. Takes up "
    "to as long again, and the -wal file cannot shrink meanwhile. Nothing for PostgreSQL.",
)
@at_home
@as_json
def verify_command(
    key: str | None,
    witnesses: tuple[str, ...],
    quorum: int | None,
    kept: tuple[Path, ...],
    at_least: int,
    thorough: bool,
    home: str | None,
    json_wanted: bool,
) -> None:
    """Check every event against its leaf, its stream, its position, the sealed tree, every checkpoint and witness.

    Without --key, the public key beside the ledger is taken, which proves nothing to others: whoever can rewrite the
    ledger can write a key. Keep a checkpoint at every visit (`duifu ledger checkpoints --out`) and name it at the next:
    what it covers cannot be rewritten unseen, nor cut off.

    Exit codes: 0 nothing was found, 2 wrong usage, 3 something is not as it was written, 4 the ledger is out of reach.

    Example: duifu audit verify --key log.vkey --witness agency.vkey --checkpoint kept/checkpoint-1200
    """
    config = existing_ledger(configuration(home))
    if home and "DUIFU_LEDGER" in config.databases:
        raise WrongInput(f"DUIFU_LEDGER names {shown(config.ledger)}: unset it, or leave --home away")
    trust = _trust(config, key, witnesses, quorum, kept)
    if thorough and is_url(config.ledger):
        told = "--thorough 只检查SQLite文件；PostgreSQL的索引请在服务器上用pg_amcheck --heapallindexed检查"
        errors.print(told, markup=False)
        thorough = False
    try:
        texts = [_text(path) for path in kept]
        verdict = _verified(config, trust, texts, at_least, json_wanted, thorough=thorough)
    except RowsDamaged as error:
        raise RefusedHere(f"The evidence is broken. {error}.") from None
    if json_wanted:
        print_json({**_told(config, trust, verdict, is_pinned=key is not None), "isFileChecked": thorough})
    else:
        _print(config, trust, verdict, is_pinned=key is not None)
        if thorough and "file" not in {finding.kind for finding in verdict.findings}:
            console.print("  数据库自检无误", markup=False)
    if not verdict.is_whole:
        raise click.exceptions.Exit(REFUSED)


def _verified(
    config: Settings, trust: Trust | None, kept: list[str], at_least: int, json_wanted: bool, *, thorough: bool
) -> Verdict:
    seals = config.seals if config.seals.exists() else None
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    is_shown = sys.stderr.isatty() and not json_wanted
    with Progress(*columns, console=errors, transient=True, disable=not is_shown, auto_refresh=False) as bar:
        task = bar.add_task("核验", total=None)

        def progress(done: int, events: int) -> None:
            bar.update(task, completed=done, total=events, refresh=True)

        return verify_ledger(config.ledger, seals, trust, kept, progress, at_least=at_least, thorough=thorough)


def _trust(
    config: Settings, key: str | None, witnesses: tuple[str, ...], quorum: int | None, kept: tuple[Path, ...]
) -> Trust | None:
    try:
        if key is None and not config.seal_vkey.exists():
            if witnesses or quorum or kept:
                raise WrongInput("checkpoints are signed with the key of a log: name it with --key, too")
            return None
        log = Verifier.parse(_content(str(config.seal_vkey) if key is None else key))
        believed = tuple(Verifier.parse(_content(witness)) for witness in witnesses)
    except NoteRefused as error:
        raise WrongInput(f"this is no public key: {error}") from None
    for witness in believed:
        if not witness.has_time:
            raise WrongInput(f"{witness.name} is the key of a log, not of a witness: its signatures do not say when")
    if quorum is not None and quorum > len(believed):
        raise WrongInput(f"a quorum of {quorum} needs as many --witness keys; {len(believed)} are given")
    return Trust(log, believed, len(believed) if quorum is None else quorum)


def _content(key_or_file: str) -> str:
    path = Path(key_or_file)
    if path.is_file():
        return _text(path).strip()
    if "+" not in key_or_file:
        raise WrongInput(f"{key_or_file!r} is no key, and there is no such file")
    return key_or_file


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongInput(f"{path}: {error}") from None


def _print(config: Settings, trust: Trust | None, verdict: Verdict, *, is_pinned: bool) -> None:
    if verdict.is_whole and verdict.sealed:
        told = f"✓ {verdict.events} 个事件完整：内容、版本链、位置、根；前 {verdict.sealed} 个由检查点证明"
        console.print(told, markup=False, soft_wrap=True)
    elif verdict.is_whole:
        console.print(f"✓ {verdict.events} 个事件自相一致；没有检查点可以对照", markup=False, soft_wrap=True)
    else:
        count = len(verdict.findings) + verdict.unlisted
        errors.print(f"✗ 核验 {verdict.events} 个事件，发现 {count} 处不符", markup=False)
        for finding in verdict.findings:
            errors.print(f"  {_place(finding)} {KINDS[finding.kind]}：{finding.text}", markup=False, soft_wrap=True)
        if verdict.unlisted:
            errors.print(f"  另有 {verdict.unlisted} 处未列出", markup=False)
    console.print(f"  账本 {shown(config.ledger)}", markup=False, soft_wrap=True)
    if verdict.root is not None:
        console.print(f"  根 sha256:{verdict.root.hex()}", markup=False, soft_wrap=True)
    vouched, rest = verdict.sealed, verdict.head - verdict.sealed
    console.print(
        f"  检查点 {verdict.checkpoints} 个，可信至位置 {vouched}；其后 {rest} 个事件尚无签名证明", markup=False
    )
    for name, seconds in verdict.witnesses:
        console.print(f"  见证 {name} 于 {_moment(seconds)} 签至位置 {verdict.witnessed}", markup=False)
    if trust is None:
        console.print("  没有公钥，检查点未能采信：用 --key 指定", markup=False)
    elif is_pinned:
        console.print(f"  公钥 {trust.log.name}（{trust.log.key_id.hex()}）", markup=False)
    else:
        console.print(f"  公钥取自本部署（{trust.log.name}）；对外证明请用 --key 指定事先取得的公钥", markup=False)


def _moment(seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, SHANGHAI):%Y-%m-%d %H:%M:%S}"
    except (OverflowError, OSError, ValueError):
        return f"{seconds}秒（1970年起）"


def _place(finding: Finding) -> str:
    if not finding.position:
        return "—"
    return f"{finding.position}–{finding.through}" if finding.through > finding.position else str(finding.position)


def _told(config: Settings, trust: Trust | None, verdict: Verdict, *, is_pinned: bool) -> dict[str, object]:
    return {
        "ledger": shown(config.ledger),
        "origin": trust.log.name if trust else None,
        "keyId": trust.log.key_id.hex() if trust else None,
        "isPinned": is_pinned,
        "isWhole": verdict.is_whole,
        "events": verdict.events,
        "head": verdict.head,
        "root": f"sha256:{verdict.root.hex()}" if verdict.root else None,
        "sealed": verdict.sealed,
        "witnessed": verdict.witnessed,
        "witnesses": [{"name": name, "signedAtSeconds": seconds} for name, seconds in verdict.witnesses],
        "checkpoints": verdict.checkpoints,
        "findings": [
            {"kind": one.kind, "position": one.position, "through": one.through or one.position, "text": one.text}
            for one in verdict.findings
        ],
        "unlistedFindings": verdict.unlisted,
    }
