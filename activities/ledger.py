"""The ledger, for workflows."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from commands.door import SYSTEM, Door, declared
from commands.privacy import for_workflows
from duifu.v1.answers_pb2 import Answer, Fact, FactPage
from duifu.v1.commands_pb2 import Actor
from duifu.v1.events_pb2 import Cause
from duifu.v1.work_pb2 import CommandRequest, FactQuery
from workflows import ports

BUSY = "LEDGER_BUSY"


class DoorLedger(ports.Ledger):
    """Reads streams, and hands commands to the one door with the workflow that sent them."""

    # A worker that shuts down lets each of these end: an exception raised from outside in the midst of a transaction
    # would leave a connection that nobody can use.

    def __init__(self, door: Door):
        self._door = door

    @activity.defn(name="facts_since", no_thread_cancel_exception=True)
    def facts_since(self, query: FactQuery) -> FactPage:
        """The events of one stream after a version, at most FACTS_MAX of them."""
        # The head is read first: whatever was recorded up to it is then in the stream we read.
        position = self._door.ledger.head()
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

    def _answer(self, request: CommandRequest, actor: Actor) -> Answer:
        info = activity.info()
        # A local activity is started by a workflow of this very worker. Anybody who can reach Temporal can start the
        # others, and would otherwise speak for the system.
        if not info.is_local or request.stream.partition("/")[2] != info.workflow_id:
            sentence = "命令只能由办理该案的流程提交"
            raise ApplicationError(sentence, type="NOT_FROM_ITS_WORKFLOW", non_retryable=True)
        cause = Cause(workflow_id=info.workflow_id or "", run_id=info.workflow_run_id or "")
        answer = self._door.answer(request.command, actor, cause)
        if answer.refusal.code == BUSY:
            raise ApplicationError(answer.summary, type=BUSY)  # nothing was decided: ask again
        facts = self.facts_since(FactQuery(stream=request.stream, after_version=request.after_version))
        answer.facts.CopyFrom(facts)
        return answer
