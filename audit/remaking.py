"""One recorded decision after another, beside the state that it rested on and the rules that applied."""

from collections import OrderedDict
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from audit.applied import Applied
from audit.compared import Comparison, Decision, Difference, Tally, Unanswered
from audit.entries import Entry
from audit.folded import KEPT_MAX, Folded, Quarter
from audit.scope import Scope
from domain import benefits, review
from domain.calculation.award import Award, Draft
from domain.case import CORRECTION, Case
from domain.cel.expressions import RuleBroken
from domain.cycle import Cycle, quarters_of
from domain.cycle import cycle_id as id_of_cycle
from domain.dates import Quarter as Days
from domain.dates import civil_date, from_iso
from domain.evaluation import settlement
from domain.facts import CaseFacts, of_claim
from domain.headroom import EnterpriseYear
from domain.kinds import BENEFITS, CASE, ENTERPRISE_YEAR, VOUCHER, Kind
from domain.refusals import Refused
from duifu.v1.events_pb2 import CaseClosed, CaseOpened, CorrectionSupplied, StageOpened
from duifu.v1.facts_pb2 import Application
from duifu.v1.plan_pb2 import Stage
from ledger import streams
from ledger.rows import Rows

S = TypeVar("S")
Handler = Callable[["Remaking", Any], None]

CEILINGS_KEPT = 10_000
#: Without the edition nobody can say what its rules give.
NOT_AT_HAND = frozenset({"EDITION_UNKNOWN", "PROGRAMME_UNKNOWN"})


class Remaking:
    """What a handler needs to make one decision again."""

    def __init__(
        self,
        rows: Rows,
        applied: Applied,
        scope: Scope,
        report: Callable[[Difference], None],
        fed: Container[str] | None = None,
        kept_max: int = KEPT_MAX,
    ):
        """`fed` are the streams that are given to `take` whole; None: all. `kept_max`: states remembered at once."""
        self.applied, self.tally = applied, Tally()
        self.due_fen: dict[str, int] = {}  # what the rules give for a claim, until its quarter knows
        self.nothing_due: dict[str, str] = {}  # why, by the code, until the case knows
        self.shared: Mapping[str, Award] = {}  # by case: how the rules share the pool that was shared last
        self._scope, self._report = scope, report
        self._rows, self._folded = rows, Folded(rows, fed, kept_max)
        self._days: dict[int, date] = {}
        self._untested: dict[str, Entry] = {}  # cases whose conditions at receipt are still to be tested
        self._deadlines: dict[Any, tuple[Timestamp | None, str]] = {}
        self._ceilings: OrderedDict[str, tuple[Application, tuple[Any, ...], Draft]] = OrderedDict()
        self._award: tuple[Case, EnterpriseYear, Award] | None = None  # the newest
        self.entry: Entry  # whose decision is made again
        self._at_work: tuple[Comparison, Decision, int, bool] | None = None

    def take(self, entry: Entry, handler: Handler | None) -> None:
        """Compare one event with what the rules give, then let the state follow it. Raises EvidenceBroken."""
        self.entry, self._at_work = entry, None
        self.tally.events += 1
        if self._untested and isinstance(entry.event, (CaseClosed, CorrectionSupplied)):
            self.tested_at_once(entry.stream.removeprefix(streams.CASES), False)
        if handler is not None:
            try:
                handler(self, entry.event)
            except Refused as refused:
                self._refused(refused)
            except RuleBroken as broken:
                self._unanswered(str(broken))
            except (AssertionError, KeyError, RuntimeError, StopIteration, TypeError, ValueError) as error:
                self._at_odds(f"{type(error).__name__} {error}")
            else:
                self._count()
        self._folded.advance(entry)

    def compare(
        self,
        decision: Decision,
        subject: str,
        cycle_id: str,
        programme_id: str,
        amount_fen: int = 0,
        *,
        is_part: bool = False,
    ) -> Comparison | None:
        """The decision under comparison, if it is wanted. `is_part`: it goes with another one, and is not counted."""
        if not self._scope.wants(subject, cycle_id, programme_id, self.entry):
            return None
        comparison = Comparison(self.entry, decision, subject, self._differs)
        self._at_work = comparison, decision, amount_fen, is_part
        return comparison

    def compare_case(
        self, decision: Decision, case: Case, amount_fen: int = 0, *, is_part: bool = False
    ) -> Comparison | None:
        """The same for a decision on a case. Raises Refused EDITION_UNKNOWN."""
        plan = case.plan
        found = self.compare(decision, case.case_id, case.cycle_id, plan.programme_id, amount_fen, is_part=is_part)
        if found is not None:
            self.applied.must_know(plan.edition_sha256)
        return found

    def finish(self) -> None:
        """The log is at its end: what was put off is tested."""
        for case_id in list(self._untested):
            self.tested_at_once(case_id, False)

    # What the applicant says is tested together with what the first officer decides on: the facts are the same, and
    # most of the time goes into reading them.

    def test_at_once(self) -> None:
        """The case that opens now is to be tested on what was handed in."""
        self._untested[self.entry.stream.removeprefix(streams.CASES)] = self.entry

    def awaits_test(self, case_id: str) -> bool:
        """Whether a case is still to be tested."""
        return case_id in self._untested

    def tested_at_once(self, case_id: str, has_passed: bool) -> None:
        """The case has passed, or is tested now as it was handed in; what is wrong is said of its first event."""
        entry = self._untested.pop(case_id, None)
        if entry is None or has_passed:
            return
        opened = entry.event
        assert isinstance(opened, CaseOpened)
        if opened.HasField("application"):
            facts = CaseFacts(from_iso(opened.received_on), opened.application)
        else:
            voucher = self.state(streams.voucher(opened.redemption.voucher_id), VOUCHER)
            facts = settlement.facts_of(voucher, opened.redemption, from_iso(opened.received_on), {})
        try:
            self.applied.must_pass_at_once(opened.plan, facts)
        except Refused as refused:
            Comparison(entry, Decision.RECEIPT, case_id, self._differs).refused(refused)

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

    def _differs(self, difference: Difference) -> None:
        self.tally.differences += 1
        self._report(difference)

    def _refused(self, refused: Refused) -> None:
        if refused.code in NOT_AT_HAND:
            self._unanswered(refused.message("zh"))
        elif self._at_work is not None:
            self._at_work[0].refused(refused)
            self._count()

    def _at_odds(self, error: str) -> None:
        if self._at_work is not None:
            self._at_work[0].same("", "—", f"无法按规则重作：{error}", "")
            self._count()

    def _unanswered(self, reason: str) -> None:
        if self._at_work is not None and not self._at_work[3]:
            found = self.tally.unanswered.setdefault(reason, Unanswered(reason, self.entry.position))
            found.decisions += 1

    def _count(self) -> None:
        if self._at_work is not None:
            _, decision, amount_fen, is_part = self._at_work
            if not is_part:
                self.tally.decisions[decision] += 1
                self.tally.amounts_fen[decision] += amount_fen
