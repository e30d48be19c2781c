"""How fast the views are built anew, by the number of events in a transaction, on both databases."""

import argparse
import logging
import os
import tempfile
import time

import structlog

from domain.money import yuan
from ledger.postgres import prepare
from tests.builders import a_contract, a_firm
from tests.desk import Desk
from tests.postgres import APP, Server
from views.projection import Runner
from views.store import opened

BATCHES = (1, 50, 500)


def main() -> None:
    """Write a ledger of vouchers, then build its views once for each batch size; prints events a second."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vouchers", type=int, default=300)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    print(f"load at the start: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", f"{folder}/ledger.sqlite", f"{folder}/views-{{}}.sqlite", options.vouchers)
    server = Server()
    try:
        ledger = server.new_database()
        prepare(server.url(ledger), APP)
        measure("PostgreSQL", server.url(ledger, APP), server.url(server.new_database()), options.vouchers)
    finally:
        server.stop()


def measure(name: str, ledger: str, views: str, vouchers: int) -> None:
    """One ledger, and its views once for each batch size; in `views`, {} stands for the size."""
    desk = Desk(ledger)
    begun = time.perf_counter()
    for number in range(1, vouchers + 1):
        firm = a_firm(number)
        desk.voucher_through_the_door(a_contract(yuan(1_000_000), buyer=firm), firm)
    print(f"{name}: {desk.ledger.head()} events written in {time.perf_counter() - begun:.1f} s")
    for batch in BATCHES:
        build(desk, views.format(batch), batch)
    desk.ledger.close()


def build(desk: Desk, address: str, batch: int) -> None:
    """All views from the first event; only the way to the head is timed."""
    head = desk.ledger.head()
    with opened(address) as views:
        number = views.begin()
        wall, cpu = time.perf_counter(), time.process_time()
        with Runner(views, number, desk.ledger, batch=batch) as runner:
            while views.position(number) < head:
                runner.run_forever(0.02)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        views.switch(number)
        cases = views.read("SELECT count(*) AS cases FROM view_case{g}").rows[0]["cases"]
    speed = f"{head / wall:,.0f} events/s, {cpu / head * 1e6:,.0f} µs CPU an event"
    print(f"batch {batch}: {speed}; {cases} cases")


if __name__ == "__main__":
    main()
