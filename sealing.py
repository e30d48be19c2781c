"""Keeps the ledger sealed while it grows: beside the worker, never in the way of a command."""

import asyncio
import secrets
from pathlib import Path

import structlog

from ledger.rows import RowsUnavailable, open_rows
from ledger.sealer import LogChanged, Sealer
from ledger.seals import Seals, SealsUnavailable
from ledger.witnesses import WitnessClient
from proofs import key_files
from proofs.key_files import KeyFileRefused
from proofs.notes import Signer, Verifier
from settings import Settings

log = structlog.get_logger(__name__)


class WitnessesRefused(ValueError):
    """The list of witnesses cannot be read: says which line and why."""


def signer(config: Settings, origin: str = "") -> Signer:
    """The key that signs checkpoints; made, with a name of its own, if there is none. Raises KeyFileRefused.

    The name is the log's for ever: a deployment that others will audit gives one that is theirs to know.
    """
    if not config.seal_key.exists():
        made = Signer.generate(origin or f"duifu.local/{secrets.token_hex(4)}")
        try:
            key_files.write(config.seal_key, made.text())
        except KeyFileRefused:
            if not config.seal_key.exists():
                raise
            # Another process made one at the same time: that is the key.
        else:
            config.seal_vkey.write_text(f"{made.verifier.vkey()}\n", "utf-8")
            log.info("made a key that signs checkpoints", origin=made.name, file=str(config.seal_key))
    return Signer.parse(key_files.read(config.seal_key))


def witnesses(path: Path) -> list[WitnessClient]:
    """Those listed in a file, one "<url> <vkey>" a line; none if there is no file. Raises WitnessesRefused."""
    if not path.exists():
        return []
    listed = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        url, _, vkey = line.strip().partition(" ")
        try:
            listed.append(WitnessClient(url, Verifier.parse(vkey.strip())))
        except ValueError as error:
            raise WitnessesRefused(f"{path}, line {number}: a line is “<url> <vkey>”: {error}") from None
    return listed


def open_sealer(config: Settings) -> Sealer:
    """The sealer of this deployment. Raises KeyFileRefused, WitnessesRefused, RowsUnavailable, SealsUnavailable."""
    return Sealer(open_rows(config.ledger), Seals(config.seals), signer(config), witnesses(config.witnesses))


async def keep_sealed(config: Settings) -> None:
    """Seal every `config.seal_seconds` whatever is new, until cancelled. What fails is logged and tried again."""
    sealer: Sealer | None = None
    # A key or a list that cannot be used is a mistake in the set-up: the worker does not start.
    await asyncio.to_thread(signer, config)
    await asyncio.to_thread(witnesses, config.witnesses)
    while True:
        try:
            if sealer is None:
                sealer = await asyncio.to_thread(open_sealer, config)
            await asyncio.to_thread(sealer.seal)
            await asyncio.to_thread(sealer.ask_witnesses)
        except (RowsUnavailable, SealsUnavailable) as error:
            log.warning("the log cannot be sealed now", error=str(error))
            sealer = None
        except LogChanged as error:
            log.error("the log is not what was sealed: nothing is signed over it", error=str(error))
            sealer = None
        except Exception:  # whatever lies in these files must never stop the worker beside it
            log.exception("the log cannot be sealed")
            sealer = None
        await asyncio.sleep(config.seal_seconds)
