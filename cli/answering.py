"""Whether the parts of a deployment answer yet."""

from contextlib import suppress

import httpx
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, DescribeTaskQueueRequest
from temporalio.service import RPCError

from settings import Settings
from worker import connect


async def temporal_answers(config: Settings) -> bool:
    """The server is up, and has the namespace."""
    with suppress(RPCError, RuntimeError):
        client = await connect(config)
        request = DescribeNamespaceRequest(namespace=config.namespace)
        await client.workflow_service.describe_namespace(request)
        return True
    return False


async def worker_answers(config: Settings) -> bool:
    """A worker asks for workflow tasks."""
    client = await connect(config)
    request = DescribeTaskQueueRequest(
        namespace=config.namespace,
        task_queue=TaskQueue(name=config.task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    with suppress(RPCError):
        return bool((await client.workflow_service.describe_task_queue(request)).pollers)
    return False


async def city_answers(config: Settings) -> bool:
    """The reference city says that it is well."""
    with suppress(httpx.HTTPError):
        async with httpx.AsyncClient() as client:
            return (await client.get(f"{config.city_url}/healthz")).is_success
    return False
