"""Business time in a rehearsal runs ahead of the machine's clock, and only ever forward."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import rehearsal
from domain.clock import business_time, clock_reading
from domain.refusals import Refused
from domain.rehearsal import Deployment
from duifu.v1.work_pb2 import BusinessClock
from tests.builders import shanghai

MACHINE = datetime(2026, 11, 22, 4, 30, 0, 123_456, tzinfo=UTC)


def started() -> Deployment:
    (event,) = rehearsal.start(Deployment(), True, date(2024, 1, 2), MACHINE)
    return rehearsal.evolve(Deployment(), event)


def test_a_rehearsal_begins_when_offices_open() -> None:
    begins = business_time(MACHINE, started().clock)

    assert timedelta(0) <= begins - shanghai("2024-01-02 09:00") < timedelta(seconds=1)


@given(st.integers(10**6, 10**14))
def test_time_that_has_passed_has_passed_completely_and_by_no_more_than_a_second(microseconds: int) -> None:
    target = shanghai("2024-01-02 09:00") + timedelta(microseconds=microseconds)
    (event,) = rehearsal.advance(started(), target, MACHINE)

    now = business_time(MACHINE, rehearsal.evolve(started(), event).clock)

    assert timedelta(0) < now - target <= timedelta(seconds=1)


def test_time_never_runs_back() -> None:
    assert rehearsal.advance(started(), shanghai("2023-12-31 00:00"), MACHINE) == []


def test_production_time_is_the_machines() -> None:
    assert business_time(MACHINE, Deployment().clock) == MACHINE
    with pytest.raises(Refused, match="NOT_A_REHEARSAL"):
        rehearsal.advance(Deployment(), MACHINE, MACHINE)


@given(st.integers(-(10**9), 10**9))
def test_a_clock_reading_and_business_time_are_two_sides_of_one_thing(offset: int) -> None:
    clock = BusinessClock(offset_seconds=offset)

    assert business_time(clock_reading(MACHINE, clock), clock) == MACHINE
