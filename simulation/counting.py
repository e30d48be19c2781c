"""What each account counts of an award that is on record."""

from math import ceil

from domain.format.programme import Programme
from domain.format.steps import Pool
from domain.money import from_exact_text
from duifu.v1.events_pb2 import AmountTrace


def counted(programme: Programme, amount: int, trace: AmountTrace) -> dict[str, int]:
    """Account -> what it counts, as `domain.calculation.award.Award.counted` says it, from the amount's trace."""
    if not amount:
        return {}
    pool = next((step for step in programme.award.steps if isinstance(step, Pool)), None)
    paid_by = {level.level: level.amount_fen for level in trace.levels}
    exact = {step.name: step.exact_fen for step in trace.steps}  # the last of a name is the step's own
    found = {}
    for name, account in programme.accounts.items():
        if pool is not None and pool.level in paid_by and name == pool.account:
            found[name] = paid_by[pool.level]
        elif account.counts == "granted":
            found[name] = amount
        elif account.counts in exact:
            found[name] = ceil(from_exact_text(exact[account.counts]))
    return found
