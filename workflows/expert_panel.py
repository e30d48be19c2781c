"""One panel of experts under way: rings its deadlines, and shows who has still to act. The ledger settles each."""

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from domain import panel as panels
    from domain.case import Case
    from domain.panel import Panel
    from domain.panel_wording import standing, step
    from duifu.v1.commands_pb2 import Command
    from duifu.v1.panel_pb2 import LapsePanel
    from duifu.v1.work_pb2 import BusinessClock, Ending, Progress, WorkflowStart
    from workflows import display, panel_card
    from workflows.following import Facts
    from workflows.follows_ledger import FollowsLedger

NAME = "ExpertPanel"


@workflow.defn(name=NAME)
class ExpertPanelWorkflow(FollowsLedger[Panel]):
    """一个评审组：抽取、声明、评分、签署的时限。"""

    @workflow.init
    def __init__(self, start: WorkflowStart) -> None:
        self.follow(start, Facts(f"panel/{start.subject_id}", Panel(), panels.evolve))

    @property
    def panel(self) -> Panel:
        """The panel as this workflow knows it."""
        return self.following.state

    @workflow.run
    async def run(self, _start: WorkflowStart) -> Ending:
        """The panel from its stage's opening to its conclusion, or until the case needs none any more."""
        await self.follow_to_the_end(lambda: self.panel.is_over, self.show_panel, self.go_on)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return Ending(summary=standing(self.panel), subject_id=self.subject_id, outcome=step(self.panel))

    @workflow.query(description="当前进度")
    def progress(self) -> Progress:
        """What this workflow knows."""
        return self.so_far(standing(self.panel), step(self.panel))

    async def go_on(self) -> None:
        """Wait for news, or for the next deadline."""
        due_at = self.panel.due_at
        if due_at is None:
            await self.until_news()
        elif await self.until(due_at, f"{step(self.panel)} 时限"):
            lapsed = Command(lapse_panel=LapsePanel(case_id=self.panel.convened.case_id))
            await self.ask(f"{self.subject_id}:lapse:{self.following.version}", "评审时限届满", lapsed)

    def show_panel(self) -> None:
        """Tell operators where the panel stands."""
        card = panel_card.panel_card(self.subject_id, self.panel, self.obstacle, self.business_now, self.clock)
        self.show(panel_card.panel_attributes(self.panel), card)


async def start_panel(case: Case, panel_id: str, clock: BusinessClock) -> None:
    """Start the panel of a case as its child; one that is there already stays as it is.

    It is abandoned when the case workflow closes: what ends a panel is on record in its own stream, and a case workflow
    that somebody terminates must not take the experts' deadlines with it.
    """
    summary = panel_card.summary(case.applicant_name)
    try:
        await workflow.start_child_workflow(
            NAME,
            WorkflowStart(summary=summary, subject_id=panel_id, clock=clock),
            id=panel_id,
            parent_close_policy=ParentClosePolicy.ABANDON,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            static_summary=f"{display.mark(clock)}{summary}",
            search_attributes=display.initial(case.plan.programme_id, case.applicant_name, clock.is_rehearsal),
        )
    except WorkflowAlreadyStartedError:
        workflow.logger.info("the relay, or an earlier run, has started the panel")
