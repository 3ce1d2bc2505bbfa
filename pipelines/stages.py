"""How long each stage of a micro-batch took: where an event's latency goes.

| stage | from | to |
|---|---|---|
| wait | a record's arrival at the broker (median of the batch) | the batch's start |
| between | the end of the batch before | this one's start: offset logs, poll, planning |
| parse | the batch's start | records read, parsed, cached, and their keys with the driver |
| queue | | what was written meanwhile: late minutes; in a backlog, the batch before |
| judge | | late, too late and duplicate decided |
| append | | bronze, silver and quarantine committed, side by side |
| bronze, silver, quarantine | | each one's own write and commit, part of append |
| gold | | the newest minutes computed and merged: the events are visible; late ones follow |
| metrics | | the row of the batch before, written in the background |
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

STAGES = (
    "wait", "between", "parse", "queue", "judge", "append", "bronze", "silver", "quarantine",
    "gold", "metrics",
)  # fmt: skip


def columns(stages: dict[str, float]) -> dict[str, float | None]:
    """As columns of pipeline_metrics; NULL for a stage that this batch did not have."""
    return {f"{stage}_ms": stages.get(stage) for stage in STAGES}


@dataclass(slots=True)
class Stopwatch:
    """Milliseconds of each stage of a batch."""

    started: float = field(default_factory=time.perf_counter)
    stages: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.perf_counter)

    def lap(self, stage: str) -> None:
        """Books the time since the last lap under this stage."""
        now = time.perf_counter()
        self.note(stage, now - self._last)
        self._last = now

    def note(self, stage: str, seconds: float) -> None:
        """Books seconds that were measured elsewhere."""
        self.stages[stage] = round(seconds * 1000, 1)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Books what runs within, also in another thread and beside other stages."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.note(stage, time.perf_counter() - began)

    def total_ms(self, not_before: float = 0.0) -> float:
        """Milliseconds since the start, or since ``not_before`` where that is later.

        With the end of the batch before, durations of batches that overlap add up to the time.
        """
        return round((time.perf_counter() - max(self.started, not_before)) * 1000, 1)
