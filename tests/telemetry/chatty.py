"""A worker that forgets its workflow between two tasks, so that every task replays: chatty.py ADDRESS."""

import asyncio
import os
import sys
import time
from datetime import timedelta

import structlog
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.interceptors import AboutTheCase
from telemetry import logs, temporal_lines

log = structlog.get_logger(__name__)


@activity.defn
async def speak() -> None:
    """Say something in both ways."""
    log.info("the activity speaks")
    activity.logger.info("the activity speaks through Temporal")


@workflow.defn
class Chatty:
    """Says something before and after a wait."""

    @workflow.run
    async def run(self) -> None:
        workflow.logger.info("before")
        await workflow.execute_activity(speak, start_to_close_timeout=timedelta(seconds=10))
        workflow.logger.info("between")
        await workflow.sleep(0.01)
        workflow.logger.warning("after", extra={"code": "C-1"})


async def main(address: str) -> None:
    client = await Client.connect(address)
    queue = "chatty"
    async with Worker(
        client,
        task_queue=queue,
        workflows=[Chatty],
        activities=[speak],
        interceptors=[AboutTheCase()],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=0,
    ):
        await client.execute_workflow(Chatty.run, id="chatty-1", task_queue=queue)
    log.info("the worker has ended")


if __name__ == "__main__":
    logs.configure("json")
    temporal_lines.say_it_once()
    asyncio.run(main(sys.argv[1]))
    # The SDK's native threads can abort an interpreter that shuts down (sdk-python#300).
    time.sleep(0.5)
    os._exit(0)
