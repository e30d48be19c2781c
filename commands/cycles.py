"""A quarter from its opening to its close: cut off, ruled on, closed. (BJ-4.3)"""

from commands.quarters import known_quarters, open_quarter, open_quarters
from commands.work import Work
from domain import cycle_closing, cycle_decisions
from domain.cycle import cycle_id as id_of_cycle
from domain.dates import Quarter
from domain.refusals import Refused
from domain.serving import served
from duifu.v1.commands_pb2 import AUTHENTICATION_INTERNAL, ConfirmCycle, OpenCycle, PauseCycle, RemindCycle, ResumeCycle

CYCLE_OFFICER = "cycle-officer"


def open_ahead(work: Work, command: OpenCycle) -> str:
    """Open a quarter before its first claim; one that is open is left as it is.

    Raises Refused ROLE_MISMATCH, PROGRAMME_UNKNOWN, QUARTER_MALFORMED, REDEMPTION_ENDED, CYCLE_FROZEN.
    """
    _must_be_cycle_officer(work, command.quarter)
    programme = work.rulebook.in_force(command.programme_id, work.on)
    work.edition_sha256 = programme.sha256
    try:
        quarter = Quarter.parse(command.quarter)
    except ValueError:
        raise Refused("QUARTER_MALFORMED", quarter=command.quarter) from None
    rule = served(programme).redemption
    if quarter > rule.last_quarter:
        raise Refused("REDEMPTION_ENDED", rule.clause, last_quarter=rule.last_quarter, requested_on=quarter)
    cycle_id = id_of_cycle(programme.programme_id, quarter)
    if not work.cycle(cycle_id).cycle_id:
        rolls_over = programme.rolls_over(work.rulebook.calendar, work.on)
        if rule.intake(quarter, rolls_over).last < work.on:
            raise Refused("CYCLE_FROZEN", rule.yearly_cut_off.clause, cycle=cycle_id)
        open_quarter(work, programme, quarter)
    return cycle_id


def remind(work: Work, command: RemindCycle) -> str:
    """Put on record that people were reminded of the cut-off."""
    work.on_cycle(command.cycle_id, cycle_decisions.remind(work.cycle(command.cycle_id), command, work.at))
    return command.cycle_id


def freeze(work: Work, cycle_id: str) -> str:
    """Cut the quarter off."""
    work.on_cycle(cycle_id, cycle_decisions.freeze(work.cycle(cycle_id), work.at))
    return cycle_id


def confirm(work: Work, command: ConfirmCycle) -> str:
    """The authority's ruling on a batch that the text leaves open. (BJ-A13)"""
    _must_be_cycle_officer(work, command.cycle_id)
    work.on_cycle(command.cycle_id, cycle_decisions.confirm(work.cycle(command.cycle_id), command.reason))
    return command.cycle_id


def pause(work: Work, command: PauseCycle) -> str:
    """Nothing more of the quarter goes out until it is resumed. Raises Refused ROLE_MISMATCH, and like the domain."""
    _must_be_cycle_officer(work, command.cycle_id)
    work.on_cycle(command.cycle_id, cycle_decisions.pause(work.cycle(command.cycle_id), command.reason, work.actor))
    return command.cycle_id


def resume(work: Work, command: ResumeCycle) -> str:
    """The quarter goes on where it was. Raises Refused ROLE_MISMATCH, and like the domain."""
    _must_be_cycle_officer(work, command.cycle_id)
    work.on_cycle(command.cycle_id, cycle_decisions.resume(work.cycle(command.cycle_id), command.reason, work.actor))
    return command.cycle_id


def close(work: Work, cycle_id: str) -> str:
    """Close the quarter with one event that names what became of every claim; the next one takes over its figures.

    Books are closed in order: the figures of every earlier quarter are in those that it hands on.
    """
    quarter = work.cycle(cycle_id)
    closed, programme_id = cycle_closing.close(quarter), quarter.opened.programme_id
    cycle_closing.must_close_in_order(quarter, open_quarters(work, programme_id))
    work.on_cycle(cycle_id, closed)
    later = next((number for number in known_quarters(work, programme_id) if number > quarter.number), None)
    if later is not None:
        following = work.cycle(id_of_cycle(programme_id, later))
        work.on_cycle(following.cycle_id, [cycle_closing.bring_forward(work.cycle(cycle_id), following)])
    return cycle_id


def _must_be_cycle_officer(work: Work, title: str) -> None:
    if work.actor.role != CYCLE_OFFICER and work.actor.authentication != AUTHENTICATION_INTERNAL:
        raise Refused("ROLE_MISMATCH", role=work.actor.role, needed=CYCLE_OFFICER, title=title)
