"""What a limit, or other public money, took from an amount; said where the amount is said. (BJ-3.3, BJ-A16)"""

from collections.abc import Iterator

from domain.money import show_exact
from duifu.v1.events_pb2 import AmountTrace

LIMITS = ("cap", "stack")  # operations of steps


def with_cuts(summary: str, trace: AmountTrace) -> str:
    """The summary, and behind it each limit that took something: how much, whether for good, and the clause."""
    return "；".join([summary, *_cuts(trace)])


def _cuts(trace: AmountTrace) -> Iterator[str]:
    for step in trace.steps:
        if step.operation not in LIMITS:
            continue
        title = step.explanation.partition("：")[0]
        if step.lost_fen:
            yield f"{title}削减{show_exact(step.lost_fen)}，不再发放（{step.clause}）"
        if step.deferred_fen:
            yield f"{title}递延{show_exact(step.deferred_fen)}（{step.clause}）"
