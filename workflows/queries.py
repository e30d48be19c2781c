"""One query of an outside source, and how long it is waited for."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.dates import civil_date, end_of
    from duifu.v1.facts_pb2 import CHECK_OUTCOME_UNAVAILABLE, CheckResult
    from duifu.v1.work_pb2 import CheckRequest
    from workflows import options
    from workflows.ports import ASK_NEXT_DAY, Invoices, Registries

#: What is on record of a question: that its source is away, or at last what the source says.
Known = Literal["away", "answer"]


async def look_up(
    request: CheckRequest,
    title: str,
    now: Callable[[], datetime],
    on_record: Callable[[CheckRequest, CheckResult, Known], Awaitable[None]],
) -> None:
    """Make one query and put the answer on record; while the source is away, say so and keep asking.

    A source that will not answer on this day is asked again on the next.
    """
    try:
        result = await _query(request, options.first_look(title))
    except ActivityError as error:
        cause = error.cause.message if isinstance(error.cause, ApplicationError) else "查询超时"
        away = CheckResult(check=request.check, outcome=CHECK_OUTCOME_UNAVAILABLE, source=request.check, detail=cause)
        away.queried_at.FromSeconds(request.business_seconds)
        await on_record(request, away, "away")
        result = await _until_answered(request, title, error, now)
        result.queried_at.FromSeconds(int(now().timestamp()))
    await on_record(request, result, "answer")


async def _until_answered(
    request: CheckRequest, title: str, failed: ActivityError, now: Callable[[], datetime]
) -> CheckResult:
    again = CheckRequest()
    again.CopyFrom(request)
    while True:
        if _asks_next_day(failed):
            at = now()
            await workflow.sleep(end_of(civil_date(at)) - at, summary=f"{title} 次日再查")
            again.business_seconds = int(now().timestamp())
        try:
            return await _query(again, options.at_growing_intervals(title))
        except ActivityError as error:
            if not _asks_next_day(error):
                raise
            failed = error


def _asks_next_day(failed: ActivityError) -> bool:
    return isinstance(failed.cause, ApplicationError) and failed.cause.type == ASK_NEXT_DAY


async def _query(request: CheckRequest, how: workflow.ActivityConfig) -> CheckResult:
    if request.answers == "invoices":
        return await workflow.execute_activity_method(Invoices.verify_invoices, request, **how)
    return await workflow.execute_activity_method(Registries.query_registry, request, **how)
