"""The cases that the library ships for recorders, run on ours, on both databases.

The library counts versions from 0 in some of them and from 1 in others, ours from 1 and without holes. `FromZero`
stands between: it stores version n as n + 1, and every case counts from 0.
"""

import threading
import unittest
import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

import pytest
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    Notification,
    StoredEvent,
    Subscription,
    TrackingRecorder,
)
from eventsourcing.tests.persistence import (
    AggregateRecorderTestCase,
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
    TrackingRecorderTestCase,
)

from ledger import postgres, sqlite
from ledger.address import is_url
from ledger.following import DenseSubscription
from tests.ledger.databases import owners


def factory_for(address: str) -> InfrastructureFactory[Any]:
    """The parts of one ledger."""
    if is_url(address):
        return postgres.LedgerFactory(postgres.environment(address))
    return sqlite.LedgerFactory(sqlite.environment(address))


class FromZero(ApplicationRecorder):
    """One of our recorders, for somebody who counts versions from 0."""

    def __init__(self, ours: ApplicationRecorder):
        self.ours = ours

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        up = [StoredEvent(e.originator_id, e.originator_version + 1, e.topic, e.state) for e in stored_events]
        positions = self.ours.insert_events(up, **kwargs)
        return None if positions is None else list(positions)

    def select_events(
        self,
        originator_id: Any,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        above, upto = (bound if bound is None else bound + 1 for bound in (gt, lte))
        found = self.ours.select_events(originator_id, gt=above, lte=upto, desc=desc, limit=limit)
        return [StoredEvent(e.originator_id, e.originator_version - 1, e.topic, e.state) for e in found]

    def select_notifications(self, *args: Any, **kwargs: Any) -> Sequence[Notification]:
        found = self.ours.select_notifications(*args, **kwargs)
        return [Notification(n.originator_id, n.originator_version - 1, n.topic, n.state, n.id) for n in found]

    def max_notification_id(self) -> int | None:
        return self.ours.max_notification_id()

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        return DenseSubscription(self, gt, topics)


class OnBoth(unittest.TestCase):
    """A case of the library with our recorders in it."""

    __test__ = False  # run below, once for each database
    INITIAL_VERSION = 0
    factory: ClassVar[InfrastructureFactory[Any]]

    def new_originator_id(self) -> str:
        """Streams have names."""
        return str(uuid.uuid4())

    def create_recorder(self) -> Any:
        """Ours."""
        return FromZero(self.factory.application_recorder())


class Application(OnBoth, ApplicationRecorderTestCase[ApplicationRecorder]):
    """All of the library's cases for application recorders."""

    def test_insert_subscribe(self) -> None:
        """The library's case, up to its end: a subscription that skips topics could not tell a hole from one."""
        with pytest.raises(ValueError, match="cannot tell a hole"):
            self.optional_test_insert_subscribe()


class WithoutPositions(FromZero):
    """An aggregate recorder of the library gives no positions; ours is the recorder of an application."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        super().insert_events(stored_events, **kwargs)


class Aggregate(OnBoth, AggregateRecorderTestCase):
    """All of the library's cases for aggregate recorders."""

    def create_recorder(self) -> AggregateRecorder:
        """Ours."""
        return WithoutPositions(self.factory.application_recorder())


class NonInterleaving(OnBoth, NonInterleavingNotificationIDsBaseCase):
    """Positions of one commit are next to each other."""

    insert_num = 500  # a commit of the thousand that the library tries is refused


class Tracking(OnBoth, TrackingRecorderTestCase):
    """All of the library's cases for tracking recorders."""

    def create_recorder(self) -> TrackingRecorder:
        """Ours."""
        recorder: TrackingRecorder = self.factory.tracking_recorder()
        return recorder


#: They measure and print, and assert nothing; bench/ledger_append.py measures.
MEASUREMENTS = {"test_performance", "test_concurrent_throughput"}
CASES = [
    pytest.param(case, name, id=f"{case.__name__}.{name}")
    for case in (Application, Aggregate, NonInterleaving, Tracking)
    for name in unittest.TestLoader().getTestCaseNames(case)
    if name not in MEASUREMENTS
]


@pytest.mark.parametrize(("case", "name"), CASES)
def test_what_the_library_asks_of_a_recorder(case: type[OnBoth], name: str, address: str) -> None:
    case.factory = factory_for(address)
    result = unittest.TestResult()

    case(name).run(result)
    for thread in threading.enumerate():
        if "read_continuously" in thread.name:
            thread.join()  # told to stop and not waited for by the library; it must not read a file that is closed
    case.factory.close()

    assert result.testsRun == 1
    assert [report for _, report in result.errors + result.failures] == []


def test_the_factories_build_our_parts_however_the_library_asks(address: str) -> None:
    engine = postgres if is_url(address) else sqlite
    env = {**engine.environment(owners(address)), "PERSISTENCE_MODULE": f"{engine.__name__}:LedgerFactory"}

    with InfrastructureFactory.construct(env) as factory:
        assert type(factory) is engine.LedgerFactory
        assert type(factory.application_recorder()) is engine.LedgerRecorder
        assert type(factory.tracking_recorder()) is engine.FollowerRecorder
        with pytest.raises(NotImplementedError, match="through the ledger"):
            factory.process_recorder()
        with pytest.raises(NotImplementedError, match="no snapshot"):
            factory.aggregate_recorder("snapshots")
