"""What the house logs while something happens."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from structlog.testing import LogCapture
from structlog.typing import EventDict

HOUSE = ("activities", "audit", "commands", "ledger", "relay", "sealing", "views", "witness", "worker")


@contextmanager
def log_lines() -> Iterator[list[EventDict]]:
    """Every line, as it is logged. A logger that was used before keeps its configuration, so each is replaced."""
    capture = LogCapture()
    loggers = {
        module: module.log
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in HOUSE and hasattr(getattr(module, "log", None), "bind")
    }
    for module in loggers:
        module.log = structlog.wrap_logger(structlog.PrintLogger(), processors=[capture])  # type: ignore[attr-defined]  # seen above
    try:
        yield capture.entries
    finally:
        for module, logger in loggers.items():
            module.log = logger  # type: ignore[attr-defined]  # as before
