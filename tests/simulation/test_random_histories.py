"""On ledgers of any history, the rules as they are agree with the ledger, and sums are sums."""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rows import open_rows
from simulation.change import NOTHING, Pair
from simulation.comparison import Comparison
from tests.desk import Desk
from tests.simulation.seasons import RATE, compared, rules
from tests.views.histories import STEPS, Town

LIVES = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 50)), min_size=1, max_size=25)


@pytest.fixture(scope="module")
def dearer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rules(tmp_path_factory.mktemp("rules"), RATE)


def lived(steps: list[tuple[str, int]], altered: Path) -> Comparison:
    with TemporaryDirectory() as folder:
        desk = Desk(Path(folder) / "ledger.sqlite")
        Town(desk).live(steps)
        desk.ledger.close()
        with closing(open_rows(Path(folder) / "ledger.sqlite")) as rows:
            return compared(rows, altered)


@settings(max_examples=25, deadline=None)
@given(steps=LIVES)
def test_a_replay_of_any_history_agrees_with_it_and_differences_add_up(
    steps: list[tuple[str, int]], dearer: Path
) -> None:
    comparison = lived([("voucher", 3), *steps], dearer)
    granted = [change.granted for change in comparison.changes]

    assert comparison.agreement.differing == []
    assert comparison.granted == sum(granted, NOTHING)
    assert comparison.granted.difference == sum(pair.difference for pair in granted)
    for found in (comparison.granted_by_year, comparison.by_district, comparison.by_size):
        assert sum(found.values(), NOTHING) == comparison.granted
    refused = sum(comparison.refused.values(), NOTHING)
    assert comparison.supported + refused == Pair(len(granted), len(granted))
