"""What the commands of a recovery have in common: its id, the role one acts in, a reason, a number, an amount."""

from collections.abc import Callable
from typing import TypeVar

import click

from cli.amounts import Yuan

R = TypeVar("R")

DAY = click.DateTime(["%Y-%m-%d"])

of_recovery = click.argument("recovery_id")
as_role = click.option("--role", required=True, help="Your role, which the programme's recovery section names.")
because = click.option("--reason", required=True, help="Why, in one sentence; it is on record for good.")
numbered = click.option("--number", required=True, help="Number of the document (文号).")


def of_amount(command: Callable[..., R]) -> Callable[..., R]:
    """Adds `--amount`."""
    return click.option("--amount", type=Yuan(), required=True, help="In yuan, such as 100000.00.")(command)


def words(kinds: dict[str, int], prefix: str) -> dict[str, int]:
    """Names of an enum as people type them."""
    return {name.removeprefix(prefix).lower().replace("_", "-"): number for name, number in kinds.items() if number}
