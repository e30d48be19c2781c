"""What counts towards a redemption: which lines of an invoice, and from which day on. (BJ-1.0d, BJ-A20, BJ-A21)"""

from collections.abc import Sequence
from typing import Any

from domain.cel.expressions import Environment, Wanted
from domain.cel.text import Scanned
from domain.facts import CaseFacts
from domain.format.redeeming import RedemptionRule
from duifu.v1.facts_pb2 import InvoiceLine

INVOICE_LINE = InvoiceLine.DESCRIPTOR.full_name
KNOWN_MAX = 4_096


class Selection:
    """A programme's `redemption.select` and `redemption.not_before`, compiled."""

    def __init__(self, rule: RedemptionRule, environment: Environment):
        """Raises ExpressionBroken."""
        self._environment = environment
        self._expression = environment.compile(rule.select, Wanted.BOOL, line=INVOICE_LINE)
        self._not_before = environment.compile(rule.not_before, Wanted.TEXT) if rule.not_before else None
        self._read = _fields_read(rule.select)
        self._known: dict[tuple[Any, ...], bool] = {}

    def counts(self, line: InvoiceLine, facts: CaseFacts) -> bool:
        """Whether a line counts. A rule that reads nothing but the line is asked once for lines that are the same
        in the fields that it reads.

        Raises Refused PARAMETER_EXPIRED, FACT_MISSING, and RuleBroken if the expression fails.
        """
        if self._expression.names:
            return self._value(line, facts)
        read = tuple(getattr(line, name) for name in self._read)
        if read not in self._known:
            if len(self._known) >= KNOWN_MAX:
                self._known.clear()
            self._known[read] = self._value(line, facts)
        return self._known[read]

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


def _fields_read(text: str) -> Sequence[str]:
    """The fields of a line that an expression reads; all of them, if it reads the line as a whole."""
    paths = Scanned(text).paths(frozenset({"line"}))
    read = {path.split(".")[1] for path in paths if "." in path}
    return sorted(read) if "line" not in paths else [field.name for field in InvoiceLine.DESCRIPTOR.fields]
