"""What a calculation comes to: the ceiling before anything was decided, and the award after everything was."""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from domain.calculation.working import Reason, Working
from domain.money import Exact
from duifu.v1.events_pb2 import AmountTrace


class Draft(NamedTuple):
    """What follows from the application alone. `amount` is the most that may be approved, in whole units."""

    amount: int
    operand: str  # the step, or the parameter, that gives it
    working: Working

    @property
    def value(self) -> Fraction:
        """The exact amount."""
        return Fraction(self.working.value(self.operand))

    @property
    def base(self) -> Fraction:
        """What redemptions are measured against. (BJ-4.6)"""
        return Fraction(self.working.value(self.working.programme.award.base or self.operand))

    @property
    def trace(self) -> AmountTrace:
        """The steps so far; empty if they were not put on record."""
        trace = AmountTrace()
        self.write(trace)
        return trace

    def write(self, trace: AmountTrace) -> None:
        """Fill a message with the trace."""
        self.working.write(trace, self.amount, {})


class Award(NamedTuple):
    """What is granted. `counted` is what each account counts of it."""

    amount: int
    values: Mapping[str, Exact]
    levels: Mapping[str, int]
    counted: Mapping[str, int]
    deferred: Exact
    reason: Reason | None  # why nothing; None: something is granted
    working: Working

    @property
    def trace(self) -> AmountTrace:
        """Every step; empty if they were not put on record."""
        trace = AmountTrace()
        self.write(trace)
        return trace

    def write(self, trace: AmountTrace) -> None:
        """Fill a message with the trace."""
        self.working.write(trace, self.amount, self.levels)
