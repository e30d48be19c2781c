"""duifu witness: run a witness of another agency's log, and see what it has signed."""

import os
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import click

import settings
from cli.output import REFUSED, Unavailable, WrongInput, as_json, console, print_json
from domain.dates import SHANGHAI
from proofs import key_files
from proofs.key_files import KeyFileRefused
from proofs.notes import Cosigner, NoteRefused, Verifier
from telemetry import logs as log_stream
from witness.rules import Finding
from witness.serving import listen
from witness.serving import serve as serve_until_stopped
from witness.state import Evidence, Signed, State, StateDamaged
from witness.witness import Witness

_FINDINGS = {
    Finding.FORK: "分叉：同一条数，两个根。这两份签名文件就是证据。",
    Finding.UNPROVEN: "未证明：没有收到它延续已签署检查点的有效证明。请日志方出示证明；不能出示即为分叉。",
}


@click.group()
def witness() -> None:
    """Sign, for another agency, that its ledger has only grown.

    A witness needs nothing of the ledger but its public key. It follows the C2SP tlog-witness protocol, so that it can
    serve other logs too.
    """


@witness.command()
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="New file for the key; mode 0600.")
def keygen(name: str, out: Path) -> None:
    """Make a key for the witness NAME, and print the half that logs and auditors need.

    NAME is an address without "https://", such as witness.audit.example.gov.cn/w1; it need not answer there.
    """
    try:
        key = Cosigner.generate(name)
        key_files.write(out, key.text())
    except (NoteRefused, KeyFileRefused) as error:
        raise WrongInput(str(error)) from None
    click.echo(key.verifier.vkey())


@witness.command()
@click.option("--key", type=click.Path(path_type=Path), required=True, help="Key file, made by `duifu witness keygen`.")
@click.option(
    "--log", "vkeys", multiple=True, required=True, help="Verifier key of a log to sign for; may be repeated."
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="SQLite file that keeps what was signed last. Never lose it, never restore an older copy.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8095, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
def serve(key: Path, vkeys: tuple[str, ...], state: Path, host: str, port: int) -> None:
    """Answer logs that ask for a signature, until Ctrl-C. Prints its address once it has it."""
    try:
        config = settings.from_environment()
        cosigner = Cosigner.parse(key_files.read(key))
        witnessed = _by_origin(vkeys)
    except ValueError as error:
        raise WrongInput(str(error)) from None
    log_stream.configure(config.log_style, os.environ.get("DUIFU_LOG_LEVEL", "INFO"))
    try:
        state.parent.mkdir(parents=True, exist_ok=True)
        kept = State(state)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(f"{state} cannot keep what is signed: {error}.") from None
    try:
        listening = listen(host, port)
    except OSError as error:
        raise Unavailable(f"cannot listen on {host}:{port}: {error}.") from None
    click.echo(f"The witness {cosigner.name} listens on http://{host}:{listening.getsockname()[1]}")
    serve_until_stopped(Witness(cosigner, witnessed, kept), listening)


@witness.command()
@click.option(
    "--state", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help="The witness's file."
)
@as_json
def show(state: Path, json_wanted: bool) -> None:
    """What was signed last for each log, and what was refused although the log had signed it.

    Exit code 3 if there is evidence of a fork.
    """
    try:
        kept = State(state, read_only=True)
        latest, evidence = kept.all(), kept.evidence()
        kept.close()
    except sqlite3.Error as error:
        raise WrongInput(f"{state} is not the state of a witness: {error}.") from None
    except StateDamaged as error:
        raise WrongInput(
            f"{state} is damaged: {error}. Keep the file as it is, and stop the witness: it must not sign from it."
        ) from None
    if json_wanted:
        print_json({"latest": [_latest_json(each) for each in latest], "evidence": [_json(each) for each in evidence]})
    else:
        _print(latest, evidence)
    if any(each.finding is Finding.FORK for each in evidence):
        raise click.exceptions.Exit(REFUSED)


def _by_origin(vkeys: tuple[str, ...]) -> dict[str, Verifier]:
    verifiers = [Verifier.parse(vkey) for vkey in vkeys]
    logs = {verifier.name: verifier for verifier in verifiers}
    if len(logs) < len(verifiers):
        raise NoteRefused("one log is given twice: a log has one key, and its origin is the key's name")
    return logs


def _print(latest: list[Signed], evidence: list[Evidence]) -> None:
    if not latest:
        console.print("尚未签署任何检查点。")
    for signed in latest:
        at = signed.checkpoint
        console.print(f"✓ {at.origin}：{at.size}条，{_time(signed.signed_seconds)}签署", markup=False)
        console.print(f"  根 sha256:{at.root.hex()}", markup=False)
    for each in evidence:
        console.print(f"✗ {_FINDINGS[each.finding]}（{_time(each.seen_seconds)}）", markup=False)
        console.print(f"已签署：\n{each.signed.text()}\n未签署：\n{each.refused.text()}", markup=False)


def _latest_json(signed: Signed) -> dict[str, Any]:
    return {
        "origin": signed.checkpoint.origin,
        "size": signed.checkpoint.size,
        "note": signed.note.text(),
        "signedSeconds": signed.signed_seconds,
    }


def _json(evidence: Evidence) -> dict[str, Any]:
    return {
        "finding": evidence.finding.value,
        "signed": evidence.signed.text(),
        "refused": evidence.refused.text(),
        "seenSeconds": evidence.seen_seconds,
    }


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, SHANGHAI).isoformat(" ", "seconds")
