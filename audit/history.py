"""A workflow's history as evidence: which events, when and of which run; what they carried is left out."""

import json
from typing import Any

#: What is kept of an event's attributes. Payloads, failures and memos hold facts that the ledger keeps encrypted.
KEPT = frozenset(
    [
        "activityId",
        "activityType",
        "attempt",
        "baseRunId",
        "cause",
        "firstExecutionRunId",
        "fireTime",
        "newExecutionRunId",
        "newRunId",
        "originalExecutionRunId",
        "retryState",
        "scheduledEventId",
        "signalName",
        "startToFireTimeout",
        "startedEventId",
        "taskQueue",
        "timerId",
        "workflowId",
        "workflowTaskCompletedEventId",
        "workflowType",
    ]
)


class HistoryRefused(ValueError):
    """This is not a workflow's history as Temporal writes it."""


def skeleton(content: bytes) -> bytes:
    """A history in Temporal's JSON, without anything that somebody wrote into it. Raises HistoryRefused.

    It takes what `temporal workflow show --output json` prints and what the SDK's `WorkflowHistory.to_json` gives.
    """
    try:
        events = [_bare(event) for event in json.loads(content)["events"]]
        if "workflowExecutionStartedEventAttributes" not in events[0]:
            raise ValueError("it does not begin with the start of a workflow")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise HistoryRefused(f"not a workflow's history in Temporal's JSON ({error})") from None
    return json.dumps({"events": events}, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _bare(event: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {name: event[name] for name in ("eventId", "eventTime", "eventType") if name in event}
    for name, attributes in event.items():
        if name.endswith("Attributes"):
            kept[name] = {key: value for key, value in attributes.items() if key in KEPT}
    return kept
