"""How another process of the same person talks to the running instance.

Over loopback with a key (``engine.platform.loopback``), whose address is ``run/control.json``. A
long operation answers with one object a step and a last one with ``"done": true``.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import LakehouseError
from engine.paths import DataPaths
from engine.platform import current_platform
from engine.platform.loopback import Answer, Handler, LoopbackServer, ask_loopback
from engine.supervisor.instance import InstanceLock

__all__ = ["Answer", "ControlServer", "Handler", "NotRunning", "ask", "not_running"]


class NotRunning(LakehouseError):
    """No lakehouse runs on this data folder."""


def not_running(paths: DataPaths) -> NotRunning:
    """The error, with its remedy."""
    return NotRunning(
        f"No lakehouse is running on {paths.root}.", "Start it with `rt-lakehouse run`."
    )


class ControlServer(LoopbackServer):
    """Answers requests to the instance until closed."""

    def __init__(self, paths: DataPaths, handle: Handler) -> None:
        super().__init__(paths.control_file, handle)


def ask(paths: DataPaths, request: Answer) -> Iterator[Answer]:
    """The running instance's answers.

    Raises NotRunning where there is none, LakehouseError with its sentence where it refuses.
    """
    if not is_running(paths):
        raise not_running(paths)
    yield from ask_loopback(paths.control_file, request, not_running(paths))


def is_running(paths: DataPaths) -> bool:
    """Whether an instance holds the data folder."""
    return InstanceLock(paths.lock_file, current_platform()).held_by_other()
