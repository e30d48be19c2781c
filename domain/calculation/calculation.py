"""How much: the steps of a programme carried out in exact rationals, every one on record. (BJ-3.2, QD-2.2)

A calculation is done in two parts. The draft needs the application alone and is the ceiling; the conclusion needs what
was approved, what was used of limits and what others asked of a pool.
"""

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any

from domain.calculation import arithmetic, limiting, pooling, step_inputs
from domain.calculation.accounts import Used
from domain.calculation.allocation import Share
from domain.calculation.award import Award, Draft
from domain.calculation.lines import add_up
from domain.calculation.selection import Selection
from domain.calculation.step_inputs import StepInputs
from domain.calculation.working import Reason, Working
from domain.cel.expressions import Activation, Environment, Expression
from domain.facts import CaseFacts
from domain.format.programme import Programme
from domain.format.steps import (
    Add,
    AnyStep,
    AtLeast,
    Cap,
    Decide,
    Fixed,
    Greatest,
    Least,
    Multiply,
    Pool,
    Proportion,
    Round,
    Stack,
    Subtract,
    Sum,
    Take,
    Tiers,
)
from domain.format.steps import Share as ShareStep
from domain.money import Exact, floor
from domain.refusals import Refused
from duifu.v1.facts_pb2 import InvoiceLine

#: The first of these ends the draft: what follows depends on people, or on other applications.
ENDS_DRAFT = (Decide, Cap, Pool, Tiers)
CARRIED_OUT: Mapping[type, Callable[[Working, Any], Exact]] = {
    Sum: add_up,
    Take: arithmetic.take,
    Fixed: arithmetic.fixed,
    Multiply: arithmetic.multiply,
    Proportion: arithmetic.proportion,
    Least: arithmetic.least,
    Greatest: arithmetic.greatest,
    Add: arithmetic.add,
    Subtract: arithmetic.subtract,
    AtLeast: arithmetic.at_least,
    Round: arithmetic.round_off,
    Tiers: limiting.tiers,
    Decide: limiting.decide,
    Cap: limiting.cap,
    Stack: limiting.stack,
    ShareStep: pooling.share,
    Pool: pooling.pool,
}


class Calculation:
    """The award of one programme edition, compiled."""

    def __init__(self, programme: Programme, environment: Environment):
        """Compile every expression. Raises ExpressionBroken; `step_inputs.problems` names all of them."""
        self._programme, self._environment = programme, environment
        self._steps = programme.award.steps
        self._told = StepInputs(programme, environment, told=True)
        self._untold = StepInputs(programme, environment, told=False)
        self._cut = next((at for at, step in enumerate(self._steps) if isinstance(step, ENDS_DRAFT)), len(self._steps))
        self._most = self._operand_of_the_rest()
        self.pool = next((step for step in self._steps if isinstance(step, Pool)), None)
        self._selection = Selection(programme.redemption, environment) if programme.redemption else None
        self.is_decided = any(isinstance(step, Decide) for step in self._steps)  # a person may set less
        self.names = self._told.names | self._untold.names  # the variables that the steps read

    def ceiling(self, facts: CaseFacts, activation: Activation | None = None, *, trace: bool = True) -> Draft:
        """The steps before the first that needs a decision, a limit or a pool.

        Raises Refused PARAMETER_EXPIRED, FACT_MISSING, CALCULATION_FAILED, LINE_WITHOUT_DAYS, DECIDED_RATE_TOO_HIGH,
        DECISION_NOT_FORESEEN.
        """
        self._must_be_foreseen(facts)
        inputs = self._told if trace else self._untold
        read = inputs.read(facts, activation or self._environment.activation(facts, names=inputs.names))
        working = Working(self._programme, facts, {}, read, inputs.columns, [] if trace else None)
        _carry_out(working, self._steps[: self._cut])
        return Draft(floor(working.value(self._most)), self._most, working)

    def conclude(
        self, draft: Draft, facts: CaseFacts, used: Used, *, trace: bool = True, given: int | None = None
    ) -> Award:
        """The other steps, for one applicant. `given` is what a round gave of the pool; None: this one is alone.

        Raises Refused AMOUNT_ABOVE_CEILING, NOT_DIVISIBLE_BY_LEVELS, PARAMETER_EXPIRED, FACT_MISSING.
        """
        working = self._continued(draft, facts, used, trace, given)
        _carry_out(working, self._steps[self._cut :])
        last = self._steps[-1]
        exact = working.values[last.name]
        amount = floor(exact)
        if amount < exact:
            working.put("whole", last.clause, "舍去不足一个单位的部分", "round", amount, lost=exact - amount)
        levels = working.levels.get(last.name, {})
        return Award(
            amount,
            working.values,
            levels,
            self._counted(working, amount, levels),
            working.deferred,
            None if amount else self._why(working, last),
            working,
        )

    def claim(self, draft: Draft, facts: CaseFacts, used: Used, key: str) -> tuple[Share, Mapping[str, int]]:
        """What an application asks of the pool, and what each account would count if it got all of it.

        Raises Refused as `conclude` does, and ValueError for a programme without a pool.
        """
        if self.pool is None:
            raise ValueError("the programme has no pool")
        working = self._continued(draft, facts, used, False, None)
        _carry_out(working, self._steps[self._cut : self._steps.index(self.pool)])
        counted = self._counted(working, floor(working.value(self.pool.value)), {})
        counted.pop(self.pool.account, None)
        return pooling.claim_on_pool(working, self.pool, key), counted

    def asks(self, *, told: bool) -> Expression | None:
        """What is asked of every claim: all that the steps read, in one expression."""
        return self._told.all if told else self._untold.all

    def counts(self, line: InvoiceLine, facts: CaseFacts) -> bool:
        """Whether an invoice line is of the kind that is supported; without redemptions, none is. (BJ-A21)

        Raises Refused PARAMETER_EXPIRED, FACT_MISSING, and RuleBroken if the expression fails.
        """
        return self._selection is not None and self._selection.counts(line, facts)

    def not_before(self, facts: CaseFacts) -> str:
        """The day before which delivery does not count; empty: there is none. (BJ-A20)

        Raises Refused PARAMETER_EXPIRED, FACT_MISSING.
        """
        return self._selection.not_before(facts) if self._selection else ""

    def _operand_of_the_rest(self) -> str:
        """What is decided, limited or shared first; the result, if nothing is."""
        if self._cut == len(self._steps):
            return self._steps[-1].name
        first = self._steps[self._cut]
        assert isinstance(first, ENDS_DRAFT)
        return first.value

    def _continued(self, draft: Draft, facts: CaseFacts, used: Used, trace: bool, given: int | None) -> Working:
        before = draft.working
        told = list(before.told or []) if trace else None
        return Working(
            self._programme, facts, used, before.inputs, before.columns, told, dict(before.values),
            dict(before.levels), dict(before.reasons), before.deferred, given,
        )  # fmt: skip

    def _must_be_foreseen(self, facts: CaseFacts) -> None:
        """What was decided has its place in the calculation. Raises Refused DECISION_NOT_FORESEEN."""
        if facts.approved_fen is not None and not self.is_decided:
            raise Refused("DECISION_NOT_FORESEEN", self._steps[-1].clause, decided="approvedFen")
        if facts.approved_rate is not None and not any(getattr(step, "decided_rate", False) for step in self._steps):
            raise Refused("DECISION_NOT_FORESEEN", self._steps[-1].clause, decided="approvedRate")

    def _counted(self, working: Working, amount: int, levels: Mapping[str, int]) -> dict[str, int]:
        """What each account counts: the amount, of a level's pool that level's part, or a step's value.

        Where nothing is granted, only an account that counts what passed does. A share of a unit counts as a whole
        one, so that no limit is exceeded by shares.
        """
        pool_level = (self.pool.account, self.pool.level) if self.pool and self.pool.level else ("", "")
        counted = {}
        for name, account in self._programme.accounts.items():
            of_grant = account.counts == "granted"
            if account.counts == "paid" or not (of_grant or account.counts in working.values):
                continue
            if not amount and (of_grant or account.counts_when == "granted"):
                continue
            exact = amount if of_grant else working.values[account.counts]
            counted[name] = levels[pool_level[1]] if name == pool_level[0] and levels else ceil(exact)
        return counted

    def _why(self, working: Working, step: AnyStep) -> Reason:
        """The reason of the earliest step from which the nothing came."""
        if step.name in working.reasons:
            return working.reasons[step.name]
        by_name = {earlier.name: earlier for earlier in self._steps}
        for operand in _operands(step):
            if operand in by_name and not working.values[operand]:
                return self._why(working, by_name[operand])
        return Reason(self._programme.award.nothing, step.clause, f"{step.title}为零")


def _carry_out(working: Working, steps: Sequence[AnyStep]) -> None:
    for step in steps:
        exact = CARRIED_OUT[type(step)](working, step)
        if exact.denominator == 1:
            exact = exact.numerator  # whole numbers are quicker
        working.values[step.name] = exact if exact.numerator > 0 else 0  # lines of a correction may be negative


def _operands(step: AnyStep) -> Sequence[str]:
    match step:
        case Sum() | Take() | Fixed():
            return ()
        case Least() | Greatest() | Add():
            return step.of
        case _:
            return (step.value,)


problems = step_inputs.problems
