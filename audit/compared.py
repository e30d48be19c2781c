"""What was recorded beside what the rules give: which kind of decision, what differs, and the clause."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

from google.protobuf.message import Message

from audit.entries import Entry
from domain.dates import SHANGHAI
from domain.money import exact_text
from domain.refusals import Refused
from duifu.v1.events_pb2 import AmountTrace

TRACE_VERSION = 1  # a trace of an earlier form is compared by its result


class Decision(StrEnum):
    """What rests on a rule."""

    RECEIPT = "receipt"  # the pinned plan, the conditions of a submission, the quarter joined
    DEADLINE = "deadline"  # when a stage is due, and what silence meant
    VERDICT = "verdict"  # the conditions as they stood, the approved amount, and that nothing kept the officer from it
    PROCEDURE = "procedure"  # what a stage brought about, what the applicant was asked for, where a case was sent back
    PANEL = "panel"  # who could be drawn, who was, and what the sheets of those come to
    ACCEPTANCE = "acceptance"  # the ceiling, and the place in the year's queue
    ISSUANCE = "issuance"  # the voucher, or why there is none
    ASSESSMENT = "assessment"  # what a claim adds to what is due
    PAYMENT = "payment"  # paid, deferred or given back, within the year's limit
    QUARTER = "quarter"  # the days of a quarter, who was in it, and its sums
    ALLOCATION = "allocation"  # what each gets of a round's pool
    ROUND = "round"  # the days of a round, its public notice, and its sums
    RECOVERY = "recovery"  # what has to be paid back, by when, and what came in
    OUTCOME = "outcome"  # how a case ended


@dataclass(frozen=True, slots=True)
class Difference:
    """One value of a recorded decision that the rules do not give."""

    position: int
    stream: str
    topic: str
    decision: Decision
    subject: str  # case, voucher or quarter
    path: str  # which value, "face_value_fen"
    recorded: str | int
    derived: str | int  # "[CODE] …" where the rules refuse
    clause: str
    recorded_trace: AmountTrace | None = None
    derived_trace: AmountTrace | None = None


@dataclass(slots=True)
class Unanswered:
    """Decisions that nobody can make again, for one reason."""

    reason: str
    first_position: int
    decisions: int = 0


@dataclass(slots=True)
class Tally:
    """What was compared, so far."""

    events: int = 0  # read
    decisions: Counter[Decision] = field(default_factory=Counter)
    amounts_fen: Counter[Decision] = field(default_factory=Counter)  # as recorded
    differences: int = 0
    unanswered: dict[str, Unanswered] = field(default_factory=dict)  # by reason

    @property
    def is_equal(self) -> bool:
        """Whether every decision was made again and came out the same."""
        return not self.differences and not self.unanswered

    def add(self, later: "Tally") -> None:
        """Count what was compared further on in the log, too."""
        self.events += later.events
        self.decisions.update(later.decisions)
        self.amounts_fen.update(later.amounts_fen)
        self.differences += later.differences
        for reason, found in later.unanswered.items():
            known = self.unanswered.setdefault(reason, Unanswered(reason, found.first_position))
            known.decisions += found.decisions


class Comparison:
    """One recorded decision, compared value by value."""

    __slots__ = ("_decision", "_entry", "_report", "_subject")

    def __init__(self, entry: Entry, decision: Decision, subject: str, report: Callable[[Difference], None]):
        """What differs is given to `report`."""
        self._entry, self._decision, self._subject, self._report = entry, decision, subject, report

    def same(self, path: str, recorded: Any, derived: Any, clause: str, traces: Sequence[AmountTrace] = ()) -> None:
        """The value at `path` is what the rules give; `traces` are how both came about."""
        if recorded != derived:
            self._differs(path, recorded, derived, clause, traces)

    def same_message(self, path: str, recorded: Message, derived: Message, clause: str) -> None:
        """Every field is what the rules give."""
        if recorded != derived:
            for inner, ours, theirs in differing(recorded, derived, path):
                self._differs(inner, ours, theirs, clause, ())

    def same_trace(self, recorded: AmountTrace, derived: AmountTrace, clause: str) -> None:
        """The amount and every step by its exact value; of a trace in an earlier form, the amount."""
        traces = (recorded, derived)
        self.same("trace.amount_fen", recorded.amount_fen, derived.amount_fen, clause, traces)
        if recorded.version != derived.version:
            return
        ours, theirs = ([(step.name, step.exact_fen) for step in trace.steps] for trace in traces)
        if ours != theirs:
            at = next(
                (n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(map(len, (ours, theirs)))
            )
            steps = theirs if at < len(theirs) else ours
            where = (derived if steps is theirs else recorded).steps[at].clause
            self._differs(f"trace.steps[{at}]", _step(ours, at), _step(theirs, at), where or clause, traces)

    def refused(self, refused: Refused, clause: str = "") -> None:
        """The rules refuse what was recorded as done."""
        self._differs("", "—", f"[{refused.code}] {refused.message('zh')}", refused.clause or clause, ())

    def _differs(self, path: str, recorded: Any, derived: Any, clause: str, traces: Sequence[AmountTrace]) -> None:
        entry = self._entry
        self._report(
            Difference(
                position=entry.position,
                stream=entry.stream,
                topic=entry.topic,
                decision=self._decision,
                subject=self._subject,
                path=path,
                recorded=plain(recorded),
                derived=plain(derived),
                clause=clause,
                recorded_trace=traces[0] if traces else None,
                derived_trace=traces[1] if traces else None,
            )
        )


def differing(recorded: Message, derived: Message, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Each field in which two messages of one kind differ, however deep: its path and both values."""
    ours, theirs = ({field.name: value for field, value in one.ListFields()} for one in (recorded, derived))
    for name in sorted(ours.keys() | theirs.keys()):
        yield from _unequal(ours.get(name), theirs.get(name), f"{path}.{name}" if path else name)


def _unequal(ours: Any, theirs: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if ours == theirs:
        return
    if isinstance(ours, Message) and isinstance(theirs, Message):
        yield from differing(ours, theirs, path)
    elif _is_list(ours) and _is_list(theirs) and len(ours) == len(theirs):
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _unequal(one, other, f"{path}[{number}]")
    else:
        yield path, ours, theirs


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def plain(value: Any) -> str | int:
    """A value as text, or as a whole number."""
    match value:
        case bool():
            return "是" if value else "否"
        case int() | str():
            return value
        case None:
            return "—"
        case Fraction():
            return exact_text(value)
        case datetime():
            return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        case Mapping():
            return "；".join(f"{key}={plain(inner)}" for key, inner in value.items())
        case Message():
            return "；".join(f"{field.name}={plain(inner)}" for field, inner in value.ListFields())
        case Sequence():
            return "；".join(str(plain(inner)) for inner in value) or "—"
    return str(value)


def _step(steps: Sequence[tuple[str, str]], at: int) -> str:
    return f"{steps[at][0]} {steps[at][1]}" if at < len(steps) else "—"
