"""Every decision that rests on a rule, made again from the ledger alone, in the order in which they were made."""

import os
from collections.abc import Callable
from contextlib import closing
from heapq import merge
from operator import attrgetter

from audit import entries
from audit.applied import Applied
from audit.belonging import named
from audit.compared import Difference, Tally
from audit.folded import KEPT_MAX, evolved
from audit.handlers import HANDLERS, TOPICS
from audit.relevant import relevant
from audit.remaking import Remaking
from audit.scope import EVERYTHING, Scope
from audit.side_by_side import Progress, parts_of, side_by_side
from domain.benefits import holders
from domain.case import Case
from domain.cycle import cycle_id as id_of_cycle
from domain.dates import Quarter
from domain.kinds import CASE
from domain.single import contract_identity
from duifu.v1 import events_pb2 as events
from ledger import streams
from ledger.rows import Rows, open_rows
from policy.rulebook import Rulebook

CYCLES = {"cycle_id", "to_cycle_id"}
RECEIPT = events.CommandAccepted.DESCRIPTOR.full_name

DIFFERENCES_MAX = 1_000  # told of one part; further ones are counted


def recompute_ledger(
    address: str,
    rulebook: Rulebook,
    report: Callable[[Difference], None],
    scope: Scope = EVERYTHING,
    progress: Progress = lambda _done, _all: None,
    processes: int | None = None,
) -> Tally:
    """`recompute` of the whole log, in parts side by side where that is worth a process.

    Differences are given to `report` in the order of the log when all parts are done, of each part the first
    DIFFERENCES_MAX. Raises RowsUnavailable, EvidenceBroken.
    """

    def work(after: int, upto: int, heard: Progress) -> tuple[Tally, list[Difference]]:
        told: list[Difference] = []

        def keep(difference: Difference) -> None:
            if len(told) < DIFFERENCES_MAX:
                told.append(difference)

        with closing(open_rows(address)) as rows:
            return recompute(rows, rulebook, keep, scope, heard, after=after, upto=upto), told

    with closing(open_rows(address)) as rows:
        bounds = _bounds(rows, processes or os.cpu_count() or 1)
    whole = Tally()
    for tally, told in side_by_side(work, bounds, progress):
        whole.add(tally)
        for difference in told:
            report(difference)
    return whole


def recompute(
    rows: Rows,
    rulebook: Rulebook,
    report: Callable[[Difference], None],
    scope: Scope = EVERYTHING,
    progress: Progress = lambda _done, _all: None,
    kept_max: int = KEPT_MAX,
    after: int = 0,
    upto: int | None = None,
) -> Tally:
    """Read the log once and compare what `scope` wants; each difference is given to `report` as it is found.

    Of the log, the positions after `after` up to `upto`, which tear no commit apart; what came before is read where
    something rests on it. `progress` hears how many positions of all were read; of `kept_max` streams the state is
    remembered, of others it is read again. Raises RowsUnavailable, EvidenceBroken.
    """
    remaking = Remaking(rows, Applied(rulebook), scope, report, kept_max=kept_max)
    for entry in relevant(rows, TOPICS, after, rows.head() if upto is None else upto, progress):
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


def _bounds(rows: Rows, parts: int) -> list[int]:
    """Where the log is cut: just before a receipt, with which every commit begins."""
    head = rows.head()
    bounds = [0]
    statement = (
        f"SELECT {rows.position} FROM stored_events WHERE {rows.position} > ? AND topic = ? "  # noqa: S608 (our own words)
        f"ORDER BY {rows.position} LIMIT 1"
    )
    for part in range(1, parts_of(head, parts)):
        bounds += [position - 1 for (position,) in rows.query(statement, head * part // parts, RECEIPT)]
    return [*bounds, head]


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
    names |= set(map(streams.benefits, holders(case.applicant_uscc, case.application)))
    names |= set(rows.streams(streams.panels_of(case_id)))
    if case.is_grant:
        return names | {streams.grant_round(case.round_id)}
    names |= set(rows.streams(f"enterprise-year/{case.plan.programme_id}/{case.applicant_uscc}/"))
    if not case.is_redemption:
        names.add(streams.contract(contract_identity(case.application.contract)))
    names.add(streams.voucher(case.redemption.voucher_id or (case.closed.voucher_id if case.closed else "")))
    quarter = Quarter.of(case.received_on)
    while cycle_ids and (earlier := id_of_cycle(case.plan.programme_id, quarter)) < max(cycle_ids):
        cycle_ids.add(earlier)  # one that was cut off already sends a request on to the next
        quarter = quarter.next
    return names | set(map(streams.cycle, cycle_ids))
