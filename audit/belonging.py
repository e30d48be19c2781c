"""Which events belong to a case: its own streams whole, and of shared streams what was recorded with it or names it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from google.protobuf.message import Message

from audit.entries import Entry, read
from audit.related import ATTEMPTS
from domain.single import contract_identity
from duifu.v1.events_pb2 import GrantOrdered, PaymentOrdered
from duifu.v1.panel_pb2 import PanelConvened
from ledger import streams
from ledger.rows import COLUMNS, NAME_END, Row, Rows

#: Fields by which an event says whom it is about.
NAMING = frozenset(
    {
        "case_id",
        "case_ids",
        "dropped_case_ids",
        "behind_case_ids",
        "released_by_case_id",
        "order_id",
        "recovery_id",
        "voucher_id",
    }
)
#: Streams that many cases share, and that are read through for what names this one.
SHARED = ("cycle/", "enterprise-year/", "round/")
COMMIT_ROWS = 16  # most commits are smaller
STATE = Row._fields.index("state")


@dataclass(frozen=True, slots=True)
class Belonging:
    """Events in order of the log, and which of their streams are there from the first event to the last."""

    events: tuple[tuple[Row, Entry], ...]
    whole: frozenset[str]

    @property
    def rows(self) -> list[Row]:
        """The events as stored."""
        return [row for row, _ in self.events]

    @property
    def editions(self) -> set[str]:
        """The programme editions that the events name, by sha256."""
        entries = [entry for _, entry in self.events]
        named_inside = _values(entries, {"edition_sha256"})
        return (named_inside | {entry.envelope.edition_sha256 for entry in entries}) - {""}

    def upto(self, position: int) -> "Belonging":
        """The same, as it was when the log ended at this position."""
        return Belonging(tuple(event for event in self.events if event[0].position <= position), self.whole)


def belonging(rows: Rows, subject: str) -> Belonging:
    """Everything that belongs to the case, voucher or other stream `subject`. Raises EvidenceBroken.

    An event that names only others is left out, even if the same command recorded it: a page of payments is one commit.
    """
    collected = _Collected(rows)
    own = [subject]
    entries = collected.whole_stream(subject)
    if subject.startswith("voucher/"):
        own += map(streams.case, sorted(_values(entries, {"case_id"})))
    cases = [name.removeprefix(streams.CASES) for name in own if name.startswith(streams.CASES)]
    for beginning in (streams.panels_of, streams.recoveries_of):
        own += [name for case_id in cases for name in rows.streams(beginning(case_id))]
    entries += [entry for name in own[1:] for entry in collected.whole_stream(name)]
    if subject.startswith(("case/", "voucher/", streams.PANELS)):
        for name in sorted(set(_companions(entries)) - set(own)):
            collected.whole_stream(name)
    ours = {name.partition("/")[2] for name in own}
    commits = [other for command in sorted({e.envelope.command_id for e in entries}) for other in collected.of(command)]
    touched = {entry.stream for entry in commits if _is_about(entry, ours) and entry.stream.startswith(SHARED)}
    candidates = commits + [entry for name in sorted(touched) for entry in collected.read(rows.stream(name))]
    orders = [entry.event for entry in candidates if isinstance(entry.event, PaymentOrdered | GrantOrdered)]
    ours |= {order.order_id for order in orders if order.case_id in ours}
    collected.keep(entry for entry in candidates if _is_about(entry, ours))
    collected.keep(collected.refused(ours))
    return collected.result()


class _Collected:
    """What was kept so far. Every row is decoded once."""

    def __init__(self, rows: Rows):
        self._rows, self._head = rows, rows.head()
        self._seen: dict[int, tuple[Row, Entry]] = {}
        self._kept: set[int] = set()
        self._whole: set[str] = set()

    def read(self, rows: Iterable[Row]) -> list[Entry]:
        """Rows decoded, and remembered."""
        entries = []
        for row in rows:
            if row.position not in self._seen:
                self._seen[row.position] = row, read(row)
            entries.append(self._seen[row.position][1])
        return entries

    def keep(self, entries: Iterable[Entry]) -> None:
        """Take these events into the result."""
        self._kept.update(entry.position for entry in entries)

    def whole_stream(self, name: str) -> list[Entry]:
        """All events of a stream, kept; none if there is no such stream."""
        entries = self.read(self._rows.stream(name))
        if entries:
            self._whole.add(name)
        self.keep(entries)
        return entries

    def of(self, command_id: str) -> Iterator[Entry]:
        """What one command recorded, in one commit; its receipt stands first and is kept."""
        receipts = self.read(self._rows.stream(streams.command(command_id)))
        self.keep(receipts)
        for receipt in receipts:
            for page in self._rows.pages(receipt.position, self._head, size=COMMIT_ROWS):
                entries = self.read(map(Row._make, page))
                same = [entry for entry in entries if entry.envelope.command_id == command_id]
                yield from same
                if len(same) < len(entries):
                    break

    def refused(self, ours: set[str]) -> Iterator[Entry]:
        """Refused attempts on these cases since the first of their events; rows without their names stay undecoded."""
        statement = (
            f"SELECT {self._rows.position}, {COLUMNS} FROM stored_events "  # noqa: S608 (our own words)
            f"WHERE originator_id >= ? AND originator_id < ? AND {self._rows.position} > ?"
        )
        found = self._rows.query(statement, ATTEMPTS, ATTEMPTS + NAME_END, min(self._kept, default=0))
        names_one = re.compile(b"|".join(re.escape(name.encode()) for name in sorted(ours))).search
        rows = [Row._make(row) for row in found if not isinstance(row[STATE], bytes) or names_one(row[STATE])]
        return (entry for entry in self.read(rows) if named(entry.event) & ours)

    def result(self) -> Belonging:
        """Everything kept."""
        return Belonging(tuple(self._seen[position] for position in sorted(self._kept)), frozenset(self._whole))


def named(message: Message, names: frozenset[str] | set[str] = NAMING) -> set[str]:
    """The texts in fields of these names, however deep; by default the cases, vouchers and orders that it is about."""
    found: set[str] = set()
    for field, value in message.ListFields():
        if field.name in names:
            found.update([value] if isinstance(value, str) else value)
        elif field.message_type is not None and not field.message_type.GetOptions().map_entry:
            for inner in value if field.is_repeated else (value,):
                found |= named(inner, names)
    return found


def _values(entries: Iterable[Entry], names: set[str]) -> set[str]:
    return {value for entry in entries for value in named(entry.event, names)}


def _companions(entries: Iterable[Entry]) -> Iterator[str]:
    """The vouchers, contracts and pools of experts that the events of a case, a voucher or a panel tell of."""
    for entry in entries:
        yield from map(streams.voucher, named(entry.event, {"voucher_id"}))
        if isinstance(entry.event, PanelConvened):
            yield streams.experts(entry.event.programme_id)
        for holder in (entry.event, getattr(entry.event, "application", None)):
            contract = getattr(holder, "contract", None)
            if contract is not None and contract.contract_number:
                yield streams.contract(contract_identity(contract))


def _is_about(entry: Entry, ours: set[str]) -> bool:
    """Whether an event names one of ours, or nobody. A case's and a voucher's event is about its stream."""
    names = named(entry.event)
    if entry.stream.startswith(("case/", "voucher/")):
        names.add(entry.stream.partition("/")[2])
    return not names or bool(names & ours)
