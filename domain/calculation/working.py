"""One calculation under way: the values so far, why a step gave nothing, and the steps on record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from domain.calculation.accounts import Used
from domain.calculation.step_inputs import Columns
from domain.facts import CaseFacts
from domain.format.programme import Programme
from domain.format.steps import AnyStep, Rounding, Step
from domain.money import Exact, Mode, round_to, show, show_exact, unit_fen
from duifu.v1.events_pb2 import AmountTrace, LevelAmount

FEN = "fen"
TRACE_VERSION = 1


@dataclass(frozen=True, slots=True)
class Reason:
    """Why nothing is granted."""

    code: str
    clause: str
    explanation: str


class Told(NamedTuple):
    """A step on record. It becomes a message where the whole trace does, and is not copied from one to the next."""

    name: str
    clause: str
    explanation: str
    operation: str
    value: Exact
    operands: Sequence[tuple[str, Exact]]
    lost: Exact
    deferred: Exact
    bound: bool


@dataclass(slots=True)
class Working:
    """What the steps of one applicant's calculation share. `told` is None if nobody reads the steps."""

    programme: Programme
    facts: CaseFacts
    used: Used
    inputs: Mapping[str, Any]
    columns: Mapping[str, Columns]
    told: list[Told] | None
    values: dict[str, Exact] = field(default_factory=dict)
    levels: dict[str, Mapping[str, int]] = field(default_factory=dict)  # step that divides -> level -> amount
    reasons: dict[str, Reason] = field(default_factory=dict)  # step that gave nothing -> why
    deferred: Exact = 0
    given: int | None = None  # of the pool, if a round has shared it out

    def value(self, operand: str) -> Exact:
        """An earlier step's value, or a parameter's. Raises Refused PARAMETER_EXPIRED."""
        if operand.startswith("parameter."):
            return self.number(operand.removeprefix("parameter."))
        return self.values[operand]

    def number(self, parameter: str) -> Exact:
        """A ratio, count or amount on the day of receipt. Raises Refused PARAMETER_EXPIRED."""
        value = self.programme.value(parameter, self.facts.received_on)
        if isinstance(value, (int, Fraction)):
            return value
        raise TypeError(f"parameter {parameter} is no number")

    def rounded(self, exact: Exact, to: Rounding) -> int:
        """Rounded to a unit of money, by a mode; a parameter may set both. Raises Refused PARAMETER_EXPIRED."""
        mode, step = self.mode(to), unit_fen(self.unit(to), to.decimals)
        return exact if step == 1 and isinstance(exact, int) else round_to(exact, step, mode)

    def mode(self, to: Rounding) -> Mode:
        """How it is rounded. Raises Refused PARAMETER_EXPIRED."""
        return Mode(self.programme.setting(to.mode, self.facts.received_on))

    def unit(self, to: Rounding) -> str:
        """The unit of money that is rounded to. Raises Refused PARAMETER_EXPIRED."""
        return self.programme.setting(to.unit, self.facts.received_on)

    def stop(self, step: Step, code: str | None, clause: str, explanation: str) -> None:
        """Note why a step gives nothing; without a code the award's own is used."""
        self.reasons[step.name] = Reason(code or self.programme.award.nothing, clause, explanation)

    def tell(
        self,
        step: AnyStep,
        value: Exact,
        detail: str = "",
        operands: Sequence[tuple[str, Exact]] = (),
        *,
        lost: Exact = 0,
        deferred: Exact = 0,
        bound: bool = False,
    ) -> None:
        """Put a step on record. Where a detail costs something to build, ask first whether `told` is there."""
        if self.told is None:
            return
        explanation = f"{step.title}：{detail}" if detail else step.title
        self.told.append(Told(step.name, step.clause, explanation, step.do, value, operands, lost, deferred, bound))

    def put(
        self,
        name: str,
        clause: str,
        explanation: str,
        operation: str,
        value: Exact,
        operands: Sequence[tuple[str, Exact]] = (),
        *,
        lost: Exact = 0,
        deferred: Exact = 0,
        bound: bool = False,
    ) -> None:
        """Put a line on record."""
        if self.told is not None:
            self.told.append(Told(name, clause, explanation, operation, value, operands, lost, deferred, bound))

    def write(self, trace: AmountTrace, amount: int, levels: Mapping[str, int]) -> None:
        """Fill a message with the steps as they are stored and what they come to."""
        trace.version, trace.amount_fen = TRACE_VERSION, amount
        if self.programme.award.unit != FEN:
            trace.unit = self.programme.award.unit
        for told in self.told or ():
            _write_step(trace, told)
        titles = self.programme.levels
        trace.levels.extend(
            LevelAmount(level=name, amount_fen=paid, title=titles[name].title) for name, paid in levels.items()
        )

    def show(self, exact: Exact) -> str:
        """An amount for people, in yuan or in the programme's own unit."""
        unit = self.programme.award.unit
        if unit != FEN:
            return f"{exact}{unit}"
        return show(exact) if isinstance(exact, int) else show_exact(str(exact))

    def show_number(self, parameter: str, exact: Exact) -> str:
        """A parameter's value for people: an amount, a percentage or a count."""
        match self.programme.parameters[parameter].kind:
            case "ratio":
                return percent(Fraction(exact))
            case "money":
                return show(int(exact))
            case _:
                return str(exact)

    def title(self, operand: str) -> str:
        """What people call an operand."""
        return self.programme.titles[operand]


def _write_step(trace: AmountTrace, told: Told) -> None:
    trace.steps.add(  # all at once: field by field takes twice as long
        name=told.name,
        clause=told.clause,
        explanation=told.explanation,
        operation=told.operation,
        exact_fen=str(told.value),
        operands=[{"name": name, "exact": str(exact)} for name, exact in told.operands],
        bound=told.bound,
        lost_fen=str(told.lost) if told.lost > 0 else "",
        deferred_fen=str(told.deferred) if told.deferred > 0 else "",
    )


@lru_cache(maxsize=1_024)  # there are as many as rates
def percent(ratio: Fraction) -> str:
    """ "20%" or "12.5%"; as a fraction if two decimals do not hold it."""
    hundredths = ratio * 10_000
    if hundredths.denominator != 1:
        return str(ratio)
    whole, rest = divmod(int(hundredths), 100)
    return f"{whole}.{rest:02d}".rstrip("0") + "%" if rest else f"{whole}%"
