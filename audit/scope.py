"""Which decisions an auditor wants made again."""

from dataclasses import dataclass

from audit.entries import Entry


@dataclass(frozen=True, slots=True)
class Scope:
    """Which decisions are wanted; what is left empty does not matter."""

    case_ids: frozenset[str] = frozenset()
    cycle_id: str = ""
    year: int = 0  # of business time
    programme_id: str = ""

    def wants(self, subject: str, cycle_id: str, programme_id: str, entry: Entry) -> bool:
        """Whether everything that was said fits."""
        return (
            (not self.case_ids or subject in self.case_ids)
            and (not self.cycle_id or cycle_id == self.cycle_id)
            and (not self.programme_id or programme_id == self.programme_id)
            and (not self.year or entry.business_at.year == self.year)
        )


EVERYTHING = Scope()
