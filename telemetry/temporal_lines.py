"""Temporal's own lines beside ours."""

from temporalio import activity, workflow


def say_it_once() -> None:
    """Temporal would put what a line is about into its text; we have fields for it. (telemetry/logs.py)"""
    workflow.logger.workflow_info_on_message = False
    activity.logger.activity_info_on_message = False
