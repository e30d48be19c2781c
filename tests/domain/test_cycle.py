"""A quarter takes claims until its cut-off, pays the oldest first, and names every claim when it closes. (BJ-4.3)"""

from datetime import date, datetime, timedelta

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from domain import cycle_closing, cycle_course, cycle_decisions
from domain.cycle import Cycle
from domain.cycle_decisions import open_cycle
from domain.dates import Quarter, from_iso
from domain.refusals import Refused
from domain.serving import served
from duifu.v1.events_pb2 import (
    ClaimAdmitted,
    ClaimAssessed,
    ClaimDeferred,
    ClaimDropped,
    ClaimPutOff,
    ClaimReferred,
    CycleClosed,
    CycleFrozen,
    PaymentOrdered,
    PaymentReturned,
    PaymentSettled,
)
from tests.builders import shanghai
from tests.desk import the_rulebook

RULEBOOK = the_rulebook()
PROGRAMME = RULEBOOK.in_force("bj-slq-2023", date(2024, 1, 1))
RULE = served(PROGRAMME).redemption
OPENED_ON = date(2023, 11, 16)


def after(*events: Message, quarter: str = "2024Q1") -> Cycle:
    state = cycle_course.evolve(Cycle(), open_cycle(PROGRAMME, Quarter.parse(quarter), RULEBOOK.calendar, OPENED_ON))
    for event in events:
        state = cycle_course.evolve(state, event)
    return state


@pytest.mark.parametrize(
    ("asked_on", "quarter"),
    [
        ("2024-01-01", "2024Q1"),
        ("2024-03-31", "2024Q1"),
        ("2024-04-01", "2024Q2"),
        ("2024-09-30", "2024Q3"),
        ("2024-10-01", "2024Q4"),
        ("2024-11-15", "2024Q4"),
        ("2024-11-16", "2025Q1"),
        ("2024-12-31", "2025Q1"),
        ("2025-11-15", "2025Q4"),  # a Saturday (BJ-A13)
        ("2025-11-17", "2026Q1"),
        ("2026-03-31", "2026Q1"),
    ],
)
def test_a_request_joins_its_quarter_or_after_15_november_the_next_year(asked_on: str, quarter: str) -> None:
    day = from_iso(asked_on)

    assert str(RULE.quarter_for(day)) == quarter
    assert day in RULE.intake(Quarter.parse(quarter))


@given(st.dates(date(2023, 1, 1), date(2026, 3, 31)))
def test_every_day_of_the_scheme_belongs_to_the_intake_of_one_quarter(day: date) -> None:
    quarters = [Quarter(year, number) for year in range(2022, 2028) for number in (1, 2, 3, 4)]

    assert [quarter for quarter in quarters if day in RULE.intake(quarter)] == [RULE.quarter_for(day)]


def test_after_the_tail_batch_nothing_is_taken() -> None:
    with pytest.raises(Refused) as refused:
        RULE.quarter_for(date(2026, 4, 1))

    assert (refused.value.code, refused.value.clause) == ("REDEMPTION_ENDED", "BJ-4.3")


@pytest.mark.parametrize(
    ("quarter", "cut_off", "pay_on", "pay_at", "awaits_ruling"),
    [
        ("2023Q4", "2023-11-16 00:00", "2023-12-29", "2023-12-29 00:00", False),
        ("2024Q1", "2024-04-01 00:00", "2024-03-29", "2024-04-01 00:00", False),
        ("2024Q3", "2024-10-01 00:00", "2024-09-30", "2024-10-01 00:00", False),
        ("2025Q4", "2025-11-16 00:00", "2025-12-31", "2025-12-31 00:00", False),
        ("2026Q1", "2026-04-01 00:00", "2026-03-31", "2026-04-01 00:00", True),
    ],
)
def test_a_quarter_is_cut_off_before_its_money_moves(
    quarter: str, cut_off: str, pay_on: str, pay_at: str, awaits_ruling: bool
) -> None:
    state = after(quarter=quarter)

    assert (state.cut_off_at, state.pay_at) == (shanghai(cut_off), shanghai(pay_at))
    assert (state.opened.pay_on, state.opened.awaits_ruling) == (pay_on, awaits_ruling)


def refused_at(at: datetime) -> str:
    try:
        cycle_decisions.freeze(after(), at)
    except Refused as refused:
        return refused.code
    return ""


def test_the_cut_off_is_midnight_and_not_a_moment_earlier() -> None:
    midnight = shanghai("2024-04-01 00:00")

    assert refused_at(midnight - timedelta(microseconds=1)) == "CUT_OFF_NOT_REACHED"
    assert refused_at(midnight) == ""


def admitted(number: int, carried: int = 0) -> ClaimAdmitted:
    case_id = f"bj-redeem-2024-{number:06d}"
    carried_from = "bj-slq-2023-2023Q4" if carried else ""
    return ClaimAdmitted(case_id=case_id, voucher_id="v", carried_from_cycle_id=carried_from, carried_fen=carried)


def test_the_oldest_request_is_paid_first_whenever_it_joined() -> None:
    state = after(
        admitted(7), ClaimAssessed(case_id=admitted(7).case_id, due_fen=5), admitted(3, carried=9), admitted(8)
    )

    assert [claim.case_id[-1] for claim in state.ready()] == ["3", "7"]
    assert [case_id[-1] for case_id in state.waiting_for()] == ["8"]


def test_what_was_deferred_and_what_came_back_of_one_claim_are_paid_together() -> None:
    state = after(admitted(3, carried=900), admitted(3, carried=100))

    assert [claim.due_fen for claim in state.ready()] == [1_000]


ENDS = ["dropped", "settled", "returned", "deferred", "settled in part"]


@given(st.lists(st.tuples(st.sampled_from(ENDS), st.integers(2, 10**9)), max_size=10))
def test_the_close_names_every_claim_with_every_fen(ends: list[tuple[str, int]]) -> None:
    claims = [admitted(number) for number in range(len(ends))]
    events: list[Message] = [*claims, CycleFrozen(case_ids=[claim.case_id for claim in claims])]
    for claim, (end, due) in zip(claims, ends, strict=True):
        case_id, order_id = claim.case_id, f"order {claim.case_id}"
        if end == "dropped":
            events.append(ClaimDropped(case_id=case_id))
            continue
        now = 0 if end == "deferred" else due // 2 if end == "settled in part" else due
        events.append(ClaimAssessed(case_id=case_id, due_fen=due))
        if due - now:
            events.append(ClaimDeferred(case_id=case_id, amount_fen=due - now))
        if now:
            events.append(PaymentOrdered(order_id=order_id, case_id=case_id, amount_fen=now))
            result = PaymentReturned if end == "returned" else PaymentSettled
            events.append(result(order_id=order_id))

    (closed,) = cycle_closing.close(after(*events))

    assert isinstance(closed, CycleClosed)
    named = {row.case_id for row in [*closed.paid, *closed.deferred, *closed.returned]} | set(closed.dropped_case_ids)
    assert named == {claim.case_id for claim in claims}
    assert closed.paid_fen + closed.deferred_fen + closed.returned_fen == sum(
        due for end, due in ends if end != "dropped"
    )
    assert closed.paid_fen == sum(row.amount_fen for row in closed.paid)
    assert len(closed.dropped_case_ids) == [end for end, _ in ends].count("dropped")


@pytest.mark.parametrize("step", range(1, 4))
def test_a_quarter_with_a_claim_that_has_no_end_yet_stays_open(step: int) -> None:
    case_id = admitted(1).case_id
    way: list[Message] = [
        CycleFrozen(case_ids=[case_id]),
        admitted(1),
        ClaimAssessed(case_id=case_id, due_fen=5),
        PaymentOrdered(order_id="1", case_id=case_id, amount_fen=5),
        PaymentSettled(order_id="1"),
    ]

    with pytest.raises(Refused, match=r"CYCLE_NOT_SETTLED.*bj-redeem-2024-000001"):
        cycle_closing.close(after(*way[: step + 1]))
    assert cycle_closing.close(after(*way))


WAYS = ["waits", "clean", "referred", "referred and passed", "withdrawn", "put off"]


@given(st.lists(st.sampled_from(WAYS), max_size=20))
def test_a_quarter_knows_which_claims_it_verifies_and_when_whatever_became_of_the_others(ways: list[str]) -> None:
    events: list[Message] = []
    for number, way in enumerate(ways):
        claim = admitted(number)
        claim.is_with_quarter, claim.verify_on = True, f"2024-03-{1 + number % 28:02d}"
        case_id = claim.case_id
        of_way: dict[str, list[Message]] = {
            "waits": [],
            "clean": [ClaimAssessed(case_id=case_id, due_fen=5)],
            "referred": [ClaimReferred(case_id=case_id)],
            "referred and passed": [ClaimReferred(case_id=case_id), ClaimAssessed(case_id=case_id, due_fen=5)],
            "withdrawn": [ClaimDropped(case_id=case_id)],
            "put off": [ClaimPutOff(case_id=case_id, verify_on="2024-03-31")],
        }
        events += [claim, *of_way[way]]
    state, index = after(*events), after(*events).index

    unverified = [state.claims[case_id] for case_id in index.unverified]
    assert len(unverified) == ways.count("waits") + ways.count("put off")
    assert index.verified == ways.count("clean")
    assert index.referred == sum(way.startswith("referred") for way in ways)
    assert index.conducted == len(ways) - index.referred == len(list(state.conducted()))
    days = [from_iso(claim.verify_on) for claim in unverified]
    assert state.verify_at == (shanghai(f"{min(days) + timedelta(days=1)} 00:00") if days else None)
    assert list(state.to_verify(date(2024, 3, 31))) == [c.case_id for c in unverified if c.verify_on < "2024-03-31"]
