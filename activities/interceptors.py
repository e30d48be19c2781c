"""Around every activity: say in the log what it is about, and let no stack trace reach people."""

from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.refusals import Refused

log = structlog.get_logger(__name__)


class AboutTheCase(Interceptor):
    """Binds case, workflow, run and attempt to every line that an activity logs."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Wrap the activity."""
        return _Bound(super().intercept_activity(next))


class _Bound(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        info = activity.info()
        with structlog.contextvars.bound_contextvars(
            case=info.workflow_id,
            workflow=info.workflow_id,
            run=info.workflow_run_id,
            activity=info.activity_type,
            attempt=info.attempt,
        ):
            try:
                return await super().execute_activity(input)
            except ApplicationError as error:
                log.warning("activity not done", type=error.type, reason=error.message)
                raise
            except Refused as refused:
                raise ApplicationError(refused.message("zh"), type=refused.code, non_retryable=True) from refused
            except Exception:
                log.exception("activity failed")
                raise
