"""What a provider is: how it finds itself, how it starts, and what proves it ready."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.settings import Settings


@dataclass(frozen=True)
class Availability:
    """Whether a provider can be used here; ``why`` is a sentence where it cannot."""

    usable: bool
    why: str = ""


@dataclass(frozen=True)
class Launch:
    """A command line. Secrets belong into ``env`` or a 0600 file, never into ``argv``."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    protocol: bool
    """True: the child speaks ``engine.contracts.protocol`` on stdin and stdout and is ready when
    it says so. False: a foreign program, whose whole output is its log and which TERM ends."""
    records: tuple[str, ...] = ()
    """Names of pid records that it writes for processes of its own."""
    background: bool = False
    """True: it yields the processor to whatever else has work."""


@dataclass(frozen=True)
class ToolResult:
    """How a helper program ended."""

    status: int
    output: str


RunTool = Callable[[Sequence[str], Path], Awaitable[ToolResult]]
"""(argv, working folder) → result; cannot outlive the supervisor either."""


class Provider(Protocol):
    """One way to provide one service; see ProviderBase for what the attributes default to."""

    name: str
    service: str
    restart_with_dependency: bool
    start_timeout_s: float
    stop_grace_s: float
    probe_interval_s: float | None
    probe_patience: int | None
    gives_up: bool
    why: str

    @property
    def port(self) -> int | None:
        """Where it listens, if it does."""
        ...

    def secrets(self) -> tuple[str, ...]:
        """What must not appear in a log; asked after ``prepare``."""
        ...

    def available(self) -> Availability:
        """Whether it can be used; quick, without side effects."""
        ...

    def configure(self, settings: Settings, /) -> None:
        """What the next start goes by, where a restart is enough for a setting to count."""
        ...

    async def prepare(self, run: RunTool, /) -> None:
        """Before each start. Raises ProviderError where trying again cannot help."""
        ...

    def command(self) -> Launch | None:
        """What to start; None where there is no process of ours."""
        ...

    async def handshake(self) -> str:
        """Return, with a detail for the status page, once it answers by its own protocol."""
        ...

    async def probe(self) -> None:
        """Asked again and again while it is up; raises LakehouseError where it does not answer."""
        ...


class ProviderBase:
    """Defaults for providers."""

    name = ""
    service = ""
    restart_with_dependency = False
    """Whether it must be restarted when something it depends on was (same port or not)."""
    start_timeout_s = 60.0
    stop_grace_s = 8.0
    probe_interval_s: float | None = None
    """None: its own messages say how it is."""
    probe_patience: int | None = 10
    """Probes missed in a row before it counts as hung and is restarted; None: never."""
    gives_up = True
    """False: retried for ever, since it is not ours and comes back without us."""
    why = ""
    """Why it is what it is, where that is decided at each start; else the choice says it."""

    @property
    def port(self) -> int | None:
        """See Provider."""
        return None

    def secrets(self) -> tuple[str, ...]:
        """See Provider."""
        return ()

    def available(self) -> Availability:
        """See Provider."""
        return Availability(usable=True)

    def configure(self, _settings: Settings, /) -> None:
        """See Provider."""

    async def prepare(self, _run: RunTool, /) -> None:
        """See Provider."""

    async def handshake(self) -> str:
        """See Provider; for children that say themselves when they are ready."""
        return ""

    async def probe(self) -> None:
        """See Provider."""
