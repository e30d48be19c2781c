"""One recorded decision after another, beside the state that it rested on and the rules that applied."""

from collections.abc import Callable, Container, Mapping
from typing import Any

from audit.applied import Applied
from audit.before import Before
from audit.compared import Comparison, Decision, Difference, Tally, Unanswered
from audit.entries import Entry
from audit.folded import KEPT_MAX
from audit.scope import Scope
from domain.calculation.award import Award
from domain.case import Case
from domain.cel.expressions import RuleBroken
from domain.dates import from_iso
from domain.evaluation import settlement
from domain.facts import CaseFacts
from domain.kinds import VOUCHER
from domain.refusals import Refused
from duifu.v1.events_pb2 import CaseClosed, CaseOpened, CorrectionSupplied
from ledger import streams
from ledger.rows import Rows

Handler = Callable[["Remaking", Any], None]

#: Without the edition nobody can say what its rules give.
NOT_AT_HAND = frozenset({"EDITION_UNKNOWN", "PROGRAMME_UNKNOWN"})


class Remaking(Before):
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
        super().__init__(rows, applied, fed, kept_max)
        self.tally = Tally()
        self.due_fen: dict[str, int] = {}  # what the rules give for a claim, until its quarter knows
        self.nothing_due: dict[str, str] = {}  # why, by the code, until the case knows
        self.shared: Mapping[str, Award] = {}  # by case: how the rules share the pool that was shared last
        self._scope, self._report = scope, report
        self._untested: dict[str, Entry] = {}  # cases whose conditions at receipt are still to be tested
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
