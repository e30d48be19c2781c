"""The comparator: a bare workflow with five updates, each writing one audited row. In a module of its own."""

from datetime import timedelta

from temporalio import workflow

DECISIONS = 5


@workflow.defn(name="Bare")
class BareWorkflow:
    """Takes five decisions and ends."""

    def __init__(self) -> None:
        self.decisions: list[str] = []

    @workflow.run
    async def run(self, _case_id: str) -> int:
        """Wait for the fifth decision, under a deadline as ours has."""
        while len(self.decisions) < DECISIONS:
            known = len(self.decisions)
            await workflow.wait_condition(
                lambda known=known: len(self.decisions) != known,  # type: ignore[misc]
                timeout=timedelta(days=15),
            )
        await workflow.wait_condition(workflow.all_handlers_finished)
        return len(self.decisions)

    @workflow.update
    async def decide(self, decision: str) -> int:
        """Audit the decision in one row, then count it."""
        row = [workflow.info().workflow_id, str(len(self.decisions)), decision]
        position: int = await workflow.execute_local_activity(
            "audit", args=row, start_to_close_timeout=timedelta(seconds=30), result_type=int
        )
        self.decisions.append(decision)
        return position
