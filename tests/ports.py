"""Ports for servers that tests start."""

import socket
from random import SystemRandom

#: Below those that Linux gives to outgoing connections: such a one may be taken before the server listens.
LOWEST, HIGHEST = 10_000, 32_767

_given: set[int] = set()
_chance = SystemRandom()  # not the one that tests set back: processes beside each other would ask for the same


def free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on now, and that nobody else in this process was given."""
    return [_another() for _ in range(count)]


def _another() -> int:
    while True:
        port = _chance.randint(LOWEST, HIGHEST)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
