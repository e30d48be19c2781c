"""What kind of deployment this ledger is, and in a rehearsal the passing of business time."""

from datetime import UTC, datetime

from commands.work import Work
from domain import rehearsal
from domain.clock import business_time, clock_reading
from domain.dates import from_iso
from domain.kinds import DEPLOYMENT
from domain.refusals import Refused
from domain.rehearsal import Deployment
from duifu.v1.commands_pb2 import AdvanceRehearsal, StartRehearsal
from ledger import streams
from ledger.registry import unwrap
from ledger.store import Ledger

OPERATOR = "operator"


def current(ledger: Ledger) -> Deployment:
    """The deployment as it stands. Its newest event alone says everything."""
    newest = ledger.newest(streams.DEPLOYMENT)
    return rehearsal.evolve(Deployment(), unwrap(newest.envelope.event)) if newest else Deployment()


def start(work: Work, command: StartRehearsal) -> str:
    """Make this empty ledger a rehearsal."""
    _must_be_operator(work)
    machine_time, business_date = _machine_time(work), from_iso(command.business_date)
    events = rehearsal.start(work.deployment, work.ledger_is_empty(), business_date, machine_time)
    work.record(streams.DEPLOYMENT, DEPLOYMENT, events)
    # This very event is part of the rehearsal, and says so.
    work.deployment = work.read(streams.DEPLOYMENT, DEPLOYMENT)
    work.at = business_time(machine_time, work.deployment.clock)
    return streams.DEPLOYMENT


def advance(work: Work, command: AdvanceRehearsal) -> str:
    """Let business time pass."""
    _must_be_operator(work)
    to = datetime.fromtimestamp(command.business_seconds, UTC)
    work.record(streams.DEPLOYMENT, DEPLOYMENT, rehearsal.advance(work.deployment, to, _machine_time(work)))
    return streams.DEPLOYMENT


def _must_be_operator(work: Work) -> None:
    if work.actor.role != OPERATOR:
        raise Refused("ROLE_MISMATCH", role=work.actor.role, needed=OPERATOR, title="演练")


def _machine_time(work: Work) -> datetime:
    return clock_reading(work.at, work.deployment.clock)
