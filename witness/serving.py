"""Serves a witness until it is told to stop."""

import socket

import uvicorn

from witness.app import witness_app
from witness.witness import Witness


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    # asyncio switches Nagle's delay off only where the socket names its protocol; else every answer takes 44 ms.
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(address)
    listening.listen()
    return listening


def serve(witness: Witness, listening: socket.socket) -> None:
    """Answer requests until SIGTERM or Ctrl-C."""
    # uvicorn must not set up logging anew: its lines join the stream of ours.
    config = uvicorn.Config(witness_app(witness), log_level="warning", log_config=None, server_header=False)
    uvicorn.Server(config).run(sockets=[listening])
