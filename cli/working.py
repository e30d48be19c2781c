"""duifu worker: what carries cases on."""

import click

from worker import main as run_worker


@click.command()
@click.option("--without-relay", is_flag=True, help="Another process runs the relay.")
@click.option("--only-relay", is_flag=True, help="Run only the relay.")
def worker(without_relay: bool, only_relay: bool) -> None:
    """Run a worker with its relay against TEMPORAL_ADDRESS, until Ctrl-C."""
    run_worker(with_relay=not without_relay, with_worker=not only_relay)
