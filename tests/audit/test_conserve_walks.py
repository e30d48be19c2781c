"""Actors do legal and illegal things to a round, in any order: after every step each level's money is conserved."""

from contextlib import closing
from pathlib import Path

from hypothesis import settings
from hypothesis.stateful import invariant

from audit.conservation.account import Bucket
from audit.conservation.conserve import conserve
from ledger.rows import open_rows
from tests.commands.test_walks import POOL_FEN, Walk
from tests.desk import the_rulebook
from tests.rounds import ROUND_ID


class ConservingWalk(Walk):
    """The same walks, looked at by an auditor."""

    @invariant()
    def every_level_is_conserved(self) -> None:
        with closing(open_rows(Path(self.folder.name) / "ledger.sqlite")) as rows:
            found = conserve(rows, the_rulebook())
        assert found.breaks == []
        levels = {account.name.rpartition("/")[2]: account for account in found.accounts}
        if not levels:
            return
        assert levels["city"].authorised_fen == POOL_FEN
        outstanding = self.round().outstanding()
        for level, account in levels.items():
            assert min(account.held) >= 0
            going = [ordered.amount_fen for ordered in outstanding if ordered.level == level]
            assert account.held[Bucket.COMMITTED] == sum(going), (ROUND_ID, level)


ConservingWalk.TestCase.settings = settings(max_examples=3, stateful_step_count=12, deadline=None)
TestConservingWalks = ConservingWalk.TestCase
