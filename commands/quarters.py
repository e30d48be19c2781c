"""The quarters of a programme: which there are, which take claims, and the next one, opened if need be. (BJ-4.3)"""

from collections.abc import Iterator

from commands.work import Work
from domain import cycle_closing, cycle_decisions
from domain.cycle import Cycle, cycle_id, quarters_of
from domain.dates import Quarter
from domain.format.programme import Programme
from domain.kinds import CYCLE
from domain.serving import served
from duifu.v1.events_pb2 import CycleClosed
from ledger import streams


def open_quarter(work: Work, programme: Programme, quarter: Quarter, carried: str = "") -> Cycle | None:
    """The quarter, or the first after it that still takes claims; opened if need be. None after the last batch.

    The case that is `carried` over from an earlier quarter was asked for in time: it joins after the cut-off too.
    """
    rule = served(programme).redemption
    while quarter <= rule.last_quarter:
        joined = work.cycle(cycle_id(programme.programme_id, quarter))
        if not joined.cycle_id:
            return _opened(work, programme, quarter)
        if not joined.frozen or (carried and joined.takes_over(carried)):
            return joined
        quarter = quarter.next
    return None


def _opened(work: Work, programme: Programme, quarter: Quarter) -> Cycle:
    """A new quarter, with the figures of the one before it if that has closed."""
    opened = cycle_decisions.open_cycle(programme, quarter, work.rulebook.calendar, work.on)
    work.record(streams.cycle(opened.cycle_id), CYCLE, [opened])
    cycle = work.cycle(opened.cycle_id)
    earlier = [number for number in known_quarters(work, programme.programme_id) if number < quarter]
    if earlier and (before := work.cycle(cycle_id(programme.programme_id, earlier[-1]))).closed is not None:
        work.on_cycle(cycle.cycle_id, [cycle_closing.bring_forward(before, cycle)])
    return work.cycle(cycle.cycle_id)


def known_quarters(work: Work, programme_id: str) -> list[Quarter]:
    """The quarters of a programme that are on record, in order."""
    return quarters_of(programme_id, streams.cycle_ids(work.streams(streams.cycle(f"{programme_id}-"))))


def open_quarters(work: Work, programme_id: str) -> Iterator[Cycle]:
    """The quarters of a programme that are not closed."""
    names = work.streams_under_way(streams.cycle(f"{programme_id}-"), CycleClosed)
    for number in quarters_of(programme_id, streams.cycle_ids(names)):
        yield work.cycle(cycle_id(programme_id, number))


def quarters_from(work: Work, programme: Programme, first_id: str) -> Iterator[Cycle]:
    """The quarters in which a claim may have a part, from the one that it joined to the last."""
    number = work.cycle(first_id).number
    while number <= served(programme).redemption.last_quarter:
        yield work.cycle(cycle_id(programme.programme_id, number))
        number = number.next
