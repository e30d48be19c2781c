"""The ledger, for workflows."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from commands.door import SYSTEM, Door, declared
from commands.privacy import for_workflows
from domain.cycle import cycle_id as id_of_cycle
from domain.dates import from_iso
from domain.refusals import Refused, sentence
from domain.serving import served
from duifu.v1.answers_pb2 import Answer, Fact, FactPage
from duifu.v1.commands_pb2 import Actor, Command, OpenCycle
from duifu.v1.events_pb2 import Cause
from duifu.v1.work_pb2 import CommandRequest, FactQuery, QuarterStart
from workflows import ports

BUSY = "LEDGER_BUSY"
NOT_ITS_WORKFLOW = "命令只能由办理该案的流程提交"


class DoorLedger(ports.Ledger, ports.Openings):
    """Reads streams, and hands commands to the one door with the workflow that sent them."""

    # A worker that shuts down lets each of these end: an exception raised from outside in the midst of a transaction
    # would leave a connection that nobody can use.

    def __init__(self, door: Door):
        self._door = door

    @activity.defn(name="facts_since", no_thread_cancel_exception=True)
    def facts_since(self, query: FactQuery) -> FactPage:
        """The events of one stream after a version, at most FACTS_MAX of them; of a quarter, where it stands."""
        # The head is read first: whatever was recorded up to it is then in the stream we read.
        position = self._door.ledger.head()
        if standing := self._door.standing(query.stream):
            return FactPage(summary=standing.summary, quarter=standing, position=position)
        recorded = self._door.ledger.stream(query.stream, query.after_version, ports.FACTS_MAX)
        # What is in Temporal's history cannot be destroyed with a key: no person's value goes there.
        facts = [Fact(version=r.originator_version, envelope=for_workflows(r.envelope)) for r in recorded]
        return FactPage(summary=f"{query.stream} +{len(facts)}", facts=facts, position=position)

    @activity.defn(name="carry_out", no_thread_cancel_exception=True)
    def carry_out(self, request: CommandRequest) -> Answer:
        """A command of the workflow itself."""
        return self._answer(request, SYSTEM)

    @activity.defn(name="pass_on", no_thread_cancel_exception=True)
    def pass_on(self, request: CommandRequest) -> Answer:
        """Somebody's command; the actor is what the sender declares."""
        return self._answer(request, declared(request.command.actor))

    @activity.defn(name="open_quarter", no_thread_cancel_exception=True)
    def open_quarter(self, start: QuarterStart) -> Answer:
        """The quarter that takes requests on a day; asked by a schedule, so under an id that says which."""
        opens_on = from_iso(start.opens_on)
        try:
            programme = self._door.rulebook.in_force(start.programme_id, opens_on)
            rule = served(programme).redemption
            quarter = rule.quarter_for(opens_on, programme.rolls_over(self._door.rulebook.calendar, opens_on))
        except Refused as refused:
            refusal = refused.to_message("")
            return Answer(summary=sentence(refusal), refusal=refusal)
        command = Command(
            command_id=f"{id_of_cycle(start.programme_id, quarter)}:opening",
            actor=SYSTEM,
            open_cycle=OpenCycle(programme_id=start.programme_id, quarter=str(quarter)),
        )
        return self._decided(command, SYSTEM)

    def _decided(self, command: Command, actor: Actor) -> Answer:
        return decided(self._door, command, actor, _cause(activity.info()))

    def _answer(self, request: CommandRequest, actor: Actor) -> Answer:
        if request.stream.partition("/")[2] != activity.info().workflow_id:
            raise ApplicationError(NOT_ITS_WORKFLOW, type="NOT_FROM_ITS_WORKFLOW", non_retryable=True)
        answer = self._decided(request.command, actor)
        facts = self.facts_since(FactQuery(stream=request.stream, after_version=request.after_version))
        answer.facts.CopyFrom(facts)
        return answer


def decided(door: Door, command: Command, actor: Actor, cause: Cause) -> Answer:
    """The door's answer; a refusal is one. Raises ApplicationError LEDGER_BUSY: nothing was decided, ask again."""
    answer = door.answer(command, actor, cause)
    if answer.refusal.code == BUSY:
        raise ApplicationError(answer.summary, type=BUSY)
    return answer


def _cause(info: activity.Info) -> Cause:
    """The workflow that asks.

    A local activity is started by a workflow of this very worker. Anybody who can reach Temporal can start the others,
    and would otherwise speak for the system. Raises ApplicationError NOT_FROM_ITS_WORKFLOW.
    """
    if not info.is_local:
        raise ApplicationError(NOT_ITS_WORKFLOW, type="NOT_FROM_ITS_WORKFLOW", non_retryable=True)
    return Cause(workflow_id=info.workflow_id or "", run_id=info.workflow_run_id or "")


def quarter_cause(cycle_id: str) -> Cause:
    """The quarter's own workflow; nobody else is put on record as the cause. Raises ApplicationError."""
    info = activity.info()
    if info.workflow_id != cycle_id:
        raise ApplicationError(NOT_ITS_WORKFLOW, type="NOT_FROM_ITS_WORKFLOW", non_retryable=True)
    return Cause(workflow_id=cycle_id, run_id=info.workflow_run_id or "")
