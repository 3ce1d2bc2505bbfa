"""The live tally: figures counted straight from the broker, and the audit of the lake by them.

The process counts what the topic holds without Spark and without the pipeline's code. What it
counted is drawn for minutes that gold does not have yet, and held against the lake for minutes
that it should have.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.contracts.kafka import KafkaEndpoint
from engine.contracts.names import Table
from engine.contracts.pack import PackSpec


class TallyModel(BaseModel):
    """Base: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TallyConfig(TallyModel):
    """Everything the tally's process needs; it reads no environment and no settings file."""

    kafka: KafkaEndpoint
    pack: PackSpec
    lake_path: str
    state_path: str
    """Folder for what was counted so far; it may be deleted, the audit then begins anew."""
    watermark_delay_s: float = Field(default=600.0, gt=0)
    late_grace_s: float = Field(default=900.0, gt=0)
    report_every_s: float = Field(default=0.25, gt=0)
    """Half of it is what a figure waits on average; four times a second looks steady."""
    audit_every_s: float = Field(default=15.0, gt=0)
    """A lake that was broken must be noticed within 90 s, a few looks included."""
    max_rows: int = Field(default=2_000_000, ge=1000)
    """Rows kept of minutes that late events may still change, about 90 bytes each."""


class OpenMinute(TallyModel):
    """A UTC minute as counted so far; ``figures`` by the pack's KPI names, None where undefined."""

    start_s: int
    figures: dict[str, float | None]


class OpenFigures(TallyModel):
    """The newest minutes by event time, oldest first.

    Attributes:
        at_ms: when they were computed, milliseconds since 1970.
        arrived_ms: broker time of the newest record in them.
        rate: records a second over the last seconds.
    """

    at_ms: int
    arrived_ms: int | None
    rate: float
    minutes: tuple[OpenMinute, ...]


class OffsetRange(TallyModel):
    """Offsets of a partition, both ends included."""

    partition: int
    first: int
    last: int
    count: int


class Difference(TallyModel):
    """Something in a table that is not as it was counted; ``text`` is a sentence with a remedy.

    Attributes:
        kind: ``file`` a live file is gone or of another size; ``lost``, ``doubled`` records;
            ``edited`` the same records with other values; ``figures`` gold's row of a minute.
        minute_s: start of the minute, seconds since 1970, where one is concerned.
        measure, counted, found: a figure of gold, as it was counted and as it stands there.
        records: how many are lost or doubled.
    """

    table: Table
    kind: Literal["file", "lost", "doubled", "edited", "figures"]
    text: str
    minute_s: int | None = None
    measure: str = ""
    counted: float | None = None
    found: float | None = None
    records: int = 0
    offsets: tuple[OffsetRange, ...] = ()


class AuditReport(TallyModel):
    """What the audit came to; moments are seconds since 1970.

    Attributes:
        since_s: start of the first minute that is audited; None before the audit has begun.
        audited_until_s: end of the newest minute that was compared.
        looked_at_s: when the lake was compared last.
        minutes: how many minutes were compared.
        waiting: why it does not audit now, or where it begins; a sentence, empty when all is said.
        differences: what differs now, at most ``MAX_DIFFERENCES``; ``more`` were left out.
    """

    since_s: int | None = None
    audited_until_s: int | None = None
    looked_at_s: float | None = None
    minutes: int = 0
    lost: int = 0
    doubled: int = 0
    waiting: str = ""
    differences: tuple[Difference, ...] = ()
    more: int = 0

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


MAX_DIFFERENCES = 20
