"""Two runs side by side: what each claim gains or loses, what it costs, and how far the replay is the ledger's own."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from domain.calculation.accounts import Key
from domain.dates import Period
from simulation.casebook import Casebook, Ending, Recorded
from simulation.change import NOTHING, SIZES, Change, Pair
from simulation.notes import notes
from simulation.run import Result


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a run under the rules as they are says what the ledger says."""

    claims: int  # decided ones, compared
    differing: Sequence[str]  # cases
    difference: int  # sum of the differences, each without its sign
    requests: int  # assessed ones, compared
    differing_requests: Sequence[str]
    difference_fen: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing differs."""
        return not self.differing and not self.differing_requests


@dataclass(frozen=True, slots=True)
class Exhausted:
    """A limit of the whole programme, and the day on which each run reached it; None: never."""

    title: str
    period: str
    before: date | None
    after: date | None


@dataclass(frozen=True)
class Comparison:
    """Everything that a policy maker asks. Mappings are in the order in which they are shown."""

    changes: Sequence[Change]
    granted: Pair
    supported: Pair  # number of claims that get something
    refused: Mapping[str, Pair]  # code -> number of claims
    granted_by_year: Mapping[str, Pair]
    paid_by_year: Mapping[str, Pair]
    lapsed: Pair
    by_district: Mapping[str, Pair]
    by_size: Mapping[str, Pair]
    exhausted: Sequence[Exhausted]
    agreement: Agreement
    notes: Mapping[str, int]  # what to know when reading this -> number of claims

    def winners(self, most: int) -> Sequence[Change]:
        """Who gains most; of equals, who was accepted first."""
        gaining = [change for change in self.changes if change.granted.difference > 0]
        return sorted(gaining, key=lambda change: -change.granted.difference)[:most]

    def losers(self, most: int) -> Sequence[Change]:
        """Who loses most; of equals, who was accepted first."""
        losing = [change for change in self.changes if change.granted.difference < 0]
        return sorted(losing, key=lambda change: change.granted.difference)[:most]


def compare(
    casebook: Casebook, claims: Sequence[Recorded], before: Result, after: Result, period: Period
) -> Comparison:
    """Two runs over the same claims. Only claims that count in `period` are told; the others still used up limits."""
    changes = [
        Change(claim, before.claims[claim.case_id], after.claims[claim.case_id])
        for claim in claims
        if claim.facts.counted_on in period
    ]
    granted = NOTHING
    for change in changes:
        granted += change.granted
    return Comparison(
        changes=changes,
        granted=granted,
        supported=Pair(sum(c.before.granted > 0 for c in changes), sum(c.after.granted > 0 for c in changes)),
        refused=_refused(changes),
        granted_by_year=_grouped(changes, lambda change: str(change.counted_on.year)),
        paid_by_year=_paid(changes),
        lapsed=Pair(sum(c.before.lapsed_fen for c in changes), sum(c.after.lapsed_fen for c in changes)),
        by_district=_grouped(changes, lambda change: change.district),
        by_size=_in_order(_grouped(changes, lambda change: change.size), SIZES.values()),
        exhausted=_exhausted(before, after),
        agreement=_agreement(changes),
        notes=notes(casebook, changes, before, after),
    )


def _grouped(changes: Iterable[Change], of: Callable[[Change], str]) -> Mapping[str, Pair]:
    found: dict[str, Pair] = {}
    for change in changes:
        group = of(change)
        found[group] = found.get(group, NOTHING) + change.granted
    return dict(sorted(found.items()))


def _in_order(found: Mapping[str, Pair], order: Iterable[str]) -> Mapping[str, Pair]:
    return {group: found[group] for group in order if group in found}


def _paid(changes: Iterable[Change]) -> Mapping[str, Pair]:
    before, after = Counter[int](), Counter[int]()
    for change in changes:
        before.update(change.before.paid_fen)
        after.update(change.after.paid_fen)
    return {str(year): Pair(before[year], after[year]) for year in sorted({*before, *after})}


def _refused(changes: Sequence[Change]) -> Mapping[str, Pair]:
    before = Counter(change.before.code for change in changes if change.before.code)
    after = Counter(change.after.code for change in changes if change.after.code)
    return {code: Pair(before[code], after[code]) for code in sorted({*before, *after})}


def _exhausted(before: Result, after: Result) -> Sequence[Exhausted]:
    titles: dict[tuple[str, str], str] = {}
    days: tuple[dict[tuple[str, str], date], dict[tuple[str, str], date]] = ({}, {})
    for result, found in zip((before, after), days, strict=True):
        for key, day in result.exhausted.items():
            titles[_place(key)] = result.edition.programme.accounts[key.account].title
            found[_place(key)] = day
    return [Exhausted(titles[at], at[1], days[0].get(at), days[1].get(at)) for at in sorted(titles)]


def _place(key: Key) -> tuple[str, str]:
    """Without the holder: it is the programme, and both runs are about the same one."""
    return key.account, key.period


def _agreement(changes: Sequence[Change]) -> Agreement:
    decided = [change for change in changes if change.claim.ending != Ending.OPEN]
    differing = [change for change in decided if change.before.granted != change.claim.granted]
    requests = [
        (request.case_id, abs(change.before.due_fen.get(request.case_id, 0) - request.due_fen))
        for change in decided
        for request in change.claim.requests
        if request.due_fen is not None
    ]
    return Agreement(
        claims=len(decided),
        differing=[change.claim.case_id for change in differing],
        difference=sum(abs(change.before.granted - change.claim.granted) for change in differing),
        requests=len(requests),
        differing_requests=[case_id for case_id, difference_fen in requests if difference_fen],
        difference_fen=sum(difference_fen for _, difference_fen in requests),
    )
