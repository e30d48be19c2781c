"""What was known before an event, and what the rules give on it."""

from collections import OrderedDict
from collections.abc import Container, Iterator
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from audit.applied import Applied
from audit.entries import Entry
from audit.folded import Folded, Quarter
from domain import benefits, review
from domain.calculation.award import Award, Draft
from domain.case import CORRECTION, Case
from domain.cycle import Cycle, quarters_of
from domain.cycle import cycle_id as id_of_cycle
from domain.dates import Quarter as Days
from domain.dates import civil_date
from domain.evaluation import settlement
from domain.facts import CaseFacts, of_claim
from domain.headroom import EnterpriseYear
from domain.kinds import BENEFITS, CASE, ENTERPRISE_YEAR, VOUCHER, Kind
from duifu.v1.events_pb2 import StageOpened
from duifu.v1.facts_pb2 import Application
from duifu.v1.plan_pb2 import Stage
from ledger import streams
from ledger.rows import Rows

S = TypeVar("S")

CEILINGS_KEPT = 10_000


class Before:
    """The ledger as it was before the event that is looked at, under the rules that applied."""

    def __init__(self, rows: Rows, applied: Applied, fed: Container[str] | None, kept_max: int):
        """`fed` are the streams that are read whole; None: all. `kept_max`: states remembered at once."""
        self.applied = applied
        self.entry: Entry  # that is looked at
        self._rows, self._folded = rows, Folded(rows, fed, kept_max)
        self._days: dict[int, date] = {}
        self._deadlines: dict[Any, tuple[Timestamp | None, str]] = {}
        self._ceilings: OrderedDict[str, tuple[Application, tuple[Any, ...], Draft]] = OrderedDict()
        self._award: tuple[Case, EnterpriseYear, Award] | None = None  # the newest

    # The state before this event

    def state(self, stream: str, kind: Kind[S]) -> S:
        """Any stream."""
        return self._folded.before(stream, kind, self.entry.position)

    def leaf_of(self, stream: str, version: int) -> str:
        """The stored leaf of an event, 64 hexadecimal digits; empty if there is no such event."""
        return (self._rows.leaf_of(stream, version) or b"").hex()

    @property
    def case(self) -> Case:
        """The case whose event this is."""
        return self.state(self.entry.stream, CASE)

    @property
    def on(self) -> date:
        """The business date of this event."""
        seconds = self.entry.envelope.business_at.seconds
        if seconds not in self._days:
            self._days = {seconds: civil_date(self.entry.business_at)}  # of one commit, and often of the next
        return self._days[seconds]

    def quarter(self, cycle_id: str) -> Quarter:
        """A quarter by its id."""
        return self._folded.quarter(streams.cycle(cycle_id), self.entry.position)

    def open_quarters(self, programme_id: str) -> Iterator[Cycle]:
        """The quarters of a programme that are not closed."""
        names = self._rows.streams(streams.cycle(f"{programme_id}-"))
        for number in quarters_of(programme_id, streams.cycle_ids(names)):
            known = self.quarter(id_of_cycle(programme_id, number))
            if known.opened.cycle_id and not known.is_closed:
                yield known.whole()

    def reads(self, cycle_id: str) -> bool:
        """Whether the quarter is among what is read: decisions on nobody else's rest on it."""
        return self._folded.is_fed(streams.cycle(cycle_id))

    @property
    def own_quarter(self) -> Quarter:
        """The quarter whose event this is."""
        return self._folded.quarter(self.entry.stream, self.entry.position)

    def year_of(self, case: Case) -> EnterpriseYear:
        """The year that the voucher of a claim counts in."""
        return self.state(self.applied.year_of(case), ENTERPRISE_YEAR)

    # What the rules give

    def facts_of(self, case: Case) -> CaseFacts:
        """What the rules look at in a case, with what other programmes had granted by then."""
        known = benefits.known_to(case, lambda uscc: self.state(streams.benefits(uscc), BENEFITS))
        if not case.is_redemption:
            return replace(of_claim(case), benefits=known)
        voucher = self.state(streams.voucher(case.redemption.voucher_id), VOUCHER)
        return settlement.facts_of(voucher, case.redemption, case.received_on, case.checks, known)

    def ceiling(self, case: Case) -> Draft:
        """The most a voucher may be worth, worked out once while nothing changes that it rests on."""
        facts, kept = self.facts_of(case), self._ceilings.get(case.case_id)
        rests_on = facts.accepted_on, facts.special_approvals, facts.benefits
        if kept is None or kept[0] is not case.application or kept[1] != rests_on:
            kept = self._ceilings[case.case_id] = case.application, rests_on, self.applied.ceiling(case, facts)
            if len(self._ceilings) > CEILINGS_KEPT:
                self._ceilings.popitem(last=False)
        return kept[2]

    def awarded(self, case: Case, year: EnterpriseYear) -> Award:
        """What an approved claim gets; the voucher and the year are told of it in one commit."""
        if self._award is None or self._award[0] is not case or self._award[1] is not year:
            self._award = case, year, self.applied.awarded(case, self.facts_of(case), self.ceiling(case), year)
        return self._award[2]

    def due(self, case: Case, stage: StageOpened) -> tuple[Timestamp | None, str]:
        """When a stage that opens now is due, and the clause; by the plan of the edition."""
        is_correction = stage.stage == CORRECTION
        key = case.returned_from if is_correction else stage.stage
        asked = case.plan.edition_sha256, case.plan.kind, key, is_correction, self.on
        if asked not in self._deadlines:
            plan = self.applied.plan(case.plan, case.plan.is_rehearsal)
            row = next(row for row in plan.stages if row.key == key)
            if is_correction:
                rule = row.correction
                row = Stage(key=CORRECTION, title=rule.title, time_limit=rule.time_limit, clause=rule.clause)
            opened = review.open_stage(row, stage.round, self.on, self.applied.calendar)
            self._deadlines[asked] = opened.due_at if opened.HasField("due_at") else None, row.clause
        return self._deadlines[asked]

    def joins(self, edition_sha256: str, quarter: Days, carried: str = "") -> str:
        """The id of this quarter, or of the first after it that still takes claims; empty after the last.

        The case that is `carried` over joins up to the close.
        """
        programme_id, last = self.applied.last_quarter(edition_sha256)
        while quarter <= last:
            joined = id_of_cycle(programme_id, quarter)
            known = self.quarter(joined)
            if not known.is_frozen or (carried and known.takes_over(carried)):
                return joined
            quarter = quarter.next
        return ""
