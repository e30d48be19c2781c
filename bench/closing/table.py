"""What the turns come to, as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Self

from bench.closing.reckoning import Outcome

HEAD = (
    "| claims | contestant | claims/s | CPU ms a claim | of servers | peak MB | history events a claim | again "
    "| {first} to it |"
)


@dataclass(frozen=True)
class Turn:
    """One turn of one contestant."""

    who: str
    claims: int
    outcome: Outcome
    outcome_again: Outcome
    claims_per_second: float
    cpu_ms_per_claim: float  # of the contestant's processes
    server_cpu_ms_per_claim: float  # of the database's and the engine's, in the same time
    peak_mb: float
    again: float  # seconds of the second run, to those of the first

    @classmethod
    def read(cls, who: str, claims: int, costs: dict[str, Any]) -> Self:
        """What a turn has printed."""
        first, second = costs["first"], costs["second"]
        return cls(
            who=who,
            claims=claims,
            outcome=Outcome(**first["outcome"]),
            outcome_again=Outcome(**second["outcome"]),
            claims_per_second=claims / first["seconds"],
            cpu_ms_per_claim=first["cpu_seconds"] / claims * 1e3,
            server_cpu_ms_per_claim=first["server_cpu_seconds"] / claims * 1e3,
            peak_mb=first["peak_mb"],
            again=second["seconds"] / first["seconds"],
        )

    @property
    def short(self) -> str:
        """One line for who waits."""
        return f"{self.who} {self.claims_per_second:,.0f} claims/s, {self.cpu_ms_per_claim:.2f} ms of CPU a claim"


def table(turns: Sequence[Turn]) -> str:
    """Medians of the rounds; the last column is how many times as fast the first contestant is, round by round."""
    names = list(dict.fromkeys(turn.who for turn in turns))
    lines = [HEAD.format(first=names[0]), "|---" * 9 + "|"]
    for count in dict.fromkeys(turn.claims for turn in turns):
        runs = {who: [turn for turn in turns if (turn.who, turn.claims) == (who, count)] for who in names}
        for who, mine in runs.items():
            ratio = median(
                one.claims_per_second / other.claims_per_second for one, other in zip(runs[names[0]], mine, strict=True)
            )
            cells = [
                f"{count:,}",
                who,
                f"{median(turn.claims_per_second for turn in mine):,.0f}",
                f"{median(turn.cpu_ms_per_claim for turn in mine):.2f}",
                f"{median(turn.server_cpu_ms_per_claim for turn in mine):.2f}",
                f"{median(turn.peak_mb for turn in mine):.0f}",
                f"{mine[0].outcome.history_events / count:.4f}",
                f"{median(turn.again for turn in mine):.2f}",
                f"**{ratio:.2f}**",
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
