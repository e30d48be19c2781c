"""A desk whose Beijing programme keeps acceptance and review apart; the shipped one asks for no duties."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from commands.door import Door
from policy import working_days
from policy.rulebook import PROGRAMMES, Rulebook
from tests.desk import Desk

CODE, CLAUSE = "BJ_E_DUTIES", "BJ-4.2"
DUTIES = f"""
duties:
  - {{code: {CODE}, clause: {CLAUSE}, title: 受理与审核分离, roles: [acceptance-officer, review-officer]}}

plans:"""


@cache
def a_strict_rulebook() -> Rulebook:
    """The Beijing programme as it is shipped, with one duty more."""
    folder = Path(mkdtemp())
    (folder / working_days.FILE).write_bytes((PROGRAMMES / working_days.FILE).read_bytes())
    shipped = (PROGRAMMES / "beijing" / "ai-compute-voucher-2023.yaml").read_text("utf-8")
    assert shipped.count("\nplans:") == 1
    (folder / "beijing").mkdir()
    (folder / "beijing" / "strict.yaml").write_text(shipped.replace("\nplans:", DUTIES), "utf-8")
    return Rulebook(folder)


def made_strict(desk: Desk) -> Desk:
    """The same desk under the stricter programme."""
    desk.door = Door(desk.ledger, a_strict_rulebook(), lambda: desk.now)
    return desk
