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
    every_level = structlog.make_filtering_bound_logger(0)
    for module in loggers:
        heard = structlog.wrap_logger(structlog.PrintLogger(), processors=[capture], wrapper_class=every_level)
        module.log = heard  # type: ignore[attr-defined]  # seen above
    try:
        yield capture.entries
    finally:
        for module, logger in loggers.items():
            module.log = logger  # type: ignore[attr-defined]  # as before
