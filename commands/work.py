"""One command's view of the ledger: streams read once, events collected, written together at the end."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce
from typing import Any, TypeVar, cast

from google.protobuf.message import Message

from commands.kept import Kept
from domain import treasury_silence
from domain.case import Case
from domain.cycle import Cycle
from domain.dates import civil_date
from domain.kinds import CASE, CYCLE, RECOVERY, REGISTER, ROUND, SUBJECT, VOUCHER, Kind
from domain.refusals import Refused
from domain.rehearsal import Deployment
from domain.round import Round
from domain.single import Register
from duifu.v1.commands_pb2 import Actor
from ledger import streams
from ledger.mapper import Recorded
from ledger.registry import unwrap
from ledger.store import Ledger
from policy.rulebook import Rulebook

S = TypeVar("S")


@dataclass(slots=True)
class Loaded:
    """A stream as this command sees it, with what the command adds."""

    kind: Kind[Any]
    known: Any
    version: int
    added: list[Message] = field(default_factory=list)  # since `known`

    @property
    def state(self) -> Any:
        """With all that was added: folded when somebody asks, which for most streams nobody does any more."""
        if self.added:
            self.known, self.added = reduce(self.kind.evolve, self.added, self.known), []
        return self.known


class Work:
    """Collects what one command does. Nothing is written before the door puts `events`."""

    def __init__(self, kept: Kept, rulebook: Rulebook, actor: Actor, at: datetime, deployment: Deployment):
        self._kept, self._ledger = kept, kept.ledger
        self.rulebook = rulebook
        self.actor = actor
        self.at = at  # business time
        self.deployment = deployment
        self.edition_sha256 = ""
        self.events: list[tuple[str, int, Message]] = []  # stream, version, event
        self._loaded: dict[str, Loaded] = {}

    @property
    def on(self) -> date:
        """The business date."""
        return civil_date(self.at)

    def read(self, stream: str, kind: Kind[S]) -> S:
        """The state of a stream, with this command's own events."""
        if stream not in self._loaded:
            state, version = self._kept.fold(stream, kind) if kind is CYCLE else fold(self._ledger, stream, kind)
            self._loaded[stream] = Loaded(kind, state, version)
        state = self._loaded[stream].state
        assert isinstance(state, type(kind.initial))
        return state

    def look_up(self, names: Collection[str], kind: Kind[Any]) -> None:
        """Read several streams of one kind at once, so that `read` finds them."""
        missing = {name for name in names if name not in self._loaded}
        found = self._ledger.streams_of(missing) if missing else {}
        for name in missing:
            recorded = found.get(name, [])
            state = kind.fold(unwrap(event.envelope.event) for event in recorded)
            self._loaded[name] = Loaded(kind, state, recorded[-1].originator_version if recorded else 0)

    def record(self, stream: str, kind: Kind[Any], events: Iterable[Message]) -> None:
        """Add events to a stream."""
        for event in events:
            if stream not in self._loaded:
                self.read(stream, kind)
            loaded = self._loaded[stream]
            loaded.version += 1
            loaded.added.append(event)
            self.events.append((stream, loaded.version, event))

    def keep(self, recorded: Iterable[Recorded]) -> None:
        """What was recorded is on the ledger: the next command need not read the quarters again."""
        newest = {event.originator_id: event for event in recorded}
        for stream, loaded in self._loaded.items():
            if loaded.kind is CYCLE and stream in newest:
                self._kept.keep(stream, loaded.state, newest[stream])

    def named_in(self, account: str) -> list[Case]:
        """The cases that name this account as contact."""
        return [
            self.read(streams.case(case_id), CASE) for case_id in self.read(streams.subject(account), SUBJECT).case_ids
        ]

    def rests_on(self) -> dict[str, int]:
        """The streams that were read and not written, with the versions at which they were read."""
        written = {stream for stream, _, _ in self.events}
        return {stream: loaded.version for stream, loaded in self._loaded.items() if stream not in written}

    def streams(self, prefix: str) -> Sequence[str]:
        """Names of the recorded streams that begin with `prefix`, sorted."""
        return self._ledger.streams(prefix)

    def streams_under_way(self, prefix: str, *endings: type[Message]) -> list[str]:
        """Streams whose names begin with `prefix` and whose newest event is none of these kinds."""
        newest = ((name, self._ledger.newest(name)) for name in self._ledger.streams(prefix))
        return [name for name, event in newest if event and not isinstance(unwrap(event.envelope.event), endings)]

    def answer_due_on(self, programme_id: str, pay_on: date) -> str:
        """By when a treasury should answer what is handed in today, by the edition in force; empty: nobody counts."""
        days = self.rulebook.in_force(programme_id, self.on).payments.answer_days
        return treasury_silence.answer_due_on(self.rulebook.calendar, max(self.on, pay_on), days)

    def leaf_of(self, stream: str, version: int) -> str:
        """The leaf of a stored event, 64 hexadecimal digits. Raises KeyError if there is no such event."""
        return self._ledger.leaf_of(stream, version).hex()

    def ledger_is_empty(self) -> bool:
        """Whether nothing was ever accepted or refused here."""
        return self._ledger.head() == 0

    def newest_generation(self, subject: str) -> int:
        """The number of a person's newest key, destroyed or not; 0 if there never was one."""
        keys = self._ledger.keys.all_of(subject) if self._ledger.keys else ()
        return keys[-1].generation if keys else 0

    def has_case(self, case_id: str) -> bool:
        """Whether this command has read or written the case."""
        return streams.case(case_id) in self._loaded

    def programme_of(self, asked: Message) -> str:
        """The programme that a command is about; empty for none. Raises Refused CASE_UNKNOWN."""
        if case_id := getattr(asked, "case_id", ""):
            return self.case(case_id).plan.programme_id
        if cycle_id := getattr(asked, "cycle_id", ""):
            return self.cycle(cycle_id).opened.programme_id
        if round_id := getattr(asked, "round_id", ""):
            return self.round(round_id).opened.programme_id
        if voucher_id := getattr(asked, "voucher_id", ""):
            return self.read(streams.voucher(voucher_id), VOUCHER).programme_id
        if recovery_id := getattr(asked, "recovery_id", ""):
            return self.read(streams.recovery(recovery_id), RECOVERY).opened.programme_id
        return str(getattr(asked, "programme_id", ""))

    def has_cycle(self, cycle_id: str) -> bool:
        """Whether this command has read or written the quarter."""
        return streams.cycle(cycle_id) in self._loaded

    def case(self, case_id: str) -> Case:
        """An existing case. Raises Refused CASE_UNKNOWN."""
        case = self.read(streams.case(case_id), CASE)
        if not case.case_id:
            raise Refused("CASE_UNKNOWN", case=case_id or "—")
        self.edition_sha256 = case.plan.edition_sha256
        return case

    def on_case(self, case_id: str, events: Iterable[Message]) -> None:
        """Add events to a case."""
        self.record(streams.case(case_id), CASE, events)

    def round(self, round_id: str) -> Round:
        """A round; empty if nobody has applied in it."""
        state = self.read(streams.grant_round(round_id), ROUND)
        self.edition_sha256 = state.opened.edition_sha256 or self.edition_sha256
        return state

    def has_round(self, round_id: str) -> bool:
        """Whether this command has read or written the round."""
        return streams.grant_round(round_id) in self._loaded

    def on_round(self, round_id: str, events: Iterable[Message]) -> None:
        """Add events to a round."""
        self.record(streams.grant_round(round_id), ROUND, events)

    def cycle(self, cycle_id: str) -> Cycle:
        """A quarter; empty if no claim has joined it."""
        return self.read(streams.cycle(cycle_id), CYCLE)

    def on_cycle(self, cycle_id: str, events: Iterable[Message]) -> None:
        """Add events to a quarter."""
        self.record(streams.cycle(cycle_id), CYCLE, events)


def fold(ledger: Ledger, stream: str, kind: Kind[S]) -> tuple[S, int]:
    """A stream's state and version, from its events."""
    if kind is REGISTER:  # version n holds number n: no need to read a year's cases to number one more
        version = ledger.version(stream)
        return cast(S, Register(version)), version
    recorded = ledger.stream(stream)
    state = kind.fold(unwrap(event.envelope.event) for event in recorded)
    return state, recorded[-1].originator_version if recorded else 0
