"""Keeps the views up with the ledger for as long as a process lives: beside its work, never in the way of it."""

import asyncio
from pathlib import Path

import structlog

from ledger.following import HoleInLog
from ledger.store import Ledger, LedgerUnavailable
from views.following import Follower, LogTooShort
from views.recorders import Busy
from views.store import OtherSchema, ViewsUnavailable, opened

PAUSE_SECONDS = 5

log = structlog.get_logger(__name__)


async def keep_up(views_address: Path | str, ledger_address: Path | str) -> None:
    """Follow the log until cancelled. What fails is logged and tried again: nobody's work ends for the views' sake.

    Where another process follows already, this one stands by and takes over when that one ends.
    """
    while True:
        try:
            ledger = await asyncio.to_thread(Ledger, ledger_address)
            try:
                await _follow(views_address, ledger)
            finally:
                ledger.close()
        except Busy:
            log.debug("another process follows the log for the views")
        except (LedgerUnavailable, ViewsUnavailable) as error:
            log.warning("the views cannot follow now", error=str(error))
        except (HoleInLog, LogTooShort, OtherSchema) as error:
            log.error("the views do not follow", error=str(error))
        await asyncio.sleep(PAUSE_SECONDS)


async def _follow(address: Path | str, ledger: Ledger) -> None:
    with opened(address) as views:
        follower = Follower(views, ledger)
        running = asyncio.create_task(asyncio.to_thread(follower.run))
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            follower.stop()
            await asyncio.wait([running])  # the databases are closed only when nobody uses them any more
            raise
