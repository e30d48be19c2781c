"""What a schedule starts on the first day on which requests join a quarter: the ledger is asked to open it. (BJ-4.3)"""

from datetime import datetime

from temporalio import workflow
from temporalio.common import SearchAttributeKey

with workflow.unsafe.imports_passed_through():
    from domain.dates import civil_date
    from duifu.v1.answers_pb2 import Answer
    from duifu.v1.work_pb2 import Ending, QuarterStart
    from workflows import options
    from workflows.ports import Openings

#: The server says for which moment of the schedule it started a workflow: late after an outage, or by a backfill.
SCHEDULED_FOR = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")


@workflow.defn(name="QuarterOpening")
class QuarterOpeningWorkflow:
    """按日程开立季度兑付批次。"""

    @workflow.run
    async def run(self, start: QuarterStart) -> Ending:
        """Open the quarter of the scheduled day; the quarter's own workflow does the rest."""
        scheduled_for: datetime | None = workflow.info().typed_search_attributes.get(SCHEDULED_FOR)
        start.opens_on = start.opens_on or civil_date(scheduled_for or workflow.now()).isoformat()
        answer: Answer = await workflow.execute_local_activity_method(
            Openings.open_quarter, start, **options.ledger(f"开立批次 {start.opens_on}")
        )
        workflow.set_current_details(answer.summary)
        outcome = answer.refusal.code or "已开立"
        return Ending(summary=answer.summary, subject_id=answer.receipt.case_id, outcome=outcome)
