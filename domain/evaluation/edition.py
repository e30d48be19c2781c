"""A programme with everything compiled, ready to be asked about any number of applications."""

from domain.calculation.calculation import Calculation
from domain.cel.at_once import AtOnce
from domain.cel.expressions import Activation, Environment
from domain.eligibility.rules import Rules
from domain.facts import CaseFacts
from domain.format.programme import Programme
from duifu.v1.events_pb2 import Evaluation

#: Of the form of an evaluation.
VERSION = 1
#: When conditions are tested for what would be granted; each of them once.
AT = ("submission", "decision")


class Edition:
    """A programme with everything compiled. Raises RuleBroken or ExpressionBroken for a file that was not checked."""

    def __init__(self, programme: Programme):
        self.programme = programme
        self.environment = Environment(programme)
        self.rules = Rules(programme, self.environment)
        self.calculation = Calculation(programme, self.environment)
        #: What all its evaluations begin with.
        self.head = Evaluation(
            version=VERSION,
            programme_id=programme.programme_id,
            edition=programme.edition,
            edition_sha256=programme.sha256,
            payee=programme.award.payee,
        ).SerializeToString()
        self._names = self.rules.names(AT) | self.calculation.names
        self._at_once = {told: self._asks(told) for told in (True, False)}

    def activation(self, facts: CaseFacts, *, trace: bool) -> Activation:
        """The variables that conditions and steps read, and no others; what all of these ask is answered at once."""
        activation = self.environment.activation(facts, names=self._names)
        self._at_once[trace].answer(activation)
        return activation

    def _asks(self, told: bool) -> AtOnce:
        asked = [self.rules.asks(AT, told=told), self.calculation.asks(told=told)]
        return AtOnce(self.environment, [expression for expression in asked if expression is not None])
