"""What a programme holds today, in words for the terminal. (冻结期)"""

from collections.abc import Iterable
from datetime import date

from domain.format.freeze import HELD
from policy.rulebook import Rulebook


def held(rulebook: Rulebook, programme_ids: Iterable[str], on: date) -> list[str]:
    """A line for each window in which one of these programmes is on a day."""
    windows = {
        f"冻结期 {programme_id} {row}": None
        for programme_id in sorted(set(programme_ids))
        for what in HELD
        if (row := rulebook.frozen(programme_id, what, on))
    }
    return list(windows)
