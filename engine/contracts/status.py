"""What the supervisor tells about its services: to the window, to ``status --json``, to tests."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.contracts.names import Service, State
from engine.contracts.tally import AuditReport


class StateChange(BaseModel):
    """A service went from one state to another; ``detail`` is a sentence for a person."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["state"] = "state"
    service: str
    old: State
    new: State
    detail: str = ""


class ServiceSnapshot(BaseModel):
    """One service at one moment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    provider: str
    why: str
    """Why the providers before this one were not used; empty where it is the first."""
    state: State
    pid: int | None = None
    port: int | None = None
    uptime_s: float | None = None
    """Seconds since it last became READY; None while it is not up."""
    restarts: int = 0
    rss_bytes: int | None = None
    """Resident memory of the process and its descendants, a few seconds old."""
    cpu_percent: float | None = None
    """Processor use of the same processes over the last seconds; 100 is one core in full use."""
    detail: str = ""
    last_lines: tuple[str, ...] = ()
    """The newest lines of its log, secrets removed; filled where the state is FAILED."""


def demo_stopped(service: ServiceSnapshot) -> bool:
    """Whether it is the demo events, which a person, a setting or a full disk holds back."""
    return service.name == Service.GENERATOR.value and service.state is State.STOPPED


class PipelineStatus(BaseModel):
    """The stream now: rates in events a second over the last half minute, times in ms."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kafka_lag: int | None = None
    input_rate: float = 0.0
    process_rate: float = 0.0
    end_to_end_p50_ms: float | None = None
    end_to_end_p95_ms: float | None = None
    last_batch_id: int | None = None


class TableStatus(BaseModel):
    """A table's newest version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int
    files: int
    version: int
    bytes: int


class StatusReport(BaseModel):
    """What ``rt-lakehouse status --json`` prints."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: State
    services: tuple[ServiceSnapshot, ...]
    pipeline: PipelineStatus
    tables: dict[str, TableStatus] = Field(default_factory=dict)
    audit: AuditReport | None = None
    """How the lake compares with an independent count; None where nobody counts."""
    notices: tuple[str, ...] = ()
