"""What counts towards a redemption: which lines of an invoice, and from which day on. (BJ-1.0d, BJ-A20, BJ-A21)"""

from domain.cel.expressions import Environment, Wanted
from domain.facts import CaseFacts
from domain.format.redeeming import RedemptionRule
from duifu.v1.facts_pb2 import InvoiceLine

INVOICE_LINE = InvoiceLine.DESCRIPTOR.full_name
LINES_KEPT = 4_096


class Selection:
    """A programme's `redemption.select` and `redemption.not_before`, compiled."""

    def __init__(self, rule: RedemptionRule, environment: Environment):
        """Raises ExpressionBroken."""
        self._environment = environment
        self._expression = environment.compile(rule.select, Wanted.BOOL, line=INVOICE_LINE)
        self._not_before = environment.compile(rule.not_before, Wanted.TEXT) if rule.not_before else None
        self._known: dict[bytes, bool] = {}

    def counts(self, line: InvoiceLine, facts: CaseFacts) -> bool:
        """Whether a line counts. A rule that reads nothing but the line is asked once for lines that are the same.

        Raises Refused PARAMETER_EXPIRED, FACT_MISSING, and RuleBroken if the expression fails.
        """
        if self._expression.names:
            return self._value(line, facts)
        written = line.SerializeToString(deterministic=True)
        if written not in self._known:
            if len(self._known) >= LINES_KEPT:
                self._known.clear()
            self._known[written] = self._value(line, facts)
        return self._known[written]

    def not_before(self, facts: CaseFacts) -> str:
        """The day before which delivery does not count; empty: there is none.

        Raises Refused PARAMETER_EXPIRED, FACT_MISSING, and RuleBroken if the expression fails.
        """
        if self._not_before is None:
            return ""
        activation = self._environment.activation(facts, names=self._not_before.names)
        return str(self._environment.value(self._not_before, activation))

    def _value(self, line: InvoiceLine, facts: CaseFacts) -> bool:
        activation = self._environment.activation(facts, line, self._expression.names)
        return bool(self._environment.value(self._expression, activation))
