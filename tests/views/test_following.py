"""Following the log: without a hole, beside writers and rebuilds, and never fewer rows for a reader."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import psycopg
import pytest

from ledger.address import is_url
from ledger.following import DenseSubscription, HoleInLog
from ledger.store import Ledger
from tests.builders import a_contract, an_application
from tests.desk import Desk
from tests.postgres import APP, OWNER
from tests.views.conftest import NewPlaces, Places
from tests.views.histories import FIRMS, shown_by, told_by
from views import keeping
from views.following import Follower, LogTooShort, rebuild
from views.recorders import Busy
from views.store import NoViews, OtherSchema, Views, opened, question

PATIENCE_SECONDS = 30


def edit(address: str, statement: str) -> None:
    """What somebody with a database tool could do."""
    if is_url(address):
        with psycopg.connect(address.replace(f"//{APP}@", f"//{OWNER}@"), autocommit=True) as connection:
            connection.execute(statement.replace("rowid", "notification_id"))
        return
    with sqlite3.connect(address) as file:
        file.execute(statement)
    file.close()


def tell(address: str, query: str) -> int:
    """What a reporting tool does: one statement, one number."""
    if is_url(address):
        with psycopg.connect(address, autocommit=True) as connection:
            row = connection.execute(query).fetchone()
    else:
        file = sqlite3.connect(address, timeout=PATIENCE_SECONDS)
        row = file.execute(query).fetchone()
        file.close()
    assert row is not None
    return int(row[0])


@contextmanager
def in_the_background(work: Callable[[], object]) -> Iterator[None]:
    """Run beside the block; what goes wrong there goes wrong here."""
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            wrong.append(error)

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()
        if wrong:
            raise wrong[0]


@contextmanager
def followed(views: Views, ledger: Ledger) -> Iterator[None]:
    """A follower beside the block, as `duifu views run` is one."""
    follower = Follower(views, ledger)
    with in_the_background(follower.run):
        try:
            yield
        finally:
            follower.stop()


def wait_for(views: Views, position: int) -> None:
    """Until readers see a position."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not [one for one in views.generations() if one.state == "current"]:
        assert time.monotonic() < deadline, "no views were built"
        time.sleep(0.01)
    views.wait(position, PATIENCE_SECONDS)


# The subscription


def test_a_subscription_gives_what_is_there_and_then_what_comes(desk: Desk) -> None:
    desk.submit(an_application())
    head = desk.ledger.head()

    with desk.ledger.recorder.subscribe(gt=2) as subscription:
        seen = [next(subscription).id for _ in range(head - 2)]
        with in_the_background(lambda: desk.submit(an_application(a_contract(number="another")))):
            later = next(subscription).id

    assert [*seen, later] == list(range(3, head + 2))


def test_a_subscription_that_is_stopped_while_it_waits_ends(desk: Desk) -> None:
    subscription = desk.ledger.recorder.subscribe()
    seen: list[int] = []

    with in_the_background(lambda: seen.extend(notification.id for notification in subscription)), subscription:
        subscription.stop()

    assert seen == []


def test_a_subscription_that_would_skip_topics_is_refused(desk: Desk) -> None:
    with pytest.raises(ValueError, match="cannot tell a hole"):
        DenseSubscription(desk.ledger.recorder, topics=["duifu.v1.CaseOpened"])


# A hole


@pytest.mark.parametrize("missing", [1, 30])
def test_a_missing_position_stops_the_views_before_it_and_is_named(
    started: Desk, places: Places, views: Views, missing: int
) -> None:
    edit(places.ledger, f"DELETE FROM stored_events WHERE rowid = {missing}")

    with pytest.raises(HoleInLog, match=f"expected position {missing}, found {missing + 1}"):
        rebuild(views, started.ledger)

    assert views.position(1) < missing
    with pytest.raises(NoViews):
        views.current()


def test_a_hole_that_opens_before_a_follower_stops_it(started: Desk, places: Places, views: Views) -> None:
    rebuild(views, started.ledger)
    head = started.ledger.head()
    started.submit(an_application(a_contract(number="lost")))
    edit(places.ledger, f"DELETE FROM stored_events WHERE rowid = {head + 1}")

    with pytest.raises(HoleInLog, match=f"expected position {head + 1}, found {head + 2}"):
        Follower(views, started.ledger).run()

    assert views.current().position == head


def test_a_ledger_that_ends_before_what_readers_have_seen_is_refused(
    started: Desk, views: Views, new_places: NewPlaces
) -> None:
    rebuild(views, started.ledger)
    other = Desk(new_places().ledger)

    for attempt in (Follower(views, other.ledger).run, lambda: rebuild(views, other.ledger)):
        with pytest.raises(LogTooShort, match=f"at position {started.ledger.head()}, the ledger ends at 0"):
            attempt()
    other.ledger.close()


# Follow


def test_what_is_decided_is_shown_a_moment_later(desk: Desk, views: Views) -> None:
    with followed(views, desk.ledger):
        wait_for(views, 0)
        case_id = desk.submit(an_application())
        wait_for(views, desk.ledger.head())
        (row,) = views.read(*question("view_case", {})).rows

    assert row["case_id"] == case_id


def test_a_second_follower_is_refused_and_told_why(started: Desk, places: Places, views: Views) -> None:
    with followed(views, started.ledger):
        wait_for(views, started.ledger.head())
        with opened(places.views) as others, pytest.raises(Busy, match="one is enough"):
            Follower(others, started.ledger).run()


def test_views_of_another_version_are_read_and_not_written(started: Desk, places: Places, views: Views) -> None:
    rebuild(views, started.ledger)
    edit(places.views, "UPDATE view_generations SET schema_sha256 = 'older'")

    with pytest.raises(OtherSchema, match="duifu views rebuild"):
        Follower(views, started.ledger).run()

    assert shown_by(views) == told_by(started)
    assert rebuild(views, started.ledger) == 2
    assert views.current().is_of_this_version


# Build beside, and switch


def test_without_a_switch_readers_go_on_with_the_old_tables(started: Desk, views: Views) -> None:
    rebuild(views, started.ledger)
    before = views.current().position
    started.submit(an_application(a_contract(number="later")))

    built = rebuild(views, started.ledger, switch=False)

    assert (views.current().number, views.current().position) == (1, before)
    assert rebuild(views, started.ledger) == built == views.current().number
    assert views.current().position == started.ledger.head()


def test_a_generation_begun_by_another_version_is_thrown_away(started: Desk, places: Places, views: Views) -> None:
    views.begin()
    edit(places.views, "UPDATE view_generations SET schema_sha256 = 'older'")

    number = rebuild(views, started.ledger)

    assert [one.number for one in views.generations()] == [number]
    assert shown_by(views) == told_by(started)


def test_two_rebuilds_at_once_the_second_is_refused_and_told_why(started: Desk, places: Places, views: Views) -> None:
    with opened(places.views) as others, others.recorder.lease("rebuild"), pytest.raises(Busy, match="is building"):
        rebuild(views, started.ledger)

    assert views.generations() == []
    assert rebuild(views, started.ledger) == 1  # whoever built before has ended


def test_old_tables_are_removed_when_asked(started: Desk, places: Places, views: Views) -> None:
    rebuild(views, started.ledger)
    rebuild(views, started.ledger)

    assert views.drop_retired() == [1]

    assert [one.number for one in views.generations()] == [2]
    with pytest.raises((sqlite3.OperationalError, psycopg.errors.UndefinedTable)):
        tell(places.views, "SELECT count(*) FROM view_case_g1")
    assert tell(places.views, "SELECT count(*) FROM view_case") == len(told_by(started)["view_case"])


def test_after_a_switch_the_follower_goes_over_to_the_new_tables(started: Desk, places: Places, views: Views) -> None:
    assert rebuild(views, started.ledger) == 1  # else the follower builds, and may not have left when readers see it
    with followed(views, started.ledger):
        wait_for(views, started.ledger.head())
        with opened(places.views) as others:
            assert rebuild(others, started.ledger) == 2
        started.submit(an_application(a_contract(number="later")))
        wait_for(views, started.ledger.head())

    assert [(one.number, one.state) for one in views.generations()] == [(1, "retired"), (2, "current")]
    assert shown_by(views) == told_by(started)


def test_beside_a_writer_and_a_follower_a_switch_takes_no_row_from_any_reader(
    started: Desk, places: Places, views: Views
) -> None:
    is_over = Event()
    counts: list[tuple[int, int]] = []
    told: list[int] = []

    def write() -> None:
        number = 0
        while not is_over.is_set():
            number += 1
            started.submit(an_application(a_contract(number=f"L-{number}", buyer=FIRMS[2]), firm=FIRMS[2]), FIRMS[2])

    def read() -> None:
        while not is_over.is_set():
            shown = views.read("SELECT count(*) AS cases FROM view_case{g}")
            counts.append((shown.position, shown.rows[0]["cases"]))
            told.append(tell(places.views, "SELECT count(*) FROM view_case"))

    rebuild(views, started.ledger)
    with followed(views, started.ledger), in_the_background(write), in_the_background(read):
        try:
            for _ in range(3):
                with opened(places.views) as others:
                    rebuild(others, started.ledger)
                    others.drop_retired()
        finally:
            is_over.set()
    rebuild(views, started.ledger)

    assert counts == sorted(counts)
    assert told == sorted(told)
    assert counts[-1][1] > counts[0][1], "nobody wrote; nothing was proven"
    assert shown_by(views) == told_by(started)


async def test_a_worker_keeps_the_views_up_and_takes_over_when_another_process_ends(
    started: Desk, places: Places, views: Views, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PAUSE_SECONDS", 0.01)
    stood_by: asyncio.Queue[str] = asyncio.Queue()
    monkeypatch.setattr(keeping.log, "debug", stood_by.put_nowait, raising=False)
    with views.recorder.lease("follow"):
        kept = asyncio.create_task(keeping.keep_up(places.views, places.ledger))
        await _twice(stood_by)
        assert views.generations() == []

    await asyncio.to_thread(wait_for, views, started.ledger.head())
    kept.cancel()
    with pytest.raises(asyncio.CancelledError):
        await kept

    assert shown_by(views) == told_by(started)
    with views.recorder.lease("follow"):
        pass  # nobody follows any more


async def test_a_worker_goes_on_while_the_ledger_has_a_hole(
    started: Desk, places: Places, views: Views, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PAUSE_SECONDS", 0.01)
    said: asyncio.Queue[str] = asyncio.Queue()
    monkeypatch.setattr(keeping.log, "error", lambda _event, error: said.put_nowait(error), raising=False)
    edit(places.ledger, "DELETE FROM stored_events WHERE rowid = 3")

    kept = asyncio.create_task(keeping.keep_up(places.views, places.ledger))
    first, second = await _twice(said)
    assert not kept.done()
    kept.cancel()
    with pytest.raises(asyncio.CancelledError):
        await kept

    assert first == second == "expected position 3, found 4"


async def _twice(said: "asyncio.Queue[str]") -> tuple[str, str]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await said.get(), await said.get()
