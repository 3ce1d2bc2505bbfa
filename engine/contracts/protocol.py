"""What our own child processes say to the supervisor, and what it tells them.

A child of ours (pipeline, generator) writes one JSON object a line to its *stdout*; its
*stderr* is its log. It reads one JSON object a line from its *stdin*; end of file there means
that the parent is gone, and the child ends at once.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from engine.contracts.alerts import AlertRow
from engine.contracts.names import Table
from engine.contracts.tally import AuditReport, OpenFigures


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
    """One micro-batch is visible in gold, but for minutes of late events that wait their turn: the
    ages in ``end_to_end`` are of the others. Times in ms, rates in events a second.
    """

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
    """Progress of a long operation: rebuild, restore or maintain.

    ``operation`` begins with that word. The last step has the bare word and says how it ended:
    its ``detail`` is "complete" or "cancelled", or ``failure`` holds a sentence and its remedy.
    """

    kind: Literal["step"] = "step"
    operation: str
    done: int
    total: int
    detail: str = ""
    failure: str = ""

    @property
    def ended(self) -> bool:
        """Whether the operation is over, well or not."""
        return self.detail in ("complete", "cancelled") or bool(self.failure)


class Produced(Message):
    """Generator or producer: totals since the start."""

    kind: Literal["produced"] = "produced"
    sent: int
    acknowledged: int
    failed: int
    rate: float
    incident: str | None = None


class Tallied(Message):
    """Tally: figures of the minutes that are still open, several times a second."""

    kind: Literal["tallied"] = "tallied"
    figures: OpenFigures


class Audited(Message):
    """Tally: how the lake compares with what was counted; after each look."""

    kind: Literal["audited"] = "audited"
    report: AuditReport


ChildMessage = Annotated[
    Ready
    | Degraded
    | Recovered
    | Notice
    | Fatal
    | BatchDone
    | Lag
    | Step
    | Produced
    | Tallied
    | Audited,
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
    """Pipeline: recompute these tables, then go on streaming.

    With ``since_ms`` or ``until_ms`` (milliseconds since 1970, UTC) it is a backfill: gold's
    minutes that begin in [since, until) are computed anew from silver; silver is never cut.
    """

    kind: Literal["rebuild"] = "rebuild"
    tables: tuple[Literal["silver", "gold"], ...] = ("silver", "gold")
    since_ms: int | None = Field(default=None, ge=0, lt=253_402_300_800_000)
    until_ms: int | None = Field(default=None, ge=0, lt=253_402_300_800_000)

    @property
    def ranged(self) -> bool:
        """Whether it is a backfill."""
        return self.since_ms is not None or self.until_ms is not None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.ranged and "silver" in self.tables:
            raise ValueError("a range of time can be recomputed in gold only")
        low, high = self.since_ms, self.until_ms
        if low is not None and high is not None and low >= high:
            raise ValueError("the range of time is empty")
        return self


class CancelRebuild(Message):
    """Pipeline: give up the rebuild that is running; nothing where none runs.

    Before gold's first commit, silver and quarantine go back to what they were and gold was never
    touched; after it the rebuild is finished. A half-built table is never left behind.
    """

    kind: Literal["cancel_rebuild"] = "cancel_rebuild"


class RestoreTable(Message):
    """Pipeline: make a table's rows those of an older version, in a new commit.

    What that means for each table stands in ``pipelines.restore``.
    """

    kind: Literal["restore_table"] = "restore_table"
    table: Table
    version: int = Field(ge=0)


class Maintain(Message):
    """Pipeline: merge small files and delete expired ones now, in every table."""

    kind: Literal["maintain"] = "maintain"


class RecordAlerts(Message):
    """Pipeline: write these alerts; one whose ``alert_id`` is in the table replaces its row."""

    kind: Literal["record_alerts"] = "record_alerts"
    rows: tuple[AlertRow, ...]


ChildCommand = Annotated[
    Stop | SetRate | Incident | Rebuild | CancelRebuild | RestoreTable | Maintain | RecordAlerts,
    Field(discriminator="kind"),
]
CHILD_COMMAND: TypeAdapter[ChildCommand] = TypeAdapter(ChildCommand)
