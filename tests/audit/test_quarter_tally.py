"""A quarter that is counted event by event is the quarter that deciders know, after every event."""

from contextlib import closing
from pathlib import Path

import pytest
from google.protobuf.message import Message

from audit import entries, quarter_account
from audit.entries import EvidenceBroken
from audit.moments import AtPosition
from audit.quarter_tally import QuarterTally, Step
from domain.cycle import Cycle
from domain.cycle_course import evolve
from duifu.v1.events_pb2 import (
    ClaimAdmitted,
    ClaimAssessed,
    ClaimDeferred,
    ClaimReferred,
    Envelope,
    PaymentBatchMade,
    PaymentBatchSigned,
    PaymentOrdered,
    PaymentReturned,
)
from ledger import streams
from ledger.mapper import Recorded
from ledger.registry import wrap
from ledger.rows import Rows, open_rows
from ledger.store import Ledger
from tests.audit.histories import FIRST_QUARTER, REDEMPTION, SECOND_QUARTER
from tests.audit.years import two_years
from tests.desk import Desk


@pytest.fixture(scope="module")
def years_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with limits that bind, money that comes back, and a last batch."""
    path = tmp_path_factory.mktemp("years") / "ledger.sqlite"
    desk = Desk(path)
    two_years(desk)
    desk.ledger.close()
    return path


def must_agree(tally: QuarterTally, cycle: Cycle) -> None:
    assert list(tally.unassessed) == cycle.waiting_for()
    assert sorted(tally.ready) == [claim.case_id for claim in cycle.ready()]
    assert {case_id: line.left_fen for case_id, line in tally.ready.items()} == {
        claim.case_id: claim.due_fen for claim in cycle.ready()
    }
    assert [payment.ordered for payment in tally.outstanding.values()] == cycle.outstanding()
    assert tally.has_paid == cycle.has_paid
    assert (tally.is_frozen, tally.is_confirmed, tally.paused, tally.closed) == (
        cycle.frozen,
        cycle.confirmed,
        cycle.paused,
        cycle.closed,
    )


def test_after_every_event_of_every_quarter_the_count_is_what_deciders_know(years_file: Path) -> None:
    with closing(open_rows(str(years_file))) as rows:
        quarters = rows.streams(streams.CYCLES)
        for stream in quarters:
            tally, cycle = QuarterTally(), Cycle()
            for entry in entries.stream(rows, stream):
                tally.enter(entry.envelope)
                cycle = evolve(cycle, entry.event)
                must_agree(tally, cycle)
            assert tally.version == entry.version

    assert len(quarters) > 8


def test_what_came_in_is_what_went_out_once_a_quarter_has_closed(years_file: Path) -> None:
    with closing(open_rows(str(years_file))) as rows:
        for stream in rows.streams(streams.CYCLES):
            sums = _read(rows, stream.removeprefix(streams.CYCLES)).tally.sums
            came = sums[Step.ASSESSED].fen + sums[Step.CARRIED].fen
            assert came == sums[Step.ORDERED].fen + sums[Step.DEFERRED].fen + sums[Step.LAPSED].fen
            assert sums[Step.ORDERED].fen == sums[Step.SETTLED].fen + sums[Step.RETURNED].fen


def test_a_claim_that_came_back_says_why_and_how_long_it_took_in_all(spring: Rows) -> None:
    account = _read(spring, SECOND_QUARTER)

    (brought,) = account.claims[REDEMPTION].brought
    assert brought.from_cycle_id == FIRST_QUARTER
    assert _read(spring, FIRST_QUARTER).claims[REDEMPTION].brought == []
    assert "账户已销户" in brought.reason
    there = spring.before(brought.place.stream, brought.place.position + 1)
    assert there is not None
    assert there.version == brought.place.version
    assert account.days_to_pay() == [98]  # from 25 March to 1 July, when the second quarter had been cut off


def test_at_a_moment_nothing_that_came_later_is_told(spring: Rows) -> None:
    whole = _read(spring, FIRST_QUARTER)

    for version, position in enumerate(whole.positions, 1):
        then = quarter_account.read(spring, FIRST_QUARTER, AtPosition(position))
        assert then.tally.version == version
        assert all(brought.place.position <= position for claim in then.claims.values() for brought in claim.brought)
        assert all(use.place is None or use.place.position <= position for use in then.years)


def test_a_batch_waits_for_each_signature_and_for_nobody_once_its_orders_were_answered() -> None:
    tally = QuarterTally()
    orders = [PaymentOrdered(order_id=f"order-{number}", case_id="case", amount_fen=1) for number in range(2)]
    happened(tally, ClaimAdmitted(case_id="case", carried_from_cycle_id="before", carried_fen=2), *orders)
    happened(tally, PaymentBatchMade(batch=1, order_ids=["order-0", "order-1"], steps=["check", "release"]))

    ((batch, payments),) = tally.to_sign()
    assert (batch.steps, len(payments)) == (["check", "release"], 2)
    happened(tally, PaymentBatchSigned(batch=1, step="check"), PaymentReturned(order_id="order-0"))
    ((batch, payments),) = tally.to_sign()
    assert (batch.steps, [one.ordered.order_id for one in payments]) == (["release"], ["order-1"])
    happened(tally, PaymentBatchSigned(batch=1, step="release"))
    assert tally.to_sign() == []
    assert list(tally.outstanding) == ["order-1"]


def test_what_no_later_quarter_takes_over_has_lapsed_and_is_not_put_off() -> None:
    tally = QuarterTally()
    happened(tally, ClaimAdmitted(case_id="case", carried_from_cycle_id="before", carried_fen=5))
    happened(tally, ClaimDeferred(case_id="case", amount_fen=2, to_cycle_id="later"))
    happened(tally, ClaimDeferred(case_id="case", amount_fen=3))

    assert (tally.sums[Step.DEFERRED].fen, tally.sums[Step.LAPSED].fen) == (2, 3)
    assert tally.lines["case"].left_fen == 0


def happened(tally: QuarterTally, *events: Message) -> None:
    for event in events:
        tally.enter(Envelope(event=wrap(event)))


def test_an_event_that_cannot_follow_is_broken_evidence_and_says_where(tmp_path: Path) -> None:
    forged = Envelope(event=wrap(ClaimAssessed(case_id="nobody", due_fen=1)))
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.append([Recorded(streams.cycle(FIRST_QUARTER), 1, forged)])
    ledger.close()

    with closing(open_rows(str(tmp_path / "ledger.sqlite"))) as rows, pytest.raises(EvidenceBroken, match="Position 1"):
        _read(rows, FIRST_QUARTER)


def _read(rows: Rows, cycle_id: str) -> quarter_account.Account:
    return quarter_account.read(rows, cycle_id, AtPosition(rows.head()))


def test_what_the_quarter_verified_itself_and_what_went_to_a_person_is_counted() -> None:
    tally = QuarterTally()
    told: list[Message] = [
        *(ClaimAdmitted(case_id=case, is_with_quarter=True, verify_on="2024-03-01") for case in ("a", "b", "c")),
        ClaimAssessed(case_id="a", due_fen=5),
        ClaimReferred(case_id="b", reason="发票作废"),
        ClaimAssessed(case_id="b", due_fen=3),
    ]
    for event in told:
        tally.enter(Envelope(event=wrap(event)))

    assert (tally.sums[Step.VERIFIED].count, tally.sums[Step.VERIFIED].fen) == (1, 5)
    assert tally.sums[Step.REFERRED].count == 1
    assert tally.sums[Step.ASSESSED].fen == 8
