"""Amounts of money as people write them on the command line."""

import click

from domain.money import yuan


class Yuan(click.ParamType[int]):
    """An amount in yuan, taken as fen."""

    name = "yuan"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Whole fen for "800000.00"."""
        if isinstance(value, int):
            return value
        try:
            return yuan(value)
        except ValueError:
            return self.fail(f"{value!r}: write an amount in yuan, such as 800000.00", param, ctx)
