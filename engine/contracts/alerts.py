"""The ``alerts`` table as it travels to the pipeline, its writer, and word of it to the window."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class AlertRow(BaseModel):
    """An alert as it stands now. Sent again under the same ``alert_id`` it replaces its row.

    Times are milliseconds since 1970, UTC. ``cleared_at_ms`` is None while the alert is open.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    alert_id: str = Field(min_length=1)
    raised_at_ms: int
    cleared_at_ms: int | None = None
    rule: str
    severity: str
    metric: str
    value: float | None = None
    threshold: float | None = None
    baseline: float | None = None
    message: str


class AlertRaised(BaseModel):
    """An alert has just been raised; ``quiet`` where its key is snoozed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["alert_raised"] = "alert_raised"
    title: str
    row: AlertRow
    quiet: bool = False
    test: bool = False


class AlertCleared(BaseModel):
    """An alert is over."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["alert_cleared"] = "alert_cleared"
    title: str
    row: AlertRow
    test: bool = False
