"""duifu audit export: a case to take with you, with the proof of every event."""

import hashlib
import shlex
from contextlib import closing
from pathlib import Path

import click
from temporalio.service import RPCError

from audit.entries import EvidenceBroken
from audit.export import ExportRefused, export
from audit.history import HistoryRefused, skeleton
from audit.subjects import NotHere, find
from cli.asking import existing_ledger, of_running, run_to_the_end
from cli.output import OK, RefusedHere, Unavailable, WrongInput, as_json, at_home, console, print_json
from duifu.v1.events_pb2 import Cause, Envelope
from ledger.rows import Rows, RowsUnavailable, open_rows
from ledger.seals import Seals, SealsDamaged, SealsUnavailable
from proofs.notes import NoteRefused
from settings import Settings
from worker import connect

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("export")
@click.argument("asked", metavar="CASE")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Default: named after CASE, here.")
@click.option("--sealed-only", is_flag=True, help="Leave out what no checkpoint covers yet.")
@click.option(
    "--since-checkpoint", "since", type=FILE, help="A checkpoint that the auditor kept: prove it still holds."
)
@click.option("--history", type=FILE, help="The workflow's history, from `temporal workflow show --output json`.")
@click.option("--temporal", "asks_temporal", is_flag=True, help="Take the workflow's history from Temporal.")
@at_home
@as_json
def export_command(
    asked: str,
    out: Path | None,
    sealed_only: bool,
    since: Path | None,
    history: Path | None,
    asks_temporal: bool,
    home: str | None,
    json_wanted: bool,
) -> None:
    """Write an evidence bundle about CASE, a case, voucher, quarter or any stream, for `duifu-verify`.

    It holds every event of the case, its voucher and its contract, and of shared streams what was recorded with it or
    names it; each with its proof under a signed checkpoint. Personal data stays encrypted. Nothing is written to the
    ledger.

    Example: duifu audit export bj-claim-2024-000001 --since-checkpoint checkpoint-1200
    """
    if history and asks_temporal:
        raise click.UsageError("say --history FILE or --temporal, not both")
    config = existing_ledger(of_running(home))
    older = _read(since) if since else None

    def finish(with_history: bytes | None) -> None:
        """Write the bundle, and say what it is."""
        _write(config, asked, out, json_wanted, sealed_only=sealed_only, since=older, history=with_history)

    if not asks_temporal:
        finish(_skeleton(_read(history)) if history else None)
        return

    async def with_temporal() -> int:
        finish(_skeleton(await _history(config, asked)))
        return OK

    run_to_the_end(with_temporal())


def _write(
    config: Settings,
    asked: str,
    out: Path | None,
    json_wanted: bool,
    *,
    sealed_only: bool,
    since: bytes | None,
    history: bytes | None,
) -> None:
    try:
        with closing(open_rows(config.ledger)) as rows, closing(Seals(_sealed(config), read_only=True)) as seals:
            subject = find(rows, asked)
            made = export(
                rows, seals, subject, _editions(config), sealed_only=sealed_only, since=since, history=history
            )
    except (EvidenceBroken, SealsDamaged) as error:
        raise RefusedHere(
            f"The evidence is broken. {error}. Nothing was exported; keep the files as they are."
        ) from None
    except (RowsUnavailable, SealsUnavailable) as error:
        raise Unavailable(f"{error}. Try again, or name another copy with --home.") from None
    except (NotHere, ExportRefused) as error:
        raise RefusedHere(str(error)) from None
    except NoteRefused as error:
        raise WrongInput(f"--since-checkpoint: {error}") from None
    path = out or Path(f"{subject.replace('/', '-')}.zip")
    try:
        with path.open("xb") as file:
            file.write(made.content)
    except FileExistsError:
        raise WrongInput(f"{path} is there already and stays as it is. Name another file with --out.") from None
    except OSError as error:
        raise WrongInput(f"{path}: {error.strerror}") from None
    if json_wanted:
        digest = hashlib.sha256(made.content).hexdigest()
        print_json(
            {"bundle": str(path), "subject": subject, "events": made.events, "size": made.size, "sha256": digest}
        )
        return
    console.print(f"✓ {path}：{subject}，{made.events} 个事件，检查点至位置 {made.size}", markup=False)
    console.print(f"  核验：duifu-verify {shlex.quote(str(path))} --key 账本公钥 --witness 见证方公钥", markup=False)


def _sealed(config: Settings) -> Path:
    if not config.seals.exists():
        raise RefusedHere("Nothing is sealed yet, so nothing can be proven. Seal it first: duifu ledger seal")
    return config.seals


def _editions(config: Settings) -> dict[str, bytes]:
    """Every programme file by its sha256, which is how events name them."""
    contents = [path.read_bytes() for path in sorted(config.programmes.rglob("*.yaml"))]
    return {hashlib.sha256(content).hexdigest(): content for content in contents}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WrongInput(f"{path}: {error.strerror}") from None


def _skeleton(history: bytes) -> bytes:
    try:
        return skeleton(history)
    except HistoryRefused as error:
        raise WrongInput(f"{error}. Make it with: temporal workflow show --workflow-id ID --output json") from None


async def _history(config: Settings, asked: str) -> bytes:
    """The history of the newest run that an event names as its cause."""
    try:
        with closing(open_rows(config.ledger)) as rows:
            cause = _newest_cause(rows, find(rows, asked))
        client = await connect(config)
        handle = client.get_workflow_handle(cause.workflow_id, run_id=cause.run_id)
        return (await handle.fetch_history()).to_json().encode()
    except NotHere as error:
        raise RefusedHere(str(error)) from None
    except (RowsUnavailable, RPCError, RuntimeError) as error:
        raise Unavailable(f"{error}. Export without --temporal: the history proves nothing by itself.") from None


def _newest_cause(rows: Rows, subject: str) -> Cause:
    causes = [Envelope.FromString(row.state).cause for row in rows.stream(subject)]
    caused = [cause for cause in causes if cause.workflow_id]
    if not caused:
        raise RefusedHere(f"No event of {subject} was caused by a workflow. Export without --temporal.")
    return caused[-1]
