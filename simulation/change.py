"""One claim under two sets of rules, and the two numbers side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from domain.calculation.accounts import applicant_of
from duifu.v1.facts_pb2 import (
    ENTERPRISE_SIZE_LARGE,
    ENTERPRISE_SIZE_MEDIUM,
    ENTERPRISE_SIZE_MICRO,
    ENTERPRISE_SIZE_SMALL,
    ENTERPRISE_SIZE_UNSPECIFIED,
    EnterpriseSize,
)
from simulation.casebook import Recorded
from simulation.run import Replayed

NOT_SAID = "未说明"
SIZES: Mapping[EnterpriseSize.ValueType, str] = {
    ENTERPRISE_SIZE_LARGE: "大型",
    ENTERPRISE_SIZE_MEDIUM: "中型",
    ENTERPRISE_SIZE_SMALL: "小型",
    ENTERPRISE_SIZE_MICRO: "微型",
    ENTERPRISE_SIZE_UNSPECIFIED: NOT_SAID,
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A number under the rules as they are, and as they could be."""

    before: int = 0
    after: int = 0

    @property
    def difference(self) -> int:
        """What the other rules add; below zero: what they save."""
        return self.after - self.before

    def __add__(self, other: "Pair") -> "Pair":
        return Pair(self.before + other.before, self.after + other.after)


NOTHING = Pair()


@dataclass(frozen=True, slots=True)
class Change:
    """One claim under both. Amounts are in the programme's unit, and fen where it pays money."""

    claim: Recorded
    before: Replayed
    after: Replayed

    @property
    def granted(self) -> Pair:
        """What it is granted."""
        return Pair(self.before.granted, self.after.granted)

    @property
    def uscc(self) -> str:
        """Who applied."""
        return applicant_of(self.claim.facts)

    @property
    def name(self) -> str:
        """The enterprise, by its registered name."""
        return self.claim.facts.application.applicant.name

    @property
    def district(self) -> str:
        """Where it is registered, GB/T 2260."""
        return self.claim.facts.application.applicant.registered_district or NOT_SAID

    @property
    def size(self) -> str:
        """How large it is."""
        return SIZES[self.claim.facts.application.applicant.size]

    @property
    def counted_on(self) -> date:
        """The day of acceptance, or of receipt before there is one."""
        return self.claim.facts.counted_on
