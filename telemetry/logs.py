"""Set-up of logging: our lines and Temporal's in one stream, JSON or console, each with what it is about."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog
from structlog.typing import Processor

Style = Literal["json", "console"]

_FROM_TEMPORAL = {
    "workflow_id": "workflow",
    "run_id": "run",
    "workflow_run_id": "run",
    "activity_type": "activity",
    "attempt": "attempt",
}


def configure(style: Style, level: str = "INFO") -> None:
    """Send every line to standard error: structlog's and the standard library's, in one format."""
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(allow=["code", "task"]),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        temporal_fields,
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(style)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("httpx").setLevel("WARNING")  # one line a request says nothing that ours do not


def temporal_fields(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Name the case, workflow, run and activity of a line that Temporal's loggers made."""
    record = event.get("_record")
    for attribute in ("temporal_workflow", "temporal_activity"):
        details = getattr(record, attribute, None) or {}
        for theirs, ours in _FROM_TEMPORAL.items():
            if theirs in details:
                event.setdefault(ours, details[theirs])
    if "workflow" in event:
        event.setdefault("case", event["workflow"])  # a workflow's id is its case's or its quarter's
    return event


def _rendering(style: Style) -> list[Any]:
    if style == "console":
        return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer(ensure_ascii=False)]
