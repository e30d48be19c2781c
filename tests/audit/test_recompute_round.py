"""A round's decisions made again from the ledger alone: the same shares to the fen; what was altered is found."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from google.protobuf.message import Message

from audit.compared import Decision, Difference
from audit.recompute import recompute_about
from audit.replay import snapshot
from domain.money import yuan
from duifu.v1 import events_pb2 as events
from duifu.v1.panel_pb2 import PanelConcluded
from ledger import streams
from ledger.rows import Rows, open_rows
from tests.audit.books import altered, more, other
from tests.audit.rounds import a_whole_round
from tests.audit.tampering import forged
from tests.audit.test_recompute import made_again
from tests.desk import the_rulebook
from tests.rounds import ROUND_ID, RoundDesk

FIRST, VETOED, THIRD = (f"qd-grant-2024-{number:06d}" for number in (1, 2, 3))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger of a round."""
    path = tmp_path_factory.mktemp("round") / "ledger.sqlite"
    desk = RoundDesk(path)
    assert a_whole_round(desk) == [FIRST, VETOED, THIRD]
    desk.ledger.close()
    return path


@pytest.fixture
def rows(whole: Path) -> Iterator[Rows]:
    """Its rows."""
    with closing(open_rows(whole)) as opened:
        yield opened


def test_a_round_that_went_in_at_the_door_is_what_the_rules_give(rows: Rows) -> None:
    tally, found = made_again(rows)

    assert found == []
    assert tally.is_equal
    assert [tally.decisions[kind] for kind in (Decision.RECEIPT, Decision.ALLOCATION, Decision.OUTCOME)] == [3, 2, 3]
    assert tally.amounts_fen[Decision.ALLOCATION] == yuan(20_000_000) + yuan(14_000_000)  # of both levels, twice shared
    assert tally.amounts_fen[Decision.PAYMENT] == yuan(14_000_000) + yuan(2_000_000)  # what came back was ordered again


def test_one_application_is_made_again_with_its_share_and_nobody_elses(rows: Rows) -> None:
    found: list[Difference] = []

    tally = recompute_about(rows, the_rulebook(), found.append, streams.case(FIRST))

    assert found == []
    assert (tally.decisions[Decision.RECEIPT], tally.decisions[Decision.PAYMENT]) == (1, 3)


def a_fen_from_one_level_to_the_other(event: events.RoundAllocated) -> None:
    city, district = event.shares[0].levels
    city.amount_fen, district.amount_fen = city.amount_fen + 1, district.amount_fen - 1


def a_fen_from_one_applicant_to_another(event: events.RoundAllocated) -> None:
    for share, by in zip(event.shares, (1, -1), strict=False):
        share.amount_fen += by
        share.levels[0].amount_fen += by


def a_day_more(event: Any) -> None:
    event.due_at.seconds += 86_400


def a_shorter_notice(event: events.RoundAllocated) -> None:
    event.notice_closes_at.seconds -= 86_400


def another_account(event: events.GrantOrdered) -> None:
    event.payee.number = "37100000000000009"


def a_sum_too_small(event: events.RoundClosed) -> None:
    event.paid_by_level[1].amount_fen -= 1


@pytest.mark.parametrize(
    ("kind", "alter", "decision", "path"),
    [
        pytest.param(
            events.RoundAllocated,
            a_fen_from_one_level_to_the_other,
            Decision.ALLOCATION,
            "shares[0].levels[0].amount_fen",
            id="a level pays for the other",
        ),
        pytest.param(
            events.RoundAllocated,
            a_fen_from_one_applicant_to_another,
            Decision.ALLOCATION,
            "shares[0].amount_fen",
            id="an applicant gets another's fen",
        ),
        pytest.param(
            events.RoundAllocated, a_shorter_notice, Decision.ALLOCATION, "notice_closes_at.seconds", id="a day less"
        ),
        pytest.param(
            events.AmountAllocated, more("amount_fen"), Decision.ALLOCATION, "amount_fen", id="a case's share"
        ),
        pytest.param(
            events.ApplicantDetermined, more("approved_fen"), Decision.VERDICT, "approved_fen", id="told to the round"
        ),
        pytest.param(events.RoundOpened, other("closes_on", "2024-02-29"), Decision.ROUND, "closes_on", id="window"),
        pytest.param(events.GrantOrdered, more("amount_fen"), Decision.PAYMENT, "amount_fen", id="order"),
        pytest.param(events.GrantOrdered, another_account, Decision.PAYMENT, "payee", id="somebody else's account"),
        pytest.param(events.GrantOrdered, other("treasury", "别处"), Decision.PAYMENT, "treasury", id="treasury"),
        pytest.param(events.RoundClosed, a_sum_too_small, Decision.ROUND, "paid_by_level[1].amount_fen", id="sums"),
        pytest.param(events.CaseClosed, other("code", "QD_E_AUDIT"), Decision.OUTCOME, "code", id="ground of a veto"),
        pytest.param(events.ClockRestarted, a_day_more, Decision.DEADLINE, "due_at.seconds", id="moved deadline"),
        pytest.param(events.ClockStopped, more("left_days"), Decision.DEADLINE, "left_days", id="days left"),
    ],
)
def test_whatever_was_altered_is_found(
    whole: Path, tmp_path: Path, kind: type[Message], alter: Callable[[Any], object], decision: Decision, path: str
) -> None:
    ledger = Path(copy(whole, tmp_path))
    position = altered(ledger, kind, alter)

    with closing(open_rows(ledger)) as rows:
        tally, found = made_again(rows)

    assert not tally.is_equal
    assert (position, decision, path) in [(one.position, one.decision, one.path) for one in found]


def test_an_objection_settled_by_whoever_had_determined_the_amount_is_found(whole: Path, tmp_path: Path) -> None:
    ledger = Path(copy(whole, tmp_path))

    def by_the_approver(envelope: events.Envelope) -> None:
        envelope.actor.id = "city-approver.1"

    position = forged(ledger, events.ObjectionSettled, by_the_approver)

    with closing(open_rows(ledger)) as rows:
        _, found = made_again(rows)
    assert [one.position for one in found if "[QD_E_DUTIES]" in str(one.derived)] == [position]


def test_a_clock_stopped_for_somebody_who_lent_nothing_is_found(whole: Path, tmp_path: Path) -> None:
    ledger = Path(copy(whole, tmp_path))

    def for_another(envelope: events.Envelope) -> None:
        envelope.actor.on_behalf_of = "city-reviewer.2"

    position = forged(ledger, events.ClockStopped, for_another)

    with closing(open_rows(ledger)) as rows:
        _, found = made_again(rows)
    assert [one.position for one in found if "[DELEGATION_MISSING]" in str(one.derived)] == [position]


def test_no_stage_passes_against_its_panel(whole: Path, tmp_path: Path) -> None:
    ledger = Path(copy(whole, tmp_path))
    altered(ledger, PanelConcluded, other("is_recommended", False))

    with closing(open_rows(ledger)) as rows:
        _, found = made_again(rows)

    assert "verdict" in [one.path for one in found if one.decision is Decision.VERDICT]


def test_a_round_is_replayed_with_where_it_stood(rows: Rows) -> None:
    assert snapshot(rows, streams.grant_round(ROUND_ID)).standing == (
        "2024年度已办结：2家获补助，市级¥7,000,000.00，区级¥7,000,000.00"
    )
