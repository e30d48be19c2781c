"""Every decision that rests on a rule, made again from the ledger alone, in the order in which they were made."""

from collections.abc import Callable, Iterator
from heapq import merge
from operator import attrgetter

from google.protobuf.message import DecodeError, Message

from audit import case_decisions, entries, money_decisions, quarter_decisions
from audit.applied import Applied
from audit.belonging import named
from audit.compared import Difference, Tally
from audit.entries import Entry
from audit.folded import KEPT_MAX, evolved
from audit.remaking import Handler, Remaking
from audit.scope import EVERYTHING, Scope
from domain.case import Case
from domain.cycle import cycle_id as id_of_cycle
from domain.dates import Quarter
from domain.kinds import CASE
from domain.single import contract_identity
from duifu.v1 import events_pb2 as events
from duifu.v1.events_pb2 import Envelope
from ledger import streams
from ledger.registry import FIELD_OF_TOPIC
from ledger.rows import Row, Rows
from policy.rulebook import Rulebook

#: How each kind of event is made again; None: it only changes what later ones rest on.
HANDLERS: dict[type[Message], Handler | None] = {
    events.CaseOpened: case_decisions.opened,
    events.StageOpened: case_decisions.stage_opened,
    events.CheckRecorded: None,
    events.CorrectionRequested: None,
    events.CorrectionSupplied: case_decisions.supplied,
    events.Decided: case_decisions.decided,
    events.StageLapsed: case_decisions.lapsed,
    events.CaseAccepted: case_decisions.accepted,
    events.AmountDetermined: money_decisions.determined,
    events.IssuanceHeld: case_decisions.held,
    events.IssuanceResumed: None,
    events.BankAccountReplaced: None,
    events.ClaimPaymentChanged: quarter_decisions.told,
    events.CaseClosed: case_decisions.closed,
    events.ContractClaimed: None,
    events.VoucherIssued: money_decisions.issued,
    events.RedemptionAssessed: money_decisions.assessed,
    events.VoucherRedeemed: money_decisions.redeemed,
    events.HeadroomReserved: money_decisions.reserved,
    events.HeadroomHeld: money_decisions.held,
    events.HeadroomIssued: money_decisions.used_for_issuing,
    events.HeadroomReleased: None,
    events.RedemptionHeadroomUsed: money_decisions.used_for_paying,
    events.RedemptionHeadroomRestored: money_decisions.used_for_paying,
    events.CycleOpened: quarter_decisions.opened,
    events.ClaimAdmitted: quarter_decisions.admitted,
    events.ClaimAssessed: quarter_decisions.assessed,
    events.ClaimDropped: None,
    events.CycleFrozen: quarter_decisions.frozen,
    events.CycleConfirmed: quarter_decisions.confirmed,
    events.PaymentOrdered: quarter_decisions.ordered,
    events.ClaimDeferred: quarter_decisions.deferred,
    events.PaymentSettled: None,
    events.PaymentReturned: quarter_decisions.returned,
    events.CycleClosed: quarter_decisions.closed,
}
CYCLES = {"cycle_id", "to_cycle_id"}
TOPICS = frozenset(kind.DESCRIPTOR.full_name for kind in HANDLERS)

Progress = Callable[[int, int], None]


def recompute(
    rows: Rows,
    rulebook: Rulebook,
    report: Callable[[Difference], None],
    scope: Scope = EVERYTHING,
    progress: Progress = lambda _done, _all: None,
    kept_max: int = KEPT_MAX,
) -> Tally:
    """Read the whole log once and compare what `scope` wants; each difference is given to `report` as it is found.

    `progress` hears how many positions of all were read; of `kept_max` streams the state is remembered, of others it is
    read again. Raises RowsUnavailable, EvidenceBroken.
    """
    remaking = Remaking(rows, Applied(rulebook), scope, report, kept_max=kept_max)
    for entry in _relevant(rows, progress):
        remaking.take(entry, HANDLERS[type(entry.event)])
    remaking.finish()
    return remaking.tally


def recompute_about(rows: Rows, rulebook: Rulebook, report: Callable[[Difference], None], subject: str) -> Tally:
    """The decisions on the case or the voucher `subject`, a stream; only the streams that they rest on are read."""
    case_ids = _cases_of(rows, subject)
    names = sorted({name for case_id in case_ids for name in _rested_on(rows, case_id)})
    remaking = Remaking(rows, Applied(rulebook), Scope(case_ids=frozenset(case_ids)), report, frozenset(names))
    told = merge(*(map(entries.read, rows.stream(name)) for name in names), key=attrgetter("position"))
    for entry in told:
        remaking.take(entry, HANDLERS.get(type(entry.event)))
    remaking.finish()
    return remaking.tally


def _relevant(rows: Rows, progress: Progress) -> Iterator[Entry]:
    """What decisions are or rest on; receipts, refused attempts and letters are passed over undecoded."""
    head, topic = rows.head(), Row._fields.index("topic")
    for page in rows.pages(0, head):
        for row in page:
            if row[topic] in TOPICS:
                yield _read(Row._make(row))
        progress(page[-1][0], head)


def _read(row: Row) -> Entry:
    """An event without what was sealed for persons, on which no rule rests. Raises EvidenceBroken."""
    try:
        envelope = Envelope.FromString(row.state)
    except (DecodeError, TypeError):
        return entries.read(row)  # which says what is wrong
    field = FIELD_OF_TOPIC[row.topic]
    if envelope.event.WhichOneof("kind") != field:
        return entries.read(row)
    return Entry(*row[:4], row.leaf, envelope, getattr(envelope.event, field))


def _cases_of(rows: Rows, subject: str) -> list[str]:
    """The case itself; of a voucher, the claim that it was issued on and every claim on it."""
    if not subject.startswith("voucher/"):
        return [subject.removeprefix(streams.CASES)]
    told = map(entries.read, rows.stream(subject))
    return sorted({entry.event.case_id for entry in told if hasattr(entry.event, "case_id")})


def _rested_on(rows: Rows, case_id: str) -> set[str]:
    """The streams that the decisions on a case rest on, its own among them. Raises EvidenceBroken."""
    case = Case()
    names, cycle_ids = {streams.case(case_id)}, set[str]()
    for entry in map(entries.read, rows.stream(streams.case(case_id))):
        case = evolved(CASE, case, entry)
        cycle_ids |= named(entry.event, CYCLES) - {""}
    names |= set(rows.streams(f"enterprise-year/{case.plan.programme_id}/{case.applicant_uscc}/"))
    if case.is_voucher_claim:
        names.add(streams.contract(contract_identity(case.application.contract)))
    names.add(streams.voucher(case.redemption.voucher_id or (case.closed.voucher_id if case.closed else "")))
    quarter = Quarter.of(case.received_on)
    while cycle_ids and (earlier := id_of_cycle(case.plan.programme_id, quarter)) < max(cycle_ids):
        cycle_ids.add(earlier)  # one that was cut off already sends a request on to the next
        quarter = quarter.next
    return names | set(map(streams.cycle, cycle_ids))
