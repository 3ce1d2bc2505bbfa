"""What the Services page shows: what can be done with a service, and what is wrong here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.contracts.names import State
from engine.contracts.status import ServiceSnapshot, StatusReport
from engine.host.checks import Finding, examine
from engine.host.fixes import Fix, fix_for
from engine.paths import DataPaths

STARTABLE = (State.STOPPED, State.FAILED, State.BACKOFF)
STOPPABLE = (State.STARTING, State.READY, State.DEGRADED, State.BACKOFF)
RESTARTABLE = (State.STARTING, State.READY, State.DEGRADED)


@dataclass(frozen=True)
class Controls:
    """Which buttons of a service do something now, and what the first one is called."""

    start: bool
    stop: bool
    restart: bool
    start_text: str


def controls(state: State) -> Controls:
    """For a service in that state."""
    text = {State.FAILED: "Try again", State.BACKOFF: "Start now"}.get(state, "Start")
    return Controls(state in STARTABLE, state in STOPPABLE, state in RESTARTABLE, text)


_CAUSES = (
    (
        r"OutOfMemoryError|Cannot allocate memory",
        "The memory was used up. Close other programs or give it more in Settings, then try again.",
    ),
    (
        r"ended by SIGKILL",
        "It was killed from outside, as the system does when memory runs out. Try again.",
    ),
    (
        r"No space left on device|disk (?:is )?full",
        "The disk is full. Free space on the disk of the data folder, then try again.",
    ),
    (
        r"Address already in use|BindException",
        "Another program has its port. A new port is chosen at each start: try again.",
    ),
    (
        r"Permission denied|AccessDenied|Read-only file system",
        "A folder cannot be written. Run the diagnostics below: they name it.",
    ),
    (
        r"SASL|[Aa]uthentication failed|SaslAuthentication",
        "User name or password were refused. Check them in Settings, Kafka, then try again.",
    ),
    (
        r"NoClassDefFoundError|ClassNotFoundException|jar is missing",
        "A part of the program is missing. Run the diagnostics below and fetch the jars again.",
    ),
)
UNKNOWN_CAUSE = (
    "Correct what the lines above name, then try again. If they do not tell, save a support bundle."
)


def advice(service: ServiceSnapshot) -> str:
    """What to do about a service that gave up; empty for any other."""
    if service.state is not State.FAILED:
        return ""
    text = "\n".join((service.detail, *service.last_lines))
    return next((said for cause, said in _CAUSES if re.search(cause, text)), UNKNOWN_CAUSE)


@dataclass(frozen=True)
class Diagnosis:
    """A finding of doctor, and the fix where there is one."""

    finding: Finding
    fix: Fix | None = None


def diagnose(paths: DataPaths, report: StatusReport | None) -> tuple[Diagnosis, ...]:
    """Every check, the worst first; blocks for a second or so.

    One cause that fails several checks (broken settings) is told once.
    """
    held = sum(service.rss_bytes or 0 for service in report.services) if report else 0
    order = {"error": 0, "warning": 1, "ok": 2}
    seen: set[str] = set()
    found: list[Diagnosis] = []
    for finding in examine(paths, held):
        if finding.level != "ok" and finding.detail in seen:
            continue
        seen.add(finding.detail)
        found.append(Diagnosis(finding, fix_for(finding, paths)))
    return tuple(sorted(found, key=lambda diagnosis: order[diagnosis.finding.level]))


def troubles(diagnoses: tuple[Diagnosis, ...]) -> int:
    """How many want attention: the number of the badge."""
    return sum(diagnosis.finding.level != "ok" for diagnosis in diagnoses)
