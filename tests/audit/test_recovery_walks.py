"""Whatever is found, demanded, received, written off, dropped, handed over, in any order: every fen is in one place."""

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.conservation.account import Bucket, Kind
from audit.conservation.conserve import conserve
from audit.moments import AtPosition
from domain.kinds import RECOVERY
from domain.money import yuan
from domain.recovery import Recovery, Standing
from domain.refusals import Refused
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import Actor
from duifu.v1.recovery_pb2 import WithdrawRecovery, WriteOffRecovery
from ledger import streams
from ledger.rows import open_rows
from tests.builders import a_contract, invoice_number
from tests.commands.recovery_desk import (
    COLLECTOR,
    DECIDER,
    INSPECTOR,
    WHOLE,
    demanding,
    differences,
    noticing,
    opening,
    proposing,
    receiving,
    transferring,
    waiving,
)
from tests.commands.test_reversal import reversing
from tests.desk import Desk, the_rulebook

VOUCHER, PAID = "bj-voucher-2024-000001", yuan(800_000)


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    """A voucher that was paid ¥600,000 and ¥200,000; by key: whether the bank sent the second back at first."""
    found = {}
    for was_returned in (False, True):
        found[was_returned] = path = tmp_path_factory.mktemp("paid") / "ledger.sqlite"
        desk = Desk(path)
        voucher = desk.voucher_through_the_door(a_contract(WHOLE, number="HT-1"))
        desk.pay_for(voucher, yuan(3_000_000), invoice=1)
        second = desk.pay_for(voucher, yuan(1_000_000), invoice=2)
        desk.settle_quarter("bj-slq-2023-2024Q1", returned=[second] if was_returned else [])
        if was_returned:
            desk.settle_quarter("bj-slq-2023-2024Q2")
        desk.ledger.close()
    return found


class Walk:
    """What one person after the other does about the recoveries of one voucher; refusals change nothing."""

    def __init__(self, desk: Desk):
        self.desk, self._red = desk, 900
        self.refused: set[str] = set()
        self.voucher: Voucher = desk.voucher(VOUCHER)

    def recoveries(self) -> list[Recovery]:
        """All of them, in order."""
        names = sorted(self.desk.ledger.streams(streams.RECOVERIES))
        return [RECOVERY.fold(self.desk.events(name)) for name in names]

    def take(self, deed: str, which: int, amount_fen: int) -> None:
        """One step, on one of the recoveries that there are."""
        known = [recovery.recovery_id for recovery in self.recoveries()]
        if deed == "new year":
            self.desk.at(max(self.desk.now.isoformat(), "2025-01-06T09:00:00+08:00"))
        elif deed == "find":
            self.find(amount_fen)
        elif deed == "find and demand":
            if recovery := self.find(amount_fen):
                self.demand(recovery, amount_fen)
        elif deed == "red invoice":
            self._red += 1
            red = reversing(self.voucher, amount_fen * 5, red_invoice_number=invoice_number(self._red))
            self._send(INSPECTOR, report_invoice_reversed=red)
        elif deed == "ask again":
            self._red += 1
            self.desk.pay_for(self.voucher, amount_fen * 5, invoice=self._red, on="2024-06-28")
        elif known:
            DEEDS[deed](self, known[which % len(known)], amount_fen)

    def find(self, amount_fen: int) -> str:
        """Something was found; its id, if there was so much left to find."""
        self._send(INSPECTOR, open_recovery=opening(self.voucher.case_id, amount_fen))
        known = self.recoveries()
        return known[-1].recovery_id if known else ""

    def demand(self, recovery: str, amount_fen: int) -> None:
        """Told, heard, and so much demanded, at most what was found."""
        found_fen = RECOVERY.fold(self.desk.events(streams.recovery(recovery))).opened.amount_fen
        self._send(INSPECTOR, send_recovery_notice=noticing(recovery))
        self._send(DECIDER, record_recovery_statement=waiving(recovery))
        self._send(DECIDER, demand_recovery=demanding(recovery, min(amount_fen, found_fen)))

    def receive(self, recovery: str, amount_fen: int) -> None:
        """Money came in today."""
        today = f"{self.desk.now:%Y-%m-%d}"
        reference = f"SK-{self.desk.ledger.head()}"
        self._send(COLLECTOR, record_recovery_receipt=receiving(recovery, amount_fen, reference, today))

    def write_off(self, recovery: str, amount_fen: int) -> None:
        """Proposed, and confirmed."""
        self._send(COLLECTOR, propose_write_off=proposing(recovery, amount_fen))
        self._send(DECIDER, write_off_recovery=WriteOffRecovery(recovery_id=recovery))

    def withdraw(self, recovery: str, _amount_fen: int) -> None:
        """Not upheld."""
        self._send(DECIDER, withdraw_recovery=WithdrawRecovery(recovery_id=recovery, reason="查无实据"))

    def transfer(self, recovery: str, _amount_fen: int) -> None:
        """Handed over."""
        self._send(DECIDER, transfer_recovery=transferring(recovery))

    def _send(self, actor: Actor, **kind: Any) -> None:
        try:
            self.desk.send(actor, **kind)
        except Refused as refused:
            self.refused.add(refused.code)


DEEDS: dict[str, Callable[[Walk, str, int], None]] = {
    "demand": Walk.demand,
    "receive": Walk.receive,
    "write off": Walk.write_off,
    "withdraw": Walk.withdraw,
    "transfer": Walk.transfer,
}
EXPECTED = {
    *("RECOVERY_ABOVE_PAID", "RECOVERY_NOT_NOW", "RECOVERY_ABOVE_OPEN"),
    *("WRITE_OFF_NOT_PROPOSED", "REVERSAL_ABOVE_INVOICE", "VOUCHER_IN_PAYMENT", "COMPUTED_FINDING_STANDS"),
}
#: What the walk is made of; first what there must be to walk on.
OFTEN = [
    "find and demand",
    "find and demand",
    "receive",
    "receive",
    "write off",
    "find",
    "red invoice",
    "new year",
    "ask again",
]
STEPS = st.tuples(
    st.sampled_from([*OFTEN, *DEEDS]),
    st.integers(0, 3),
    st.sampled_from([1, yuan(30_000) + 1, yuan(50_000), yuan(100_000), yuan(200_000), PAID]),
)


@settings(max_examples=30, deadline=None)
@given(was_returned=st.booleans(), steps=st.lists(STEPS, min_size=8, max_size=24))
def test_every_fen_that_was_paid_is_in_one_place_at_every_position(
    paid: dict[bool, Path], was_returned: bool, steps: list[tuple[str, int, int]]
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        copy(paid[was_returned], path)
        desk = Desk(path, "2024-07-02 09:00", ids="walk")
        begin, walk = desk.ledger.head(), Walk(desk)
        for step in steps:
            walk.take(*step)
            must_not_be_paid_above_its_worth(desk.voucher(VOUCHER), walk.recoveries())

        assert walk.refused <= EXPECTED
        must_be_conserved(desk, begin)
        must_be_taken_back_once(walk.recoveries())
        in_time = [r for one in walk.recoveries() for r in one.receipts.values() if r.received_on < "2025"]
        assert desk.year(2024).redeemed_fen == PAID - sum(receipt.amount_fen for receipt in in_time)
        assert desk.voucher(VOUCHER).paid_fen == PAID
        assert differences(desk) == []
        desk.ledger.close()


def must_be_conserved(desk: Desk, begin: int) -> None:
    """At every position of the walk, and of every account; at its end, what each recovery says of itself."""
    with closing(open_rows(desk.ledger.address)) as rows:
        for position in range(begin, desk.ledger.head() + 1):
            found = conserve(rows, the_rulebook(), AtPosition(position))
            assert found.is_conserved, (position, found.breaks)
            assert all(fen >= 0 for account in found.accounts for fen in account.held), position
    for account in found.accounts:
        if account.pool.kind is Kind.RECOVERY:
            recovery = RECOVERY.fold(desk.events(account.name))
            is_handed_over = recovery.standing is Standing.TRANSFERRED
            assert account.held[Bucket.RESERVED if is_handed_over else Bucket.FREE] == recovery.open_fen
            assert account.held[Bucket.RECOVERED] == recovery.received_fen
            assert account.held[Bucket.RELEASED] == recovery.written_off_fen


def must_not_be_paid_above_its_worth(voucher: Voucher, recoveries: list[Recovery]) -> None:
    """What was paid and did not come in, with what is due and not paid yet."""
    kept_fen = voucher.paid_fen - sum(recovery.received_fen for recovery in recoveries)
    unpaid_fen = voucher.due_fen - (voucher.paid_fen - voucher.claw_back_fen)
    assert kept_fen + unpaid_fen <= voucher.face_value_fen


def must_be_taken_back_once(recoveries: list[Recovery]) -> None:
    """All recoveries together want of no payment more than it was, and none got more than it demanded."""
    wanted = Counter[str]()
    for recovery in recoveries:
        left_fen = recovery.claimed_fen
        assert recovery.received_fen + recovery.written_off_fen + recovery.open_fen <= recovery.claimed_fen
        for share in recovery.opened.shares:
            fen = min(left_fen, share.amount_fen)
            wanted[share.case_id] += fen
            left_fen -= fen
        assert left_fen == 0
    assert wanted["bj-redeem-2024-000001"] <= yuan(600_000)
    assert wanted["bj-redeem-2024-000002"] <= yuan(200_000)
