"""duifu ledger: the database that holds the ledger, its key, and the checkpoints that seal it."""

from contextlib import closing
from pathlib import Path

import click

from cli.asking import configuration, existing_ledger
from cli.output import RefusedHere, WrongInput, as_json, at_home, console, print_json, print_table
from cli.terminal import harmless
from ledger.address import is_url, shown
from ledger.postgres import prepare as prepare_database
from ledger.rows import open_rows
from ledger.sealer import LogChanged
from ledger.seals import Seals
from ledger.store import reaching
from proofs.key_files import KeyFileRefused
from proofs.notes import Checkpoint, Note, NoteRefused
from sealing import WitnessesRefused, open_sealer, signer
from settings import Settings

HASH_SHOWN = 16  # characters of a root that tell two apart by eye


@click.group()
def ledger() -> None:
    """Prepare the ledger's database, seal what it holds, and hand out keys and checkpoints."""


@ledger.command()
@click.argument("owner_url")
@click.option("--role", required=True, help="Existing role of the application: it may append and read, nothing else.")
def prepare(owner_url: str, role: str) -> None:
    """Create the ledger in the PostgreSQL database at OWNER_URL, as the owner of its tables.

    The application connects with another role, named by DUIFU_LEDGER. May be repeated; what is there stays.
    """
    if not is_url(owner_url):
        raise WrongInput("a SQLite ledger needs no preparation; give a postgresql:// URL")
    with reaching(owner_url):
        prepare_database(owner_url, role)
    console.print(f"✓ {shown(owner_url)}：{role} 可追加和读取，不能修改或删除", markup=False)


@ledger.command("key")
@click.option("--origin", default="", help="Name of the log, for ever; only while there is no key yet.")
@at_home
def show_key(origin: str, home: str | None) -> None:
    """Print the public key that auditors and witnesses need; made if there is none.

    ORIGIN is an address of yours without "https://", such as subsidy.example.gov.cn/compute; it need not answer there.
    """
    config = configuration(home)
    try:
        key = signer(config, origin)
    except (KeyFileRefused, NoteRefused) as error:
        raise WrongInput(str(error)) from None
    if origin and key.name != origin:
        raise RefusedHere(
            f"The log is called {key.name} and stays so: checkpoints were signed under that name. "
            f"The key is {config.seal_key}."
        )
    click.echo(key.verifier.vkey())


@ledger.command()
@at_home
@as_json
def seal(home: str | None, json_wanted: bool) -> None:
    """Seal everything recorded so far, ask the witnesses, and print the checkpoint.

    A running worker does this by itself (DUIFU_SEAL_SECONDS). What is sealed already is not sealed again.
    """
    config = existing_ledger(configuration(home))
    try:
        sealer = open_sealer(config)
        sealed = sealer.seal()
        asked = sealer.ask_witnesses()
        newest = Seals(config.seals).newest()
    except LogChanged as error:
        raise RefusedHere(f"{error}. Nothing is signed over it. Run `duifu audit verify` and keep the file.") from None
    except (KeyFileRefused, WitnessesRefused, NoteRefused) as error:
        raise WrongInput(str(error)) from None
    if sealed is None or newest is None:
        raise RefusedHere("The ledger is empty: there is nothing to seal yet.")
    if json_wanted:
        said = [{"witness": one.name, "hasSigned": one.has_signed, "answer": one.answer} for one in asked]
        print_json({"size": newest.size, "checkpoint": newest.note, "witnesses": said})
        return
    click.echo(harmless(newest.note), nl=False)
    for one in asked:
        console.print(f"{'✓' if one.has_signed else '✗'} {one.name}：{one.answer}", markup=False)


@ledger.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Also write each one to this folder.")
@at_home
@as_json
def checkpoints(out: Path | None, home: str | None, json_wanted: bool) -> None:
    """List the checkpoints, the newest last; --out hands them to an auditor, one file each."""
    config = existing_ledger(configuration(home))
    kept = _kept(config)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for size, text in kept:
            (out / f"checkpoint-{size}").write_text(text, "utf-8")
    if json_wanted:
        print_json([{"size": size, "checkpoint": text} for size, text in kept])
        return
    rows = []
    for size, text in kept:
        note = _note(text)
        root = Checkpoint.parse(note.body).root.hex()
        rows.append([str(size), root[:HASH_SHOWN], "、".join(line.name for line in note.signatures)])
    print_table("检查点", ["事件数", "根", "签名"], rows)


@ledger.command()
@at_home
@as_json
def status(home: str | None, json_wanted: bool) -> None:
    """How far the ledger has come, how far it is sealed, and by whom."""
    config = existing_ledger(configuration(home))
    with closing(open_rows(config.ledger)) as rows:
        head = rows.head()
    kept = _kept(config)
    size, text = kept[-1] if kept else (0, "")
    signers = [line.name for line in _note(text).signatures] if text else []
    if json_wanted:
        print_json({"ledger": shown(config.ledger), "head": head, "sealed": size, "signedBy": signers})
        return
    console.print(f"账本 {shown(config.ledger)}", markup=False)
    console.print(f"事件 {head}，已封存至 {size}，尚未封存 {head - size}", markup=False)
    if signers:
        console.print(f"签名：{'、'.join(signers)}", markup=False)


def _kept(config: Settings) -> list[tuple[int, str]]:
    if not config.seals.exists():
        return []
    with closing(Seals(config.seals, read_only=True)) as seals:
        return [(sealed.size, sealed.note) for sealed in seals.all()]


def _note(text: str) -> Note:
    try:
        note = Note.parse(text)
        Checkpoint.parse(note.body)
    except NoteRefused as error:
        raise RefusedHere(
            f"The sealer's file holds what is no checkpoint: {error}. Run `duifu audit verify`."
        ) from None
    return note
