"""Starts the reference city: python -m reference_city --help."""

import socket
import sqlite3
from pathlib import Path

import click
import uvicorn

from reference_city.app import city_app
from reference_city.data_file import DataFile
from reference_city.reading import BrokenCity
from reference_city.store import Store


@click.command(context_settings={"show_default": True})
@click.option("--host", default="127.0.0.1", help="Address to listen on.")
@click.option("--port", default=8090, type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.")
@click.option(
    "--data",
    default=Path(__file__).with_name("city.yaml"),
    type=click.Path(path_type=Path),
    help="What the city knows. Edit it while the city runs; it is read again at once.",
)
@click.option(
    "--state",
    default=Path(".duifu/city.sqlite"),
    type=click.Path(dir_okay=False, path_type=Path),
    help="SQLite file that keeps payment orders and letters; made if it is not there.",
)
def main(host: str, port: int, data: Path, state: Path) -> None:
    """Play a city's outside world over HTTP.

    The business, relation and credit registries, the invoice platform, the treasury and a letter box. Everything in it
    is synthetic. Prints its address once it has it; GET /healthz answers when it is ready.
    """
    try:
        known = DataFile(data)
        state.parent.mkdir(parents=True, exist_ok=True)
        store = Store(state)
    except BrokenCity as broken:
        raise click.ClickException(str(broken)) from broken
    except (OSError, sqlite3.Error) as error:
        raise click.ClickException(f"{state} cannot keep the city's papers: {error}.") from error
    try:
        listening = _listen(host, port)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}:{port}: {error}.") from error
    click.echo(f"The reference city listens on http://{host}:{listening.getsockname()[1]}")
    uvicorn.Server(uvicorn.Config(city_app(known, store), log_level="warning")).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    # asyncio switches Nagle's delay off only where the socket names its protocol; else every answer takes 44 ms.
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(address)
    listening.listen()
    return listening


if __name__ == "__main__":
    main()
