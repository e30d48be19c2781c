"""Whatever is found, demanded, received, set off, written off, handed over, in any order: every fen is in one place."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.conservation.account import Bucket, Kind
from domain.kinds import RECOVERY
from domain.money import yuan
from domain.orders import payable_fen
from domain.recovery import COMPUTED, Recovery, Standing
from domain.refusals import Refused
from domain.voucher import Voucher
from duifu.v1.commands_pb2 import Actor, FreezeCycle
from duifu.v1.events_pb2 import PaymentOrdered
from duifu.v1.recovery_pb2 import RevokeSetOff, WithdrawRecovery, WriteOffRecovery
from ledger import streams
from tests.audit.books import conserved_throughout
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
    setting_off,
    transferring,
    waiving,
    withdrawing,
)
from tests.commands.test_reversal import reversing
from tests.desk import Desk

VOUCHER, PAID = "bj-voucher-2024-000001", yuan(800_000)
YEARS = (2024, 2025, 2026)


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
        elif deed == "find and set off":
            if recovery := self.find(amount_fen):
                self.demand(recovery, amount_fen)
                self.set_off(recovery, amount_fen)
        elif deed == "red invoice":
            self._red += 1
            number, document = invoice_number(self._red), f"{self._red:064x}"
            red = reversing(self.voucher, amount_fen * 5, red_invoice_number=number, evidence_sha256=document)
            self._send(INSPECTOR, report_invoice_reversed=red)
        elif deed == "no red invoice":
            if reported := sorted(self.desk.voucher(VOUCHER).reversals):
                red_number = reported[which % len(reported)]
                self._send(DECIDER, withdraw_invoice_reversal=withdrawing(VOUCHER, red_number))
        elif deed in ("ask again", "ask and order"):
            self._red += 1
            self.desk.pay_for(self.voucher, amount_fen * 5, invoice=self._red, on="2024-06-28")
            if deed == "ask and order":
                self.pay("order")
        elif deed in ("order", "answer", "send back"):
            self.pay(deed)
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

    def set_off(self, recovery: str, _amount_fen: int) -> None:
        """From now on later payments are set off."""
        self._send(DECIDER, order_set_off=setting_off(recovery))

    def revoke(self, recovery: str, _amount_fen: int) -> None:
        """No more of them."""
        self._send(DECIDER, revoke_set_off=RevokeSetOff(recovery_id=recovery, reason="单位另行缴回"))

    def pay(self, deed: str) -> None:
        """The first quarter with something to do: what is due is ordered; what was ordered is settled or sent back."""
        for quarter in map(self.desk.cycle, self.quarters()):
            if quarter.outstanding() and deed != "order":
                goes_out = [order.case_id for order in quarter.outstanding() if payable_fen(order)]
                self.desk.record_results(quarter.cycle_id, goes_out if deed == "send back" else ())
                return
            if len(quarter.index.payable) and deed == "order":
                if not quarter.frozen:
                    self.desk.at(max(self.desk.now, quarter.cut_off_at))
                    self.desk.system(freeze_cycle=FreezeCycle(cycle_id=quarter.cycle_id))
                self.desk.order_payments(quarter.cycle_id)
                return

    def quarters(self) -> list[str]:
        """All that there are, in order."""
        return list(streams.cycle_ids(sorted(self.desk.ledger.streams(streams.CYCLES))))

    def orders(self, result: str) -> list[PaymentOrdered]:
        """Those of all quarters that ended so."""
        known = [order for name in self.quarters() for order in self.desk.cycle(name).orders.values()]
        return [order.ordered for order in known if order.result == result]

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
    "set off": Walk.set_off,
    "revoke": Walk.revoke,
}
EXPECTED = {
    *("RECOVERY_ABOVE_PAID", "RECOVERY_NOT_NOW", "RECOVERY_ABOVE_OPEN"),
    *("SET_OFF_HELD", "SET_OFF_NOT_ORDERED"),
    *("WRITE_OFF_NOT_PROPOSED", "REVERSAL_ABOVE_INVOICE", "VOUCHER_IN_PAYMENT", "COMPUTED_FINDING_STANDS"),
}
#: What the walk is made of; first what there must be to walk on.
OFTEN = [
    *(["find and set off", "ask and order", "answer"] * 4),
    *(["red invoice", "no red invoice"] * 3),
    *("find and demand", "receive", "write off", "find", "new year", "ask again", "order", "send back"),
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
            must_be_set_off_once(walk)
            must_be_found_as_far_as_it_is_owed(walk)

        assert walk.refused <= EXPECTED
        must_be_conserved(desk, begin)
        must_be_taken_back_once(walk.recoveries())
        ordered_fen = sum(order.amount_fen for result in ("", "settled") for order in walk.orders(result))
        restored_fen = sum(r.restored_fen for one in walk.recoveries() for r in one.receipts.values())
        assert sum(desk.year(year).redeemed_fen for year in YEARS) == ordered_fen - restored_fen
        assert desk.voucher(VOUCHER).paid_fen == sum(order.amount_fen for order in walk.orders("settled"))
        assert differences(desk) == []
        desk.ledger.close()


def must_be_conserved(desk: Desk, begin: int) -> None:
    """At every position of the walk, and of every account; at its end, what each recovery says of itself."""
    for account in conserved_throughout(desk.ledger.address, begin).accounts:
        if account.pool.kind is Kind.RECOVERY:
            recovery = RECOVERY.fold(desk.events(account.name))
            is_handed_over = recovery.standing is Standing.TRANSFERRED
            assert account.held[Bucket.RESERVED if is_handed_over else Bucket.FREE] == recovery.unheld_fen
            assert account.held[Bucket.COMMITTED] == recovery.held_fen
            assert account.held[Bucket.RECOVERED] == recovery.received_fen
            assert account.held[Bucket.RELEASED] == recovery.written_off_fen


def must_be_set_off_once(walk: Walk) -> None:
    """What orders without an answer set off is held, what settled ones did came in, and nothing else."""
    held, came_in = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for recovery in walk.recoveries():
        assert 0 <= recovery.held_fen <= recovery.open_fen
        held.update({(order_id, recovery.recovery_id): fen for order_id, fen in recovery.to_set_off.items()})
        by_order = [receipt for receipt in recovery.receipts.values() if receipt.order_id]
        came_in.update({(receipt.order_id, recovery.recovery_id): receipt.amount_fen for receipt in by_order})
    for known, result in ((held, ""), (came_in, "settled")):
        said = {
            (order.order_id, part.recovery_id): part.amount_fen
            for order in walk.orders(result)
            for part in order.set_off
        }
        assert dict(known) == said
    assert all(payable_fen(order) >= 0 for order in walk.orders("settled"))


def must_not_be_paid_above_its_worth(voucher: Voucher, recoveries: list[Recovery]) -> None:
    """What was paid and did not come in, with what is due and not paid yet."""
    kept_fen = voucher.paid_fen - sum(recovery.received_fen for recovery in recoveries)
    unpaid_fen = voucher.due_fen - (voucher.paid_fen - voucher.claw_back_fen)
    assert kept_fen + unpaid_fen <= voucher.face_value_fen


def must_be_found_as_far_as_it_is_owed(walk: Walk) -> None:
    """Computed findings want no more than the voucher is to pay back, and what came in of each was wanted.

    Without a red invoice nothing is owed that did not come in; but each may have left a fen that rounding moved.
    """
    voucher = walk.desk.voucher(VOUCHER)
    computed = [recovery for recovery in walk.recoveries() if recovery.opened.finding in COMPUTED]
    assert sum(recovery.found_fen for recovery in computed) <= voucher.claw_back_fen
    assert all(recovery.received_fen <= recovery.found_fen for recovery in computed)
    if not voucher.reversals:
        came_in_fen = sum(recovery.received_fen for recovery in computed)
        assert voucher.claw_back_fen - came_in_fen <= len(voucher.reversals_withdrawn)


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
