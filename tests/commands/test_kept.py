"""What the door keeps of a quarter saves reading it again, and never says more than the ledger does."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest

from commands.kept import Kept
from commands.work import fold
from domain.cycle import Cycle
from domain.kinds import CYCLE
from duifu.v1.commands_pb2 import OpenCycle, PauseCycle, ResumeCycle
from ledger import streams
from tests.builders import CYCLE_OFFICER, PROGRAMME
from tests.desk import Desk

QUARTER = "bj-slq-2023-2024Q1"
STREAM = streams.cycle(QUARTER)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = Desk(tmp_path / "ledger.sqlite")
    opened.send(CYCLE_OFFICER, open_cycle=OpenCycle(programme_id=PROGRAMME, quarter="2024Q1"))
    yield opened
    opened.ledger.close()


def pause(desk: Desk, reason: str = "封账") -> None:
    desk.send(CYCLE_OFFICER, pause_cycle=PauseCycle(cycle_id=QUARTER, reason=reason))


def resume(desk: Desk) -> None:
    desk.send(CYCLE_OFFICER, resume_cycle=ResumeCycle(cycle_id=QUARTER, reason="开账"))


def test_a_quarter_that_nobody_opened_is_empty(desk: Desk) -> None:
    assert Kept(desk.ledger).fold(streams.cycle("bj-slq-2023-2024Q4"), CYCLE) == (Cycle(), 0)


def test_what_another_process_records_is_seen(desk: Desk, tmp_path: Path) -> None:
    mine, before = desk.door.quarter(QUARTER)
    other = Desk(tmp_path / "ledger.sqlite", ids="other")

    pause(other)

    assert (mine.paused, before) == (None, 1)
    assert desk.door.quarter(QUARTER) == fold(desk.ledger, STREAM, CYCLE)
    assert desk.door.quarter(QUARTER)[1] == 2
    other.ledger.close()


def test_a_command_leaves_what_it_recorded_and_a_refused_one_leaves_nothing(desk: Desk) -> None:
    pause(desk)
    with pytest.raises(Exception, match="CYCLE_PAUSED"):
        pause(desk)
    resume(desk)

    assert desk.door.kept.fold(STREAM, CYCLE) == fold(desk.ledger, STREAM, CYCLE)


def test_a_ledger_put_back_to_an_earlier_day_is_read_anew(desk: Desk, tmp_path: Path) -> None:
    desk.ledger.close()
    copy(tmp_path / "ledger.sqlite", tmp_path / "yesterday.sqlite")
    one, other = (Desk(tmp_path / f"{name}.sqlite", ids=name) for name in ("ledger", "yesterday"))
    pause(one)
    resume(one)
    pause(other, "昨日的原因")
    kept = Kept(one.ledger)
    kept.fold(STREAM, CYCLE)

    kept.ledger = other.ledger
    state, version = kept.fold(STREAM, CYCLE)

    assert version == 2
    assert state.paused.reason == "昨日的原因"
    one.ledger.close()
    other.ledger.close()
