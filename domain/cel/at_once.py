"""Expressions that every claim asks, answered in one evaluation: calling CEL costs as much as several conditions."""

from collections.abc import Sequence
from contextlib import suppress

from domain.cel.expressions import Activation, Environment, Expression, ExpressionBroken, RuleBroken
from domain.refusals import Refused


class AtOnce:
    """Some expressions as one. Who asks for one of them afterwards is given the answer that is known."""

    def __init__(self, environment: Environment, parts: Sequence[Expression]):
        self._environment, self._parts = environment, parts
        self._all: Expression | None = None
        if not any(part.is_whole for part in parts):  # it would make the others read whole messages too
            with suppress(ExpressionBroken):  # nested too deep when together: each is asked by itself
                self._all = environment.together(parts)

    def answer(self, activation: Activation) -> None:
        """Put the answers into the activation; none if one of them fails, so that each then says why by itself."""
        if self._all is None:
            return
        try:
            values = self._environment.value(self._all, activation)
        except (RuleBroken, Refused):
            return
        activation.answers.update(zip((part.number for part in self._parts), values, strict=True))
