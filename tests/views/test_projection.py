"""A view says what the ledger says: after any history, once for every event, and after every crash."""

import signal

import pytest
from eventsourcing.persistence import IntegrityError, Tracking
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.money import yuan
from ledger.store import Ledger
from tests.builders import PROGRAMME, a_contract, an_application
from tests.desk import Desk
from tests.views.conftest import NewPlaces, Places
from tests.views.histories import STEPS, Town, cycle_id, shown_by, told_by
from tests.views.other_processes import killed_while_building
from views.following import rebuild
from views.projection import Runner, ViewProjection
from views.store import Overtaken, Views, opened, question
from views.tables import TABLES

HISTORIES = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 60)), min_size=5, max_size=30)


def the_row(views: Views, name: str, **key: object) -> dict[str, object]:
    (row,) = views.read(*question(name, key)).rows
    return row


def newest(views: Views, generation: int) -> int:
    """The newest event in any row."""
    with views.recorder.reading() as cursor:
        newest_of_each = [
            views.recorder.ask(cursor, f"SELECT coalesce(max(position), 0) AS newest FROM {table.name}_g{generation}")
            for table in TABLES
        ]
    return max(int(row["newest"]) for (row,) in newest_of_each)


def feed(projection: ViewProjection, ledger: Ledger, positions: range) -> None:
    """Hand a projection events of the log, as the runner does."""
    for entry in ledger.entries(positions.start - 1, len(positions)):
        projection.process_event(entry.recorded, Tracking("views", entry.position))


# What the rows say


def test_a_claim_is_told_with_whom_it_waits_on_and_until_when(desk: Desk, views: Views) -> None:
    case_id = desk.submit(an_application())

    rebuild(views, desk.ledger)

    row = the_row(views, "view_case", case_id=case_id)
    assert (row["stage"], row["waits_on"], row["outcome"]) == ("acceptance", "市经信局受理岗", None)
    assert (row["opened_on"], row["due_on"], row["is_overdue"]) == ("2024-03-01", "2024-03-08", False)
    assert row["standing"] == "受理：由市经信局受理岗办理，时限至2024-03-08"


def test_money_is_followed_from_the_voucher_to_the_bank(desk: Desk, views: Views) -> None:
    voucher = desk.voucher_through_the_door(a_contract(yuan(1_000_000)))
    claim = desk.pay_for(voucher, yuan(400_000))
    desk.settle_quarter(cycle_id("2024Q1"))

    rebuild(views, desk.ledger)

    shown = the_row(views, "view_voucher", voucher_id=voucher.voucher_id)
    assert [shown[name] for name in ("face_fen", "due_fen", "redeemed_fen", "left_fen", "status")] == [
        yuan(200_000), yuan(80_000), yuan(80_000), yuan(120_000), "part-redeemed",
    ]  # fmt: skip
    case = the_row(views, "view_case", case_id=claim)
    assert (case["outcome"], case["settled_fen"], case["closed_on"]) == ("paid", yuan(80_000), "2024-04-01")
    year = the_row(views, "view_enterprise_year", uscc=voucher.uscc)
    assert (year["year"], year["issued_fen"], year["redeemed_fen"]) == (2024, yuan(200_000), yuan(80_000))
    quarter = the_row(views, "view_cycle", cycle_id=cycle_id("2024Q1"))
    assert (quarter["state"], quarter["settled"], quarter["settled_fen"]) == ("closed", 1, yuan(80_000))
    (pool,) = views.read(*question("view_pool", {"programme_id": PROGRAMME})).rows
    assert [pool[name] for name in ("issued_fen", "outstanding_fen", "ordered_fen", "paid_fen")] == [
        yuan(200_000), yuan(120_000), yuan(80_000), yuan(80_000),
    ]  # fmt: skip


def test_a_claim_that_waits_for_an_earlier_one_is_shown_as_held(year: Desk, views: Views) -> None:
    rebuild(views, year.ledger)

    held = [row for row in views.read(*question("view_case", {})).rows if row["is_held"]]
    assert [row["stage"] for row in held] == ["issuance"]
    (queue,) = [row for row in views.read(*question("view_enterprise_year", {})).rows if row["held"]]
    assert (queue["queued"], queue["held"], queue["vouchers"]) == (2, 1, 0)


def test_a_row_names_the_newest_event_of_its_stream(year: Desk, views: Views) -> None:
    rebuild(views, year.ledger)

    for row in views.read(*question("view_case", {})).rows:
        assert row["version"] == year.ledger.version(f"case/{row['case_id']}")
        assert row["position"] == year.ledger.position_of(f"case/{row['case_id']}", row["version"])


# Every history


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORIES, batch=st.sampled_from([1, 7, 500]))
def test_after_any_history_the_view_is_what_a_reader_of_all_streams_would_write(
    new_places: NewPlaces, history: list[tuple[str, int]], batch: int
) -> None:
    places = new_places()
    desk = Desk(places.ledger)
    with opened(places.views) as views:
        generation = views.begin()
        half = len(history) // 2
        town = Town(desk)
        for part in (history[:half], history[half:]):  # the second half comes to tables that have rows
            town.live(part)
            with Runner(views, generation, desk.ledger, batch=batch, room=2) as runner:  # most books are read again
                runner.wait(desk.ledger.head() or None, 30)
        views.switch(generation)

        assert shown_by(views) == told_by(desk)
        assert views.position(generation) == desk.ledger.head()
        differences = [row for row in views.read(*question("view_conservation", {})).rows if row["difference_fen"]]
        assert differences == []
    desk.ledger.close()


# Once


def test_an_event_that_comes_twice_is_refused_and_changes_nothing(year: Desk, views: Views) -> None:
    generation = views.begin()
    one, other = (ViewProjection(views, generation, year.ledger, batch=1) for _ in range(2))
    feed(one, year.ledger, range(1, 51))
    views.switch(generation)
    before = shown_by(views)

    with pytest.raises(Overtaken, match="generation 1 is current, at 50 and not at 0"):
        feed(other, year.ledger, range(1, 2))
    with views.recorder.writing() as cursor, pytest.raises(IntegrityError):
        views.recorder.track(cursor, Tracking("views-g1", 50))

    assert shown_by(views) == before
    assert views.position(generation) == 50


def test_who_comes_late_puts_no_older_row_in_place_of_a_newer_one(year: Desk, views: Views) -> None:
    generation = views.begin()
    feed(ViewProjection(views, generation, year.ledger, batch=10), year.ledger, range(1, 11))
    late = ViewProjection(views, generation, year.ledger, batch=10)
    feed(ViewProjection(views, generation, year.ledger, batch=10), year.ledger, range(11, 51))
    views.switch(generation)
    before = shown_by(views)

    with pytest.raises(Overtaken):
        feed(late, year.ledger, range(11, 21))

    assert shown_by(views) == before


@pytest.mark.parametrize("moment", ["before the commit", "after the commit"])
def test_killed_at_any_point_and_started_again_it_comes_to_the_same_tables(
    year: Desk, places: Places, new_places: NewPlaces, moment: str
) -> None:
    reached = []
    for transaction in (1, 3, 2):
        ended = killed_while_building(places.ledger, places.views, 13, transaction, moment)
        assert ended == -signal.SIGKILL
        with opened(places.views) as views:
            reached.append(views.position(1))
            assert newest(views, 1) <= reached[-1], "a row is ahead of the tracking"

    with opened(places.views) as views, opened(new_places().views) as undisturbed:
        assert rebuild(views, year.ledger) == 1  # it went on, and did not begin anew
        rebuild(undisturbed, year.ledger)
        assert shown_by(views) == shown_by(undisturbed) == told_by(year)
    whole = {"before the commit": [0, 2, 3], "after the commit": [1, 4, 6]}[moment]
    assert reached == [13 * batches for batches in whole]
