"""Free loopback ports, and whether one is still free."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from engine.errors import LakehouseError

HOST = "127.0.0.1"
ATTEMPTS = 5


class NoFreePort(LakehouseError):
    """The operating system gives no free loopback port."""


def free_ports(count: int) -> tuple[int, ...]:
    """Different ports that nothing listens on; another program may still come first."""
    for _ in range(ATTEMPTS):
        with ExitStack() as stack:
            sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
            for each in sockets:
                each.bind((HOST, 0))
            ports = tuple(each.getsockname()[1] for each in sockets)
        if all(map(is_free, ports)):
            return ports
    raise NoFreePort(
        "No free port could be found on this computer.", "Close programs that hold many."
    )


def is_free(port: int) -> bool:
    """Whether a server could bind it now."""
    with socket.socket() as probe:
        # As servers do: connections of the last run that still linger are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)  # two sockets may *bind* with REUSEADDR; only one may listen
        except OSError:
            return False
    return True
