"""How long we wait for the world, and how often we ask again. Named after the promise, not the number."""

from datetime import timedelta

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityConfig, LocalActivityConfig


def ledger(summary: str) -> LocalActivityConfig:
    """The ledger answers in milliseconds; while it is being restarted we ask again."""
    return LocalActivityConfig(
        start_to_close_timeout=timedelta(seconds=30),
        retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=10)),
        summary=summary,
    )


def first_look(summary: str) -> ActivityConfig:
    """A first look at an outside source: if it does not answer by then, people are told."""
    return ActivityConfig(
        start_to_close_timeout=timedelta(seconds=15),
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=3),
        summary=summary,
    )


def at_growing_intervals(summary: str) -> ActivityConfig:
    """An authority takes days to answer, and a source may be away as long: unavailable never passes, so we keep asking.

    In the end that is every two hours: several times in a working day, and no load for who has nothing new to say.
    """
    return ActivityConfig(
        start_to_close_timeout=timedelta(seconds=30),
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(hours=2)),
        summary=summary,
    )


def until_it_answers(summary: str) -> ActivityConfig:
    """Letters and payments are handed over until they are taken: a bank holiday must not fail a quarter."""
    return ActivityConfig(
        start_to_close_timeout=timedelta(seconds=30),
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=10)),
        summary=summary,
    )


def page(summary: str) -> ActivityConfig:
    """A page of work that says how far it has come, and goes on until it is done."""
    return ActivityConfig(
        start_to_close_timeout=timedelta(minutes=10),
        heartbeat_timeout=timedelta(seconds=20),
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=10)),
        summary=summary,
    )


def pages(summary: str) -> ActivityConfig:
    """Pages of a quarter: asked again until all is done and the treasury has answered, however long that takes."""
    return ActivityConfig(
        start_to_close_timeout=timedelta(hours=2),
        heartbeat_timeout=timedelta(seconds=30),
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=10)),
        summary=summary,
    )


def once(how: ActivityConfig) -> ActivityConfig:
    """The same, but whoever asks sees to it that it is asked again."""
    return {**how, "retry_policy": RetryPolicy(maximum_attempts=1)}


#: Payment orders of one round that are handed to one treasury at once.
PAYMENTS_AT_ONCE = 4

#: Pages of payments of one quarter that are handed over at once.
PAGES_AT_ONCE = 3

#: These refusals mean that the ledger's clock has not come that far yet.
TOO_EARLY = frozenset({"NOT_DUE", "CUT_OFF_NOT_REACHED", "CUT_OFF_REMINDER_EARLY", "PAY_DAY_NOT_REACHED"})

#: What the ledger refuses (an expired parameter, say) is asked again, in case somebody has mended the cause.
RETRY_REFUSED = timedelta(hours=1)
