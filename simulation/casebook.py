"""What a ledger knows of every claim: the facts at its end, how it ended, and the requests to have its voucher paid."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from math import inf

from audit import entries
from audit.entries import Entry
from audit.folded import evolved
from domain.benefits import holders, of_others
from domain.case import Case
from domain.dates import Quarter, civil_date
from domain.facts import CaseFacts, of_claim
from domain.kinds import BENEFITS, CASE
from duifu.v1 import events_pb2 as events
from duifu.v1.commands_pb2 import VERDICT_REFUSE
from duifu.v1.events_pb2 import (
    CASE_OUTCOME_CANCELLED,
    CASE_OUTCOME_ISSUED,
    CASE_OUTCOME_PAID,
    CASE_OUTCOME_WITHDRAWN,
    CLAIM_PAYMENT_STATUS_SETTLED,
    CONDITION_STATUS_MET,
    CONDITION_STATUS_NEEDS_PERSON,
    AmountTrace,
    Decided,
)
from duifu.v1.facts_pb2 import OtherBenefit, RedemptionOn
from duifu.v1.plan_pb2 import CASE_KIND_REDEMPTION_CLAIM
from ledger import streams
from ledger.rows import Row, Rows

#: What changes the facts or the outcome of a case, or of another one; stages and letters are passed over undecoded.
TOPICS = frozenset(
    kind.DESCRIPTOR.full_name
    for kind in (
        events.CaseOpened,
        events.CheckRecorded,
        events.CorrectionRequested,
        events.CorrectionSupplied,
        events.Decided,
        events.CaseAccepted,
        events.AmountDetermined,
        events.BankAccountReplaced,
        events.ClaimPaymentChanged,
        events.CaseClosed,
        events.BenefitGranted,
    )
)

Progress = Callable[[int, int], None]


class Ending(StrEnum):
    """How a claim stands in the ledger."""

    GRANTED = "granted"
    REFUSED = "refused"  # a rule said no
    REFUSED_BY_JUDGEMENT = "refused_by_judgement"  # a person said no where the rules did not
    OPEN = "open"


@dataclass(frozen=True)
class Requested:
    """A request to have a voucher paid, and what the ledger made of it so far."""

    case_id: str
    asked: RedemptionOn
    due_fen: int | None  # None: not assessed
    paid_fen: Mapping[int, int]  # year of the batch -> settled


@dataclass(frozen=True)
class Recorded:
    """One claim; what was granted is in the programme's unit."""

    case_id: str
    programme_id: str
    programme_title: str
    edition_sha256: str
    is_rehearsal: bool
    facts: CaseFacts
    ending: Ending
    place: int  # in the log: of the acceptance, or of the receipt before there is one
    granted: int = 0
    granted_on: date | None = None
    trace: AmountTrace = field(default_factory=AmountTrace)  # of what was granted
    code: str = ""  # why nothing was granted
    requests: Sequence[Requested] = ()


@dataclass(frozen=True)
class Casebook:
    """The claims of a ledger in the order of acceptance, and how many of each programme were taken back. (撤回)"""

    claims: Sequence[Recorded]
    withdrawn: Mapping[str, int]

    def of(self, programme_id: str) -> Sequence[Recorded]:
        """The claims of one programme."""
        return [claim for claim in self.claims if claim.programme_id == programme_id]

    @property
    def programmes(self) -> Sequence[str]:
        """The programmes whose claims are here, sorted."""
        return sorted({claim.programme_id for claim in self.claims})


@dataclass(slots=True)
class _Told:
    """A case while it is read."""

    case: Case = field(default_factory=Case)
    place: int = 0  # of a request: where it was assessed
    closed_on: date | None = None
    closed_at: float = inf  # in the log
    due_fen: int | None = None
    paid_fen: dict[int, int] = field(default_factory=dict)

    @property
    def is_withdrawn(self) -> bool:
        return self.case.closed is not None and self.case.closed.outcome == CASE_OUTCOME_WITHDRAWN


def read(rows: Rows, progress: Progress = lambda _done, _all: None) -> Casebook:
    """Read the ledger once. `progress` hears how many positions of all were read.

    Whether the rows are what the door wrote is another question (`duifu audit verify`). Personal values stay withheld.
    Raises RowsUnavailable, EvidenceBroken.
    """
    told: dict[str, _Told] = {}
    granted: dict[str, list[Entry]] = {}  # by enterprise's stream, in the order of the log
    for entry in _relevant(rows, progress):
        if entry.stream.startswith(streams.CASES):
            _take(told.setdefault(entry.stream, _Told()), entry)
        else:
            granted.setdefault(entry.stream, []).append(entry)
    requests: dict[str, list[Requested]] = {}
    claims, withdrawn = list[_Told](), dict[str, int]()
    for known in sorted(told.values(), key=lambda known: known.place):
        case = known.case
        if case.plan.kind != CASE_KIND_REDEMPTION_CLAIM:
            claims.append(known)
        elif not known.is_withdrawn and _ending(case) != Ending.REFUSED_BY_JUDGEMENT:
            requests.setdefault(case.redemption.voucher_id, []).append(_requested(known))
    for known in claims:
        if known.is_withdrawn:
            programme_id = known.case.plan.programme_id
            withdrawn[programme_id] = withdrawn.get(programme_id, 0) + 1
    kept = [_recorded(known, requests, _benefits(known, granted)) for known in claims if not known.is_withdrawn]
    return Casebook(sorted(kept, key=_order), withdrawn)


def _order(claim: Recorded) -> tuple[bool, date, int]:
    """Who is not accepted yet comes after all who are. (BJ-A24)"""
    return claim.facts.accepted_on is None, claim.facts.counted_on, claim.place


def _relevant(rows: Rows, progress: Progress) -> Iterator[Entry]:
    head = rows.head()
    stream, topic = Row._fields.index("stream"), Row._fields.index("topic")
    for page in rows.pages(0, head):
        for row in page:
            if row[topic] in TOPICS and str(row[stream]).startswith((streams.CASES, streams.BENEFITS)):
                yield entries.read(Row._make(row))
        progress(page[-1][0], head)


def _take(known: _Told, entry: Entry) -> None:
    known.case = evolved(CASE, known.case, entry)
    event = entry.event
    match event:
        case events.CaseOpened() | events.CaseAccepted():
            known.place = entry.position
        case events.AmountDetermined():
            known.due_fen, known.place = event.amount_fen, entry.position
        case events.ClaimPaymentChanged() if event.status == CLAIM_PAYMENT_STATUS_SETTLED:
            year = Quarter.parse(event.cycle_id.rpartition("-")[2]).year
            known.paid_fen[year] = known.paid_fen.get(year, 0) + event.amount_fen
        case events.CaseClosed():
            known.closed_on, known.closed_at = civil_date(entry.business_at), entry.position


def _benefits(known: _Told, granted: Mapping[str, Sequence[Entry]]) -> Sequence[OtherBenefit]:
    """What other programmes had granted when the case ended, or have by now."""
    case = known.case
    names = map(streams.benefits, holders(case.applicant_uscc, case.application))
    before = [entry for name in names for entry in granted.get(name, ()) if entry.position < known.closed_at]
    return of_others([BENEFITS.fold(entry.event for entry in before)], case.plan.programme_id)


def _requested(known: _Told) -> Requested:
    """A request that is under way has been asked about in part: what sources say so far is no evidence against it."""
    case = known.case
    checks = () if case.is_open else case.checks.values()
    asked = RedemptionOn(requested_on=case.received_on.isoformat(), request=case.redemption, checks=checks)
    return Requested(case.case_id, asked, known.due_fen, known.paid_fen)


def _recorded(known: _Told, requests: Mapping[str, Sequence[Requested]], benefits: Sequence[OtherBenefit]) -> Recorded:
    case, ending = known.case, _ending(known.case)
    closed = case.closed or events.CaseClosed()
    is_granted = ending == Ending.GRANTED
    return Recorded(
        case_id=case.case_id,
        programme_id=case.plan.programme_id,
        programme_title=case.plan.programme_title,
        edition_sha256=case.plan.edition_sha256,
        is_rehearsal=case.plan.is_rehearsal,
        facts=replace(_facts(case, ending), benefits=benefits),
        ending=ending,
        place=known.place,
        granted=closed.amount_fen if is_granted else 0,
        granted_on=known.closed_on if is_granted else None,
        trace=closed.trace,
        code=closed.code,
        requests=requests.get(closed.voucher_id, ()) if closed.voucher_id else (),
    )


def _ending(case: Case) -> Ending:
    """Whether a rule or a person refused is in the grounds as they stood at the decision."""
    if case.closed is None:
        return Ending.OPEN
    if case.closed.outcome in (CASE_OUTCOME_ISSUED, CASE_OUTCOME_PAID):
        return Ending.GRANTED
    if case.closed.outcome == CASE_OUTCOME_CANCELLED:
        return Ending.REFUSED_BY_JUDGEMENT  # vetoed (QD-5.3)
    last = case.decisions[-1] if case.decisions else Decided()
    if last.verdict != VERDICT_REFUSE:
        return Ending.REFUSED  # by the system: the limit, the contract, nothing due
    against = (ground for ground in last.grounds if ground.code == last.code)
    settled = (CONDITION_STATUS_MET, CONDITION_STATUS_NEEDS_PERSON)
    return Ending.REFUSED_BY_JUDGEMENT if all(ground.status in settled for ground in against) else Ending.REFUSED


def _facts(case: Case, ending: Ending) -> CaseFacts:
    """What the rules look at, as it stood at the end."""
    findings = [finding for decided in case.decisions for finding in decided.findings]
    ruled_met = {finding.code for finding in findings if finding.is_met}
    if ending == Ending.REFUSED:  # nobody had to rule on what could not save the claim
        grounds = (ground for decided in case.decisions for ground in decided.grounds)
        ruled_met |= {ground.code for ground in grounds if ground.status == CONDITION_STATUS_NEEDS_PERSON}
    lowered = _lowered(case.approval)
    return replace(
        of_claim(case),
        approved_fen=case.approval.approved_fen if lowered else None,
        approval_reason=case.approval.reason if lowered else "",
        ruled_met=frozenset(ruled_met - {finding.code for finding in findings if not finding.is_met}),
        is_under_way=ending == Ending.OPEN,
    )


def _lowered(approval: Decided) -> bool:
    """Whether a person set less than the ceiling: then that is the last step, and no calculation made it. (BJ-3.2)"""
    last = approval.trace.steps[-1] if approval.trace.steps else None
    return last is not None and last.name == "approved" and not last.operation
