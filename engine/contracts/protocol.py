"""What our own child processes say to the supervisor, and what it tells them.

A child of ours (pipeline, generator) writes one JSON object a line to its *stdout*; its
*stderr* is its log. It reads one JSON object a line from its *stdin*; end of file there means
that the parent is gone, and the child ends at once.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class Message(BaseModel):
    """Base of every line: frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Ready(Message):
    """The child has proved that it works; sent once a start."""

    kind: Literal["ready"] = "ready"
    detail: str = ""


class Degraded(Message):
    """The child works, but not as it should; ``detail`` says how and what to do."""

    kind: Literal["degraded"] = "degraded"
    detail: str


class Recovered(Message):
    """What the last ``degraded`` said no longer holds."""

    kind: Literal["recovered"] = "recovered"
    detail: str = ""


class Notice(Message):
    """Something a person should read (data expired unread, a pack refused); no change of state."""

    kind: Literal["notice"] = "notice"
    level: Literal["info", "warning", "error"] = "info"
    message: str


class Fatal(Message):
    """The child is about to exit because of this; a sentence with its remedy."""

    kind: Literal["fatal"] = "fatal"
    message: str
    retry: bool = True
    """False where starting again cannot help (a broken pack, a folder that cannot be written)."""


class BatchDone(Message):
    """One micro-batch is visible in gold. Times in ms, rates in events a second."""

    kind: Literal["batch"] = "batch"
    query: str
    batch_id: int
    started_at_ms: int
    duration_ms: float
    input_rows: int
    accepted: int
    rejected: int
    duplicates: int
    late: int
    input_rate: float
    process_rate: float
    kafka_lag: int
    end_to_end_p50_ms: float | None = None
    end_to_end_p95_ms: float | None = None
    stages_ms: dict[str, float] = Field(default_factory=dict)


class Lag(Message):
    """Records in the topic that the pipeline has not finished yet, by partition."""

    kind: Literal["lag"] = "lag"
    partitions: dict[int, int]


class Step(Message):
    """Progress of a long operation (rebuild, maintenance)."""

    kind: Literal["step"] = "step"
    operation: str
    done: int
    total: int
    detail: str = ""


class Produced(Message):
    """Generator or producer: totals since the start."""

    kind: Literal["produced"] = "produced"
    sent: int
    acknowledged: int
    failed: int
    rate: float
    incident: str | None = None


ChildMessage = Annotated[
    Ready | Degraded | Recovered | Notice | Fatal | BatchDone | Lag | Step | Produced,
    Field(discriminator="kind"),
]
CHILD_MESSAGE: TypeAdapter[ChildMessage] = TypeAdapter(ChildMessage)


class Stop(Message):
    """Finish what is in hand and exit 0."""

    kind: Literal["stop"] = "stop"


class SetRate(Message):
    """Generator: events a second from now on."""

    kind: Literal["set_rate"] = "set_rate"
    rate: float = Field(ge=0, le=100_000)


class Incident(Message):
    """Generator: play a named incident of the pack for some seconds."""

    kind: Literal["incident"] = "incident"
    name: str
    seconds: float = Field(gt=0, le=86_400)


class Rebuild(Message):
    """Pipeline: recompute these tables from bronze, then go on streaming."""

    kind: Literal["rebuild"] = "rebuild"
    tables: tuple[Literal["silver", "gold"], ...] = ("silver", "gold")


ChildCommand = Annotated[Stop | SetRate | Incident | Rebuild, Field(discriminator="kind")]
CHILD_COMMAND: TypeAdapter[ChildCommand] = TypeAdapter(ChildCommand)
